/*
 * kernel/uaccess.c - range checks in front of the arch's user copies. Contracts in the header.
 *
 * The arch's copy recovers from a fault at an unmapped address, but an address in the kernel's half
 * would not fault at all: that is what access_ok() is for.
 */
#include "kernel/uaccess.h"

#include "kernel/arch.h"
#include "kernel/errno.h"
#include "mm/mm.h"

bool access_ok(unsigned long addr, size_t n)
{
	return n == 0 || (addr < TASK_SIZE && n <= TASK_SIZE - addr);
}

int copy_from_user(void *dst, unsigned long src, size_t n)
{
	if (!access_ok(src, n))
		return -EFAULT;
	if (n != 0 && arch_copy_from_user(dst, src, n) != 0)
		return -EFAULT;
	return 0;
}

int copy_to_user(unsigned long dst, const void *src, size_t n)
{
	if (!access_ok(dst, n))
		return -EFAULT;
	if (n != 0 && arch_copy_to_user(dst, src, n) != 0)
		return -EFAULT;
	return 0;
}

int clear_user(unsigned long dst, size_t n)
{
	if (!access_ok(dst, n))
		return -EFAULT;
	if (n != 0 && arch_clear_user(dst, n) != 0)
		return -EFAULT;
	return 0;
}

long strncpy_from_user(char *dst, unsigned long src, size_t size)
{
	size_t room;
	long len;

	dst[0] = '\0';
	if (src >= TASK_SIZE)
		return -EFAULT;
	room = min(size, (size_t)(TASK_SIZE - src));
	len = arch_strnlen_user(src, room);
	if (len < 0)
		return -EFAULT;
	/* Another thread may shorten or lengthen the string between the two looks: copy what was
	 * measured, and terminate it ourselves. */
	if ((size_t)len >= size) {
		len = (long)size - 1;
		if (copy_from_user(dst, src, (size_t)len) != 0)
			return -EFAULT;
		dst[len] = '\0';
		return -ENAMETOOLONG;
	}
	if ((size_t)len == room)
		return -EFAULT; /* runs into the kernel's half without a terminator */
	if (copy_from_user(dst, src, (size_t)len) != 0)
		return -EFAULT;
	dst[len] = '\0';
	return len;
}

int get_user_u32(uint32_t *value, unsigned long src)
{
	return copy_from_user(value, src, sizeof(*value));
}

int put_user_u32(unsigned long dst, uint32_t value)
{
	return copy_to_user(dst, &value, sizeof(value));
}
