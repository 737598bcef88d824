/*
 * tests/programs/bin/hog.c - uses so many MB of memory for so many seconds (10), and checks every byte of it.
 */
#include "util.h"

#include <time.h>
#include <sys/time.h>

#define PAGE 4096u

/* Every word of a page depends on the page and on how often it was written. */
static uint32_t word_of(size_t page, uint32_t round, unsigned i)
{
	return (uint32_t)page * 2654435761u ^ round * 40503u ^ i;
}

static void fill(uint32_t *p, size_t page, uint32_t round)
{
	unsigned i;

	for (i = 0; i < PAGE / 4; i++)
		p[i] = word_of(page, round, i);
}

static bool right(const uint32_t *p, size_t page, uint32_t round)
{
	unsigned i;

	for (i = 0; i < PAGE / 4; i++)
		if (p[i] != word_of(page, round, i))
			return false;
	return true;
}

static long now_ms(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return (long)tv.tv_sec % 1000000 * 1000 + (long)tv.tv_usec / 1000;
}

int main(int argc, char **argv)
{
	long mb, seconds = 10, start;
	unsigned long touched = 0;
	size_t pages, i;
	uint32_t round = 0;
	char *memory;

	set_program(argv[0]);
	if (argc < 2 || argc > 3)
		usage("hog MB [SECONDS]");
	mb = number_arg(argv[1], "number of MB", 1, 1024);
	if (argc == 3)
		seconds = number_arg(argv[2], "number of seconds", 0, 100000);
	pages = (size_t)mb * (1024 * 1024 / PAGE);
	memory = malloc(pages * PAGE);
	if (!memory) {
		complain_errno("no %ld MB", mb);
		return 1;
	}
	start = now_ms();
	do {
		for (i = 0; i < pages; i++) {
			uint32_t *p = (uint32_t *)(void *)(memory + i * PAGE);

			if (round && !right(p, i, round - 1)) {
				complain("page %lu is not what was written in round %u", (unsigned long)i,
					 (unsigned)round - 1);
				return 1;
			}
			fill(p, i, round);
			touched++;
		}
		round++;
	} while (now_ms() - start < seconds * 1000);
	for (i = 0; i < pages; i++)
		if (!right((uint32_t *)(void *)(memory + i * PAGE), i, round - 1)) {
			complain("page %lu is wrong at the end", (unsigned long)i);
			return 1;
		}
	printf("%ld MB, %lu pages written and checked in %u rounds: all right\n", mb, touched, (unsigned)round);
	return finish(0);
}
