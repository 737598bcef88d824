/*
 * tests/programs/filestest.c - files, directories and links as a program sees them.
 *
 * Arguments: [DIRECTORY] to work in (default /tmp/ft); "full" as the second one fills the disk first. Runs
 * on Linux, too, and there says the same. What it leaves behind is looked at from outside: `kept`
 * holds the lines "line 000001" to "line 020000", `sparse` one byte each at 0, 1 MB and 5 MB.
 */
#include "lib.h"

#define SYS_pread64  180
#define SYS_pwrite64 181

#define SYS_creat	8
#define SYS_chmod	15
#define SYS_umask	60
#define SYS_readlink	85
#define SYS_fchdir	133
#define SYS_getcwd	183
#define SYS_stat64	195
#define SYS_lstat64	196
#define SYS_fstat64	197
#define SYS_getdents64	220
#define SYS_statfs64	268
#define SYS_utimes	271
#define SYS_openat	295
#define SYS_unlinkat	301

#define EIO	     5

#define O_EXCL	    0200
#define O_DIRECTORY 0200000
#define O_NOFOLLOW  0400000

#define MODE_TYPE 0170000
#define MODE_DIR  0040000
#define MODE_REG  0100000
#define MODE_LNK  0120000

/* struct stat64 of Linux/i386. */
struct stat64 {
	uint32_t dev[2], pad0, ino32, mode, nlink, uid, gid, rdev[2], pad1;
	uint32_t size[2], blksize, blocks[2];
	uint32_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns, ino[2];
};

static struct stat64 st;

static long stat_of(const char *path)
{
	memset(&st, 0, sizeof(st));
	return sys(SYS_stat64, path, &st);
}

static long lstat_of(const char *path)
{
	memset(&st, 0, sizeof(st));
	return sys(SYS_lstat64, path, &st);
}

/* A file with this text; 0 or -errno. */
static long write_file(const char *path, unsigned flags, const char *text)
{
	long fd = sys(SYS_open, path, O_WRONLY | O_CREAT | flags, 0644), n;

	if (fd < 0)
		return fd;
	n = sys(SYS_write, fd, text, strlen(text));
	sys(SYS_close, fd);
	return n == (long)strlen(text) ? 0 : n;
}

static bool holds(const char *path, const char *text)
{
	char buf[256];
	long n = read_file(path, buf, sizeof(buf));

	return n == (long)strlen(text) && !memcmp(buf, text, (size_t)n);
}

/* --- creating and opening -------------------------------------------------------------------- */

static void creating(void)
{
	long fd;

	expect(write_file("a", O_EXCL, "hello"), 0);
	expect(write_file("a", O_EXCL, "hello"), -EEXIST);
	check(holds("a", "hello"));
	expect(write_file("a", 0, "J"), 0);
	check(holds("a", "Jello"));
	expect(write_file("a", O_APPEND, " world"), 0);
	check(holds("a", "Jello world"));
	expect(write_file("a", O_TRUNC, "x"), 0);
	check(holds("a", "x"));
	expect(sys(SYS_open, "nosuch", O_RDONLY), -ENOENT);
	expect(sys(SYS_open, "nosuch/b", O_WRONLY | O_CREAT, 0644), -ENOENT);
	expect(sys(SYS_open, "a/b", O_WRONLY | O_CREAT, 0644), -ENOTDIR);
	expect(sys(SYS_open, "a", O_RDONLY | O_DIRECTORY), -ENOTDIR);
	expect(sys(SYS_open, ".", O_WRONLY), -EISDIR);
	expect(sys(SYS_open, ".", O_RDWR | O_CREAT, 0644), -EISDIR);
	expect(sys(SYS_open, "b/", O_WRONLY | O_CREAT, 0644), -EISDIR);
	expect(sys(SYS_open, "", O_RDONLY), -ENOENT);
	fd = sys(SYS_creat, "b", 0666);
	check(fd >= 0);
	expect(sys(SYS_read, fd, &fd, 1), -EBADF);
	expect(sys(SYS_close, fd), 0);
	expect(stat_of("b"), 0);
	check((st.mode & MODE_TYPE) == MODE_REG && (st.mode & 0777) == 0644, "mode %x", st.mode);
	expect(sys(SYS_umask, 077), 022);
	fd = sys(SYS_creat, "c", 0666);
	expect(sys(SYS_close, fd), 0);
	expect(stat_of("c"), 0);
	check((st.mode & 0777) == 0600);
	expect(sys(SYS_umask, 022), 077);
	expect(sys(SYS_chmod, "c", 0751), 0);
	expect(stat_of("c"), 0);
	check((st.mode & 07777) == 0751);
	expect(sys(SYS_unlink, "b"), 0);
	expect(sys(SYS_unlink, "b"), -ENOENT);
	expect(sys(SYS_unlink, "c"), 0);
}

