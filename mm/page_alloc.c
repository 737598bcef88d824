/*
 * mm/page_alloc.c - the buddy allocator and the watermarks of 2.3.23. Realises facts section d,
 * "Free memory".
 *
 * Interface: mm/page.h. alloc_pages decides whether the caller may have memory at all, take_block
 * finds it, free_pages_page gives it back. mm/page_pool.c makes small worlds out of the same lists.
 * Invariants
 *  1. free_area[n] holds the heads of free blocks of 2^n frames, each aligned to its size, with
 *     PG_buddy set and ->private = n; nobody else has PG_buddy. page_alloc_lock guards all of it.
 *  2. nr_free_pages is the number of frames on these lists and on the CPUs' own; it is atomic.
 *  3. page_alloc_lock is a leaf: stealing, waking kswapd and reports happen outside.
 *  4. The order in which frames are handed out depends only on the order of calls: a block is split
 *     from the low end, the last freed block of an order is taken first.
 *  5. Single frames mostly come from and go to the CPU's own list (mm/pcp.c), without page_alloc_lock.
 */
#include "kernel/lock_fast.h"
#include "kernel/printk.h"
#include "kernel/spinlock.h"
#include "kernel/string.h"
#include "kernel/sync.h"
#include "kernel/task.h"
#include "kernel/watch.h"
#include "mm/rmap.h"
#include "mm/asan.h"
#include "mm/file.h"
#include "mm/page.h"
#include "mm/page_alloc.h"
#include "mm/vmscan.h"

struct page *mem_map;
unsigned long max_mapnr;
struct freepages freepages;
volatile int nr_free_pages;
static bool page_poison;

struct spinlock page_alloc_lock = SPINLOCK_INIT(LC_PAGE_ALLOC, NULL);
struct list_head free_area[MAX_ORDER + 1];

/* Set when an allocation found too little, cleared only at freepages.high: in between, everybody
 * who allocates steals first. Read and written without a lock, as in 1999. */
static volatile bool low_on_memory;

static struct list_head reserve_list; /* page_alloc_lock */
static int reserve_count, reserve_target;

/* --- the lists; page_alloc_lock held ------------------------------------------------------ */

void free_area_add(struct page *page, unsigned order)
{
	page->flags = (page->flags & (1u << PG_pool)) | 1u << PG_buddy;
	page->private = order;
	list_add(&page->lru, &free_area[order]);
	count_free(1 << order);
}

void free_area_del(struct page *page)
{
	list_del(&page->lru);
	page_clear(page, PG_buddy);
	count_free(-(1 << page->private));
}

/* Put a block back, joined with its free buddies as far as that goes. */
void free_block(struct page *page, unsigned order)
{
	unsigned long nr = page_nr(page);

	for (; order < MAX_ORDER; order++) {
		unsigned long buddy_nr = nr ^ (1ul << order);
		struct page *buddy;

		if (buddy_nr + (1ul << order) > max_mapnr)
			break;
		buddy = mem_map + buddy_nr;
		if (!page_test(buddy, PG_buddy) || buddy->private != order)
			break;
		free_area_del(buddy);
		nr = min(nr, buddy_nr);
	}
	free_area_add(mem_map + nr, order);
}

/* A block of 2^@order frames off the lists, or NULL. */
struct page *take_block(unsigned order)
{
	struct page *page;
	unsigned have;

	for (have = order; have <= MAX_ORDER; have++)
		if (!list_empty(&free_area[have]))
			break;
	if (have > MAX_ORDER)
		return NULL;
	page = list_first(&free_area[have], struct page, lru);
	free_area_del(page);
	while (have > order) { /* keep the lower half */
		have--;
		free_area_add(page + (1ul << have), have);
	}
	return page;
}

/* --- poison ------------------------------------------------------------------------------- */

static void poison_block(struct page *page, unsigned order)
{
	if (!page_poison)
		return;
	memset(page_address(page), POISON_PAGE, PAGE_SIZE << order);
	asan_poison(page_address(page), PAGE_SIZE << order);
}

static void check_poison(struct page *page, unsigned order)
{
	const unsigned char *p = page_address(page);
	size_t n = PAGE_SIZE << order, i;

	if (!page_poison)
		return;
	asan_unpoison(p, n);
	for (i = 0; i < n; i++)
		if (p[i] != POISON_PAGE)
			break;
	if (i < n && watch_complain(WATCH_RULES, "uaf: page written after it was freed"))
		report("uaf: page %lu, byte %lu is %02x: written after the frame was freed\n",
		       page_nr(page), (unsigned long)i, p[i]);
}

