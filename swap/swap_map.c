/*
 * swap/swap_map.c - one area's swap map: which slots are free, how many references each has.
 *
 * Realises facts section d, "swap_map and allocation": an unsigned short per page, clusters of
 * SWAPFILE_CLUSTER slots so that pages that left together lie together, and two bounds that keep
 * the search short. Interface: swap/swap_internal.h. Nothing here locks or prints. Invariants
 * (slot_lock of the area held)
 *  1. Every free slot lies in [lowest_bit, highest_bit]; the bounds may lie further out than that.
 *  2. inuse = number of slots whose count is neither 0 nor SWAP_MAP_BAD.
 *  3. A count that reached SWAP_MAP_MAX never goes down; only swapoff clears it.
 */
#include "kernel/string.h"
#include "mm/page.h"
#include "mm/slab.h"
#include "swap/swap_internal.h"

static unsigned long map_pages(unsigned long slots)
{
	return (slots + SLOTS_PER_MAP_PAGE - 1) / SLOTS_PER_MAP_PAGE;
}

void swap_map_free(unsigned short **map, unsigned long slots)
{
	if (!map)
		return;
	for (unsigned long i = 0; i < map_pages(slots) && map[i]; i++)
		free_pages(map[i], 0);
	kfree(map);
}

unsigned short **swap_map_alloc(unsigned long slots)
{
	size_t size = map_pages(slots) * sizeof(unsigned short *);
	unsigned short **map = kmalloc(size, GFP_KERNEL);

	if (!map)
		return NULL;
	memset(map, 0, size);
	for (unsigned long i = 0; i < map_pages(slots); i++) {
		map[i] = get_free_pages(GFP_KERNEL, 0);
		if (!map[i]) {
			swap_map_free(map, slots);
			return NULL;
		}
		memset(map[i], 0, PAGE_SIZE);
	}
	return map;
}

enum slot_result swap_map_look(const struct swap_info_struct *si, unsigned long offset)
{
	if (!si->swap_map)
		return SLOT_NO_AREA;
	if (!offset || offset >= si->max)
		return SLOT_BAD_OFFSET;
	if (*swap_slot(si->swap_map, offset) == SWAP_MAP_BAD)
		return SLOT_BAD_PAGE;
	return *swap_slot(si->swap_map, offset) ? SLOT_OK : SLOT_UNUSED;
}

/* The next free slot of the current cluster; 0 = the budget or the area has come to its end. */
static unsigned long next_in_cluster(struct swap_info_struct *si)
{
	if (!si->cluster_nr)
		return 0;
	while (si->cluster_next <= si->highest_bit) {
		unsigned long offset = si->cluster_next++;

		if (!*swap_slot(si->swap_map, offset)) {
			si->cluster_nr--;
			return offset;
		}
	}
	return 0;
}

/* The first slot of the first run of SWAPFILE_CLUSTER free ones; 0 = there is none. */
static unsigned long find_cluster(const struct swap_info_struct *si)
{
	unsigned long run = 0;

	for (unsigned long offset = si->lowest_bit; offset <= si->highest_bit; offset++) {
		run = *swap_slot(si->swap_map, offset) ? 0 : run + 1;
		if (run == SWAPFILE_CLUSTER)
			return offset - (SWAPFILE_CLUSTER - 1);
	}
	return 0;
}

static unsigned long first_free(const struct swap_info_struct *si)
{
	for (unsigned long offset = si->lowest_bit; offset <= si->highest_bit; offset++)
		if (!*swap_slot(si->swap_map, offset))
			return offset;
	return 0;
}

/* Where the next page goes: on in this cluster, else a fresh cluster, else anywhere. */
static unsigned long find_slot(struct swap_info_struct *si)
{
	unsigned long offset = next_in_cluster(si);

	if (offset)
		return offset;
	offset = find_cluster(si);
	if (!offset)
		offset = first_free(si);
	si->cluster_nr = SWAPFILE_CLUSTER - 1;
	si->cluster_next = offset + 1;
	return offset;
}

unsigned long swap_map_find(struct swap_info_struct *si)
{
	unsigned long offset = find_slot(si);

	if (!offset) {
		/* Full: an empty interval, so that the next search ends at once. */
		si->lowest_bit = si->max;
		si->highest_bit = 0;
	}
	return offset;
}

unsigned long swap_map_take(struct swap_info_struct *si)
{
	unsigned long offset = swap_map_find(si);

	if (offset)
		swap_map_mark(si, offset);
	return offset;
}

void swap_map_mark(struct swap_info_struct *si, unsigned long offset)
{
	swap_point(swap_slot(si->swap_map, offset));
	if (offset == si->lowest_bit)
		si->lowest_bit++;
	if (offset == si->highest_bit)
		si->highest_bit--;
	*swap_slot(si->swap_map, offset) = 1;
	si->inuse++;
}

enum slot_result swap_map_raise(struct swap_info_struct *si, unsigned long offset)
{
	enum slot_result result = swap_map_look(si, offset);
	unsigned short count;

	if (result != SLOT_OK)
		return result;
	count = *swap_slot(si->swap_map, offset);
	if (count >= SWAP_MAP_MAX)
		return SLOT_OK;
	swap_point(swap_slot(si->swap_map, offset));
	*swap_slot(si->swap_map, offset) = (unsigned short)(count + 1);
	return count + 1 == SWAP_MAP_MAX ? SLOT_PERMANENT : SLOT_OK;
}

static void slot_is_free(struct swap_info_struct *si, unsigned long offset)
{
	si->inuse--;
	if (offset < si->lowest_bit)
		si->lowest_bit = offset;
	if (offset > si->highest_bit)
		si->highest_bit = offset;
}

enum slot_result swap_map_drop(struct swap_info_struct *si, unsigned long offset, bool *freed)
{
	enum slot_result result = swap_map_look(si, offset);
	unsigned short count;

	*freed = false;
	if (result != SLOT_OK)
		return result;
	count = *swap_slot(si->swap_map, offset);
	if (count == SWAP_MAP_MAX)
		return SLOT_OK;
	swap_point(swap_slot(si->swap_map, offset));
	*swap_slot(si->swap_map, offset) = (unsigned short)(count - 1);
	if (count == 1) {
		slot_is_free(si, offset);
		*freed = true;
	}
	return SLOT_OK;
}

bool swap_map_drop_shared(struct swap_info_struct *si, unsigned long offset)
{
	unsigned short count;

	if (swap_map_look(si, offset) != SLOT_OK)
		return false;
	count = *swap_slot(si->swap_map, offset);
	if (count <= 1)
		return false;
	if (count < SWAP_MAP_MAX)
		*swap_slot(si->swap_map, offset) = (unsigned short)(count - 1);
	return true;
}

bool swap_map_clear(struct swap_info_struct *si, unsigned long offset)
{
	if (swap_map_look(si, offset) != SLOT_OK)
		return false;
	*swap_slot(si->swap_map, offset) = 0;
	slot_is_free(si, offset);
	return true;
}

unsigned long swap_map_next_used(const struct swap_info_struct *si, unsigned long offset, unsigned long end)
{
	for (; offset < end && offset < si->max; offset++)
		if (swap_map_look(si, offset) == SLOT_OK)
			return offset;
	return 0;
}
