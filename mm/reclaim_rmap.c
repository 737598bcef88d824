/*
 * mm/reclaim_rmap.c - page stealing that starts from the page: swap_out for designs with RECLAIM_RMAP.
 *
 * Realises facts/linux-6.x-vma-locking.md b, "Reclaim of an anon page" and "of a file page". A page is
 * taken off its
 * list, its lock is tried for; one that was used since the last look goes back to the front; one that
 * was not loses all its entries, by reverse maps, and is written or freed. No mm is chosen, no vma
 * list walked, and no
 * lock of an address space is taken but that of the page tables met.
 * Two kinds of list: anonymous pages (mm/lru_anon.c), and on lru_cache the cached pages that somebody
 * maps; the ones that
 * nobody maps are shrink_mmap's. Each gets looks in proportion to its length.
 * Left alone: pages of drivers that are in no page cache. Nobody could find their entries, nor write
 * them; their
 * swapout() methods are not called, as in 2.4.
 * Contract of each function here: 1 = a page was freed or is being written, the caller counts it; 0 = none.
 */
#include "kernel/printk.h"
#include "kernel/sync.h"
#include "kernel/watch.h"
#include "mm/filemap.h"
#include "mm/rmap.h"
#include "mm/vmscan.h"

/* Nobody maps it any more: home or to its slot with it, or away. The page is off the list, locked, ours. */
static int finish(struct page *page, unsigned gfp)
{
	return page_test(page, PG_dirty) ? lru_write_dirty(page, gfp) : lru_free_page(page);
}

/* --- anonymous pages ---------------------------------------------------------------------------------- */

static void anon_put_back(struct page *page, bool locked)
{
	anon_lru_add(page);
	if (locked)
		UnlockPage(page);
	__free_page(page);
}

/* The page has its slot now, so it is in the swap cache and on lru_cache. */
static int evict_anon(struct steal_ctx *ctx, struct page *page)
{
	int unmapped;

	milestone(MS_EVICT_ENTER, NULL);
	unmapped = vm_design->evict_anon(ctx, NULL, 0, NULL, page);
	milestone(MS_EVICT_LEAVE, NULL);
	if (!PageSwapCache(page)) { /* no slot */
		anon_put_back(page, true);
		return 0;
	}
	lru_cache_del(page);
	if (!unmapped) {
		lru_put_back(page);
		return 0;
	}
	vmscan_events.anon_out++;
	return finish(page, ctx->gfp);
}

static int steal_anon(struct steal_ctx *ctx)
{
	struct page *page = anon_lru_isolate();
	int got;

	if (!page)
		return 0;
	if (TryLockPage(page)) {
		anon_put_back(page, false);
		return 0;
	}
	/* Nobody maps it: it is being freed, or swapped in by somebody who has no entry yet. */
	if (!page_anon_mapped(page) || page_referenced(page)) {
		anon_put_back(page, true);
		return 0;
	}
	trace_op_enter(OP_EVICT, 0, 0);
	got = evict_anon(ctx, page);
	trace_op_leave(OP_EVICT, 0, got);
	return got;
}

/* --- cached pages that are mapped ------------------------------------------------------------------- */

static int evict_cached(struct steal_ctx *ctx, struct page *page)
{
	int unmapped;

	milestone(MS_EVICT_ENTER, NULL);
	unmapped = vm_design->evict_file(ctx, NULL, 0, NULL, page);
	milestone(MS_EVICT_LEAVE, NULL);
	/* The cache's reference and ours: else somebody reads or writes it. */
	if (!unmapped || page_count(page) > 2) {
		lru_put_back(page);
		return 0;
	}
	vmscan_events.file_out += !PageSwapCache(page);
	return finish(page, ctx->gfp);
}

static int steal_cached(struct steal_ctx *ctx)
{
	int budget = 1;
	struct page *page = lru_lock_mapped(&budget);
	int got;

	if (!page)
		return 0;
	if (!page->mapping || page_referenced(page)) {
		lru_put_back(page);
		return 0;
	}
	trace_op_enter(OP_EVICT, 1, 0);
	got = evict_cached(ctx, page);
	trace_op_leave(OP_EVICT, 1, got);
	return got;
}

/* --- both --------------------------------------------------------------------------------------------- */

static unsigned turn; /* atomic: runs round the lists in proportion to their lengths */

/* Is it the turn of an anonymous page? */
static bool anon_turn(unsigned anon, unsigned cached)
{
	unsigned before = __atomic_fetch_add(&turn, anon, __ATOMIC_RELAXED) % (anon + cached);

	return before + anon >= anon + cached;
}

int reclaim_by_rmap(int priority, unsigned gfp)
{
	struct steal_ctx ctx = { .gfp = gfp };
	bool may_swap = (gfp & __GFP_IO) && nr_swap_pages > 0;
	unsigned anon = may_swap ? (unsigned)anon_lru_pages() : 0, cached = (unsigned)nr_lru_pages;
	int budget = ((int)(anon + cached) + priority) / (priority + 1), got = 0; /* one at least */

	watch_reclaim_enter();
	vm_design->steal_begin();
	while (!got && budget-- > 0) {
		got = anon_turn(anon, cached) ? steal_anon(&ctx) : steal_cached(&ctx);
		vmscan_events.scans++;
	}
	vm_design->steal_end();
	watch_reclaim_leave();
	return got;
}
