/*
 * mm/design/linux-6.12.c - today's design: Linux 6.12 (November 2024), on a machine that never had it.
 *
 * mmap_lock has readers and writers; a fault takes neither: it finds its vma in a range tree under RCU
 * and holds that vma's own lock. A vma is write-locked by one number, which the end of mmap_lock's write
 * section takes back for all at once. The stealer starts from the page and finds the entries by reverse
 * maps; no vma list is walked by anybody but the mm's own tasks. Each page table has its lock.
 * Sources: facts/linux-6.x-vma-locking.md a to d, f; docs/linux-6.12.md says what differs from Linux.
 */
#include "kernel/kernel_lock.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/sync.h"
#include "kernel/wait.h"
#include "kernel/watch_rules.h"
#include "mm/design/design.h"
#include "mm/anon_vma.h"
#include "mm/fault.h"
#include "mm/fault_parts.h"
#include "mm/filemap.h"
#include "mm/rmap.h"
#include "mm/vma_lock.h"
#include "mm/writeback.h"

static const struct vm_hole holes[] = {
	{ "f1", "stack_grow_begin", "a stack grows under mmap_lock for reading: the tree node that another reader stands on is freed",
	  "CVE-2023-3269 (StackRot); facts f1", "closed: growth takes mmap_lock for writing (6.5)",
	  "uaf: range_node|rule: 2024.rule1 in expand|rule: 2024.rule2 in expand|race: expand_stack|"
	  "race: reusable reads, expand|race: find_vma reads, expand|race: descend reads, slab" },
	{ "f3", "dup_mm", "fork copies entries of a vma in which another thread's fault changes them",
	  "fb49c455323f; facts f3", "closed: vma_start_write on every vma of the parent (6.4.3)", "invariant: torn fork" },
	{ "f4", "stack_grow_begin", "vm_start changes while a fault that holds the vma's lock looks at it",
	  "c137381f71ae; facts f4", "closed: vma_start_write first (6.5)",
	  "invariant: no way back|invariant: reverse map|rule: 2024.rule2 in expand_stack|race: expand_stack writes|"
	  "race: __page_add_new_anon reads, expand" },
	{ "f5", "do_mmap_pgoff", "a new vma is in the tree, and not locked, before it has its permissions",
	  "33313a747e81; facts f5", "closed: vma_start_write before the store (6.5)",
	  "invariant: writable pte in a read-only area|race: link_new_area|race: do_no_page reads, link" },
	{ "f6", "anon_prepare_begin", "a fault that holds only its vma looks at a neighbour, which may be freed",
	  "657b5146955e; facts f6", "closed: mmap_lock for reading is tried for (6.4.10)",
	  "uaf: vm_area_struct|uaf: anon_vma|rule: 2024.rule3|race: fault_begin reads, unlink_anon_vmas" },
	{ "f11", "any operation on two vmas", "with one vma's lock held mmap_lock is waited for, to get the second one",
	  "review of userfaultfd's move, 2024; facts f11", "closed: the first one is given back before",
	  "waits: mmap_lock + vm_lock|rule: 2024.rule4|order: mmap_lock -> vm_lock" },
	{ "f12", "fault_may_sleep", "mmap_lock is waited for with a vma's lock in hand",
	  "the 2024 document; facts f12", "closed: a vma's lock is given back before",
	  "order: mmap_lock -> vm_lock|rule: 2024.rule4|waits: mmap_lock + vm_lock" },
	{ "f15", "do_swap_page", "the page waited for left its slot, and the slot has another page now",
	  "31c4a3d3a0f8; facts f15", "closed: with the page locked its slot is compared (2.6.36)",
	  "invariant: contents reused slot" },
};

/* --- the locks of an mm --------------------------------------------------------------------------- */

static void mm_init_locks(struct mm_struct *mm)
{
	init_rwsem(&mm->mmap_lock, LC_MMAP_LOCK, mm->name);
	spin_lock_init(&mm->page_table_lock, LC_PAGE_TABLE, mm->name);
}

static struct address_space *mapping_of(const struct vm_area_struct *vma)
{
	return vma->vm_file ? vma->vm_file->f_mapping : NULL;
}

/* Bounds and offset, on which reverse maps rely: i_mmap_rwsem outside, the family's lock inside. */
static void adjust_begin(struct vm_area_struct *vma)
{
	if (mapping_of(vma))
		down_write(&mapping_of(vma)->i_mmap_rwsem);
	anon_vma_lock_write(vma);
}

