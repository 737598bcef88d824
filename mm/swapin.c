/*
 * mm/swapin.c - do_swap_page: the entry names a swap slot; bring the page back.
 *
 * Realises facts section c (do_swap_page row) and S1, "Swap cache locking". The slot's reference
 * that the entry held turns into a page reference that the new entry holds. Whoever adds page count
 * and swap count to learn whether a page is shared must not look in between (R15): from 2.3.30 on
 * the page lock is held over swap_free and the test, here as the design's CACHE_SHARE_TEST bracket.
 */
#include "kernel/task.h"
#include "mm/fault_parts.h"

/* Not in the swap cache: read it and its neighbours. NULL = no memory, or the slot went unused. */
static struct page *read_from_swap(struct swp_entry entry)
{
	struct page *page;

	vm_count(&vm_events.major);
	vm_design->swap_begin(SWAP_READ);
	swapin_readahead(entry);
	page = read_swap_cache_async(entry, true);
	vm_design->swap_end(SWAP_READ);
	return page;
}

bool take_out_of_swap_cache(struct page *page)
{
	if (lock_held_by_current(&page->lock)) {
		delete_from_swap_cache_locked(page);
		return true;
	}
	if (!spinlocks_held()) {
		delete_from_swap_cache(page); /* sleeps for the page lock, as 2.3.23 did */
		return true;
	}
	if (TryLockPage(page))
		return false;
	delete_from_swap_cache_locked(page);
	UnlockPage(page);
	return true;
}

bool anon_page_is_ours(struct page *page)
{
	struct swp_entry entry = { (uint32_t)page->index };

	if (PageSwapCache(page) && swap_count(entry) == 1)
		take_out_of_swap_cache(page);
	return !PageSwapCache(page) && page_count(page) == 1;
}

/* Has nobody else the page, and is it out of the swap cache? Entry: the sharing bracket; one reference is ours. */
static bool own_page(struct page *page)
{
	if (anon_vmas_used())
		return anon_page_is_ours(page);
	return !is_page_shared(page) && (!PageSwapCache(page) || take_out_of_swap_cache(page));
}

/* Entry: the sharing bracket (if @may_test) and pte_lock(PT_SWAP_IN). The entry's slot reference is
 * given up, then @page is mapped: writable at once when we write and nobody else has it. */
static void map_swapped_page(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, struct page *page,
			     struct swp_entry entry, bool own_test)
{
	pte_t pte = mk_pte(page, vma->vm_flags);

	page_add_anon(page, vma, addr);
	vm_design->swap_begin(SWAP_FREE);
	swap_free(entry);
	vm_design->swap_end(SWAP_FREE);
	if (own_test && own_page(page))
		pte |= _PAGE_RW | _PAGE_DIRTY;
	install_pte(ptep, pte);
}

/* While we slept for the page lock the page may have left the slot, and the slot may have a new page: then
 * the entry looks as before and means another page (f15). Asked where the page lock is held. */
static bool still_wanted(struct page *page, struct swp_entry entry)
{
	return !vm_design->swap_in_same_slot || vm_design->swap_in_same_slot(page, entry);
}

static int swap_in(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
		   pte_t orig, int write_access)
{
	struct mm_struct *mm = vma->vm_mm;
	struct swp_entry entry = pte_to_swp(orig);
	struct page *page = lookup_swap_cache(entry);
	bool may_test, lost;

	vm_count(&vm_events.swapin);
	trace_note(NOTE_FAULT, TF_SWAP_IN, 0);
	if (!page) {
		if (fc && !vm_design->fault_may_sleep(fc))
			return VM_FAULT_RETRY;
		page = read_from_swap(entry);
		if (!page) {
			/* swapoff may have replaced the entry and freed the slot (R18). */
			if (vm_design->swap_in_retry() && pte_read(ptep) != orig)
				return VM_FAULT_OK;
			return VM_FAULT_OOM;
		}
	}
	if (!page_test(page, PG_uptodate)) { /* the read failed: no contents to give */
		page_cache_release(page);
		return VM_FAULT_SIGBUS;
	}

	mm_rss_add(mm, 1);
	may_test = vm_design->cache_begin(CACHE_SHARE_TEST, page);
	vm_design->pte_lock(mm, addr, PT_SWAP_IN);
	lost = pte_changed(PT_SWAP_IN, ptep, orig) || !still_wanted(page, entry);
	if (!lost)
		map_swapped_page(vma, addr, ptep, page, entry, may_test && write_access);
	vm_design->pte_unlock(mm, addr, PT_SWAP_IN);
	if (may_test)
		vm_design->cache_end(CACHE_SHARE_TEST, page);
	if (lost) {
		mm_rss_add(mm, -1);
		page_cache_release(page);
	}
	return VM_FAULT_OK;
}

int do_swap_page(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
		 pte_t orig, int write_access)
{
	struct swp_entry entry = pte_to_swp(orig);
	int result;

	if (!vm_design->swap_pin)
		return swap_in(fc, vma, addr, ptep, orig, write_access);
	if (!vm_design->swap_pin(entry)) /* swapoff has emptied the area: nobody has the entry any more */
		return VM_FAULT_OK;
	result = swap_in(fc, vma, addr, ptep, orig, write_access);
	vm_design->swap_unpin(entry);
	return result;
}
