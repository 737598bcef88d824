/*
 * swap/swapfile.c - the swap areas together: allocating, sharing and freeing entries.
 *
 * Realises S1 "swap_list_lock/swap_device_lock" and facts section d, "swap_map and allocation".
 * Interface: get_swap_page, swap_duplicate, swap_free, swap_count (swap/swap.h); the priority list
 * for swapon and swapoff (swap/swap_internal.h). Invariants (under the design's swap_list bracket)
 *  1. swap_list.head leads through all writable areas by descending priority; of equals, the newest
 *     comes first. An area in removal is in no list and hands out no slot.
 *  2. swap_list.next is the area where the next search starts, -1 = no area.
 *  3. nr_swap_pages = free slots of all areas in the list.
 * The order is swap_list, then one area's slot lock inside (S1); never two areas at once.
 */
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/design/design.h"
#include "mm/filemap.h"
#include "swap/swap_internal.h"

#define MIB_PAGES (1024 * 1024 / PAGE_SIZE)

struct swap_list_t swap_list = {-1, -1};
struct swap_info_struct swap_info[MAX_SWAPFILES];
int nr_swapfiles;
int swap_least_priority;
volatile int nr_swap_pages;
struct spinlock swap_list_lock = SPINLOCK_INIT(LC_SWAP_LIST, NULL);

static void init_locks(struct swap_info_struct *si)
{
	spin_lock_init(&si->device_lock, LC_SWAP_DEVICE, si->name);
	spin_lock_init(&si->lock, LC_SWAP_INFO, si->name);
	spin_lock_init(&si->cache_lock, LC_SWAP_CACHE, si->name);
	for (int i = 0; i < SWAP_CLUSTER_LOCKS; i++)
		spin_lock_init(&si->cluster_locks[i], LC_SWAP_CLUSTER, si->name);
}

void swap_init(void)
{
	memset(swap_info, 0, sizeof(swap_info));
	for (int i = 0; i < MAX_SWAPFILES; i++)
		init_locks(&swap_info[i]);
	spin_lock_init(&swap_list_lock, LC_SWAP_LIST, NULL);
	swap_list.head = swap_list.next = -1;
	nr_swapfiles = 0;
	swap_least_priority = 0;
	nr_swap_pages = 0;
	nr_async_pages = 0;
	swap_complaints = 0;
	page_cluster = max_mapnr < 16 * MIB_PAGES ? 2 : max_mapnr < 32 * MIB_PAGES ? 3 : 4;
	swap_cache_init();
}

struct swap_info_struct *swap_area(struct swp_entry entry)
{
	unsigned type = swp_type(entry);

	if (type >= (unsigned)nr_swapfiles || !(swap_info[type].flags & SWP_USED))
		return NULL;
	return &swap_info[type];
}

const char *swap_device_name(const char *path)
{
	if (str_has_prefix(path, "/dev/"))
		path += strlen("/dev/");
	return strchr(path, '/') ? NULL : path;
}

/* --- the priority list ----------------------------------------------------------------------- */

void swap_list_insert(int type)
{
	struct swap_info_struct *si = &swap_info[type];
	int *link = &swap_list.head;

	while (*link >= 0 && swap_info[*link].prio > si->prio)
		link = &swap_info[*link].next;
	si->next = *link;
	*link = type;
	si->flags = SWP_WRITEOK;
	nr_swap_pages += (int)(si->pages - si->inuse);
	if (swap_list.head == type)
		swap_list.next = type;
}

void swap_list_remove(int type)
{
	struct swap_info_struct *si = &swap_info[type];
	int *link = &swap_list.head;

	while (*link >= 0 && *link != type)
		link = &swap_info[*link].next;
	BUG_ON(*link != type);
	*link = si->next;
	si->next = -1;
	si->flags = SWP_USED;
	nr_swap_pages -= (int)(si->pages - si->inuse);
	if (swap_list.next == type)
		swap_list.next = swap_list.head;
}

/* --- entries --------------------------------------------------------------------------------- */

static unsigned long take_slot(struct swap_info_struct *si)
{
	unsigned long offset = 0;

	vm_design->slot_lock(si, 0, SLOT_GET);
	/* A design that gave the list up for this may find the area on its way out. */
	if (!vm_design->cluster_locks || swap_writable(si))
		offset = swap_map_find(si);
	if (offset) {
		vm_design->slot_lock(si, offset, SLOT_MARK);
		swap_map_mark(si, offset);
		vm_design->slot_unlock(si, offset, SLOT_MARK);
	}
	vm_design->slot_unlock(si, 0, SLOT_GET);
	return offset;
}

/* The area after @type if it has the same priority, else -1. */
static int next_equal(int type)
{
	int next = swap_info[type].next;

	return next >= 0 && swap_info[next].prio == swap_info[type].prio ? next : -1;
}

/* Where to look once @type is full: on among its equals; at the end of these once more from the
 * head, and from then on (*@wrapped) down through all priorities. -1 = everything was looked at. */
