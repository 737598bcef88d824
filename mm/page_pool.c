/*
 * mm/page_pool.c - the small fixed world of a scenario: the allocator owns exactly so many frames.
 *
 * DESIGN section 6: everything before a scenario's first sync point must be the same in Bochs and
 * on the host. So the pool's frames come in blocks that are aligned to their size, whatever memory
 * the machine has; the free lists are built in one fixed way; page locks are numbered from 1 within
 * the pool; and all other free frames, and all slabs made before, are set aside until
 * page_pool_close().
 * Invariant: while the pool is open only frames with PG_pool are on the free lists.
 */
#include "kernel/printk.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"

static bool pool_open;
static struct freepages saved_marks;
static struct list_head aside[MAX_ORDER + 1]; /* page_alloc_lock: blocks, ->private = order */

void page_pool_init(void)
{
	pool_open = false;
	for (unsigned order = 0; order <= MAX_ORDER; order++)
		list_init(&aside[order]);
}

bool page_pool_is_open(void)
{
	return pool_open;
}

void page_pool_set_aside(struct page *page, unsigned order)
{
	page->flags = 0;
	page->private = order;
	list_add(&page->lru, &aside[order]);
}

void page_pool_for_each_aside(void (*f)(struct page *page, unsigned order))
{
	struct list_head *pos;

	for (unsigned order = 0; order <= MAX_ORDER; order++)
		list_for_each(pos, &aside[order])
			f(list_entry(pos, struct page, lru), order);
}

int page_pool_aside_count(void)
{
	struct list_head *pos;
	int n = 0;

	for (unsigned order = 0; order <= MAX_ORDER; order++)
		list_for_each(pos, &aside[order])
			n += 1 << order;
	return n;
}

/* Free @frames frames from @page on, as the largest aligned blocks, the last one first: so the
 * first frame is the first to be handed out. */
static void build_pool(struct page *page, int frames, int number)
{
	int done;

	for (int i = 0; i < frames; i++) {
		page[i].flags = 1u << PG_pool;
		page[i].count = 0;
		page[i].lock.ordinal = (uint16_t)(number + i);
	}
	for (done = frames; done > 0;) {
		unsigned order = 0;

		while (order < MAX_ORDER && (done & ((2 << order) - 1)) == 0)
			order++;
		done -= 1 << order;
		free_area_add(page + done, order);
	}
}

static unsigned order_for(int frames)
{
	unsigned order = 0;

	while (order < MAX_ORDER && (1 << order) < frames)
		order++;
	return order;
}

void page_pool_open(int frames, const struct freepages *marks)
{
	enum { MAX_BLOCKS = 64 };
	struct page *block[MAX_BLOCKS];
	unsigned order = order_for(frames), nblocks = 0;
	unsigned long flags;
	int left = frames;

	BUG_ON(pool_open || frames <= 0);
	page_cpu_lists_disable();
	slab_cpu_keep(false);
	kmem_cache_set_aside();
	flags = spin_lock_irqsave(&page_alloc_lock);
	for (; left > 0; left -= 1 << order) {
		if (nblocks == MAX_BLOCKS || !(block[nblocks] = take_block(order)))
			panic("page pool: no %d free frames in blocks of %d", frames, 1 << order);
		nblocks++;
	}
	for (unsigned o = 0; o <= MAX_ORDER; o++)
		while (!list_empty(&free_area[o])) {
			struct page *page = list_first(&free_area[o], struct page, lru);

			free_area_del(page);
			page_pool_set_aside(page, o);
		}
	for (; nblocks-- > 0;) {
		int first = (int)(nblocks << order);
		int mine = min(frames - first, 1 << order);

		build_pool(block[nblocks], mine, first + 1);
		for (int i = mine; i < 1 << order; i++)
			page_pool_set_aside(block[nblocks] + i, 0);
	}
	pool_open = true;
	spin_unlock_irqrestore(&page_alloc_lock, flags);
	BUG_ON(nr_free_pages != frames);
	saved_marks = freepages;
	if (marks)
		freepages_set(marks);
}

/* Frames of the pool that are still in use become ordinary frames. */
void page_pool_close(void)
{
	unsigned long flags;

	BUG_ON(!pool_open);
	flags = spin_lock_irqsave(&page_alloc_lock);
	pool_open = false;
	for (unsigned long nr = 0; nr < max_mapnr; nr++)
		page_clear(mem_map + nr, PG_pool);
	for (unsigned o = 0; o <= MAX_ORDER; o++)
		while (!list_empty(&aside[o])) {
			struct page *page = list_first(&aside[o], struct page, lru);

			list_del(&page->lru);
			free_block(page, o);
		}
	spin_unlock_irqrestore(&page_alloc_lock, flags);
	freepages_set(&saved_marks);
	kmem_cache_take_back();
}
