/*
 * mm/mremap.c - sys_mremap: an area shrinks, grows in place, or moves with its pages.
 *
 * Realises facts section c (mremap row): shrinking is do_munmap; growing changes vm_end in a
 * list_change section; moving copies the entries one by one, enters the new area, unmaps the old
 * one. The new area is entered after its entries: until then no stealer looks there.
 */
#include "kernel/errno.h"
#include "kernel/task.h"
#include "mm/anon_vma.h"
#include "mm/fault.h"
#include "mm/vma.h"

/* Move one entry. 0, or -ENOMEM when there is no table for the new place. */
static int move_one_page(struct mm_struct *mm, unsigned long from, unsigned long to)
{
	pte_t *src = pte_lookup(mm, from), *dst;
	bool two_tables = table_end(from) != table_end(to);
	pte_t entry;

	if (!src || pte_none(pte_read(src)))
		return 0;
	dst = pte_alloc(mm, to); /* may sleep: the entry is read again afterwards */
	if (!dst)
		return -ENOMEM;
	vm_design->pte_lock(mm, from, PT_MOVE);
	if (two_tables)
		vm_design->pte_lock(mm, to, PT_MOVE_TO);
	if (!pte_none(pte_read(src))) {
		sync_point(SP_WRITE, src);
		entry = ptep_get_and_clear(src);
		sync_point(SP_WRITE, dst);
		set_pte(dst, entry);
		/* A stealer may find it at the new place and write it, while the old one is still in use (f18). */
		if (vm_design->anon_rmap != ANON_RMAP_NONE)
			arch_flush_tlb_page(&mm->arch, from);
	}
	if (two_tables)
		vm_design->pte_unlock(mm, to, PT_MOVE_TO);
	vm_design->pte_unlock(mm, from, PT_MOVE);
	return 0;
}

/* Move all or nothing. */
static int move_page_tables(struct mm_struct *mm, unsigned long to, unsigned long from,
			    unsigned long len)
{
	unsigned long done = 0;
	int error = 0;

	while (done < len && !error) {
		error = move_one_page(mm, from + done, to + done);
		if (!error)
			done += PAGE_SIZE;
	}
	arch_flush_tlb_range(&mm->arch, from, from + len);
	if (error) {
		/* The old tables are all there: this cannot fail. */
		while (done) {
			done -= PAGE_SIZE;
			move_one_page(mm, to + done, from + done);
		}
		arch_flush_tlb_range(&mm->arch, to, to + len);
		free_pgtables(mm, to, to + len);
	}
	return error;
}

/* @vma may be gone when this returns, unless @keep: then it stays, whole and empty. The new address or a -errno. */
static long move_vma(struct vm_area_struct *vma, unsigned long addr, unsigned long old_len,
		     unsigned long new_len, unsigned long new_addr, bool keep)
{
	struct mm_struct *mm = vma->vm_mm;
	struct vm_area_struct *new_vma = vm_area_dup(vma);
	unsigned flags = vma->vm_flags;

	if (!new_vma)
		return -ENOMEM;
	new_vma->vm_pgoff += (addr - vma->vm_start) >> PAGE_SHIFT;
	new_vma->vm_start = new_addr;
	new_vma->vm_end = new_addr + new_len;
	vma_write(vma); /* its entries go: no fault may use it meanwhile */
	vma_write(new_vma);
	if (vma_tree_reserve(mm, 1) || anon_vma_clone(new_vma, vma)) {
		vma_release(new_vma);
		return -ENOMEM;
	}
	if (move_page_tables(mm, new_addr, addr, old_len)) {
		unlink_anon_vmas(new_vma);
		vma_release(new_vma);
		return -ENOMEM;
	}
	if (new_vma->vm_file)
		get_file(new_vma->vm_file);
	vma_open(new_vma);
	vmlist_begin(mm, LIST_MREMAP_MOVE, new_vma);
	insert_vm_struct(mm, new_vma);
	merge_segments(mm, new_addr, new_addr + new_len);
	vmlist_end(mm, LIST_MREMAP_MOVE, NULL);
	mm->total_vm += new_len >> PAGE_SHIFT;
	if (flags & VM_LOCKED)
		mm->locked_vm += new_len >> PAGE_SHIFT;
	if (keep)
		unlink_anon_vmas(vma); /* it maps nothing now */
	else
		do_munmap(mm, addr, old_len); /* takes the old pages off the books */
	if (flags & VM_LOCKED)
		make_pages_present(mm, new_addr, new_addr + new_len);
	return (long)new_addr;
}

static bool can_grow(struct vm_area_struct *vma, unsigned long addr, unsigned long old_len,
		     unsigned long new_len)
{
	unsigned long limit = vma->vm_next ? vma->vm_next->vm_start : TASK_SIZE;

	return addr + old_len == vma->vm_end && new_len <= limit - addr;
}

