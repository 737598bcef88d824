/*
 * swap/page_io.c - moving pages between memory and swap areas, through the block server.
 *
 * Realises facts section c, rw_swap_page, and d, "Read-ahead and async I/O". Interface:
 * rw_swap_page. Invariants
 *  1. The page stays locked and in the swap cache while its I/O runs, so it needs no reference of
 * its own: who removes or frees it wants the page lock first.
 *  2. Nothing is allocated here, for this is where memory comes from: a transfer that is waited for
 *     lives on its caller's stack, the others in a table of SWAP_CLUSTER_MAX. When the table is
 * full the next transfer waits, as in 1999. Reads and writes have a table each (ours): 1999's one
 * limit for both meant that nothing was read ahead while pages were being written.
 *  3. PG_decr_after marks a page whose transfer counts in nr_async_pages.
 */
#include "kernel/printk.h"
#include "kernel/servers/block.h"
#include "kernel/sync.h"
#include "mm/design/design.h"
#include "swap/swap_internal.h"

volatile int nr_async_pages, nr_async_reads;
volatile unsigned long swap_pages_out, swap_pages_in;

/* One transfer nobody waits for. */
struct swap_io {
	struct block_request req;
	uint32_t busy; /* atomic */
};

static struct swap_io read_ios[SWAP_CLUSTER_MAX], write_ios[SWAP_CLUSTER_MAX];

static void count_async(bool write, int n)
{
	__atomic_fetch_add(&nr_async_pages, n, __ATOMIC_RELAXED);
	if (!write)
		__atomic_fetch_add(&nr_async_reads, n, __ATOMIC_RELAXED);
}

/* A transfer for ourselves alone, or NULL: SWAP_CLUSTER_MAX are in flight. */
static struct swap_io *claim_io(bool write)
{
	struct swap_io *ios = write ? write_ios : read_ios;

	for (int i = 0; i < SWAP_CLUSTER_MAX; i++) {
		if (!__atomic_exchange_n(&ios[i].busy, 1, __ATOMIC_ACQUIRE)) {
			count_async(write, 1);
			return &ios[i];
		}
	}
	return NULL;
}

static void tell_error(bool write, struct page *page)
{
	struct swp_entry entry = {(uint32_t)page->index};

	printk("swap: page %lu of %s cannot be %s\n", swp_offset(entry), swap_area_name(entry),
	       write ? "written; it stays in memory" : "read; who maps it gets SIGBUS");
}

/* The transfer is over: note how it went and give the page back. */
static void end_io(bool write, struct page *page, int error)
{
	if (error) {
		tell_error(write, page);
		page_set(page, write ? PG_dirty : PG_error);
	} else if (!write) {
		page_set(page, PG_uptodate);
	}
	if (page_test_and_clear(page, PG_decr_after))
		count_async(write, -1);
	UnlockPage(page);
}

/* In the block server's task. */
static void async_done(struct block_request *req)
{
	struct swap_io *io = container_of(req, struct swap_io, req);
	struct page *page = req->private;
	bool write = req->write;
	int error = req->error;

	__atomic_store_n(&io->busy, 0, __ATOMIC_RELEASE);
	end_io(write, page, error);
}

static uint32_t first_sector(struct swp_entry entry)
{
	return (uint32_t)(swp_offset(entry) * SECTORS_PER_PAGE);
}

static void start_io(struct swap_io *io, bool write, struct page *page, struct swp_entry entry)
{
	io->req = (struct block_request){
		.dev = swap_info[swp_type(entry)].dev,
		.sector = first_sector(entry),
		.nsectors = SECTORS_PER_PAGE,
		.buffer = page_to_phys(page),
		.write = write,
		.done = async_done,
		.private = page,
	};
	page_set(page, PG_decr_after);
	page_lock_to_io(page);
	block_submit(&io->req);
}

static void do_io_and_wait(bool write, struct page *page, struct swp_entry entry)
{
	const struct block_dev *dev = swap_info[swp_type(entry)].dev;
	uint32_t sector = first_sector(entry);
	paddr_t frame = page_to_phys(page);
	int error;

	error = write ? block_write(dev, sector, SECTORS_PER_PAGE, frame)
		      : block_read(dev, sector, SECTORS_PER_PAGE, frame);
	end_io(write, page, error);
}

/* May this entry be read or written? A slot that nobody uses is told but harmless: the area is
 * there (R12). With no such slot there is nothing to transfer. */
static bool entry_has_slot(struct swp_entry entry, uintptr_t place)
{
	struct swap_info_struct *si = swap_area(entry);
	enum slot_result result = SLOT_NO_AREA;

	if (si) {
		vm_design->slot_lock(si, swp_offset(entry), SLOT_COUNT);
		result = swap_map_look(si, swp_offset(entry));
		vm_design->slot_unlock(si, swp_offset(entry), SLOT_COUNT);
	}
	if (result != SLOT_OK)
		swap_complain_slot("I/O on", result, entry, place);
	return result == SLOT_OK || result == SLOT_UNUSED;
}

static void account(bool write, struct swp_entry entry)
{
	struct swap_info_struct *si = &swap_info[swp_type(entry)];

	__atomic_fetch_add(write ? &si->pages_out : &si->pages_in, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(write ? &swap_pages_out : &swap_pages_in, 1, __ATOMIC_RELAXED);
	trace(write ? TE_PAGE_OUT : TE_PAGE_IN, entry.val, 0, CALLER_PLACE());
}

void rw_swap_page(bool write, struct page *page, bool wait)
{
	struct swp_entry entry = {(uint32_t)page->index};
	struct swap_io *io;

	lock_assert_held(&page->lock);
	BUG_ON(!PageSwapCache(page));
	if (write) {
		page_set(page, PG_uptodate);
		page_clear(page, PG_dirty); /* before the copy starts: later stores mark it again */
	} else {
		page_clear(page, PG_uptodate);
	}
	if (!entry_has_slot(entry, CALLER_PLACE())) {
		end_io(write, page, -1);
		return;
	}
	account(write, entry);
	io = wait ? NULL : claim_io(write);
	if (io)
		start_io(io, write, page, entry);
	else
		do_io_and_wait(write, page, entry);
}
