/*
 * tests/unit/test_swap_header.c - the judge of swap headers: good ones of both forms, a table of
 * damaged ones, and noise. Facts d, "Swap header". Also what swapon says to each.
 */
#include "swap_unit.h"

#include "swap/swap_internal.h"

#define DEVICE_PAGES 1000

static unsigned char page[PAGE_SIZE];
static unsigned long area_max, nrbad;
static const char *why;

static int judge(void)
{
	why = NULL;
	return swap_header_check(page, DEVICE_PAGES, &area_max, &nrbad, &why);
}

static void good_new(void)
{
	static const uint32_t bad[] = {3, 500, 998};

	format_new(page, 999, bad, 3);
}

static void good_old(void)
{
	memset(page, 0, PAGE_SIZE);
	memset(page, 0xff, 100); /* pages 0..799 */
	page[5] = 0xfe;		 /* page 40 is bad */
	memcpy(page + 4086, "SWAP-SPACE", 10);
}

START_TEST(test_good_new)
{
	static unsigned short counts[DEVICE_PAGES], *map[] = {counts};

	good_new();
	ck_assert_int_eq(judge(), 0);
	ck_assert_uint_eq(area_max, 999); /* the page numbered last_page is not used */
	ck_assert_uint_eq(nrbad, 3);
	ck_assert_uint_eq(swap_header_fill_map(page, map, area_max), 995); /* last - bad - 1 */
	ck_assert_uint_eq(counts[0], SWAP_MAP_BAD);
	ck_assert_uint_eq(counts[500], SWAP_MAP_BAD);
	ck_assert_uint_eq(counts[501], 0);
}
END_TEST

START_TEST(test_good_old)
{
	static unsigned short counts[DEVICE_PAGES], *map[] = {counts};

	good_old();
	ck_assert_int_eq(judge(), 0);
	ck_assert_uint_eq(area_max, 800); /* the highest usable page + 1 */
	ck_assert_uint_eq(nrbad, 1);
	ck_assert_uint_eq(swap_header_fill_map(page, map, area_max), 798);
	ck_assert_uint_eq(counts[40], SWAP_MAP_BAD);
	ck_assert_uint_eq(counts[0], SWAP_MAP_BAD);
}
END_TEST

/* --- one thing wrong in an otherwise good header ------------------------------------- */

enum field { WORD, MAGIC, CLEAR_BITS };

static const struct {
	bool old;
	enum field field;
	unsigned at;
	uint32_t value;
	const char *text;
	const char *complaint; /* part of it; NULL = still good */
} damages[] = {
	{false, MAGIC, 0, 0, "SWAPSPACE3", "no swap signature"},
	{false, MAGIC, 0, 0, "swapspace2", "no swap signature"},
	{false, MAGIC, 0, 0, "\0\0\0\0\0\0\0\0\0", "no swap signature"},
	{false, WORD, 1024, 0, NULL, "version"},
	{false, WORD, 1024, 2, NULL, "version"},
	{false, WORD, 1024, 0x01000000, NULL, "version"},
	{false, WORD, 1028, 0, NULL, "no usable page"},
	{false, WORD, 1028, 1, NULL, "no usable page"},
	{false, WORD, 1028, 4, NULL, "no usable page"},
	{false, WORD, 1028, 600, NULL, "outside the area"}, /* 998 no longer fits */
	{false, WORD, 1028, 1000, NULL, NULL},
	{false, WORD, 1028, 1001, NULL, "longer than the device"},
	{false, WORD, 1028, 0xffffffff, NULL, "longer than the device"},
	{false, WORD, 1032, 638, NULL, "637"},
	{false, WORD, 1032, 0xffffffff, NULL, "637"},
	{false, WORD, 1032, 637, NULL, "outside the area"}, /* zeros follow the three */
	{false, WORD, 1032, 0, NULL, NULL},
	{false, WORD, 1536, 0, NULL, "outside the area"},
	{false, WORD, 1536, 999, NULL, "outside the area"},
	{false, WORD, 1536, 0x80000003, NULL, "outside the area"},
	{false, WORD, 1540, 3, NULL, NULL}, /* named twice: harmless */
	{true, CLEAR_BITS, 0, 100, NULL, "no usable page"},
	{true, CLEAR_BITS, 1, 99, NULL, NULL},
	{true, WORD, 4082, 0xff000000, NULL, "longer than the device"}, /* the last page there is */
	{true, MAGIC, 0, 0, "SWAPSPACE2", "version"},
};

START_TEST(test_damaged)
{
	if (damages[_i].old)
		good_old();
	else
		good_new();
	if (damages[_i].field == WORD)
		put_word(page, damages[_i].at, damages[_i].value);
	else if (damages[_i].field == MAGIC)
		memcpy(page + 4086, damages[_i].text, 10);
	else
		memset(page + damages[_i].at, 0, damages[_i].value);
	if (!damages[_i].complaint) {
		ck_assert_int_eq(judge(), 0);
		return;
	}
	ck_assert_int_eq(judge(), -EINVAL);
	ck_assert_msg(strstr(why, damages[_i].complaint), "said: %s", why);
}
END_TEST

