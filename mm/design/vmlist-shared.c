/*
 * mm/design/vmlist-shared.c - design D8: a vmlist lock that stealers share and that starves writers.
 *
 * Proposed: Manfred Spraul, 11 and 15 Oct 1999, after Kanoj Sarcar had shown the swapout deadlock of
 * D5. The model is Windows NT's ERESOURCE: a reader is let in even while a writer waits.
 * The idea: mm->vmlist_rwsem. The stealer holds it shared until the driver's method has returned, so
 * that two stealers of one mm never wait for each other; whoever changes the list takes it exclusive,
 * and sleeps or allocates nothing while he owns it.
 * For: R1 is gone, and drivers stay as they are.
 * Against (Stephen Tweedie): the mmap path allocates; sharing first and upgrading opens promotion
 * deadlocks. Viro: the exclusive section proper allocates nothing. Against (Kanoj Sarcar, 15 Oct): a
 * stealer that holds B's lock shared waits in swapout() for the driver's lock L; B holds L and wants
 * its own lock exclusive. That cycle (R4) no sharing cures; he knew no driver that does it.
 * It was never released. What the mails leave open is D5's form: kernel_lock for the choice of the
 * victim and inside the swap code only (ours).
 * Sources: S2; facts/linux-2.3-2.4-locking.md b D8, e R1, R2, R4.
 */
#include "kernel/kernel_lock.h"
#include "kernel/sched.h"
#include "kernel/sync.h"
#include "kernel/watch_rules.h"
#include "mm/design/design.h"
#include "mm/fault.h"

static const struct vm_hole holes[] = {
	{ "R4", "try_to_swap_out", "holds the vmlist lock, shared, while swapout() sleeps for a driver's lock",
	  "facts e R4", "none inside this design: it is what the design is", "order: " },
	{ "R2", "insert_vm_struct", "whoever allocates under the exclusive vmlist lock steals, and may want one",
	  "facts e R2, R5", "none inside this design: rule 4", "waits: vmlist lock|rule: 1999.rule4" },
	{ "N8", "swap_out", "two stealers in one address space both move mm->swap_address",
	  "found here", "none, nor needed: who begins beyond the one page that could be had finds nothing this time",
	  "race: swap_out reads, swap_out writes|race: swap_out writes, swap_out|invariant: refused without need" },
	{ "R9", "sys_mlock", "the middle split writes vm_flags before it takes the vmlist lock",
	  "facts e R9", "the early write is made under the vmlist lock", "rule: 1999.rule2" },
	{ "R12", "swapin_readahead", "reads ahead entries that swap_free may take away meanwhile",
	  "S1; facts e R12", "raises every entry of the block first",
	  "swap: duplicate of an unused entry|swap: I/O on an unused entry" },
	{ "R14", "lookup_swap_cache", "locks a page that shrink_mmap has just taken out of the swap cache",
	  "S1; facts e R14", "none inside this design: it complains and reads again; 2.3.30 looks again",
	  "swap: page left the swap cache" },
	{ "R15", "do_swap_page", "the sharing test is made without the page lock", "S1; facts e R15",
	  "takes the page lock", "invariant: contents shared" },
	{ "R17", "sys_swapoff", "walks vma lists and ptes with neither mmap_sem nor page_table_lock",
	  "S1, last sentence; facts e R17",
	  "SW2: takes the mm's mmap_sem, and page_table_lock for each pte, and looks again",
	  "rule: 1999.rule3|swap: free of|swap: undead entry|swap: duplicate of|swap: I/O on|"
	  "invariant: swap map|invariant: contents after swapoff|invariant: swap entry|invariant: nr_swap_pages|uaf: object used after free in unuse|"
	  "race: unlink_vm_struct writes, unuse|race: munmap_range writes, unuse|"
	  "race: slab_mark_free writes, unuse|race: batch_add writes, pte_lookup" },
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
	{ "N5", "swap_free", "munmap and fork change swap_map without kernel_lock, which guards it",
	  "found here; facts c, swap_free and swap_duplicate rows", "takes 2.3.30's swap locks",
	  "race: swap_map_|race: swap_area |race: swap_free |race: swap_list_|"
	  "race: slab_mark_free writes, swap_map_" },
	{ "N6", "do_wp_page", "takes kernel_lock under page_table_lock; the stealer does the reverse",
	  "found here; facts c, do_wp_page and delete_from_swap_cache rows",
	  "the swap locks make kernel_lock needless there",
	  "order: kernel_lock under page_table_lock|waits: kernel_lock + page_table_lock" },
};

