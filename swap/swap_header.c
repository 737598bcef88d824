/*
 * swap/swap_header.c - what mkswap wrote into the first page of a swap area: is it good, and which
 * pages may be used.
 *
 * Realises facts section d, "Swap header": the form of 1999 (magic SWAPSPACE2: a version, the last
 * page, a list of bad pages) and the older one (magic SWAP-SPACE: a bitmap of good pages).
 * Interface: swap_header_check (swap/swap.h) judges and changes nothing; swap_header_fill_map makes
 * the swap map of a header that was found good. The page comes from a disk: nothing in it is
 * believed before it was checked, and every number is read byte by byte.
 */
#include "kernel/errno.h"
#include "kernel/string.h"
#include "swap/swap_internal.h"

#define MAGIC_AT     4086 /* the last 10 bytes of the page */
#define MAGIC_LEN    10
#define VERSION_AT   1024
#define LAST_PAGE_AT 1028
#define NR_BAD_AT    1032
#define BAD_PAGES_AT 1536
#define MAX_BAD	     ((MAGIC_AT - BAD_PAGES_AT) / 4) /* 637 */
#define OLD_BITS     (MAGIC_AT * 8)		     /* pages that the old form can describe */

static uint32_t word_at(const void *header, unsigned at)
{
	const uint8_t *p = (const uint8_t *)header + at;

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool has_magic(const void *header, const char *magic)
{
	return !memcmp((const uint8_t *)header + MAGIC_AT, magic, MAGIC_LEN);
}

/* --- the old form: bit i set = page i is good; page 0 is the header itself
 * ------------------------ */

static bool old_page_good(const void *header, unsigned long page)
{
	return ((const uint8_t *)header)[page / 8] >> (page % 8) & 1;
}

static const char *check_old(const void *header, unsigned long *area_max, unsigned long *nrbad)
{
	unsigned long last = 0, good = 0;

	for (unsigned long i = 1; i < OLD_BITS; i++) {
		if (old_page_good(header, i)) {
			last = i;
			good++;
		}
	}
	if (!good)
		return "its map shows no usable page";
	*area_max = last + 1;
	*nrbad = last - good;
	return NULL;
}

/* --- the form of 1999
 * ----------------------------------------------------------------------------- */

static unsigned long bad_page(const void *header, unsigned long n)
{
	return word_at(header, (unsigned)(BAD_PAGES_AT + 4 * n));
}

static const char *check_new(const void *header, unsigned long *area_max, unsigned long *nrbad)
{
	unsigned long last = word_at(header, LAST_PAGE_AT);
	unsigned long bad = word_at(header, NR_BAD_AT);

	if (word_at(header, VERSION_AT) != 1)
		return "its version is not 1";
	if (bad > MAX_BAD)
		return "it claims more than 637 bad pages";
	if (last <= 1 + bad)
		return "it has no usable page";
	for (unsigned long i = 0; i < bad; i++)
		if (!bad_page(header, i) || bad_page(header, i) >= last)
			return "its list of bad pages names a page outside the area";
	*area_max = last; /* 2.3.23: the page numbered last_page is not used */
	*nrbad = bad;
	return NULL;
}

/* --- both
 * ------------------------------------------------------------------------------------------ */

int swap_header_check(const void *header, unsigned long device_pages, unsigned long *area_max,
		      unsigned long *nrbad, const char **why)
{
	if (has_magic(header, "SWAPSPACE2"))
		*why = check_new(header, area_max, nrbad);
	else if (has_magic(header, "SWAP-SPACE"))
		*why = check_old(header, area_max, nrbad);
	else
		*why = "it has no swap signature (run mkswap on it first)";
	if (!*why && *area_max > device_pages)
		*why = "its header describes an area longer than the device (run mkswap again)";
	if (!*why && *area_max > 1ul << 24)
		*why = "it is longer than a swap entry can express (64 GiB)";
	return *why ? -EINVAL : 0;
}

unsigned long swap_header_fill_map(const void *header, unsigned short **map, unsigned long area_max)
{
	unsigned long good = 0;

	*swap_slot(map, 0) = SWAP_MAP_BAD;
	if (has_magic(header, "SWAP-SPACE")) {
		for (unsigned long i = 1; i < area_max; i++)
			if (!old_page_good(header, i))
				*swap_slot(map, i) = SWAP_MAP_BAD;
	} else {
		for (unsigned long i = 0; i < word_at(header, NR_BAD_AT); i++)
			*swap_slot(map, bad_page(header, i)) = SWAP_MAP_BAD;
	}
	for (unsigned long i = 1; i < area_max; i++)
		good += *swap_slot(map, i) == 0;
	return good;
}
