/*
 * kernel/servers/block.h - the block server: sectors of disks and their partitions.
 *
 * One server task per disk ("hda", "hdb", ...) behind a message port; it calls nobody but the
 * arch's disk driver and allocates nothing. A block_dev is a whole disk or a primary partition
 * ("hda", "hda2"); its requests count sectors from the start of the device and are refused with
 * -EINVAL when they leave it. A transfer passes milestone io.submit, sync point SP_IO_SUBMIT, the
 * device, SP_IO_DONE, io.done.
 */
#ifndef KERNEL_SERVERS_BLOCK_H
#define KERNEL_SERVERS_BLOCK_H

#include "kernel/arch.h"
#include "kernel/port.h"

#define BLOCK_MAX_SECTORS 128 /* longest single transfer, as the arch's */

struct block_dev {
	char name[8];
	int disk;	/* arch disk number */
	int partition;	/* 0 = whole disk, 1..4 */
	uint32_t start; /* first sector on the disk */
	uint32_t nsectors;
	uint8_t type; /* partition type byte: 0x83 Linux, 0x82 swap; 0 = whole disk */
};

/* One transfer, owned by the client until it is done. Set the first group, then submit. */
struct block_request {
	const struct block_dev *dev;
	uint32_t sector;   /* from the start of dev */
	uint32_t nsectors; /* 1..BLOCK_MAX_SECTORS */
	paddr_t buffer;	   /* physically contiguous, word aligned */
	bool write;
	void (*done)(struct block_request *); /* block_submit: called in the server's task */
	void *private;			      /* the client's */

	int error; /* 0, -EIO or -EINVAL; valid once done */
	/* the server's */
	struct message msg;
	struct disk_request io;
};

/* Start one server per disk and read the partition tables. Context: may sleep, at boot. */
void block_start(void);
/* The device called @name ("hda", "hdb1"), or NULL. The object lives for ever. Context: any. */
const struct block_dev *block_find(const char *name);
/* The nth device (whole disks and partitions), NULL after the last. */
const struct block_dev *block_nth(unsigned n);
/* Device numbers as Linux has them: (3 << 8) | (disk << 6) | partition for hda, hdb; (22 << 8) ...
 */
unsigned block_devno(const struct block_dev *dev);
const struct block_dev *block_find_devno(unsigned devno);

/* Transfer and wait. 0, -EIO or -EINVAL. Context: may sleep. */
int block_read(const struct block_dev *dev, uint32_t sector, uint32_t nsectors, paddr_t buffer);
int block_write(const struct block_dev *dev, uint32_t sector, uint32_t nsectors, paddr_t buffer);
/* Start a transfer; req->done() is called in the server's task (also for refused requests: there
 * at once, by the caller). done() must not sleep on this server. Context: any. */
void block_submit(struct block_request *req);

/* Transfers accepted and not yet done: the machine is not stalled. */
unsigned block_in_flight(void);

#endif
