/*
 * kernel/sys_files.c - system calls on files: from registers to kernel/files.h.
 */
#include "kernel/archive.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"

long sc_open(const struct syscall_frame *f)
{
	char path[PATH_MAX];
	long error = strncpy_from_user(path, f->arg[0], sizeof(path));

	return error < 0 ? error : do_open(path, (unsigned)f->arg[1]);
}

long sc_close(const struct syscall_frame *f)
{
	return do_close((unsigned)f->arg[0]);
}

long sc_read(const struct syscall_frame *f)
{
	return do_read((unsigned)f->arg[0], f->arg[1], f->arg[2]);
}

long sc_write(const struct syscall_frame *f)
{
	return do_write((unsigned)f->arg[0], f->arg[1], f->arg[2]);
}

#define UIO_MAXIOV 1024

/* One piece after the other; a short or failing piece ends the call with what was done so far. */
static long vector_io(const struct syscall_frame *f, long (*io)(unsigned, unsigned long, size_t))
{
	unsigned long uvec = f->arg[1], count = f->arg[2], i;
	long done = 0;

	if (count > UIO_MAXIOV)
		return -EINVAL;
	for (i = 0; i < count; i++) {
		uint32_t iov[2]; /* base, length */
		long n;

		if (copy_from_user(iov, uvec + i * sizeof(iov), sizeof(iov)))
			return done ? done : -EFAULT;
		n = io((unsigned)f->arg[0], iov[0], iov[1]);
		if (n < 0)
			return done ? done : n;
		done += n;
		if ((uint32_t)n < iov[1])
			break;
	}
	return done;
}

long sc_readv(const struct syscall_frame *f)
{
	return vector_io(f, do_read);
}

long sc_writev(const struct syscall_frame *f)
{
	return vector_io(f, do_write);
}

long sc_lseek(const struct syscall_frame *f)
{
	uint64_t position = 0;
	long error = do_llseek((unsigned)f->arg[0], (int32_t)f->arg[1], (int)f->arg[2], &position);

	if (error)
		return error;
	return position > 0x7FFFFFFF ? -EOVERFLOW : (long)position;
}

long sc_llseek(const struct syscall_frame *f)
{
	int64_t offset = (int64_t)((uint64_t)(uint32_t)f->arg[1] << 32 | (uint32_t)f->arg[2]);
	uint64_t position = 0;
	long error = do_llseek((unsigned)f->arg[0], offset, (int)f->arg[4], &position);

	return error ? error : copy_to_user(f->arg[3], &position, sizeof(position));
}

long sc_dup(const struct syscall_frame *f)
{
	return do_dup((unsigned)f->arg[0], 0);
}

long sc_dup2(const struct syscall_frame *f)
{
	return do_dup2((unsigned)f->arg[0], (unsigned)f->arg[1]);
}

long sc_fcntl(const struct syscall_frame *f)
{
	return do_fcntl((unsigned)f->arg[0], (unsigned)f->arg[1], f->arg[2]);
}

long sc_fcntl64(const struct syscall_frame *f)
{
	return do_fcntl((unsigned)f->arg[0], (unsigned)f->arg[1], f->arg[2]);
}

long sc_ioctl(const struct syscall_frame *f)
{
	return do_ioctl((unsigned)f->arg[0], (unsigned)f->arg[1], f->arg[2]);
}

/* --- what a file is -------------------------------------------------------------------------- */

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

static long stat_path(const struct syscall_frame *f, long (*fill)(struct file *, unsigned long))
{
	char path[PATH_MAX];
	struct file *file;
	long error = strncpy_from_user(path, f->arg[0], sizeof(path));

	if (error < 0)
		return error;
	error = file_open(path, O_RDONLY, &file);
	if (error)
		return error;
	error = fill(file, f->arg[1]);
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
	return stat_path(f, fill_stat);
}

long sc_lstat(const struct syscall_frame *f)
{
	return stat_path(f, fill_stat);
}

long sc_fstat(const struct syscall_frame *f)
{
	return stat_fd(f, fill_stat);
}

long sc_stat64(const struct syscall_frame *f)
{
	return stat_path(f, fill_stat64);
}

long sc_lstat64(const struct syscall_frame *f)
{
	return stat_path(f, fill_stat64);
}

long sc_fstat64(const struct syscall_frame *f)
{
	return stat_fd(f, fill_stat64);
}

#define W_OK 2

long sc_access(const struct syscall_frame *f)
{
	char path[PATH_MAX];
	struct file *file;
	long error = strncpy_from_user(path, f->arg[0], sizeof(path));

	if (error < 0)
		return error;
	error = file_open(path, f->arg[1] & W_OK ? O_RDWR : O_RDONLY, &file);
	if (error)
		return error;
	fput(file);
	return 0;
}

/* There are no symbolic links: a path that is there is not one. */
long sc_readlink(const struct syscall_frame *f)
{
	char path[PATH_MAX];
	struct file *file;
	long error = strncpy_from_user(path, f->arg[0], sizeof(path));

	if (error < 0)
		return error;
	error = file_open(path, O_RDONLY, &file);
	if (error)
		return error;
	fput(file);
	return -EINVAL;
}
