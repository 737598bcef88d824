/*
 * kernel/servers/ext2_pages.c - the client's side of a file's contents: pages of the page cache
 * to and from the disk. a_ops and i_op of every inode.
 *
 * The server is asked where blocks lie, a run at a time, and the last runs are remembered in the
 * inode; the transfer is between the page and the block server, and nobody waits for it here: the
 * page is unlocked when it is done.
 * Invariants
 *  1. A page stays locked from the question where it lies to the end of its transfer. truncate has
 *     taken the pages away before it frees blocks, so no transfer meets a block that was freed, and
 *     no run is remembered of one: runs are entered with the page locked, or i_sem held.
 *  2. Nothing is allocated: this is the way by which memory becomes free. A transfer lives in one
 *     of NR_IOS places; who finds none waits for a transfer to end.
 *  3. Only blocks that begin before the end of the file are filled or written.
 */
#include "kernel/errno.h"
#include "kernel/inode.h"
#include "kernel/printk.h"
#include "kernel/servers/block.h"
#include "kernel/string.h"
#include "mm/filemap.h"
#include "mm/writeback.h"

#define NR_IOS	   64
#define MAX_RUN	   256u /* blocks asked for at a time */
#define MAX_FILL   32u	/* most blocks taken at a time for the rest of a write */
#define MAX_PIECES 4	/* a page of 1 KB blocks */
#define SECTOR_BITS 9

static struct ext2_mount *mount_of(const struct inode *inode)
{
	return inode->i_sb;
}

/* --- where blocks lie ---------------------------------------------------------------------------- */

static bool find_run(struct inode *inode, uint32_t index, struct ext2_extent *out)
{
	bool found = false;
	unsigned i;

	spin_lock(&inode->i_map_lock);
	for (i = 0; i < INODE_RUNS && !found; i++) {
		const struct inode_run *r = &inode->i_run[i];

		if (index - r->index < r->count) {
			uint32_t skip = index - r->index;

			*out = (struct ext2_extent){ r->block + skip, r->count - skip };
			found = true;
		}
	}
	spin_unlock(&inode->i_map_lock);
	return found;
}

/* Remember a run; one that goes on where a known one ends makes that one longer. @seq was read
 * before the question: when blocks were freed meanwhile the answer may be about them. */
static void enter_run(struct inode *inode, uint32_t index, const struct ext2_extent *e,
		      unsigned seq)
{
	struct inode_run *r;
	unsigned i;

	spin_lock(&inode->i_map_lock);
	for (i = seq == inode->i_map_seq ? 0 : INODE_RUNS + 1; i < INODE_RUNS; i++) {
		r = &inode->i_run[i];
		if (r->count && index == r->index + r->count && e->block == r->block + r->count) {
			r->count += e->count;
			break;
		}
	}
	if (i == INODE_RUNS) {
		r = &inode->i_run[inode->i_next_run++ % INODE_RUNS];
		*r = (struct inode_run){ index, e->block, e->count };
	}
	spin_unlock(&inode->i_map_lock);
}

static void forget_runs(struct inode *inode, uint64_t size)
{
	const struct ext2_mount *m = mount_of(inode);
	uint32_t end = (uint32_t)((size + m->block_size - 1) >> m->block_bits);
	unsigned i;

	spin_lock(&inode->i_map_lock);
	inode->i_map_seq++;
	for (i = 0; i < INODE_RUNS; i++) {
		struct inode_run *r = &inode->i_run[i];

		if (r->index >= end)
			r->count = 0;
		else
			r->count = min(r->count, end - r->index);
	}
	spin_unlock(&inode->i_map_lock);
}

/* The run at the file's block @index; block 0 = a hole. Holes among @fill blocks get blocks. */
static int map_block(struct inode *inode, uint32_t index, uint32_t fill, struct ext2_extent *out)
{
	struct ext2_request req = {
		.op = EXT2_OP_MAP, .ino = inode->i_ino, .index = index, .count = MAX_RUN,
		.fill = fill,
	};
	unsigned seq = __atomic_load_n(&inode->i_map_seq, __ATOMIC_ACQUIRE);
	long error;

	if (find_run(inode, index, out))
		return 0;
	error = ext2_call(mount_of(inode), &req);
	if (error)
		return (int)error;
	*out = req.extent;
	inode->i_blocks = req.sectors;
	if (out->block)
		enter_run(inode, index, out, seq);
	return 0;
}

