/*
 * mm/madvise.c - madvise and mincore, as 2.4's ABI has them.
 *
 * 1999's kernels had mincore and no madvise; the advice that changes something here is DONTNEED
 * (the pages go, the area stays) and RANDOM / SEQUENTIAL (flags for read-ahead).
 */
#include "kernel/errno.h"
#include "kernel/task.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/vma.h"

#define MADV_NORMAL	0
#define MADV_RANDOM	1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED	3
#define MADV_DONTNEED	4

static int advise_area(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       int advice)
{
	unsigned flags = vma->vm_flags & ~(unsigned)(VM_RAND_READ | VM_SEQ_READ);

	switch (advice) {
	case MADV_NORMAL:
		break;
	case MADV_RANDOM:
		flags |= VM_RAND_READ;
		break;
	case MADV_SEQUENTIAL:
		flags |= VM_SEQ_READ;
		break;
	case MADV_WILLNEED:
		return 0; /* faults read ahead as they go */
	case MADV_DONTNEED:
		if (vma->vm_flags & VM_LOCKED)
			return -EINVAL;
		zap_page_range(vma->vm_mm, start, end - start);
		return 0;
	}
	return vma_fixup(vma, start, end, flags, LIST_PROTECT);
}

/* Unmapped parts are passed over and reported at the end, as Linux does it. */
static long advise_range(struct mm_struct *mm, unsigned long start, unsigned long end, int advice)
{
	struct vm_area_struct *vma;
	unsigned long addr = start;
	long hole = 0, error = 0;

	while (addr < end && !error) {
		vma = find_vma(mm, addr);
		if (!vma || vma->vm_start >= end)
			return -ENOMEM;
		if (vma->vm_start > addr) {
			hole = -ENOMEM;
			addr = vma->vm_start;
		}
		start = addr;
		addr = min(end, vma->vm_end);
		error = advise_area(vma, start, addr, advice);
	}
	return error ? error : hole;
}

long sys_madvise(unsigned long start, size_t len, int advice)
{
	struct mm_struct *mm = current->mm;
	long error;

	if (!mm || (start & ~PAGE_MASK) || advice < MADV_NORMAL || advice > MADV_DONTNEED)
		return -EINVAL;
	if (!len)
		return 0;
	if (len > TASK_SIZE || start > TASK_SIZE - len)
		return len > 0xffffffffUL - start ? -EINVAL : -ENOMEM;
	len = PAGE_ALIGN(len);
	vm_design->mm_lock(mm, MM_ADVISE);
	error = advise_range(mm, start, start + len, advice);
	if (advice <= MADV_SEQUENTIAL) {
		vmlist_begin(mm, LIST_MERGE, NULL);
		merge_segments(mm, start, start + len);
		vmlist_end(mm, LIST_MERGE, NULL);
	}
	vm_design->mm_unlock(mm, MM_ADVISE);
	return error;
}

/* --- mincore -------------------------------------------------------------------------------- */

#define MINCORE_CHUNK 128 /* pages asked about at a time, one byte of stack each */

static unsigned char page_in_cache(struct vm_area_struct *vma, unsigned long addr)
{
	struct page *page;
	unsigned char in_core;

	if (!vma->vm_file || !vma->vm_file->f_mapping)
		return 0;
	page = find_get_page(vma->vm_file->f_mapping,
			     vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT));
	if (!page)
		return 0;
	in_core = page_test(page, PG_uptodate);
	page_cache_release(page);
	return in_core;
}

/* Fill @vec for @n pages from @addr on; -ENOMEM when one of them is not mapped. */
static int mincore_chunk(struct mm_struct *mm, unsigned long addr, unsigned n, unsigned char *vec)
{
	struct vm_area_struct *vma = NULL;
	unsigned i;

	for (i = 0; i < n; i++, addr += PAGE_SIZE) {
		pte_t *ptep;

		if (!vma || addr >= vma->vm_end)
			vma = find_vma(mm, addr);
		if (!vma || vma->vm_start > addr)
			return -ENOMEM;
		ptep = pte_lookup(mm, addr); /* tables only come while mm_lock is held */
		vec[i] = 0;
		if (ptep) {
			vm_design->pte_lock(mm, addr, PT_MINCORE);
			vec[i] = !!pte_present(pte_read(ptep));
			vm_design->pte_unlock(mm, addr, PT_MINCORE);
		}
		if (!vec[i])
			vec[i] = page_in_cache(vma, addr);
	}
	return 0;
}

/* The result is copied out with no lock held: the copy may fault in this very address space. */
long sys_mincore(unsigned long start, size_t len, unsigned long uvec)
{
	struct mm_struct *mm = current->mm;
	unsigned char vec[MINCORE_CHUNK];
	unsigned long pages;

	if (!mm || (start & ~PAGE_MASK))
		return -EINVAL;
	if (len > TASK_SIZE || start > TASK_SIZE - len)
		return -ENOMEM;
	pages = PAGE_ALIGN(len) >> PAGE_SHIFT;
	while (pages) {
		unsigned n = (unsigned)min(pages, (unsigned long)MINCORE_CHUNK);
		int error;

		vm_design->mm_lock(mm, MM_MINCORE);
		error = mincore_chunk(mm, start, n, vec);
		vm_design->mm_unlock(mm, MM_MINCORE);
		if (error)
			return error;
		if (arch_copy_to_user(uvec, vec, n))
			return -EFAULT;
		pages -= n;
		start += n * PAGE_SIZE;
		uvec += n;
	}
	return 0;
}
