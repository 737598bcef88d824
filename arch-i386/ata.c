/*
 * arch-i386/ata.c - the primary ATA channel: up to two disks, requests by interrupt.
 *
 * Bus-master DMA when the PCI IDE controller offers it (PIIX3 in Bochs and QEMU) and it is not much
 * slower than PIO, up to 16 sectors an interrupt; that is measured once. One
 * request runs on the channel; one more per disk may wait. Everything below is under disk_lock,
 * taken from interrupts too; done() is called after it was dropped, with interrupts off. A disk
 * that does not answer IDENTIFY in time is not there; one that does not answer a request within
 * TIMEOUT_TICKS fails it with -EIO and one line, and the channel is reset.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/spinlock.h"
#include "kernel/string.h"

#define ATA_DATA      0x1F0
#define ATA_COUNT     0x1F2
#define ATA_LBA0      0x1F3
#define ATA_LBA1      0x1F4
#define ATA_LBA2      0x1F5
#define ATA_DEVICE    0x1F6
#define ATA_COMMAND   0x1F7 /* write */
#define ATA_STATUS    0x1F7 /* read: also drops the interrupt */
#define ATA_CONTROL   0x3F6
#define ATA_ALTSTATUS 0x3F6

#define ST_ERR	0x01
#define ST_DRQ	0x08
#define ST_DF	0x20
#define ST_BUSY 0x80

#define CMD_READ      0x20
#define CMD_WRITE     0x30
#define CMD_READ_DMA  0xC8
#define CMD_WRITE_DMA 0xCA
#define CMD_IDENTIFY  0xEC
#define CMD_READ_MULTIPLE  0xC4
#define CMD_WRITE_MULTIPLE 0xC5
#define CMD_SET_MULTIPLE   0xC6

#define BM_COMMAND   0 /* offsets from the bus-master base */
#define BM_STATUS    2
#define BM_TABLE     4
#define BM_START     0x01
#define BM_TO_MEMORY 0x08
#define BM_ACTIVE    0x01
#define BM_ERROR     0x02
#define BM_INTERRUPT 0x04

#define NR_DISKS      2
#define MAX_SECTORS   128
#define IDENTIFY_MS   500
#define TIMEOUT_TICKS (5 * HZ)
#define SETTLE_SPINS  100000
#define MAX_MULTIPLE  16u
#define TRIALS	      3
#define TRIAL_SPINS   10000000

struct dma_entry { /* one physically contiguous piece that does not cross 64 KB */
	uint32_t address;
	uint16_t bytes; /* 0 = 64 KB */
	uint16_t flags; /* 0x8000 = last */
};

static struct spinlock disk_lock = SPINLOCK_INIT(LC_DISK, NULL);

static uint32_t disk_sectors[NR_DISKS]; /* constant after ata_init() */
static uint16_t bus_master;		/* I/O base, 0 = PIO */
static unsigned multiple = 1;		/* PIO: sectors moved at one interrupt */

/* protected by disk_lock */
static struct disk_request *waiting[NR_DISKS];
static struct disk_request *running;
static const struct disk_request *pio_part; /* PIO: the part that is at work; NULL = all moved */
static uint32_t sectors_done;		    /* of that part */
static int ticks_left;	      /* before the watchdog gives it up */
/* A part crosses a 64 KB edge at most once, since it has at most 64 KB. */
static struct dma_entry dma_table[2 * DISK_MAX_PARTS] __attribute__((aligned(256)));

/* --- registers ------------------------------------------------------------- */

/* Short waits only: for the few steps that no interrupt announces. */
static bool wait_clear(uint8_t mask)
{
	for (int i = 0; i < SETTLE_SPINS; i++) {
		if (!(inb(ATA_ALTSTATUS) & mask))
			return true;
		cpu_relax();
	}
	return false;
}

static bool wait_data(void)
{
	for (int i = 0; i < SETTLE_SPINS; i++) {
		uint8_t st = inb(ATA_ALTSTATUS);

		if (!(st & ST_BUSY) && (st & (ST_DRQ | ST_ERR | ST_DF)))
			return (st & (ST_DRQ | ST_ERR | ST_DF)) == ST_DRQ;
		cpu_relax();
	}
	return false;
}

/* READ and WRITE MULTIPLE shall move @n sectors at a time. True = the disk agrees. */
static bool set_multiple(int disk, unsigned n)
{
	outb(ATA_DEVICE, (uint8_t)(0xE0 | disk << 4));
	wait_clear(ST_BUSY | ST_DRQ);
	outb(ATA_COUNT, (uint8_t)n);
	outb(ATA_COMMAND, CMD_SET_MULTIPLE);
	return wait_clear(ST_BUSY) && !(inb(ATA_STATUS) & (ST_ERR | ST_DF));
}

