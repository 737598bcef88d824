/*
 * mm/fixup.c - mprotect and mlock change part of an area: the four cases all, start, end, middle.
 *
 * Realises facts section c (mprotect / mlock row) and race R9: the new areas are allocated and
 * opened first, without the vmlist lock; then one list_change section moves the bounds of the
 * listed area and inserts the others, so that a stealer sees either the old list or the new one.
 */
#include "mm/vma.h"

#include "kernel/errno.h"

/* Cut the first @bytes off an area that is on no list, or whose change is inside list_change. */
static void cut_front(struct vm_area_struct *vma, unsigned long to)
{
	vma->vm_pgoff += (to - vma->vm_start) >> PAGE_SHIFT;
	vma->vm_start = to;
}

/* A copy of @vma with the references that a listed area holds; its bounds are still @vma's. */
static struct vm_area_struct *split_off(struct vm_area_struct *vma, unsigned long start,
					unsigned long end, unsigned flags)
{
	struct vm_area_struct *part = vm_area_dup(vma);

	if (!part)
		return NULL;
	cut_front(part, start);
	part->vm_end = end;
	part->vm_flags = flags;
	return part;
}

static void take_references(struct vm_area_struct *part)
{
	if (part->vm_file)
		get_file(part->vm_file);
	vma_open(part);
}

static int fixup_all(struct vm_area_struct *vma, unsigned newflags, enum list_site site)
{
	vmlist_begin(vma->vm_mm, site, NULL);
	assert_list(vma->vm_mm, true);
	vm_design->vma_write(vma);
	vma->vm_flags = newflags;
	vmlist_end(vma->vm_mm, site, NULL);
	return 0;
}

static int fixup_start(struct vm_area_struct *vma, unsigned long end, unsigned newflags,
		       enum list_site site)
{
	struct vm_area_struct *part = split_off(vma, vma->vm_start, end, newflags);
	struct mm_struct *mm = vma->vm_mm;

	if (!part)
		return -ENOMEM;
	take_references(part);
	vmlist_begin(mm, site, vma);
	assert_list(mm, true);
	vm_design->vma_write(vma);
	cut_front(vma, end);
	insert_vm_struct(mm, part);
	vmlist_end(mm, site, vma);
	return 0;
}

static int fixup_end(struct vm_area_struct *vma, unsigned long start, unsigned newflags,
		     enum list_site site)
{
	struct vm_area_struct *part = split_off(vma, start, vma->vm_end, newflags);
	struct mm_struct *mm = vma->vm_mm;

	if (!part)
		return -ENOMEM;
	take_references(part);
	vmlist_begin(mm, site, vma);
	assert_list(mm, true);
	vm_design->vma_write(vma);
	vma->vm_end = start;
	insert_vm_struct(mm, part);
	vmlist_end(mm, site, vma);
	return 0;
}

static int fixup_middle(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			unsigned newflags, enum list_site site)
{
	struct vm_area_struct *left = split_off(vma, vma->vm_start, start, vma->vm_flags), *right;
	struct mm_struct *mm = vma->vm_mm;

	if (!left)
		return -ENOMEM;
	right = split_off(vma, end, vma->vm_end, vma->vm_flags);
	if (!right) {
		vma_release(left);
		return -ENOMEM;
	}
	if (site == LIST_LOCK) {
		/* mlock writes the flags once before its section: harmless to the outcome, but
		 * 1999's designs leave this bracket empty, and the stealer reads vm_flags (R9). */
		vmlist_begin(mm, LIST_LOCK_MIDDLE_FLAGS, vma);
		assert_list(mm, true);
		vm_design->vma_write(vma);
		vma->vm_flags = newflags;
		vmlist_end(mm, LIST_LOCK_MIDDLE_FLAGS, vma);
	}
	take_references(left);
	take_references(right);
	vmlist_begin(mm, site, vma);
	assert_list(mm, true);
	vm_design->vma_write(vma);
	cut_front(vma, start);
	vma->vm_end = end;
	vma->vm_flags = newflags;
	insert_vm_struct(mm, left);
	insert_vm_struct(mm, right);
	vmlist_end(mm, site, vma);
	return 0;
}

int vma_fixup(struct vm_area_struct *vma, unsigned long start, unsigned long end, unsigned newflags,
	      enum list_site site)
{
	bool from_start = start == vma->vm_start, to_end = end == vma->vm_end;

	if (newflags == vma->vm_flags)
		return 0;
	if (from_start && to_end)
		return fixup_all(vma, newflags, site);
	if (vma->vm_mm->map_count + (from_start || to_end ? 1 : 2) > MAX_MAP_COUNT)
		return -ENOMEM;
	if (from_start)
		return fixup_start(vma, end, newflags, site);
	if (to_end)
		return fixup_end(vma, start, newflags, site);
	return fixup_middle(vma, start, end, newflags, site);
}
