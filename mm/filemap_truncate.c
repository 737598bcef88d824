/*
 * mm/filemap_truncate.c - a file becomes shorter or longer: pages, and entries that map them,
 * beyond its end go.
 *
 * The order of vmtruncate when a file shrinks: (1) i_size, (2) the pages leave the cache, (3) every
 * area that maps the file loses its entries beyond the end, (4) the file system frees the blocks.
 * Faults run meanwhile. One that comes after (1) finds itself beyond the end: SIGBUS. One that
 * looked at i_size before holds its mm's lock, or its area's, until its entry stands, and (3) waits for that,
 * finds the entry and takes it away. Its page may enter the cache after (2) came by; it stays there
 * unmapped, is told from the file's contents by its index, and is dropped when the file grows
 * (filemap_clean_end, filemap_write.c). The fault took no block for it: under the page lock it
 * looked at i_size once more (filemap_mmap.c).
 * (3) walks i_mmap without being able to hold its lock while it zaps: i_shared_lock spins, the
 * address space's lock sleeps. So each area carries the truncate_count for which it was last
 * looked at, and the walk begins anew after each address space until no area is behind. A copied area (fork, split) has its original's count, areas with
 * different counts are not merged; fork holds the parent's mmap_sem from the first area to the
 * child's entry in mmlist, so a child not yet there is passed over: either its parent is still
 * behind, and is waited for, or it was done before the entries were copied.
 */
#include "kernel/errno.h"
#include "kernel/string.h"
#include "kernel/timer.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/filemap_io.h"
#include "mm/vma.h"

#define BATCH 16

/* --- pages ------------------------------------------------------------------------------------ */

/* Up to BATCH pages of one list from @start on, with references. Needs pagecache_lock. */
static int gather(struct list_head *list, unsigned long start, struct page **pages, int n)
{
	struct list_head *pos;

	list_for_each(pos, list) {
		struct page *page = list_entry(pos, struct page, list);

		if (n == BATCH)
			break;
		if (page->index < start)
			continue;
		get_page(page);
		pages[n++] = page;
	}
	return n;
}

static int gather_pages(struct address_space *mapping, unsigned long start, struct page **pages)
{
	int n;

	spin_lock(&pagecache_lock);
	n = gather(&mapping->clean_pages, start, pages, 0);
	n = gather(&mapping->dirty_pages, start, pages, n);
	spin_unlock(&pagecache_lock);
	return n;
}

static void truncate_page(struct page *page, const struct address_space *mapping)
{
	bool ours;

	lock_page(page); /* and so waits for I/O */
	ours = page->pprev_hash && page->mapping == mapping;
	if (ours)
		remove_from_page_cache(page); /* takes it off the books of dirty pages, too */
	UnlockPage(page);
	if (ours)
		page_cache_release(page); /* the cache's */
	page_cache_release(page);
}

unsigned long truncate_inode_pages(struct address_space *mapping, unsigned long start)
{
	struct page *pages[BATCH];
	int n;

	while ((n = gather_pages(mapping, start, pages)))
		for (int i = 0; i < n; i++)
			truncate_page(pages[i], mapping);
	return 0;
}

void inode_drop_pages(struct inode *inode)
{
	truncate_inode_pages(&inode->i_data, 0);
}

/* --- entries ---------------------------------------------------------------------------------- */

/* An address space with an area that is behind, pinned; NULL = none. One that dies zaps everything
 * itself, and nobody touches its memory any more. */
static struct mm_struct *next_mm_behind(struct address_space *mapping)
{
	struct vm_area_struct *vma;
	struct mm_struct *mm = NULL;

	vm_design->share_walk_begin(mapping);
	for (vma = mapping->i_mmap; vma; vma = vma->vm_next_share) {
		if (vma->vm_truncate_count == mapping->truncate_count ||
		    list_empty(&vma->vm_mm->mmlist) || !mmget_unless_dying(vma->vm_mm))
			continue;
		mm = vma->vm_mm;
		break;
	}
	vm_design->share_walk_end(mapping);
	return mm;
}

static void zap_area_from(struct vm_area_struct *vma, unsigned long first)
{
	unsigned long pages = (vma->vm_end - vma->vm_start) >> PAGE_SHIFT, skip = 0;

	if (first > vma->vm_pgoff)
		skip = min(first - vma->vm_pgoff, pages);
	if (skip < pages)
		zap_page_range(vma->vm_mm, vma->vm_start + (skip << PAGE_SHIFT),
			       (pages - skip) << PAGE_SHIFT);
}