/* The reset makes the disks forget about MULTIPLE. */
static void reset_channel(void)
{
	if (bus_master)
		outb(bus_master + BM_COMMAND, 0);
	outb(ATA_CONTROL, 0x04);
	pit_delay_us(10);
	outb(ATA_CONTROL, 0);
	pit_delay_us(2000);
	wait_clear(ST_BUSY);
	for (int disk = 0; disk < NR_DISKS && multiple > 1; disk++)
		if (disk_sectors[disk])
			set_multiple(disk, multiple);
}

static uint32_t all_sectors(const struct disk_request *req)
{
	uint32_t n = 0;

	for (; req; req = req->more)
		n += req->nsectors;
	return n;
}

static void select_sectors(const struct disk_request *req)
{
	outb(ATA_DEVICE, (uint8_t)(0xE0 | req->disk << 4 | (req->sector >> 24 & 0xF)));
	wait_clear(ST_BUSY | ST_DRQ);
	outb(ATA_COUNT, (uint8_t)all_sectors(req));
	outb(ATA_LBA0, req->sector & 0xFF);
	outb(ATA_LBA1, req->sector >> 8 & 0xFF);
	outb(ATA_LBA2, req->sector >> 16 & 0xFF);
}

/* --- DMA ------------------------------------------------------------------- */

/* The entries of one part, from @entry on; returns the one behind them. */
static struct dma_entry *describe_part(struct dma_entry *entry, const struct disk_request *part)
{
	uint32_t bytes = part->nsectors * SECTOR_SIZE, at = part->buffer;

	while (bytes) {
		uint32_t piece = min(bytes, 0x10000 - (at & 0xFFFF));

		*entry++ = (struct dma_entry){ .address = at, .bytes = (uint16_t)piece };
		at += piece;
		bytes -= piece;
	}
	return entry;
}

static void prepare_dma(const struct disk_request *req)
{
	struct dma_entry *end = dma_table;

	for (const struct disk_request *part = req; part; part = part->more)
		end = describe_part(end, part);
	end[-1].flags = 0x8000;
	outl(bus_master + BM_TABLE, virt_to_phys(dma_table));
	outb(bus_master + BM_COMMAND, req->write ? 0 : BM_TO_MEMORY);
	outb(bus_master + BM_STATUS, BM_INTERRUPT | BM_ERROR); /* writing ones clears them */
}

static void start_dma(const struct disk_request *req)
{
	prepare_dma(req);
	select_sectors(req);
	outb(ATA_COMMAND, req->write ? CMD_WRITE_DMA : CMD_READ_DMA);
	outb(bus_master + BM_COMMAND, BM_START | (req->write ? 0 : BM_TO_MEMORY));
}

/* True = the request has ended, with *error. */
static bool dma_step(int *error)
{
	uint8_t bm = inb(bus_master + BM_STATUS);
	uint8_t st;

	if (!(bm & BM_INTERRUPT))
		return false;
	outb(bus_master + BM_COMMAND, 0);
	st = inb(ATA_STATUS);
	outb(bus_master + BM_STATUS, BM_INTERRUPT | BM_ERROR);
	*error = (bm & BM_ERROR) || (st & (ST_ERR | ST_DF)) ? -EIO : 0;
	return true;
}

/* --- PIO ------------------------------------------------------------------- */

/* Where the sector at work goes to or comes from. */
static void *pio_address(void)
{
	return phys_to_virt(pio_part->buffer + sectors_done * SECTOR_SIZE);
}

/* The sectors of one interrupt. */
static void pio_move(bool write)
{
	for (unsigned i = 0; i < multiple && pio_part; i++) {
		if (write)
			outs16(ATA_DATA, pio_address(), SECTOR_SIZE / 2);
		else
			ins16(ATA_DATA, pio_address(), SECTOR_SIZE / 2);
		if (++sectors_done == pio_part->nsectors) {
			pio_part = pio_part->more;
			sectors_done = 0;
		}
	}
}

static uint8_t pio_command(bool write)
{
	if (multiple > 1)
		return write ? CMD_WRITE_MULTIPLE : CMD_READ_MULTIPLE;
	return write ? CMD_WRITE : CMD_READ;
}

/* True = the disk refused. */
static bool start_pio(struct disk_request *req)
{
	pio_part = req;
	sectors_done = 0;
	select_sectors(req);
	outb(ATA_COMMAND, pio_command(req->write));
	if (!req->write)
		return false; /* the first interrupt brings data */
	if (!wait_data())
		return true;
	pio_move(true);
	return false;
}

