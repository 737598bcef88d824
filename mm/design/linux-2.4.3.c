/*
 * mm/design/linux-2.4.3.c - design D20, Linux 2.4.3 (March 2001): mmap_sem has readers and writers.
 *
 * What changed since 2.3.30: the swapout() method is gone (2.4.0-test13-pre5), a dirty page of a file
 * is marked and written later by its mapping's writepage; the stealer takes no kernel_lock, walks the
 * list of all mms under mmlist_lock and pins its victim as a user (2.4.0); page_table_lock is written
 * out under its own name (2.4.0-test10) and covers every change of a pte; and mmap_sem became a
 * read/write semaphore (2.4.3-pre5): threads of one mm fault side by side, so whoever slept looks at
 * the entry again under page_table_lock.
 * Authors: Linus Torvalds, Rik van Riel, Ingo Molnar, Andrea Arcangeli, Kanoj Sarcar and others.
 * For: no method to sleep in, hence no deadlock with drivers; faults of threads run in parallel.
 * Against: one cache line, and one spin lock, for all ptes of an mm; a writer stops every fault.
 * The exception of its document, rule 4: a stack grows under mmap_sem for reading plus page_table_lock.
 * Ours: allocation, LRU and the counting of progress are 2.3.30's, as in all designs here (2.4's page
 * ageing and page_launder are not locking); the file's share list is entered inside page_table_lock.
 * Sources: facts/linux-2.3-2.4-locking.md b D19 and D20, c (column 2.4.0 and what 2.4.3 changed in it).
 */
#include "kernel/kernel_lock.h"
#include "kernel/sched.h"
#include "kernel/sync.h"
#include "kernel/watch_rules.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/writeback.h"

static const struct vm_hole holes[] = {
	{ "R24", "expand_stack", "vm_start changes while other faults, holding mmap_sem for reading too, look at it",
	  "the 2.4 document, rule 4; facts e R24", "none: nobody knew a scenario in which that destroys anything",
	  "race: expand_stack writes|race: find_vma reads, expand" },
	{ "N7", "read_swap_cache_async", "raises the entry that a fault read before swapoff ended, of an area that is gone",
	  "found here, by the scenario swapoff-fault",
	  "none, nor needed: it says so and the fault looks at the pte again (R18)",
	  "swap: duplicate of an entry of no area|swap: duplicate of an unused entry" },
	{ "N9", "swap_out", "two stealers count the same victims down: one may have no try left for who has the pages",
	  "found here, by the scenario swapout-third", "none, nor needed: the next round sees them again",
	  "invariant: refused without need" },
	{ "N10", "swap_out", "adds a page under a slot just freed and got again without a look: a fault that still has the "
	  "slot's old entry in hand adds a page for it too",
	  "found here, by the scenario slot-reuse: kernel_lock, R16's mend, is no longer the stealer's",
	  "one lock over look and add on both sides; the stealer leaves the page where a reader was faster",
	  "invariant: page cached twice" },
};

/* One area's part of the swap cache: look and add. A lock that 2.4.3 did not have (N10). */
static struct spinlock *add_lock(struct swp_entry entry)
{
	return &swap_info[swp_type(entry)].cache_lock;
}

/* --- the locks of an mm --------------------------------------------------------------------------- */

static void mm_init_locks(struct mm_struct *mm)
{
	init_rwsem(&mm->mmap_rwsem, LC_MMAP_RWSEM, mm->name);
	spin_lock_init(&mm->page_table_lock, LC_PAGE_TABLE, mm->name);
}

static bool page_table_locked(struct mm_struct *mm)
{
	return lock_held_by_current(&mm->page_table_lock.info);
}

/* --- faults: mmap_sem for reading ------------------------------------------------------------------ */

static struct vm_area_struct *fault_begin(struct fault_ctx *fc)
{
	down_read(&fc->mm->mmap_rwsem);
	return find_vma(fc->mm, fc->addr);
}

static void fault_end(struct fault_ctx *fc)
{
	up_read(&fc->mm->mmap_rwsem);
}

static bool fault_may_sleep(struct fault_ctx *fc)
{
	(void)fc;
	return true;
}

/* Rule 4: mmap_sem stays with its readers; page_table_lock keeps two growing faults, and the stealer,
 * apart. */
