/*
 * mm/fork.c - dup_mm: a copy of an address space whose pages are shared until somebody writes.
 *
 * Realises facts section c (dup_mm row): under the parent's MM_FORK lock each area is copied with
 * its entries; the child's list is private and needs no vmlist lock; the child stands in mmlist
 * only when the copy is done. 1999 copied entries without the pte lock (hole N2): an entry that the
 * stealer takes in between is copied as it was.
 */
#include "kernel/errno.h"
#include "mm/rmap.h"
#include "mm/avl.h"
#include "mm/fault.h"
#include "mm/vma.h"

/* @entry, one of the parent, not empty, into the empty slot of the child; returns what it adds to
 * the child's rss. Entry: pte_lock(PT_FORK_COPY). */
static inline int copy_one_pte(pte_t *dst, pte_t *src, pte_t entry, unsigned vm_flags)
{
	bool cow = (vm_flags & (VM_SHARED | VM_MAYWRITE)) == VM_MAYWRITE;
	struct page *page;

	if (unlikely(!pte_present(entry))) {
		swap_duplicate(pte_to_swp(entry));
		set_pte(dst, entry);
		return 0;
	}
	page = phys_to_page(pte_phys(entry));
	sync_point(SP_WRITE, src);
	if (cow && pte_write(entry)) {
		/* Only that one bit: the machine may set Accessed and Dirty meanwhile. */
		__atomic_fetch_and(src, ~(pte_t)_PAGE_RW, __ATOMIC_ACQ_REL);
		entry &= ~(pte_t)_PAGE_RW;
	}
	if (vm_flags & VM_SHARED)
		entry &= ~(pte_t)_PAGE_DIRTY; /* the parent's entry tells it already */
	entry &= ~(pte_t)_PAGE_ACCESSED;
	set_pte(dst, entry);
	if (PageReserved(page))
		return 0;
	get_page(page);
	page_dup_anon(page);
	return 1;
}

/* The entries of one table; the child's, which nobody else sees yet, are counted at the end. */
static void copy_table(struct mm_struct *dst_mm, pte_t *dst, pte_t *src, pte_t *end,
		       unsigned vm_flags)
{
	int counted = 0;

	for (; src < end; src++, dst++) {
		pte_t entry = pte_read(src);

		if (!pte_none(entry))
			counted += copy_one_pte(dst, src, entry, vm_flags);
	}
	if (counted)
		mm_rss_add_locked(dst_mm, counted);
}

int copy_page_range(struct mm_struct *dst, struct mm_struct *src, struct vm_area_struct *vma)
{
	unsigned long addr, next;

	for (addr = vma->vm_start; addr < vma->vm_end; addr = next) {
		pte_t *from = pte_lookup(src, addr), *to;

		next = min(vma->vm_end, table_end(addr));
		if (!from)
			continue;
		to = pte_alloc(dst, addr); /* may sleep, may steal from the parent */
		if (!to)
			return -ENOMEM;
		vm_design->swap_begin(SWAP_FORK);
		vm_design->pte_lock(dst, addr, PT_FORK_CHILD);
		vm_design->pte_lock(src, addr, PT_FORK_COPY);
		copy_table(dst, to, from, from + ((next - addr) >> PAGE_SHIFT), vma->vm_flags);
		vm_design->pte_unlock(src, addr, PT_FORK_COPY);
		vm_design->pte_unlock(dst, addr, PT_FORK_CHILD);
		vm_design->swap_end(SWAP_FORK);
	}
	return 0;
}

/* Copy one area to the end of the child's list. It is linked even when its entries could not all be
 * copied, so that exit_mmap finds what there is. *@tail = where the list ends. */
static int dup_area(struct mm_struct *mm, struct mm_struct *oldmm, struct vm_area_struct *vma,
		    struct vm_area_struct ***tail)
{
	struct vm_area_struct *copy = vm_area_dup(vma);
	int error;

	if (!copy)
		return -ENOMEM;
	if (!reopened(REOPEN_F3)) /* a fault that holds only @vma must not come in between */
		vma_write(vma);
	copy->vm_mm = mm;
	copy->vm_flags &= ~(unsigned)VM_LOCKED; /* locks are not inherited */
	copy->label = NULL;
	error = anon_vma_fork(copy, vma);
	if (error) {
		vma_release(copy);
		return error;
	}
	if (copy->vm_file) {
		get_file(copy->vm_file);
		vma_file_link(copy);
	}
	error = copy_page_range(mm, oldmm, vma);
	copy->detached = false;
	**tail = copy;
	*tail = &copy->vm_next;
	mm->map_count++;
	vma_open(copy);
	return error;
}

static void *next_copy(void *cursor)
{
	struct vm_area_struct **vma = cursor, *copy = *vma;

	*vma = copy->vm_next;
	return copy;
}

/* The child's areas are the parent's, one by one: its tree is the parent's with other entries. */
static int dup_tree(struct mm_struct *mm, struct mm_struct *oldmm)
{
	struct vm_area_struct *cursor = mm->mmap;

	return range_tree_dup(&mm->mm_tree, &oldmm->mm_tree, next_copy, &cursor, GFP_KERNEL);
}

static int dup_areas(struct mm_struct *mm, struct mm_struct *oldmm)
{
	struct vm_area_struct *vma, **tail = &mm->mmap;
	int error = 0;

	for (vma = oldmm->mmap; vma && !error; vma = vma->vm_next)
		error = dup_area(mm, oldmm, vma, &tail);
	if (vma_tree_used())
		return error ? error : dup_tree(mm, oldmm);
	if (mm->map_count >= AVL_MIN_MAP_COUNT)
		build_mmap_avl(mm);
	return error;
}

static void dup_fields(struct mm_struct *mm, const struct mm_struct *oldmm)
{
	mm->start_code = oldmm->start_code;
	mm->end_code = oldmm->end_code;
	mm->start_data = oldmm->start_data;
	mm->end_data = oldmm->end_data;
	mm->start_brk = oldmm->start_brk;
	mm->brk = oldmm->brk;
	mm->start_stack = oldmm->start_stack;
	mm->total_vm = oldmm->total_vm;
}

struct mm_struct *dup_mm(struct mm_struct *oldmm, const char *name)
{
	struct mm_struct *mm = mm_alloc_private(name);
	int error;

	if (!mm)
		return NULL;
	vm_design->mm_lock(oldmm, MM_FORK);
	vm_design->mm_lock(mm, MM_FORK_CHILD);
	dup_fields(mm, oldmm);
	error = dup_areas(mm, oldmm);
	vm_design->mm_unlock(mm, MM_FORK_CHILD);
	/* Before anybody runs in the child, no CPU may write the parent's pages by an old entry. */
	arch_flush_tlb_mm(&oldmm->arch);
	/* Inside the parent's lock: truncation looks for areas that are behind (filemap_truncate.c). */
	if (!error)
		mm_publish(mm);
	vm_design->mm_unlock(oldmm, MM_FORK);
	if (error) {
		mmput(mm);
		return NULL;
	}
	return mm;
}
