/*
 * mm/munmap.c - do_munmap and exit_mmap: areas leave the list first, and die afterwards.
 *
 * Realises facts section c (do_munmap, unmap_fixup, exit_mmap rows) and S0's interlock. Order:
 *  1. the spare vma is allocated: the last easy failure;
 *  2. one list_change section unlinks every overlapped area onto a private list and clears
 *     mmap_cache inside (R10); from here no stealer finds them;
 *  3. area by area: the unmap method in its bracket (always taken: who comes through here after a
 *     stealer dropped the vmlist lock waits for it), the file's share list, the pages;
 *  4. what stays of an area is linked again under the vmlist lock; the rest is closed and freed;
 *  5. page tables that nobody needs go.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/task.h"
#include "mm/anon_vma.h"
#include "mm/fault.h"
#include "mm/vma.h"

/* The areas from @vma (after @prev) on that begin below @end, unlinked, as a list by vm_next. */
static struct vm_area_struct *detach_areas(struct mm_struct *mm, struct vm_area_struct *vma,
					   struct vm_area_struct *prev, unsigned long end)
{
	struct vm_area_struct *head = NULL, **tail = &head, *next;
	unsigned long from = vma->vm_start, to = vma->vm_end;

	for (next = vma; next && next->vm_start < end; next = next->vm_next)
		vma_write(next);
	vmlist_begin(mm, LIST_MUNMAP, NULL);
	for (; vma && vma->vm_start < end; vma = next) {
		next = vma->vm_next;
		assert_vma_write(vma);
		to = vma->vm_end;
		unlink_vm_struct(mm, vma, prev);
		*tail = vma;
		tail = &vma->vm_next;
	}
	vma_tree_store(mm, from, to, NULL);
	vmlist_end(mm, LIST_MUNMAP, NULL);
	return head;
}

/* The area is off the list and loses all its pages: last methods, file reference, free. */
static void destroy_area(struct vm_area_struct *vma)
{
	vma_close(vma);
	unlink_anon_vmas(vma);
	if (vma->vm_file)
		fput(vma->vm_file);
	vm_design->vma_free(vma);
}

/* [@start, @end) of the unlisted @vma is gone: link what stays of it. Uses *@extra when two pieces
 * stay, and then sets it to NULL. */
static void unmap_fixup(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start,
			unsigned long end, struct vm_area_struct **extra)
{
	struct vm_area_struct *tail = NULL;
	unsigned long old_end = vma->vm_end;

	if (start == vma->vm_start && end == vma->vm_end) {
		destroy_area(vma);
		return;
	}
	if (end < old_end && start > vma->vm_start) {
		tail = *extra; /* made by prepare_tail */
		*extra = NULL;
		if (tail->vm_file)
			get_file(tail->vm_file);
		vma_open(tail);
		vma_write(tail);
	}
	vma_adjust_begin(vma);
	if (start > vma->vm_start) {
		vma->vm_end = start;
	} else {
		vma->vm_pgoff += (end - vma->vm_start) >> PAGE_SHIFT;
		vma->vm_start = end;
	}
	vma_adjust_end(vma);
	vmlist_begin(mm, LIST_FIXUP, vma);
	insert_vm_struct(mm, vma);
	if (tail)
		insert_vm_struct(mm, tail);
	vmlist_end(mm, LIST_FIXUP, vma);
}

/* What goes of each area, off the books. Before a downgrade, which lets the counters be read. */
static bool account_areas(struct mm_struct *mm, const struct vm_area_struct *vma,
			  unsigned long start, unsigned long end)
{
	bool whole = true;

	for (; vma; vma = vma->vm_next) {
		unsigned long pages =
			(min(end, vma->vm_end) - max(start, vma->vm_start)) >> PAGE_SHIFT;

		mm->total_vm -= pages;
		if (vma->vm_flags & VM_LOCKED)
			mm->locked_vm -= pages;
		whole = whole && vma->vm_start >= start && vma->vm_end <= end;
	}
	return whole;
}

