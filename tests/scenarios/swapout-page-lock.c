/*
 * tests/scenarios/swapout-page-lock.c - the swapout deadlock without a lock that any driver invented
 * (facts e R1, variant d): L is the page's own lock, or the inode's.
 *
 * The driver is a slate: pages on a partition, whose swapout() takes the page's lock before it writes, as
 * filemap_swapout did (facts c), or its inode's i_sem. Its copy() gives a program one page as it is at one
 * moment: it holds that lock, allocates a page with GFP_BUFFER, as a careful author would, and copies.
 *
 * A runs short in a fault, steals from its own mm and stands before swapout() with A's vmlist lock
 * (vmlist-held). B, in copy(), takes the lock, runs short too, and its stealer wants A's vmlist lock.
 * With the page lock B has to come when A has seen the page unlocked (try_to_swap_out leaves locked pages
 * alone) and before A has it. The story is one that the explorer distilled from the token it found. Where the vmlist lock is shared, or dropped before swapout(), or where there is no
 * swapout(), B gets no page, says -ENOMEM, and both end. So it goes for every lock that swapout() sleeps for.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/servers/block.h"
#include "kernel/string.h"
#include "kernel/uaccess.h"
#include "mm/design/design.h"
#include "mm/filemap.h"
#include "tests/scenarios/world.h"

#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)
#define A_TOUCHED	 2

/* --- the driver --------------------------------------------------------------------------------------- */

static struct {
	bool by_inode; /* which of the two it locks */
	bool written;  /* its one page has been home: the lock */
	struct semaphore i_sem;
	const struct block_dev *store;
	struct address_space mapping;
} slate;

static void slate_lock(struct page *page)
{
	if (slate.by_inode)
		down(&slate.i_sem);
	else
		lock_page(page);
}

static void slate_unlock(struct page *page)
{
	if (slate.by_inode)
		up(&slate.i_sem);
	else
		UnlockPage(page);
}

/* Its one lock is held, or the page's. */
static int write_home(struct page *page)
{
	slate.written = true;
	return block_write(slate.store, page->index * SECTORS_PER_PAGE, SECTORS_PER_PAGE, page_to_phys(page));
}

static int slate_readpage(struct file *file, struct page *page)
{
	int error = 0;

	(void)file;
	if (slate.written)
		error = block_read(slate.store, page->index * SECTORS_PER_PAGE, SECTORS_PER_PAGE,
				   page_to_phys(page));
	else
		arch_clear_page(page_to_phys(page));
	page_set(page, error ? PG_error : PG_uptodate);
	UnlockPage(page);
	return error;
}

/* 2.4's way: the page is locked already. */
static int slate_writepage(struct page *page)
{
	int error;

	if (slate.by_inode)
		down(&slate.i_sem);
	error = write_home(page);
	if (slate.by_inode)
		up(&slate.i_sem);
	UnlockPage(page);
	return error;
}

static const struct address_space_operations slate_aops = {
	.readpage = slate_readpage,
	.writepage = slate_writepage,
};

static struct page *slate_nopage(struct vm_area_struct *vma, unsigned long addr, int write_access)
{
	unsigned long index = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	struct page *page;
	int error;

	(void)write_access;
	page = read_cache_page(&slate.mapping, index, vma->vm_file, &error);
	return page || error != -ENOMEM ? page : NOPAGE_OOM;
}

static int slate_swapout(struct page *page, struct file *file)
{
	int error;

	(void)file;
	slate_lock(page);
	error = write_home(page);
	slate_unlock(page);
	return error;
}

static int slate_swapout_vma(struct vm_area_struct *vma, struct page *page)
{
	struct file *file = get_file(vma->vm_file);
	int error = slate_swapout(page, file);

	fput(file);
	return error;
}

static const struct vm_operations_struct slate_vm_ops = {
	.nopage = slate_nopage,
	.swapout_vma = slate_swapout_vma,
	.swapout = slate_swapout,
};

static int slate_mmap(struct file *file, struct vm_area_struct *vma)
{
	(void)file;
	vma->vm_ops = &slate_vm_ops;
	return 0;
}

static const struct file_operations slate_fops = { .mmap = slate_mmap };

/* Its ioctl: page 0 as it is now, for a program. */
static long slate_copy(unsigned long ubuf)
{
	int error;
	struct page *page = read_cache_page(&slate.mapping, 0, NULL, &error);
	void *copy;

	if (!page)
		return error;
	slate_lock(page);
	copy = get_free_pages(GFP_BUFFER, 0);
	if (copy)
		memcpy(copy, page_address(page), PAGE_SIZE);
	slate_unlock(page);
	page_cache_release(page);
	if (!copy)
		return -ENOMEM;
	error = copy_to_user(ubuf, copy, PAGE_SIZE) ? -EFAULT : 0;
	free_pages(copy, 0);
	return error;
}

/* --- the world ---------------------------------------------------------------------------------------- */