static struct vm_area_struct *stack_grow_begin(struct fault_ctx *fc, struct vm_area_struct *vma)
{
	spin_lock(&fc->mm->page_table_lock);
	RULE(R24_4, lock_held_by_current(&fc->mm->mmap_rwsem.info) && page_table_locked(fc->mm),
	     CALLER_PLACE());
	return vma;
}

static void stack_grow_end(struct fault_ctx *fc, struct vm_area_struct *vma)
{
	(void)vma;
	spin_unlock(&fc->mm->page_table_lock);
}

/* --- address space ---------------------------------------------------------------------------- */

enum mm_mode { MODE_NONE, MODE_READ, MODE_WRITE };

static enum mm_mode mm_mode(enum mm_why why)
{
	switch (why) {
	case MM_EXIT: /* the last user is alone */
	case MM_EXEC:
	case MM_FORK_CHILD:
	case MM_SWAPOFF: /* SW1: page_table_lock alone, see swapoff_walk_begin */
		return MODE_NONE;
	case MM_MINCORE:
	case MM_PTRACE:
	case MM_MSYNC:
		return MODE_READ;
	default:
		return MODE_WRITE;
	}
}

static void mm_lock(struct mm_struct *mm, enum mm_why why)
{
	if (mm_mode(why) == MODE_READ)
		down_read(&mm->mmap_rwsem);
	else if (mm_mode(why) == MODE_WRITE)
		down_write(&mm->mmap_rwsem);
}

static void mm_unlock(struct mm_struct *mm, enum mm_why why)
{
	if (mm_mode(why) == MODE_READ)
		up_read(&mm->mmap_rwsem);
	else if (mm_mode(why) == MODE_WRITE)
		up_write(&mm->mmap_rwsem);
}

static void mm_downgrade(struct mm_struct *mm, enum mm_why why)
{
	(void)mm;
	(void)why;
}

/* --- vma list ---------------------------------------------------------------------------------- */

static const uint8_t list_how[NR_LIST_SITES] = {
	[LIST_MMAP] = HOW_LOCK,
	[LIST_MUNMAP] = HOW_LOCK,
	[LIST_FIXUP] = HOW_LOCK,
	[LIST_BRK] = HOW_LOCK,
	[LIST_PROTECT] = HOW_LOCK,
	[LIST_LOCK_MIDDLE_FLAGS] = HOW_LOCK,
	[LIST_LOCK] = HOW_LOCK,
	[LIST_MERGE] = HOW_LOCK,
	[LIST_MERGE_CLOSE] = HOW_LOCK, /* given up around close() */
	[LIST_MREMAP_GROW] = HOW_LOCK,
	[LIST_MREMAP_MOVE] = HOW_LOCK,
	[LIST_EXEC] = HOW_LOCK,
	[LIST_EXIT] = HOW_LOCK,
};

static void list_change_begin(struct mm_struct *mm, enum list_site site, struct vm_area_struct *vma)
{
	(void)vma;
	if (how_locks(list_how[site]))
		spin_lock(&mm->page_table_lock);
}

static void list_change_end(struct mm_struct *mm, enum list_site site, struct vm_area_struct *vma)
{
	(void)vma;
	if (how_locks(list_how[site]))
		spin_unlock(&mm->page_table_lock);
}

static void vma_write(struct vm_area_struct *vma)
{
	(void)vma;
}

/* The stealer walks under page_table_lock, under which it left the list. */
static void vma_unlinked(struct vm_area_struct *vma)
{
	(void)vma;
}

static void vma_free(struct vm_area_struct *vma)
{
	vma_release(vma);
}

static void method_begin(struct vm_area_struct *vma, enum vm_method which)
{
	(void)vma;
	(void)which;
}

static void method_end(struct vm_area_struct *vma, enum vm_method which)
{
	(void)vma;
	(void)which;
}

static void assert_list(struct mm_struct *mm, bool modify)
{
	struct held_lock *sem = lock_held_by_current(&mm->mmap_rwsem.info);
	bool alone = mm->mm_users == 0 || !mm->mmlist.next || list_empty(&mm->mmlist);

	if (modify) {
		RULE(R24_1, (sem && !(sem->mode & LOCK_READ)) || alone, CALLER_PLACE());
		RULE(R24_2, page_table_locked(mm) || alone, CALLER_PLACE());
	} else {
		RULE(R24_3, sem || page_table_locked(mm) || alone, CALLER_PLACE());
	}
}

