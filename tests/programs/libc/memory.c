/*
 * tests/programs/libc/memory.c - the heap and mappings.
 */
#include "syscalls.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

/* malloc's source of memory. The kernel's brk() returns the old end when it cannot move it. */
void *sbrk(ptrdiff_t change)
{
	static unsigned long end;
	unsigned long old, want;

	if (!end)
		end = (unsigned long)raw_call(SYS_brk, 0);
	old = end;
	want = old + (unsigned long)change;
	if (change == 0)
		return (void *)old;
	if ((change > 0) != (want > old) || (unsigned long)raw_call(SYS_brk, want) != want) {
		errno = ENOMEM;
		return (void *)-1;
	}
	end = want;
	return (void *)old;
}

void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)
{
	if (offset & 4095) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	return (void *)call(SYS_mmap2, addr, length, prot, flags, fd, offset >> 12);
}

int munmap(void *addr, size_t length)
{
	return call(SYS_munmap, addr, length);
}

int mprotect(void *addr, size_t length, int prot)
{
	return call(SYS_mprotect, addr, length, prot);
}

int msync(void *addr, size_t length, int flags)
{
	return call(SYS_msync, addr, length, flags);
}

int mlock(const void *addr, size_t length)
{
	return call(SYS_mlock, addr, length);
}

int munlock(const void *addr, size_t length)
{
	return call(SYS_munlock, addr, length);
}

int madvise(void *addr, size_t length, int advice)
{
	return call(SYS_madvise, addr, length, advice);
}

void *mremap(void *addr, size_t old_length, size_t new_length, int flags, ...)
{
	va_list ap;
	void *to = NULL;

	if (flags & MREMAP_FIXED) {
		va_start(ap, flags);
		to = va_arg(ap, void *);
		va_end(ap);
	}
	return (void *)call(SYS_mremap, addr, old_length, new_length, flags, to);
}

int getpagesize(void)
{
	return 4096;
}
