/*
 * kernel/sys_files.c - system calls on files: from registers to kernel/files.h.
 */
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"

long sc_open(const struct syscall_frame *f)
{
	char path[PATH_MAX];
	long error = strncpy_from_user(path, f->arg[0], sizeof(path));

	return error < 0 ? error
			 : do_openat(NULL, path, (unsigned)f->arg[1], (unsigned)f->arg[2]);
}

long sc_creat(const struct syscall_frame *f)
{
	char path[PATH_MAX];
	long error = strncpy_from_user(path, f->arg[0], sizeof(path));

	return error < 0 ? error
			 : do_openat(NULL, path, O_CREAT | O_WRONLY | O_TRUNC,
				     (unsigned)f->arg[1]);
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
/* As much as all pieces together may move: the sum stays a positive number. */
#define VECTOR_MAX 0x7ffff000UL

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
		n = io((unsigned)f->arg[0], iov[0], min(iov[1], VECTOR_MAX - (unsigned long)done));
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

static int64_t wide_offset(unsigned long low, unsigned long high)
{
	return (int64_t)((uint64_t)(uint32_t)high << 32 | (uint32_t)low);
}

long sc_pread64(const struct syscall_frame *f)
{
	return do_pread((unsigned)f->arg[0], f->arg[1], f->arg[2], wide_offset(f->arg[3], f->arg[4]));
}

long sc_pwrite64(const struct syscall_frame *f)
{
	return do_pwrite((unsigned)f->arg[0], f->arg[1], f->arg[2], wide_offset(f->arg[3], f->arg[4]));
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
	int64_t offset = wide_offset(f->arg[2], f->arg[1]);
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
