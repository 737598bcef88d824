/*
 * mm/mprotect.c - sys_mprotect: first the areas change (mm/fixup.c), then the entries.
 *
 * Realises facts section c (mprotect row). change_protection rewrites entries that the stealer
 * clears: 2.3.23 did so without page_table_lock (hole N1 of the 1999 designs), 2.4 took it. Here
 * each entry is looked at, then taken out, then put back changed, with sync points between: under a
 * design that locks, nothing can come between; under one that does not, a stolen entry is lost or
 * garbled.
 */
#include "kernel/errno.h"
#include "kernel/task.h"
#include "mm/fault.h"
#include "mm/vma.h"

/* @ask: the file must be asked for room before a page is written (vm_ops->wppage). */
static void change_table(pte_t *ptep, unsigned long addr, unsigned long end, unsigned vm_flags, bool ask)
{
	for (; addr < end; addr += PAGE_SIZE, ptep++) {
		pte_t entry = pte_read(ptep);

		if (!pte_present(entry))
			continue;
		sync_point(SP_WRITE, ptep);
		entry = ptep_get_and_clear(ptep); /* with the bits the machine set meanwhile */
		if (ask && !page_test(phys_to_page(pte_phys(entry)), PG_blocks))
			set_pte(ptep, pte_modify(entry, vm_flags) & ~(pte_t)_PAGE_RW);
		else
			set_pte(ptep, pte_modify(entry, vm_flags));
	}
}

static void change_protection(struct mm_struct *mm, unsigned long start, unsigned long end,
			      unsigned vm_flags, bool ask)
{
	unsigned long addr, next;

	vm_design->pte_lock(mm, start, PT_PROTECT);
	for (addr = start; addr < end; addr = next) {
		pte_t *ptep = pte_lookup(mm, addr);

		next = min(end, table_end(addr));
		if (!ptep)
			continue;
		vm_design->pte_lock(mm, addr, PT_PROTECT_TABLE);
		change_table(ptep, addr, next, vm_flags, ask);
		vm_design->pte_unlock(mm, addr, PT_PROTECT_TABLE);
	}
	arch_flush_tlb_range(&mm->arch, start, end);
	vm_design->pte_unlock(mm, start, PT_PROTECT);
}

static int mprotect_fixup(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			  unsigned newflags)
{
	struct mm_struct *mm = vma->vm_mm;
	bool ask = vma->vm_ops && vma->vm_ops->wppage;
	int error;

	if (newflags == vma->vm_flags)
		return 0;
	error = vma_fixup(vma, start, end, newflags, LIST_PROTECT);
	if (!error)
		change_protection(mm, start, end, newflags, ask);
	return error;
}

/* Area by area; what came before an error stays changed, as Linux does it. */
static long protect_range(struct mm_struct *mm, unsigned long start, unsigned long end,
			  unsigned prot)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	unsigned long addr;
	long error = 0;

	if (!vma || vma->vm_start > start)
		return -ENOMEM;
	for (addr = start; addr < end && !error;) {
		unsigned long stop = min(end, vma->vm_end);
		unsigned newflags = (vma->vm_flags & ~VM_ACCESS) | prot;

		/* Each permission wants its MAY bit, four places up. */
		if (newflags & ~(newflags >> 4) & VM_ACCESS)
			error = -EACCES;
		else
			error = mprotect_fixup(vma, addr, stop, newflags);
		addr = stop;
		if (addr < end && !error) {
			vma = find_vma(mm, addr); /* the one at hand may be the split-off part */
			if (!vma || vma->vm_start > addr)
				error = -ENOMEM;
		}
	}
	return error;
}

long sys_mprotect(unsigned long start, size_t len, unsigned prot)
{
	struct mm_struct *mm = current->mm;
	long error;

	if (!mm || (start & ~PAGE_MASK))
		return -EINVAL;
	if (!len)
		return 0;
	if (len > TASK_SIZE || start > TASK_SIZE - len)
		return -ENOMEM;
	if (prot & ~(unsigned)VM_ACCESS)
		return -EINVAL;
	len = PAGE_ALIGN(len);
	vm_design->mm_lock(mm, MM_PROTECT);
	error = protect_range(mm, start, start + len, prot);
	vmlist_begin(mm, LIST_MERGE, NULL);
	merge_segments(mm, start, start + len);
	vmlist_end(mm, LIST_MERGE, NULL);
	vm_design->mm_unlock(mm, MM_PROTECT);
	return error;
}
