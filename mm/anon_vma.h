/*
 * mm/anon_vma.h - which areas may map an anonymous page: anon_vma, the objects between page and vma.
 *
 * Realises facts/linux-6.x-vma-locking.md a.6 and f17, for designs with anon_rmap = ANON_RMAP_ANON_VMA;
 * under the others nothing here does anything.
 *	page->anon_vma -> anon_vma -> its chains -> the areas that may map the page, at page->anon_index
 * An area gets an anon_vma with its first anonymous page (anon_vma_prepare); fork gives the child's area one of
 * its own and links it to all of the parent's, so that pages which parent and child share are found
 * through the parent's, and pages that the child copied later are searched in the child alone.
 * Interface: anon_vma_prepare (faults), anon_vma_clone (split, move), anon_vma_fork, anon_vma_merge,
 * unlink_anon_vmas (munmap, exit), anon_vma_lock_write (who changes an area's bounds); the reverse map
 * itself is mm/rmap.h.
 * Invariants
 *  1. All anon_vmas of a family (one area, what was split off it, and its copies in child processes) have the
 *     same root; the root's rwsem guards their lists of areas. A child keeps a reference on its root.
 *  2. While a page is mapped (page->mapcount > 0) its anon_vma is alive: an area leaves the lists only after
 *     its entries were cleared. Memory of a dead one is reused only after a grace period (RCU).
 *  3. vma->anon_vma goes from NULL to set once, decided under page_table_lock (PT_ANON_VMA); back to NULL
 *     only with mmap_lock and the vma held for writing.
 *  4. refcount = one for its life as long as it has areas or children, plus who looks by rmap.
 */
#ifndef MM_ANON_VMA_H
#define MM_ANON_VMA_H

#include "kernel/rcu.h"
#include "kernel/rwsem.h"
#include "mm/design/design.h"

struct anon_vma {
	struct anon_vma *root, *parent; /* constant; itself, for a root */
	struct rw_semaphore rwsem;	/* the root's guards the family */
	volatile int refcount;		/* atomic */
	/* the root's rwsem */
	unsigned children;     /* anon_vmas that have this one as parent; a root counts itself */
	unsigned active_vmas;  /* areas whose anon_vma this is: new pages go here */
	struct list_head chains; /* by anon_vma_chain.same_anon_vma */
	struct rcu_head rcu;
};

/* One area on the list of one anon_vma. */
struct anon_vma_chain {
	struct vm_area_struct *vma;
	struct anon_vma *anon_vma;
	struct anon_vma_chain *next;	/* of the same vma: mmap_lock, and the root's rwsem to change */
	struct list_head same_anon_vma; /* the root's rwsem */
};

void anon_vma_init(void); /* by vm_init() */

static inline bool anon_vmas_used(void)
{
	return vm_design->anon_rmap == ANON_RMAP_ANON_VMA;
}

/* The area is about to get an anonymous page of its own. 0, or -ENOMEM.
 * Context: may sleep, may steal. Locks: needs mmap_lock, for the neighbours are looked at; takes the family's
 * lock and pte_lock(PT_ANON_VMA). */
int anon_vma_prepare(struct vm_area_struct *vma);
/* The same in a fault that may hold only the vma's lock (@fc; NULL = mmap_lock is held):
 * VM_FAULT_OK, VM_FAULT_OOM, or VM_FAULT_RETRY = the design gave up its locks. */
int anon_vma_fault_prepare(struct fault_ctx *fc, struct vm_area_struct *vma);
/* @dst, a copy of @src that is on no list, may map all that @src may map. 0, or -ENOMEM and @dst has no links.
 * Context: may sleep, may steal. Locks: needs mmap_lock for writing. */
int anon_vma_clone(struct vm_area_struct *dst, struct vm_area_struct *src);
/* The same for a child process, whose area gets an anon_vma of its own besides. */
int anon_vma_fork(struct vm_area_struct *child, struct vm_area_struct *parent);
/* @vma maps nothing any more, or is to be freed: off all lists. Context: may sleep. */
void unlink_anon_vmas(struct vm_area_struct *vma);

/* May the pages of the two neighbours be one area's? One of them has no anon_vma, or both the same. */
bool anon_vma_compatible(const struct vm_area_struct *a, const struct vm_area_struct *b);
/* @gone becomes a part of @keep: @keep takes over its links if it has none; @gone has none afterwards.
 * Needs mmap_lock for writing and both areas. Context: may sleep; allocates nothing. */
void anon_vma_merge(struct vm_area_struct *keep, struct vm_area_struct *gone);

/* Around a change of vm_start, vm_end, vm_pgoff of an area that reverse maps may find. Nothing is taken where
 * the area has no anon_vma. Context: may sleep; nothing that leads to page stealing inside. */
void anon_vma_lock_write(struct vm_area_struct *vma);
void anon_vma_unlock_write(struct vm_area_struct *vma);

/* A reference, unless it is dying / give it back. Context: any. */
bool anon_vma_get(struct anon_vma *av);
void anon_vma_put(struct anon_vma *av);

#endif
