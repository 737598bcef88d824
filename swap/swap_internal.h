/*
 * swap/swap_internal.h - what the files of swap/ share among themselves.
 *
 * The swap_map_* functions (swap_map.c) are bare: they know one area's map and take no lock; the
 * callers in swapfile.c write the design's brackets around them.
 */
#ifndef SWAP_SWAP_INTERNAL_H
#define SWAP_SWAP_INTERNAL_H

#include "kernel/sync.h"
#include "swap/swap.h"

#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

/* What became of an operation on one slot. */
enum slot_result {
	SLOT_OK,
	SLOT_NO_AREA,	 /* no area of this number is in use */
	SLOT_BAD_OFFSET, /* beyond the end of the area */
	SLOT_BAD_PAGE,	 /* a page that mkswap marked bad, or the header */
	SLOT_UNUSED,	 /* count 0 */
	SLOT_PERMANENT,	 /* the count has reached SWAP_MAP_MAX and stays there */
	NR_SLOT_RESULTS
};

/* --- swap_map.c: one area's map --- */

/* A map for @slots slots (1..2^24), all free; NULL = no memory. Context: may sleep. Locks: none. */
unsigned short **swap_map_alloc(unsigned long slots);
/* Context: any. NULL is fine. */
void swap_map_free(unsigned short **map, unsigned long slots);

/* The rest needs slot_lock(@si). Context: atomic. */

/* Is @offset a slot that somebody uses? SLOT_OK or why not. */
enum slot_result swap_map_look(const struct swap_info_struct *si, unsigned long offset);
/* Find a free slot, give it the count 1; 0 = none. */
unsigned long swap_map_take(struct swap_info_struct *si);
/* Its two halves; who searches marks before anybody else searches. */
unsigned long swap_map_find(struct swap_info_struct *si);
void swap_map_mark(struct swap_info_struct *si, unsigned long offset);
/* One reference less if others remain; false = nothing was done. */
bool swap_map_drop_shared(struct swap_info_struct *si, unsigned long offset);
enum slot_result swap_map_raise(struct swap_info_struct *si, unsigned long offset);
/* *@freed: that was the last reference. */
enum slot_result swap_map_drop(struct swap_info_struct *si, unsigned long offset, bool *freed);
/* Whatever its count is, make it 0 (swapoff). True = it was not 0. */
bool swap_map_clear(struct swap_info_struct *si, unsigned long offset);
/* The first used slot in [@offset, @end), 0 = none. */
unsigned long swap_map_next_used(const struct swap_info_struct *si, unsigned long offset, unsigned long end);

/* --- swap_header.c --- */

/* Mark page 0 and the bad pages of a header that swap_header_check() accepted in the zeroed @map of
 * @max slots. Returns the number of good pages. */
unsigned long swap_header_fill_map(const void *header, unsigned short **map, unsigned long max);

/* --- swapfile.c --- */

/* The last priority given to an area that asked for none: -1, -2, ... */
extern int swap_least_priority;
/* The area of @entry while its number is in use, else NULL. */
struct swap_info_struct *swap_area(struct swp_entry entry);
static inline bool swap_writable(const struct swap_info_struct *si)
{
	return (si->flags & SWP_WRITEOK) == SWP_WRITEOK;
}
/* Into / out of the priority list, its free slots into / out of nr_swap_pages. Needs
 * swap_list_begin(). */
void swap_list_insert(int type);
void swap_list_remove(int type);
/* Raise an entry if it is in use, without a word if it is not (S1: the temporary reference). */
bool swap_hold(struct swp_entry entry);
/* Make the count of @entry 0 whatever it was (swapoff's last resort). */
void swap_force_unused(struct swp_entry entry);
/* "/dev/hdb1" -> "hdb1"; NULL = a path to something that is no device. */
const char *swap_device_name(const char *path);

/* --- swapon.c --- */

/* Free the map and the number of an area that is in no list. Needs swap_begin(). */
void swap_release_area(struct swap_info_struct *si);

/* --- swap_state.c --- */

void swap_cache_init(void);
/* Is @page the swap cache's page for @entry? The page lock makes the answer last. */
bool swap_cache_holds(struct page *page, struct swp_entry entry);

/* --- unuse.c --- */

/* What swapoff looks for, and where it found the last entry: its neighbours lie next to it. */
struct unuse {
	struct swp_entry entry;
	struct page *page;  /* its contents; the caller holds a reference */
	int spare;	    /* references of the entry that are no pte's */
	int pid;	    /* start with this task ... */
	unsigned long addr; /* ... at this address */
};
/* Replace every pte that holds u->entry by one that maps u->page, until only u->spare references
 * are left or every mm was seen. Context: may sleep. Locks: as sys_swapoff. */
void unuse_everywhere(struct unuse *u);

/* --- report.c --- */

const char *swap_area_name(struct swp_entry entry); /* "hdb1" */

/* Count a misuse and tell it, once per kind. Context: any. */
void swap_complain(const char *what, struct swp_entry entry, uintptr_t place);
/* The same for the result of a slot operation called @op ("free of"). */
void swap_complain_slot(const char *op, enum slot_result why, struct swp_entry entry,
			uintptr_t place);

/* The state of a slot or page was looked at and something will be done about it: under designs that
 * lock less than today's the order of tasks matters here. No sync point while a leaf lock is held,
 * whose section is one step (kernel/lock.h); where the design locks, that lock's own points do. */
void swap_point_slow(const volatile void *obj);
static inline void swap_point(const volatile void *obj)
{
	if (unlikely(ctl_active))
		swap_point_slow(obj);
}

#endif
