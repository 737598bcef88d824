/*
 * mm/cow.c - do_wp_page: a write to a page that is mapped read-only because others may have it.
 *
 * Realises facts section c (do_wp_page row), S1 "Swap cache locking", R15, R20. Nobody else has the
 * page: count 1, or count 2 where the other one is the swap cache and no entry names the slot. That
 * test adds page count and swap count, which another fault may be shifting from one to the other:
 * it stands in the bracket CACHE_SHARE_TEST_COW, which must not sleep, for the pte lock is held.
 */
#include "mm/fault_parts.h"

static bool own_swap_cache_page(struct page *page)
{
	bool own;

	if (!vm_design->cache_begin(CACHE_SHARE_TEST_COW, page))
		return false;
	if (anon_vmas_used())
		own = anon_page_is_ours(page);
	else
		own = PageSwapCache(page) && !is_page_shared(page) && take_out_of_swap_cache(page);
	vm_design->cache_end(CACHE_SHARE_TEST_COW, page);
	return own;
}

static bool nobody_else_has(struct page *page)
{
	if (PageReserved(page))
		return false;
	switch (page_count(page)) {
	case 1:
		return true;
	case 2:
		return PageSwapCache(page) && own_swap_cache_page(page);
	case 3: /* somebody looks at it, but its slot may go */
		return anon_vmas_used() && PageSwapCache(page) && own_swap_cache_page(page);
	default:
		return false;
	}
}

/* Entry: pte_lock(PT_COW), *@ptep still maps @old. The new page takes its place. */
static void replace_page(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
			 struct page *old, struct page *new)
{
	struct mm_struct *mm = vma->vm_mm;

	arch_copy_page(page_to_phys(new), page_to_phys(old));
	page_set(new, PG_uptodate);
	if (PageReserved(old))
		mm_rss_add_locked(mm, 1); /* the zero page was not counted */
	page_add_new_anon(new, vma, addr);
	set_pte(ptep, mk_pte(new, vma->vm_flags) | _PAGE_RW | _PAGE_DIRTY);
	/* No CPU may go on reading the old page: its other owner will change it. */
	arch_flush_tlb_page(&mm->arch, addr);
	page_remove_anon(old);
}

/* The first write to a page of a shared mapping whose file has not said yet that it has room for it. Then the
 * entry becomes writable, if it is still the same. Entry as do_wp_page. */
static int ask_for_room(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, pte_t orig)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *page = phys_to_page(pte_phys(orig));
	int error;

	get_page(page);
	vm_design->pte_unlock(mm, addr, PT_FAULT_PRESENT);
	error = vma->vm_ops->wppage(vma, page);
	if (!error) {
		vm_design->pte_lock(mm, addr, PT_COW);
		if (!pte_changed(PT_COW, ptep, orig))
			__atomic_fetch_or(ptep, _PAGE_RW | _PAGE_DIRTY | _PAGE_ACCESSED,
					  __ATOMIC_ACQ_REL);
		vm_design->pte_unlock(mm, addr, PT_COW);
	}
	__free_page(page);
	return error ? VM_FAULT_SIGBUS : VM_FAULT_OK;
}

int do_wp_page(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep, pte_t orig)
{
	struct mm_struct *mm = vma->vm_mm;
	struct page *old = phys_to_page(pte_phys(orig)), *new;
	bool lost;
	int error;

	trace_note(NOTE_FAULT, TF_COW, 0);
	if ((vma->vm_flags & VM_SHARED) && !room_is_certain(vma, old))
		return ask_for_room(vma, addr, ptep, orig);
	if ((vma->vm_flags & VM_SHARED) || nobody_else_has(old)) {
		/* gains rights: no flush (kernel/arch.h) */
		__atomic_fetch_or(ptep, _PAGE_RW | _PAGE_DIRTY | _PAGE_ACCESSED, __ATOMIC_ACQ_REL);
		vm_design->pte_unlock(mm, addr, PT_FAULT_PRESENT);
		return VM_FAULT_OK;
	}
	/* The old page must be the same page when we come back from the allocation: if the stealer
	 * takes the entry away meanwhile, the frame could be used anew and the entry look alike. */
	if (!PageReserved(old))
		get_page(old);
	vm_design->pte_unlock(mm, addr, PT_FAULT_PRESENT);

	error = anon_vma_fault_prepare(fc, vma);
	if (error != VM_FAULT_OK) {
		if (!PageReserved(old))
			__free_page(old);
		return error;
	}
	new = alloc_page(GFP_USER); /* may sleep, may steal, even the page at hand */
	lost = true;
	if (new) {
		vm_design->pte_lock(mm, addr, PT_COW);
		lost = pte_changed(PT_COW, ptep, orig);
		if (!lost)
			replace_page(vma, addr, ptep, old, new);
		vm_design->pte_unlock(mm, addr, PT_COW);
	}
	if (!PageReserved(old)) {
		__free_page(old); /* ours */
		if (!lost)
			__free_page(old); /* the entry's */
	}
	if (!new)
		return VM_FAULT_OOM;
	if (lost)
		__free_page(new);
	else
		vm_count(&vm_events.cow);
	return VM_FAULT_OK;
}
