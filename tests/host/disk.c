/*
 * tests/host/disk.c - model disks in memory. Transfers complete in the order of submission, when
 * the machine asks (host_disk_interrupt), never inside arch_disk_submit().
 */
#include "host.h"
#include "machine.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/errno.h"
#include "kernel/printk.h"

#define MAX_DISKS 4

static struct {
	unsigned char *data;
	uint32_t sectors;
	bool busy;
	unsigned reads, writes;
	uint32_t fail_sector;
	unsigned fail_count;
} disks[MAX_DISKS];
static int ndisks;

static struct disk_request *queue[MAX_DISKS]; /* at most one per disk, oldest first */
static int queued;
static bool held;

int host_disk_add(uint32_t sectors)
{
	if (ndisks == MAX_DISKS)
		host_die("host_disk_add: too many disks");
	disks[ndisks].data = calloc(sectors, SECTOR_SIZE);
	disks[ndisks].sectors = sectors;
	return ndisks++;
}

unsigned char *host_disk_data(int disk)
{
	return disks[disk].data;
}

void host_disk_fail(int disk, uint32_t sector, unsigned count)
{
	disks[disk].fail_sector = sector;
	disks[disk].fail_count = count;
}

void host_disk_hold(void)
{
	held = true;
}

void host_disk_release(void)
{
	held = false;
}

unsigned host_disk_transfers(int disk, bool write)
{
	return write ? disks[disk].writes : disks[disk].reads;
}

int arch_disk_count(void)
{
	return ndisks;
}

uint32_t arch_disk_sectors(int disk)
{
	return disk < ndisks ? disks[disk].sectors : 0;
}

int arch_disk_write_polled(int disk, uint32_t sector, uint32_t nsectors, paddr_t buffer)
{
	if (disk < 0 || disk >= ndisks || sector + nsectors > disks[disk].sectors)
		return -EIO;
	memcpy(disks[disk].data + (size_t)sector * SECTOR_SIZE, phys_to_virt(buffer),
	       (size_t)nsectors * SECTOR_SIZE);
	return 0;
}

/* No image of a kernel lies in the host's memory. */
const uint32_t *arch_kernel_image(uint32_t *bytes)
{
	static const uint32_t none;

	*bytes = 0;
	return &none;
}

void arch_disk_submit(struct disk_request *req)
{
	BUG_ON(req->disk < 0 || req->disk >= ndisks);
	BUG_ON(!req->nsectors || req->nsectors > 128 || (req->buffer & 1));
	BUG_ON(req->sector >= disks[req->disk].sectors ||
	       req->nsectors > disks[req->disk].sectors - req->sector);
	BUG_ON(disks[req->disk].busy);
	disks[req->disk].busy = true;
	queue[queued++] = req;
}

static int transfer_part(struct disk_request *req)
{
	unsigned char *at = disks[req->disk].data + (size_t)req->sector * SECTOR_SIZE;
	size_t bytes = (size_t)req->nsectors * SECTOR_SIZE;

	if (disks[req->disk].fail_count && disks[req->disk].fail_sector >= req->sector &&
	    disks[req->disk].fail_sector - req->sector < req->nsectors) {
		disks[req->disk].fail_count--;
		return -EIO;
	}
	if (req->write) {
		memcpy(at, phys_to_virt(req->buffer), bytes);
		disks[req->disk].writes++;
	} else {
		memcpy(phys_to_virt(req->buffer), at, bytes);
		disks[req->disk].reads++;
	}
	return 0;
}

static int transfer(struct disk_request *req)
{
	int error = 0;

	for (struct disk_request *part = req; part && !error; part = part->more) {
		BUG_ON(part->more && part->more->sector != part->sector + part->nsectors);
		error = transfer_part(part);
	}
	return error;
}

bool host_disk_interrupt(void)
{
	struct disk_request *req;

	if (!queued || held)
		return false;
	req = queue[0];
	queued--;
	for (int i = 0; i < queued; i++)
		queue[i] = queue[i + 1];
	disks[req->disk].busy = false;
	req->error = transfer(req);
	req->done(req);
	return true;
}