/* --- directories ----------------------------------------------------------------------------- */

static void directories(const char *base)
{
	char buf[256];
	long fd;

	expect(sys(SYS_mkdir, "d", 0777), 0);
	expect(sys(SYS_mkdir, "d", 0777), -EEXIST);
	expect(sys(SYS_mkdir, "d/e/", 0777), 0);
	expect(sys(SYS_mkdir, "x/y", 0777), -ENOENT);
	expect(sys(SYS_mkdir, "a/y", 0777), -ENOTDIR);
	expect(stat_of("d"), 0);
	check((st.mode & MODE_TYPE) == MODE_DIR && st.nlink == 3, "nlink %u", st.nlink);
	expect(sys(SYS_rmdir, "d"), -ENOTEMPTY);
	expect(sys(SYS_rmdir, "a"), -ENOTDIR);
	expect(sys(SYS_unlink, "d"), -EISDIR);
	expect(sys(SYS_rmdir, "d/e/."), -EINVAL);
	expect(sys(SYS_chdir, "d/e"), 0);
	check(sys(SYS_getcwd, buf, sizeof(buf)) > 0);
	check(!strncmp(buf, base, strlen(base)) && !strcmp(buf + strlen(base), "/d/e"), "%s", buf);
	expect(sys(SYS_getcwd, buf, 4), -34);
	expect(write_file("../../d/f", 0, "up"), 0);
	check(holds("../f", "up"));
	fd = sys(SYS_open, "../..", O_RDONLY | O_DIRECTORY);
	check(fd >= 0);
	expect(sys(SYS_rmdir, "../e"), 0); /* we stand in it */
	expect(sys(SYS_open, "x", O_WRONLY | O_CREAT, 0644), -ENOENT);
	expect(sys(SYS_getcwd, buf, sizeof(buf)), -ENOENT);
	expect(sys(SYS_fchdir, fd), 0);
	check(holds("d/f", "up"));
	expect(sys(SYS_openat, fd, "d/nosuch", O_RDONLY), -ENOENT);
	expect(sys(SYS_unlinkat, fd, "d/f", 0), 0);
	expect(sys(SYS_unlinkat, fd, "d", 0x200), 0);
	expect(sys(SYS_chdir, "a"), -ENOTDIR);
	expect(sys(SYS_close, fd), 0);
}

/* Names in the directory called @path, dots not counted; -errno. */
static long count_names(const char *path, size_t size)
{
	static uint64_t buf[512];
	long fd = sys(SYS_open, path, O_RDONLY | O_DIRECTORY), n, count = 0;

	if (fd < 0)
		return fd;
	while ((n = sys(SYS_getdents64, fd, buf, size)) > 0) {
		long at = 0;

		while (at < n) {
			const char *d = (const char *)buf + at;
			unsigned len = (uint8_t)d[16] | (unsigned)(uint8_t)d[17] << 8;

			if (d[19] != '.')
				count++;
			at += len;
		}
	}
	sys(SYS_close, fd);
	return n < 0 ? n : count;
}

