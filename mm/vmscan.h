/*
 * mm/vmscan.h - the page stealer: kswapd and direct reclaim. Realises S0 (first part), facts
 * section c "Stealer" and d "Reclaim loop".
 */
#ifndef MM_VMSCAN_H
#define MM_VMSCAN_H

#include "mm/mm.h"

struct task_struct;

/* The state of one scan of one victim; lives on the stealer's stack. The locking design notes in
 * it what it still holds, so that walk_end releases just that. */
struct steal_ctx {
	struct mm_struct *mm;	    /* the victim, pinned */
	struct task_struct *task;   /* the task it was chosen by; may be gone by now */
	int pid;		    /* its pid: a failing swapout() sends SIGBUS there */
	unsigned gfp;
	bool walk_locked;	    /* the vmlist lock is still held */
	bool may_have_slept;	    /* then mm, vma and pte are not to be looked at again (R27) */
	/* stealing that starts from the page: the list of areas to be walked, one of the two */
	struct anon_vma *anon_vma;
	struct address_space *mapping;
	bool try; /* walk_begin waits for nothing, and leaves walk_locked false if it would have to */
};

/* What the walk returns besides the driver's -errno (facts c, return conventions). */
#define STEAL_GO_ON 0 /* nothing freed; the locks are as they were */
#define STEAL_DONE  1 /* written or freed something: unwind, nothing is to be looked at again */
#define STEAL_LOST  2 /* the walk met an area that was gone, or had slept: unwind, nothing gained */

/* Steal about SWAP_CLUSTER_MAX pages for a caller who may wait. 1 = enough progress, 0 = not.
 * Context: may sleep. Locks: whatever the allocating caller holds; never called by a server. */
int try_to_free_pages(unsigned gfp);
/* The same without waking kswapd, for kswapd itself. */
int do_try_to_free_pages(unsigned gfp);
/* How many successes stealing wants, and through how many priorities it goes for them, from 6 on: 32 and
 * 7 as in 1999, less in a scenario's world. Constant while tasks run. */
extern struct reclaim_limits {
	int pages, rounds;
} reclaim_limits;
void wakeup_kswapd(void);
void kswapd_start(void);
extern struct task_struct *kswapd_task;

/* One pass over the LRU (mm/filemap.c's list): 1 = freed one page, 0 = none. */
int shrink_mmap(int priority, unsigned gfp);
/* One victim mm: 1 = wrote or freed something, 0 = nothing found. */
int swap_out(int priority, unsigned gfp);
/* The same in designs that start from the page (RECLAIM_RMAP): mm/reclaim_rmap.c. */
int reclaim_by_rmap(int priority, unsigned gfp);
/* The victim's driver failed to write a page: SIGBUS to the task by which the victim was chosen.
 * Context: no spin lock held. Locks: takes tasklist_lock. */
void steal_send_sigbus(const struct steal_ctx *ctx);
/* One pte. 0 = go on; non-zero = unwind (facts c, return conventions). */
int try_to_swap_out(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
		    pte_t *ptep);

/* mm/shrink.c, for mm/reclaim_rmap.c. @page is locked, off the LRU list, and ours by one reference; the
 * functions give up all three. Back to the front of the list: */
void lru_put_back(struct page *page);
/* Have it written home or to its slot. 1 = started. */
int lru_write_dirty(struct page *page, unsigned gfp);
/* Out of its cache and freed, if nobody else has it; else back to the list. 1 = freed. */
int lru_free_page(struct page *page);
/* The oldest page that somebody besides the cache refers to; others are passed over, to the front. At most
 * *@budget are looked at. NULL = none. */
struct page *lru_lock_mapped(int *budget);

struct vmscan_events {
	volatile unsigned long steals, scans, anon_out, file_out, method_calls, unmapped, shrunk, failed;
	volatile unsigned long written; /* dirty file pages that shrink_mmap had written */
};
extern struct vmscan_events vmscan_events;

#endif