static void adjust_end(struct vm_area_struct *vma)
{
	anon_vma_unlock_write(vma);
	if (mapping_of(vma))
		up_write(&mapping_of(vma)->i_mmap_rwsem);
}

/* --- faults: the vma's own lock, or mmap_lock for reading ---------------------------------------------- */

enum { FAULT_MMAP, FAULT_VMA }; /* fault_ctx.mode: which of the two is held */

static struct vm_area_struct *mmap_fault_begin(struct fault_ctx *fc)
{
	mmap_read_lock(fc->mm);
	fc->mode = FAULT_MMAP;
	fc->locked_vma = NULL;
	return find_vma(fc->mm, fc->addr);
}

/* f6: only a vma that has its anon_vma was locked for a fault, so that nobody had to look at the neighbours.
 * But the question was asked before the lock was had. */
static bool has_anon_vma(struct fault_ctx *fc)
{
	struct vm_area_struct *vma;
	bool has;

	rcu_read_lock();
	vma = range_tree_walk(&fc->mm->mm_tree, fc->addr);
	has = vma && shared_read(vma->anon_vma);
	rcu_read_unlock();
	return has;
}

/* The first try of a user's fault: no lock that another fault takes. The kernel's own touches of user
 * memory, and whoever had to give up once, go by mmap_lock. */
static struct vm_area_struct *fault_begin(struct fault_ctx *fc)
{
	struct vm_area_struct *vma = NULL;

	if ((fc->code & FAULT_USER) && !fc->tries && (!reopened(REOPEN_F6) || has_anon_vma(fc)))
		vma = lock_vma_under_rcu(fc->mm, fc->addr);
	if (!vma)
		return mmap_fault_begin(fc);
	fc->mode = FAULT_VMA;
	fc->locked_vma = vma;
	return vma;
}

static void fault_end(struct fault_ctx *fc)
{
	if (fc->mode == FAULT_MMAP) {
		mmap_read_unlock(fc->mm);
		return;
	}
	vma_end_read(fc->locked_vma);
	vm_count(&vma_lock_events.success);
}

/* What was held is given up for good; the next try takes mmap_lock. */
static void give_up(struct fault_ctx *fc)
{
	if (fc->mode == FAULT_MMAP) {
		mmap_read_unlock(fc->mm);
		return;
	}
	vm_count(&vma_lock_events.retry);
	vma_end_read(fc->locked_vma);
}

/* First try: nothing is kept over a wait for a page, whichever lock it was. */
static bool fault_may_sleep(struct fault_ctx *fc)
{
	if (fc->tries)
		return true;
	if (fc->mode == FAULT_VMA && reopened(REOPEN_F12)) {
		mmap_read_lock(fc->mm); /* f12: to wait under mmap_lock, with the vma in hand */
		mmap_read_unlock(fc->mm);
		return true;
	}
	give_up(fc);
	return false;
}

/* Until 6.4: under mmap_lock for reading, as 2.4's rule 4. The tree gets a new node while other readers stand
 * on the old one (f1). */
static struct vm_area_struct *grow_as_reader(struct fault_ctx *fc, struct vm_area_struct *vma)
{
	range_tree_reserve(&fc->mm->mm_tree, 1, GFP_KERNEL);
	spin_lock(&fc->mm->page_table_lock);
	return vma;
}

/* mmap_lock for writing, and look up again, since another may have come first. */
static struct vm_area_struct *stack_grow_begin(struct fault_ctx *fc, struct vm_area_struct *vma)
{
	if (reopened(REOPEN_F1))
		return grow_as_reader(fc, vma);
	mmap_read_unlock(fc->mm);
	mmap_write_lock(fc->mm);
	vma = find_vma(fc->mm, fc->addr);
	if (!vma || range_tree_reserve(&fc->mm->mm_tree, 1, GFP_KERNEL)) {
		mmap_write_unlock(fc->mm);
		return NULL;
	}
	if (!reopened(REOPEN_F4))
		vma_start_write(vma);
	adjust_begin(vma);
	spin_lock(&fc->mm->page_table_lock);
	return vma;
}

static void stack_grow_end(struct fault_ctx *fc, struct vm_area_struct *vma)
{
	spin_unlock(&fc->mm->page_table_lock);
	if (reopened(REOPEN_F1))
		return;
	adjust_end(vma);
	mmap_write_downgrade(fc->mm);
}

