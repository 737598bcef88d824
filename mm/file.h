/*
 * mm/file.h - open files, and the address spaces that page-cache pages belong to.
 *
 * In 1999 a page's home was an inode; the struct here keeps just what the VM needs of one and is
 * called by the name that 2.4 gave it. A driver or file system embeds it in its own node.
 */
#ifndef MM_FILE_H
#define MM_FILE_H

#include "kernel/list.h"
#include "kernel/spinlock.h"
#include "mm/page.h"

struct file;
struct vm_area_struct;

struct address_space_operations {
	/* Fill the locked page from its home; unlocks it when done. 0 or -errno. May sleep. */
	int (*readpage)(struct file *file, struct page *page);
	/* Write the locked page home; unlocks it when done. 0 or -errno. May sleep. */
	int (*writepage)(struct page *page);
};

struct address_space {
	const struct address_space_operations *a_ops;
	void *host; /* the inode, device or swapper that it belongs to */
	const char *name;
	uint16_t ordinal; /* for hashing and traces */
	/* pagecache_lock */
	unsigned long nrpages;
	/* i_shared_lock */
	struct spinlock i_shared_lock;
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
	int64_t (*size)(struct file *file); /* length in bytes; NULL: there is no position to seek to */
};

struct file {
	volatile int f_count; /* atomic */
	unsigned f_flags;     /* O_* of Linux/i386 */
	unsigned f_mode;      /* 1 = read, 2 = write */
	uint64_t f_pos;
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
