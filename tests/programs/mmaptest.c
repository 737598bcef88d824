/*
 * tests/programs/mmaptest.c - the mmap family as Linux/i386 has it: mmap, munmap, mprotect, mremap,
 * brk, mlock, madvise, mincore, and what each refuses.
 */
#include "lib.h"

static volatile char *target;

static int touch_read(void *arg)
{
	(void)arg;
	return *target & 0;
}

static int touch_write(void *arg)
{
	(void)arg;
	*target = 1;
	return 0;
}

static void readable(volatile void *p, bool want, int line)
{
	target = p;
	check_value(SIGNAL_OF(in_child(touch_read, NULL)), want ? 0 : SIGSEGV, line, "read access");
}

static void writable(volatile void *p, bool want, int line)
{
	target = p;
	check_value(SIGNAL_OF(in_child(touch_write, NULL)), want ? 0 : SIGSEGV, line,
		    "write access");
}
#define READABLE(p, want) readable((p), (want), __LINE__)
#define WRITABLE(p, want) writable((p), (want), __LINE__)

static long map(unsigned long addr, size_t pages, int prot, int flags)
{
	return sys(SYS_mmap2, addr, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static void fill(char *p, size_t pages, char with)
{
	size_t i;

	for (i = 0; i < pages; i++)
		p[i * PAGE] = p[i * PAGE + PAGE - 1] = (char)(with + (char)i);
}

static bool filled(const char *p, size_t pages, char with)
{
	size_t i;

	for (i = 0; i < pages; i++)
		if (p[i * PAGE] != (char)(with + (char)i) ||
		    p[i * PAGE + PAGE - 1] != (char)(with + (char)i))
			return false;
	return true;
}

static void test_mmap(void)
{
	char *p = map_pages(8);

	check(p != NULL);
	check(p[0] == 0 && p[8 * PAGE - 1] == 0, "fresh memory is not zero");
	fill(p, 8, 'a');
	expect(sys(SYS_munmap, p + 3 * PAGE, 2 * PAGE), 0);
	READABLE(p + 2 * PAGE, true);
	READABLE(p + 3 * PAGE, false);
	READABLE(p + 4 * PAGE, false);
	READABLE(p + 5 * PAGE, true);
	check(filled(p, 3, 'a') && filled(p + 5 * PAGE, 3, 'f'), "neighbours changed");
	expect(map((unsigned long)p + 3 * PAGE, 2, PROT_READ | PROT_WRITE, MAP_FIXED),
	       (long)(p + 3 * PAGE));
	check(p[3 * PAGE] == 0 && p[4 * PAGE] == 0, "old contents in a new mapping");
	/* MAP_FIXED over something there */
	expect(map((unsigned long)p + PAGE, 1, PROT_READ | PROT_WRITE, MAP_FIXED),
	       (long)(p + PAGE));
	check(p[PAGE] == 0 && p[0] == 'a' && p[2 * PAGE] == 'c');
	expect(sys(SYS_munmap, p, 8 * PAGE), 0);
	expect(sys(SYS_munmap, p, 8 * PAGE), 0); /* nothing there: fine */
}

static void test_mmap_refuses(void)
{
	expect(map(0, 0, PROT_READ, 0), -EINVAL);
	expect(map(0x10001, 1, PROT_READ, MAP_FIXED), -EINVAL);
	expect(map(0xFFFFF000, 1, PROT_READ, MAP_FIXED), -ENOMEM);
	expect(map(0, 0xFFFFF, PROT_READ, 0), -ENOMEM);
	expect(sys(SYS_mmap2, 0, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0), -EINVAL);
	expect(sys(SYS_mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, 999, 0), -EBADF);
	expect(sys(SYS_munmap, 0x10001, PAGE), -EINVAL);
	expect(sys(SYS_munmap, 0x10000, 0), -EINVAL);
	expect(sys(SYS_munmap, 0xFFFFF000, PAGE * 2), -EINVAL);
}

static void test_mprotect(void)
{
	char *p = map_pages(6);

	fill(p, 6, 'A');
	expect(sys(SYS_mprotect, p + 2 * PAGE, 2 * PAGE, PROT_READ), 0);
	WRITABLE(p + PAGE, true);
	WRITABLE(p + 2 * PAGE, false);
	READABLE(p + 3 * PAGE, true);
	WRITABLE(p + 4 * PAGE, true);
	expect(sys(SYS_mprotect, p + 3 * PAGE, PAGE, PROT_NONE), 0);
	READABLE(p + 3 * PAGE, false);
	expect(sys(SYS_mprotect, p, 6 * PAGE, PROT_READ | PROT_WRITE), 0);
	check(filled(p, 6, 'A'), "contents after mprotect");
	p[2 * PAGE] = 1;
	p[3 * PAGE] = 1;
	expect(sys(SYS_munmap, p + 4 * PAGE, PAGE), 0);
	expect(sys(SYS_mprotect, p, 6 * PAGE, PROT_READ), -ENOMEM); /* a hole */
	expect(sys(SYS_mprotect, p + 1, PAGE, PROT_READ), -EINVAL);
	expect(sys(SYS_mprotect, p, 0, PROT_READ), 0);
	sys(SYS_munmap, p, 6 * PAGE);
}

static void test_mremap(void)
{
	char *p = map_pages(8), *q;
	long r;

	fill(p, 4, 'm');
	expect(sys(SYS_munmap, p + 4 * PAGE, 4 * PAGE), 0); /* room behind it */
	r = sys(SYS_mremap, p, 4 * PAGE, 8 * PAGE, 0);
	check(r == (long)p || r == -ENOMEM, "grow in place: %lx", r);
	if (r == (long)p)
		expect(sys(SYS_mremap, p, 8 * PAGE, 4 * PAGE, 0), (long)p);
	READABLE(p + 5 * PAGE, false);
	/* what shrinks may consist of several areas */
	expect(sys(SYS_mprotect, p + PAGE, PAGE, PROT_READ), 0);
	expect(sys(SYS_mremap, p, 4 * PAGE, 3 * PAGE, 0), (long)p);
	READABLE(p + 3 * PAGE, false);
	check(filled(p, 3, 'm'), "contents after shrinking");
	expect(sys(SYS_mprotect, p, 3 * PAGE, PROT_READ | PROT_WRITE), 0);
	expect(map((unsigned long)p + 3 * PAGE, 1, PROT_READ | PROT_WRITE, MAP_FIXED), (long)(p + 3 * PAGE));
	fill(p, 4, 'm');
	/* something in the way: must move */
	r = map((unsigned long)p + 4 * PAGE, 1, PROT_READ, MAP_FIXED);
	expect(r, (long)(p + 4 * PAGE));
	expect(sys(SYS_mremap, p, 4 * PAGE, 16 * PAGE, 0), -ENOMEM);
	r = sys(SYS_mremap, p, 4 * PAGE, 16 * PAGE, MREMAP_MAYMOVE);
	check(!MAP_FAILED(r) && r != (long)p, "move: %lx", r);
	q = (char *)r;
	check(filled(q, 4, 'm') && q[4 * PAGE] == 0, "contents after the move");
	READABLE(p, false);
	expect(sys(SYS_munmap, q, 16 * PAGE), 0);
	expect(sys(SYS_mremap, q, PAGE, 2 * PAGE, MREMAP_MAYMOVE), -EFAULT);
	expect(sys(SYS_mremap, q + 1, PAGE, 2 * PAGE, MREMAP_MAYMOVE), -EINVAL);
	sys(SYS_munmap, p, 8 * PAGE);
}

static void test_brk(void)
{
	long start = sys(SYS_brk, 0), r;

	r = sys(SYS_brk, start + 3 * (long)PAGE);
	expect(r, start + 3 * (long)PAGE);
	fill((char *)start, 2, 'b');
	check(filled((char *)start, 2, 'b'));
	expect(sys(SYS_brk, start), start);
	r = sys(SYS_brk, start + (long)PAGE);
	check(((char *)r)[-1] == 0 || r != start + (long)PAGE, "old contents after brk");
	expect(sys(SYS_brk, start), start);
	expect(sys(SYS_brk, 0xFFFFF000), start); /* refused: says where the break is */
	expect(sys(SYS_brk, 1), start);
}

static void test_mlock(void)
{
	char *p = map_pages(4);

	expect(sys(SYS_mlock, p + PAGE, 2 * PAGE), 0);
	check(p[PAGE] == 0);
	expect(sys(SYS_munlock, p, 4 * PAGE), 0);
	expect(sys(SYS_munmap, p + 2 * PAGE, PAGE), 0);
	expect(sys(SYS_mlock, p, 4 * PAGE), -ENOMEM);
	expect(sys(SYS_munlock, p, 2 * PAGE), 0);
	expect(sys(SYS_mlockall, 0), -EINVAL);
	expect(sys(SYS_munlockall), 0);
	sys(SYS_munmap, p, 4 * PAGE);
}

static void test_madvise(void)
{
	char *p = map_pages(4);
	unsigned char vec[4] = { 9, 9, 9, 9 };

	fill(p, 4, 'd');
	expect(sys(SYS_madvise, p + PAGE, PAGE, MADV_DONTNEED), 0);
	check(p[PAGE] == 0 && p[2 * PAGE] == 'f', "MADV_DONTNEED: %d %d", p[PAGE], p[2 * PAGE]);
	expect(sys(SYS_madvise, p, PAGE, 999), -EINVAL);
	expect(sys(SYS_madvise, p + 1, PAGE, MADV_DONTNEED), -EINVAL);
	expect(sys(SYS_mincore, p, 4 * PAGE, vec), 0);
	expect(sys(SYS_mincore, p + 1, PAGE, vec), -EINVAL);
	expect(sys(SYS_mincore, p, 4 * PAGE, 0xFFFFF000), -EFAULT);
	expect(sys(SYS_munmap, p + 2 * PAGE, PAGE), 0);
	expect(sys(SYS_mincore, p, 4 * PAGE, vec), -ENOMEM);
	expect(sys(SYS_msync, p, PAGE, 4), 0);
	expect(sys(SYS_msync, p + 1, PAGE, 4), -EINVAL);
	sys(SYS_munmap, p, 4 * PAGE);
}

static void test_file(const char *path)
{
	long fd = sys(SYS_open, path, O_RDONLY), r, size;
	char head[4], *p;

	check(fd >= 0, "open %s: %ld", path, fd);
	if (fd < 0)
		return;
	size = sys(SYS_lseek, fd, 0, SEEK_END);
	check(size > 64, "size %ld", size);
	expect(sys(SYS_lseek, fd, 1, SEEK_SET), 1);
	expect(sys(SYS_read, fd, head, 3), 3);
	check(!memcmp(head, "ELF", 3), "read");
	expect(sys(SYS_lseek, fd, 0, SEEK_CUR), 4);
	expect(sys(SYS_lseek, fd, -5, SEEK_CUR), -EINVAL);
	r = sys(SYS_mmap2, 0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	check(!MAP_FAILED(r), "private mapping: %ld", r);
	p = (char *)r;
	check(!memcmp(p + 1, "ELF", 3), "mapped contents");
	p[1] = 'X'; /* our copy */
	r = sys(SYS_mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	check(((char *)r)[1] == 'E', "a private write reached the file");
	expect(sys(SYS_munmap, r, PAGE), 0);
	expect(sys(SYS_mmap2, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), -EACCES);
	r = sys(SYS_mmap2, 0, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	check(!MAP_FAILED(r) && ((char *)r)[1] == 'E', "shared, read only: %ld", r);
	expect(sys(SYS_mprotect, r, PAGE, PROT_READ | PROT_WRITE), -EACCES);
	expect(sys(SYS_munmap, r, PAGE), 0);
	expect(sys(SYS_munmap, p, 2 * PAGE), 0);
	/* wholly beyond the end */
	r = sys(SYS_mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd, (size >> 12) + 2);
	check(!MAP_FAILED(r), "beyond the end: %ld", r);
	target = (char *)r;
	expect(SIGNAL_OF(in_child(touch_read, NULL)), SIGBUS);
	sys(SYS_munmap, r, PAGE);
	expect(sys(SYS_close, fd), 0);
	expect(sys(SYS_close, fd), -EBADF);
}

static void test_descriptors(void)
{
	long fd = sys(SYS_open, "/dev/zero", O_RDWR), fd2;
	char c = 1;

	check(fd >= 0, "/dev/zero: %ld", fd);
	expect(sys(SYS_read, fd, &c, 1), 1);
	check(c == 0);
	expect(sys(SYS_write, fd, &c, 1), 1);
	fd2 = sys(SYS_dup, fd);
	check(fd2 > fd, "dup: %ld", fd2);
	expect(sys(SYS_dup2, fd, 40), 40);
	expect(sys(SYS_read, 40, &c, 1), 1);
	expect(sys(SYS_close, fd), 0);
	expect(sys(SYS_read, fd2, &c, 1), 1);
	expect(sys(SYS_close, fd2), 0);
	expect(sys(SYS_close, 40), 0);
	expect(sys(SYS_read, 40, &c, 1), -EBADF);
	expect(sys(SYS_dup2, 40, 41), -EBADF);
	expect(sys(SYS_open, "/no/such/file", O_RDONLY), -ENOENT);
	fd = sys(SYS_open, "/dev/null", O_RDWR);
	expect(sys(SYS_read, fd, &c, 1), 0);
	expect(sys(SYS_write, fd, "xyz", 3), 3);
	expect(sys(SYS_close, fd), 0);
}

/* Many small areas: the list becomes a tree and a list again. */
static void test_many_areas(void)
{
	enum { N = 100 };
	char *p = map_pages(2 * N);
	int i;

	for (i = 0; i < N; i++)
		expect(sys(SYS_mprotect, p + 2 * (size_t)i * PAGE, PAGE, PROT_READ), 0);
	for (i = 0; i < 2 * N; i++)
		check(p[(size_t)i * PAGE] == 0);
	for (i = 0; i < N; i++)
		expect(sys(SYS_munmap, p + (2 * (size_t)((i * 37) % N) + 1) * PAGE, PAGE), 0);
	for (i = 0; i < N; i++)
		check(p[2 * (size_t)i * PAGE] == 0);
	expect(sys(SYS_munmap, p, 2 * N * PAGE), 0);
	READABLE(p + 10 * PAGE, false);
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)envp;
	test_mmap();
	test_mmap_refuses();
	test_mprotect();
	test_mremap();
	test_brk();
	test_mlock();
	test_madvise();
	test_file(strchr(argv[0], '/') ? argv[0] : "/bin/mmaptest");
	test_descriptors();
	test_many_areas();
	return test_end("mmaptest");
}