static void poison_lists(void (*f)(struct page *, unsigned))
{
	struct list_head *pos;

	for (unsigned order = 0; order <= MAX_ORDER; order++)
		list_for_each(pos, &free_area[order])
			f(list_entry(pos, struct page, lru), order);
	list_for_each(pos, &reserve_list)
		f(list_entry(pos, struct page, lru), 0);
	page_pool_for_each_aside(f);
}

void page_poison_enable(void)
{
	page_cpu_lists_disable();
	page_poison = true;
	poison_lists(poison_block);
}

void page_poison_disable(void)
{
	poison_lists(check_poison);
	page_poison = false;
}

/* --- allocation --------------------------------------------------------------------------- */

static inline bool task_has(unsigned flag)
{
	return current && (current->flags & flag);
}

static inline void prepare_frame(struct page *page, int count)
{
	page->flags &= 1u << PG_pool;
	page->count = count;
	page->private = 0;
	page->mapping = NULL;
	page->index = 0;
}

#define BLOCK_ROUNDS 8 /* of stealing for a block of several frames */

/* The last resort of a server: one request chain must always get through. */
static struct page *take_reserve(void)
{
	struct page *page;

	if (list_empty(&reserve_list))
		return NULL;
	page = list_first(&reserve_list, struct page, lru);
	list_del(&page->lru);
	reserve_count--;
	return page;
}

static struct page *get_from_buddies(unsigned order)
{
	unsigned long flags = spin_lock_irqsave(&page_alloc_lock);
	struct page *page = take_block(order);

	spin_unlock_irqrestore(&page_alloc_lock, flags);
	if (unlikely(!page) && pcp_on && pcp_count()) {
		pcp_drain();
		flags = spin_lock_irqsave(&page_alloc_lock);
		page = take_block(order);
		spin_unlock_irqrestore(&page_alloc_lock, flags);
	}
	if (unlikely(!page) && order == 0 && task_has(PF_SERVER)) {
		flags = spin_lock_irqsave(&page_alloc_lock);
		page = take_reserve();
		spin_unlock_irqrestore(&page_alloc_lock, flags);
	}
	return page;
}

/* A block that looks fresh, or NULL. */
static inline struct page *get_block(unsigned order)
{
	struct page *page = NULL;

	if (likely(order == 0 && pcp_on))
		page = pcp_take();
	if (!page)
		page = get_from_buddies(order);
	if (unlikely(!page))
		return NULL;
	prepare_frame(page, 1);
	for (unsigned long i = 1; i < 1ul << order; i++)
		prepare_frame(page + i, 0);
	frames_taken(page_address(page), PAGE_SIZE << order);
	if (unlikely(page_poison))
		check_poison(page, order);
	return page;
}

/* Only the task itself changes its flags, but a stealer may look at them meanwhile. */
static void set_memalloc(struct task_struct *t, bool on)
{
	__atomic_store_n(&t->flags, on ? t->flags | PF_MEMALLOC : t->flags & ~PF_MEMALLOC,
			 __ATOMIC_RELAXED);
}

/* Steal for a caller that came when memory was low; false = it gets nothing. While the caller
 * steals it has PF_MEMALLOC: the only thing that stops recursion, and only of this task. */
static bool steal_first(unsigned gfp)
{
	int freed;

	if (!(gfp & __GFP_WAIT)) {
		wakeup_kswapd();
		return true;
	}
	milestone(MS_ALLOC_SHORT, NULL);
	set_memalloc(current, true);
	freed = try_to_free_pages(gfp);
	set_memalloc(current, false);
	return freed || (gfp & (__GFP_MED | __GFP_HIGH));
}

/* Memory is or was short: the watermarks of 2.3.23 (facts d). May this caller look for a page? */
static bool may_allocate_now(unsigned gfp)
{
	if (nr_free_pages > freepages.min) {
		if (!low_on_memory)
			return true;
		if (nr_free_pages >= freepages.high) {
			low_on_memory = false;
			return true;
		}
	}
	low_on_memory = true;
	return steal_first(gfp);
}

static inline bool may_allocate(unsigned gfp, const struct task_struct *t)
{
	if (likely(nr_free_pages > freepages.min && !low_on_memory))
		return true;
	return !t || (t->flags & PF_MEMALLOC) || may_allocate_now(gfp);
}

static void note_enter(unsigned gfp)
{
	watch_reclaim_enter();
	if (gfp & __GFP_IO) {
		watch_reclaim_io_enter();
		watch_reclaim_io_leave();
	}
}

/* There are pages, but no 2^@order of them in a row: steal, a few rounds, for neighbours to come free. 1999 gave up at
 * once, and fork, which wants two frames, failed in the midst of memory that could be had. */
static struct page *steal_for_block(unsigned gfp, unsigned order)
{
	struct page *page = NULL;