/* --- address space ---------------------------------------------------------------------------- */

enum mm_mode { MODE_NONE, MODE_READ, MODE_WRITE };

static enum mm_mode mm_mode(enum mm_why why)
{
	switch (why) {
	case MM_EXEC: /* nobody else has it yet */
		return MODE_WRITE;
	case MM_MINCORE:
	case MM_PTRACE:
	case MM_MSYNC:
	case MM_SWAPOFF:
		return MODE_READ;
	default:
		return MODE_WRITE;
	}
}

/* fork holds the parent's and takes the child's, which nobody else can want yet. */
static void mm_lock(struct mm_struct *mm, enum mm_why why)
{
	if (why == MM_FORK_CHILD)
		mm->mmap_lock.info.role |= ROLE_MAY_NEST;
	if (mm_mode(why) == MODE_READ)
		mmap_read_lock(mm);
	else
		mmap_write_lock(mm);
}

/* After mm_downgrade it is held for reading, whatever it was taken for. */
static void mm_unlock(struct mm_struct *mm, enum mm_why why)
{
	if (mmap_write_locked(mm))
		mmap_write_unlock(mm);
	else
		mmap_read_unlock(mm);
	if (why == MM_FORK_CHILD)
		mm->mmap_lock.info.role &= (uint8_t)~ROLE_MAY_NEST;
}

/* munmap: what it took out is unreachable; faults elsewhere may go on beside the rest. */
static void mm_downgrade(struct mm_struct *mm, enum mm_why why)
{
	(void)why;
	mmap_write_downgrade(mm);
}

/* --- vma list ---------------------------------------------------------------------------------- */

/* No lock of its own: mmap_lock is held for writing, each vma is write-locked before (vma_write), and what
 * reverse maps walk by is guarded where it changes (adjust_begin). */
static void list_change_begin(struct mm_struct *mm, enum list_site site, struct vm_area_struct *vma)
{
	(void)mm;
	(void)site;
	(void)vma;
}

static void list_change_end(struct mm_struct *mm, enum list_site site, struct vm_area_struct *vma)
{
	(void)mm;
	(void)site;
	(void)vma;
}

static void vma_write(struct vm_area_struct *vma)
{
	vma_start_write(vma);
}

/* An mm that nobody can find is its maker's alone. */
static bool is_private(const struct mm_struct *mm)
{
	return mm->mm_users == 0 || !mm->mmlist.next || list_empty(&mm->mmlist);
}

static void assert_vma_write(const struct vm_area_struct *vma)
{
	RULE(R2024_2, vma_write_locked(vma) || is_private(vma->vm_mm), CALLER_PLACE());
}

/* It was marked detached when it left the tree, before the downgrade (mm/vma.c). */
static void vma_unlinked(struct vm_area_struct *vma)
{
	BUG_ON(!vma->detached);
}

static void vma_free(struct vm_area_struct *vma)
{
	vma_free_rcu(vma);
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
	if (modify)
		RULE(R2024_1, mmap_write_locked(mm) || is_private(mm), CALLER_PLACE());
	else
		RULE(R2024_3, mmap_locked(mm) || is_private(mm), CALLER_PLACE());
}

/* Inside adjust_begin of the area that the new one is split off, the lock is held already: its record counts
 * how often. */
static void file_link_begin(struct vm_area_struct *vma)
{
	struct address_space *mapping = mapping_of(vma);
	struct held_lock *held = mapping ? lock_held_by_current(&mapping->i_mmap_rwsem.info) : NULL;

	if (held)
		held->depth++;
	else if (mapping)
		down_write(&mapping->i_mmap_rwsem);
}

static void file_link_end(struct vm_area_struct *vma)
{
	struct address_space *mapping = mapping_of(vma);
	struct held_lock *held = mapping ? lock_held_by_current(&mapping->i_mmap_rwsem.info) : NULL;

	if (held && held->depth > 1)
		held->depth--;
	else if (held)
		up_write(&mapping->i_mmap_rwsem);
}

static void share_walk_begin(struct address_space *mapping)
{
	down_read(&mapping->i_mmap_rwsem);
}

static void share_walk_end(struct address_space *mapping)
{
	up_read(&mapping->i_mmap_rwsem);
}

/* --- page tables: a lock in each table, page_table_lock for the directory -------------------------------- */

