/*
 * mm/vma.h - what the files that change a vma list share: areas made and freed, linked and
 * unlinked, the driver's methods with their brackets and milestones. Not for drivers or the rest of
 * the kernel.
 *
 * Realises S0 ("Code that add/delete elements ..."), facts section c, "vma list". Every vma is made
 * by vm_area_alloc or vm_area_dup and ends in the design's vma_free (or in vma_release when it
 * never stood in a list), which frees it when nobody can look any more.
 */
#ifndef MM_VMA_H
#define MM_VMA_H

#include "kernel/sync.h"
#include "kernel/watch.h"
#include "mm/design/design.h"
#include "mm/mm.h"

/* 8 MB, as every Linux had it; the other limits of 1999 were infinite. */
#define RLIMIT_STACK_BYTES (8UL << 20)
/* Areas that a stack begins with: room for the arguments of exec. */
#define STACK_START_PAGES 32

/* The permission bits of vm_flags; PROT_* has the same values. */
#define VM_ACCESS     (VM_READ | VM_WRITE | VM_EXEC)
#define VM_MAYACCESS  (VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)
#define VM_DATA_FLAGS (VM_ACCESS | VM_MAYACCESS)

/* A zeroed vma / a copy of @orig on no list and in no tree, without the references that a listed
 * vma holds (get_file and open are the caller's). NULL = no memory.
 * Context: may sleep, may steal. */
struct vm_area_struct *vm_area_alloc(void);
struct vm_area_struct *vm_area_dup(const struct vm_area_struct *orig);
/* The copying half of vm_area_dup, into a vma that is there already and keeps its lock and anon_vma. */
void vm_area_copy(struct vm_area_struct *to, const struct vm_area_struct *from);

/* The numbered rules about looking at or changing a vma list, as the design's era has them; asked
 * while the rules watcher is on. */
static inline void assert_list(struct mm_struct *mm, bool modify)
{
	if (unlikely(watch_mask & WATCH_RULES))
		vm_design->assert_list(mm, modify);
}

/* Around a change of the vma list: the design's bracket and its milestones. */
static inline void vmlist_begin(struct mm_struct *mm, enum list_site site,
				struct vm_area_struct *vma)
{
	milestone(MS_LIST_CHANGE_ENTER, mm->name);
	vm_design->list_change_begin(mm, site, vma);
}
static inline void vmlist_end(struct mm_struct *mm, enum list_site site, struct vm_area_struct *vma)
{
	vm_design->list_change_end(mm, site, vma);
	milestone(MS_LIST_CHANGE_LEAVE, mm->name);
}

/* --- designs that look areas up in a range tree (LOOKUP_RANGE_TREE); elsewhere these do nothing --------- */

static inline bool vma_tree_used(void)
{
	return vm_design->lookup == LOOKUP_RANGE_TREE;
}
/* Get the nodes that @stores changes of the tree need. 0 or -ENOMEM. Before a list_change section, in which
 * nothing may fail. Context: may sleep, may steal. Locks: needs mm_lock. */
int vma_tree_reserve(struct mm_struct *mm, unsigned stores);
/* [@start, @end) is @vma's from now on, NULL = nobody's. Context: atomic. Locks: needs list_change. */
void vma_tree_store(struct mm_struct *mm, unsigned long start, unsigned long end, struct vm_area_struct *vma);

/* --- designs with a lock per vma ------------------------------------------------------------------------ */

/* @vma, new or listed, is about to be entered or changed. Context: may sleep. Locks: needs mm_lock; none of
 * the reverse maps'. */
static inline void vma_write(struct vm_area_struct *vma)
{
	vm_design->vma_write(vma);
}
/* Around a change of what reverse maps find entries by - bounds and offset of @vma, and what is split off
 * it -: vma_write was before. Context: may sleep; nothing inside allocates. Locks: takes what the reverse
 * maps walk under. */
static inline void vma_adjust_begin(struct vm_area_struct *vma)
{
	if (vm_design->vma_adjust_begin)
		vm_design->vma_adjust_begin(vma);
}
static inline void vma_adjust_end(struct vm_area_struct *vma)
{
	if (vm_design->vma_adjust_end)
		vm_design->vma_adjust_end(vma);
}
/* A listed vma is about to be written to: was its lock taken (2024.rule2)? */
static inline void assert_vma_write(const struct vm_area_struct *vma)
{
	if (unlikely(watch_mask & WATCH_RULES) && vm_design->assert_vma_write)
		vm_design->assert_vma_write(vma);
}

/* Take @vma, the one after @prev (NULL = the first), off list and tree. mmap_cache is cleared,
 * since it may name it (R10). Context: atomic. Locks: needs list_change. */
void unlink_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma,
		      struct vm_area_struct *prev);
/* Build the tree of a list that reached AVL_MIN_MAP_COUNT. Locks: needs list_change. */
void build_mmap_avl(struct mm_struct *mm);

/* The file's list of mappings. Context: atomic. Locks: takes i_shared_lock in the design's bracket.
 */
void vma_file_link(struct vm_area_struct *vma);
void vma_file_unlink(struct vm_area_struct *vma);
/* Drop a file reference that is surely not the last one, so that it is safe under a spin lock. */
void vma_file_put_shared(struct vm_area_struct *vma);

/* The driver's methods; each does nothing when the vma has none, but the unmap bracket is always
 * taken: it is the interlock of 2.3.23 (S0). Context: may sleep. Locks: none of the vma list. */
void vma_open(struct vm_area_struct *vma);
void vma_close(struct vm_area_struct *vma);
void vma_unmap(struct vm_area_struct *vma, unsigned long start, size_t len);

/* Change the flags of the part [@start, @end) of @vma, splitting it as needed; @site says for whom
 * (LIST_PROTECT or LIST_LOCK). 0 or
 * -ENOMEM, and then nothing changed. Context: may sleep. Locks: needs mm_lock; takes list_change.
 */
int vma_fixup(struct vm_area_struct *vma, unsigned long start, unsigned long end, unsigned newflags,
	      enum list_site site);

/* The end of the page table that maps @addr: one table maps 4 MB. */
static inline unsigned long table_end(unsigned long addr)
{
	return (addr & ~((4UL << 20) - 1)) + (4UL << 20);
}

/* mm_alloc in two halves: an mm that nobody else can find, and its entry in mmlist. */
struct mm_struct *mm_alloc_private(const char *name);
void mm_publish(struct mm_struct *mm);

/* A free range of @len bytes at or above @addr (0 = anywhere), or 0. Locks: needs mm_lock. */
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long addr, unsigned long len);

/* Make a stack area below STACK_TOP in an mm that is nobody's yet. 0 or -ENOMEM. */
int setup_stack_area(struct mm_struct *mm);

/* Would @pages more locked pages be too many? At most half of memory may be locked, as in 1999. */
static inline bool lock_limit_exceeded(const struct mm_struct *mm, unsigned long pages)
{
	return mm->locked_vm + pages > max_mapnr / 2;
}

#endif
