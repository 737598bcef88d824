/*
 * tests/programs/bin/proca.c - process A of the swapout deadlock: maps a driver's pages, and runs short of memory.
 */
#include "util.h"
#include "pad.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

/*
 * A writes to the pages of a driver that it has mapped, and to more memory of its own than the machine has. So
 * the page stealer takes its pages, the driver's among them: each such page is handed to the driver's
 * swapout(), which sleeps for the driver's lock L. Whether that can hang depends on what the stealer still
 * holds then: see docs/deadlock.md. The other half is procb.
 */
#define PAGE 4096u

/* The memory of the machine in pages, from /proc/meminfo. */
static unsigned long machine_pages(void)
{
	char *text = read_proc("/proc/meminfo");
	long kb = proc_number(text, "MemTotal");

	free(text);
	return (unsigned long)kb / (PAGE / 1024);
}

static volatile uint32_t *map_pad(unsigned long *pages)
{
	struct pad_info info;
	int fd = open(PAD_DEVICE, O_RDWR);
	void *p;

	if (fd < 0 || ioctl(fd, PAD_INFO, &info) < 0) {
		complain_errno(PAD_DEVICE);
		exit(1);
	}
	*pages = info.npages;
	p = mmap(NULL, info.npages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		complain_errno("cannot map " PAD_DEVICE);
		exit(1);
	}
	return p;
}

int main(int argc, char **argv)
{
	unsigned long pad_pages, pages, i, wrong = 0;
	volatile uint32_t *pad, *own;
	long rounds = 4, round;
	struct pad_info info;
	int fd;

	set_program(argv[0]);
	if (argc > 2)
		usage("proca [ROUNDS]");
	if (argc == 2)
		rounds = number_arg(argv[1], "number of rounds", 1, 10000);
	pad = map_pad(&pad_pages);
	pages = machine_pages() + machine_pages() / 4;
	own = malloc(pages * PAGE);
	if (!own) {
		complain_errno("no memory");
		return 1;
	}
	for (round = 1; round <= rounds; round++) {
		for (i = 0; i < pad_pages; i++)
			pad[i * PAGE / 4] = (uint32_t)(i * 1000 + (unsigned long)round);
		for (i = 0; i < pages; i++)
			own[i * PAGE / 4] = (uint32_t)(i ^ (unsigned long)round);
		for (i = 0; i < pad_pages; i++)
			wrong += pad[i * PAGE / 4] != (uint32_t)(i * 1000 + (unsigned long)round);
		for (i = 0; i < pages; i++)
			wrong += own[i * PAGE / 4] != (uint32_t)(i ^ (unsigned long)round);
		printf("A: round %ld of %ld done\n", round, rounds);
		fflush(stdout);
	}
	fd = open(PAD_DEVICE, O_RDWR);
	if (fd < 0 || ioctl(fd, PAD_INFO, &info) < 0)
		info.writes = 0;
	printf("A: finished; the driver's pages were written home %lu times; %lu wrong words\n",
	       (unsigned long)info.writes, wrong);
	return finish(wrong != 0);
}
