/*
 * arch-i386/uaccess.c - user memory of the current mm, as kernel/arch.h promises it.
 *
 * The copies themselves are in uaccess.asm; here the range is checked, so that a kernel address
 * given by a program is refused. CR0.WP is set: a copy to a read-only page faults as the program
 * would.
 */
#include "kernel/arch.h"
#include "arch-i386/machine.h"

size_t uaccess_copy(void *dst, const void *src, size_t n);
size_t uaccess_clear(void *dst, size_t n);
long uaccess_strnlen(const char *src, size_t max);

static bool user_range(unsigned long addr, size_t n)
{
	return addr < KERNEL_BASE && n <= KERNEL_BASE - addr;
}

size_t arch_copy_from_user(void *dst, unsigned long src, size_t n)
{
	if (!user_range(src, n))
		return n;
	return uaccess_copy(dst, (const void *)src, n);
}

size_t arch_copy_to_user(unsigned long dst, const void *src, size_t n)
{
	if (!user_range(dst, n))
		return n;
	return uaccess_copy((void *)dst, src, n);
}

size_t arch_clear_user(unsigned long dst, size_t n)
{
	if (!user_range(dst, n))
		return n;
	return uaccess_clear((void *)dst, n);
}

long arch_strnlen_user(unsigned long src, size_t max)
{
	size_t room;

	if (src >= KERNEL_BASE)
		return -1;
	room = KERNEL_BASE - src;
	if (max <= room)
		return uaccess_strnlen((const char *)src, max);
	/* A string that runs up to the end of user memory without a NUL is a bad one. */
	long len = uaccess_strnlen((const char *)src, room);

	return len == (long)room ? -1 : len;
}