/* Sectors have been read, or written and the next are wanted. True = ended, with *error. */
static bool pio_step(const struct disk_request *req, int *error)
{
	uint8_t st = inb(ATA_STATUS);

	if (st & ST_BUSY)
		return false;
	*error = -EIO;
	if (st & (ST_ERR | ST_DF))
		return true;
	if (!req->write && !(st & ST_DRQ))
		return false;
	if (pio_part) {
		if (req->write && !wait_data())
			return true;
		pio_move(req->write);
		if (req->write || pio_part)
			return false;
	}
	*error = 0;
	return true;
}

/* --- requests -------------------------------------------------------------- */

/* Start the next waiting request, if the channel is free. The other disk goes first, so that
 * neither starves. Returns a request that failed at once, else NULL. disk_lock held. */
static struct disk_request *start_next(int after)
{
	struct disk_request *req;
	int disk = after ^ 1;

	if (running)
		return NULL;
	if (!waiting[disk])
		disk = after;
	req = waiting[disk];
	if (!req)
		return NULL;
	waiting[disk] = NULL;
	running = req;
	ticks_left = TIMEOUT_TICKS;
	if (bus_master)
		start_dma(req);
	else if (start_pio(req)) {
		running = NULL;
		req->error = -EIO;
		return req;
	}
	return NULL;
}

/* Hand @req back with what start_next() failed after it. No lock held, interrupts off. */
static void finish(struct disk_request *req)
{
	while (req) {
		struct disk_request *failed;
		int disk = req->disk;
		unsigned long flags;

		req->done(req); /* may submit the next one, may free this one */
		flags = spin_lock_irqsave(&disk_lock);
		failed = start_next(disk);
		spin_unlock_irqrestore(&disk_lock, flags);
		req = failed;
	}
}

static void check_parts(const struct disk_request *req)
{
	uint32_t n = all_sectors(req), next = req->sector;
	int parts = 0;

	BUG_ON(n < 1 || n > MAX_SECTORS);
	BUG_ON(req->sector >= disk_sectors[req->disk] || n > disk_sectors[req->disk] - req->sector);
	for (const struct disk_request *part = req; part; part = part->more) {
		BUG_ON(++parts > DISK_MAX_PARTS || !part->nsectors || (part->buffer & 1));
		BUG_ON(part->sector != next || part->write != req->write);
		next += part->nsectors;
	}
}

void arch_disk_submit(struct disk_request *req)
{
	struct disk_request *failed;
	unsigned long flags;

	BUG_ON(req->disk < 0 || req->disk >= NR_DISKS);
	check_parts(req);

	flags = spin_lock_irqsave(&disk_lock);
	BUG_ON(waiting[req->disk]);
	req->error = 0;
	waiting[req->disk] = req;
	failed = start_next(req->disk ^ 1);
	spin_unlock_irqrestore(&disk_lock, flags);
	if (failed) {
		flags = arch_irq_save();
		finish(failed);
		arch_irq_restore(flags);
	}
}

void ata_interrupt(void)
{
	struct disk_request *req = NULL;
	unsigned long flags = spin_lock_irqsave(&disk_lock);
	int error = 0;

	if (!running)
		inb(ATA_STATUS); /* nobody asked: drop it */
	else if (bus_master ? dma_step(&error) : pio_step(running, &error)) {
		req = running;
		req->error = error;
		running = NULL;
	}
	spin_unlock_irqrestore(&disk_lock, flags);
	finish(req);
}

/* Each timer tick of the boot CPU, interrupts off. */
void ata_watchdog(void)
{
	struct disk_request *req = NULL;
	unsigned long flags;

	if (!running) /* a hint; looked at again under the lock */
		return;
	flags = spin_lock_irqsave(&disk_lock);
	if (running && --ticks_left <= 0) {
		req = running;
		running = NULL;
		req->error = -EIO;
		reset_channel();
	}
	spin_unlock_irqrestore(&disk_lock, flags);
	if (req)
		printk("disk hd%c: no answer at sector %u, request fails\n", 'a' + req->disk,
		       req->sector);
	finish(req);
}

int arch_disk_count(void)
{
	return disk_sectors[1] ? 2 : disk_sectors[0] ? 1 : 0;
}

uint32_t arch_disk_sectors(int disk)
{
	return disk >= 0 && disk < NR_DISKS ? disk_sectors[disk] : 0;
}

/* --- start-up -------------------------------------------------------------- */

static uint32_t pci_select(uint32_t function, uint32_t reg)
{
	outl(0xCF8, 0x80000000u | function << 8 | reg);
	return inl(0xCFC);
}

