/*
 * tests/scenarios/world_swap.c - building blocks for worlds with pages in swap (tests/scenarios/world.h).
 *
 * A page is put there as the stealer would, step by step, but with nobody else about: entry, swap cache,
 * write, ptes. So each scenario begins in a state that running code reaches, with counts that are right.
 */
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/uaccess.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/invariants.h"
#include "mm/rmap.h"
#include "tests/scenarios/world.h"

struct mm_struct *world_fork(struct mm_struct *mm, const char *name)
{
	return dup_mm(mm, name);
}

/* The pte of @mm maps @page: it gets the entry instead. */
static void unmap_to(struct mm_struct *mm, unsigned long addr, struct page *page, struct swp_entry entry)
{
	swap_duplicate(entry);
	set_pte(pte_lookup(mm, addr), entry.val);
	mm_rss_add(mm, -1);
	arch_flush_tlb_mm(&mm->arch);
	page_remove_anon(page);
	__free_page(page);
}

int world_swap_out(struct mm_struct *const *mms, int n, unsigned long addr, bool stays_cached)
{
	struct page *page = phys_to_page(pte_phys(*pte_lookup(mms[0], addr)));
	struct swp_entry entry;

	get_page(page);
	vm_design->swap_begin(SWAP_READ);
	entry = get_swap_page();
	if (entry.val) {
		if (page_test(page, PG_anon)) /* from the list of anonymous pages to that of cached ones */
			anon_lru_del(page);
		add_to_swap_cache(page, entry);
		rw_swap_page(true, page, true);
		for (int i = 0; i < n; i++)
			unmap_to(mms[i], addr, page, entry);
	}
	vm_design->swap_end(SWAP_READ);
	if (entry.val && !stays_cached)
		delete_from_swap_cache(page);
	__free_page(page);
	if (!entry.val)
		report("scenario: no swap slot for %#lx of %s\n", addr, mms[0]->name);
	return entry.val ? 0 : -1;
}

int world_expect(struct mm_struct *mm, unsigned long addr, uint32_t want)
{
	struct mm_struct *before = sched_use_mm(mm);
	uint32_t word = 0;
	int error = get_user_u32(&word, addr);

	sched_use_mm(before);
	if (!error && word == want)
		return 0;
	return invariant_failed(world_contents, "%s at %#lx reads %#x (error %d), last written %#x",
				mm->name, addr, word, error, want);
}
