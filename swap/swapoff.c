/*
 * swap/swapoff.c - taking a swap area out of use: everything on it comes back to memory.
 *
 * Realises facts section c, sys_swapoff and try_to_unuse, races R13, R17-R21, and S1's last
 * paragraph (the temporary reference). Interface: sys_swapoff (swap/swap.h). The area leaves the
 * priority list first, so no slot of it is handed out any more; then each used slot is emptied:
 * read the page into the swap cache, give it to every pte that holds the entry (swap/unuse.c), take
 * it out of the cache, and what is left of the count is an error.
 *
 * The page stays in the cache while the ptes are searched, as in 1999: a fault meanwhile finds it.
 * It leaves for good with PG_dirty set: from then on it is nowhere but in memory, whatever its
 * ptes' dirty bits say. A design whose swapoff looks again at what it saw (pte_recheck) leaves the
 * page in the cache until the cache holds the last reference, and repeats the search; under the
 * others what one search missed is told and forced to 0 (R13).
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "mm/design/design.h"
#include "mm/filemap.h"
#include "swap/swap_internal.h"

#define PATIENT_AFTER  4   /* searches; from then on wait a tick before the next */
#define MAX_READ_FAILS 8   /* in a row, for lack of memory */

/* Then somebody holds an entry who will not give it back. With a tick between searches these are ten
 * seconds: an address space that is being taken apart is not searched, and may wait for the disk first. */
int swapoff_searches = 1000;

/* --- one entry ----------------------------------------------------------------------- */

static bool looks_again(void)
{
	return vm_design->pte_recheck(PT_SWAPOFF);
}

/* Give others the CPU, and those who hold the entry for a moment the time to drop it. */
static void let_others_run(int tries)
{
	if (tries < PATIENT_AFTER)
		yield();
	else
		schedule_timeout(1);
}

/* The search is over: out of the cache with it. With @held references of ours on the entry. */
static void take_from_cache(struct page *page, struct swp_entry entry, int held)
{
	int cache_and_us = 1 + held;

	lock_page(page);
	/* R20: somebody who found himself the only user may have taken it out meanwhile. */
	if (swap_cache_holds(page, entry)) {
		int count = swap_count(entry);

		if (count <= cache_and_us || count == SWAP_MAP_MAX || !looks_again()) {
			page_set(page, PG_dirty);
			delete_from_swap_cache_locked(page);
		}
	}
	UnlockPage(page);
}

/* Bring the page in and search once. 0, -EAGAIN (no page), -EIO. */
static int unuse_once(struct unuse *u, bool held)
{
	u->page = read_swap_cache_async(u->entry, true);
	if (!u->page)
		return -EAGAIN;
	if (!page_test(u->page, PG_uptodate)) {
		page_cache_release(u->page);
		return -EIO;
	}
	u->spare = 1 + held;
	unuse_everywhere(u);
	take_from_cache(u->page, u->entry, held);
	page_cache_release(u->page);
	return 0;
}

/* The same with the temporary reference around it, where the design has it (S1). Fails quietly when
 * the entry went unused before we got hold of it. */
static int unuse_held(struct unuse *u)
{
	bool held = false;
	int error;

	if (vm_design->readahead_hold()) {
		held = swap_hold(u->entry);
		if (!held)
			return 0;
	}
	error = unuse_once(u, held);
	if (held)
		swap_free(u->entry);
	return error;
}

static void force_unused(struct swp_entry entry, int leftover)
{
	if (leftover != SWAP_MAP_MAX) /* that one only we may clear */
		swap_complain("undead entry after swapoff's search", entry, CALLER_PLACE());
	swap_force_unused(entry);
}

/* Until nobody uses u->entry. 0, -ENOMEM, -EIO, or -EBUSY: somebody holds it for ever. */
static int unuse_entry(struct unuse *u)
{
	int no_page = 0;

	for (int searches = 1; swap_count(u->entry); searches++) {
		int error = unuse_held(u), leftover;

		if (error == -EIO)
			return -EIO;
		if (error == -EAGAIN && swap_count(u->entry) && ++no_page == MAX_READ_FAILS)
			return -ENOMEM;
		if (error) {
			let_others_run(no_page);
			continue;
		}
		no_page = 0;
		leftover = swap_count(u->entry);
		if (!leftover)
			break;
		if (!looks_again() || leftover == SWAP_MAP_MAX) {
			force_unused(u->entry, leftover);
			break;
		}
		if (searches >= swapoff_searches)
			return -EBUSY;
		let_others_run(searches);
	}
	return 0;
}