static const uint8_t pte_how[NR_PTE_SITES] = {
	[PT_ALLOC] = HOW_LOCK,	    /* page_table_lock */
	[PT_ANON_VMA] = HOW_LOCK,   /* page_table_lock: which fault gives the area its anon_vma */
	[PT_FAULT_LOOK] = HOW_NONE, /* the table stays while the vma is held; what was seen is compared below */
	[PT_FAULT_PRESENT] = HOW_LOCK,
	[PT_ANON] = HOW_LOCK, /* another thread's fault may have been here meanwhile */
	[PT_NO_PAGE] = HOW_LOCK,
	[PT_SWAP_IN] = HOW_LOCK,
	[PT_COW] = HOW_LOCK,
	[PT_ZAP] = HOW_NONE, /* table by table */
	[PT_ZAP_TABLE] = HOW_LOCK,
	[PT_PROTECT] = HOW_NONE,
	[PT_PROTECT_TABLE] = HOW_LOCK,
	[PT_MOVE] = HOW_LOCK, /* the old place, then the new one: mmap_lock orders them */
	[PT_MOVE_TO] = HOW_LOCK,
	[PT_FORK_CHILD] = HOW_LOCK, /* the child's, then the parent's: reverse maps know the child already */
	[PT_FORK_COPY] = HOW_LOCK,
	[PT_SWAPOFF] = HOW_LOCK,
	[PT_STEAL] = HOW_LOCK,
	[PT_RSS] = HOW_NONE, /* atomic */
	[PT_MSYNC] = HOW_LOCK,
	[PT_MADVISE] = HOW_LOCK,
	[PT_MINCORE] = HOW_LOCK,
};

static struct spinlock *lock_of(struct mm_struct *mm, unsigned long addr, enum pte_site site)
{
	if (site == PT_ALLOC || site == PT_ANON_VMA)
		return &mm->page_table_lock;
	return pte_table_lock(mm, addr);
}

static void pte_lock(struct mm_struct *mm, unsigned long addr, enum pte_site site)
{
	if (how_locks(pte_how[site]))
		spin_lock(lock_of(mm, addr, site));
}

static void pte_unlock(struct mm_struct *mm, unsigned long addr, enum pte_site site)
{
	if (how_locks(pte_how[site]))
		spin_unlock(lock_of(mm, addr, site));
}

static bool pte_recheck(enum pte_site site)
{
	(void)site;
	return true;
}

/* No table is locked where pages are given back. */
static void zap_free_begin(struct mm_struct *mm)
{
	(void)mm;
}

static void zap_free_end(struct mm_struct *mm)
{
	(void)mm;
}

/* The neighbours whose anon_vma may be shared are kept by mmap_lock, which is only tried for: its writer may be
 * waiting for this very vma. */
static bool anon_prepare_begin(struct fault_ctx *fc)
{
	if (fc->mode == FAULT_MMAP || reopened(REOPEN_F6) || mmap_read_trylock(fc->mm))
		return true;
	give_up(fc);
	return false;
}

static void anon_prepare_end(struct fault_ctx *fc)
{
	if (fc->mode != FAULT_MMAP && !reopened(REOPEN_F6))
		mmap_read_unlock(fc->mm);
}

/* --- the stealer: from the page; no mm is chosen, nor kept ---------------------------------------------- */

static void steal_begin(void)
{
}

static void steal_end(void)
{
}

static void victim_search_begin(void)
{
}

static void victim_search_end(struct steal_ctx *ctx)
{
	(void)ctx;
}

static void victim_unpin(struct steal_ctx *ctx)
{
	(void)ctx;
}

/* Which areas may map the page: the family's lock, or the file's. */
static struct rw_semaphore *rmap_lock(const struct steal_ctx *ctx)
{
	return ctx->anon_vma ? &ctx->anon_vma->root->rwsem : &ctx->mapping->i_mmap_rwsem;
}

static void walk_begin(struct steal_ctx *ctx)
{
	ctx->walk_locked = true;
	if (ctx->try)
		ctx->walk_locked = down_read_trylock(rmap_lock(ctx));
	else
		down_read(rmap_lock(ctx));
}

static void walk_end(struct steal_ctx *ctx)
{
	if (ctx->walk_locked)
		up_read(rmap_lock(ctx));
	ctx->walk_locked = false;
}