/* --- what the vmlist lock is made of ------------------------------------------------------------- */

static void mm_init_locks(struct mm_struct *mm)
{
	sema_init(&mm->mmap_sem, 1, LC_MMAP_SEM, mm->name);
	spin_lock_init(&mm->page_table_lock, LC_PAGE_TABLE, mm->name);
	init_rwsem(&mm->vmlist_rwsem, LC_VMLIST_RWSEM, mm->name);
	rwsem_readers_first(&mm->vmlist_rwsem);
	mm->vmlist_rwsem.info.role |= ROLE_VMLIST;
}

static void vmlist_access_lock(struct mm_struct *mm)
{
	down_read(&mm->vmlist_rwsem);
}

static void vmlist_access_unlock(struct mm_struct *mm)
{
	up_read(&mm->vmlist_rwsem);
}

static void vmlist_modify_lock(struct mm_struct *mm)
{
	down_write(&mm->vmlist_rwsem);
}

static void vmlist_modify_unlock(struct mm_struct *mm)
{
	up_write(&mm->vmlist_rwsem);
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

/* Off the list under the vmlist lock: no stealer can be in it any more. */
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
	bool vml = lock_held_by_current(&mm->vmlist_rwsem.info);
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
	[PT_STEAL] = HOW_LOCK,	    /* pte by pte, inside the vmlist lock */
	[PT_RSS] = HOW_HOLE,	    /* N4 */
	[PT_MSYNC] = HOW_LOCK, /* ours: the stealer clears such entries */
	[PT_MADVISE] = HOW_LOCK,
	[PT_MINCORE] = HOW_NONE,
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
	return site == PT_FAULT_PRESENT || site == PT_COW || site == PT_STEAL ||
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
}

static void steal_end(void)
{
}

/* kernel_lock for the choice of the victim alone (ours). */
static void victim_search_begin(void)
{
	lock_kernel();
	spin_lock(&tasklist_lock);
}

/* mm_count goes up only after tasklist_lock was dropped; kernel_lock, which exit needs too, keeps
 * the mm in between (R22). */
