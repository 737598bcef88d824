/*
 * tests/programs/swapontest.c - swapon judges an area before it uses it: damaged headers on a real
 * device, and the errno for each. Only on this kernel, and only on an area that is to be spared.
 *
 * swapontest [DEVICE]: default /dev/hdb4. Its header is restored in the end.
 */
#include "lib.h"

static const char *device = "/dev/hdb4";
static uint32_t original[1024], header[1024];
static unsigned long pages; /* that the device has */

#define VERSION	 256 /* word offsets of a new-style header */
#define LAST	 257
#define NR_BAD	 258
#define BAD_LIST 384

static void write_header(void)
{
	long fd = sys(SYS_open, device, O_RDWR);

	check(fd >= 0, "%s: %ld", device, fd);
	expect(sys(SYS_write, fd, header, PAGE), (long)PAGE);
	sys(SYS_close, fd);
}

static void good_header(void)
{
	memset(header, 0, PAGE);
	header[VERSION] = 1;
	header[LAST] = (uint32_t)pages - 1;
	header[NR_BAD] = 0;
	memcpy((char *)header + PAGE - 10, "SWAPSPACE2", 10);
}

static void refused(const char *what)
{
	long r;

	write_header();
	r = sys(SYS_swapon, device, 0);
	check(r == -EINVAL, "%s: swapon said %ld", what, r);
	if (r == 0)
		sys(SYS_swapoff, device);
}

static void accepted(const char *what)
{
	long r;

	write_header();
	r = sys(SYS_swapon, device, 0);
	check(r == 0, "%s: swapon said %ld", what, r);
	if (r)
		return;
	expect(sys(SYS_swapon, device, 0), -EBUSY);
	expect(sys(SYS_swapoff, device), 0);
	expect(sys(SYS_swapoff, device), -EINVAL);
}

static void test_headers(void)
{
	good_header();
	accepted("a good header");
	memcpy((char *)header + PAGE - 10, "SWAPSPACE3", 10);
	refused("wrong signature");
	memset(header, 0, PAGE);
	refused("all zero");
	memset(header, 0xff, PAGE);
	refused("all ones");
	good_header();
	header[VERSION] = 2;
	refused("version 2");
	header[VERSION] = 0;
	refused("version 0");
	good_header();
	header[LAST] = (uint32_t)pages + 1;
	refused("longer than the device");
	header[LAST] = 0xffffffff;
	refused("last page 4294967295");
	header[LAST] = 0;
	refused("no page");
	good_header();
	header[NR_BAD] = 638;
	refused("too many bad pages");
	header[NR_BAD] = 0xffffffff;
	refused("4294967295 bad pages");
	header[NR_BAD] = 1;
	refused("bad page 0");
	header[BAD_LIST] = (uint32_t)pages;
	refused("bad page beyond the end");
	header[NR_BAD] = 2;
	header[BAD_LIST] = 1;
	header[BAD_LIST + 1] = 5;
	accepted("two bad pages");
	good_header();
	header[LAST] = 3;
	header[NR_BAD] = 2;
	header[BAD_LIST] = 1;
	header[BAD_LIST + 1] = 2;
	refused("only bad pages");
}

static void test_old_header(void)
{
	memset(header, 0xff, PAGE); /* a bitmap: every page usable that has a bit */
	memset((char *)header + pages / 8, 0, PAGE - pages / 8);
	memcpy((char *)header + PAGE - 10, "SWAP-SPACE", 10);
	accepted("an old-style header");
	memset(header, 0, PAGE - 10);
	refused("an old-style header without a page");
}

static void test_names(void)
{
	expect(sys(SYS_swapon, "/dev/nosuch", 0), -ENODEV);
	check(sys(SYS_swapon, "/bin/hello", 0) < 0);
	expect(sys(SYS_swapoff, "/dev/nosuch"), -EINVAL);
	expect(sys(SYS_swapon, 0, 0), -EFAULT);
}

int main(int argc, char **argv, char **envp)
{
	long fd, was_on;

	(void)envp;
	if (argc > 1)
		device = argv[1];
	was_on = sys(SYS_swapoff, device);
	fd = sys(SYS_open, device, O_RDONLY);
	if (fd < 0) {
		printf("swapontest: %s: error %ld\n", device, -fd);
		return 2;
	}
	pages = (unsigned long)sys(SYS_lseek, fd, 0, SEEK_END) / PAGE;
	expect(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	expect(sys(SYS_read, fd, original, PAGE), (long)PAGE);
	sys(SYS_close, fd);
	printf("swapontest: %s, %lu pages\n", device, pages);
	test_headers();
	test_old_header();
	test_names();
	memcpy(header, original, PAGE);
	write_header();
	if (was_on == 0)
		expect(sys(SYS_swapon, device, 0), 0);
	return test_end("swapontest");
}