/* --- the area ------------------------------------------------------------------------ */

static unsigned long next_used(struct swap_info_struct *si, unsigned long offset)
{
	unsigned long found = 0, end;

	vm_design->slot_lock(si, 0, SLOT_OFF);
	for (; !found && offset < si->max; offset = end) {
		end = (offset / SWAPFILE_CLUSTER + 1) * SWAPFILE_CLUSTER;
		vm_design->slot_lock(si, offset, SLOT_MARK); /* this cluster's counts */
		found = swap_map_next_used(si, offset, end);
		vm_design->slot_unlock(si, offset, SLOT_MARK);
	}
	vm_design->slot_unlock(si, 0, SLOT_OFF);
	return found;
}

static int try_to_unuse(int type)
{
	struct swap_info_struct *si = &swap_info[type];
	struct unuse u = {.pid = 0};
	unsigned long offset = 1;
	int error = 0;

	while (!error && (offset = next_used(si, offset))) {
		u.entry = swp_entry((unsigned)type, offset);
		error = unuse_entry(&u);
		if (current->need_resched)
			schedule();
	}
	return error;
}

/* More is on the area than free memory, every cached page and the other areas could take: to begin
 * would only have processes killed for lack of memory, and fail then. */
static bool hopeless(struct swap_info_struct *si)
{
	unsigned long inuse;

	vm_design->slot_lock(si, 0, SLOT_OFF);
	inuse = si->inuse;
	vm_design->slot_unlock(si, 0, SLOT_OFF);
	return (long)inuse > nr_free_pages + (long)page_cache_size + nr_swap_pages;
}

/* Out of the list with it. Returns its number, or -EINVAL. */
static int begin_removal(const char *name)
{
	int type;

	vm_design->swap_list_begin(SLOT_OFF);
	type = swap_list.head;
	while (type >= 0 && (!name || strcmp(swap_info[type].name, name)))
		type = swap_info[type].next;
	if (type >= 0) {
		vm_design->slot_lock(&swap_info[type], 0, SLOT_LIST);
		swap_list_remove(type);
		vm_design->slot_unlock(&swap_info[type], 0, SLOT_LIST);
	}
	vm_design->swap_list_end(SLOT_OFF);
	return type >= 0 ? type : -EINVAL;
}

static void undo_removal(int type, int error)
{
	struct swap_info_struct *si = &swap_info[type];

	vm_design->swap_list_begin(SLOT_OFF);
	vm_design->slot_lock(si, 0, SLOT_LIST);
	swap_list_insert(type);
	vm_design->slot_unlock(si, 0, SLOT_LIST);
	vm_design->swap_list_end(SLOT_OFF);
	printk("swapoff: %s stays in use: %s; %lu pages of it are taken\n", si->name,
	       error == -EIO   ? "a page of it cannot be read"
	       : error == -EBUSY ? "somebody holds a page of it that no address space has"
				 : "memory and the other swap areas cannot hold what is on it",
	       si->inuse);
}

static long remove_area(int type)
{
	struct swap_info_struct *si = &swap_info[type];
	int error = hopeless(si) ? -ENOMEM : try_to_unuse(type);

	if (error) {
		undo_removal(type, error);
		return error;
	}
	if (vm_design->swap_drain)
		vm_design->swap_drain(si);
	printk("Removed swap: %s\n", si->name);
	swap_release_area(si);
	return 0;
}

long sys_swapoff(const char *path)
{
	long type;

	vm_design->swap_begin(SWAP_OFF);
	type = begin_removal(swap_device_name(path));
	if (type < 0)
		printk("swapoff: %s is no swap area in use\n", path);
	else
		type = remove_area((int)type);
	vm_design->swap_end(SWAP_OFF);
	return type;
}
