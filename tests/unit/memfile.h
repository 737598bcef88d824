/*
 * tests/unit/memfile.h - a file whose home is memory: an inode with address-space and inode
 * operations that count their calls, can be slow (others run in between), can fail and can be full.
 * Stands in for a file system in the tests of mapped files and of writing back. Include vmtest.h
 * first.
 */
#ifndef TESTS_UNIT_MEMFILE_H
#define TESTS_UNIT_MEMFILE_H

#include "kernel/errno.h"
#include "mm/filemap.h"
#include "mm/inode.h"
#include "mm/writeback.h"

#define MF_PAGES 6000

struct memfile {
	struct inode inode;
	unsigned char *home; /* what "the disk" holds, MF_PAGES pages */
	bool has_blocks[MF_PAGES];
	int reads, read_pages, writes, written_pages, reserves, updates, syncs, truncates;
	int room;	/* pages it can still take, -1 = any number */
	int fail_reads; /* so many next reads fail */
	int fail_writes;
	bool slow;
	bool single;	    /* no readpages / writepages */
	uint64_t disk_size; /* what update() said last */
	/* called once while the contents are on their way home: what it stores is not in them */
	void (*in_flight)(struct page *page);
};

static inline struct memfile *mf_of(struct page *page)
{
	return container_of(mapping_inode(page->mapping), struct memfile, inode);
}

static inline void mf_pause(const struct memfile *mf)
{
	for (int i = 0; mf->slow && i < 3; i++) {
		yield();
		cpu_relax();
	}
}

static inline void mf_get(struct memfile *mf, struct page *page)
{
	uint64_t start = (uint64_t)page->index << PAGE_SHIFT, size = mf->inode.i_size;
	unsigned char *to = page_address(page);

	ck_assert(PageLocked(page));
	mf->read_pages++;
	memset(to, 0, PAGE_SIZE);
	if (start < size && page->index < MF_PAGES && mf->has_blocks[page->index])
		memcpy(to, mf->home + start, min(PAGE_SIZE, (size_t)(size - start)));
	if (page->index < MF_PAGES && mf->has_blocks[page->index])
		page_set(page, PG_blocks);
	page_set(page, PG_uptodate);
}

static inline int mf_readpage(struct file *file, struct page *page)
{
	struct memfile *mf = mf_of(page);
	int error = 0;

	(void)file;
	mf->reads++;
	mf_pause(mf);
	if (mf->fail_reads > 0) {
		mf->fail_reads--;
		page_set(page, PG_error);
		error = -EIO;
	} else {
		mf_get(mf, page);
	}
	UnlockPage(page);
	return error;
}

static inline int mf_readpages(struct file *file, struct page **pages, int n)
{
	struct memfile *mf = mf_of(pages[0]);
	int error = 0;

	(void)file;
	mf->reads++;
	mf_pause(mf);
	if (mf->fail_reads > 0) {
		mf->fail_reads--;
		error = -EIO;
	}
	for (int i = 0; i < n; i++) {
		ck_assert_uint_eq(pages[i]->index, pages[0]->index + (unsigned long)i);
		if (!error)
			mf_get(mf, pages[i]);
		UnlockPage(pages[i]);
	}
	return error;
}

static inline void mf_put(struct memfile *mf, struct page *page)
{
	ck_assert(PageLocked(page));
	ck_assert_uint_lt(page->index, MF_PAGES);
	ck_assert_msg(mf->has_blocks[page->index], "page %lu is written without room", page->index);
	mf->written_pages++;
	memcpy(mf->home + ((size_t)page->index << PAGE_SHIFT), page_address(page), PAGE_SIZE);
}

static inline int mf_finish_write(struct memfile *mf, struct page **pages, int n)
{
	int error = 0;

	mf->writes++;
	mf_pause(mf);
	if (mf->fail_writes > 0) {
		mf->fail_writes--;
		error = -EIO;
	}
	for (int i = 0; i < n; i++)
		if (!error)
			mf_put(mf, pages[i]);
	if (mf->in_flight) {
		void (*f)(struct page *) = mf->in_flight;

		mf->in_flight = NULL;
		for (int i = 0; i < n; i++)
			page_lock_to_io(pages[i]); /* the disk has them; what comes now is another's doing */
		f(pages[0]);
	}
	mf_pause(mf); /* stores that come now are not in what was written */
	for (int i = 0; i < n; i++)
		UnlockPage(pages[i]);
	return error;
}

static inline int mf_writepage(struct page *page)
{
	return mf_finish_write(mf_of(page), &page, 1);
}

