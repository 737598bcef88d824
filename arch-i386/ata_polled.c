/*
 * arch-i386/ata_polled.c - writing to a disk of the primary ATA channel when the machine ends: by polling,
 * sector by sector, in any state of the kernel. Contract: arch_disk_write_polled() of kernel/arch.h.
 *
 * The channel is reset first, whatever it was doing, and raises no interrupt from then on.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/errno.h"

#define ATA_DATA    0x1F0
#define ATA_COUNT   0x1F2
#define ATA_LBA0    0x1F3
#define ATA_DEVICE  0x1F6
#define ATA_COMMAND 0x1F7 /* write */
#define ATA_STATUS  0x1F7 /* read */
#define ATA_CONTROL 0x3F6 /* 2 = no interrupts, 4 = reset */

#define ST_ERR	0x01
#define ST_DRQ	0x08
#define ST_DF	0x20
#define ST_BUSY 0x80

#define CMD_WRITE 0x30
#define SPINS	  10000000

/* Until the disk is no longer busy and says @bits of ST_DRQ. */
static bool wait_for(uint8_t bits)
{
	for (int i = 0; i < SPINS; i++) {
		uint8_t st = inb(ATA_STATUS);

		if (st & ST_BUSY)
			continue;
		if (st & (ST_ERR | ST_DF))
			return false;
		if ((st & ST_DRQ) == bits)
			return true;
	}
	return false;
}

static void silence_channel(void)
{
	static bool silent;

	if (silent)
		return;
	silent = true;
	outb(ATA_CONTROL, 0x06);
	pit_delay_us(10);
	outb(ATA_CONTROL, 0x02);
	pit_delay_us(2000);
}

int arch_disk_write_polled(int disk, uint32_t sector, uint32_t nsectors, paddr_t buffer)
{
	silence_channel();
	outb(ATA_DEVICE, (uint8_t)(0xE0 | disk << 4 | (sector >> 24 & 0xF)));
	if (!wait_for(0))
		return -EIO;
	outb(ATA_COUNT, (uint8_t)nsectors);
	for (int i = 0; i < 3; i++)
		outb((uint16_t)(ATA_LBA0 + i), (uint8_t)(sector >> 8 * i));
	outb(ATA_COMMAND, CMD_WRITE);
	for (uint32_t n = 0; n < nsectors; n++) {
		if (!wait_for(ST_DRQ))
			return -EIO;
		outs16(ATA_DATA, phys_to_virt(buffer + n * SECTOR_SIZE), SECTOR_SIZE / 2);
	}
	return wait_for(0) ? 0 : -EIO;
}
