/*
 * swap/swap.h - swap areas, swap entries, the swap map and the swap cache.
 *
 * Realises S1 "swap_list_lock/swap_device_lock", "Swap cache locking" and facts section c "Swap",
 * d "swap_map and allocation", "Swap header", "Read-ahead and async I/O". All locking is written as
 * the design's brackets (mm/design/design.h); the bodies are the same under every design.
 */
#ifndef SWAP_SWAP_H
#define SWAP_SWAP_H

#include "mm/mm.h"

struct block_dev;

#define MAX_SWAPFILES	    8
#define SWAP_CLUSTER_MAX    32
#define SWAPFILE_CLUSTER    256
#define SWAP_CLUSTER_LOCKS  64 /* of one area; with more clusters, some share a lock */
#define SWAP_MAP_MAX	    0x7fff
#define SWAP_MAP_BAD	    0x8000
#define SWP_USED	    1
#define SWP_WRITEOK	    3
#define SWAP_FLAG_PREFER    0x8000
#define SWAP_FLAG_PRIO_MASK 0x7fff

/* A swap entry as it stands in a pte: bit 0 = 0, bits 1-6 type, bits 8-31 offset. 0 = none. */
struct swp_entry {
	uint32_t val;
};
static inline struct swp_entry swp_entry(unsigned type, unsigned long offset)
{
	return (struct swp_entry){(uint32_t)((type << 1) | (offset << 8))};
}
static inline unsigned swp_type(struct swp_entry e)
{
	return (e.val >> 1) & 0x3f;
}
static inline unsigned long swp_offset(struct swp_entry e)
{
	return e.val >> 8;
}
static inline struct swp_entry pte_to_swp(pte_t pte)
{
	return (struct swp_entry){pte};
}

struct swap_info_struct {
	/* swap_list_lock (before 2.3.30: kernel_lock) */
	unsigned flags; /* SWP_* */
	int prio, next; /* next device in priority order, -1 = end */
	/* swap_device_lock (before 2.3.30: kernel_lock) */
	struct spinlock device_lock;
	unsigned short **swap_map; /* the slots' counts (swap_slot); NULL = not in use */
	unsigned long lowest_bit, highest_bit, cluster_next, cluster_nr;
	unsigned long inuse; /* slots taken, of the good pages */
	/* today's locks of the same (mm/design/linux-6.12.c) */
	struct spinlock lock;	    /* si.lock: the free slots; flags too, with the list's */
	struct spinlock cluster_locks[SWAP_CLUSTER_LOCKS]; /* the counts, by cluster of slots */
	struct spinlock cache_lock; /* the area's part of the swap cache: look and add */
	uint32_t users;		    /* atomic: 1 while in use, and one for each pin */
	/* constant while in use */
	const struct block_dev *dev;
	unsigned long max;   /* pages in swap_map, the header page included */
	unsigned long pages; /* good pages */
	char name[16];	     /* "hdb1" */
	/* counters; atomic additions */
	volatile unsigned long pages_out, pages_in;
};

/* A swap map lies in single pages: swapon asks for no run of free frames, however long the area is. */
#define SLOTS_PER_MAP_PAGE (PAGE_SIZE / sizeof(unsigned short))

/* The count of the slot @offset in @map (of more than @offset slots). */
static inline unsigned short *swap_slot(unsigned short *const *map, unsigned long offset)
{
	return &map[offset / SLOTS_PER_MAP_PAGE][offset % SLOTS_PER_MAP_PAGE];
}

struct swap_list_t {
	int head, next;
};
extern struct swap_list_t swap_list;
extern struct swap_info_struct swap_info[MAX_SWAPFILES];
extern int nr_swapfiles;
extern volatile int nr_swap_pages; /* free slots of all areas in use for writing */
extern struct spinlock swap_list_lock;
extern struct address_space swapper_space;
/* A swap-in reads 2^page_cluster pages, 0 to PAGE_CLUSTER_MAX; set through /proc/page-cluster. Atomic. */
#define PAGE_CLUSTER_MAX 4
extern int page_cluster;
/* How often swapoff looks for who has an entry, in designs that look again; who holds one for longer will not
 * give it back, and swapoff fails with -EBUSY. */
extern int swapoff_searches;
extern volatile int nr_async_pages, nr_async_reads; /* transfers nobody waits for; the reads among them */
/* Pages moved since boot, whatever became of their areas; atomic additions. */
extern volatile unsigned long swap_pages_out, swap_pages_in;
/* Misuse of entries and the cache that was noticed and survived; each kind is told once, with a key
 * that begins with "swap: " (kernel/watch.h). */
extern volatile unsigned swap_complaints;

/* --- slots (swap/swapfile.c, swap_map.c) --------------------------------------------- */

/*
 * A free slot with one reference; entry 0 = every area is full. Areas of one priority are used in
 * turn, the next lower priority only when they are full.
 * Context: atomic. Locks: the design's swap_list(SLOT_GET), slot_lock inside.
 */
struct swp_entry get_swap_page(void);
/* One more reference: 1 = raised, 0 = entry 0, bad or unused (with a message). A count that would
 * pass SWAP_MAP_MAX stays there, and the slot is taken until swapoff.
 * Context: atomic. Locks: slot_lock(SLOT_DUP). */
int swap_duplicate(struct swp_entry entry);
/* One less; the last frees the slot. Complains about an unused or bad entry and changes nothing.
 * Entry 0 is ignored. Context: atomic. Locks: swap_list(SLOT_FREE), slot_lock inside. */