/* Look on bus 0 for an IDE controller that can master the bus; its I/O base or 0. */
static uint16_t find_bus_master(void)
{
	for (uint32_t function = 0; function < 32 * 8; function++) {
		uint32_t class = pci_select(function, 0x08);
		uint32_t bar = pci_select(function, 0x20);

		if (class >> 16 != 0x0101 || !(class & 0x8000) || !(bar & 1) || !(bar & 0xFFF0))
			continue;
		/* Command register: I/O space, bus master. */
		outl(0xCFC, (pci_select(function, 0x04) & 0xFFFF) | 0x5);
		return bar & 0xFFF0;
	}
	return 0;
}

/* The identity that @disk gives; false = no disk (or none that knows LBA). */
static bool identify(int disk, uint16_t *id)
{
	int ms;

	outb(ATA_DEVICE, (uint8_t)(0xA0 | disk << 4));
	pit_delay_us(1);
	if (inb(ATA_STATUS) == 0xFF || inb(ATA_STATUS) == 0)
		return false;
	/* IDENTIFY leaves the address registers of a disk alone, so the BIOS's last read would
	 * still stand there and look like a CD-ROM's signature. */
	outb(ATA_LBA1, 0);
	outb(ATA_LBA2, 0);
	outb(ATA_COMMAND, CMD_IDENTIFY);
	pit_delay_us(1);
	if (inb(ATA_STATUS) == 0)
		return false;
	for (ms = 0; ms < IDENTIFY_MS && (inb(ATA_ALTSTATUS) & ST_BUSY); ms++)
		pit_delay_us(1000);
	if (ms == IDENTIFY_MS || !wait_data())
		return false; /* silent, or a CD-ROM, which refuses this command */
	ins16(ATA_DATA, id, SECTOR_SIZE / 2);
	inb(ATA_STATUS);
	return id[49] & 1u << 9;
}

static void find_disks(void)
{
	unsigned most = MAX_MULTIPLE;

	for (int disk = 0; disk < NR_DISKS; disk++) {
		uint16_t id[SECTOR_SIZE / 2] = { 0 };

		if (!identify(disk, id))
			continue;
		disk_sectors[disk] = (uint32_t)id[61] << 16 | id[60];
		most = min(most, id[47] & 0xffu);
	}
	for (int disk = 0; disk < NR_DISKS && most > 1; disk++)
		if (disk_sectors[disk] && !set_multiple(disk, most))
			most = 1;
	if (most > 1)
		multiple = most;
}

/* --- DMA or PIO ------------------------------------------------------------ */

/* The ticks that reading @req takes, nobody else using the channel; UINT32_MAX = it failed. */
static uint32_t try_read(struct disk_request *req, bool dma)
{
	uint64_t begun = arch_ticks();
	int error = 0;

	if (dma)
		start_dma(req);
	else
		start_pio(req);
	for (int i = 0; i < TRIAL_SPINS; i++) {
		if (dma ? dma_step(&error) : pio_step(req, &error))
			return error ? UINT32_MAX : (uint32_t)(arch_ticks() - begun);
		cpu_relax();
	}
	reset_channel();
	return UINT32_MAX;
}

/* Which is faster depends on the machine: Bochs charges DMA 1.3 ms of simulated time for a page, and PIO
 * the instructions of its loop, so with a fast CPU PIO wins by far. DMA leaves the CPU free and is kept
 * unless it is more than twice as slow, each at its best of three: a machine whose disk is a file of a busy
 * host may be slow once. */
static void choose_transfer(void)
{
	static uint8_t page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	struct disk_request parts[DISK_MAX_PARTS];
	uint32_t n = PAGE_SIZE / SECTOR_SIZE, pio, dma;
	int disk = disk_sectors[0] ? 0 : 1;

	if (!bus_master || multiple == 1 || disk_sectors[disk] < n * DISK_MAX_PARTS)
		return;
	for (unsigned i = 0; i < DISK_MAX_PARTS; i++)
		parts[i] = (struct disk_request){ .disk = disk, .sector = i * n, .nsectors = n,
			.buffer = virt_to_phys(page), .more = i + 1 < DISK_MAX_PARTS ? &parts[i + 1] : NULL };
	dma = try_read(parts, true);
	pio = try_read(parts, false);
	for (int i = 1; i < TRIALS && pio < dma / 2; i++) {
		dma = min(dma, try_read(parts, true));
		pio = min(pio, try_read(parts, false));
	}
	if (pio < dma / 2)
		bus_master = 0;
	printk("ata: %s; reading 64 KB took %u ticks by DMA, %u by PIO\n",
	       bus_master ? "DMA" : "PIO", dma, pio);
}

void ata_init(void)
{
	outb(ATA_CONTROL, 0x02); /* no interrupts yet */
	find_disks();
	bus_master = find_bus_master();
	outb(ATA_CONTROL, 0);
	choose_transfer();
	inb(ATA_STATUS);
	ioapic_enable(IRQ_ATA);
}
