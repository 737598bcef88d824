/*
 * kernel/private_word.h - a private lock word, for the few tables that the lock watchers, reports and
 * interrupts of a controlled run keep.
 *
 * A spinlock there would watch itself: it has an owner, a class and sync points. This has none of them.
 * Invariants: held for a few instructions or one report, with interrupts off; nothing is taken inside,
 * so it is a leaf that no order can involve; never held by two CPUs.
 * Context: any. Locks: none but the word.
 */
#ifndef KERNEL_PRIVATE_WORD_H
#define KERNEL_PRIVATE_WORD_H

#include "kernel/arch.h"

/* Take @word (0 = free); returns the interrupt flag for private_unlock(). */
static inline unsigned long private_lock(int *word)
{
	unsigned long flags = arch_irq_save();

	while (__atomic_exchange_n(word, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
	return flags;
}

static inline void private_unlock(int *word, unsigned long flags)
{
	__atomic_store_n(word, 0, __ATOMIC_RELEASE);
	arch_irq_restore(flags);
}

#endif
