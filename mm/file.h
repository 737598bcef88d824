/*
 * mm/file.h - open files, and the address spaces that page-cache pages belong to.
 *
 * In 1999 a page's home was an inode; the struct here keeps just what the VM needs of one and is
 * called by the name that 2.4 gave it. A driver or file system embeds it in its own node.
 */
#ifndef MM_FILE_H
#define MM_FILE_H

#include "kernel/list.h"
#include "kernel/semaphore.h"
#include "kernel/rwsem.h"
#include "kernel/spinlock.h"
#include "mm/page.h"

struct file;
struct poll_table;
struct vm_area_struct;

struct address_space_operations {
	/* Fill the locked page from its home, with zeroes beyond the end of the file; set PG_uptodate (and
	 * PG_blocks if it has all its blocks up to the end of the file) and unlock it when done. @file may be NULL.
	 * 0 or -errno. May sleep; takes no lock that somebody holds over a page lock. */
	int (*readpage)(struct file *file, struct page *page);
	/* Write the locked page home, as much of it as lies below i_size; unlocks it when done. 0 or -errno. May sleep; allocates nothing and
	 * takes no inode's i_sem: the page stealer calls it, whoever it works for. */
	int (*writepage)(struct page *page);
	/* Optional: the same for @n locked pages of one mapping with consecutive indices, in one
	 * request where their blocks allow it. Every page is unlocked in any case; which of them
	 * were read is seen by PG_uptodate. 1..MAX_CLUSTER_PAGES. */
	int (*readpages)(struct file *file, struct page **pages, int n);
	int (*writepages)(struct page **pages, int n);
};

#define MAX_CLUSTER_PAGES 16 /* pages of one such request: what the block server takes at once */

struct address_space {
	const struct address_space_operations *a_ops;
	void *host; /* the inode, device or swapper that it belongs to */
	const char *name;
	uint16_t ordinal; /* for hashing and traces */
	bool write_back; /* host is an inode: kupdate and kflushd write its dirty pages home */
	/* pagecache_lock */
	unsigned long nrpages, nrdirty;
	struct list_head clean_pages, dirty_pages; /* by page->list */
	struct list_head dirty_link;   /* in dirty_mappings (mm/writeback.c), which then holds a
					* reference on the inode; empty = not */
	unsigned long dirtied_when;    /* jiffies when it entered that list */
	int wb_error;		       /* the first failed write that nobody was told of, or 0 */
	unsigned truncate_count;       /* vmtruncate() calls so far */
	/* i_shared_lock */
	struct spinlock i_shared_lock;
	struct rw_semaphore i_mmap_rwsem; /* the same in today's designs */
	struct vm_area_struct *i_mmap; /* all vmas that map this file */
};

void address_space_init(struct address_space *as, const char *name,
			const struct address_space_operations *ops, void *host);

struct file_operations {
	long (*read)(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos);
	long (*write)(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos);
	long (*ioctl)(struct file *file, unsigned cmd, unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*open)(struct file *file);
	void (*release)(struct file *file); /* the last reference is gone */
	/* POLL* bits that hold now; tells poll_wait() what to wait on. NULL: always ready. See
	 * kernel/poll.h. */
	unsigned (*poll)(struct file *file, struct poll_table *table);
	/* Entries of a directory from position @pos on into @buf: kernel/dir_list.h. */
	int (*readdir)(struct file *file, uint64_t pos, void *buf, unsigned size);
	int64_t (*size)(struct file *file); /* length in bytes; NULL: there is no position to seek to */
};

struct file {
	volatile int f_count; /* atomic */
	unsigned f_flags;     /* O_* of Linux/i386 */
	unsigned f_mode;      /* 1 = read, 2 = write */
	struct semaphore f_pos_sem; /* LC_FILE_POS; files that have a position only */
	uint64_t f_pos;		    /* f_pos_sem */
	/* read-ahead of generic_file_read: a hint, written without a lock */
	unsigned long f_ra_next; /* the index at which a sequential reader goes on */
	unsigned f_ra_pages;	 /* pages to read at once the next time, 0 = only what is asked for */
	const struct file_operations *f_op;
	struct address_space *f_mapping; /* NULL: cannot be mapped through the page cache */
	void *private_data;
	const char *name;
};

/* A new file with one reference; NULL = no memory. Context: may sleep. */
struct file *file_alloc(const struct file_operations *ops, const char *name);
static inline struct file *get_file(struct file *file)
{
	__atomic_fetch_add(&file->f_count, 1, __ATOMIC_ACQ_REL);
	return file;
}
/* Drop a reference; the last one calls release() and frees. Context: may sleep. */
void fput(struct file *file);

#endif