/* Private areas lose their own copies, too, as on every Unix. */
static void zap_mm_from(struct mm_struct *mm, const struct address_space *mapping,
			unsigned long first)
{
	struct vm_area_struct *vma;

	vm_design->mm_lock(mm, MM_TRUNCATE);
	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		if (!vma->vm_file || vma->vm_file->f_mapping != mapping)
			continue;
		/* A fault that holds this area's own lock has its entry in place after that. */
		vma_write(vma);
		vma->vm_truncate_count = mapping->truncate_count;
		zap_area_from(vma, first);
	}
	vm_design->mm_unlock(mm, MM_TRUNCATE);
}

static void unmap_mapping_from(struct address_space *mapping, unsigned long first)
{
	struct mm_struct *mm;

	vm_design->share_walk_begin(mapping);
	mapping->truncate_count++;
	vm_design->share_walk_end(mapping);
	while ((mm = next_mm_behind(mapping))) {
		zap_mm_from(mm, mapping, first);
		mmput(mm);
	}
}

/* --- the end of the file ---------------------------------------------------------------------- */

static bool is_zero(const struct page *page, size_t offset)
{
	const char *p = page_address(page);

	while (offset < PAGE_SIZE && !p[offset])
		offset++;
	return offset == PAGE_SIZE;
}

/* Zero the rest of the last page, beyond @size, here and at home. A page that has all its blocks
 * may have got something there through a mapping, which went home and is hidden by readpage only as
 * long as the file ends before it. One that is a hole stays one. 0 or -errno: no room to write
 * zeroes over what is there. */
static int zero_rest(struct inode *inode, struct page *page, uint64_t size)
{
	size_t offset = offset_in_page(size);
	bool blocks = page_test(page, PG_blocks);
	int error = 0;

	if (!blocks && is_zero(page, offset))
		return 0;
	if (!blocks)
		error = inode->i_op->reserve_page(inode, page->index);
	memset((char *)page_address(page) + offset, 0, PAGE_SIZE - offset);
	if (!error) {
		page_set(page, PG_blocks);
		set_page_dirty(page);
	}
	return error;
}

int filemap_clean_end(struct inode *inode)
{
	uint64_t size = inode->i_size;
	struct page *page;
	int error;

	truncate_inode_pages(&inode->i_data, pages_of(size));
	if (!offset_in_page(size))
		return 0;
	page = read_cache_page(&inode->i_data, (unsigned long)(size >> PAGE_SHIFT), NULL, &error);
	if (!page)
		return error;
	error = zero_rest(inode, page, size);
	page_clear(page, PG_blocks); /* it had what it needs up to the old end */
	page_cache_release(page);
	return error;
}

static int shrink_to(struct inode *inode, uint64_t size)
{
	unsigned long first = pages_of(size);
	struct page *page;
	int error = 0;

	inode->i_size = size;
	__atomic_thread_fence(__ATOMIC_SEQ_CST); /* (1) before (2), for who takes no lock to look */
	truncate_inode_pages(&inode->i_data, first);
	unmap_mapping_from(&inode->i_data, first);
	if (!offset_in_page(size))
		return 0;
	/* Who maps the last page shall see zeroes, and old contents shall not come back when the
	 * file grows. When the page is not cached, filemap_clean_end reads it before that. */
	page = find_lock_page(&inode->i_data, (unsigned long)(size >> PAGE_SHIFT));
	if (!page)
		return 0;
	UnlockPage(page);
	if (page_test(page, PG_uptodate))
		error = zero_rest(inode, page, size);
	page_cache_release(page);
	return error;
}

int vmtruncate(struct inode *inode, uint64_t size)
{
	int error = 0;

	lock_assert_held(&inode->i_sem.info);
	if (size > MAX_FILE_SIZE)
		return -EFBIG;
	inode->i_data.write_back = true;
	if (size < inode->i_size)
		error = shrink_to(inode, size);
	else if (size > inode->i_size)
		error = filemap_clean_end(inode);
	if (error)
		return error;
	inode->i_size = size;
	inode->i_mtime = wall_clock();
	inode->i_ctime = inode->i_mtime;
	return inode->i_op->truncate(inode, size);
}
