/*
 * kernel/sys_stat.c - system calls that tell what a file is, without reading it.
 *
 * The kinds: files of the root archive are regular, mode 555; all else is a character device. The
 * forms with a directory descriptor look every path up from the root.
 */
#include "kernel/archive.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"

#define S_IFCHR 0020000
#define S_IFREG 0100000

struct file_kind {
	uint32_t mode, size, inode;
};

static struct file_kind kind_of(struct file *file)
{
	struct archive_file *af = archive_file_of(file);

	if (af)
		return (struct file_kind){ S_IFREG | 0555, af->size, af->sector };
	return (struct file_kind){ S_IFCHR | 0666, 0, 1 };
}

/* struct stat of Linux/i386 (calls 106-108): 64 bytes. */
struct user_stat {
	uint32_t dev, ino;
	uint16_t mode, nlink, uid, gid;
	uint32_t rdev, size, blksize, blocks;
	uint32_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns, unused[2];
};
_Static_assert(sizeof(struct user_stat) == 64, "struct stat of Linux/i386");

/* struct stat64 of Linux/i386 (calls 195-197): 96 bytes, 64-bit fields at 4-byte boundaries. */
struct user_stat64 {
	uint32_t dev[2], pad0, ino32, mode, nlink, uid, gid, rdev[2], pad1;
	uint32_t size[2], blksize, blocks[2];
	uint32_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns, ino[2];
};
_Static_assert(sizeof(struct user_stat64) == 96, "struct stat64 of Linux/i386");

static long fill_stat(struct file *file, unsigned long ubuf)
{
	struct file_kind k = kind_of(file);
	struct user_stat st = {
		.dev = 3 << 8 | 2, .ino = k.inode, .mode = (uint16_t)k.mode, .nlink = 1,
		.size = k.size, .blksize = PAGE_SIZE, .blocks = (k.size + 511) / 512,
	};

	return copy_to_user(ubuf, &st, sizeof(st));
}

static long fill_stat64(struct file *file, unsigned long ubuf)
{
	struct file_kind k = kind_of(file);
	struct user_stat64 st = {
		.dev = { 3 << 8 | 2, 0 }, .ino32 = k.inode, .ino = { k.inode, 0 }, .mode = k.mode,
		.nlink = 1, .size = { k.size, 0 }, .blksize = PAGE_SIZE,
		.blocks = { (k.size + 511) / 512, 0 },
	};

	return copy_to_user(ubuf, &st, sizeof(st));
}

/* The file at a path in user memory. */
static long open_user_path(unsigned long upath, unsigned flags, struct file **file)
{
	char path[PATH_MAX];
	long error = strncpy_from_user(path, upath, sizeof(path));

	return error < 0 ? error : file_open(path, flags, file);
}

static long stat_path(unsigned long upath, unsigned long ubuf,
		      long (*fill)(struct file *, unsigned long))
{
	struct file *file;
	long error = open_user_path(upath, O_RDONLY, &file);

	if (error)
		return error;
	error = fill(file, ubuf);
	fput(file);
	return error;
}

static long stat_fd(const struct syscall_frame *f, long (*fill)(struct file *, unsigned long))
{
	struct file *file = fd_get((unsigned)f->arg[0]);
	long error;

	if (!file)
		return -EBADF;
	error = fill(file, f->arg[1]);
	fput(file);
	return error;
}

long sc_stat(const struct syscall_frame *f)
{
	return stat_path(f->arg[0], f->arg[1], fill_stat);
}

long sc_lstat(const struct syscall_frame *f)
{
	return stat_path(f->arg[0], f->arg[1], fill_stat);
}

long sc_fstat(const struct syscall_frame *f)
{
	return stat_fd(f, fill_stat);
}

long sc_stat64(const struct syscall_frame *f)
{
	return stat_path(f->arg[0], f->arg[1], fill_stat64);
}

long sc_lstat64(const struct syscall_frame *f)
{
	return stat_path(f->arg[0], f->arg[1], fill_stat64);
}

long sc_fstat64(const struct syscall_frame *f)
{
	return stat_fd(f, fill_stat64);
}

#define AT_EMPTY_PATH 0x1000ul

/* With AT_EMPTY_PATH and an empty path: the file behind the descriptor. */
long sc_fstatat64(const struct syscall_frame *f)
{
	struct file *file;
	char first;
	long error;

	if (f->arg[3] & AT_EMPTY_PATH) {
		if (copy_from_user(&first, f->arg[1], 1))
			return -EFAULT;
		if (!first) {
			file = fd_get((unsigned)f->arg[0]);
			if (!file)
				return -EBADF;
			error = fill_stat64(file, f->arg[2]);
			fput(file);
			return error;
		}
	}
	return stat_path(f->arg[1], f->arg[2], fill_stat64);
}

#define W_OK 2ul

static long access_common(unsigned long upath, unsigned long mode)
{
	struct file *file;
	long error = open_user_path(upath, mode & W_OK ? O_RDWR : O_RDONLY, &file);

	if (!error)
		fput(file);
	return error;
}

long sc_access(const struct syscall_frame *f)
{
	return access_common(f->arg[0], f->arg[1]);
}

long sc_faccessat(const struct syscall_frame *f)
{
	return access_common(f->arg[1], f->arg[2]);
}

/* There are no symbolic links: a path that is there is not one. */
static long readlink_common(unsigned long upath)
{
	long error = access_common(upath, 0);

	return error ? error : -EINVAL;
}

long sc_readlink(const struct syscall_frame *f)
{
	return readlink_common(f->arg[0]);
}

long sc_readlinkat(const struct syscall_frame *f)
{
	return readlink_common(f->arg[1]);
}