static void make_name(char *name, int i)
{
	memcpy(name, "many/file-with-a-name-000", 26);
	name[22] = (char)('0' + i / 100);
	name[23] = (char)('0' + i / 10 % 10);
	name[24] = (char)('0' + i % 10);
}

static void many_names(void)
{
	char name[32];
	int i;

	expect(sys(SYS_mkdir, "many", 0755), 0);
	for (i = 0; i < 300; i++) {
		make_name(name, i);
		expect(sys(SYS_link, "a", name), 0);
	}
	expect(stat_of("a"), 0);
	check(st.nlink == 301, "nlink %u", st.nlink);
	expect(count_names("many", 4096), 300);
	expect(count_names("many", 64), 300);
	expect(count_names("many", 8), -EINVAL);
	for (i = 0; i < 300; i++) {
		make_name(name, i);
		expect(sys(SYS_unlink, name), 0);
	}
	expect(count_names("many", 4096), 0);
	expect(sys(SYS_rmdir, "many"), 0);
	check(count_names("/dev", 4096) > 5);
	check(count_names("/proc", 4096) > 5);
}

/* --- links and renaming ---------------------------------------------------------------------- */

static void links(void)
{
	char text[300], buf[300];
	uint32_t ino;

	expect(write_file("one", 0, "1"), 0);
	expect(sys(SYS_link, "one", "two"), 0);
	expect(sys(SYS_link, "one", "two"), -EEXIST);
	expect(sys(SYS_link, ".", "dir"), -EPERM);
	expect(stat_of("one"), 0);
	ino = st.ino[0];
	expect(stat_of("two"), 0);
	check(st.ino[0] == ino && st.nlink == 2);
	expect(sys(SYS_unlink, "one"), 0);
	check(holds("two", "1"));
	expect(stat_of("two"), 0);
	check(st.nlink == 1);
	/* symbolic ones, short and long */
	memset(text, '/', 200);
	memcpy(text + 200, "nosuch", 7);
	expect(sys(SYS_symlink, "two", "s"), 0);
	expect(sys(SYS_symlink, "two", "s"), -EEXIST);
	expect(sys(SYS_symlink, "", "empty"), -ENOENT);
	expect(sys(SYS_symlink, text, "long"), 0);
	expect(sys(SYS_readlink, "s", buf, sizeof(buf)), 3);
	expect(sys(SYS_readlink, "long", buf, sizeof(buf)), 206);
	check(!memcmp(buf, text, 206));
	expect(sys(SYS_readlink, "long", buf, 10), 10);
	expect(sys(SYS_readlink, "two", buf, 10), -EINVAL);
	check(holds("s", "1"));
	expect(lstat_of("s"), 0);
	check((st.mode & MODE_TYPE) == MODE_LNK && st.size[0] == 3);
	expect(sys(SYS_open, "long", O_RDONLY), -ENOENT);
	expect(sys(SYS_open, "s", O_RDONLY | O_NOFOLLOW), -ELOOP);
	expect(sys(SYS_symlink, "loop", "loop"), 0);
	expect(sys(SYS_open, "loop", O_RDONLY), -ELOOP);
	expect(sys(SYS_symlink, "made", "dangling"), 0);
	expect(write_file("dangling", O_EXCL, "x"), -EEXIST);
	expect(write_file("dangling", 0, "through"), 0);
	check(holds("made", "through"));
	expect(sys(SYS_symlink, ".", "here"), 0);
	check(holds("here/here/two", "1"));
	expect(sys(SYS_unlink, "here/"), -ENOTDIR);
	expect(sys(SYS_unlink, "here"), 0);
	expect(sys(SYS_unlink, "loop"), 0);
	expect(sys(SYS_unlink, "long"), 0);
	expect(sys(SYS_unlink, "dangling"), 0);
	expect(sys(SYS_unlink, "made"), 0);
	expect(sys(SYS_unlink, "s"), 0);
	expect(sys(SYS_unlink, "two"), 0);
}

