/*
 * mm/fixup.c - mprotect and mlock change part of an area: the four cases all, start, end, middle.
 *
 * Realises facts section c (mprotect / mlock row) and race R9: the new areas are allocated and
 * opened first, without the vmlist lock; then one list_change section moves the bounds of the
 * listed area and inserts the others, so that a stealer sees either the old list or the new one.
 */
#include "mm/vma.h"

#include "mm/anon_vma.h"

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

/* The same, with all that entering it in the list can need: its links to the reverse maps, and nodes of the tree
 * for @stores areas. */
static struct vm_area_struct *split_listed(struct vm_area_struct *vma, unsigned long start, unsigned long end,
					   unsigned flags, unsigned stores)
{
	struct vm_area_struct *part = split_off(vma, start, end, flags);

	if (part && (vma_tree_reserve(vma->vm_mm, stores) || anon_vma_clone(part, vma))) {
		vma_release(part);
		part = NULL;
	}
	return part;
}

static void drop_part(struct vm_area_struct *part)
{
	unlink_anon_vmas(part);
	vma_release(part);
}

static void take_references(struct vm_area_struct *part)
{
	if (part->vm_file)
		get_file(part->vm_file);
	vma_open(part);
}

static void write_both(struct vm_area_struct *vma, struct vm_area_struct *part)
{
	vma_write(vma);
	vma_write(part);
}

static int fixup_all(struct vm_area_struct *vma, unsigned newflags, enum list_site site)
{
	vma_write(vma);
	vmlist_begin(vma->vm_mm, site, NULL);
	assert_list(vma->vm_mm, true);
	assert_vma_write(vma);
	__atomic_store_n(&vma->vm_flags, newflags, __ATOMIC_RELAXED); /* reverse maps ask for VM_LOCKED */
	vmlist_end(vma->vm_mm, site, NULL);
	return 0;
}

static int fixup_start(struct vm_area_struct *vma, unsigned long end, unsigned newflags,
		       enum list_site site)
{
	struct vm_area_struct *part = split_listed(vma, vma->vm_start, end, newflags, 1);
	struct mm_struct *mm = vma->vm_mm;

	if (!part)
		return -ENOMEM;
	take_references(part);
	write_both(vma, part);
	vmlist_begin(mm, site, vma);
	assert_list(mm, true);
	assert_vma_write(vma);
	vma_adjust_begin(vma);
	cut_front(vma, end);
	insert_vm_struct(mm, part);
	vma_adjust_end(vma);
	vmlist_end(mm, site, vma);
	return 0;
}

static int fixup_end(struct vm_area_struct *vma, unsigned long start, unsigned newflags,
		     enum list_site site)
{
	struct vm_area_struct *part = split_listed(vma, start, vma->vm_end, newflags, 1);
	struct mm_struct *mm = vma->vm_mm;

	if (!part)
		return -ENOMEM;
	take_references(part);
	write_both(vma, part);
	vmlist_begin(mm, site, vma);
	assert_list(mm, true);
	assert_vma_write(vma);
	vma_adjust_begin(vma);
	vma->vm_end = start;
	insert_vm_struct(mm, part);
	vma_adjust_end(vma);
	vmlist_end(mm, site, vma);
	return 0;
}

static int fixup_middle(struct vm_area_struct *vma, unsigned long start, unsigned long end,
			unsigned newflags, enum list_site site)
{
	struct vm_area_struct *left = split_listed(vma, vma->vm_start, start, vma->vm_flags, 2), *right;
	struct mm_struct *mm = vma->vm_mm;

	if (!left)
		return -ENOMEM;
	right = split_listed(vma, end, vma->vm_end, vma->vm_flags, 2);
	if (!right) {
		drop_part(left);
		return -ENOMEM;
	}
	if (site == LIST_LOCK) {
		/* mlock writes the flags once before its section: harmless to the outcome, but
		 * 1999's designs leave this bracket empty, and the stealer reads vm_flags (R9). */
		vma_write(vma);
		vmlist_begin(mm, LIST_LOCK_MIDDLE_FLAGS, vma);
		assert_list(mm, true);
		assert_vma_write(vma);
		__atomic_store_n(&vma->vm_flags, newflags, __ATOMIC_RELAXED); /* reverse maps ask for VM_LOCKED */
		vmlist_end(mm, LIST_LOCK_MIDDLE_FLAGS, vma);
	}
	take_references(left);
	take_references(right);
	write_both(vma, left);
	vma_write(right);
	vmlist_begin(mm, site, vma);
	assert_list(mm, true);
	assert_vma_write(vma);
	vma_adjust_begin(vma);
	cut_front(vma, start);
	vma->vm_end = end;
	__atomic_store_n(&vma->vm_flags, newflags, __ATOMIC_RELAXED); /* reverse maps ask for VM_LOCKED */
	insert_vm_struct(mm, left);
	insert_vm_struct(mm, right);
	vma_adjust_end(vma);
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
