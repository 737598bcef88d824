/*
 * mm/design/design.h - the design boundary: what a locking design chooses and the brackets it
 * writes around the one VM. docs/design-boundary.md fills it in for each design; DESIGN section 3.
 *
 * The VM (mm/, swap/) calls vm_design->BRACKET(...) at every place where some design of 1999-2024
 * takes or drops a lock; "no lock here" is an empty function in the design's file. Only locking,
 * lookup and the way to a victim differ between designs. No code outside mm/design/ asks which
 * design runs.
 *
 * Every bracket: Context as the lock it takes; may sleep only where the era's lock slept.
 */
#ifndef MM_DESIGN_DESIGN_H
#define MM_DESIGN_DESIGN_H

#include "mm/mm.h"
#include "mm/vmscan.h"
#include "swap/swap.h"

/* Why a whole address space is locked. */
enum mm_why {
	MM_MMAP, MM_MUNMAP, MM_BRK, MM_PROTECT, MM_LOCK, MM_REMAP, MM_ADVISE, MM_MINCORE, MM_FORK,
	MM_FORK_CHILD, MM_EXEC, MM_EXIT, MM_PTRACE, MM_SWAPOFF, MM_SETUP,
	MM_MSYNC, MM_TRUNCATE, /* truncation: somebody else's, under i_sem; keeps faults out as munmap does */
	NR_MM_WHY
};

/* Which change of a vma list. */
enum list_site {
	LIST_MMAP,	   /* do_mmap: insert and merge */
	LIST_MUNMAP,	   /* do_munmap: unlink the overlapped vmas, clear mmap_cache */
	LIST_FIXUP,	   /* unmap_fixup: put back the pieces that stay */
	LIST_BRK,
	LIST_PROTECT,	   /* mprotect: change fields, insert the split-off parts */
	LIST_LOCK_MIDDLE_FLAGS, /* mlock, middle split: the early write of vm_flags (R9) */
	LIST_LOCK,	   /* mlock: the same for VM_LOCKED */
	LIST_MERGE,	   /* merge_segments at the end of mprotect, mlock */
	LIST_MERGE_CLOSE,  /* the window in merge_segments around vm_ops->close (R26) */
	LIST_MREMAP_GROW, LIST_MREMAP_MOVE, LIST_EXEC, LIST_EXIT,
	NR_LIST_SITES
};

/* Which access to a pte. */
enum pte_site {
	PT_ALLOC,	/* install a page table */
	PT_FAULT_LOOK,	/* the fault's first look at the entry */
	PT_FAULT_PRESENT, /* entry present: from the look until it was dealt with */
	PT_ANON,	/* install an anonymous page */
	PT_NO_PAGE,	/* install the page that nopage gave */
	PT_SWAP_IN,	/* install a page read from swap */
	PT_COW,		/* install the copy */
	PT_ZAP,		/* around a whole zapped range */
	PT_ZAP_TABLE,	/* inside it, around each page table */
	PT_PROTECT, PT_PROTECT_TABLE, PT_MOVE, PT_FORK_COPY, PT_SWAPOFF, PT_STEAL,
	PT_RSS,		/* rss alone */
	PT_MADVISE, PT_MINCORE,
	PT_MSYNC,	/* filemap_sync: take the dirty bits of a table's entries */
	PT_MOVE_TO,	/* mremap, inside PT_MOVE: the new place, when it lies in another table */
	PT_FORK_CHILD,	/* fork, outside PT_FORK_COPY: the child's entries */
	PT_ANON_VMA,	/* not an entry: which of two faults gives the area its anon_vma */
	NR_PTE_SITES
};

/* Which use of the swap code as a whole (kernel_lock until 2.4). */
enum swap_site {
	SWAP_READ,	/* fault: read-ahead and read */
	SWAP_FREE,	/* fault: drop the entry that the pte held */
	SWAP_CACHE_FREE, /* removing from the swap cache: drop the cache's entry reference */
	SWAP_ZAP,	/* zap: drop entries */
	SWAP_FORK,	/* fork: raise entries */
	SWAP_ON, SWAP_OFF, NR_SWAP_SITES
};

