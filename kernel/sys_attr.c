/*
 * kernel/sys_attr.c - system calls that change what a file is but for its contents and names: its
 * length, mode, owner, times; and those that write it, or everything, to the disk.
 */
#include "kernel/dir_ops.h"
#include "kernel/errno.h"
#include "kernel/inode.h"
#include "kernel/namei.h"
#include "kernel/open.h"
#include "kernel/timer.h"
#include "kernel/user_path.h"

/* --- on what ------------------------------------------------------------------------------------- */

typedef long change(struct inode *inode, const void *arg);

static long change_path(long dirfd, unsigned long upath, bool follow, change *fn, const void *arg)
{
	struct inode *inode = NULL;
	struct user_path p;
	long error = get_user_path(&p, dirfd, upath);

	if (error)
		return error;
	error = path_inode(p.base, p.text, follow, &inode);
	if (!error)
		error = fn(inode, arg);
	iput(inode);
	put_user_path(&p);
	return error;
}

/* @mode: what the descriptor must be open for, 0 = nothing. */
static long change_fd(unsigned long fd, unsigned mode, change *fn, const void *arg)
{
	struct file *file = fd_get((unsigned)fd);
	struct inode *inode;
	long error;

	if (!file)
		return -EBADF;
	inode = file_inode(file);
	if (!inode)
		error = -EINVAL;
	else if (mode && !(file->f_mode & mode))
		error = -EINVAL;
	else
		error = fn(inode, arg);
	fput(file);
	return error;
}

/* --- length -------------------------------------------------------------------------------------- */

static long truncate_to(struct inode *inode, const void *arg)
{
	return inode_truncate(inode, *(const int64_t *)arg);
}

static int64_t wide_arg(unsigned long low, unsigned long high)
{
	return (int64_t)((uint64_t)(uint32_t)high << 32 | (uint32_t)low);
}

long sc_truncate(const struct syscall_frame *f)
{
	int64_t size = (int32_t)f->arg[1];

	return change_path(AT_FDCWD, f->arg[0], true, truncate_to, &size);
}

long sc_truncate64(const struct syscall_frame *f)
{
	int64_t size = wide_arg(f->arg[1], f->arg[2]);

	return change_path(AT_FDCWD, f->arg[0], true, truncate_to, &size);
}

long sc_ftruncate(const struct syscall_frame *f)
{
	int64_t size = (int32_t)f->arg[1];

	return change_fd(f->arg[0], FMODE_WRITE, truncate_to, &size);
}

long sc_ftruncate64(const struct syscall_frame *f)
{
	int64_t size = wide_arg(f->arg[1], f->arg[2]);

	return change_fd(f->arg[0], FMODE_WRITE, truncate_to, &size);
}

/* --- mode and owner ------------------------------------------------------------------------------ */

static long chmod_to(struct inode *inode, const void *arg)
{
	return inode_chmod(inode, *(const unsigned *)arg);
}

long sc_chmod(const struct syscall_frame *f)
{
	unsigned mode = (unsigned)f->arg[1];

	return change_path(AT_FDCWD, f->arg[0], true, chmod_to, &mode);
}

long sc_fchmod(const struct syscall_frame *f)
{
	unsigned mode = (unsigned)f->arg[1];

	return change_fd(f->arg[0], 0, chmod_to, &mode);
}

long sc_fchmodat(const struct syscall_frame *f)
{
	unsigned mode = (unsigned)f->arg[2];

	return change_path((int32_t)f->arg[0], f->arg[1], true, chmod_to, &mode);
}

static long chown_to(struct inode *inode, const void *arg)
{
	const uint32_t *owner = arg;

	return inode_chown(inode, owner[0], owner[1]);
}

/* The calls of old have 16-bit numbers; 0xffff is theirs for "leave it". */
static uint32_t narrow_id(unsigned long id)
{
	return (uint16_t)id == 0xffff ? ~0u : (uint16_t)id;
}

static long chown_path(const struct syscall_frame *f, bool narrow, bool follow)
{
	uint32_t owner[2] = { (uint32_t)f->arg[1], (uint32_t)f->arg[2] };

	if (narrow) {
		owner[0] = narrow_id(f->arg[1]);
		owner[1] = narrow_id(f->arg[2]);
	}
	return change_path(AT_FDCWD, f->arg[0], follow, chown_to, owner);
}

long sc_lchown(const struct syscall_frame *f)
{
	return chown_path(f, true, false);
}

