/*
 * mm/lru_anon.c - the lists of anonymous pages, for designs that start page stealing from the page.
 *
 * Realises facts/linux-6.x-vma-locking.md a.8 (lru_lock, isolation, per-CPU batches). Each CPU has a
 * list with a lock of
 * its own, so that first touches on different CPUs meet no common lock; a page stays on the list of
 * the CPU that
 * entered it, and stealing takes from the lists in turn. (Linux has one list and fills it from per-CPU batches,
 * which comes to the same.) Interface: mm/rmap.h. Invariants
 *  1. A PG_anon page with PG_lru set that is in no cache stands on anon_lists[page->private]; that
 * list's lock guards
 *     its links and PG_lru. Pages in the swap cache are on lru_cache instead (mm/lru.c).
 *  2. Being on a list is no reference: who takes a page off to look at it takes one, unless it is being freed;
 *     who frees it takes it off.
 */
#include "kernel/printk.h"
#include "kernel/refcount.h"
#include "kernel/task.h"
#include "mm/rmap.h"

static struct anon_list {
	struct spinlock lock;
	struct list_head pages; /* most recently entered first */
	volatile int n; /* others look at it too, without the lock */
} anon_lists[NR_CPUS] = {
	[0 ... NR_CPUS - 1] = { .lock = SPINLOCK_INIT(LC_LRU, NULL) },
};
static unsigned next_list; /* where the next isolation begins; any value will do */

/* Needs the list's lock. */
static void list_ready(struct anon_list *l)
{
	if (unlikely(!l->pages.next))
		list_init(&l->pages);
}

void anon_lru_add(struct page *page)
{
	unsigned cpu = (unsigned)current->cpu;
	struct anon_list *l = &anon_lists[cpu];

	spin_lock(&l->lock);
	list_ready(l);
	BUG_ON(page_test_and_set(page, PG_lru));
	page->private = cpu;
	list_add(&page->lru, &l->pages);
	l->n++;
	spin_unlock(&l->lock);
}

void anon_lru_del(struct page *page)
{
	struct anon_list *l = &anon_lists[page->private];

	spin_lock(&l->lock);
	if (page_test_and_clear(page, PG_lru)) {
		list_del(&page->lru);
		l->n--;
	}
	spin_unlock(&l->lock);
}

static struct page *isolate_from(struct anon_list *l)
{
	struct page *page = NULL;

	if (!__atomic_load_n(&l->n, __ATOMIC_RELAXED))
		return NULL;
	spin_lock(&l->lock);
	if (l->n) {
		page = list_entry(l->pages.prev, struct page, lru);
		list_del(&page->lru);
		if (ref_get_unless_zero(&page->count)) { /* else it is on its way to the allocator */
			page_clear(page, PG_lru);
			l->n--;
		} else {
			list_add(&page->lru, &l->pages); /* who frees it wants to find it there */
			page = NULL;
		}
	}
	spin_unlock(&l->lock);
	return page;
}

struct page *anon_lru_isolate(void)
{
	unsigned first = __atomic_fetch_add(&next_list, 1, __ATOMIC_RELAXED);

	for (unsigned i = 0; i < NR_CPUS; i++) {
		struct page *page = isolate_from(&anon_lists[(first + i) % NR_CPUS]);

		if (page)
			return page;
	}
	return NULL;
}

int anon_lru_pages(void)
{
	int n = 0;

	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++)
		n += __atomic_load_n(&anon_lists[cpu].n, __ATOMIC_RELAXED);
	return n;
}

int anon_lru_for_each(void (*f)(struct page *page, void *arg), void *arg)
{
	struct list_head *pos;
	int n = 0;

	for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
		if (!anon_lists[cpu].pages.next)
			continue;
		list_for_each(pos, &anon_lists[cpu].pages) {
			f(list_entry(pos, struct page, lru), arg);
			n++;
		}
	}
	return n;
}
