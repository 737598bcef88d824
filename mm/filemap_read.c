/*
 * mm/filemap_read.c - reading files through the page cache, with read-ahead.
 *
 * A page that is not there is allocated, entered locked and read; with it the pages behind it, when
 * the file is read in order: 4, then twice as many at each further miss, up to MAX_CLUSTER_PAGES,
 * in one request where the file system can (a_ops->readpages). Nothing is read ahead when memory is
 * short. All pages of a run are allocated before the first is entered, since who has a page locked
 * must not steal pages: the stealer may wait for that very lock. User memory is touched with no
 * lock held but the reference on the page: a fault there may do anything.
 */
#include "kernel/errno.h"
#include "kernel/string.h"
#include "mm/filemap_io.h"

#define FIRST_WINDOW 4u

/* --- a page that is not there ----------------------------------------------------------------- */

/* How many pages to read at a miss at @index. */
static unsigned read_window(struct file *file, unsigned long index, unsigned want)
{
	unsigned n = 0;

	if (!want)
		return 1;
	if (index == file->f_ra_next)
		n = file->f_ra_pages ? 2 * file->f_ra_pages : FIRST_WINDOW;
	n = min(n, (unsigned)MAX_CLUSTER_PAGES);
	file->f_ra_pages = n;
	if (nr_free_pages < freepages.high)
		n = 0;
	return max(n, want);
}

/* Pages for [@index, @index + @n) of the file, as far as none is cached: how many. The first may
 * steal, the others are not worth it. */
static int allocate_run(struct address_space *mapping, unsigned long index, struct page **pages,
			int n)
{
	int i;

	for (i = 0; i < n; i++) {
		bool there;

		if (i > 0) {
			spin_lock(&pagecache_lock);
			there = __find_page(mapping, index + (unsigned long)i) != NULL;
			spin_unlock(&pagecache_lock);
			if (there || nr_free_pages < freepages.low)
				break;
		}
		pages[i] = alloc_page(GFP_USER);
		if (!pages[i])
			break;
	}
	return i;
}

/* Enter the run; who comes late for one page gives up the rest. All entered pages are locked. */
static int enter_run(struct address_space *mapping, unsigned long index, struct page **pages, int n)
{
	int i, entered;

	for (i = 0; i < n; i++)
		if (!add_to_page_cache_unique(pages[i], mapping, index + (unsigned long)i))
			break;
	entered = i;
	for (; i < n; i++)
		page_cache_release(pages[i]);
	return entered;
}

static int read_run(struct file *file, struct page **pages, int n)
{
	const struct address_space_operations *ops = file->f_mapping->a_ops;
	int error = 0, i;

	vm_event(&writeback_events.pages_in, (unsigned long)n);
	if (n > 1 && ops->readpages) {
		vm_event(&writeback_events.read_requests, 1);
		for (i = 0; i < n; i++)
			page_lock_to_io(pages[i]); /* a task records only so many locks */
		return ops->readpages(file, pages, n);
	}
	for (i = 0; i < n; i++) {
		int failed;

		vm_event(&writeback_events.read_requests, 1);
		failed = ops->readpage(file, pages[i]);
		if (i == 0)
			error = failed;
	}
	return error;
}

/* Read what is missing from @index on. 0, or why the first page could not be read. */
static int fill_run(struct file *file, unsigned long index, unsigned want)
{
	struct address_space *mapping = file->f_mapping;
	unsigned long end = pages_of(mapping_inode(mapping)->i_size);
	struct page *pages[MAX_CLUSTER_PAGES];
	unsigned window = read_window(file, index, want);
	int n, error;

	if (index < end)
		window = (unsigned)min((unsigned long)window, end - index);
	window = max(min(window, (unsigned)MAX_CLUSTER_PAGES), 1u);
	n = allocate_run(mapping, index, pages, (int)window);
	if (!n)
		return -ENOMEM;
	n = enter_run(mapping, index, pages, n);
	if (!n)
		return 0;
	if (want && (unsigned)n > want)
		vm_event(&writeback_events.ahead, (unsigned)n - want);
	error = read_run(file, pages, n);
	wait_on_page(pages[0]);
	if (!error && !page_test(pages[0], PG_uptodate))
		error = -EIO;
	for (int i = 0; i < n; i++)
		page_cache_release(pages[i]);
	return error;
}

/* It is there, but not up to date: somebody reads it now, or could not. */
static int read_again(struct file *file, struct page *page)
{
	int error;

	lock_page(page);
	if (page_test(page, PG_uptodate) || page->mapping != file->f_mapping) {
		UnlockPage(page);
		return 0;
	}
	page_clear(page, PG_error);
	vm_event(&writeback_events.pages_in, 1);
	vm_event(&writeback_events.read_requests, 1);
	error = file->f_mapping->a_ops->readpage(file, page);
	wait_on_page(page);
	if (!error && !page_test(page, PG_uptodate))
		error = -EIO;
	return error;
}

struct page *filemap_get_page(struct file *file, unsigned long index, unsigned want, int *error)
{
	struct page *page;

	for (;;) {
		*error = 0;
		page = find_get_page(file->f_mapping, index);
		if (page && page_test(page, PG_uptodate))
			return page;
		if (page) {
			*error = read_again(file, page);
			page_cache_release(page);
		} else {
			*error = fill_run(file, index, want);
		}
		if (*error)
			return NULL;
	}
}

/* --- read() ----------------------------------------------------------------------------------- */

/* Bytes of one page from @pos on that a reader of @count may have; 0 = the end of the file. */
static size_t readable(const struct inode *inode, uint64_t pos, size_t count)
{
	uint64_t size = inode->i_size;
	size_t room = PAGE_SIZE - offset_in_page(pos);

	if (pos >= size)
		return 0;
	room = (size_t)min((uint64_t)room, size - pos);
	return min(room, count);
}

/* Pages that the next @count bytes lie in. */
static unsigned pages_wanted(uint64_t pos, size_t count)
{
	size_t n = offset_in_page(pos) + min(count, MAX_CLUSTER_PAGES * PAGE_SIZE);

	return min((unsigned)pages_of(n), (unsigned)MAX_CLUSTER_PAGES);
}

long generic_file_read(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	const struct inode *inode = mapping_inode(file->f_mapping);
	size_t done = 0, n;

	while (done < count && (n = readable(inode, *pos, count - done))) {
		unsigned long index = (unsigned long)(*pos >> PAGE_SHIFT);
		size_t offset = offset_in_page(*pos), left;
		int error;
		struct page *page =
			filemap_get_page(file, index, pages_wanted(*pos, count - done), &error);

		if (!page)
			return done ? (long)done : error;
		left = arch_copy_to_user(ubuf + done, (char *)page_address(page) + offset, n);
		page_cache_release(page);
		file->f_ra_next = index + 1;
		done += n - left;
		*pos += n - left;
		if (left)
			return done ? (long)done : -EFAULT;
	}
	return (long)done;
}

long filemap_read_kernel(struct file *file, void *buf, size_t count, uint64_t pos)
{
	const struct inode *inode = mapping_inode(file->f_mapping);
	size_t done = 0, n;

	while (done < count && (n = readable(inode, pos, count - done))) {
		unsigned long index = (unsigned long)(pos >> PAGE_SHIFT);
		int error;
		struct page *page =
			filemap_get_page(file, index, pages_wanted(pos, count - done), &error);

		if (!page)
			return error;
		memcpy((char *)buf + done, (char *)page_address(page) + offset_in_page(pos), n);
		page_cache_release(page);
		file->f_ra_next = index + 1;
		done += n;
		pos += n;
	}
	return (long)done;
}