/* A cached page that is mapped, locked by us: all its entries go, their dirty marks move to the page. */
static int evict_file(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
		      pte_t *ptep, struct page *page)
{
	(void)vma;
	(void)addr;
	(void)ptep;
	return try_to_unmap(ctx, page) == UNMAP_DONE;
}

/* The slot is new to us, but who read its number in a pte before it was freed may be about to bring it in.
 * false = he has; Linux refuses the reader instead, by HAS_CACHE in the slot's count. */
static bool add_stolen(struct page *page, struct swp_entry entry)
{
	struct spinlock *lock = &swap_info[swp_type(entry)].cache_lock;
	bool free;

	spin_lock(lock);
	free = !swap_cache_has(entry);
	if (free)
		add_to_swap_cache(page, entry); /* the cache's reference */
	spin_unlock(lock);
	return free;
}

/* Into the swap cache first, then all its entries get the slot. Dirty until it is written, whatever the
 * entries say: nothing on disk is like it. */
static int evict_anon(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
		      pte_t *ptep, struct page *page)
{
	struct swp_entry entry = get_swap_page();

	(void)vma;
	(void)addr;
	(void)ptep;
	if (!entry.val || !add_stolen(page, entry)) {
		swap_free(entry);
		return 0;
	}
	page_set(page, PG_dirty);
	return try_to_unmap(ctx, page) == UNMAP_DONE;
}

/* --- swap ----------------------------------------------------------------------------------------- */

static DECLARE_MUTEX(swapon_mutex, LC_SWAPON);
static struct spinlock swap_lock = SPINLOCK_INIT(LC_SWAP_LOCK, NULL);	      /* the list, the areas' flags */
static struct spinlock swap_avail_lock = SPINLOCK_INIT(LC_SWAP_AVAIL, NULL); /* which is next, nr_swap_pages */

/* Reading takes no lock: the fault has the area pinned, and look-and-add its own lock (CACHE_ADD). */
static void swap_begin(enum swap_site site)
{
	if (site == SWAP_ON || site == SWAP_OFF)
		down(&swapon_mutex);
}

static void swap_end(enum swap_site site)
{
	if (site == SWAP_ON || site == SWAP_OFF)
		up(&swapon_mutex);
}

static void swap_list_begin(enum slot_site site)
{
	if (site == SLOT_GET)
		spin_lock(&swap_avail_lock);
	else if (site == SLOT_ON || site == SLOT_OFF)
		spin_lock(&swap_lock);
}

static void swap_list_end(enum slot_site site)
{
	if (site == SLOT_GET)
		spin_unlock(&swap_avail_lock);
	else if (site == SLOT_ON || site == SLOT_OFF)
		spin_unlock(&swap_lock);
}

static struct spinlock *cluster_lock(struct swap_info_struct *si, unsigned long offset)
{
	return &si->cluster_locks[offset / SWAPFILE_CLUSTER % SWAP_CLUSTER_LOCKS];
}

/* swap_lock > si.lock > the cluster's; swap_avail_lock inside si.lock. */
static void slot_lock(struct swap_info_struct *si, unsigned long offset, enum slot_site site)
{
	switch (site) {
	case SLOT_GET: /* the choice of the area is given up meanwhile */
		spin_unlock(&swap_avail_lock);
		spin_lock(&si->lock);
		break;
	case SLOT_LIST:
		spin_lock(&si->lock);
		spin_lock(&swap_avail_lock);
		break;
	case SLOT_ROOM:
		spin_lock(&swap_avail_lock);
		break;
	case SLOT_FREE: /* the last reference: the area's numbers change too */
		spin_lock(&si->lock);
		break;
	default:
		spin_lock(offset ? cluster_lock(si, offset) : &si->lock);
	}
}

static void slot_unlock(struct swap_info_struct *si, unsigned long offset, enum slot_site site)
{
	switch (site) {
	case SLOT_GET:
		spin_unlock(&si->lock);
		spin_lock(&swap_avail_lock);
		break;
	case SLOT_LIST:
		spin_unlock(&swap_avail_lock);
		spin_unlock(&si->lock);
		break;
	case SLOT_ROOM:
		spin_unlock(&swap_avail_lock);
		break;
	case SLOT_FREE:
		spin_unlock(&si->lock);
		break;
	default:
		spin_unlock(offset ? cluster_lock(si, offset) : &si->lock);
	}
}

