/*
 * kernel/sys_mm.c - system calls of the VM and of swap: from registers to mm/mm.h and swap/swap.h,
 * which check ranges and take the locks of the design in force.
 */
#include "kernel/devices.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"
#include "mm/mm.h"
#include "swap/swap.h"

long sc_brk(const struct syscall_frame *f)
{
	return sys_brk(f->arg[0]);
}

static long mmap_common(unsigned long addr, unsigned long len, unsigned long prot,
			unsigned long flags, unsigned long fd, unsigned long pgoff)
{
	struct file *file = NULL;
	long result;

	if (!(flags & MAP_ANONYMOUS)) {
		file = fd_get((unsigned)fd);
		if (!file)
			return -EBADF;
	}
	result = sys_mmap_pgoff(addr, len, (unsigned)prot, (unsigned)flags, file, pgoff);
	if (file)
		fput(file);
	return result;
}

/* The old call: its six arguments stand in user memory. */
long sc_mmap(const struct syscall_frame *f)
{
	uint32_t a[6];

	if (copy_from_user(a, f->arg[0], sizeof(a)))
		return -EFAULT;
	if (a[5] & ~PAGE_MASK)
		return -EINVAL;
	return mmap_common(a[0], a[1], a[2], a[3], a[4], a[5] >> PAGE_SHIFT);
}

long sc_mmap2(const struct syscall_frame *f)
{
	return mmap_common(f->arg[0], f->arg[1], f->arg[2], f->arg[3], f->arg[4], f->arg[5]);
}

long sc_munmap(const struct syscall_frame *f)
{
	return sys_munmap(f->arg[0], f->arg[1]);
}

long sc_mprotect(const struct syscall_frame *f)
{
	return sys_mprotect(f->arg[0], f->arg[1], (unsigned)f->arg[2]);
}

long sc_msync(const struct syscall_frame *f)
{
	return sys_msync(f->arg[0], f->arg[1], (unsigned)f->arg[2]);
}

long sc_mlock(const struct syscall_frame *f)
{
	return sys_mlock(f->arg[0], f->arg[1]);
}

long sc_munlock(const struct syscall_frame *f)
{
	return sys_munlock(f->arg[0], f->arg[1]);
}

long sc_mlockall(const struct syscall_frame *f)
{
	return sys_mlockall((int)f->arg[0]);
}

long sc_munlockall(const struct syscall_frame *f)
{
	(void)f;
	return sys_munlockall();
}

long sc_mremap(const struct syscall_frame *f)
{
	return sys_mremap(f->arg[0], f->arg[1], f->arg[2], f->arg[3], f->arg[4]);
}

long sc_madvise(const struct syscall_frame *f)
{
	return sys_madvise(f->arg[0], f->arg[1], (int)f->arg[2]);
}

long sc_mincore(const struct syscall_frame *f)
{
	return sys_mincore(f->arg[0], f->arg[1], f->arg[2]);
}

/* The device behind a path like /dev/hdb1; paths that lead elsewhere are no block devices. */
static long swap_device(unsigned long upath, char *path, const char **dev)
{
	long error = strncpy_from_user(path, upath, PATH_MAX);

	if (error < 0)
		return error;
	*dev = device_name_of(path);
	return *dev ? 0 : -ENOTBLK;
}

long sc_swapon(const struct syscall_frame *f)
{
	char path[PATH_MAX];
	const char *dev;
	long error = swap_device(f->arg[0], path, &dev);

	return error ? error : sys_swapon(dev, (int)f->arg[1]);
}

long sc_swapoff(const struct syscall_frame *f)
{
	char path[PATH_MAX];
	const char *dev;
	long error = swap_device(f->arg[0], path, &dev);

	return error ? error : sys_swapoff(dev);
}