/* Which use of the swap map. */
enum slot_site {
	SLOT_GET, SLOT_DUP, SLOT_FREE, SLOT_COUNT, SLOT_READAHEAD, SLOT_ON, SLOT_OFF,
	SLOT_MARK,   /* inside SLOT_GET, SLOT_FREE, SLOT_OFF: the count itself changes */
	SLOT_SHARED, /* designs with cluster_locks: one reference less, if it is not the last */
	SLOT_ROOM,   /* inside SLOT_FREE: the area has room again, and the list hears of it */
	SLOT_LIST,   /* inside SLOT_ON, SLOT_OFF of the list: the area's flags change */
	NR_SLOT_SITES
};

/* The sites at which one lock for a whole area is taken; the others stand inside, or are for designs whose
 * slots have locks of their own. */
static inline bool slot_site_of_area(enum slot_site site)
{
	return site < SLOT_MARK;
}

enum cache_site {
	CACHE_ADD,	  /* look again and add (R16) */
	CACHE_SHARE_TEST, /* is_page_shared and what follows from it (R15) */
	CACHE_SHARE_TEST_COW, /* the same in do_wp_page, under the pte lock: must not sleep */
	CACHE_SHRINK,	  /* shrink_mmap deletes a swap-cache page (R14) */
	CACHE_UNUSE,	  /* swapoff maps a page; false = leave this entry for the next search */
	NR_CACHE_SITES
};

/* A row of a design's table "which lock at which site". */
enum how {
	HOW_NONE, /* no lock here, and none needed */
	HOW_HELD, /* the caller holds it already */
	HOW_LOCK, /* taken here */
	HOW_HOLE, /* the original took none, and should have: a named hole; taken when mended */
};

/* The state of one fault, on the faulting task's stack. */
struct fault_ctx {
	struct mm_struct *mm;
	unsigned long addr;
	unsigned code;	 /* FAULT_* */
	int tries;	 /* how often it was retried */
	int waits;	 /* how often it waited for memory */
	int mode;	 /* the design's: which lock it holds */
	struct vm_area_struct *locked_vma; /* the design's: per-VMA lock held */
};

/* A known hole of a design: a race that this era's locking left open. */
struct vm_hole {
	const char *id;	    /* "R17b" of the facts, or "N1" for one we found */
	const char *site;   /* function */
	const char *what;   /* one line */
	const char *source; /* where it is documented */
	const char *mend;   /* what the mended form does */
	/* The prefixes of the keys of watchers and invariants it shows as, separated by '|'; or "". */
	const char *complaint;
};

/* holes=faithful (scenarios, explorer, matrix) leaves them open; holes=mended closes them. */
extern bool holes_faithful;

/*
 * Holes of today's designs that were found and closed before the release named: design=linux-6.12+f1 opens
 * f1 again, +f1+f4 two of them. The whole word is the design's name for scenarios and tokens. Such a hole
 * stands in holes[] with a mend that begins with "closed"; the place that asks reopened() is its switch.
 */
enum vm_reopen {
	REOPEN_F1, REOPEN_F3, REOPEN_F4, REOPEN_F5, REOPEN_F6, REOPEN_F11, REOPEN_F12, REOPEN_F15,
	NR_REOPENS
};
extern uint32_t vm_reopened; /* bit n = enum vm_reopen n; constant once the design is chosen */

static inline bool reopened(enum vm_reopen which)
{
	return unlikely(vm_reopened & (1u << which));
}

static inline bool how_locks(enum how how)
{
	return how == HOW_LOCK || (how == HOW_HOLE && !holes_faithful);
}

struct vm_design {
	const char *name;    /* "linux-2.3.30", as in design= */
	const char *letter;  /* "D18" */
	const char *summary; /* one line for people */

	/* parts, each implemented once outside mm/design/ */
	enum { LOOKUP_LIST_AVL, LOOKUP_RANGE_TREE } lookup;
	enum { RECLAIM_MM_WALK, RECLAIM_MMLIST_WALK, RECLAIM_RMAP } reclaim;
	enum { WRITEBACK_METHOD, WRITEBACK_MARK_DIRTY } writeback;
	bool vma_lock;		/* each vma has a lock of its own (mm/vma_lock.h) and is freed by RCU */
	/* who knows which areas map an anonymous page (mm/anon_vma.h): nobody, or anon_vmas */
	enum { ANON_RMAP_NONE, ANON_RMAP_ANON_VMA } anon_rmap;
	/* page_table_lock for all entries of an mm, or a lock in each table; then rss is atomic */
	enum { TABLE_LOCK_PER_MM, TABLE_LOCK_PER_TABLE } table_lock;
	bool cluster_locks;	/* a slot's count has a lock that is not its area's */
	bool cached_first;	/* a fault looks for the page in the cache before it calls nopage() */
	bool lookup_again;	/* lookup_swap_cache searches again when the page left (R14) */