static void renaming(void)
{
	expect(write_file("r1", 0, "first"), 0);
	expect(write_file("r2", 0, "second"), 0);
	expect(sys(SYS_rename, "r1", "r1"), 0);
	expect(sys(SYS_rename, "r1", "r2"), 0);
	check(holds("r2", "first"));
	expect(stat_of("r1"), -ENOENT);
	expect(sys(SYS_rename, "r1", "r3"), -ENOENT);
	expect(sys(SYS_mkdir, "p", 0755), 0);
	expect(sys(SYS_mkdir, "p/q", 0755), 0);
	expect(sys(SYS_mkdir, "t", 0755), 0);
	expect(sys(SYS_rename, "r2", "p"), -EISDIR);
	expect(sys(SYS_rename, "p", "r2"), -ENOTDIR);
	expect(sys(SYS_rename, "p", "p/q/r"), -EINVAL);
	expect(sys(SYS_rename, "t", "p"), -ENOTEMPTY);
	expect(sys(SYS_rename, ".", "t"), -EBUSY);
	expect(sys(SYS_rename, "r2", "p/q/r2"), 0);
	expect(sys(SYS_rename, "p/q", "t"), 0); /* over an empty directory */
	check(holds("t/r2", "first"));
	check(holds("t/../t/r2", "first"));
	expect(stat_of("p"), 0);
	check(st.nlink == 2);
	expect(sys(SYS_rename, "t", "p/t"), 0);
	check(holds("p/t/../t/r2", "first"));
	expect(sys(SYS_unlink, "p/t/r2"), 0);
	expect(sys(SYS_rmdir, "p/t"), 0);
	expect(sys(SYS_rmdir, "p"), 0);
}

/* --- contents -------------------------------------------------------------------------------- */

static void byte_at(long fd, long pos, char c)
{
	expect(sys(SYS_lseek, fd, pos, SEEK_SET), pos);
	expect(sys(SYS_write, fd, &c, 1), 1);
}

static int peek_at(long fd, long pos)
{
	char c = 1;

	sys(SYS_lseek, fd, pos, SEEK_SET);
	return sys(SYS_read, fd, &c, 1) == 1 ? (uint8_t)c : -1;
}

/* pread64 and pwrite64 leave the position alone; a pipe has none. */
static void placed(void)
{
	long fd = sys(SYS_open, "placed", O_RDWR | O_CREAT | O_TRUNC, 0644);
	int32_t ends[2];
	char c = 0;

	expect(sys(SYS_write, fd, "abcdef", 6), 6);
	expect(sys(SYS_pwrite64, fd, "X", 1, 2, 0), 1);
	expect(sys(SYS_pread64, fd, &c, 1, 2, 0), 1);
	check(c == 'X');
	expect(sys(SYS_pread64, fd, &c, 1, 6, 0), 0);
	expect(sys(SYS_pread64, fd, &c, 1, 0, 0x80000000), -EINVAL);
	expect(sys(SYS_lseek, fd, 0, SEEK_CUR), 6);
	expect(sys(SYS_pwrite64, fd, "Y", 1, 0x100000, 0), 1);
	expect(sys(SYS_lseek, fd, 0, SEEK_END), 0x100001);
	expect(sys(SYS_close, fd), 0);
	expect(sys(SYS_pread64, fd, &c, 1, 0, 0), -EBADF);
	expect(sys(SYS_unlink, "placed"), 0);
	expect(sys(SYS_pipe, ends), 0);
	expect(sys(SYS_pread64, ends[0], &c, 1, 0, 0), -29); /* ESPIPE */
	expect(sys(SYS_close, ends[0]), 0);
	expect(sys(SYS_close, ends[1]), 0);
}

