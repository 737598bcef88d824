/*
 * tests/programs/maptest.c - mapped files: shared and private, coherent with read() and write(),
 * the end of a file and truncation under a mapping, buffers that map the file itself, fork, unlink,
 * exec; and files larger than memory.
 *
 *	maptest				the checks, with files in the current directory
 *	maptest big FILE MB		write FILE, read it back, rewrite it through a shared
 *					mapping, read it again
 *	maptest check FILE MB ROUND	is FILE what round 1 (write) or 2 (mapping) left? For the
 *					host, too.
 */
#include "lib.h"

#define MS_ASYNC 1

#define NAME "maptest.dat"

static char page[PAGE], other[PAGE];

static long create(const char *name, int flags)
{
	return sys(SYS_open, name, O_RDWR | O_CREAT | flags, 0644);
}

static char *map(long fd, size_t pages, int prot, int flags)
{
	return (char *)sys(SYS_mmap2, 0, pages * PAGE, prot, flags, fd, 0);
}

static void unmap(char *p, size_t pages)
{
	expect(sys(SYS_munmap, p, pages * PAGE), 0);
}

static long read_at(long fd, long at, char *buf, size_t n)
{
	expect(sys(SYS_lseek, fd, at, SEEK_SET), at);
	return sys(SYS_read, fd, buf, n);
}

static long write_at(long fd, long at, const char *buf, size_t n)
{
	expect(sys(SYS_lseek, fd, at, SEEK_SET), at);
	return sys(SYS_write, fd, buf, n);
}

static bool all(const char *p, char c, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] != c)
			return false;
	return true;
}

/* A file of @pages pages, page i full of 'a' + i % 26. */
static long make_file(const char *name, int pages)
{
	long fd = create(name, O_TRUNC);
	int i;

	check(fd >= 0);
	for (i = 0; i < pages; i++) {
		memset(page, 'a' + i % 26, PAGE);
		expect(sys(SYS_write, fd, page, PAGE), PAGE);
	}
	return fd;
}

static volatile char *target;

static int touch(void *arg)
{
	if (arg)
		*target = 1;
	return *target & 0;
}

#define TOUCH(p, write, want)                                                                      \
	do {                                                                                       \
		target = (p);                                                                      \
		check_value(SIGNAL_OF(in_child(touch, (write) ? "" : NULL)), (want), __LINE__,     \
			    "touch");                                                              \
	} while (0)

/* --- the checks ------------------------------------------------------------------------------- */

static void shared(void)
{
	long fd = make_file(NAME, 4), fd2;
	char *p = map(fd, 4, PROT_READ | PROT_WRITE, MAP_SHARED);
	char *q = map(fd, 4, PROT_READ, MAP_SHARED);

	check(!MAP_FAILED(p) && !MAP_FAILED(q));
	check(all(p + 2 * PAGE, 'c', PAGE));
	p[PAGE] = 'X';
	check(q[PAGE] == 'X');
	expect(read_at(fd, PAGE, other, 1), 1);
	check(other[0] == 'X');
	expect(write_at(fd, 3 * PAGE + 5, "Y", 1), 1);
	check(p[3 * PAGE + 5] == 'Y' && q[3 * PAGE + 5] == 'Y');
	fd2 = sys(SYS_open, NAME, O_RDONLY);
	check(fd2 >= 0);
	expect(read_at(fd2, PAGE, other, PAGE), PAGE);
	check(other[0] == 'X' && all(other + 1, 'b', PAGE - 1));
	expect(sys(SYS_msync, p, 4 * PAGE, MS_ASYNC), 0);
	expect(sys(SYS_msync, p, 4 * PAGE, MS_SYNC), 0);
	expect(sys(SYS_msync, p + 1, PAGE, MS_SYNC), -EINVAL);
	expect(sys(SYS_msync, p, PAGE, MS_SYNC | MS_ASYNC), -EINVAL);
	expect(sys(SYS_mmap2, 0, PAGE, PROT_WRITE, MAP_SHARED, fd2, 0), -EACCES);
	expect(sys(SYS_close, fd), 0);
	p[0] = 'Z'; /* the mapping outlives the descriptor */
	unmap(p, 4);
	expect(read_at(fd2, 0, other, 2), 2);
	check(other[0] == 'Z' && other[1] == 'a');
	TOUCH(q, true, SIGSEGV);
	unmap(q, 4);
	expect(sys(SYS_close, fd2), 0);
}

