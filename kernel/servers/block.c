/*
 * kernel/servers/block.c - the block server. See kernel/servers/block.h; DESIGN section 2.
 *
 * One task per disk takes the next request from its port, gives it to the arch's driver and sleeps
 * until the interrupt. Requests that wait right behind it and go on where it ends on the disk, as
 * read-ahead and page stealing post them, are one transfer with it: what a disk takes for a request
 * is mostly the way there. Nothing is done out of order. In a controlled run each request is a
 * transfer, and the interrupt's work is a step of its own (ctl_irq_deferred). Clients' requests hold the message and the driver's request: nothing is
 * allocated here.
 */
#include "kernel/completion.h"
#include "kernel/control.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/servers/block.h"
#include "kernel/string.h"
#include "kernel/sync.h"
#include "kernel/trace.h"
#include "mm/page.h"

#define MAX_DISKS      4
#define NR_PARTITIONS  4
#define TABLE_OFFSET   446
#define ENTRY_SIZE     16
#define SIGNATURE_AT   510
#define PART_EXTENDED  0x05
#define PART_EXTENDED2 0x0f

struct block_server {
	struct port port;
	char name[8];
	struct completion finished; /* the transfer in flight */
	int disk;
};

static struct block_server servers[MAX_DISKS];
static struct block_dev devs[MAX_DISKS * (1 + NR_PARTITIONS)]; /* constant after block_start() */
static unsigned nr_devs;
static unsigned in_flight STATISTIC; /* atomic; asked for only by who waits until all is at rest */

/* --- the server's side --------------------------------------------------------------------- */

static void transfer_done(void *arg)
{
	complete(&((struct block_server *)arg)->finished);
}

/* Interrupt context. */
static void disk_done(struct disk_request *io)
{
	struct block_server *s = &servers[io->disk];

	if (!ctl_irq_deferred(transfer_done, s))
		transfer_done(s);
}

/* Fill in the driver's request. */
static void prepare(const struct block_server *s, struct block_request *req)
{
	struct disk_request *io = &req->io;

	io->disk = s->disk;
	io->sector = req->dev->start + req->sector;
	io->nsectors = req->nsectors;
	io->buffer = req->buffer;
	io->write = req->write;
	io->error = 0;
	io->done = disk_done;
	io->more = NULL;
}

/* @io, with what is linked to it. */
static int transfer(struct block_server *s, struct disk_request *io)
{
	milestone(MS_IO_SUBMIT, s->name);
	sync_point(SP_IO_SUBMIT, io);
	trace(TE_IO, io->sector, io->nsectors << 1 | io->write, CALLER_PLACE());
	ctl_io_started();
	arch_disk_submit(io);
	wait_for_completion_of(&s->finished, WAIT_IO, s->name);
	sync_point(SP_IO_DONE, io);
	milestone(MS_IO_DONE, s->name);
	return io->error;
}

static struct block_request *request_of(struct disk_request *io)
{
	return container_of(io, struct block_request, io);
}

/* The requests gathered for one transfer. */
struct gathered {
	const struct disk_request *last;
	uint32_t nsectors;
	int parts;
};

static bool goes_on(const struct message *msg, const void *arg)
{
	const struct block_request *req = container_of(msg, struct block_request, msg);
	const struct gathered *g = arg;

	return req->write == g->last->write &&
	       req->dev->start + req->sector == g->last->sector + g->last->nsectors &&
	       req->nsectors <= BLOCK_MAX_SECTORS - g->nsectors;
}

/* Link to @first what waits right behind it and continues it. */
static void gather(struct block_server *s, struct disk_request *first)
{
	struct gathered g = { .last = first, .nsectors = first->nsectors, .parts = 1 };
	struct disk_request *last = first;
	struct message *msg;

	while (!ctl_active && g.parts < DISK_MAX_PARTS &&
	       (msg = port_receive_if(&s->port, goes_on, &g))) {
		struct block_request *req = container_of(msg, struct block_request, msg);

		prepare(s, req);
		last->more = &req->io;
		g.last = last = &req->io;
		g.nsectors += req->nsectors;
		g.parts++;
	}
}

static void reply(struct disk_request *io, int error)
{
	if (error)
		printk("%s: %s of %u sectors at %u failed\n", servers[io->disk].name,
		       io->write ? "write" : "read", io->nsectors, io->sector);
	__atomic_fetch_sub(&in_flight, 1, __ATOMIC_RELAXED);
	message_reply(&request_of(io)->msg, error);
}

static void reply_all(struct disk_request *io, int error)
{
	while (io) {
		struct disk_request *next = io->more; /* @io is the client's again, and may go */

		reply(io, error);
		io = next;
	}
}

/* The transfer failed: it is tried again in pieces, to see whose fault it is. */
static void one_by_one(struct block_server *s, struct disk_request *io)
{
	while (io) {
		struct disk_request *next = io->more;

		io->more = NULL;
		reply(io, transfer(s, io));
		io = next;
	}
}

static void block_server_main(void *arg)
{
	struct block_server *s = arg;

	port_serve(&s->port);
	for (;;) {
		struct message *msg = port_receive(&s->port);
		struct disk_request *io = &container_of(msg, struct block_request, msg)->io;
		int error;

		prepare(s, request_of(io));
		gather(s, io);
		error = transfer(s, io);
		if (error && io->more)
			one_by_one(s, io);
		else
			reply_all(io, error);
	}
}