/* Two pieces of @vma stay: @tail becomes the upper one, as far as that can fail. */
static int prepare_tail(struct vm_area_struct *tail, struct vm_area_struct *vma, unsigned long start)
{
	vm_area_copy(tail, vma);
	tail->vm_pgoff += (start - vma->vm_start) >> PAGE_SHIFT;
	tail->vm_start = start;
	return anon_vma_clone(tail, vma);
}

/* @downgrade: the caller changes nothing after this, so when every area goes whole the rest can run
 * beside faults in other areas (designs with readers and writers). */
static int munmap_range(struct mm_struct *mm, unsigned long start, size_t len, bool downgrade)
{
	struct vm_area_struct *vma, *prev, *next, *extra;
	unsigned long end;

	if ((start & ~PAGE_MASK) || start > TASK_SIZE || !len || len > TASK_SIZE - start)
		return -EINVAL;
	end = start + PAGE_ALIGN(len);
	vma = find_vma_prev(mm, start, &prev);
	if (!vma || vma->vm_start >= end)
		return 0;
	if (vma->vm_start < start && vma->vm_end > end && mm->map_count >= MAX_MAP_COUNT)
		return -ENOMEM;
	extra = vm_area_alloc();
	if (!extra)
		return -ENOMEM;
	if (vma_tree_reserve(mm, 3) ||
	    (vma->vm_start < start && vma->vm_end > end && prepare_tail(extra, vma, end))) {
		vma_release(extra);
		return -ENOMEM;
	}
	vma = detach_areas(mm, vma, prev, end);
	if (account_areas(mm, vma, start, end) && downgrade)
		vm_design->mm_downgrade(mm, MM_MUNMAP);
	for (; vma; vma = next) {
		unsigned long from = max(start, vma->vm_start), to = min(end, vma->vm_end);

		next = vma->vm_next;
		vma->vm_next = NULL;
		vm_design->vma_unlinked(vma);
		vma_unmap(vma, from, to - from);
		vma_file_unlink(vma);
		zap_page_range(mm, from, to - from);
		unmap_fixup(mm, vma, from, to, &extra);
	}
	if (extra)
		vma_release(extra);
	free_pgtables(mm, start, end);
	return 0;
}

int do_munmap(struct mm_struct *mm, unsigned long addr, size_t len)
{
	return munmap_range(mm, addr, len, false);
}

long sys_munmap(unsigned long addr, size_t len)
{
	struct mm_struct *mm = current->mm;
	int error;

	if (!mm)
		return -EINVAL;
	vm_design->mm_lock(mm, MM_MUNMAP);
	error = munmap_range(mm, addr, len, true);
	vm_design->mm_unlock(mm, MM_MUNMAP);
	return error;
}

/* The last user is gone; a stealer may still hold the struct and finds an empty list. */
void exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *vma, *next;

	vm_design->mm_lock(mm, MM_EXIT);
	vmlist_begin(mm, LIST_EXIT, NULL);
	assert_list(mm, true);
	vma = mm->mmap;
	mm->mmap = NULL;
	mm->mmap_avl = NULL;
	range_tree_destroy(&mm->mm_tree);
	shared_write(mm->mmap_cache, NULL);
	vmlist_end(mm, LIST_EXIT, NULL);
	mm->total_vm = 0;
	mm->locked_vm = 0;
	for (; vma; vma = next) {
		next = vma->vm_next;
		mm->map_count--;
		vma_write(vma);
		vma->detached = true;
		vm_design->vma_unlinked(vma);
		vma_unmap(vma, vma->vm_start, vma->vm_end - vma->vm_start);
		vma_close(vma);
		vma_file_unlink(vma);
		zap_page_range(mm, vma->vm_start, vma->vm_end - vma->vm_start);
		unlink_anon_vmas(vma);
		if (vma->vm_file)
			fput(vma->vm_file);
		vm_design->vma_free(vma);
	}
	if (mm->map_count || mm->rss)
		printk("exit_mmap: %s: map count is %d, rss is %ld\n", mm->name, mm->map_count,
		       mm->rss);
	clear_page_tables(mm);
	vm_design->mm_unlock(mm, MM_EXIT);
}
