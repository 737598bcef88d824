/*
 * mm/filemap_io.h - between the files that move a file's bytes: filemap_read.c, filemap_write.c,
 * filemap_mmap.c, filemap_truncate.c. What others call stands in mm/inode.h.
 */
#ifndef MM_FILEMAP_IO_H
#define MM_FILEMAP_IO_H

#include "mm/filemap.h"
#include "mm/inode.h"
#include "mm/writeback.h"

/* Pages that a file of @size bytes has. */
static inline unsigned long pages_of(uint64_t size)
{
	return (unsigned long)((size + PAGE_SIZE - 1) >> PAGE_SHIFT);
}

static inline size_t offset_in_page(uint64_t pos)
{
	return (size_t)pos & (PAGE_SIZE - 1);
}

/* The page of @file at @index, up to date, with a reference. When it must be read, up to @want
 * pages from @index on are read in one go, more when the file is being read in order and memory is
 * not short; @want 0 = this page and no more. NULL: *@error = -ENOMEM or what the file system said.
 * Does not look at i_size. Context: may sleep, may steal. Locks: takes the page lock; none held on
 * return. */
struct page *filemap_get_page(struct file *file, unsigned long index, unsigned want, int *error);

/* Before the file grows from i_size on: nothing that was written beyond its end through a mapping,
 * and no page that a fault left there, may become part of it. 0 or -errno. Locks: needs i_sem. */
int filemap_clean_end(struct inode *inode);

#endif
