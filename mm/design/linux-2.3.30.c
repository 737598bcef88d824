/*
 * mm/design/linux-2.3.30.c - design D18, Linux 2.3.30 (December 1999): the default.
 *
 * Proposed: Linus Torvalds, 15 Oct 1999 (take the page stealer's lock, pin the file, drop the lock,
 * call the method); made of D16 by Kanoj Sarcar in 2.3.24 (swapout(page, file)) and 2.3.30-pre4/-pre7
 * (swap locks, swap cache).
 * The idea: the vmlist lock *is* mm->page_table_lock, a spin lock. The stealer holds kernel_lock all
 * through and the vmlist lock over its walk; before it calls swapout() it copies the method and the
 * file out of the vma, takes a reference on the file and drops the lock. Nothing is held over I/O
 * but kernel_lock, which schedule() drops.
 * For: no new lock, no deadlock with drivers, the vma may vanish while the method sleeps.
 * Against: pte and list protection are different things under one lock; kernel_lock stays.
 * Sources: facts/linux-2.3-2.4-locking.md b D15-D18, c (the 2.3.23 column where nothing dates a
 * change), S0, S1. "ours" marks what no source settles.
 */
#include "kernel/kernel_lock.h"
#include "kernel/sched.h"
#include "kernel/sync.h"
#include "kernel/watch_rules.h"
#include "mm/design/design.h"
#include "mm/fault.h"

static const struct vm_hole holes[] = {
	{ "R9", "sys_mlock", "the middle split writes vm_flags before it takes the vmlist lock",
	  "facts e R9", "the early write is made under the vmlist lock", "rule: 1999.rule2" },
	{ "R17", "sys_swapoff", "walks vma lists and ptes with neither mmap_sem nor page_table_lock",
	  "S1, last sentence; facts e R17",
	  "SW2: takes the mm's mmap_sem, and page_table_lock for each pte, and looks again",
	  "rule: 1999.rule3|swap: free of|swap: undead entry|swap: duplicate of|swap: I/O on|"
	  "invariant: swap map|invariant: swap entry|invariant: nr_swap_pages|uaf: object used after free in unuse|"
	  "race: unlink_vm_struct writes, unuse|race: munmap_range writes, unuse|"
	  "race: slab_mark_free writes, unuse|race: batch_add writes, pte_lookup|"
	  "invariant: contents after swapoff" },
	{ "R18", "do_swap_page", "fails for memory when swapoff was faster", "facts e R18",
	  "looks at the pte again", "invariant: fault on a mapped page" },
	{ "N1", "change_protection", "rewrites ptes without page_table_lock while the stealer clears them",
	  "found here; 2.4.0 takes the lock", "takes page_table_lock",
	  "invariant: page count|invariant: page free but in use|uaf: page written|invariant: contents" },
	{ "N2", "copy_page_range", "copies and write-protects ptes without page_table_lock",
	  "found here; facts c, dup_mm row", "takes page_table_lock of the parent", "" },
	{ "N3", "move_page_tables", "mremap moves ptes without page_table_lock",
	  "found here; 2.4.0 takes it per pte", "takes page_table_lock", "" },
	{ "N4", "mm_rss_add", "faults count rss without the lock under which the stealer counts it down",
	  "found here; facts c, do_no_page row", "takes page_table_lock", "invariant: rss" },
};

/* --- what the vmlist lock is made of ------------------------------------------------------------- */

static void mm_init_locks(struct mm_struct *mm)
{
	sema_init(&mm->mmap_sem, 1, LC_MMAP_SEM, mm->name);
	spin_lock_init(&mm->page_table_lock, LC_PAGE_TABLE, mm->name);
	mm->page_table_lock.info.role |= ROLE_VMLIST;
}

static void vmlist_access_lock(struct mm_struct *mm)
{
	spin_lock(&mm->page_table_lock);
}

