/*
 * mm/vma_lock.h - the lock of one vma, as today's designs have it, and mmap_lock with its sequence.
 *
 * Realises facts/linux-6.x-vma-locking.md a.1 and a.2 (the form of 2024). A vma is write-locked while its
 * vm_lock_seq equals its mm's mm_lock_seq, and by nothing else. Readers hold its rwsem; a writer holds
 * it for the moment in which he stores the number, and so waits until all readers have left. The end of
 * mmap_lock's write section counts the mm's number up, and all vmas are unlocked at once.
 *
 * Interface: mmap_read_lock / unlock, mmap_write_lock / unlock / downgrade; vma_start_read,
 * vma_start_read_locked, vma_end_read; vma_start_write, vma_end_write_all; lock_vma_under_rcu.
 * Invariants
 *  1. mm_lock_seq is odd exactly while somebody holds mmap_lock for writing; vm_lock_seq is odd.
 *  2. A reader never waits: he gets the vma or goes for mmap_lock; and he waits for no mmap_lock while he
 *     holds a vma (2024.rule4).
 *  3. detached is true while the vma is in no tree; it changes while the vma is write-locked.
 *  4. vma and lock are freed together after a grace period, so that who found the vma under
 *     rcu_read_lock may look at vm_mm, vm_lock, vm_lock_seq and detached, and at nothing else before
 *     vma_start_read has succeeded and detached is false.
 */
#ifndef MM_VMA_LOCK_H
#define MM_VMA_LOCK_H

#include "kernel/rcu.h"
#include "kernel/rwsem.h"
#include "mm/mm.h"

/* Apart from the vma, as in Linux: the word that readers write is not beside what they read. */
struct vma_lock {
	struct rw_semaphore sem;
};

#define VMA_LOCK_SEQ_NONE (~0u) /* a new vma: odd, so no idle mm has it */

/* A new vma's lock: not locked, detached. 0 or -ENOMEM. Context: may sleep, may steal. */
int vma_lock_alloc(struct vm_area_struct *vma);
/* Give the lock object back, if there is one; nobody can look any more. Context: atomic. */
void vma_lock_free(struct vm_area_struct *vma);
/* Give vma and lock back after a grace period. Context: any. */
void vma_free_rcu(struct vm_area_struct *vma);

/* Context: may sleep. Locks: takes mmap_lock for reading / drops it. */
void mmap_read_lock(struct mm_struct *mm);
bool mmap_read_trylock(struct mm_struct *mm); /* Context: any */
void mmap_read_unlock(struct mm_struct *mm);
/* Context: may sleep. Locks: takes mmap_lock for writing; unlock and downgrade (to reading) drop all the
 * mm's vma write locks, too. */
void mmap_write_lock(struct mm_struct *mm);
void mmap_write_unlock(struct mm_struct *mm);
void mmap_write_downgrade(struct mm_struct *mm);
/* Does the current task hold it so? */
bool mmap_locked(const struct mm_struct *mm);
bool mmap_write_locked(const struct mm_struct *mm);

/* Try to hold @vma for reading. Entry: rcu_read_lock. Context: any. Locks: takes vm_lock. */
bool vma_start_read(struct vm_area_struct *vma);
/* The same from mmap_lock held for reading: cannot fail, since nobody can be writing. */
void vma_start_read_locked(struct vm_area_struct *vma);
void vma_end_read(struct vm_area_struct *vma);
bool vma_read_locked(const struct vm_area_struct *vma); /* by the current task */

/* Lock @vma for writing until mmap_lock is given up or downgraded; nothing when it is already.
 * Context: may sleep, for as long as the longest reader. Locks: needs mmap_lock for writing. */
void vma_start_write(struct vm_area_struct *vma);
bool vma_write_locked(const struct vm_area_struct *vma);
/* End all write locks of @mm's vmas: part of mmap_write_unlock and _downgrade. */
void vma_end_write_all(struct mm_struct *mm);

/* The vma of @mm that holds @addr, held for reading; NULL = there is none or it is being changed: go for
 * mmap_lock. Context: any. Locks: takes vm_lock. */
struct vm_area_struct *lock_vma_under_rcu(struct mm_struct *mm, unsigned long addr);

/* How lookups ended, per machine; in /proc/vmstat under Linux's names. */
struct vma_lock_events {
	volatile unsigned long success; /* the fault was dealt with under the vma's lock */
	volatile unsigned long abort;	/* no vma, or it was being changed */
	volatile unsigned long retry;	/* found and held, but given up for mmap_lock after all */
	volatile unsigned long miss;	/* held, but detached meanwhile: looked up again */
};
extern struct vma_lock_events vma_lock_events;

void vma_lock_boot(void); /* after kmem_cache_init() */

#endif