/* --- transfers ------------------------------------------------------------------------------------ */

/* Consecutive sectors of a page. */
struct piece {
	uint32_t sector;
	uint16_t nsectors, offset; /* offset in the page in bytes */
};

struct page_io {
	struct block_request req;
	struct page *page;
	struct piece piece[MAX_PIECES];
	unsigned npieces, next;
	int error;
	uint32_t busy; /* atomic */
};

static struct page_io ios[NR_IOS];
static DECLARE_WAIT_QUEUE_HEAD(io_wait);

static struct page_io *try_claim(void)
{
	unsigned i;

	for (i = 0; i < NR_IOS; i++)
		if (!__atomic_load_n(&ios[i].busy, __ATOMIC_RELAXED) &&
		    !__atomic_exchange_n(&ios[i].busy, 1, __ATOMIC_ACQUIRE))
			return &ios[i];
	return NULL;
}

static struct page_io *claim_io(void)
{
	struct page_io *io = try_claim();

	if (!io)
		wait_event_for(&io_wait, (io = try_claim()), WAIT_IO, "page transfers");
	return io;
}

/* What lies on the disk behind the end of the file must not be seen. */
static void zero_beyond_end(struct page *page)
{
	uint64_t start = (uint64_t)page->index << PAGE_SHIFT;
	uint64_t size = mapping_inode(page->mapping)->i_size;

	if (start < size && size - start < PAGE_SIZE)
		memset((char *)page_address(page) + (size - start), 0,
		       PAGE_SIZE - (size_t)(size - start));
}

static void end_io(struct page_io *io)
{
	struct page *page = io->page;
	bool write = io->req.write;
	int error = io->error;

	__atomic_store_n(&io->busy, 0, __ATOMIC_RELEASE);
	wake_up(&io_wait);
	if (error && write) {
		page->mapping->wb_error = -EIO; /* told by the next fsync */
		vm_event(&writeback_events.write_errors, 1);
	}
	if (error)
		page_set(page, PG_error);
	if (!error && !write) {
		zero_beyond_end(page);
		page_set(page, PG_uptodate);
	}
	UnlockPage(page);
}

static void submit_next(struct page_io *io);

/* In the block server's task; it must not sleep there. */
static void piece_done(struct block_request *req)
{
	struct page_io *io = container_of(req, struct page_io, req);

	if (req->error)
		io->error = req->error;
	if (io->next < io->npieces && !io->error)
		submit_next(io);
	else
		end_io(io);
}

static void submit_next(struct page_io *io)
{
	const struct piece *p = &io->piece[io->next++];
	struct ext2_mount *m = mount_of(mapping_inode(io->page->mapping));

	io->req.dev = m->dev;
	io->req.sector = p->sector;
	io->req.nsectors = p->nsectors;
	io->req.buffer = page_to_phys(io->page) + p->offset;
	io->req.done = piece_done;
	block_submit(&io->req);
}

static void add_piece(struct page_io *io, const struct ext2_mount *m, uint32_t block,
		      unsigned offset)
{
	uint32_t shift = m->block_bits - SECTOR_BITS, sector = block << shift;
	struct piece *last = io->npieces ? &io->piece[io->npieces - 1] : NULL;

	if (last && last->sector + last->nsectors == sector &&
	    last->offset + ((unsigned)last->nsectors << SECTOR_BITS) == offset) {
		last->nsectors = (uint16_t)(last->nsectors + (1u << shift));
		return;
	}
	io->piece[io->npieces++] = (struct piece){
		sector, (uint16_t)(1u << shift), (uint16_t)offset
	};
}

/* Find out where the page's blocks lie. Holes are filled by a write; for a read they are zeroes. */
static int gather(struct page_io *io, bool write)
{
	struct page *page = io->page;
	struct inode *inode = mapping_inode(page->mapping);
	const struct ext2_mount *m = mount_of(inode);
	uint64_t start = (uint64_t)page->index << PAGE_SHIFT, size = inode->i_size;
	unsigned offset;
	bool hole = false;

	io->npieces = io->next = 0;
	io->error = 0;
	for (offset = 0; offset < PAGE_SIZE; offset += m->block_size) {
		struct ext2_extent run = { 0, 0 };
		int error = 0;

		if (start + offset < size)
			error = map_block(inode, (uint32_t)((start + offset) >> m->block_bits),
					  write, &run);
		if (error)
			return error;
		hole |= start + offset < size && !run.block;
		if (run.block)
			add_piece(io, m, run.block, offset);
		else if (!write)
			memset((char *)page_address(page) + offset, 0, m->block_size);
	}
	if (!hole) /* it can be written to without asking for room */
		page_set(page, PG_blocks);
	return 0;
}

