/*
 * kernel/uaccess.h - the one way between kernel and user memory: range checks, then the arch's
 * copy.
 *
 * Interface: access_ok, copy_from_user, copy_to_user, clear_user, strncpy_from_user, get_user_u32,
 * put_user_u32.
 * Invariants: a user pointer is an unsigned long, never a C pointer, so it cannot be followed by
 * mistake; no byte at or above TASK_SIZE is ever touched on behalf of a program; a bad address
 * costs the caller -EFAULT, and never the kernel anything.
 */
#ifndef KERNEL_UACCESS_H
#define KERNEL_UACCESS_H

#include "kernel/types.h"

/* Does [addr, addr + n) lie wholly below TASK_SIZE, without wrapping? n = 0 is always all right.
 * Says nothing about what is mapped there. Context: any. Locks: none. */
bool access_ok(unsigned long addr, size_t n);

/* Copy @n bytes. 0 or -EFAULT; after -EFAULT a part may have been copied.
 * Context: may sleep (faults pages in). Locks: no spin lock, no mm lock of the current mm. */
int copy_from_user(void *dst, unsigned long src, size_t n);
int copy_to_user(unsigned long dst, const void *src, size_t n);
int clear_user(unsigned long dst, size_t n);

/* Copy a terminated string of less than @size bytes, terminator included in the copy. Its length,
 * -EFAULT, or -ENAMETOOLONG when no terminator came within @size bytes (@dst is terminated even
 * so). @size > 0. Context and locks as above. */
long strncpy_from_user(char *dst, unsigned long src, size_t size);

/* One 32-bit word. 0 or -EFAULT. Context and locks as above. */
int get_user_u32(uint32_t *value, unsigned long src);
int put_user_u32(unsigned long dst, uint32_t value);

#endif
