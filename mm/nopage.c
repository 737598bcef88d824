/*
 * mm/nopage.c - the first touch of a page that a file or driver supplies.
 *
 * Realises facts section c (do_no_page row): nopage() sleeps and reads; then rss and the entry, in
 * 2.3.23 without a lock. A private mapping that is written at its first touch gets its copy at
 * once, so nopage() is asked for the shared page in any case.
 */
#include "mm/fault_parts.h"

/* What the vma's nopage() says, in the design's bracket. */
static struct page *ask_driver(struct vm_area_struct *vma, unsigned long addr, int write_access)
{
	struct page *page;

	vm_design->method_begin(vma, VM_NOPAGE);
	milestone(MS_METHOD_ENTER, "nopage");
	page = vma->vm_ops->nopage(vma, addr, write_access);
	milestone(MS_METHOD_LEAVE, "nopage");
	vm_design->method_end(vma, VM_NOPAGE);
	return page;
}

/* A private copy of @page, whose reference is dropped; NULL = no memory. */
static struct page *private_copy(struct page *page)
{
	struct page *copy = alloc_page(GFP_USER);

	if (copy) {
		arch_copy_page(page_to_phys(copy), page_to_phys(page));
		page_set(copy, PG_uptodate);
		vm_count(&vm_events.cow);
	}
	page_cache_release(page);
	return copy;
}

int do_no_page(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
	       int write_access)
{
	struct mm_struct *mm = vma->vm_mm;
	bool private_write = write_access && !(vma->vm_flags & VM_SHARED), lost;
	struct page *page;
	pte_t entry;
	long counted;

	if (!vma->vm_ops || !vma->vm_ops->nopage)
		return do_anonymous_page(vma, addr, ptep, write_access);
	if (fc && !vm_design->fault_may_sleep(fc))
		return VM_FAULT_RETRY;
	page = ask_driver(vma, addr, write_access && !private_write);
	if (!page)
		return VM_FAULT_SIGBUS;
	if (page == NOPAGE_OOM)
		return VM_FAULT_OOM;
	vm_count(&vm_events.nopage);
	if (private_write) {
		page = private_copy(page);
		if (!page)
			return VM_FAULT_OOM;
	}
	entry = mk_pte(page, vma->vm_flags);
	if (write_access)
		entry |= _PAGE_RW | _PAGE_DIRTY;

	counted = PageReserved(page) ? 0 : 1;
	if (counted)
		mm_rss_add(mm, 1);
	vm_design->pte_lock(mm, addr, PT_NO_PAGE);
	lost = pte_changed(PT_NO_PAGE, ptep, 0);
	if (!lost)
		install_pte(ptep, entry);
	vm_design->pte_unlock(mm, addr, PT_NO_PAGE);
	if (lost) {
		if (counted)
			mm_rss_add(mm, -1);
		page_cache_release(page);
	}
	return VM_FAULT_OK;
}