static void private(void)
{
	long fd = make_file(NAME, 3);
	char *p = map(fd, 3, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	check(p[0] == 'a');
	p[0] = 'P';
	p[PAGE + 1] = 'Q'; /* first touch is a write */
	check(p[0] == 'P' && p[1] == 'a' && p[PAGE] == 'b' && p[PAGE + 1] == 'Q');
	expect(read_at(fd, 0, other, PAGE), PAGE);
	check(all(other, 'a', PAGE));
	expect(write_at(fd, 2 * PAGE, "W", 1), 1);
	check(p[2 * PAGE] == 'W');
	unmap(p, 3);
	expect(sys(SYS_close, fd), 0);
}

static void ends(void)
{
	long fd = make_file(NAME, 3);
	char *p = map(fd, 8, PROT_READ | PROT_WRITE, MAP_SHARED);

	TOUCH(p + 3 * PAGE, false, SIGBUS);
	TOUCH(p + 7 * PAGE, true, SIGBUS);
	expect(sys(SYS_ftruncate, fd, PAGE + 100), 0);
	TOUCH(p + 2 * PAGE, false, SIGBUS);
	check(all(p + PAGE, 'b', 100) && all(p + PAGE + 100, 0, PAGE - 100));
	p[PAGE + 200] = '!'; /* behind the end: seen by nobody else */
	expect(sys(SYS_ftruncate, fd, 4 * PAGE), 0);
	check(all(p + PAGE + 100, 0, PAGE - 100) && all(p + 3 * PAGE, 0, PAGE));
	expect(write_at(fd, 6 * PAGE, "e", 1), 1);
	check(p[6 * PAGE] == 'e' && all(p + 5 * PAGE, 0, PAGE));
	expect(read_at(fd, 5 * PAGE, other, PAGE), PAGE);
	check(all(other, 0, PAGE));
	expect(read_at(fd, 6 * PAGE, other, PAGE), 1);
	expect(sys(SYS_truncate, NAME, 0), 0);
	TOUCH(p, true, SIGBUS);
	expect(read_at(fd, 0, other, 1), 0);
	unmap(p, 8);
	expect(sys(SYS_close, fd), 0);
	fd = sys(SYS_open, NAME, O_WRONLY | O_APPEND);
	expect(sys(SYS_write, fd, "12", 2), 2);
	expect(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	expect(sys(SYS_write, fd, "34", 2), 2);
	expect(sys(SYS_close, fd), 0);
	fd = sys(SYS_open, NAME, O_RDONLY);
	expect(sys(SYS_read, fd, other, 10), 4);
	check(!memcmp(other, "1234", 4));
	expect(sys(SYS_close, fd), 0);
}

/* Buffers of read() and write() that map the file, and buffers that end early. */
static void buffers(void)
{
	long fd = make_file(NAME, 4);
	char *p = map(fd, 4, PROT_READ | PROT_WRITE, MAP_SHARED), *m = map_pages(2);

	expect(write_at(fd, 0, p, PAGE), PAGE); /* onto itself */
	expect(write_at(fd, 0, p + PAGE, PAGE), PAGE);
	check(all(p, 'b', PAGE));
	expect(read_at(fd, 2 * PAGE, p + 3 * PAGE, PAGE), PAGE);
	check(all(p + 3 * PAGE, 'c', PAGE));
	expect(write_at(fd, 10, p + 3 * PAGE - 10, 20), 20);
	check(all(p + 10, 'c', 20) && p[9] == 'b' && p[30] == 'b');
	check(m != NULL);
	memset(m, 'm', 2 * PAGE);
	unmap(m + PAGE, 1);
	expect(write_at(fd, PAGE, m + PAGE - 8, 100), 8);
	check(all(p + PAGE, 'm', 8) && p[PAGE + 8] == 'b');
	expect(write_at(fd, 0, m + PAGE, 4), -EFAULT);
	expect(read_at(fd, 0, m + PAGE, 4), -EFAULT);
	expect(write_at(fd, 0, (char *)0xc0100000, 4), -EFAULT);
	unmap(m, 1);
	unmap(p, 4);
	expect(sys(SYS_close, fd), 0);
}

static char *forked_map;

static int child_writes(void *arg)
{
	(void)arg;
	if (forked_map[0] != 'p')
		return 1;
	forked_map[PAGE] = 'k';
	forked_map[4 * PAGE] = 'k';
	return forked_map[4 * PAGE] == 'k' ? 0 : 2;
}

/* Shared stays shared, private parts; an unlinked file lives as long as it is mapped. */
static void forked(void)
{
	long fd = make_file(NAME, 2);
	char *p = map(fd, 2, PROT_READ | PROT_WRITE, MAP_SHARED);
	char *q = map(fd, 2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	long at = sys(SYS_mmap2, 0, 6 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status;

	check(!MAP_FAILED(p) && !MAP_FAILED(q));
	unmap(p, 2);
	unmap(q, 2);
	p = (char *)sys(SYS_mmap2, at, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
			0);
	q = (char *)sys(SYS_mmap2, at + 4 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_FIXED, fd, 0);
	check((long)p == at && (long)q == at + 4 * (long)PAGE);
	expect(sys(SYS_unlink, NAME), 0);
	expect(sys(SYS_close, fd), 0);
	p[0] = 'p';
	q[1] = 'q';
	forked_map = p;
	status = in_child(child_writes, NULL);
	check(EXITED(status) && EXIT_CODE(status) == 0);
	check(p[PAGE] == 'k' && q[0] == 'p' && q[1] == 'q');
	unmap((char *)at, 6);
	expect(sys(SYS_open, NAME, O_RDONLY), -ENOENT);
}

static char *const hello_argv[] = { "maptest.exe", "mapped", NULL };

static int exec_copy(void *arg)
{
	(void)arg;
	sys(SYS_execve, "maptest.exe", hello_argv, NULL);
	return 99;
}

/* Copy this very program through two mappings, and run the copy while it is mapped. */
static void executed(const char *self)
{
	long from = sys(SYS_open, self, O_RDONLY), to = create("maptest.exe", O_TRUNC), size;
	size_t pages;
	char *p, *q;
	int status;

	if (from < 0)
		from = sys(SYS_open, "/bin/maptest", O_RDONLY);
	size = sys(SYS_lseek, from, 0, SEEK_END);
	check(from >= 0 && to >= 0 && size > 0);
	if (size <= 0)
		return;
	pages = ((size_t)size + PAGE - 1) / PAGE;
	expect(sys(SYS_ftruncate, to, size), 0);
	p = map(from, pages, PROT_READ, MAP_PRIVATE);
	q = map(to, pages, PROT_READ | PROT_WRITE, MAP_SHARED);
	memcpy(q, p, (size_t)size);
	expect(sys(SYS_close, to), 0);
	sys(15 /* chmod */, "maptest.exe", 0755);
	unmap(q, pages); /* Linux refuses to run a file that is mapped for writing */
	q = map(from, pages, PROT_READ, MAP_SHARED);
	status = in_child(exec_copy, NULL);
	check(EXITED(status) && EXIT_CODE(status) == 7);
	unmap(p, pages);
	unmap(q, pages);
	expect(sys(SYS_close, from), 0);
	expect(sys(SYS_unlink, "maptest.exe"), 0);
}

/* --- files larger than memory ----------------------------------------------------------------- */

static uint32_t word_at(uint32_t offset, unsigned round)
{
	return offset * 2654435761u + round * 40503u;
}

static void fill_page(uint32_t *p, uint32_t at, unsigned round)
{
	uint32_t i;

	for (i = 0; i < PAGE / 4; i++)
		p[i] = word_at(at + 4 * i, round);
}

static bool page_is(const uint32_t *p, uint32_t at, unsigned round)
{
	uint32_t i;

	for (i = 0; i < PAGE / 4; i++)
		if (p[i] != word_at(at + 4 * i, round)) {
			printf("maptest: offset %u: %x, not %x\n", at + 4 * i, p[i],
			       word_at(at + 4 * i, round));
			return false;
		}
	return true;
}

static bool file_is(long fd, uint32_t bytes, unsigned round)
{
	uint32_t at;

	sys(SYS_lseek, fd, 0, SEEK_SET);
	for (at = 0; at < bytes; at += PAGE)
		if (sys(SYS_read, fd, page, PAGE) != PAGE || !page_is((uint32_t *)page, at, round))
			return false;
	return sys(SYS_read, fd, page, 1) == 0;
}

static int big(const char *name, uint32_t bytes)
{
	long fd = create(name, O_TRUNC);
	uint32_t at;
	char *p;

	check(fd >= 0);
	for (at = 0; at < bytes; at += PAGE) {
		fill_page((uint32_t *)page, at, 1);
		expect(sys(SYS_write, fd, page, PAGE), PAGE);
	}
	check(file_is(fd, bytes, 1));
	p = map(fd, bytes / PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	check(!MAP_FAILED(p));
	for (at = 0; at < bytes && !failures; at += PAGE) {
		check(page_is((uint32_t *)(p + at), at, 1));
		fill_page((uint32_t *)(p + at), at, 2);
	}
	check(file_is(fd, bytes, 2));
	unmap(p, bytes / PAGE);
	expect(sys(SYS_fsync, fd), 0);
	check(file_is(fd, bytes, 2));
	expect(sys(SYS_close, fd), 0);
	return test_end("maptest big");
}

static int check_file(const char *name, uint32_t bytes, unsigned round)
{
	long fd = sys(SYS_open, name, O_RDONLY);
	bool ok = fd >= 0 && file_is(fd, bytes, round);

	printf("maptest: %s is %swhat round %u left\n", name, ok ? "" : "NOT ", round);
	return !ok;
}

int main(int argc, char **argv, char **envp)
{
	(void)envp;
	if (argc == 2 && !strcmp(argv[1], "mapped"))
		return 7;
	if (argc == 4 && !strcmp(argv[1], "big"))
		return big(argv[2], (uint32_t)number(argv[3], 24) << 20);
	if (argc == 5 && !strcmp(argv[1], "check"))
		return check_file(argv[2], (uint32_t)number(argv[3], 24) << 20,
				  (unsigned)number(argv[4], 1));
	shared();
	private();
	ends();
	buffers();
	forked();
	executed(argv[0]);
	sys(SYS_sync);
	return test_end("maptest");
}
