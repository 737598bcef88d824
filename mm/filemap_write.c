/*
 * mm/filemap_write.c - write(): user bytes into the page cache; the pages go home later.
 *
 * The order of a write, page by page, under i_sem: ask the file system for room (ENOSPC is told
 * here and not when nobody listens any more), copy, move i_size, mark the page dirty. User memory
 * is touched while no page lock is held, since the buffer may be a mapping of the very page that is
 * written, and its fault wants that lock. What makes that safe:
 *  - a page that is up to date is copied into as it stands in the cache, as a store through a
 *    mapping would: readers see the bytes come; a write home that runs meanwhile is repeated, for
 *    the page is marked dirty after the copy (mm/writeback.h);
 *  - a page that is not there, and of which no old byte is to stay, is filled before it enters the
 *    cache. When somebody else was faster, or the buffer ends early, it is thrown away and the page
 *    is read;
 *  - i_sem keeps truncation away, and the reference keeps the page from being reclaimed.
 */
#include "kernel/errno.h"
#include "kernel/string.h"
#include "kernel/timer.h"
#include "mm/filemap_io.h"

#define O_APPEND 02000
#define O_SYNC	 010000

/* One page's part of a write. */
struct piece {
	struct inode *inode;
	struct file *file;
	unsigned long index;
	size_t offset, n;
	unsigned long ubuf;
};

/* May the page be made without reading it: is no byte of the file to stay in it? */
static bool replaces_all(const struct piece *p)
{
	uint64_t start = (uint64_t)p->index << PAGE_SHIFT, size = p->inode->i_size;

	if (start >= size)
		return true;
	return p->offset == 0 && (p->n == PAGE_SIZE || start + p->n >= size);
}

/* PG_blocks says what was needed up to the end of the file; a write beyond it asks again. */
static int reserve(const struct piece *p, struct page *page)
{
	uint64_t end = ((uint64_t)p->index << PAGE_SHIFT) + p->offset + p->n;
	int error = 0;

	if (!page_test(page, PG_blocks) || end > p->inode->i_size)
		error = p->inode->i_op->reserve_page(p->inode, p->index);
	if (!error)
		page_set(page, PG_blocks);
	return error;
}

/* @n bytes of the piece are in @page, which is in the cache. */
static void written(const struct piece *p, struct page *page, size_t n)
{
	uint64_t end = ((uint64_t)p->index << PAGE_SHIFT) + p->offset + n;

	if (!n)
		return;
	if (end > p->inode->i_size)
		p->inode->i_size = end;
	set_page_dirty(page);
}

/* A page of the piece's own making. Bytes written; 0 = it cannot be done so; or -errno. */
static long write_new_page(const struct piece *p)
{
	struct page *page = alloc_page(GFP_USER);
	size_t end = p->offset + p->n;
	char *to;
	long result;

	if (!page)
		return -ENOMEM;
	to = page_address(page);
	result = reserve(p, page);
	if (!result && !arch_copy_from_user(to + p->offset, p->ubuf, p->n)) {
		memset(to, 0, p->offset);
		memset(to + end, 0, PAGE_SIZE - end);
		if (add_to_page_cache_unique(page, p->file->f_mapping, p->index)) {
			page_set(page, PG_uptodate);
			UnlockPage(page);
			written(p, page, p->n);
			result = (long)p->n;
		}
	}
	page_cache_release(page);
	return result;
}

static long write_cached_page(const struct piece *p)
{
	struct page *page;
	size_t left;
	int error;

	page = filemap_get_page(p->file, p->index, 0, &error);
	if (!page)
		return error;
	error = reserve(p, page);
	if (error) {
		page_cache_release(page);
		return error;
	}
	left = arch_copy_from_user((char *)page_address(page) + p->offset, p->ubuf, p->n);
	written(p, page, p->n - left);
	page_cache_release(page);
	return left == p->n ? -EFAULT : (long)(p->n - left);
}

static bool is_cached(const struct piece *p)
{
	bool cached;

	spin_lock(&pagecache_lock);
	cached = __find_page(p->file->f_mapping, p->index) != NULL;
	spin_unlock(&pagecache_lock);
	return cached;
}

static long write_piece(const struct piece *p)
{
	struct address_space *mapping = p->file->f_mapping;
	long n = 0;

	/* A page beyond the end was left there by a fault that truncation overtook: it holds
	 * nothing. */
	if (((uint64_t)p->index << PAGE_SHIFT) >= p->inode->i_size && is_cached(p))
		truncate_inode_pages(mapping, p->index);
	if (replaces_all(p) && !is_cached(p))
		n = write_new_page(p);
	return n ? n : write_cached_page(p);
}

/* i_sem held. Bytes or -errno; *@pos moves on. */
static long write_pieces(struct inode *inode, struct file *file, unsigned long ubuf, size_t count,
			 uint64_t *pos)
{
	size_t done = 0;
	long n = 0;

	while (done < count) {
		size_t offset = offset_in_page(*pos);
		struct piece p = {
			.inode = inode,
			.file = file,
			.index = (unsigned long)(*pos >> PAGE_SHIFT),
			.offset = offset,
			.n = min(PAGE_SIZE - offset, count - done),
			.ubuf = ubuf + done,
		};

		n = write_piece(&p);
		if (n < 0)
			break;
		done += (size_t)n;
		*pos += (uint64_t)n;
		if ((size_t)n < p.n)
			break;
		balance_dirty(file->f_mapping);
	}
	return done ? (long)done : n;
}

/* Size, times: the file system's copy must know before somebody asks it. */
static int note_change(struct inode *inode, uint64_t old_size)
{
	uint32_t now = wall_clock();

	if (inode->i_size == old_size && inode->i_mtime == now)
		return 0;
	inode->i_mtime = now;
	inode->i_ctime = now;
	return inode->i_op->update(inode);
}

static long write_locked(struct inode *inode, struct file *file, unsigned long ubuf, size_t count,
			 uint64_t *pos)
{
	uint64_t old_size = inode->i_size, at = file->f_flags & O_APPEND ? old_size : *pos;
	long n;
	int error = 0;

	if (at >= MAX_FILE_SIZE)
		return -EFBIG;
	count = (size_t)min((uint64_t)count, MAX_FILE_SIZE - at);
	if (at > old_size)
		error = filemap_clean_end(inode);
	if (error)
		return error;
	inode->i_write_end = at + count;
	n = write_pieces(inode, file, ubuf, count, &at);
	inode->i_write_end = 0;
	if (n < (long)count) /* room may have been taken for what was not written */
		inode->i_op->truncate(inode, inode->i_size);
	if (n <= 0)
		return n;
	*pos = at;
	error = note_change(inode, old_size);
	return error ? error : n;
}

long generic_file_write(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	struct address_space *mapping = file->f_mapping;
	struct inode *inode = mapping_inode(mapping);
	long n;
	int error = 0;

	if (!count)
		return 0;
	mapping->write_back = true;
	down(&inode->i_sem);
	n = write_locked(inode, file, ubuf, count, pos);
	up(&inode->i_sem);
	if (n > 0 && (file->f_flags & O_SYNC))
		error = filemap_fsync(inode);
	return error ? error : n;
}
