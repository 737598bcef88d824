/*
 * mm/writeback.h - dirty pages of files: marking them, and writing them home later.
 *
 * Interface: set_page_dirty / clear_page_dirty; write_dirty_pages, filemap_sync_pages for one
 * mapping; balance_dirty for who writes; kflushd and kupdate, tasks with the names of 1999. What a
 * file system sees (filemap_fsync, writeback_all, writeback_start) stands in mm/inode.h.
 * In 1999 a written page became a set of dirty buffers, and bdflush wrote buffers; here the page
 * itself is what is dirty (as from 2.4 on), and the tasks keep their names and their tunables.
 *
 * The protocol that loses no update
 *  1. Whoever changes a page's contents marks it dirty *afterwards* (write(), or the clearing of a
 *     dirty pte: by then no CPU can write through it any more).
 *  2. Whoever writes it home locks it, clears PG_dirty, and only *then* lets the device look at the
 *     contents. A store that comes in between marks the page again, and it is written again.
 *  3. Each entry of each mm has a dirty bit of its own, moved to the page by who clears it: zap,
 *     msync, the stealer. Clearing one, writing the page and leaving another mm's bit set loses
 *     nothing: that bit is moved some day.
 *  So a page that is neither PG_dirty nor mapped by a dirty entry, nor locked, equals its file.
 * Invariants
 *  1. pagecache_lock guards PG_dirty's change for pages of a mapping with write_back, the lists
 *     clean_pages / dirty_pages, nrdirty, nr_dirty_pages and dirty_mappings.
 *  2. A mapping in dirty_mappings has a reference on its inode, given back (iput) only by who takes
 *     it off the list: a task that may sleep and holds no lock.
 *  3. Writing home allocates nothing and takes no lock but the page's: the stealer does it too.
 */
#ifndef MM_WRITEBACK_H
#define MM_WRITEBACK_H

#include "mm/file.h"

struct inode;

struct writeback_events { /* counted per machine; /proc/vmstat */
	volatile unsigned long pages_in, read_requests, ahead; /* read from files; in how many
								* requests; unasked for */
	volatile unsigned long pages_out, write_requests;      /* written home */
	volatile unsigned long filemap_swapouts;	       /* calls of filemap_swapout() */
	volatile unsigned long throttled;		       /* writers that had to write home */
	volatile unsigned long write_errors;
};
extern struct writeback_events writeback_events;
extern volatile unsigned long nr_dirty_pages; /* pagecache_lock */

static inline void vm_event(volatile unsigned long *counter, unsigned long n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

/* The contents of @page, a page of the page cache, are newer than its file's. A page that was
 * truncated meanwhile is left alone. Pages of mappings without write_back (drivers) are marked and
 * counted, but nobody writes them by himself. @page is kept by the caller (a reference, or an entry
 * not yet dropped). Context: atomic. Locks: takes pagecache_lock. */
void set_page_dirty(struct page *page);
/* It is about to be written, or thrown away. True = it was dirty. Locks: needs the page lock, takes
 * pagecache_lock. */
bool clear_page_dirty(struct page *page);
/* The page leaves the hash: off the books of dirty pages. Needs pagecache_lock and the page lock.
 */
void __page_forget_dirty(struct page *page);

/* Write the locked, clean-marked @page home, with its dirty neighbours where the file system can do
 * that in one request. The page is unlocked when this returns. 0 or -errno, which is also kept in
 * mapping->wb_error. Context: may sleep; allocates nothing. Locks: needs the page lock. */
int write_page_home(struct page *page);
/* Write at most @max dirty pages of @mapping. Returns how many; *@error = the first failure, else
 * untouched. Context: may sleep; allocates nothing. Locks: takes page locks. */
unsigned long write_dirty_pages(struct address_space *mapping, unsigned long max, int *error);
/* Write home every dirty page of @mapping and wait for all writes in flight. 0, or the first -errno
 * since somebody was last told. Context: may sleep. Locks: takes page locks. */
int filemap_sync_pages(struct address_space *mapping);

/* After @mapping got dirty pages by write(): wake kflushd when there are many, and when there are
 * far too many make the writer write some himself. Context: may sleep. Locks: no page lock. */
void balance_dirty(struct address_space *mapping);
void wakeup_kflushd(void);
/* Enter @mapping, of which a page just became dirty, in dirty_mappings; true = it was not there,
 * and the caller takes a reference on its inode for the list. Needs pagecache_lock. */
bool __dirty_mapping_add(struct address_space *mapping);
/* kupdate and kflushd are asleep. */
bool writeback_at_rest(void);

#endif
