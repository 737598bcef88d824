/*
 * tests/unit/fuzz/fuzz_swap_header.c - the judge of swap headers (swap/swap_header.c).
 *
 * Input: four bytes length of the device in pages, then the header page (short ones are filled up with
 * zeros, and get the signature that the length's top bits choose). Whatever is accepted must fit the
 * device and leave at least one usable page.
 */
#include "fuzz.h"

#include <string.h>

#include "swap/swap_internal.h"

#define MAP_MAX 70000ul /* larger areas are judged but get no map here */

/* The last ten bytes of the page; no string. */
static void put_signature(char *page, const char *text)
{
	for (int i = 0; i < 10; i++)
		page[4086 + i] = text[i];
}

static void check_map(const void *page, unsigned long area_max, unsigned long nrbad)
{
	unsigned short *counts = calloc(area_max, sizeof(*counts));
	unsigned short *map[MAP_MAX / SLOTS_PER_MAP_PAGE + 1];
	unsigned long good, marked = 0;

	must(counts != NULL);
	for (unsigned long i = 0; i < area_max; i += SLOTS_PER_MAP_PAGE)
		map[i / SLOTS_PER_MAP_PAGE] = counts + i;
	good = swap_header_fill_map(page, map, area_max);
	for (unsigned long i = 0; i < area_max; i++) {
		must(counts[i] == 0 || counts[i] == SWAP_MAP_BAD);
		marked += counts[i] != 0;
	}
	must(counts[0] == SWAP_MAP_BAD);
	must(good > 0 && good + marked == area_max);
	must(marked <= nrbad + 1); /* a page may be listed twice */
	free(counts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, size};
	uint32_t word = fuzz_u32(&in);
	unsigned long pages = word & 0x3fffffff, area_max = 0, nrbad = 0;
	const char *why = NULL;
	char *page = calloc(1, PAGE_SIZE);

	must(page != NULL);
	memcpy(page, in.at, in.left < PAGE_SIZE ? in.left : PAGE_SIZE);
	if (word >> 30 == 1)
		put_signature(page, "SWAPSPACE2");
	if (word >> 30 == 2)
		put_signature(page, "SWAP-SPACE");
	if (swap_header_check(page, pages, &area_max, &nrbad, &why)) {
		fuzz_must_be_one_line(why);
	} else {
		must(area_max >= 2 && area_max <= pages);
		if (area_max <= MAP_MAX)
			check_map(page, area_max, nrbad);
	}
	free(page);
	return 0;
}