static void file_link_begin(struct vm_area_struct *vma)
{
	if (vma->vm_file && vma->vm_file->f_mapping)
		spin_lock(&vma->vm_file->f_mapping->i_shared_lock);
}

static void file_link_end(struct vm_area_struct *vma)
{
	if (vma->vm_file && vma->vm_file->f_mapping)
		spin_unlock(&vma->vm_file->f_mapping->i_shared_lock);
}

static void share_walk_begin(struct address_space *mapping)
{
	spin_lock(&mapping->i_shared_lock);
}

static void share_walk_end(struct address_space *mapping)
{
	spin_unlock(&mapping->i_shared_lock);
}

/* --- page tables ------------------------------------------------------------------------------- */

static const uint8_t pte_how[NR_PTE_SITES] = {
	[PT_ALLOC] = HOW_LOCK,
	[PT_FAULT_LOOK] = HOW_LOCK, /* before the first look */
	[PT_FAULT_PRESENT] = HOW_HELD,
	[PT_ANON] = HOW_LOCK, /* another thread's fault may have been here meanwhile */
	[PT_NO_PAGE] = HOW_LOCK,
	[PT_SWAP_IN] = HOW_LOCK,
	[PT_COW] = HOW_LOCK,
	[PT_ZAP] = HOW_LOCK,
	[PT_ZAP_TABLE] = HOW_HELD,
	[PT_PROTECT] = HOW_LOCK,
	[PT_PROTECT_TABLE] = HOW_HELD,
	[PT_MOVE] = HOW_LOCK,
	[PT_FORK_COPY] = HOW_LOCK,
	[PT_MOVE_TO] = HOW_HELD,    /* one lock for all entries of an mm */
	[PT_FORK_CHILD] = HOW_NONE, /* nobody else knows the child yet */
	[PT_ANON_VMA] = HOW_NONE,   /* no reverse maps */
	[PT_SWAPOFF] = HOW_HELD, /* since swapoff_walk_begin */
	[PT_STEAL] = HOW_HELD,	 /* since walk_begin */
	[PT_RSS] = HOW_LOCK,
	[PT_MSYNC] = HOW_LOCK,
	[PT_MADVISE] = HOW_LOCK,
	[PT_MINCORE] = HOW_LOCK,
};

/* PT_FAULT_PRESENT is entered with the lock that PT_FAULT_LOOK took, and gives it up. */
static bool pte_unlocks(enum pte_site site)
{
	return how_locks(pte_how[site]) || site == PT_FAULT_PRESENT;
}

static void pte_lock(struct mm_struct *mm, unsigned long addr, enum pte_site site)
{
	(void)addr;
	if (how_locks(pte_how[site]))
		spin_lock(&mm->page_table_lock);
}

static void pte_unlock(struct mm_struct *mm, unsigned long addr, enum pte_site site)
{
	(void)addr;
	if (pte_unlocks(site))
		spin_unlock(&mm->page_table_lock);
}

static bool pte_recheck(enum pte_site site)
{
	return site != PT_FAULT_PRESENT && site != PT_STEAL;
}

/* The page lock is only tried inside (cache_begin), so page_table_lock is kept. */
static void zap_free_begin(struct mm_struct *mm)
{
	(void)mm;
}

static void zap_free_end(struct mm_struct *mm)
{
	(void)mm;
}

/* --- the stealer: no kernel_lock, and nothing is ever called with a lock held --------------------- */

static void steal_begin(void)
{
}

static void steal_end(void)
{
}

static void victim_search_begin(void)
{
	spin_lock(&mmlist_lock);
}

/* Pinned as a user while mmlist_lock keeps the last one from going (R22). The price: the stealer may
 * be the last user itself, and take the address space apart in victim_unpin. */
static void victim_search_end(struct steal_ctx *ctx)
{
	if (ctx->mm)
		mmget(ctx->mm);
	spin_unlock(&mmlist_lock);
}

static void victim_unpin(struct steal_ctx *ctx)
{
	mmput(ctx->mm);
}

static void walk_begin(struct steal_ctx *ctx)
{
	spin_lock(&ctx->mm->page_table_lock);
	ctx->walk_locked = true;
}

static void walk_unlock(struct steal_ctx *ctx)
{
	ctx->walk_locked = false;
	spin_unlock(&ctx->mm->page_table_lock);
}