static struct mm_struct *a, *b;
static int a_error; /* of A's write: short of memory, A may be killed for it, which is an end like any other */

static int map_slate(struct mm_struct *mm)
{
	struct file *file = file_alloc(&slate_fops, "slate");
	unsigned long at;

	if (!file)
		return -ENOMEM;
	file->f_mapping = &slate.mapping;
	file->f_mode = 3;
	vm_design->mm_lock(mm, MM_MMAP);
	at = do_mmap_pgoff(mm, file, WORLD_V, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, 0);
	vm_design->mm_unlock(mm, MM_MMAP);
	fput(file);
	return IS_ERR_VALUE(at) ? (int)(long)at : 0;
}

static int make_slate(bool by_inode)
{
	memset(&slate, 0, sizeof(slate));
	slate.by_inode = by_inode;
	slate.store = block_find("hda3");
	sema_init(&slate.i_sem, 1, LC_INODE_SEM, "slate");
	address_space_init(&slate.mapping, "slate", &slate_aops, &slate);
	return slate.store ? 0 : -ENODEV;
}

static int set_up(bool by_inode)
{
	a = world_mm("A");
	b = world_mm("B");
	if (!a || !b || make_slate(by_inode) || map_slate(a) || world_map_anon(a, WORLD_ANON, A_TOUCHED + 1) ||
	    world_map_anon(b, WORLD_ANON, 1) || world_touch(a, WORLD_V, 1) ||
	    world_touch(a, WORLD_ANON, A_TOUCHED) || world_touch(b, WORLD_ANON, 1)) {
		report("scenario: A and B do not fit into this world, or there is no partition hda3\n");
		return -1;
	}
	world_make_old(a, WORLD_V, 1);
	return 0;
}

static int setup_page(void)
{
	return set_up(false);
}

static int setup_inode(void)
{
	return set_up(true);
}

static void ready(bool controlled)
{
	(void)controlled;
	world_fill_memory(freepages.min);
}

static void task_a(void *arg)
{
	(void)arg;
	a_error = world_write(WORLD_ANON + A_TOUCHED * PAGE_SIZE);
}

static void task_b(void *arg)
{
	(void)arg;
	slate_copy(WORLD_ANON);
}

static const struct scenario_task tasks[] = {
	{ "A", task_a, &a, world_give_mm },
	{ "B", task_b, &b, world_give_mm },
};

static int invariants(enum ctl_verdict v)
{
	if (v != CTL_COMPLETED)
		return 0; /* the stuck tasks hold half-done work and locks */
	world_end();
	return world_check(a, WORLD_V, 1) + world_check(a, WORLD_ANON, A_TOUCHED + !a_error) +
	       world_invariants();
}

#define R1D "facts e R1, variant d; b, comparison table, column R1"

static const struct scenario_expect expect[] = {
	{ "vmlist-held", CTL_DEADLOCK, NULL, NULL, R1D, EXPLORED_AS_STORY },
	{ "linux-2.4.3", CTL_COMPLETED, "", "",
	  "facts b: D20 has no method; writepage is called later, by shrink_mmap, which only tries the page's lock",
	  EXPLORED_AS_STORY },
	{ NULL, CTL_COMPLETED, NULL, NULL, R1D, EXPLORED_AS_STORY },
};

#define SMALL_WORLD                                                                                \
	{                                                                                          \
		.frames = 112, .min = 8, .low = 16, .high = 24, .swap_slots = 64, .file_pages = 8, \
		.reclaim_pages = 1, .reclaim_rounds = 1                                            \
	}

#define STORY "hold kswapd\nB steal.pick(A) < A method.enter(swapout)\n"

const struct scenario scenario_swapout_page_lock = {
	.name = "swapout-page-lock",
	.summary = "the swapout deadlock where the lock that swapout() sleeps for is the page's own",
	.sources = "facts e R1, variant d; facts c, filemap_swapout",
	.world = SMALL_WORLD,
	.tasks = tasks,
	.ntasks = ARRAY_SIZE(tasks),
	.want_kswapd = true,
	.setup = setup_page,
	.ready = ready,
	.invariants = invariants,
	.story = "story swapout-page-lock\n" STORY,
	.shows = "waits: |deadlock|stall|invariant: contents",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};

const struct scenario scenario_swapout_inode_lock = {
	.name = "swapout-inode-lock",
	.summary = "the swapout deadlock where the lock that swapout() sleeps for is the inode's",
	.sources = "facts e R1, variant d",
	.world = SMALL_WORLD,
	.tasks = tasks,
	.ntasks = ARRAY_SIZE(tasks),
	.want_kswapd = true,
	.setup = setup_inode,
	.ready = ready,
	.invariants = invariants,
	.story = "story swapout-inode-lock\n" STORY,
	.shows = "waits: |deadlock|stall|invariant: contents",
	.expect = expect,
	.nexpect = ARRAY_SIZE(expect),
};