	const struct vm_hole *holes;
	int nr_holes;

	/* an address space is born: name and class its locks */
	void (*mm_init_locks)(struct mm_struct *mm);

	/* --- faults --- */
	/* Lock and look up: the first vma with addr < vm_end, or NULL. */
	struct vm_area_struct *(*fault_begin)(struct fault_ctx *fc);
	void (*fault_end)(struct fault_ctx *fc);
	/* The fault is about to sleep for I/O: true = stay, false = locks were given up, retry. */
	bool (*fault_may_sleep)(struct fault_ctx *fc);
	/* Around expand_stack of @vma; begin returns the vma to expand (looked up again where the
	 * lock had to be changed) or NULL = look up from the start. */
	struct vm_area_struct *(*stack_grow_begin)(struct fault_ctx *fc, struct vm_area_struct *vma);
	void (*stack_grow_end)(struct fault_ctx *fc, struct vm_area_struct *vma);

	/* --- address space and vma list --- */
	void (*mm_lock)(struct mm_struct *mm, enum mm_why why);
	void (*mm_unlock)(struct mm_struct *mm, enum mm_why why);
	void (*mm_downgrade)(struct mm_struct *mm, enum mm_why why);
	/* @vma: whose file's share list changes too, or NULL. */
	void (*list_change_begin)(struct mm_struct *mm, enum list_site site, struct vm_area_struct *vma);
	void (*list_change_end)(struct mm_struct *mm, enum list_site site, struct vm_area_struct *vma);
	void (*vma_write)(struct vm_area_struct *vma);	  /* this listed vma is about to change */
	/* Optional (NULL = nothing to do), see mm/vma.h: around a change of a vma's bounds; the assertion
	 * that a listed vma was locked before it is changed. */
	void (*vma_adjust_begin)(struct vm_area_struct *vma);
	void (*vma_adjust_end)(struct vm_area_struct *vma);
	void (*assert_vma_write)(const struct vm_area_struct *vma);
	void (*vma_unlinked)(struct vm_area_struct *vma); /* off the list, methods still to come */
	void (*vma_free)(struct vm_area_struct *vma);	  /* nobody but a stale pointer refers to it */
	void (*method_begin)(struct vm_area_struct *vma, enum vm_method which);
	void (*method_end)(struct vm_area_struct *vma, enum vm_method which);
	/* Rules 1-3 of 1999 (2.4's and 2024's in their eras) as an assertion: the caller may look at
	 * (@modify false) or change (@modify true) the vma list of @mm. */
	void (*assert_list)(struct mm_struct *mm, bool modify);
	/* Around a change of file->i_mmap, inside list_change where that is the era's order. */
	void (*file_link_begin)(struct vm_area_struct *vma);
	void (*file_link_end)(struct vm_area_struct *vma);
	/* Around a look at @mapping->i_mmap by truncation. Nothing is taken inside, nobody sleeps. */
	void (*share_walk_begin)(struct address_space *mapping);
	void (*share_walk_end)(struct address_space *mapping);

	/* --- page tables --- */
	void (*pte_lock)(struct mm_struct *mm, unsigned long addr, enum pte_site site);
	void (*pte_unlock)(struct mm_struct *mm, unsigned long addr, enum pte_site site);
	/* Must the code after pte_lock(site) compare the entry with what it saw before? */
	bool (*pte_recheck)(enum pte_site site);
	/* Around freeing the pages that a zap gathered, inside PT_ZAP: designs whose page freeing may
	 * take a lock that ranks above the pte lock give it up meanwhile. */
	void (*zap_free_begin)(struct mm_struct *mm);
	void (*zap_free_end)(struct mm_struct *mm);

