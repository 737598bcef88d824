/*
 * mm/steal.c - try_to_swap_out: may this one page be stolen, and how? Realises facts c, "Stealer",
 * row try_to_swap_out.
 *
 * In order: a page that is reserved or locked is left alone; one that was used since the last look
 * is made old; one that the swap cache has already only loses its pte; a clean one too; a dirty one
 * is written, by the mapping's swapout() method or to swap, if the caller may do I/O. Where the
 * pte, the page's count and the locks change hands is the locking design's matter (evict_file,
 * evict_anon).
 * Invariant: the hardware may set Accessed and Dirty in the pte at any time, so it is changed only
 * by atomic operations, and cleared only if it still says what the decision was made on.
 */
#include "kernel/printk.h"
#include "kernel/sync.h"
#include "kernel/watch.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/vmscan.h"
#include "mm/writeback.h"

/* Replace the pte unless it changed since it was looked at. */
static bool pte_replace(pte_t *ptep, pte_t seen, pte_t entry)
{
	return __atomic_compare_exchange_n(ptep, &seen, entry, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_RELAXED);
}

/* The page lost this mapping. The flush comes before the page can be freed. */
static void unmapped(struct steal_ctx *ctx, unsigned long addr, struct page *page)
{
	mm_rss_add_locked(ctx->mm, -1);
	arch_flush_tlb_page(&ctx->mm->arch, addr);
	vmscan_events.unmapped++;
	__free_page(page);
}

/* Accessed since the last look: make it old, give it another round. The TLB may still think it was
 * accessed; as in 1999 that is not worth a flush. */
static int make_old(pte_t *ptep, struct page *page)
{
	__atomic_fetch_and(ptep, ~(pte_t)_PAGE_ACCESSED, __ATOMIC_ACQ_REL);
	page_set(page, PG_referenced);
	return STEAL_GO_ON;
}

/* Its contents are in swap, or on the way: the pte gets the entry, shrink_mmap frees the page
 * later. "0" although something was done: no lock was let go of. */
static int drop_swap_cached(struct steal_ctx *ctx, unsigned long addr, pte_t *ptep, pte_t pte,
			    struct page *page)
{
	struct swp_entry entry = { (uint32_t)page->index };

	if (!swap_duplicate(entry))
		return STEAL_GO_ON;
	if (!pte_replace(ptep, pte, entry.val)) {
		swap_free(entry);
		return STEAL_GO_ON;
	}
	if (pte_dirty(pte) && vm_design->writeback == WRITEBACK_MARK_DIRTY)
		page_set(page, PG_dirty);
	unmapped(ctx, addr, page);
	return STEAL_GO_ON;
}

/* Clean: it can be had again from where it came. */
static int drop_clean(struct steal_ctx *ctx, unsigned long addr, pte_t *ptep, pte_t pte,
		      struct page *page)
{
	if (pte_replace(ptep, pte, 0))
		unmapped(ctx, addr, page);
	return STEAL_GO_ON;
}

/* A dirty page of a file whose mapping has no swapout(): it stays in the page cache, marked, until
 * shrink_mmap writes it (2.4's way; in 1999 every such mapping had the method). */
static int drop_marked(struct steal_ctx *ctx, unsigned long addr, pte_t *ptep, pte_t pte,
		       struct page *page)
{
	set_page_dirty(page);
	return drop_clean(ctx, addr, ptep, pte, page);
}

static bool has_swapout(const struct vm_area_struct *vma)
{
	return vma->vm_ops && (vma->vm_ops->swapout || vma->vm_ops->swapout_vma);
}

/* An anonymous page that swapoff took out of the swap cache (swap/swapoff.c): its contents are
 * nowhere else, even where an entry maps it clean. */
static bool only_copy(const struct page *page)
{
	return page_test(page, PG_dirty) && !page->mapping;
}

/* Dirty: have it written. The vma may be gone afterwards, so its label is copied first. */
static int evict(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
		 pte_t *ptep, struct page *page)
{
	const char *label = vma->label;
	bool file = has_swapout(vma);
	int ret;

	milestone(MS_EVICT_ENTER, label);
	trace_op_enter(OP_EVICT, file, 0);
	watch_reclaim_io_enter();
	if (file) {
		vmscan_events.method_calls++;
		ret = vm_design->evict_file(ctx, vma, addr, ptep, page);
		vmscan_events.file_out += ret == STEAL_DONE;
	} else {
		ret = vm_design->evict_anon(ctx, vma, addr, ptep, page);
		vmscan_events.anon_out += ret == STEAL_DONE;
	}
	watch_reclaim_io_leave();
	trace_op_leave(OP_EVICT, file, ret);
	milestone(MS_EVICT_LEAVE, label);
	return ret;
}

/* With the pte locked. */
static int steal_page(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
		      pte_t *ptep, pte_t pte, struct page *page)
{
	if (PageReserved(page) || PageLocked(page))
		return STEAL_GO_ON;
	if (pte_young(pte))
		return make_old(ptep, page);
	if (PageSwapCache(page))
		return drop_swap_cached(ctx, addr, ptep, pte, page);
	if (!pte_dirty(pte) && !only_copy(page))
		return drop_clean(ctx, addr, ptep, pte, page);
	if (!(ctx->gfp & __GFP_IO))
		return STEAL_GO_ON;
	if (page->mapping && !has_swapout(vma))
		return drop_marked(ctx, addr, ptep, pte, page);
	return evict(ctx, vma, addr, ptep, page);
}

int try_to_swap_out(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
		    pte_t *ptep)
{
	pte_t pte = pte_read(ptep);
	int ret = STEAL_GO_ON;

	if (!pte_present(pte) || pte_phys(pte) >> PAGE_SHIFT >= max_mapnr)
		return STEAL_GO_ON;
	vm_design->pte_lock(ctx->mm, addr, PT_STEAL);
	if (!vm_design->pte_recheck(PT_STEAL) || pte_read(ptep) == pte)
		ret = steal_page(ctx, vma, addr, ptep, pte, phys_to_page(pte_phys(pte)));
	if (ret == STEAL_GO_ON) {
		vm_design->pte_unlock(ctx->mm, addr, PT_STEAL);
		if (ctx->may_have_slept) /* R27: who slept may not say "go on" */
			ret = STEAL_LOST;
	}
	return ret;
}