static void vmlist_access_unlock(struct mm_struct *mm)
{
	spin_unlock(&mm->page_table_lock);
}

static void vmlist_modify_lock(struct mm_struct *mm)
{
	spin_lock(&mm->page_table_lock);
}

static void vmlist_modify_unlock(struct mm_struct *mm)
{
	spin_unlock(&mm->page_table_lock);
}

/* --- faults: mmap_sem alone (never kernel_lock at the top) ---------------------------------------- */

static struct vm_area_struct *fault_begin(struct fault_ctx *fc)
{
	down(&fc->mm->mmap_sem);
	return find_vma(fc->mm, fc->addr);
}

static void fault_end(struct fault_ctx *fc)
{
	up(&fc->mm->mmap_sem);
}

static bool fault_may_sleep(struct fault_ctx *fc)
{
	(void)fc;
	return true;
}

/* S0: no vmlist lock for expand_stack; nobody knew a scenario in which that destroys anything. */
static struct vm_area_struct *stack_grow_begin(struct fault_ctx *fc, struct vm_area_struct *vma)
{
	(void)fc;
	return vma;
}

static void stack_grow_end(struct fault_ctx *fc, struct vm_area_struct *vma)
{
	(void)fc;
	(void)vma;
}

/* --- address space ---------------------------------------------------------------------------- */

/* Which calls hold kernel_lock inside mmap_sem; exit and exec hold kernel_lock alone. */
static bool takes_mmap_sem(enum mm_why why)
{
	return why != MM_EXIT && why != MM_EXEC && why != MM_FORK_CHILD && why != MM_SWAPOFF;
}

static bool takes_kernel_lock(enum mm_why why)
{
	return why == MM_MMAP || why == MM_FORK || why == MM_EXIT || why == MM_EXEC ||
	       why == MM_MSYNC;
}

static void mm_lock(struct mm_struct *mm, enum mm_why why)
{
	if (takes_mmap_sem(why))
		down(&mm->mmap_sem);
	if (takes_kernel_lock(why))
		lock_kernel();
}

static void mm_unlock(struct mm_struct *mm, enum mm_why why)
{
	if (takes_kernel_lock(why))
		unlock_kernel();
	if (takes_mmap_sem(why))
		up(&mm->mmap_sem);
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
	[LIST_LOCK_MIDDLE_FLAGS] = HOW_HOLE, /* R9 */
	[LIST_LOCK] = HOW_LOCK,
	[LIST_MERGE] = HOW_LOCK,
	[LIST_MERGE_CLOSE] = HOW_LOCK, /* R26: given up around close() */
	[LIST_MREMAP_GROW] = HOW_LOCK,
	[LIST_MREMAP_MOVE] = HOW_LOCK,
	[LIST_EXEC] = HOW_LOCK,
	[LIST_EXIT] = HOW_LOCK,
};

static void list_change_begin(struct mm_struct *mm, enum list_site site, struct vm_area_struct *vma)
{
	(void)vma;
	if (how_locks(list_how[site]))
		vmlist_modify_lock(mm);
}

static void list_change_end(struct mm_struct *mm, enum list_site site, struct vm_area_struct *vma)
{
	(void)vma;
	if (how_locks(list_how[site]))
		vmlist_modify_unlock(mm);
}

static void vma_write(struct vm_area_struct *vma)
{
	(void)vma;
}

/* The file reference replaced the interlock of 2.3.23: nobody looks at an unlinked vma. */
static void vma_unlinked(struct vm_area_struct *vma)
{
	(void)vma;
}

static void vma_free(struct vm_area_struct *vma)
{
	vma_release(vma);
}

/* kernel_lock around unmap() stayed when it was no longer an interlock. */
static void method_begin(struct vm_area_struct *vma, enum vm_method which)
{
	(void)vma;
	if (which == VM_UNMAP)
		lock_kernel();
}

static void method_end(struct vm_area_struct *vma, enum vm_method which)
{
	(void)vma;
	if (which == VM_UNMAP)
		unlock_kernel();
}

