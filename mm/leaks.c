/*
 * mm/leaks.c - leak accounting: what is in use now against what was in use before. See
 * invariants.h.
 *
 * Frames of slabs and of the page cache, and inodes that nobody refers to, come and go without being leaked,
 * so they are not counted;
 * a frame that is neither free nor theirs belongs to somebody. The same holds for swap slots that
 * only the swap cache refers to. A page of a living process may go out to swap or come back between
 * the two looks, so frames and slots are compared as one sum. A dead mm that an idle CPU still has
 * loaded (active_mm) is not leaked either: the next switch to a task with an mm lets go of it.
 */
#include "kernel/inode.h"
#include "kernel/printk.h"
#include "kernel/rcu.h"
#include "kernel/sched.h"
#include "kernel/string.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/invariants.h"
#include "mm/page_alloc.h"
#include "mm/slab.h"
#include "swap/swap.h"

static void count_private_slot(struct page *page, void *arg)
{
	struct swp_entry entry = { (uint32_t)page->index };
	long *only_cached = arg;

	if (page->mapping == &swapper_space && swap_count(entry) == 1)
		++*only_cached;
}

static long swap_slots_in_use(void)
{
	long used = 0, only_cached = 0;

	for (int type = 0; type < MAX_SWAPFILES; type++) {
		const struct swap_info_struct *si = &swap_info[type];

		if (!(si->flags & SWP_USED) || !si->swap_map)
			continue;
		for (unsigned long i = 1; i < si->max; i++)
			used += *swap_slot(si->swap_map, i) != 0 && *swap_slot(si->swap_map, i) != SWAP_MAP_BAD;
	}
	page_cache_for_each(count_private_slot, &only_cached);
	return used - only_cached;
}

static long frames_in_use(void)
{
	long free = page_free_count() + page_pool_aside_count() + page_reserve_count() +
		    page_tables_at_hand();

	return (long)max_mapnr - free - (long)slab_pages() - (long)page_cache_size;
}

/* Address spaces without users that live only because a CPU has them loaded. */
static unsigned long dead_mms_loaded(void)
{
	struct mm_struct *seen[NR_CPUS];
	unsigned long n = 0;

	for (int cpu = 0; cpu < nr_cpus; cpu++) {
		struct mm_struct *mm = cpu_curr(cpu) ? cpu_curr(cpu)->active_mm : NULL;
		bool counted = !mm || mm == &init_mm || mm->mm_users > 0;

		for (unsigned long i = 0; i < n; i++)
			counted |= seen[i] == mm;
		if (!counted)
			seen[n++] = mm;
	}
	return n;
}

static unsigned long objects_in_use(const struct kmem_cache *c)
{
	unsigned long n = kmem_cache_inuse(c);

	if (!strcmp(kmem_cache_name(c), "mm_struct"))
		return n - dead_mms_loaded();
	/* Inodes nobody uses are kept for the next user, as pages are. */
	return strcmp(kmem_cache_name(c), "inode") ? n : n - inodes_unused();
}

/* Each of them has one frame: its page directory. */
static long frames_that_count(void)
{
	return frames_in_use() - (long)dead_mms_loaded();
}

/* What waits for a grace period is on its way. Who cannot sleep takes things as they are. */
static void finish_rcu(void)
{
	if (current && !spinlocks_held() && rcu_pending())
		rcu_barrier();
}

void vm_leak_snapshot(struct vm_snapshot *snap)
{
	struct kmem_cache *c;

	finish_rcu();
	memset(snap, 0, sizeof(*snap));
	snap->pages = frames_that_count();
	snap->swap_slots = swap_slots_in_use();
	for (unsigned i = 0; i < VM_SNAPSHOT_CACHES && (c = kmem_cache_nth(i)); i++) {
		snap->cache[i].name = kmem_cache_name(c);
		snap->cache[i].inuse = objects_in_use(c);
		snap->ncaches++;
	}
}

static unsigned long inuse_before(const struct vm_snapshot *before, const char *name)
{
	for (unsigned i = 0; i < before->ncaches; i++)
		if (!strcmp(before->cache[i].name, name))
			return before->cache[i].inuse;
	return 0;
}

static int compare_cache(const struct vm_snapshot *before, struct kmem_cache *c)
{
	const char *name = kmem_cache_name(c);
	unsigned long was = inuse_before(before, name), is = objects_in_use(c);
	char key[80];

	if (is == was || !strcmp(name, "slab_mgmt")) /* descriptors: as many as there are slabs */
		return 0;
	snprintk(key, sizeof(key), "leak: objects of %s", name);
	invariant_failed(key, "%lu in use before, %lu now", was, is);
	slab_report_users(c, 4);
	return 1;
}

int vm_leak_compare(const struct vm_snapshot *before)
{
	struct kmem_cache *c;
	long pages, slots;
	int failures = 0;

	finish_rcu();
	pages = frames_that_count();
	slots = swap_slots_in_use();

	if (pages + slots != before->pages + before->swap_slots)
		failures += invariant_failed("leak: pages",
					     "%ld and %ld swap slots in use before, %ld and %ld now",
					     before->pages, before->swap_slots, pages, slots);
	for (unsigned i = 0; (c = kmem_cache_nth(i)); i++)
		failures += compare_cache(before, c);
	return failures;
}
