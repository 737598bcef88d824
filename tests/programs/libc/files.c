/*
 * tests/programs/libc/files.c - files, directories and what is known of them.
 */
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

/* --- flags of open() ----------------------------------------------------------------------------- */

static const struct {
	unsigned newlib, linux_bits;
} open_flags[] = {
	{ O_APPEND, 02000 },	 { O_CREAT, 0100 },	 { O_TRUNC, 01000 },
	{ O_EXCL, 0200 },	 { O_SYNC, 04010000 },	 { O_NONBLOCK, 04000 },
	{ O_NOCTTY, 0400 },	 { O_CLOEXEC, 02000000 }, { O_NOFOLLOW, 0400000 },
	{ O_DIRECTORY, 0200000 },
};
#define NR_FLAGS (sizeof(open_flags) / sizeof(open_flags[0]))

static unsigned flags_to_linux(unsigned flags)
{
	unsigned result = flags & O_ACCMODE, i;

	for (i = 0; i < NR_FLAGS; i++)
		if (flags & open_flags[i].newlib)
			result |= open_flags[i].linux_bits;
	return result;
}

static unsigned flags_from_linux(unsigned flags)
{
	unsigned result = flags & O_ACCMODE, i;

	for (i = 0; i < NR_FLAGS; i++)
		if ((flags & open_flags[i].linux_bits) == open_flags[i].linux_bits)
			result |= open_flags[i].newlib;
	return result;
}

/* --- descriptors ----------------------------------------------------------------------------------- */

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	return call(SYS_open, path, flags_to_linux((unsigned)flags), mode);
}

int creat(const char *path, mode_t mode)
{
	return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int close(int fd)
{
	return call(SYS_close, fd);
}

ssize_t read(int fd, void *buf, size_t n)
{
	return call(SYS_read, fd, buf, n);
}

ssize_t write(int fd, const void *buf, size_t n)
{
	return call(SYS_write, fd, buf, n);
}

off_t lseek(int fd, off_t offset, int whence)
{
	return call(SYS_lseek, fd, offset, whence);
}

int dup(int fd)
{
	return call(SYS_dup, fd);
}

int dup2(int fd, int to)
{
	return call(SYS_dup2, fd, to);
}

int pipe(int fds[2])
{
	return call(SYS_pipe, fds);
}

int fcntl(int fd, int command, ...)
{
	va_list ap;
	long arg, got;

	va_start(ap, command);
	arg = va_arg(ap, long);
	va_end(ap);
	if (command == F_SETFL)
		arg = (long)flags_to_linux((unsigned)arg);
	got = call(SYS_fcntl, fd, command, arg);
	return command == F_GETFL && got >= 0 ? (int)flags_from_linux((unsigned)got) : got;
}

int fsync(int fd)
{
	return call(SYS_fsync, fd);
}

void sync(void)
{
	call(SYS_sync);
}

int ftruncate(int fd, off_t length)
{
	return call(SYS_ftruncate, fd, length);
}

int truncate(const char *path, off_t length)
{
	return call(SYS_truncate, path, length);
}

/* --- what is known of a file ----------------------------------------------------------------------- */

/* struct stat64 of Linux/i386, in words: 64-bit fields stand at 4-byte boundaries there. */
struct linux_stat64 {
	uint32_t dev[2], pad0, ino32, mode, nlink, uid, gid, rdev[2], pad1;
	uint32_t size[2], blksize, blocks[2];
	uint32_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns, ino[2];
};
_Static_assert(sizeof(struct linux_stat64) == 96, "struct stat64 of Linux/i386");

static int fill(long got, const struct linux_stat64 *from, struct stat *to)
{
	if (got < 0)
		return -1;
	if (from->size[1] || from->size[0] > 0x7FFFFFFF) {
		errno = EOVERFLOW;
		return -1;
	}
	memset(to, 0, sizeof(*to));
	to->st_dev = from->dev[0];
	to->st_ino = from->ino[0];
	to->st_mode = from->mode;
	to->st_nlink = (nlink_t)from->nlink;
	to->st_uid = from->uid;
	to->st_gid = from->gid;
	to->st_rdev = from->rdev[0];
	to->st_size = (off_t)from->size[0];
	to->st_blksize = (blksize_t)from->blksize;
	to->st_blocks = (blkcnt_t)from->blocks[0];
	to->st_atim.tv_sec = (time_t)from->atime;
	to->st_atim.tv_nsec = (long)from->atime_ns;
	to->st_mtim.tv_sec = (time_t)from->mtime;
	to->st_mtim.tv_nsec = (long)from->mtime_ns;
	to->st_ctim.tv_sec = (time_t)from->ctime;
	to->st_ctim.tv_nsec = (long)from->ctime_ns;
	return 0;
}

int stat(const char *path, struct stat *st)
{
	struct linux_stat64 ls;

	return fill(call(SYS_stat64, path, &ls), &ls, st);
}

int lstat(const char *path, struct stat *st)
{
	struct linux_stat64 ls;

	return fill(call(SYS_lstat64, path, &ls), &ls, st);
}

int fstat(int fd, struct stat *st)
{
	struct linux_stat64 ls;

	return fill(call(SYS_fstat64, fd, &ls), &ls, st);
}

int access(const char *path, int mode)
{
	return call(SYS_access, path, mode);
}

int chmod(const char *path, mode_t mode)
{
	return call(SYS_chmod, path, mode);
}

mode_t umask(mode_t mask)
{
	return (mode_t)call(SYS_umask, mask);
}

int utime(const char *path, const struct utimbuf *times)
{
	uint32_t words[2];

	if (!times)
		return call(SYS_utime, path, NULL);
	words[0] = (uint32_t)times->actime;
	words[1] = (uint32_t)times->modtime;
	return call(SYS_utime, path, words);
}

/* --- names ------------------------------------------------------------------------------------------ */

int link(const char *from, const char *to)
{
	return call(SYS_link, from, to);
}

int symlink(const char *target, const char *path)
{
	return call(SYS_symlink, target, path);
}

ssize_t readlink(const char *restrict path, char *restrict buf, size_t n)
{
	return call(SYS_readlink, path, buf, n);
}

int unlink(const char *path)
{
	return call(SYS_unlink, path);
}

int rename(const char *from, const char *to)
{
	return call(SYS_rename, from, to);
}

/* newlib's own would be a link() and an unlink(). */
int _rename_r(struct _reent *reent, const char *from, const char *to)
{
	(void)reent;
	return rename(from, to);
}

int mkdir(const char *path, mode_t mode)
{
	return call(SYS_mkdir, path, mode);
}

int rmdir(const char *path)
{
	return call(SYS_rmdir, path);
}

int chdir(const char *path)
{
	return call(SYS_chdir, path);
}

char *getcwd(char *buf, size_t n)
{
	return call(SYS_getcwd, buf, n) < 0 ? NULL : buf;
}
