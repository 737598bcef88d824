/*
 * mm/brk.c - sys_brk: the heap grows and shrinks.
 *
 * Realises facts section a and c (sys_brk holds mmap_sem alone from 2.3.10 on). Like Linux it never
 * fails with an errno: it returns the break that is in force afterwards.
 */
#include "kernel/task.h"
#include "mm/vma.h"

static unsigned long move_break(struct mm_struct *mm, unsigned long brk)
{
	unsigned long old_end = PAGE_ALIGN(mm->brk), new_end;

	if (brk < mm->start_brk || brk > TASK_SIZE - PAGE_SIZE)
		return mm->brk;
	new_end = PAGE_ALIGN(brk);
	if (new_end < old_end && do_munmap(mm, new_end, old_end - new_end))
		return mm->brk;
	if (new_end > old_end) {
		/* One page of distance, so that heap and next area are never one. */
		if (find_vma_intersection(mm, old_end, new_end + PAGE_SIZE))
			return mm->brk;
		if (do_brk(mm, old_end, new_end - old_end) != old_end)
			return mm->brk;
	}
	mm->brk = brk;
	return brk;
}

long sys_brk(unsigned long brk)
{
	struct mm_struct *mm = current->mm;
	unsigned long result;

	if (!mm)
		return 0;
	vm_design->mm_lock(mm, MM_BRK);
	result = move_break(mm, brk);
	vm_design->mm_unlock(mm, MM_BRK);
	return (long)result;
}
