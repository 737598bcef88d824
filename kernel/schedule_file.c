/*
 * kernel/schedule_file.c - reads the schedule from the boot disk. See kernel/schedule_file.h.
 */
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/scenario.h"
#include "kernel/schedule_file.h"
#include "kernel/servers/block.h"
#include "kernel/string.h"
#include "mm/page.h"

#define BOOT_PARTITION "hda1"
#define SECTORS	       (SCHEDULE_BYTES / SECTOR_SIZE)
#define ORDER	       2 /* 16 KB are four pages */

void schedule_file_load(void)
{
	const char *word = cmdline_get("schedule");
	const struct block_dev *dev = block_find(BOOT_PARTITION);
	char *text;

	if (!word || strcmp(word, "file"))
		return;
	text = get_free_pages(GFP_KERNEL, ORDER); /* stays: the scenario reads it where it is */
	if (!text || !dev || dev->nsectors < SECTORS ||
	    block_read(dev, dev->nsectors - SECTORS, SECTORS, virt_to_phys(text))) {
		report("schedule=file: cannot read the end of %s\n", BOOT_PARTITION);
		return;
	}
	text[SCHEDULE_BYTES - 1] = '\0';
	if (text[0])
		scenario_set_schedule(text, strlen(text));
}
