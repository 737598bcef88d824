/*
 * mm/pad.h - the demonstration driver: a pad of pages that programs map, kept on a disk partition.
 *
 * It is what the October 1999 thread argued about: a character device whose mapped pages the page
 * stealer hands to a swapout() method that sleeps for a lock of the driver's own. Written as an
 * ordinary, careful driver author would have; docs/writing-a-driver.md walks through it.
 *
 * Interface: open("/dev/pad"), mmap(MAP_SHARED), ioctl PAD_INFO, PAD_SNAPSHOT, PAD_SNAPSHOT_KERNEL,
 * PAD_UNPIN.
 */
#ifndef MM_PAD_H
#define MM_PAD_H

#include "kernel/semaphore.h"
#include "mm/file.h"

struct block_dev;

#define PAD_MAX_PAGES 1024

/* ioctl numbers and arguments; the ABI of tests/programs. */
#define PAD_INFO	    0x5001 /* arg: struct pad_info to fill */
#define PAD_SNAPSHOT	    0x5002 /* arg: address of npages 32-bit words: writes of each page so far */
#define PAD_SNAPSHOT_KERNEL 0x5003 /* the same by an author who did not think of GFP_BUFFER */
#define PAD_UNPIN	    0x5004 /* arg: start of an mlocked area of the caller's, to be let go */

struct pad_info {
	uint32_t npages;
	uint32_t writes; /* pages written home since boot */
};

/* Calls of swapout() since boot, for /proc/vmstat. */
extern volatile unsigned long pad_swapout_calls;

struct pad {
	struct semaphore lock; /* L. Protects: the store's contents, writes[], total_writes. */
	uint32_t *writes;      /* one page: how often each page was written home */
	uint32_t total_writes;
	const struct block_dev *store; /* constant */
	unsigned long npages;	       /* constant */
	bool careless; /* its swapout() of 2.3.23's form looks at the vma after it has slept; scenarios */
	struct address_space mapping;
};

/* Make a pad of @npages (1..PAD_MAX_PAGES) on @store; NULL = no memory or a store too small.
 * Context: may sleep. */
struct pad *pad_create(const struct block_dev *store, unsigned long npages);
/* An open file on it, with one reference; NULL = no memory. Context: may sleep. */
struct file *pad_open(struct pad *pad);
/* Register /dev/pad on the partition that `pad=` names (none: the device is absent). Boot. */
void pad_init(void);

/* The body of the ioctl, for callers in the kernel: copy the table of writes to @ubuf in user memory.
 * 0, -EFAULT, or -ENOMEM when @gfp gave no page. Context: may sleep. Locks: takes L, and holds it
 * while it allocates. */
long pad_snapshot(struct pad *pad, unsigned long ubuf, unsigned gfp);
/* The current task's buffer, the locked area that begins at @addr, is not used by the pad any more:
 * munlock it while nobody else uses the pad. The driver that changes its caller's areas under its own
 * lock, of which S2 knew none (facts e R4). 0, or -EINVAL when no locked area begins there.
 * Context: may sleep. Locks: takes the mm's lock, L inside it, the vmlist lock inside both. */
long pad_unpin(struct pad *pad, unsigned long addr);

#endif
