/*
 * mm/zap.c - zap_page_range: clear every entry of a range, give back its pages and swap slots.
 *
 * Realises facts section c (zap_page_range row): the pte lock is held over the whole range, rss is
 * corrected afterwards. Unlike 2.3.23 a page is given back only when no CPU can reach it any more:
 * the pages of cleared entries are gathered, the TLB is flushed, then they are freed. Giving back
 * may take a page lock, so designs whose pte lock spins give it up meanwhile (zap_free_begin /
 * _end).
 */
#include "mm/fault.h"
#include "mm/rmap.h"
#include "mm/vma.h"
#include "mm/writeback.h"

#define ZAP_BATCH 64

struct zap {
	struct mm_struct *mm;
	unsigned long flush_from, flush_to; /* cleared since the last flush */
	long rss;			    /* counted pages cleared so far */
	int n;
	struct page *pages[ZAP_BATCH];
};

/* The entry was just cleared. A written page of a file must go home some day. */
static void zap_present(struct zap *zap, pte_t entry)
{
	struct page *page = phys_to_page(pte_phys(entry));

	if (PageReserved(page))
		return;
	/* In this order: a page leaves the swap cache by its mapping first and its flag last. */
	if (pte_dirty(entry) && !PageSwapCache(page) && __atomic_load_n(&page->mapping, __ATOMIC_RELAXED))
		set_page_dirty(page);
	page_remove_anon(page);
	zap->rss++;
	zap->pages[zap->n++] = page;
}

/* Clear entries of one table until @end or until the batch is full; returns where it stopped. */
static unsigned long zap_table(struct zap *zap, pte_t *ptep, unsigned long addr, unsigned long end)
{
	for (; addr < end && zap->n < ZAP_BATCH; addr += PAGE_SIZE, ptep++) {
		pte_t entry = pte_read(ptep);

		if (pte_none(entry))
			continue;
		sync_point(SP_WRITE, ptep);
		entry = ptep_get_and_clear(ptep);
		if (pte_present(entry))
			zap_present(zap, entry);
		else if (!pte_none(entry))
			swap_free(pte_to_swp(entry));
	}
	return addr;
}

/* Inside PT_ZAP, outside PT_ZAP_TABLE: flush what was cleared, then free what was gathered. */
static void zap_flush(struct zap *zap, unsigned long next)
{
	if (zap->flush_from < zap->flush_to)
		arch_flush_tlb_range(&zap->mm->arch, zap->flush_from, zap->flush_to);
	zap->flush_from = next;
	zap->flush_to = next;
	if (!zap->n)
		return;
	vm_design->zap_free_begin(zap->mm);
	while (zap->n) {
		struct page *page = zap->pages[--zap->n];

		if (unlikely(page->flags & (1u << PG_swap_cache | 1u << PG_swap_entry)))
			free_page_and_swap_cache(page);
		else
			__free_page(page);
	}
	vm_design->zap_free_end(zap->mm);
}

void zap_page_range(struct mm_struct *mm, unsigned long start, unsigned long len)
{
	unsigned long addr = start, end = start + len;
	struct zap zap;

	/* field by field: gcc would clear the array too */
	zap.mm = mm;
	zap.flush_from = zap.flush_to = start;
	zap.rss = 0;
	zap.n = 0;
	vm_design->swap_begin(SWAP_ZAP);
	vm_design->pte_lock(mm, start, PT_ZAP);
	while (addr < end) {
		unsigned long stop = min(end, table_end(addr));
		pte_t *ptep = pte_lookup(mm, addr);

		if (ptep) {
			vm_design->pte_lock(mm, addr, PT_ZAP_TABLE);
			stop = zap_table(&zap, ptep, addr, stop);
			vm_design->pte_unlock(mm, addr, PT_ZAP_TABLE);
			zap.flush_to = stop;
		}
		addr = stop;
		if (zap.n == ZAP_BATCH)
			zap_flush(&zap, addr);
	}
	zap_flush(&zap, end);
	vm_design->pte_unlock(mm, start, PT_ZAP);
	vm_design->swap_end(SWAP_ZAP);
	if (zap.rss)
		mm_rss_add(mm, -zap.rss);
}