/* Start the transfer of a locked page; it is unlocked now or later. */
static int move_page(struct page *page, bool write)
{
	struct page_io *io = claim_io();
	int error;

	io->page = page;
	io->req.write = write;
	error = gather(io, write);
	if (error)
		io->npieces = 0;
	io->error = error;
	if (lock_held_by_current(&page->lock))
		page_lock_to_io(page);
	if (io->npieces)
		submit_next(io);
	else
		end_io(io);
	return error;
}

static int ext2_readpage(struct file *file, struct page *page)
{
	(void)file;
	return move_page(page, false);
}

static int ext2_writepage(struct page *page)
{
	return move_page(page, true);
}

static int ext2_readpages(struct file *file, struct page **pages, int n)
{
	int i, first = 0;

	for (i = 0; i < n; i++) {
		int error = ext2_readpage(file, pages[i]);

		if (i == 0)
			first = error;
	}
	return first;
}

static int ext2_writepages(struct page **pages, int n)
{
	int i, first = 0;

	for (i = 0; i < n; i++) {
		int error = move_page(pages[i], true);

		if (error && !first)
			first = error;
	}
	return first;
}

const struct address_space_operations ext2_aops = {
	.readpage = ext2_readpage,
	.writepage = ext2_writepage,
	.readpages = ext2_readpages,
	.writepages = ext2_writepages,
};

/* --- the inode's operations ----------------------------------------------------------------------- */

/* Blocks that bytes from @at to @end lie in. */
static uint32_t blocks_of(const struct ext2_mount *m, uint64_t at, uint64_t end)
{
	uint64_t n = (end - at + m->block_size - 1) >> m->block_bits;

	return n > MAX_FILL ? MAX_FILL : (uint32_t)n;
}

/* With the page, what the write under way will need behind it: one question for many pages. */
static int ext2_reserve_page(struct inode *inode, unsigned long index)
{
	const struct ext2_mount *m = mount_of(inode);
	uint64_t at = (uint64_t)index << PAGE_SHIFT, end = at + PAGE_SIZE;
	uint64_t limit = max(inode->i_size, inode->i_write_end);
	uint64_t ahead = inode->i_write_end;

	if (m->closing)
		return -EROFS;
	end = min(end, limit);
	for (; at < end; at += m->block_size) {
		struct ext2_extent run;
		uint32_t want = blocks_of(m, at, max(end, ahead));
		int error = map_block(inode, (uint32_t)(at >> m->block_bits), want, &run);

		if (error)
			return error;
	}
	return 0;
}

static int ext2_truncate_inode(struct inode *inode, uint64_t size)
{
	struct ext2_request req = { .op = EXT2_OP_TRUNCATE, .ino = inode->i_ino, .pos = size };
	long error;

	forget_runs(inode, size);
	req.sectors = inode->i_blocks;
	error = ext2_call(mount_of(inode), &req);
	forget_runs(inode, size); /* what was asked for and answered before the server cut it off */
	inode->i_blocks = req.sectors;
	return (int)error;
}

/* Only marked: the server is told when somebody else than we may want to know. */
static int ext2_update(struct inode *inode)
{
	__atomic_store_n(&inode->i_dirty, true, __ATOMIC_RELEASE);
	return 0;
}

static int ext2_sync_inode(struct inode *inode)
{
	struct ext2_request req = { .op = EXT2_OP_SYNC };
	int error = inode ? inode_push(inode) : inodes_push_all();
	long synced = ext2_call(&root_mount, &req);

	return error ? error : (int)synced;
}

const struct inode_operations ext2_inode_ops = {
	.reserve_page = ext2_reserve_page,
	.truncate = ext2_truncate_inode,
	.update = ext2_update,
	.sync = ext2_sync_inode,
};
