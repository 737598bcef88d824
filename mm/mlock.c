/*
 * mm/mlock.c - mlock, munlock, mlockall, munlockall: VM_LOCKED on areas, and their pages made
 * present.
 *
 * Realises facts section c (mlock row). The areas change in mm/fixup.c in one list_change section;
 * only the middle split writes the flags once earlier (R9). At most half of memory may be locked.
 */
#include "kernel/errno.h"
#include "kernel/task.h"
#include "mm/fault.h"
#include "mm/vma.h"

#define MCL_CURRENT 1
#define MCL_FUTURE  2

static int mlock_fixup(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       unsigned newflags)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long pages = (end - start) >> PAGE_SHIFT;
	int error;

	if (newflags == vma->vm_flags)
		return 0;
	error = vma_fixup(vma, start, end, newflags, LIST_LOCK);
	if (error)
		return error;
	if (!(newflags & VM_LOCKED)) {
		mm->locked_vm -= pages;
		return 0;
	}
	mm->locked_vm += pages;
	return make_pages_present(mm, start, end);
}

static void merge_after(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	vmlist_begin(mm, LIST_MERGE, NULL);
	merge_segments(mm, start, end);
	vmlist_end(mm, LIST_MERGE, NULL);
}

static long do_mlock(struct mm_struct *mm, unsigned long start, unsigned long end, bool on)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	unsigned long addr;
	long error = 0;

	if (!vma || vma->vm_start > start)
		return -ENOMEM;
	for (addr = start; addr < end && !error;) {
		unsigned long stop = min(end, vma->vm_end);
		unsigned newflags = vma->vm_flags & ~VM_LOCKED;

		error = mlock_fixup(vma, addr, stop, on ? newflags | VM_LOCKED : newflags);
		addr = stop;
		if (addr < end && !error) {
			vma = find_vma(mm, addr);
			if (!vma || vma->vm_start > addr)
				error = -ENOMEM;
		}
	}
	merge_after(mm, start, end);
	return error;
}

static long lock_range(unsigned long start, size_t len, bool on)
{
	struct mm_struct *mm = current->mm;
	unsigned long end;
	long error;

	if (!mm)
		return -EINVAL;
	if (!len)
		return 0;
	if (len > TASK_SIZE || start > TASK_SIZE - len)
		return -ENOMEM;
	end = PAGE_ALIGN(start + len);
	start &= PAGE_MASK;
	vm_design->mm_lock(mm, MM_LOCK);
	if (on && lock_limit_exceeded(mm, (end - start) >> PAGE_SHIFT))
		error = -ENOMEM;
	else
		error = do_mlock(mm, start, end, on);
	vm_design->mm_unlock(mm, MM_LOCK);
	return error;
}

long do_munlock(struct mm_struct *mm, unsigned long start, size_t len)
{
	return do_mlock(mm, start, start + len, false);
}

long sys_mlock(unsigned long start, size_t len)
{
	return lock_range(start, len, true);
}

long sys_munlock(unsigned long start, size_t len)
{
	return lock_range(start, len, false);
}

static long do_mlockall(struct mm_struct *mm, int flags)
{
	struct vm_area_struct *vma;
	long error = 0;

	mm->def_flags = flags & MCL_FUTURE ? VM_LOCKED : 0;
	if (flags == MCL_FUTURE)
		return 0;
	for (vma = mm->mmap; vma && !error; vma = vma->vm_next) {
		unsigned newflags = vma->vm_flags & ~VM_LOCKED;

		if (flags & MCL_CURRENT)
			newflags |= VM_LOCKED;
		error = mlock_fixup(vma, vma->vm_start, vma->vm_end, newflags);
	}
	merge_after(mm, 0, TASK_SIZE);
	return error;
}

long sys_mlockall(int flags)
{
	struct mm_struct *mm = current->mm;
	long error;

	if (!mm || !flags || (flags & ~(MCL_CURRENT | MCL_FUTURE)))
		return -EINVAL;
	vm_design->mm_lock(mm, MM_LOCK);
	if ((flags & MCL_CURRENT) && mm->total_vm > max_mapnr / 2)
		error = -ENOMEM;
	else
		error = do_mlockall(mm, flags);
	vm_design->mm_unlock(mm, MM_LOCK);
	return error;
}

long sys_munlockall(void)
{
	struct mm_struct *mm = current->mm;
	long error;

	if (!mm)
		return -EINVAL;
	vm_design->mm_lock(mm, MM_LOCK);
	error = do_mlockall(mm, 0);
	vm_design->mm_unlock(mm, MM_LOCK);
	return error;
}
