/*
 * mm/slab_cpu.c - each CPU's own free objects of a cache, so that most of them come and go without
 * c_spinlock.
 *
 * 1999's slab allocator of SMP machines got such stocks in 2.4; here they are on under all locking designs,
 * of which they are no part (as mm/pcp.c). Interface: mm/slab_internal.h, slab_cpu_*; used by mm/slab.c.
 * Invariants
 *  1. An object at hand is free to everybody outside: its ctl entry says so (so that freeing it again is found,
 *     and a stale pointer to it is known), and kmem_cache_inuse() does not count it. Its slab counts it as
 *     used, and so is not given back.
 *  2. A stock is used by its CPU with interrupts off; by another CPU only to take everything back. @busy keeps
 *     the two apart; c_spinlock is taken inside it, by mm/slab.c.
 *  3. Objects move between a stock and the slabs SLAB_CPU_BATCH at a time. Who trims a cache, or finds no memory
 *     for a new slab, first takes back what all CPUs have of it.
 *  4. There are no stocks in a scenario, nor while free objects are poisoned.
 */
#include "kernel/task.h"
#include "mm/slab_internal.h"

bool slab_cpu_on;

static inline struct slab_stock *hold(struct kmem_cache *c, int cpu)
{
	struct slab_stock *s = &c->stock[cpu];

	while (unlikely(__atomic_exchange_n(&s->busy, 1, __ATOMIC_ACQUIRE)))
		cpu_relax();
	return s;
}

static inline void release(struct slab_stock *s)
{
	__atomic_store_n(&s->busy, 0, __ATOMIC_RELEASE);
}

void *slab_cpu_take(struct kmem_cache *c, uintptr_t place)
{
	unsigned long flags = arch_irq_save();
	struct slab_stock *s = hold(c, current->cpu);
	void *obj = NULL;

	if (unlikely(!s->n)) {
		s->n = slab_take_some(c, s->at, SLAB_CPU_BATCH);
		c->stocked = true;
	}
	if (likely(s->n)) {
		struct slab_at_hand *at = &s->at[--s->n];

		obj = at->obj;
		at->ctl->free = 0;
		at->ctl->pid = current->pid;
		at->ctl->place = place;
	}
	release(s);
	arch_irq_restore(flags);
	return obj;
}

void slab_cpu_give(struct kmem_cache *c, void *obj, struct kmem_ctl *ctl, uintptr_t place)
{
	unsigned long flags = arch_irq_save();
	struct slab_stock *s = hold(c, current->cpu);

	ctl->free = 1;
	ctl->pid = current->pid;
	ctl->place = place;
	if (unlikely(s->n == SLAB_CPU_MAX)) {
		slab_put_some(c, s->at, SLAB_CPU_BATCH); /* the oldest */
		s->n -= SLAB_CPU_BATCH;
		for (unsigned i = 0; i < s->n; i++)
			s->at[i] = s->at[i + SLAB_CPU_BATCH];
	}
	if (!s->n)
		c->stocked = true;
	s->at[s->n++] = (struct slab_at_hand){ .obj = obj, .ctl = ctl };
	release(s);
	arch_irq_restore(flags);
}

void slab_cpu_drain(struct kmem_cache *c)
{
	__atomic_store_n(&c->stocked, false, __ATOMIC_SEQ_CST); /* who fills one now says so again */
	for (int cpu = 0; cpu < NR_CPUS; cpu++) {
		unsigned long flags = arch_irq_save();
		struct slab_stock *s = hold(c, cpu);

		if (s->n)
			slab_put_some(c, s->at, s->n);
		s->n = 0;
		release(s);
		arch_irq_restore(flags);
	}
}

unsigned long slab_cpu_count(const struct kmem_cache *c)
{
	unsigned long n = 0;

	for (int cpu = 0; cpu < NR_CPUS; cpu++)
		n += c->stock[cpu].n;
	return n;
}

void slab_cpu_keep(bool keep)
{
	slab_cpu_on = keep && !slab_debugging;
	for (unsigned i = 0; !keep && i < MAX_CACHES; i++)
		if (kmem_caches[i].name)
			slab_cpu_drain(&kmem_caches[i]);
}
