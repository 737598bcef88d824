/*
 * mm/anon.c - the first touch of anonymous memory, and the page of zeroes.
 *
 * Realises facts section c (do_anonymous_page row): a read maps the one zero page write-protected
 * and counts nothing; a write gets a cleared page of its own. 2.3.23 stored the entry without a
 * lock, since only faults put anything where nothing stood and they exclude each other by mmap_sem.
 */
#include "kernel/printk.h"
#include "mm/fault_parts.h"
#include "mm/vm_init.h"

struct page *zero_page;

void zero_page_init(void)
{
	zero_page = alloc_page(GFP_KERNEL);
	BUG_ON(!zero_page);
	arch_clear_page(page_to_phys(zero_page));
	page_set(zero_page, PG_uptodate);
	page_set(zero_page, PG_reserved);
}

static int map_zero_page(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep)
{
	vm_count(&vm_events.zero);
	trace_note(NOTE_FAULT, TF_ZERO, 0);
	vm_design->pte_lock(vma->vm_mm, addr, PT_ANON);
	if (!pte_changed(PT_ANON, ptep, 0))
		install_pte(ptep, mk_pte(zero_page, vma->vm_flags) & ~(pte_t)_PAGE_RW);
	vm_design->pte_unlock(vma->vm_mm, addr, PT_ANON);
	return VM_FAULT_OK;
}

int do_anonymous_page(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
		      int write_access)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *page;
	bool lost;
	int error;

	if (!write_access)
		return map_zero_page(vma, addr, ptep);
	trace_note(NOTE_FAULT, TF_ANON, 0);
	error = anon_vma_fault_prepare(fc, vma);
	if (error != VM_FAULT_OK)
		return error;
	page = alloc_page(GFP_USER);
	if (!page)
		return VM_FAULT_OOM;
	arch_clear_page(page_to_phys(page));
	page_set(page, PG_uptodate);
	vm_count(&vm_events.anon);
	mm_rss_add(mm, 1);
	vm_design->pte_lock(mm, addr, PT_ANON);
	lost = pte_changed(PT_ANON, ptep, 0);
	if (!lost) {
		page_add_new_anon(page, vma, addr);
		install_pte(ptep, mk_pte(page, vma->vm_flags) | _PAGE_RW | _PAGE_DIRTY);
	}
	vm_design->pte_unlock(mm, addr, PT_ANON);
	if (lost) { /* another thread's fault was faster */
		mm_rss_add(mm, -1);
		__free_page(page);
	}
	return VM_FAULT_OK;
}