long sc_chown(const struct syscall_frame *f)
{
	return chown_path(f, true, true);
}

long sc_lchown32(const struct syscall_frame *f)
{
	return chown_path(f, false, false);
}

long sc_chown32(const struct syscall_frame *f)
{
	return chown_path(f, false, true);
}

long sc_fchown(const struct syscall_frame *f)
{
	uint32_t owner[2] = { narrow_id(f->arg[1]), narrow_id(f->arg[2]) };

	return change_fd(f->arg[0], 0, chown_to, owner);
}

long sc_fchown32(const struct syscall_frame *f)
{
	uint32_t owner[2] = { (uint32_t)f->arg[1], (uint32_t)f->arg[2] };

	return change_fd(f->arg[0], 0, chown_to, owner);
}

long sc_fchownat(const struct syscall_frame *f)
{
	uint32_t owner[2] = { (uint32_t)f->arg[2], (uint32_t)f->arg[3] };

	return change_path((int32_t)f->arg[0], f->arg[1], !(f->arg[4] & AT_SYMLINK_NOFOLLOW),
			   chown_to, owner);
}

/* --- times --------------------------------------------------------------------------------------- */

static long utimes_to(struct inode *inode, const void *arg)
{
	const uint32_t *times = arg;

	return inode_utimes(inode, times[0], times[1]);
}

static void times_now(uint32_t times[2])
{
	times[0] = times[1] = wall_clock();
}

long sc_utime(const struct syscall_frame *f)
{
	uint32_t times[2];

	if (!f->arg[1])
		times_now(times);
	else if (copy_from_user(times, f->arg[1], sizeof(times)))
		return -EFAULT;
	return change_path(AT_FDCWD, f->arg[0], true, utimes_to, times);
}

/* struct timeval[2] at @utv; 0 = now. */
static long get_timevals(unsigned long utv, uint32_t times[2])
{
	uint32_t tv[4];

	if (!utv) {
		times_now(times);
		return 0;
	}
	if (copy_from_user(tv, utv, sizeof(tv)))
		return -EFAULT;
	if (tv[1] >= 1000000 || tv[3] >= 1000000)
		return -EINVAL;
	times[0] = tv[0];
	times[1] = tv[2];
	return 0;
}

long sc_utimes(const struct syscall_frame *f)
{
	uint32_t times[2];
	long error = get_timevals(f->arg[1], times);

	return error ? error : change_path(AT_FDCWD, f->arg[0], true, utimes_to, times);
}

#define UTIME_NOW  0x3fffffffu
#define UTIME_OMIT 0x3ffffffeu

static long one_time(uint32_t seconds, uint32_t nsec, uint32_t *out)
{
	if (nsec == UTIME_NOW)
		*out = wall_clock();
	else if (nsec == UTIME_OMIT)
		*out = KEEP_TIME;
	else if (nsec >= 1000000000u)
		return -EINVAL;
	else
		*out = seconds;
	return 0;
}

static long utimens_common(const struct syscall_frame *f, const uint32_t times[2])
{
	if (!f->arg[1]) /* of the descriptor itself */
		return change_fd(f->arg[0], 0, utimes_to, times);
	return change_path((int32_t)f->arg[0], f->arg[1], !(f->arg[3] & AT_SYMLINK_NOFOLLOW),
			   utimes_to, times);
}

long sc_utimensat(const struct syscall_frame *f)
{
	uint32_t ts[4], times[2];

	if (!f->arg[2])
		times_now(times);
	else if (copy_from_user(ts, f->arg[2], sizeof(ts)))
		return -EFAULT;
	else if (one_time(ts[0], ts[1], &times[0]) || one_time(ts[2], ts[3], &times[1]))
		return -EINVAL;
	return utimens_common(f, times);
}

/* --- to the disk --------------------------------------------------------------------------------- */

long sc_sync(const struct syscall_frame *f)
{
	(void)f;
	writeback_all();
	if (root_inode)
		root_inode->i_op->sync(NULL);
	return 0;
}

static long sync_inode(struct inode *inode, const void *arg)
{
	(void)arg;
	return filemap_fsync(inode);
}

long sc_fsync(const struct syscall_frame *f)
{
	return change_fd(f->arg[0], 0, sync_inode, NULL);
}

long sc_fdatasync(const struct syscall_frame *f)
{
	return change_fd(f->arg[0], 0, sync_inode, NULL);
}