	for (int round = 0; !page && round < BLOCK_ROUNDS && steal_first(gfp); round++)
		page = get_block(order);
	return page;
}

struct page *alloc_pages(unsigned gfp, unsigned order)
{
	struct task_struct *t = current;
	bool may_steal = (gfp & __GFP_WAIT) && t && !(t->flags & PF_MEMALLOC);
	bool noted = may_steal && unlikely(watch_mask != 0);
	struct page *page = NULL;

	BUG_ON(order > MAX_ORDER);
	if (may_steal)
		might_sleep_here(CALLER_PLACE());
	if (noted)
		note_enter(gfp);
	if (may_allocate(gfp, t)) {
		page = get_block(order);
		if (unlikely(!page) && order && may_steal)
			page = steal_for_block(gfp, order);
		if (unlikely(!page) && (gfp & __GFP_WAIT) && t)
			yield(); /* once, and then the caller hears of it: no retry loop */
	}
	if (noted)
		watch_reclaim_leave();
	return page;
}

/* What every allocation that may wait tells the watchers, for allocators built on this one whose
 * own stock may spare them the way here. */
void reclaim_note(unsigned gfp)
{
	if (!(gfp & __GFP_WAIT) || !watch_mask || !current || task_has(PF_MEMALLOC))
		return;
	note_enter(gfp);
	watch_reclaim_leave();
}

void *get_free_pages(unsigned gfp, unsigned order)
{
	struct page *page = alloc_pages(gfp, order);

	return page ? page_address(page) : NULL;
}

void *get_zeroed_page(unsigned gfp)
{
	struct page *page = alloc_page(gfp);

	if (!page)
		return NULL;
	arch_clear_page(page_to_phys(page));
	return page_address(page);
}

/* --- freeing ------------------------------------------------------------------------------ */

static __attribute__((noinline, noreturn)) void bad_free(const struct page *page, const char *why)
{
	char buf[160];

	panic("freeing a page that is %s: %s", why, page_describe(page, buf, sizeof(buf)));
}

/* Facts d: freeing a page that is locked or still in the swap cache is a BUG. */
static void check_free(const struct page *page)
{
	if (page_test(page, PG_locked))
		bad_free(page, "locked");
	if (page_test(page, PG_swap_cache))
		bad_free(page, "in the swap cache");
	if (page_test(page, PG_lru) || page->pprev_hash)
		bad_free(page, "in the page cache");
	if (page_test(page, PG_buddy) || page_test(page, PG_slab))
		bad_free(page, page_test(page, PG_slab) ? "a slab's" : "free already");
}

/* Flags that a page which is freed must not have. */
#define NOT_FREEABLE                                                                               \
	(1u << PG_locked | 1u << PG_swap_cache | 1u << PG_lru | 1u << PG_buddy | 1u << PG_slab)

static void free_to_buddies(struct page *page, unsigned order)
{
	unsigned long flags;

	if (unlikely(page_poison))
		poison_block(page, order);
	flags = spin_lock_irqsave(&page_alloc_lock);
	if (page_pool_is_open() && !page_test(page, PG_pool))
		page_pool_set_aside(page, order);
	else
		free_block(page, order);
	while (reserve_count < reserve_target && !page_pool_is_open() && nr_free_pages > 0 &&
	       (page = take_block(0))) {
		list_add(&page->lru, &reserve_list);
		reserve_count++;
	}
	spin_unlock_irqrestore(&page_alloc_lock, flags);
}

/* Nobody refers to @page any more. */
static __attribute__((noinline)) void free_last(struct page *page, unsigned order)
{
	if (page->flags & 1u << PG_anon)
		page_anon_freed(page);
	if (unlikely((page->flags & NOT_FREEABLE) || page->pprev_hash))
		check_free(page);
	page->mapping = NULL;
	frames_freed(page_address(page), PAGE_SIZE << order);
	if (likely(order == 0 && pcp_on && reserve_count >= reserve_target))
		pcp_give(page);
	else
		free_to_buddies(page, order);
}

void free_pages_page(struct page *page, unsigned order)
{
	int left;

	BUG_ON(page < mem_map || page + (1ul << order) > mem_map + max_mapnr || order > MAX_ORDER);
	if (unlikely(page->flags & 1u << PG_reserved))
		return;
	left = __atomic_sub_fetch(&page->count, 1, __ATOMIC_ACQ_REL);
	if (unlikely(left < 0))
		bad_free(page, "free already");
	if (left == 0)
		free_last(page, order);
}

void free_pages(void *addr, unsigned order)
{
	if (addr)
		free_pages_page(virt_to_page(addr), order);
}

/* --- the servers' reserve ----------------------------------------------------------------- */