/* The address, or -ENOMEM. */
static long grow_in_place(struct vm_area_struct *vma, unsigned long addr, unsigned long new_len)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long old_end = vma->vm_end, pages = (addr + new_len - old_end) >> PAGE_SHIFT;

	if (vma_tree_reserve(mm, 1))
		return -ENOMEM;
	vma_write(vma);
	vmlist_begin(mm, LIST_MREMAP_GROW, NULL);
	assert_list(mm, true);
	assert_vma_write(vma);
	vma_adjust_begin(vma);
	vma->vm_end = addr + new_len;
	vma_adjust_end(vma);
	vma_tree_store(mm, vma->vm_start, vma->vm_end, vma);
	vmlist_end(mm, LIST_MREMAP_GROW, NULL);
	mm->total_vm += pages;
	if (vma->vm_flags & VM_LOCKED) {
		mm->locked_vm += pages;
		make_pages_present(mm, old_end, addr + new_len);
	}
	return (long)addr;
}

/* Where a fixed destination must not be. */
static long check_fixed(unsigned long addr, unsigned long old_len, unsigned long new_len,
			unsigned long flags, unsigned long new_addr)
{
	if (!(flags & MREMAP_MAYMOVE) || (new_addr & ~PAGE_MASK) || new_len > TASK_SIZE ||
	    new_addr > TASK_SIZE - new_len)
		return -EINVAL;
	if (new_addr < addr + old_len && addr < new_addr + new_len)
		return -EINVAL;
	return 0;
}

/* The area may stay where it is and grow, or move. */
static long remap_area(struct mm_struct *mm, unsigned long addr, unsigned long old_len,
		       unsigned long new_len, unsigned long flags, unsigned long new_addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	if (!vma || vma->vm_start > addr || old_len > vma->vm_end - addr)
		return -EFAULT;
	if ((vma->vm_flags & VM_LOCKED) && new_len > old_len &&
	    lock_limit_exceeded(mm, (new_len - old_len) >> PAGE_SHIFT))
		return -EAGAIN;
	if (!(flags & MREMAP_FIXED)) {
		if (new_len == old_len)
			return (long)addr;
		if (can_grow(vma, addr, old_len, new_len))
			return grow_in_place(vma, addr, new_len);
		if (!(flags & MREMAP_MAYMOVE))
			return -ENOMEM;
		new_addr = get_unmapped_area(mm, 0, new_len);
		if (!new_addr)
			return -ENOMEM;
	}
	return move_vma(vma, addr, old_len, new_len, new_addr, false);
}

/* MREMAP_DONTUNMAP, which 5.7 brought: the pages move, the area stays. A whole anonymous area to a place of our
 * choice is what it is for here. */
static long move_and_keep(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	struct vm_area_struct *vma = find_vma(mm, addr);
	unsigned long to;

	if (!vma || vma->vm_start != addr || vma->vm_end != addr + len || vma->vm_file ||
	    (vma->vm_flags & VM_LOCKED))
		return -EINVAL;
	to = get_unmapped_area(mm, 0, len);
	return to ? move_vma(vma, addr, len, len, to, true) : -ENOMEM;
}

static long do_mremap(struct mm_struct *mm, unsigned long addr, unsigned long old_len,
		      unsigned long new_len, unsigned long flags, unsigned long new_addr)
{
	long error;

	if (flags & MREMAP_FIXED) {
		error = check_fixed(addr, old_len, new_len, flags, new_addr);
		if (!error)
			error = do_munmap(mm, new_addr, new_len);
		if (error)
			return error;
	}
	if (new_len < old_len) {
		if (!find_vma_intersection(mm, addr, addr + old_len))
			return -EFAULT;
		error = do_munmap(mm, addr + new_len, old_len - new_len);
		if (error)
			return error;
		if (!(flags & MREMAP_FIXED)) /* done, of however many areas the rest consists */
			return (long)addr;
		old_len = new_len;
	}
	return remap_area(mm, addr, old_len, new_len, flags, new_addr);
}

long sys_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len,
		unsigned long flags, unsigned long new_addr)
{
	struct mm_struct *mm = current->mm;
	long result;
	unsigned long known = MREMAP_MAYMOVE | MREMAP_FIXED;
	bool keep = anon_vmas_used() && flags == (MREMAP_MAYMOVE | MREMAP_DONTUNMAP) && old_len == new_len;

	if (!mm || (addr & ~PAGE_MASK) || (!keep && (flags & ~known)))
		return -EINVAL;
	if (!old_len || !new_len)
		return -EINVAL;
	if (old_len > TASK_SIZE || addr > TASK_SIZE - old_len)
		return -EFAULT;
	if (new_len > TASK_SIZE)
		return flags & MREMAP_FIXED ? -EINVAL : -ENOMEM;
	vm_design->mm_lock(mm, MM_REMAP);
	if (keep)
		result = move_and_keep(mm, addr, PAGE_ALIGN(old_len));
	else
		result = do_mremap(mm, addr, PAGE_ALIGN(old_len), PAGE_ALIGN(new_len), flags, new_addr);
	vm_design->mm_unlock(mm, MM_REMAP);
	return result;
}