static void walk_end(struct steal_ctx *ctx)
{
	if (ctx->walk_locked)
		walk_unlock(ctx);
}

/* The entry is cleared, its dirty mark moves to the page, and that is all: shrink_mmap calls writepage
 * when it comes by. Before 2.4.0 a method was called here. */
static int evict_file(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
		      pte_t *ptep, struct page *page)
{
	(void)vma;
	if (!page->mapping)
		return 0; /* nowhere to write it to */
	ptep_get_and_clear(ptep);
	mm_rss_add_locked(ctx->mm, -1);
	arch_flush_tlb_page(&ctx->mm->arch, addr);
	set_page_dirty(page); /* nobody can write to it any more without a fault */
	walk_unlock(ctx);
	__free_page(page);
	return 1;
}

/* The slot is the stealer's alone, but who read its number in a pte before it was freed may be about to
 * bring it in: false = he has. */
static bool add_stolen(struct page *page, struct swp_entry entry)
{
	bool free = true;

	if (how_locks(HOW_HOLE)) {
		spin_lock(add_lock(entry));
		free = !swap_cache_has(entry);
	}
	if (free)
		add_to_swap_cache(page, entry); /* the cache's reference; the page stays locked */
	if (how_locks(HOW_HOLE))
		spin_unlock(add_lock(entry));
	return free;
}

/* Into the swap cache first, then the entry; marked dirty, to be written later. Counted as progress as
 * 2.3.30's start of the write was (ours: 2.4 went on walking). */
static int evict_anon(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
		      pte_t *ptep, struct page *page)
{
	struct swp_entry entry;

	(void)vma;
	if (TryLockPage(page)) /* a stealer of another mm that maps it too, or its reader */
		return 0;
	entry.val = PageSwapCache(page) ? 0 : get_swap_page().val;
	if (!entry.val || !add_stolen(page, entry)) {
		swap_free(entry); /* none, or one that another reader's page has now */
		UnlockPage(page);
		return 0;
	}
	page_set(page, PG_dirty);
	swap_duplicate(entry); /* the pte's */
	set_pte(ptep, entry.val);
	mm_rss_add_locked(ctx->mm, -1);
	arch_flush_tlb_page(&ctx->mm->arch, addr);
	UnlockPage(page);
	walk_unlock(ctx);
	__free_page(page);
	return 1;
}

/* --- swap ----------------------------------------------------------------------------------------- */

static const uint8_t swap_how[NR_SWAP_SITES] = {
	[SWAP_READ] = HOW_LOCK, /* kernel_lock: no two tasks add a page for one entry (R16) */
	[SWAP_FREE] = HOW_NONE, /* the swap locks do it now */
	[SWAP_CACHE_FREE] = HOW_NONE,
	[SWAP_ZAP] = HOW_NONE,
	[SWAP_FORK] = HOW_NONE,
	[SWAP_ON] = HOW_LOCK,
	[SWAP_OFF] = HOW_LOCK,
};

static void swap_begin(enum swap_site site)
{
	if (how_locks(swap_how[site]))
		lock_kernel();
}

static void swap_end(enum swap_site site)
{
	if (how_locks(swap_how[site]))
		unlock_kernel();
}

static void swap_list_begin(enum slot_site site)
{
	if (site == SLOT_GET || site == SLOT_FREE || site == SLOT_ON || site == SLOT_OFF)
		spin_lock(&swap_list_lock);
}

static void swap_list_end(enum slot_site site)
{
	if (site == SLOT_GET || site == SLOT_FREE || site == SLOT_ON || site == SLOT_OFF)
		spin_unlock(&swap_list_lock);
}

static void slot_lock(struct swap_info_struct *si, unsigned long offset, enum slot_site site)
{
	(void)offset;
	if (slot_site_of_area(site))
		spin_lock(&si->device_lock);
}

static void slot_unlock(struct swap_info_struct *si, unsigned long offset, enum slot_site site)
{
	(void)offset;
	if (slot_site_of_area(site))
		spin_unlock(&si->device_lock);
}

/* Adding needs kernel_lock where two may want the same entry. The stealer takes its entries to be seen by nobody
 * else, which is not so (N10). The sharing test has the page lock; who holds page_table_lock can only try for it. shrink_mmap
 * keeps pagecache_lock over the deletion, so no lookup takes a reference in between (R14). */