static void assert_list(struct mm_struct *mm, bool modify)
{
	bool sem = lock_held_by_current(&mm->mmap_sem.info);
	bool vml = lock_held_by_current(&mm->page_table_lock.info);
	bool alone = mm->mm_users == 0 || !mm->mmlist.next || list_empty(&mm->mmlist);

	if (modify) {
		RULE(R1999_1, sem || alone, CALLER_PLACE());
		RULE(R1999_2, vml || alone, CALLER_PLACE());
	} else {
		RULE(R1999_3, sem || vml || alone, CALLER_PLACE());
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
	[PT_ALLOC] = HOW_NONE,	    /* mmap_sem keeps other faults out */
	[PT_FAULT_LOOK] = HOW_NONE, /* an entry that is not present is changed by faults only */
	[PT_FAULT_PRESENT] = HOW_LOCK,
	[PT_ANON] = HOW_NONE,	    /* the stealer touches present entries only */
	[PT_NO_PAGE] = HOW_NONE,
	[PT_SWAP_IN] = HOW_NONE,
	[PT_COW] = HOW_LOCK,
	[PT_ZAP] = HOW_LOCK,
	[PT_ZAP_TABLE] = HOW_HELD,
	[PT_PROTECT] = HOW_HOLE,    /* N1 */
	[PT_PROTECT_TABLE] = HOW_HELD,
	[PT_MOVE] = HOW_HOLE,	    /* N3 */
	[PT_FORK_COPY] = HOW_HOLE,  /* N2 */
	[PT_MOVE_TO] = HOW_HELD,    /* one lock for all entries of an mm */
	[PT_FORK_CHILD] = HOW_NONE, /* nobody else knows the child yet */
	[PT_ANON_VMA] = HOW_NONE,   /* no reverse maps */
	[PT_SWAPOFF] = HOW_HOLE,    /* R17 */
	[PT_STEAL] = HOW_HELD,	    /* the walk's vmlist lock is this very lock */
	[PT_RSS] = HOW_HOLE,	    /* N4 */
	[PT_MADVISE] = HOW_LOCK,
	[PT_MINCORE] = HOW_NONE,
	[PT_MSYNC] = HOW_LOCK, /* ours: the stealer clears such entries */
};

static void pte_lock(struct mm_struct *mm, unsigned long addr, enum pte_site site)
{
	(void)addr;
	if (how_locks(pte_how[site]))
		spin_lock(&mm->page_table_lock);
}

static void pte_unlock(struct mm_struct *mm, unsigned long addr, enum pte_site site)
{
	(void)addr;
	if (how_locks(pte_how[site]))
		spin_unlock(&mm->page_table_lock);
}

static bool pte_recheck(enum pte_site site)
{
	return site == PT_FAULT_PRESENT || site == PT_COW ||
	       (site == PT_SWAPOFF && !holes_faithful);
}

/* Freeing a swap-cache page may sleep for the page lock: page_table_lock is given up meanwhile
 * (ours; 2.4 uses a try-lock there instead). */
static void zap_free_begin(struct mm_struct *mm)
{
	spin_unlock(&mm->page_table_lock);
}

static void zap_free_end(struct mm_struct *mm)
{
	spin_lock(&mm->page_table_lock);
}

/* --- the stealer -------------------------------------------------------------------------------- */

static void steal_begin(void)
{
	lock_kernel();
}

static void steal_end(void)
{
	unlock_kernel();
}

static void victim_search_begin(void)
{
	spin_lock(&tasklist_lock);
}

/* mm_count goes up only after tasklist_lock was dropped; kernel_lock, which exit needs too, keeps
 * the mm in between (R22). */
static void victim_search_end(struct steal_ctx *ctx)
{
	spin_unlock(&tasklist_lock);
	if (ctx->mm)
		mm_grab(ctx->mm);
}

static void victim_unpin(struct steal_ctx *ctx)
{
	mm_drop(ctx->mm);
}

static void walk_begin(struct steal_ctx *ctx)
{
	vmlist_access_lock(ctx->mm);
	ctx->walk_locked = true;
}

static void walk_unlock(struct steal_ctx *ctx)
{
	ctx->walk_locked = false;
	vmlist_access_unlock(ctx->mm);
}

static void walk_end(struct steal_ctx *ctx)
{
	if (ctx->walk_locked)
		walk_unlock(ctx);
}

/* D17: method and file are read under the lock, the file is pinned, and after the unlock the vma is
 * never looked at. The page stays ours by the count that the pte held. */
static int evict_file(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
		      pte_t *ptep, struct page *page)
{
	int (*swapout)(struct page *, struct file *) = vma->vm_ops->swapout;
	struct file *file = vma->vm_file;
	int error;

	if (file)
		get_file(file);
	ptep_get_and_clear(ptep);
	mm_rss_add_locked(ctx->mm, -1);
	arch_flush_tlb_page(&ctx->mm->arch, addr);
	walk_unlock(ctx);
	ctx->may_have_slept = true;
	milestone(MS_METHOD_ENTER, "swapout");
	error = swapout(page, file);
	milestone(MS_METHOD_LEAVE, "swapout");
	if (file)
		fput(file);
	__free_page(page);
	return error < 0 ? error : 1;
}

/* 2.3.30-pre7: swap cache first, then the pte, TLB flush, and only then the lock is dropped: a fault
 * that meets the entry finds the page (R11). */
static int evict_anon(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
		      pte_t *ptep, struct page *page)
{
	struct swp_entry entry = get_swap_page();

	(void)vma;
	if (!entry.val)
		return 0;
	add_to_swap_cache(page, entry); /* the cache's reference; locks the page */
	swap_duplicate(entry);		/* the pte's */
	set_pte(ptep, entry.val);
	mm_rss_add_locked(ctx->mm, -1);
	arch_flush_tlb_page(&ctx->mm->arch, addr);
	walk_unlock(ctx);
	ctx->may_have_slept = true;
	rw_swap_page(true, page, false);
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

/* S1: adding needs kernel_lock; the sharing test needs the page lock, which do_wp_page, holding
 * page_table_lock, can only try (2.4.0's form). shrink_mmap holds the page lock already and drops
 * pagecache_lock before it deletes: lookup_swap_cache looks again (R14). */
static bool cache_begin(enum cache_site site, struct page *page)
{
	switch (site) {
	case CACHE_ADD:
		lock_assert_held(kernel_lock_info());
		return true;
	case CACHE_SHARE_TEST:
		lock_page(page);
		return true;
	case CACHE_SHARE_TEST_COW:
		return !TryLockPage(page);
	default:
		return true;
	}
}

static void cache_end(enum cache_site site, struct page *page)
{
	if (site == CACHE_SHARE_TEST || site == CACHE_SHARE_TEST_COW)
		UnlockPage(page);
}

/* 2.3.30-pre4: every entry of the block is raised first (R12). */
static bool readahead_hold(void)
{
	return true;
}

/* SW0: tasklist_lock around the search; mended, the mm's mmap_sem around the walk (SW2). */
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
	if (!holes_faithful)
		down(&mm->mmap_sem);
}

static void swapoff_walk_end(struct mm_struct *mm)
{
	if (!holes_faithful)
		up(&mm->mmap_sem);
}

static bool swap_in_retry(void)
{
	return !holes_faithful; /* R18 */
}

const struct vm_design design_linux_2_3_30 = {
	.name = "linux-2.3.30",
	.letter = "D18",
	.summary = "vmlist lock = page_table_lock, dropped before swapout(page, file); swap locks",
	.lookup = LOOKUP_LIST_AVL,
	.reclaim = RECLAIM_MM_WALK,
	.writeback = WRITEBACK_METHOD,
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
