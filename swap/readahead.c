/*
 * swap/readahead.c - bringing entries in: the wanted one, and the block it lies in.
 *
 * Realises facts section c, read_swap_cache_async and swapin_readahead, and S1's rule that
 * read-ahead takes temporary references. Interface: read_swap_cache_async, swapin_readahead
 * (swap/swap.h). Invariants
 *  1. While an entry is being brought in it has a reference more than its ptes': the reader's,
 * which becomes the cache's when the page is added, or is dropped when a page was found.
 *  2. At most one page is added for one entry: the design's CACHE_ADD bracket covers the last look
 * and the add, and nothing between them sleeps (R16).
 */
#include "kernel/printk.h"
#include "mm/design/design.h"
#include "mm/filemap.h"
#include "swap/swap_internal.h"

#define MAX_BLOCK (1ul << PAGE_CLUSTER_MAX)

int page_cluster = 4;

/* Add @fresh for @entry unless somebody was faster: then that page, else NULL. */
static struct page *add_or_find(struct page *fresh, struct swp_entry entry)
{
	struct page *other;

	fresh->index = entry.val; /* tells the bracket where it will stand */
	for (;;) {
		vm_design->cache_begin(CACHE_ADD, fresh);
		other = find_get_page(&swapper_space, entry.val);
		if (!other) {
			swap_point(&swapper_space); /* R16: between look and add */
			add_to_swap_cache(fresh, entry);
		}
		vm_design->cache_end(CACHE_ADD, fresh);
		if (!other)
			return NULL;
		/* Its reader may still be at work, so wait for it outside the bracket. */
		page_cache_release(other);
		other = lookup_swap_cache(entry);
		if (other)
			return other;
	}
}

/* The entry is raised for us; the page, or NULL = no memory, and what became of the reference: it
 * is the cache's if *@added. */
static struct page *find_or_add(struct swp_entry entry, bool *added)
{
	struct page *page = lookup_swap_cache(entry), *fresh;

	*added = false;
	if (page)
		return page;
	fresh = alloc_page(GFP_USER); /* may sleep: anything can have happened to the entry */
	if (!fresh)
		return NULL;
	page = add_or_find(fresh, entry);
	if (page) {
		__free_page(fresh);
		return page;
	}
	*added = true;
	return fresh;
}

struct page *read_swap_cache_async(struct swp_entry entry, bool wait)
{
	struct page *page;
	bool added;

	/* With the area pinned an entry that swapoff replaced meanwhile is no surprise. */
	if (!(vm_design->swap_pin ? swap_hold(entry) : swap_duplicate(entry)))
		return NULL;
	page = find_or_add(entry, &added);
	if (!added)
		swap_free(entry);
	else
		rw_swap_page(false, page, wait);
	return page;
}

/* --- read-ahead
 * ------------------------------------------------------------------------------------ */

static bool too_many_in_flight(void)
{
	return __atomic_load_n(&nr_async_reads, __ATOMIC_RELAXED) >= SWAP_CLUSTER_MAX;
}

static void read_ahead_one(struct swp_entry entry)
{
	struct page *page = read_swap_cache_async(entry, false);

	if (page)
		page_cache_release(page);
}

/* 2.3.30-pre4: raise every entry of the block that is in use, up to the first that is not. Fills
 * @held, returns how many. */
static int hold_block(struct swap_info_struct *si, struct swp_entry first, int n,
		      struct swp_entry *held)
{
	int got = 0;

	vm_design->slot_lock(si, swp_offset(first), SLOT_READAHEAD);
	for (; got < n; got++) {
		enum slot_result result = swap_map_raise(si, swp_offset(first) + (unsigned)got);

		if (result != SLOT_OK && result != SLOT_PERMANENT)
			break;
		held[got] = swp_entry(swp_type(first), swp_offset(first) + (unsigned)got);
	}
	vm_design->slot_unlock(si, swp_offset(first), SLOT_READAHEAD);
	return got;
}

static void read_held_block(struct swap_info_struct *si, struct swp_entry first, int n)
{
	struct swp_entry held[MAX_BLOCK];

	n = hold_block(si, first, n, held);
	for (int i = 0; i < n; i++) {
		if (!too_many_in_flight())
			read_ahead_one(held[i]);
		swap_free(held[i]);
	}
}

/* The form before that: look, and hope that the entry is still in use when it is read (R12). */
static void read_block_1999(struct swap_info_struct *si, struct swp_entry first, int n)
{
	for (int i = 0; i < n && !too_many_in_flight(); i++) {
		unsigned long offset = swp_offset(first) + (unsigned)i;

		if (swap_map_look(si, offset) != SLOT_OK)
			return;
		swap_point(swap_slot(si->swap_map, offset));
		read_ahead_one(swp_entry(swp_type(first), offset));
	}
}

void swapin_readahead(struct swp_entry entry)
{
	struct swap_info_struct *si = swap_area(entry);
	unsigned long size = 1ul << __atomic_load_n(&page_cluster, __ATOMIC_RELAXED);
	unsigned long start = swp_offset(entry) & ~(size - 1), end = start + size;
	struct swp_entry first;

	BUG_ON(size > MAX_BLOCK);
	if (!si)
		return;
	if (!start)
		start = 1; /* page 0 is the header */
	first = swp_entry(swp_type(entry), start);
	if (vm_design->readahead_hold())
		read_held_block(si, first, (int)(end - start));
	else
		read_block_1999(si, first, (int)(end - start));
}
