/*
 * kernel/refcount.h - a reference taken by somebody who has none yet: on an address space, a page, an anon_vma
 * that may be on its way out. Realises facts/linux-6.x-vma-locking.md a.6 ("take refcount unless zero").
 *
 * Invariant: a count that reached 0 never rises again; who brought it there owns the object.
 */
#ifndef KERNEL_REFCOUNT_H
#define KERNEL_REFCOUNT_H

#include "kernel/types.h"

/* One more, unless it is 0: then false, and nothing was done. The memory must be kept by the caller. Context: any. */
static inline bool ref_get_unless_zero(volatile int *count)
{
	int n = __atomic_load_n(count, __ATOMIC_ACQUIRE);

	while (n > 0)
		if (__atomic_compare_exchange_n(count, &n, n + 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			return true;
	return false;
}

#endif
