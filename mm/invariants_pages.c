/*
 * mm/invariants_pages.c - the invariants of pages and swap slots: counts are what refers to them;
 * and the counters of lists are right. See mm/invariants.h.
 *
 * Page references are counted in page->found. For swap slots there is no room for a second count:
 * each reference that is met is taken off the slot's count, what is left over must be 0, and a
 * second walk puts all of them back.
 */
#include "kernel/printk.h"
#include "mm/filemap.h"
#include "mm/invariants.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"
#include "swap/swap.h"

struct count_walk {
	int swap_step; /* -1 = take off, +1 = put back */
	int failures;
	unsigned long cached;
};

/* The slot's count, or NULL when there is no such slot. */
static unsigned short *slot_count(struct swp_entry entry)
{
	struct swap_info_struct *si = &swap_info[swp_type(entry) % MAX_SWAPFILES];

	if (swp_type(entry) >= MAX_SWAPFILES || !(si->flags & SWP_USED) || !si->swap_map ||
	    swp_offset(entry) >= si->max)
		return NULL;
	return swap_slot(si->swap_map, swp_offset(entry));
}

/* A count that stays at SWAP_MAP_MAX is never lowered again (facts d). */
static bool step_slot(struct swp_entry entry, int step)
{
	unsigned short *count = slot_count(entry);

	if (!count)
		return false;
	if (*count != SWAP_MAP_MAX)
		*count = (unsigned short)(*count + step);
	return true;
}

/* --- references --------------------------------------------------------------------------- */

static void count_pte(struct mm_struct *mm, unsigned long addr, pte_t pte, void *arg)
{
	struct count_walk *w = arg;
	unsigned long nr = pte_phys(pte) >> PAGE_SHIFT;
	char key[80];

	if (!pte_present(pte)) {
		if (step_slot(pte_to_swp(pte), w->swap_step) || w->swap_step > 0)
			return;
		snprintk(key, sizeof(key), "invariant: swap entry (%s)", mm->name);
		w->failures += invariant_failed(key, "%#lx holds %#x: no such slot", addr, pte);
		return;
	}
	if (w->swap_step < 0 && nr < max_mapnr)
		mem_map[nr].found++;
}

static void count_cached(struct page *page, void *arg)
{
	struct count_walk *w = arg;
	struct swp_entry entry = { (uint32_t)page->index };

	if (page->mapping == &swapper_space) {
		if (!step_slot(entry, w->swap_step) && w->swap_step < 0)
			w->failures += invariant_failed("invariant: swap map",
							"cached %#x: no such slot", entry.val);
	}
	if (w->swap_step > 0)
		return;
	page->found++;
	w->cached++;
	if (__find_page(page->mapping, page->index) != page)
		w->failures += invariant_page_failed("invariant: page cached twice", page, "again: ");
	if ((page->mapping == &swapper_space) != PageSwapCache(page))
		w->failures += invariant_page_failed("invariant: page cache", page, "swap flag: ");
	if (!page_test(page, PG_lru))
		w->failures += invariant_page_failed("invariant: lru", page, "not on the list: ");
}

static void walk_references(struct count_walk *w)
{
	struct list_head *pos;

	list_for_each(pos, &mmlist)
		for_each_pte(list_entry(pos, struct mm_struct, mmlist), count_pte, w);
	page_cache_for_each(count_cached, w);
}

static int check_found(const struct page *page)
{
	if (!page->found || PageReserved(page))
		return 0;
	if (page_count(page) == 0 || page_test(page, PG_buddy))
		return invariant_page_failed("invariant: page free but in use", page,
					     "%u references: ", page->found);
	if (page_count(page) != (int)page->found)
		return invariant_page_failed("invariant: page count", page, "%u references: ",
					     page->found);
	if (PageLocked(page))
		return invariant_page_failed("invariant: page left locked", page, "after all: ");
	return check_mapcount(page);
}

/* What is left of the counts of one area must be nothing. */
static int check_slots(int type, const struct swap_info_struct *si)
{
	int failures = 0;

	for (unsigned long i = 1; i < si->max; i++) {
		unsigned short left = *swap_slot(si->swap_map, i);

		if (left != SWAP_MAP_BAD && left != SWAP_MAP_MAX && left != 0)
			failures += invariant_failed("invariant: swap map",
						     "area %d slot %lu counts %d too many", type, i,
						     (short)left);
	}
	return failures;
}

static int check_free_slots(void)
{
	int free = 0;

	for (int type = 0; type < MAX_SWAPFILES; type++) {
		const struct swap_info_struct *si = &swap_info[type];

		if ((si->flags & SWP_WRITEOK) != SWP_WRITEOK || !si->swap_map)
			continue;
		for (unsigned long i = 1; i < si->max; i++)
			free += *swap_slot(si->swap_map, i) == 0;
	}
	if (free != nr_swap_pages)
		return invariant_failed("invariant: nr_swap_pages", "says %d, %d slots are free",
					nr_swap_pages, free);
	return 0;
}

int check_pages_and_swap(void)
{
	struct count_walk w = { .swap_step = -1 };

	for (unsigned long nr = 0; nr < max_mapnr; nr++)
		mem_map[nr].found = 0;
	walk_references(&w);
	for (unsigned long nr = 0; nr < max_mapnr; nr++)
		w.failures += check_found(mem_map + nr);
	for (int type = 0; type < MAX_SWAPFILES; type++)
		if ((swap_info[type].flags & SWP_USED) && swap_info[type].swap_map)
			w.failures += check_slots(type, &swap_info[type]);
	if (w.cached != page_cache_size)
		w.failures += invariant_failed("invariant: page cache",
					       "page_cache_size says %lu, %lu are cached",
					       page_cache_size, w.cached);
	w.swap_step = 1;
	walk_references(&w);
	return w.failures + check_free_slots();
}

/* --- counters of lists -------------------------------------------------------------------- */

int check_counters(void)
{
	struct list_head *pos;
	int failures = 0, lru = 0, free = page_free_count();

	if (free != nr_free_pages)
		failures += invariant_failed("invariant: nr_free_pages",
					     "says %d, %d frames are on the lists", nr_free_pages,
					     free);
	list_for_each(pos, &lru_cache) {
		const struct page *page = list_entry(pos, struct page, lru);

		lru++;
		if (!page_test(page, PG_lru) || !page->pprev_hash)
			failures += invariant_failed("invariant: lru", "page %lu does not belong",
						     page_nr(page));
	}
	if (lru != nr_lru_pages)
		failures += invariant_failed("invariant: lru", "nr_lru_pages says %d, %d are there",
					     nr_lru_pages, lru);
	failures += check_anon_lists();
	if (slab_verify())
		failures += invariant_failed("invariant: slab", "see above");
	return failures;
}
