/*
 * swap/swapon.c - taking a swap area into use, and giving its tables back.
 *
 * Realises facts section c, sys_swapon, and d, "Swap header" and priorities. The header is read
 * through the block server into a page that we, the client, allocate before the call (DESIGN
 * section 2). Interface: sys_swapon (swap/swap.h). Invariant: an area has its number (flags
 * SWP_USED) and its device before anything sleeps, so two swapons of one device cannot both pass;
 * it joins the priority list as the very last step.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/servers/block.h"
#include "kernel/string.h"
#include "mm/design/design.h"
#include "mm/page.h"
#include "swap/swap_internal.h"

/* Do two devices share sectors? A whole disk overlaps each of its partitions. */
static bool devices_overlap(const struct block_dev *a, const struct block_dev *b)
{
	return a->disk == b->disk && a->start < b->start + b->nsectors &&
	       b->start < a->start + a->nsectors;
}

/* Needs swap_list_begin(). The number of a free area whose device is now @dev, or -errno. */
static int reserve_area(const struct block_dev *dev)
{
	int type = -1;

	for (int i = MAX_SWAPFILES - 1; i >= 0; i--) {
		if (!swap_info[i].flags)
			type = i;
		else if (devices_overlap(swap_info[i].dev, dev))
			return -EBUSY;
	}
	if (type < 0)
		return -EPERM;
	swap_info[type].dev = dev;
	swap_info[type].flags = SWP_USED;
	str_copy(swap_info[type].name, dev->name, sizeof(swap_info[type].name));
	if (type >= nr_swapfiles)
		nr_swapfiles = type + 1;
	return type;
}

static void init_area(struct swap_info_struct *si, unsigned short **map, unsigned long slots,
		      unsigned long good)
{
	vm_design->slot_lock(si, 0, SLOT_ON);
	si->max = slots;
	si->pages = good;
	si->inuse = 0;
	si->lowest_bit = 1;
	si->highest_bit = slots - 1;
	si->cluster_next = 1;
	si->cluster_nr = 0;
	si->swap_map = map;
	vm_design->slot_unlock(si, 0, SLOT_ON);
	si->next = -1;
	si->pages_in = si->pages_out = 0;
	__atomic_store_n(&si->users, 1, __ATOMIC_RELEASE);
}

/* Read and judge the header into @header, make the map. */
static long read_area(struct swap_info_struct *si, void *header)
{
	unsigned long slots, nrbad, good;
	unsigned short **map;
	const char *why;
	int error = block_read(si->dev, 0, SECTORS_PER_PAGE, virt_to_phys(header));

	if (error) {
		printk("swapon: the header of %s cannot be read (error %d)\n", si->name, -error);
		return error == -EINVAL ? -EINVAL : -EIO;
	}
	if (swap_header_check(header, si->dev->nsectors / SECTORS_PER_PAGE, &slots, &nrbad, &why)) {
		printk("swapon: %s is no good swap area: %s\n", si->name, why);
		return -EINVAL;
	}
	map = swap_map_alloc(slots);
	if (!map) {
		printk("swapon: no memory for the swap map of %s (%lu pages)\n", si->name, slots);
		return -ENOMEM;
	}
	good = swap_header_fill_map(header, map, slots);
	init_area(si, map, slots, good);
	return 0;
}

static long open_area(struct swap_info_struct *si)
{
	void *header = get_free_pages(GFP_USER, 0);
	long error;

	if (!header) {
		printk("swapon: no memory to read the header of %s\n", si->name);
		return -ENOMEM;
	}
	error = read_area(si, header);
	free_pages(header, 0);
	return error;
}

void swap_release_area(struct swap_info_struct *si)
{
	unsigned short **map;
	unsigned long slots;

	vm_design->slot_lock(si, 0, SLOT_OFF);
	map = si->swap_map;
	slots = si->max;
	si->swap_map = NULL; /* who still asks gets "no such area" (R21) */
	si->max = si->pages = si->inuse = 0;
	vm_design->slot_unlock(si, 0, SLOT_OFF);
	vm_design->swap_list_begin(SLOT_OFF);
	si->dev = NULL;
	si->flags = 0;
	vm_design->swap_list_end(SLOT_OFF);
	swap_map_free(map, slots);
}

static void publish_area(int type, int swap_flags)
{
	struct swap_info_struct *si = &swap_info[type];

	vm_design->swap_list_begin(SLOT_ON);
	if (swap_flags & SWAP_FLAG_PREFER)
		si->prio = swap_flags & SWAP_FLAG_PRIO_MASK;
	else
		si->prio = --swap_least_priority;
	vm_design->slot_lock(si, 0, SLOT_LIST);
	swap_list_insert(type);
	vm_design->slot_unlock(si, 0, SLOT_LIST);
	vm_design->swap_list_end(SLOT_ON);
	printk("Adding swap: %s, %lu KB, priority %d\n", si->name, si->pages * (PAGE_SIZE / 1024),
	       si->prio);
}

static int reserve_and_tell(const struct block_dev *dev)
{
	int type;

	vm_design->swap_list_begin(SLOT_ON);
	type = reserve_area(dev);
	vm_design->swap_list_end(SLOT_ON);
	if (type == -EBUSY)
		printk("swapon: %s is (or overlaps) a swap area in use\n", dev->name);
	if (type == -EPERM)
		printk("swapon: %s: all %d swap areas are in use\n", dev->name, MAX_SWAPFILES);
	return type;
}

/* The block device of @path, or a message and NULL with *@error set. */
static const struct block_dev *find_device(const char *path, long *error)
{
	const char *name = swap_device_name(path);
	const struct block_dev *dev = name ? block_find(name) : NULL;

	if (!name) {
		*error = -ENOTBLK;
		printk("swapon: %s is not a block device; give a disk or partition like "
		       "/dev/hdb1\n",
		       path);
	} else if (!dev) {
		*error = -ENODEV;
		printk("swapon: there is no disk or partition %s\n", name);
	}
	return dev;
}

long sys_swapon(const char *path, int swap_flags)
{
	long error = 0;
	const struct block_dev *dev = find_device(path, &error);
	int type;

	if (!dev)
		return error;
	vm_design->swap_begin(SWAP_ON);
	type = reserve_and_tell(dev);
	error = type;
	if (type >= 0) {
		error = open_area(&swap_info[type]);
		if (error)
			swap_release_area(&swap_info[type]);
		else
			publish_area(type, swap_flags);
	}
	vm_design->swap_end(SWAP_ON);
	return error;
}