	/* Designs with anon_vmas only. A fault wants to give its area one: hold what keeps the neighbours.
	 * false = the locks of @fc were given up, retry. */
	bool (*anon_prepare_begin)(struct fault_ctx *fc);
	void (*anon_prepare_end)(struct fault_ctx *fc);

	/* --- the stealer --- */
	void (*steal_begin)(void);
	void (*steal_end)(void);
	void (*victim_search_begin)(void);
	/* End the search and pin ctx->mm (NULL = none found) in the design's own order. */
	void (*victim_search_end)(struct steal_ctx *ctx);
	void (*victim_unpin)(struct steal_ctx *ctx);
	void (*walk_begin)(struct steal_ctx *ctx); /* sets ctx->walk_locked */
	void (*walk_end)(struct steal_ctx *ctx);   /* releases what is still held */
	/* A dirty page of a mapping with a swapout() method / of anonymous memory: unmap it and have
	 * it written. Entry: the walk, and pte_lock(PT_STEAL): still held when they return 0 (nothing
	 * done), dropped when not. They drop the pte's reference on the page. */
	int (*evict_file)(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
			  pte_t *ptep, struct page *page);
	int (*evict_anon)(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
			  pte_t *ptep, struct page *page);

	/* --- swap --- */
	void (*swap_begin)(enum swap_site site);
	void (*swap_end)(enum swap_site site);
	void (*swap_list_begin)(enum slot_site site); /* the list of areas, nr_swap_pages */
	void (*swap_list_end)(enum slot_site site);
	/* @offset: the slot that is meant; 0 = the area as a whole, or not known yet (SLOT_GET). */
	void (*slot_lock)(struct swap_info_struct *si, unsigned long offset, enum slot_site site);
	void (*slot_unlock)(struct swap_info_struct *si, unsigned long offset, enum slot_site site);
	/* false: what was to be protected cannot be had now; take the safe answer ("shared"). */
	bool (*cache_begin)(enum cache_site site, struct page *page);
	void (*cache_end)(enum cache_site site, struct page *page);
	/* Does read-ahead raise all entries of its block first (R12)? */
	bool (*readahead_hold)(void);
	/* Optional. A fault that has an entry in hand keeps its area from going; false = it has gone. */
	bool (*swap_pin)(struct swp_entry entry);
	void (*swap_unpin)(struct swp_entry entry);
	/* Optional. swapoff has emptied @si: wait for those who have it pinned, and let no new ones in. */
	void (*swap_drain)(struct swap_info_struct *si);
	/* Optional. A fault has locked @page: is it still what stands for @entry (f15)? */
	bool (*swap_in_same_slot)(struct page *page, struct swp_entry entry);
	/* swapoff's look at one mm: around the walk over its vmas and ptes. */
	void (*swapoff_search_begin)(void); /* around choosing the next mm */
	void (*swapoff_search_end)(struct mm_struct *mm);
	void (*swapoff_walk_begin)(struct mm_struct *mm);
	void (*swapoff_walk_end)(struct mm_struct *mm);
	/* Must a fault whose entry went unused look at the pte again instead of failing (R18)? */
	bool (*swap_in_retry)(void);
};

extern const struct vm_design *vm_design; /* chosen once at boot, by design= */
extern const struct vm_design *const vm_designs[];
extern const int nr_vm_designs;

/* Choose by name, with "+id" for each hole to be opened again; -1 = no such design (the caller lists the
 * known ones) or no such hole of it (told in one line). */
int vm_design_select(const char *name);
/* The whole word by which the design in force was chosen: its name, and what was opened again. */
const char *vm_design_word(void);
/* Print name and summary of each design, with report(). */
void vm_design_list(void);
/* The hole of the design in force whose complaint prefix matches @key (of several the longest), or
 * NULL = undocumented. */
const struct vm_hole *vm_hole_for(const char *key);
/* Is it open now: holes=faithful, or a hole that this design cannot mend (its mend says "none")? A closed one
 * (its mend says "closed") only when it was opened again. */
bool vm_hole_open(const struct vm_hole *hole);
/* The same as one line for people, "R17, sys_swapoff: walks ..."; NULL = undocumented. */
const char *vm_hole_text(const char *key, char *buf, size_t size);

#endif