static void victim_search_end(struct steal_ctx *ctx)
{
	spin_unlock(&tasklist_lock);
	if (ctx->mm)
		mm_grab(ctx->mm);
	unlock_kernel();
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

/* The vmlist lock stays, shared: that keeps the vma, lets other stealers in, and keeps B out (R4). */
static int evict_file(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
		      pte_t *ptep, struct page *page)
{
	int (*swapout)(struct vm_area_struct *, struct page *) = vma->vm_ops->swapout_vma;
	int error;

	ptep_get_and_clear(ptep);
	mm_rss_add_locked(ctx->mm, -1);
	arch_flush_tlb_page(&ctx->mm->arch, addr);
	pte_unlock(ctx->mm, addr, PT_STEAL);
	ctx->may_have_slept = true;
	milestone(MS_METHOD_ENTER, "swapout");
	error = swapout(vma, page);
	milestone(MS_METHOD_LEAVE, "swapout");
	__free_page(page);
	return error < 0 ? error : 1;
}

/* The swap code of 2.3.22 wants kernel_lock, which ranks above page_table_lock: the pte lock is given
 * up, both are taken in order, and the pte is looked at again (ours). Then 2.3.22's order (R11). */
static int evict_anon(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
		      pte_t *ptep, struct page *page)
{
	pte_t seen = pte_read(ptep);
	struct swp_entry entry;

	pte_unlock(ctx->mm, addr, PT_STEAL);
	lock_kernel();
	entry = get_swap_page();
	pte_lock(ctx->mm, addr, PT_STEAL);
	if (!entry.val || pte_read(ptep) != seen || PageLocked(page) || PageSwapCache(page)) {
		pte_unlock(ctx->mm, addr, PT_STEAL);
		if (entry.val)
			swap_free(entry);
		unlock_kernel();
		pte_lock(ctx->mm, addr, PT_STEAL);
		return 0;
	}
	mm_rss_add_locked(ctx->mm, -1);
	if (!holes_faithful)
		swap_duplicate(entry); /* R11, N5: before anybody can meet the entry and drop it */
	set_pte(ptep, entry.val);
	pte_unlock(ctx->mm, addr, PT_STEAL);
	ctx->may_have_slept = true;
	arch_flush_tlb_page(&vma->vm_mm->arch, addr);
	if (holes_faithful)
		swap_duplicate(entry); /* one for the process, one for the swap cache */
	add_to_swap_cache(page, entry);
	rw_swap_page(true, page, false);
	unlock_kernel();
	__free_page(page);
	return 1;
}

/* --- swap ----------------------------------------------------------------------------------------- */

static const uint8_t swap_how[NR_SWAP_SITES] = {
	[SWAP_READ] = HOW_LOCK, /* kernel_lock: no two tasks add a page for one entry (R16) */
	[SWAP_FREE] = HOW_LOCK,
	[SWAP_CACHE_FREE] = HOW_LOCK, /* N6; mended, the swap locks do it: see swap_locks_kernel */
	[SWAP_ZAP] = HOW_NONE,
	[SWAP_FORK] = HOW_NONE,
	[SWAP_ON] = HOW_LOCK,
	[SWAP_OFF] = HOW_LOCK,
};

static bool swap_locks_kernel(enum swap_site site)
{
	return how_locks(swap_how[site]) && (site != SWAP_CACHE_FREE || holes_faithful);
}

static void swap_begin(enum swap_site site)
{
	if (swap_locks_kernel(site))
		lock_kernel();
}

static void swap_end(enum swap_site site)
{
	if (swap_locks_kernel(site))
		unlock_kernel();
}

/* No lock of their own yet: the callers hold kernel_lock, "in principle" (N5). */
static bool slots_locked(enum slot_site site)
{
	return !holes_faithful && (site == SLOT_GET || site == SLOT_FREE || site == SLOT_ON ||
				   site == SLOT_OFF);
}

static void swap_list_begin(enum slot_site site)
{
	if (slots_locked(site))
		spin_lock(&swap_list_lock);
}

static void swap_list_end(enum slot_site site)
{
	if (slots_locked(site))
		spin_unlock(&swap_list_lock);
}

static void slot_lock(struct swap_info_struct *si, unsigned long offset, enum slot_site site)
{
	(void)offset;
	if (!holes_faithful && slot_site_of_area(site))
		spin_lock(&si->device_lock);
}

static void slot_unlock(struct swap_info_struct *si, unsigned long offset, enum slot_site site)
{
	(void)offset;
	if (!holes_faithful && slot_site_of_area(site))
		spin_unlock(&si->device_lock);
}

/* Adding needs kernel_lock. The sharing test of do_swap_page has no lock (R15). That of do_wp_page,
 * under page_table_lock, went on to sleep for the page lock; this kernel stops at a sleep under a
 * spin lock, so there it is a try-lock (ours). lookup_swap_cache only complains about a page that
 * shrink_mmap took away (R14). */
static bool cache_begin(enum cache_site site, struct page *page)
{
	switch (site) {
	case CACHE_ADD:
		lock_assert_held(kernel_lock_info());
		return true;
	case CACHE_SHARE_TEST:
		if (!holes_faithful)
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
	if ((site == CACHE_SHARE_TEST && !holes_faithful) || site == CACHE_SHARE_TEST_COW)
		UnlockPage(page);
}

static bool readahead_hold(void)
{
	return !holes_faithful; /* R12 */
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

const struct vm_design design_vmlist_shared = {
	.name = "vmlist-shared",
	.letter = "D8",
	.summary = "a vmlist lock that stealers share across swapout(); writers starve",
	.lookup = LOOKUP_LIST_AVL,
	.reclaim = RECLAIM_MM_WALK,
	.writeback = WRITEBACK_METHOD,
	.lookup_again = false,
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