/* Bit 0 says nothing, set or not: it is the header's. */
START_TEST(test_old_only_header)
{
	memset(page, 0, PAGE_SIZE);
	page[0] = 1;
	memcpy(page + 4086, "SWAP-SPACE", 10);
	ck_assert_int_eq(judge(), -EINVAL);
	page[0] = 2;
	ck_assert_int_eq(judge(), 0);
	ck_assert_uint_eq(area_max, 2);
}
END_TEST

/* Noise behind either signature: whatever is accepted must fit the map that is made of it. */
START_TEST(test_noise)
{
	static unsigned short counts[DEVICE_PAGES], *map[] = {counts};
	uint32_t seed = 12345u + (unsigned)_i;
	unsigned accepted = 0;

	for (int round = 0; round < 4000; round++) {
		for (unsigned i = 0; i < PAGE_SIZE; i++) {
			seed = seed * 1664525u + 1013904223u;
			page[i] = (unsigned char)(seed >> 24);
		}
		memcpy(page + 4086, round & 1 ? "SWAPSPACE2" : "SWAP-SPACE", 10);
		if (round & 1) {
			put_word(page, 1024, 1);
			put_word(page, 1028, seed % 1200);
			put_word(page, 1032, seed >> 8 & 3);
			for (unsigned i = 0; i < 4; i++)
				put_word(page, 1536 + 4 * i, seed >> (i + 3) & 1023);
		} else if (round & 2) {
			memset(page + 120, 0, 4086 - 120);
		}
		if (judge())
			continue;
		accepted++;
		ck_assert_uint_le(area_max, DEVICE_PAGES);
		memset(counts, 0, sizeof(counts));
		ck_assert_uint_gt(swap_header_fill_map(page, map, area_max), 0);
	}
	ck_assert_uint_gt(accepted, 500);
}
END_TEST

/* --- swapon's words ------------------------------------------------------------------ */

static void swapon_body(void *arg)
{
	(void)arg;
	block_start();
	host_disk_fail(2, 0, 1);
	ck_assert_int_eq(sys_swapon("hda", 0), -EINVAL);
	ck_assert_int_eq(sys_swapon("/dev/hdb", 0), 0);
	ck_assert_int_eq(sys_swapon("hdb", 0), -EBUSY);
	ck_assert_int_eq(sys_swapon("hdc", 0), -EIO);
	ck_assert_int_eq(sys_swapon("hdd", 0), -EINVAL); /* shorter than a page */
	ck_assert_int_eq(sys_swapon("hdx9", 0), -ENODEV);
	ck_assert_int_eq(sys_swapon("/home/swapfile", 0), -ENOTBLK);
	ck_assert_int_eq(sys_swapon("", 0), -ENODEV);
	ck_assert_int_eq(sys_swapoff("hda"), -EINVAL);
	ck_assert_int_eq(sys_swapoff("/home/swapfile"), -EINVAL);
	/* A refusal leaves nothing behind: the same area can be had once its disk is good. */
	ck_assert_int_eq(sys_swapon("hdc", 0), 0);
	ck_assert_int_eq(sys_swapoff("hdb"), 0);
	ck_assert_int_eq(sys_swapon("hdb", 0), 0);
	ck_assert_int_eq(sys_swapoff("hdb"), 0);
	ck_assert_int_eq(sys_swapoff("hdc"), 0);
	ck_assert_int_eq(nr_swap_pages, 0);
}

START_TEST(test_swapon_errors)
{
	static const char *const said[] = {
		"swapon: hda is no good swap area: it has no swap signature",
		"Adding swap: hdb, 236 KB, priority -1",
		"swapon: hdb is (or overlaps) a swap area in use",
		"swapon: the header of hdc cannot be read (error 5)",
		"swapon: there is no disk or partition hdx9",
		"swapon: /home/swapfile is not a block device",
		"swapoff: hda is no swap area in use",
		"Removed swap: hdb",
	};

	host_disk_add(800);
	area_add(60);
	area_add(60);
	host_disk_add(7);
	boot(1, 4096, "");
	run(swapon_body, NULL);
	for (unsigned i = 0; i < ARRAY_SIZE(said); i++)
		ck_assert_msg(strstr(host_output(), said[i]), "not said: %s", said[i]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("swap_header");
	TCase *tc = tcase_create("header");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_good_new);
	tcase_add_test(tc, test_good_old);
	tcase_add_loop_test(tc, test_damaged, 0, ARRAY_SIZE(damages));
	tcase_add_test(tc, test_old_only_header);
	tcase_add_loop_test(tc, test_noise, 0, 2);
	tcase_add_test(tc, test_swapon_errors);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