static void sparse(void)
{
	long fd = sys(SYS_open, "sparse", O_RDWR | O_CREAT | O_TRUNC, 0644);

	check(fd >= 0);
	byte_at(fd, 0, 'A');
	byte_at(fd, 1 << 20, 'B');
	byte_at(fd, 5 << 20, 'C');
	expect(sys(SYS_fstat64, fd, &st), 0);
	check(st.size[0] == (5u << 20) + 1);
	check(st.blocks[0] < 100, "%u sectors", st.blocks[0]);
	expect(peek_at(fd, 0), 'A');
	expect(peek_at(fd, 4096), 0);
	expect(peek_at(fd, 1 << 20), 'B');
	expect(peek_at(fd, (1 << 20) + 1), 0);
	expect(peek_at(fd, 5 << 20), 'C');
	expect(peek_at(fd, (5 << 20) + 1), -1);
	expect(sys(SYS_close, fd), 0);
}

/* What was cut off reads as zero when the file grows again. */
static void truncating(void)
{
	char buf[5000];
	long fd;

	memset(buf, 'z', sizeof(buf));
	fd = sys(SYS_open, "cut", O_RDWR | O_CREAT, 0644);
	expect(sys(SYS_write, fd, buf, 5000), 5000);
	expect(sys(SYS_ftruncate, fd, 100), 0);
	expect(sys(SYS_lseek, fd, 0, SEEK_END), 100);
	expect(sys(SYS_ftruncate, fd, 9000), 0);
	expect(peek_at(fd, 99), 'z');
	expect(peek_at(fd, 100), 0);
	expect(peek_at(fd, 4999), 0);
	expect(peek_at(fd, 8999), 0);
	expect(sys(SYS_truncate, "cut", 50), 0);
	expect(peek_at(fd, 50), -1);
	byte_at(fd, 4096, 'y');
	expect(peek_at(fd, 50), 0);
	expect(peek_at(fd, 4095), 0);
	expect(sys(SYS_ftruncate, fd, -1), -EINVAL);
	expect(sys(SYS_fsync, fd), 0);
	expect(sys(SYS_close, fd), 0);
	fd = sys(SYS_open, "cut", O_RDONLY);
	expect(sys(SYS_ftruncate, fd, 0), -EINVAL);
	expect(sys(SYS_close, fd), 0);
	expect(sys(SYS_truncate, ".", 0), -EISDIR);
	expect(sys(SYS_truncate, "cut", 0), 0);
	expect(sys(SYS_unlink, "cut"), 0);
}

/* Open, without a name: it lives as long as it is open. */
static void nameless(void)
{
	long fd = sys(SYS_open, "gone", O_RDWR | O_CREAT | O_EXCL, 0644);

	byte_at(fd, 70000, 'g');
	expect(sys(SYS_unlink, "gone"), 0);
	expect(stat_of("gone"), -ENOENT);
	expect(sys(SYS_fstat64, fd, &st), 0);
	check(st.nlink == 0);
	expect(peek_at(fd, 70000), 'g');
	expect(write_file("gone", O_EXCL, "new"), 0); /* another one */
	expect(peek_at(fd, 70000), 'g');
	expect(sys(SYS_close, fd), 0);
	check(holds("gone", "new"));
	expect(sys(SYS_unlink, "gone"), 0);
	fd = sys(SYS_open, "left-open", O_RDWR | O_CREAT, 0644); /* at the end of the program, and */
	byte_at(fd, 10, 'o');
	expect(sys(SYS_unlink, "left-open"), 0);
}

static void times(void)
{
	uint32_t tv[4] = { 1000000, 0, 2000000, 0 };

	expect(sys(SYS_utimes, "a", tv), 0);
	expect(stat_of("a"), 0);
	check(st.atime == 1000000 && st.mtime == 2000000);
}

/* --- names that are too long ------------------------------------------------------------------ */