static int next_choice(int type, bool *wrapped)
{
	int next;

	if (*wrapped)
		return swap_info[type].next;
	next = next_equal(type);
	if (next >= 0)
		return next;
	*wrapped = true;
	return swap_list.head;
}

static struct swp_entry search_areas(void)
{
	bool wrapped = false;

	for (int type = swap_list.next; type >= 0; type = next_choice(type, &wrapped)) {
		unsigned long offset = take_slot(&swap_info[type]);

		if (offset) {
			int next = next_equal(type);

			swap_list.next = next >= 0 ? next : swap_list.head;
			nr_swap_pages--;
			return swp_entry((unsigned)type, offset);
		}
	}
	return (struct swp_entry){0};
}

struct swp_entry get_swap_page(void)
{
	struct swp_entry entry = {0};

	vm_design->swap_list_begin(SLOT_GET);
	if (nr_swap_pages > 0)
		entry = search_areas();
	vm_design->swap_list_end(SLOT_GET);
	return entry;
}

static enum slot_result raise_slot(struct swp_entry entry, enum slot_site site)
{
	struct swap_info_struct *si = swap_area(entry);
	enum slot_result result;

	if (!si)
		return SLOT_NO_AREA;
	vm_design->slot_lock(si, swp_offset(entry), site);
	result = swap_map_raise(si, swp_offset(entry));
	vm_design->slot_unlock(si, swp_offset(entry), site);
	return result;
}

int swap_duplicate(struct swp_entry entry)
{
	enum slot_result result;

	if (!entry.val)
		return 0;
	result = raise_slot(entry, SLOT_DUP);
	if (result != SLOT_OK)
		swap_complain_slot("duplicate of", result, entry, CALLER_PLACE());
	return result == SLOT_OK || result == SLOT_PERMANENT;
}

bool swap_hold(struct swp_entry entry)
{
	enum slot_result result = raise_slot(entry, SLOT_OFF);

	return result == SLOT_OK || result == SLOT_PERMANENT;
}

/* A slot of @si came free. A better area than the one in turn has room again: start over there. */
static void area_has_room(struct swap_info_struct *si)
{
	if (!swap_writable(si))
		return;
	vm_design->slot_lock(si, 0, SLOT_ROOM);
	nr_swap_pages++;
	if (swap_list.next >= 0 && si->prio > swap_info[swap_list.next].prio)
		swap_list.next = swap_list.head;
	vm_design->slot_unlock(si, 0, SLOT_ROOM);
}

/* Designs whose slots have locks of their own: with one reference among others nothing happens to the area. */
static bool drop_shared(struct swap_info_struct *si, unsigned long offset)
{
	bool dropped;

	vm_design->slot_lock(si, offset, SLOT_SHARED);
	dropped = swap_map_drop_shared(si, offset);
	vm_design->slot_unlock(si, offset, SLOT_SHARED);
	return dropped;
}

static enum slot_result drop_slot(struct swap_info_struct *si, unsigned long offset)
{
	enum slot_result result;
	bool freed;

	if (vm_design->cluster_locks && drop_shared(si, offset))
		return SLOT_OK;
	vm_design->slot_lock(si, offset, SLOT_FREE);
	vm_design->slot_lock(si, offset, SLOT_MARK);
	result = swap_map_drop(si, offset, &freed);
	vm_design->slot_unlock(si, offset, SLOT_MARK);
	if (freed)
		area_has_room(si);
	vm_design->slot_unlock(si, offset, SLOT_FREE);
	return result;
}

void swap_free(struct swp_entry entry)
{
	struct swap_info_struct *si;
	enum slot_result result = SLOT_NO_AREA;

	if (!entry.val)
		return;
	vm_design->swap_list_begin(SLOT_FREE);
	si = swap_area(entry);
	if (si)
		result = drop_slot(si, swp_offset(entry));
	vm_design->swap_list_end(SLOT_FREE);
	if (result != SLOT_OK)
		swap_complain_slot("free of", result, entry, CALLER_PLACE());
}

void swap_force_unused(struct swp_entry entry)
{
	struct swap_info_struct *si = swap_area(entry);

	vm_design->slot_lock(si, 0, SLOT_OFF);
	vm_design->slot_lock(si, swp_offset(entry), SLOT_MARK);
	swap_map_clear(si, swp_offset(entry));
	vm_design->slot_unlock(si, swp_offset(entry), SLOT_MARK);
	vm_design->slot_unlock(si, 0, SLOT_OFF);
}

int swap_count(struct swp_entry entry)
{
	struct swap_info_struct *si = swap_area(entry);
	int count = 0;

	if (!si)
		return 0;
	vm_design->slot_lock(si, swp_offset(entry), SLOT_COUNT);
	if (swap_map_look(si, swp_offset(entry)) == SLOT_OK)
		count = *swap_slot(si->swap_map, swp_offset(entry));
	vm_design->slot_unlock(si, swp_offset(entry), SLOT_COUNT);
	return count;
}
