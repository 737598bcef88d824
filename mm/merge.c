/*
 * mm/merge.c - merge_segments: areas that touch and agree in everything become one.
 *
 * Realises facts section c "vma list" (merge_segments) and race R26: the vmlist lock is given up
 * around the merged area's close(), when that area is already off the list; the caller's mmap_sem
 * keeps the list otherwise as it was.
 */
#include "mm/anon_vma.h"
#include "mm/vma.h"

static bool can_merge(const struct vm_area_struct *prev, const struct vm_area_struct *vma)
{
	if (prev->vm_end != vma->vm_start || prev->vm_file != vma->vm_file ||
	    prev->vm_ops != vma->vm_ops || prev->vm_flags != vma->vm_flags ||
	    prev->vm_private_data != vma->vm_private_data ||
	    prev->vm_truncate_count != vma->vm_truncate_count) /* one is behind: filemap_truncate.c */
		return false;
	if (!anon_vma_compatible(prev, vma))
		return false;
	/* Anonymous areas too: reverse maps find an entry by the page's offset in its area. */
	return prev->vm_pgoff + ((prev->vm_end - prev->vm_start) >> PAGE_SHIFT) == vma->vm_pgoff;
}

/* @vma is off the list and its pages belong to its neighbour: let its driver know, free it. */
static void dispose_merged(struct mm_struct *mm, struct vm_area_struct *vma)
{
	bool has_close = vma->vm_ops && vma->vm_ops->close;

	if (has_close) {
		/* An empty area at its end: close() must not think that pages go away. */
		vma_adjust_begin(vma);
		vma->vm_pgoff += (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
		vma->vm_start = vma->vm_end;
		vma_adjust_end(vma);
		vmlist_end(mm, LIST_MERGE_CLOSE, vma);
		vm_design->vma_unlinked(vma);
		vma_close(vma);
		vmlist_begin(mm, LIST_MERGE_CLOSE, vma);
	}
	vma_file_unlink(vma);
	vma_file_put_shared(vma); /* the neighbour refers to the same file */
	vm_design->vma_free(vma);
}

void merge_segments(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *prev, *vma;

	assert_list(mm, true);
	vma = find_vma_prev(mm, start, &prev);
	if (!prev)
		prev = vma;
	if (!prev)
		return;
	while (prev->vm_start < end && prev->vm_next) {
		vma = prev->vm_next;
		if (!can_merge(prev, vma)) {
			prev = vma;
			continue;
		}
		if (vma_tree_reserve(mm, 1))
			return; /* they stay two */
		vma_write(prev);
		vma_write(vma);
		unlink_vm_struct(mm, vma, prev);
		vma_adjust_begin(prev);
		assert_vma_write(prev);
		prev->vm_end = vma->vm_end;
		vma_adjust_end(prev);
		vma_tree_store(mm, prev->vm_start, prev->vm_end, prev); /* one slot for all of it */
		anon_vma_merge(prev, vma);
		dispose_merged(mm, vma);
	}
}