static void long_names(void)
{
	char name[300];

	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	expect(write_file(name, 0, "long"), 0);
	check(holds(name, "long"));
	expect(sys(SYS_unlink, name), 0);
	name[255] = 'n';
	name[256] = '\0';
	expect(sys(SYS_open, name, O_WRONLY | O_CREAT, 0644), -ENAMETOOLONG);
	expect(sys(SYS_mkdir, name, 0755), -ENAMETOOLONG);
	expect(stat_of(name), -ENAMETOOLONG);
}

/* --- a file to be looked at ------------------------------------------------------------------- */

static void put_line(char *line, int i)
{
	int d;

	memcpy(line, "line 000000\n", 12);
	for (d = 10; i; d--, i /= 10)
		line[d] = (char)('0' + i % 10);
}

static void kept(void)
{
	static char buf[12 * 100];
	long fd = sys(SYS_open, "kept", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	int i, j;

	for (i = 0; i < 200; i++) {
		for (j = 0; j < 100; j++)
			put_line(buf + 12 * j, i * 100 + j + 1);
		expect(sys(SYS_write, fd, buf, sizeof(buf)), (long)sizeof(buf));
	}
	expect(sys(SYS_close, fd), 0);
	expect(stat_of("kept"), 0);
	check(st.size[0] == 240000);
}

/* --- a full disk ------------------------------------------------------------------------------ */

/* One-byte files until there is no room: a large file leaves a few blocks, fewer than its next
 * indirect block would need. How many were made. */
static int small_files(void)
{
	char name[] = "small-000";
	long error;
	int i;

	for (i = 0; i < 100; i++) {
		name[7] = (char)('0' + i / 10);
		name[8] = (char)('0' + i % 10);
		error = write_file(name, O_EXCL, "s");
		if (error)
			break;
	}
	expect(error, -ENOSPC);
	sys(SYS_unlink, name); /* made, not filled */
	return i;
}

static void remove_small_files(int n)
{
	char name[] = "small-000";

	while (n-- > 0) {
		name[7] = (char)('0' + n / 10);
		name[8] = (char)('0' + n % 10);
		expect(sys(SYS_unlink, name), 0);
	}
}

static void full_disk(void)
{
	static char buf[16384];
	long fd, n, total = 0;
	int small;

	memset(buf, 'F', sizeof(buf));
	fd = sys(SYS_open, "filler", O_RDWR | O_CREAT, 0644);
	while ((n = sys(SYS_write, fd, buf, sizeof(buf))) > 0)
		total += n;
	expect(n, -ENOSPC);
	check(total > 100000, "%ld bytes fitted", total);
	expect(sys(SYS_fstat64, fd, &st), 0);
	check((long)st.size[0] == total, "%u of %ld", st.size[0], total);
	expect(peek_at(fd, total - 1), 'F');
	small = small_files();
	expect(sys(SYS_mkdir, "no-room", 0755), -ENOSPC);
	expect(write_file("kept-small", 0, "x"), -ENOSPC);
	expect(stat_of("no-room"), -ENOENT);
	remove_small_files(small);
	expect(sys(SYS_ftruncate, fd, total / 2), 0);
	expect(write_file("kept-small", 0, "x"), 0);
	check(holds("kept-small", "x"));
	expect(sys(SYS_close, fd), 0);
	expect(sys(SYS_unlink, "filler"), 0);
	expect(sys(SYS_mkdir, "no-room", 0755), 0);
	expect(sys(SYS_rmdir, "no-room"), 0);
	expect(sys(SYS_unlink, "kept-small"), 0);
}

int main(int argc, char **argv, char **envp)
{
	const char *base = argc > 1 ? argv[1] : "/tmp/ft";

	(void)envp;

	sys(SYS_umask, 022);
	expect(sys(SYS_mkdir, base, 0755), 0);
	expect(sys(SYS_chdir, base), 0);
	creating();
	directories(base);
	many_names();
	links();
	renaming();
	placed();
	sparse();
	truncating();
	nameless();
	times();
	long_names();
	if (argc > 2)
		full_disk();
	kept();
	return test_end("filestest");
}