void swap_free(struct swp_entry entry);
/* How many references the entry has; 0 = unused, or no such entry. Context: atomic.
 * Locks: slot_lock(SLOT_COUNT). */
int swap_count(struct swp_entry entry);

/*
 * Add the swap area on block device @dev ("hdb1" or "/dev/hdb1"), formatted by mkswap. @swap_flags:
 * SWAP_FLAG_PREFER | priority, or 0 = below every area so far. Returns 0, or after one clear line
 * -EINVAL (bad header, area longer than the device, no good page), -EBUSY (it, or a part of it, is
 * a swap area already), -ENODEV (no such device), -ENOTBLK (a path that is no block device), -EPERM
 * (MAX_SWAPFILES areas), -EIO, -ENOMEM.
 * Context: may sleep, may steal. Locks: swap_begin(SWAP_ON), swap_list(SLOT_ON).
 */
long sys_swapon(const char *dev, int swap_flags);
/*
 * Bring everything in from @dev and take the area out. Returns 0, or after one clear line -EINVAL
 * (no such area in use), -ENOMEM (memory and the other areas cannot hold it) or -EIO (a page cannot
 * be read); the area is then in use as before, but for what has come in.
 * Context: may sleep, may steal. Locks: swap_begin(SWAP_OFF), swap_list(SLOT_OFF), swapoff_search,
 * swapoff_walk, pte_lock(PT_SWAPOFF), page locks.
 */
long sys_swapoff(const char *dev);

/* The header reader alone, for swapon, tests and fuzzing: judge @header (PAGE_SIZE bytes) of an
 * area on a device of @device_pages pages. 0, *area_max (slots, the header page included) and
 * *nrbad filled; or -EINVAL and what is wrong in *why. Context: any. */
int swap_header_check(const void *header, unsigned long device_pages, unsigned long *area_max,
		      unsigned long *nrbad, const char **why);

/* --- swap cache (swap/swap_state.c) -------------------------------------------------- */

/* Put the page into the cache under @entry (whose cache reference the caller supplies); the page
 * comes out locked by us, with one more count, and marked up to date. Whoever can be raced by
 * another add for the same entry is inside the design's cache bracket CACHE_ADD (R16). Context:
 * atomic. Locks: takes the page lock (never waits) and keeps it; pagecache_lock, lru lock. */
void add_to_swap_cache(struct page *page, struct swp_entry entry);
/* Is there a page for @entry now? Lasts as long as the lock under which pages are added. Context: atomic.
 * Locks: takes pagecache_lock. */
bool swap_cache_has(struct swp_entry entry);
/* The cached page, unlocked, with a reference taken; NULL = not cached. Its contents are good only
 * if PG_uptodate. Context: may sleep (page lock: I/O that runs on the page). */
struct page *lookup_swap_cache(struct swp_entry entry);
/* Remove: the plain form sleeps for the page lock and does nothing when somebody else was faster;
 * the other wants the lock held and the page in the cache. Both drop the cache's references on the
 * page and on the entry; the caller has one of its own on the page. */
void delete_from_swap_cache(struct page *page);
void delete_from_swap_cache_locked(struct page *page);
/* Drop a mapping's reference; the last user of a swap-cache page also frees its slot.
 * Context: may sleep for the page lock. Locks: cache(CACHE_SHARE_TEST) or the page lock itself. */
void free_page_and_swap_cache(struct page *page);
/* Does anybody else use this page or its slot? The caller has one reference on the page. The page
 * lock makes the answer true (S1). Context: atomic. Locks: slot_lock(SLOT_COUNT). */
bool is_page_shared(struct page *page);

/* --- swap I/O (swap/page_io.c, swap/readahead.c) ------------------------------------- */

/*
 * Start I/O between a swap-cache page that the current task has locked and its slot. @wait, or
 * SWAP_CLUSTER_MAX transfers in flight already: sleep until done. The completion sets PG_uptodate
 * (read), or PG_error (read failed), or PG_dirty (write failed: the page must stay), and unlocks.
 * Allocates nothing. Context: may sleep if @wait or at the limit. Locks: needs and drops the page
 * lock.
 */
void rw_swap_page(bool write, struct page *page, bool wait);
/*
 * Read @entry: the cached or freshly read page with a reference; NULL = no memory or the entry went
 * unused. @wait: sleep until the read is done; then PG_uptodate tells whether it worked.
 * Context: may sleep, may steal. Locks: needs the design's swap bracket (SWAP_READ or SWAP_OFF),
 * takes cache(CACHE_ADD) around the second look and the add.
 */
struct page *read_swap_cache_async(struct swp_entry entry, bool wait);
/* Start reading the aligned block of 2^page_cluster entries that @entry lies in. Context and locks
 * as read_swap_cache_async; slot_lock(SLOT_READAHEAD). */
void swapin_readahead(struct swp_entry entry);

/* Empty tables, swapper_space, page_cluster from the memory size. Boot CPU, after page_alloc_init()
 * and before the first mm. */
void swap_init(void);

struct sysinfo_swap {
	unsigned long total, free; /* pages of the areas in use for writing */
};
void si_swapinfo(struct sysinfo_swap *out);
/* A heading and one line per area for people: name, KiB, KiB used, priority, pages out and in.
 * Returns the length; text that does not fit is cut. Context: any. */
int swap_report(char *buf, size_t size);

#endif
