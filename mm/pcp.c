/*
 * mm/pcp.c - each CPU's own free page frames, so that single frames come and go without page_alloc_lock.
 *
 * 2.3 had no such lists and today's kernels do. They are no part of any locking design: on under all of
 * them, so that what a comparison of designs shows is the designs' own locks and not the allocator's.
 * Interface: mm/page_alloc.h (pcp_*), and page_cpu_lists_enable / _disable in mm/page.h.
 * Invariants
 *  1. A frame on a list is free and counted in nr_free_pages as those of the buddies are; it has no
 *     PG_buddy. Accounts and invariants count it (pcp_count, pcp_holds).
 *  2. A list is used by its CPU with interrupts off; by another CPU only to take everything back. @busy, a
 *     word held for a few instructions, keeps the two apart; page_alloc_lock is taken inside it.
 *  3. Frames move between a list and the buddies CPU_LIST_BATCH at a time. When the buddies have nothing,
 *     the allocator takes back what all lists hold before it gives up.
 *  4. In a scenario's small world there are no lists: each frame comes from the buddies, in the same order on
 *     the host and in Bochs. Nor are there any while freed frames are poisoned.
 */
#include "kernel/spinlock.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "mm/page.h"
#include "mm/page_alloc.h"

#define CPU_LIST_MAX   32
#define CPU_LIST_BATCH 16

struct cpu_list {
	uint32_t busy;
	int n;
	struct page *frames[CPU_LIST_MAX]; /* the last one is taken first */
};

static struct cpu_list cpu_lists[NR_CPUS];
bool pcp_on;

static inline struct cpu_list *hold_list(int cpu)
{
	struct cpu_list *l = &cpu_lists[cpu];

	while (unlikely(__atomic_exchange_n(&l->busy, 1, __ATOMIC_ACQUIRE)))
		cpu_relax();
	return l;
}

static inline void release_list(struct cpu_list *l)
{
	__atomic_store_n(&l->busy, 0, __ATOMIC_RELEASE);
}

/* Frames @keep.. of a held list go back to the buddies. Interrupts are off. */
static void shorten_list(struct cpu_list *l, int keep)
{
	spin_lock(&page_alloc_lock);
	while (l->n > keep) {
		count_free(-1);
		free_block(l->frames[--l->n], 0);
	}
	spin_unlock(&page_alloc_lock);
}

static void fill_list(struct cpu_list *l)
{
	struct page *page;

	spin_lock(&page_alloc_lock);
	while (l->n < CPU_LIST_BATCH && (page = take_block(0)))
		l->frames[l->n++] = page;
	spin_unlock(&page_alloc_lock);
	for (int i = 0; i < l->n / 2; i++) { /* the first taken is the first handed out */
		page = l->frames[i];
		l->frames[i] = l->frames[l->n - 1 - i];
		l->frames[l->n - 1 - i] = page;
	}
	count_free(l->n);
}

struct page *pcp_take(void)
{
	unsigned long flags = arch_irq_save();
	struct cpu_list *l = hold_list(current->cpu);
	struct page *page = NULL;

	if (unlikely(l->n == 0))
		fill_list(l);
	if (likely(l->n)) {
		page = l->frames[--l->n];
		count_free(-1);
	}
	release_list(l);
	arch_irq_restore(flags);
	return page;
}

void pcp_give(struct page *page)
{
	unsigned long flags = arch_irq_save();
	struct cpu_list *l = hold_list(current->cpu);

	if (unlikely(l->n == CPU_LIST_MAX))
		shorten_list(l, CPU_LIST_MAX - CPU_LIST_BATCH);
	l->frames[l->n++] = page;
	count_free(1);
	release_list(l);
	arch_irq_restore(flags);
}

void pcp_drain(void)
{
	for (int cpu = 0; cpu < NR_CPUS; cpu++) {
		unsigned long flags = arch_irq_save();
		struct cpu_list *l = hold_list(cpu);

		if (l->n)
			shorten_list(l, 0);
		release_list(l);
		arch_irq_restore(flags);
	}
}

int pcp_count(void)
{
	int n = 0;

	for (int cpu = 0; cpu < NR_CPUS; cpu++)
		n += cpu_lists[cpu].n;
	return n;
}

bool pcp_holds(const struct page *page)
{
	for (int cpu = 0; cpu < NR_CPUS; cpu++)
		for (int i = 0; i < cpu_lists[cpu].n; i++)
			if (cpu_lists[cpu].frames[i] == page)
				return true;
	return false;
}

void page_cpu_lists_enable(void)
{
	pcp_on = true;
}

void page_cpu_lists_disable(void)
{
	pcp_on = false;
	pcp_drain();
}

void pcp_init(void)
{
	memset(cpu_lists, 0, sizeof(cpu_lists));
	pcp_on = false;
}