/* --- the client's side --------------------------------------------------------------------- */

static int check_request(const struct block_request *req)
{
	const struct block_dev *dev = req->dev;

	if (!req->nsectors || req->nsectors > BLOCK_MAX_SECTORS)
		return -EINVAL;
	if (req->sector >= dev->nsectors || req->nsectors > dev->nsectors - req->sector)
		return -EINVAL;
	return 0;
}

static int call_server(struct block_request *req)
{
	req->error = check_request(req);
	if (req->error)
		return req->error;
	__atomic_fetch_add(&in_flight, 1, __ATOMIC_RELAXED);
	req->error = (int)port_call(&servers[req->dev->disk].port, &req->msg);
	return req->error;
}

int block_read(const struct block_dev *dev, uint32_t sector, uint32_t nsectors, paddr_t buffer)
{
	struct block_request req = {
		.dev = dev, .sector = sector, .nsectors = nsectors, .buffer = buffer};

	return call_server(&req);
}

int block_write(const struct block_dev *dev, uint32_t sector, uint32_t nsectors, paddr_t buffer)
{
	struct block_request req = {.dev = dev,
				    .sector = sector,
				    .nsectors = nsectors,
				    .buffer = buffer,
				    .write = true};

	return call_server(&req);
}

static void posted_done(struct message *msg)
{
	struct block_request *req = container_of(msg, struct block_request, msg);

	req->error = (int)msg->result;
	req->done(req);
}

void block_submit(struct block_request *req)
{
	req->error = check_request(req);
	if (req->error) {
		req->done(req);
		return;
	}
	__atomic_fetch_add(&in_flight, 1, __ATOMIC_RELAXED);
	req->msg.done = posted_done;
	port_post(&servers[req->dev->disk].port, &req->msg);
}

unsigned block_in_flight(void)
{
	return __atomic_load_n(&in_flight, __ATOMIC_RELAXED);
}

/* --- devices ------------------------------------------------------------------------------- */

const struct block_dev *block_nth(unsigned n)
{
	return n < nr_devs ? &devs[n] : NULL;
}

const struct block_dev *block_find(const char *name)
{
	unsigned i;

	for (i = 0; i < nr_devs; i++)
		if (!strcmp(devs[i].name, name))
			return &devs[i];
	return NULL;
}

unsigned block_devno(const struct block_dev *dev)
{
	unsigned major = dev->disk < 2 ? 3 : 22; /* the two IDE channels, as in Linux */

	return major << 8 | (unsigned)(dev->disk & 1) << 6 | (unsigned)dev->partition;
}

const struct block_dev *block_find_devno(unsigned devno)
{
	unsigned i;

	for (i = 0; i < nr_devs; i++)
		if (block_devno(&devs[i]) == devno)
			return &devs[i];
	return NULL;
}

static struct block_dev *add_dev(int disk, int partition, uint32_t start, uint32_t nsectors)
{
	struct block_dev *dev = &devs[nr_devs++];

	dev->disk = disk;
	dev->partition = partition;
	dev->start = start;
	dev->nsectors = nsectors;
	if (partition)
		snprintk(dev->name, sizeof(dev->name), "hd%c%d", 'a' + disk, partition);
	else
		snprintk(dev->name, sizeof(dev->name), "hd%c", 'a' + disk);
	return dev;
}

static uint32_t get_le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Four entries; one that leaves the disk is ignored with a line in the log. */
static void add_partitions(const struct block_dev *whole, const uint8_t *sector)
{
	int i;

	if (sector[SIGNATURE_AT] != 0x55 || sector[SIGNATURE_AT + 1] != 0xaa)
		return;
	for (i = 0; i < NR_PARTITIONS; i++) {
		const uint8_t *e = sector + TABLE_OFFSET + i * ENTRY_SIZE;
		uint32_t start = get_le32(e + 8), size = get_le32(e + 12);

		if (!e[4] || !size || e[4] == PART_EXTENDED || e[4] == PART_EXTENDED2)
			continue;
		if ((e[0] & 0x7f) || start >= whole->nsectors || size > whole->nsectors - start) {
			printk("%s: partition %d is no partition of this disk, ignored\n",
			       whole->name, i + 1);
			continue;
		}
		add_dev(whole->disk, i + 1, start, size)->type = e[4];
	}
}

static void read_partition_table(const struct block_dev *whole)
{
	uint8_t *page = get_free_pages(GFP_KERNEL, 0);

	if (!page)
		panic("no memory to read the partition table of %s", whole->name);
	if (!block_read(whole, 0, 1, virt_to_phys(page)))
		add_partitions(whole, page);
	free_pages(page, 0);
}

static void start_server(int disk)
{
	struct block_server *s = &servers[disk];
	struct task_struct *t;

	s->disk = disk;
	snprintk(s->name, sizeof(s->name), "hd%c", 'a' + disk);
	port_init(&s->port, s->name);
	init_completion(&s->finished, s->name);
	t = kthread_create(block_server_main, s, s->name);
	if (!t)
		panic("no memory for the block server of %s", s->name);
	wake_up_process(t);
}

void block_start(void)
{
	int disk, n = min(arch_disk_count(), MAX_DISKS);

	for (disk = 0; disk < n; disk++) {
		uint32_t nsectors = arch_disk_sectors(disk);

		if (!nsectors)
			continue;
		start_server(disk);
		read_partition_table(add_dev(disk, 0, 0, nsectors));
	}
}