/* Look and add is one step under the lock of the area's part of the cache. Everything else about one page is the
 * page lock's; under a spin lock it can only be tried for. shrink_mmap keeps pagecache_lock over the
 * removal from the hash, so no lookup takes a reference in between (R14). */
static bool cache_begin(enum cache_site site, struct page *page)
{
	switch (site) {
	case CACHE_ADD:
		spin_lock(&swap_info[swp_type((struct swp_entry){ (uint32_t)page->index })].cache_lock);
		return true;
	case CACHE_SHARE_TEST:
		if (spinlocks_held())
			return !TryLockPage(page);
		lock_page(page);
		return true;
	case CACHE_UNUSE: /* the first entry that maps it says where it is found */
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
	switch (site) {
	case CACHE_ADD:
		spin_unlock(&swap_info[swp_type((struct swp_entry){ (uint32_t)page->index })].cache_lock);
		break;
	case CACHE_SHRINK:
		spin_unlock(&pagecache_lock);
		break;
	default:
		UnlockPage(page);
	}
}

/* Every entry of the block is raised first (R12). */
static bool readahead_hold(void)
{
	return true;
}

/* The tasks are searched as ever; Linux has a list of mms with swapped pages instead. */
static void swapoff_search_begin(void)
{
	spin_lock(&tasklist_lock);
}

static void swapoff_search_end(struct mm_struct *mm)
{
	(void)mm;
	spin_unlock(&tasklist_lock);
}

/* Faults go on beside it: each entry is looked at again under its table's lock. */
static void swapoff_walk_begin(struct mm_struct *mm)
{
	mmap_read_lock(mm);
}

static void swapoff_walk_end(struct mm_struct *mm)
{
	mmap_read_unlock(mm);
}

static bool swap_in_retry(void)
{
	return true;
}

/* get_swap_device: one more user, unless swapoff is through with the area. */
static bool swap_pin(struct swp_entry entry)
{
	struct swap_info_struct *si = &swap_info[swp_type(entry) % MAX_SWAPFILES];
	uint32_t users = __atomic_load_n(&si->users, __ATOMIC_RELAXED);

	while (users)
		if (__atomic_compare_exchange_n(&si->users, &users, users + 1, false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return true;
	return false;
}

static DECLARE_WAIT_QUEUE_HEAD(swap_drained);

static void swap_unpin(struct swp_entry entry)
{
	struct swap_info_struct *si = &swap_info[swp_type(entry) % MAX_SWAPFILES];

	if (__atomic_sub_fetch(&si->users, 1, __ATOMIC_ACQ_REL) == 0)
		wake_up_all(&swap_drained);
}

/* swapoff gives up the reference of the area's life and waits for the others. */
static void swap_drain(struct swap_info_struct *si)
{
	struct wait_queue w = WAIT_QUEUE_INIT(w);

	__atomic_sub_fetch(&si->users, 1, __ATOMIC_ACQ_REL);
	for (;;) {
		prepare_to_wait(&swap_drained, &w, TASK_UNINTERRUPTIBLE);
		if (!__atomic_load_n(&si->users, __ATOMIC_ACQUIRE))
			break;
		schedule();
	}
	finish_wait(&swap_drained, &w);
}

static bool swap_in_same_slot(struct page *page, struct swp_entry entry)
{
	if (reopened(REOPEN_F15))
		return true;
	return PageSwapCache(page) && page->mapping == &swapper_space && page->index == entry.val;
}

const struct vm_design design_linux_6_12 = {
	.name = "linux-6.12",
	.letter = "6.12",
	.summary = "mmap_lock and per-VMA locks, RCU lookup in a range tree, rmap reclaim, split pte locks",
	.lookup = LOOKUP_RANGE_TREE,
	.vma_lock = true,
	.reclaim = RECLAIM_RMAP,
	.writeback = WRITEBACK_MARK_DIRTY,
	.anon_rmap = ANON_RMAP_ANON_VMA,
	.table_lock = TABLE_LOCK_PER_TABLE,
	.cluster_locks = true,
	.cached_first = true,
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
	.vma_adjust_begin = adjust_begin,
	.vma_adjust_end = adjust_end,
	.assert_vma_write = assert_vma_write,
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
	.anon_prepare_begin = anon_prepare_begin,
	.anon_prepare_end = anon_prepare_end,
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
	.swap_pin = swap_pin,
	.swap_unpin = swap_unpin,
	.swap_drain = swap_drain,
	.swap_in_same_slot = swap_in_same_slot,
};