static inline int mf_writepages(struct page **pages, int n)
{
	return mf_finish_write(mf_of(pages[0]), pages, n);
}

static inline int mf_reserve(struct inode *inode, unsigned long index)
{
	struct memfile *mf = container_of(inode, struct memfile, inode);

	mf->reserves++;
	if (index >= MF_PAGES)
		return -EFBIG;
	if (mf->has_blocks[index])
		return 0;
	if (mf->room == 0)
		return -ENOSPC;
	if (mf->room > 0)
		mf->room--;
	mf->has_blocks[index] = true;
	memset(mf->home + (index << PAGE_SHIFT), 0xee,
	       PAGE_SIZE); /* a fresh block holds anything */
	return 0;
}

static inline int mf_truncate(struct inode *inode, uint64_t size)
{
	struct memfile *mf = container_of(inode, struct memfile, inode);

	mf->truncates++;
	for (size_t i = (size_t)((size + PAGE_SIZE - 1) >> PAGE_SHIFT); i < MF_PAGES; i++) {
		if (mf->has_blocks[i] && mf->room >= 0)
			mf->room++;
		mf->has_blocks[i] = false;
	}
	mf->disk_size = size;
	return 0;
}

static inline int mf_update(struct inode *inode)
{
	struct memfile *mf = container_of(inode, struct memfile, inode);

	mf->updates++;
	mf->disk_size = inode->i_size;
	return 0;
}

static inline int mf_sync(struct inode *inode)
{
	if (inode)
		container_of(inode, struct memfile, inode)->syncs++;
	return 0;
}

static const struct address_space_operations mf_aops = { mf_readpage, mf_writepage, mf_readpages,
							 mf_writepages };
static const struct address_space_operations mf_aops_single = { .readpage = mf_readpage,
								.writepage = mf_writepage };
static const struct inode_operations mf_iops = { mf_reserve, mf_truncate, mf_update, mf_sync };
static const struct file_operations mf_fops = { .read = generic_file_read,
						.write = generic_file_write,
						.mmap = generic_file_mmap };

/* A file of @size bytes; byte @i of it is mf_byte(@i). */
static inline unsigned char mf_byte(uint64_t i)
{
	return (unsigned char)(i * 7 + (i >> 12) * 13 + 1);
}

static inline void mf_init(struct memfile *mf, uint64_t size)
{
	memset(mf, 0, sizeof(*mf));
	mf->home = malloc(MF_PAGES * PAGE_SIZE);
	ck_assert_ptr_nonnull(mf->home);
	memset(mf->home, 0xee, MF_PAGES * PAGE_SIZE);
	mf->room = -1;
	mf->inode.i_count = 1;
	mf->inode.i_nlink = 1;
	mf->inode.i_mode = S_IFREG | 0644;
	mf->inode.i_op = &mf_iops;
	mf->inode.i_size = size;
	sema_init(&mf->inode.i_sem, 1, LC_INODE_SEM, "memfile");
	address_space_init(&mf->inode.i_data, "memfile", &mf_aops, &mf->inode);
	for (uint64_t i = 0; i < size; i++)
		mf->home[i] = mf_byte(i);
	for (size_t i = 0; i < (size + PAGE_SIZE - 1) >> PAGE_SHIFT; i++)
		mf->has_blocks[i] = true;
}

static inline void mf_single(struct memfile *mf)
{
	mf->inode.i_data.a_ops = &mf_aops_single;
}

static inline struct file *mf_open(struct memfile *mf, unsigned mode)
{
	struct file *file = file_alloc(&mf_fops, "memfile");

	ck_assert_ptr_nonnull(file);
	file->f_mode = mode;
	file->f_mapping = &mf->inode.i_data;
	return file;
}

/* Give up the inode: its pages must all be free to go. */
static inline void mf_done(struct memfile *mf)
{
	writeback_all();
	inode_drop_pages(&mf->inode);
	ck_assert_uint_eq(mf->inode.i_data.nrpages, 0);
	ck_assert_uint_eq(mf->inode.i_data.nrdirty, 0);
	ck_assert_int_eq(mf->inode.i_count, 1); /* dirty_mappings gave its reference back */
	ck_assert_ptr_null(mf->inode.i_data.i_mmap);
	free(mf->home);
}

static inline unsigned long mf_map(struct file *file, unsigned long len, unsigned prot,
				   unsigned flags, unsigned long pgoff)
{
	return (unsigned long)sys_mmap_pgoff(0, len, prot, flags, file, pgoff);
}

#endif