static bool cache_begin(enum cache_site site, struct page *page)
{
	switch (site) {
	case CACHE_ADD:
		lock_assert_held(kernel_lock_info());
		if (how_locks(HOW_HOLE))
			spin_lock(add_lock((struct swp_entry){ (uint32_t)page->index }));
		return true;
	case CACHE_SHARE_TEST:
		if (spinlocks_held())
			return !TryLockPage(page);
		lock_page(page);
		return true;
	case CACHE_SHARE_TEST_COW:
		return !TryLockPage(page);
	case CACHE_SHRINK:
		spin_lock(&pagecache_lock);
		return true;
	default:
		return true;
	}
}

static void cache_end(enum cache_site site, struct page *page)
{
	if (site == CACHE_SHARE_TEST || site == CACHE_SHARE_TEST_COW)
		UnlockPage(page);
	else if (site == CACHE_SHRINK)
		spin_unlock(&pagecache_lock);
	else if (site == CACHE_ADD && how_locks(HOW_HOLE))
		spin_unlock(add_lock((struct swp_entry){ (uint32_t)page->index }));
}

/* 2.3.30-pre4: every entry of the block is raised first (R12). */
static bool readahead_hold(void)
{
	return true;
}

/* SW1: the tasks are searched as ever; one mm's areas and entries are walked under its
 * page_table_lock. */
static void swapoff_search_begin(void)
{
	spin_lock(&tasklist_lock);
}

static void swapoff_search_end(struct mm_struct *mm)
{
	(void)mm;
	spin_unlock(&tasklist_lock);
}

static void swapoff_walk_begin(struct mm_struct *mm)
{
	spin_lock(&mm->page_table_lock);
}

static void swapoff_walk_end(struct mm_struct *mm)
{
	spin_unlock(&mm->page_table_lock);
}

static bool swap_in_retry(void)
{
	return true;
}

const struct vm_design design_linux_2_4_3 = {
	.name = "linux-2.4.3",
	.letter = "D20",
	.summary = "mmap_sem for readers and writers, page_table_lock for all ptes; no swapout() method",
	.lookup = LOOKUP_LIST_AVL,
	.reclaim = RECLAIM_MMLIST_WALK,
	.writeback = WRITEBACK_MARK_DIRTY,
	.lookup_again = true,
	.holes = holes,
	.nr_holes = ARRAY_SIZE(holes),
	.mm_init_locks = mm_init_locks,
	.fault_begin = fault_begin,
	.fault_end = fault_end,
	.fault_may_sleep = fault_may_sleep,
	.stack_grow_begin = stack_grow_begin,
	.stack_grow_end = stack_grow_end,
	.mm_lock = mm_lock,
	.mm_unlock = mm_unlock,
	.mm_downgrade = mm_downgrade,
	.list_change_begin = list_change_begin,
	.list_change_end = list_change_end,
	.vma_write = vma_write,
	.vma_unlinked = vma_unlinked,
	.vma_free = vma_free,
	.method_begin = method_begin,
	.method_end = method_end,
	.assert_list = assert_list,
	.file_link_begin = file_link_begin,
	.file_link_end = file_link_end,
	.share_walk_begin = share_walk_begin,
	.share_walk_end = share_walk_end,
	.pte_lock = pte_lock,
	.pte_unlock = pte_unlock,
	.pte_recheck = pte_recheck,
	.zap_free_begin = zap_free_begin,
	.zap_free_end = zap_free_end,
	.steal_begin = steal_begin,
	.steal_end = steal_end,
	.victim_search_begin = victim_search_begin,
	.victim_search_end = victim_search_end,
	.victim_unpin = victim_unpin,
	.walk_begin = walk_begin,
	.walk_end = walk_end,
	.evict_file = evict_file,
	.evict_anon = evict_anon,
	.swap_begin = swap_begin,
	.swap_end = swap_end,
	.swap_list_begin = swap_list_begin,
	.swap_list_end = swap_list_end,
	.slot_lock = slot_lock,
	.slot_unlock = slot_unlock,
	.cache_begin = cache_begin,
	.cache_end = cache_end,
	.readahead_hold = readahead_hold,
	.swapoff_search_begin = swapoff_search_begin,
	.swapoff_search_end = swapoff_search_end,
	.swapoff_walk_begin = swapoff_walk_begin,
	.swapoff_walk_end = swapoff_walk_end,
	.swap_in_retry = swap_in_retry,
};
