/*
 * mm/inode.h - a file of a file system as the VM and the system calls see it.
 *
 * The file system (kernel/servers/ext2*.c behind its message port) owns names, blocks and
 * directories; the VM owns contents: one address_space an inode, filled and written home page by
 * page through a_ops. Between them stands this struct, which the file system creates and the VM
 * only refers to.
 * Invariants
 *  1. One struct inode per (file system, number) while anybody refers to it; iget/iput count.
 *  2. i_size changes only under i_sem; pages of the mapping beyond it are zero or gone.
 *  3. A page's blocks are asked for and written while the page is locked; vmtruncate() removes the
 *     pages first, so that no write can hit a block that was freed meanwhile.
 */
#ifndef MM_INODE_H
#define MM_INODE_H

#include "kernel/semaphore.h"
#include "mm/file.h"

struct inode;

/* Linux/i386 ABI */
#define S_IFMT	0170000
#define S_IFLNK 0120000
#define S_IFREG 0100000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFIFO 0010000
#define S_ISREG(m) (((m) & S_IFMT) == S_IFREG)
#define S_ISDIR(m) (((m) & S_IFMT) == S_IFDIR)
#define S_ISLNK(m) (((m) & S_IFMT) == S_IFLNK)

struct inode_operations {
	/* Make sure that page @index of the file has its blocks, so that it can be written home later
	 * without asking for room. 0, -ENOSPC, -EFBIG, -EIO. May sleep. write() holds i_sem; a fault that is
	 * to write to a shared mapping holds none of the inode's locks (mmap_sem ranks below i_sem), and then
	 * i_write_end says nothing. */
	int (*reserve_page)(struct inode *inode, unsigned long index);
	/* Free every block that lies wholly beyond @size and record the size. i_sem held; the VM
	 * removed the pages already. 0 or -errno. May sleep. */
	int (*truncate)(struct inode *inode, uint64_t size);
	/* Record size, times, mode and links with the file system (its own copy; not yet on disk).
	 * 0 or -errno. May sleep. */
	int (*update)(struct inode *inode);
	/* The file system's own copies (inode, bitmaps, directories) of this inode, or of everything
	 * when NULL, to the disk. 0 or -errno. May sleep. */
	int (*sync)(struct inode *inode);
};

#define INODE_RUNS 2

struct inode {
	/* constant */
	uint32_t i_ino;
	const struct inode_operations *i_op;
	void *i_sb; /* the file system */
	/* the inode cache's lock */
	volatile int i_count;
	struct list_head i_hash;
	/* i_sem */
	struct semaphore i_sem; /* LC_INODE_SEM */
	uint32_t i_mode, i_nlink, i_uid, i_gid;
	volatile uint64_t i_size; /* bytes */
	uint64_t i_write_end;	  /* where the write under way will end, or 0: reserve_page() need not
				   * take blocks that lie beyond this and beyond i_size */
	uint32_t i_atime, i_mtime, i_ctime;
	uint32_t i_blocks; /* 512-byte sectors in use */
	/* mm/filemap.h */
	struct address_space i_data; /* i_data.host is this inode */
	/* the inode cache's lock (kernel/inode.c) */
	struct list_head i_all;	   /* every inode in memory */
	struct list_head i_unused; /* those nobody refers to, longest unused first */
	volatile bool i_dirty;	   /* the server does not know our size and times yet; atomic */
	/* where the file's blocks lie, as far as we were told: i_map_lock (kernel/servers/ext2_pages.c) */
	struct spinlock i_map_lock;
	struct inode_run {
		uint32_t index, block, count; /* in blocks; count 0 = nothing known */
	} i_run[INODE_RUNS];
	unsigned i_next_run; /* the one to be forgotten next */
	unsigned i_map_seq;  /* counts when blocks are freed */
	char i_name[16];     /* what it was found as: for traces and /proc */
};

static inline struct inode *mapping_inode(const struct address_space *as)
{
	return as->host;
}

/* One reference more. The caller has one. Context: any, also under page_table_lock: an atomic addition
 * or a leaf lock. */
struct inode *iget_again(struct inode *inode);
/* One reference less; the last one of a file without links frees its blocks. Context: may sleep. */
void iput(struct inode *inode);

/* The order of locks: i_sem, then mmap_sem (write() copies from user memory under i_sem, and may fault),
 * then page locks. So nothing that may run under mmap_sem takes i_sem: a fault, munmap, and with it the
 * last iput(), which finds i_sem free anyway (down_trylock). */

/* --- what the VM does with an inode's contents (mm/filemap_read.c, filemap_write.c, filemap_mmap.c,
 * filemap_truncate.c, flush.c) --- */

/* A file's largest size: positions in a file fit 32 bits, so that i_size is never seen half written. */
#define MAX_FILE_SIZE 0xfffff000ull

/* read() and write() through the page cache, for file_operations; @file->f_mapping is the inode's.
 * Bytes moved or -errno. O_APPEND is honoured. Context: may sleep, may steal. Locks: write takes
 * i_sem and page locks; user memory is touched with neither page lock nor i_sem's order broken. */
long generic_file_read(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos);
long generic_file_write(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos);
/* mmap method of regular files: private and shared, with nopage, swapout (filemap_swapout) and
 * unmap (write-back). 0 or -errno. */
int generic_file_mmap(struct file *file, struct vm_area_struct *vma);
/* @n bytes at @pos into kernel memory, through the page cache. Bytes (less at the end) or -errno. */
long filemap_read_kernel(struct file *file, void *buf, size_t n, uint64_t pos);
/* The file becomes @size bytes long: sets i_size, unmaps and removes the pages beyond, zeroes the
 * rest of the last one, then i_op->truncate. 0 or -errno. Context: may sleep. Locks: needs i_sem. */
int vmtruncate(struct inode *inode, uint64_t size);
/* Write home every dirty page of the inode and wait, then i_op->sync(inode). 0 or -errno. */
int filemap_fsync(struct inode *inode);
/* iput() found that the only reference left is the one that dirty_mappings holds, and the file has no
 * links: take it over. True = @inode was listed and its reference is the caller's now, who drops it as
 * he dropped his own. Context: atomic. */
bool writeback_release(struct inode *inode);
/* Write home all dirty pages of all files and wait (sync(2), power-off); the file system's own
 * state follows with i_op->sync(NULL). */
void writeback_all(void);
/* The task that writes dirty pages home by itself; boot. */
void writeback_start(void);
/* Forget all pages, dirty or not, when the last reference is gone. A file with dirty pages has one
 * (dirty_mappings'), so of a file that keeps its links nothing is lost. Context: may sleep. */
void inode_drop_pages(struct inode *inode);

#endif