void page_reserve_set(int frames)
{
	unsigned long flags = spin_lock_irqsave(&page_alloc_lock);
	struct page *page;

	reserve_target = frames;
	while (reserve_count < reserve_target && (page = take_block(0))) {
		list_add(&page->lru, &reserve_list);
		reserve_count++;
	}
	while (reserve_count > reserve_target)
		free_block(take_reserve(), 0);
	spin_unlock_irqrestore(&page_alloc_lock, flags);
}

int page_reserve_count(void)
{
	return reserve_count;
}

/* --- set-up and questions ----------------------------------------------------------------- */

void freepages_set(const struct freepages *marks)
{
	freepages = *marks;
	low_on_memory = false;
}

/* min = memory / 128 within 10..256, low = 2 min, high = 3 min. */
static void set_default_marks(unsigned long frames)
{
	struct freepages marks;

	marks.min = (int)min(max(frames / 128, 10ul), 256ul);
	marks.low = 2 * marks.min;
	marks.high = 3 * marks.min;
	freepages_set(&marks);
}

static void init_page(struct page *page, unsigned long nr)
{
	page->flags = 1u << PG_reserved;
	page->count = 1;
	list_init(&page->lru);
	page->lock.class_id = LC_PAGE_LOCK;
	page->lock.ordinal = (uint16_t)nr;
}

/* All frames of [@first, @end) become free: from the top down in the largest aligned blocks, so that
 * low frames are handed out first. */
static void free_range(unsigned long first, unsigned long end)
{
	while (end > first) {
		unsigned order = MAX_ORDER;

		while ((end & ((1ul << order) - 1)) || end - first < 1ul << order)
			order--;
		end -= 1ul << order;
		free_block(mem_map + end, order);
	}
}

void page_alloc_init(const struct boot_info *bi)
{
	paddr_t start = (paddr_t)PAGE_ALIGN(bi->free_start);
	unsigned long nr, first;

	max_mapnr = bi->free_end >> PAGE_SHIFT;
	mem_map = phys_to_virt(start);
	first = PAGE_ALIGN(start + max_mapnr * sizeof(struct page)) >> PAGE_SHIFT;
	if (bi->free_end < start || first + 64 > max_mapnr)
		panic("memory: %lu KB above the kernel are not enough",
		      (unsigned long)(bi->free_end - bi->free_start) / 1024);
	memset(mem_map, 0, max_mapnr * sizeof(struct page));
	for (unsigned order = 0; order <= MAX_ORDER; order++)
		list_init(&free_area[order]);
	list_init(&reserve_list);
	nr_free_pages = reserve_count = reserve_target = 0;
	pcp_init();
	page_lock_init();
	page_pool_init();
	for (nr = 0; nr < max_mapnr; nr++)
		init_page(mem_map + nr, nr);
	for (nr = first; nr < max_mapnr; nr++) {
		mem_map[nr].flags = 0;
		mem_map[nr].count = 0;
	}
	free_range(first, max_mapnr);
	set_default_marks((unsigned long)nr_free_pages);
}

int page_free_count(void)
{
	struct list_head *pos;
	int n = pcp_count();

	for (unsigned order = 0; order <= MAX_ORDER; order++)
		list_for_each(pos, &free_area[order])
			n += 1 << order;
	return n;
}

bool page_is_free(const struct page *page)
{
	struct list_head *pos;

	for (unsigned order = 0; order <= MAX_ORDER; order++)
		list_for_each(pos, &free_area[order]) {
			const struct page *head = list_entry(pos, struct page, lru);

			if (page >= head && page < head + (1ul << order))
				return true;
		}
	return pcp_holds(page);
}

const char *page_describe(const struct page *page, char *buf, size_t size)
{
	static const char *const names[32] = {
		[PG_locked] = "locked", [PG_error] = "error", [PG_referenced] = "referenced",
		[PG_uptodate] = "uptodate", [PG_dirty] = "dirty", [PG_decr_after] = "decr_after",
		[PG_slab] = "slab", [PG_swap_cache] = "swap_cache", [PG_swap_entry] = "swap_entry",
		[PG_lru] = "lru", [PG_buddy] = "buddy", [PG_pagetable] = "pagetable",
		[PG_reserved] = "reserved",
	};
	char flags[120];
	size_t n = 0;

	flags[0] = '\0';
	for (int bit = 0; bit < 32; bit++)
		if (page_test(page, bit) && names[bit] && n < sizeof(flags))
			n += (size_t)snprintk(flags + n, sizeof(flags) - n, n ? " %s" : "%s",
					      names[bit]);
	snprintk(buf, size, "page %lu count %d [%s] mapping %s index %lu", page_nr(page),
		 page_count(page), flags, page->mapping ? page->mapping->name : "none",
		 page->index);
	return buf;
}
