/*
 * tests/unit/test_swap_priority.c - which area the next slot comes from: descending priority, the
 * newest first among equals, equals in turn, full areas skipped, and back up when a better area has
 * room again. Facts d, priorities; S1 "swap_list".
 */
#include "swap_unit.h"

/* The areas of the next strlen(@want) slots, as digits. */
static void expect_types(const char *want)
{
	char got[80];
	unsigned n = (unsigned)strlen(want);

	for (unsigned i = 0; i < n; i++) {
		struct swp_entry e = get_swap_page();

		got[i] = e.val ? (char)('0' + swp_type(e)) : '-';
	}
	got[n] = '\0';
	ck_assert_str_eq(got, want);
}

/* The list from its head, as digits. */
static void expect_list(const char *want)
{
	char got[MAX_SWAPFILES + 1];
	int n = 0;

	for (int t = swap_list.head; t >= 0; t = swap_info[t].next)
		got[n++] = (char)('0' + t);
	got[n] = '\0';
	ck_assert_str_eq(got, want);
}

static void four_areas(unsigned a, unsigned b, unsigned c, unsigned d)
{
	area_add(a + 1); /* so that a slots are good */
	area_add(b + 1);
	area_add(c + 1);
	area_add(d + 1);
	boot(1, 4096, "");
}

/* --- without a wish: -1, -2, ... so one after the other
 * ---------------------------------------------- */

static void default_body(void *arg)
{
	static const int prio[] = {-1, -1, -1, -1};

	(void)arg;
	start_swap(prio, 4);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(swap_info[i].prio, -1 - i);
	expect_list("0123");
	expect_types("0000011122223-");
}

START_TEST(test_default)
{
	four_areas(5, 3, 4, 1);
	run(default_body, NULL);
}
END_TEST

/* --- equals take turns
 * ------------------------------------------------------------------------------- */

static void turns_body(void *arg)
{
	static const int prio[] = {7, 7, 7, 2};

	(void)arg;
	start_swap(prio, 4);
	expect_list("2103"); /* a new area goes before the old ones of its priority */
	expect_types("210210210");
	/* area 2 (3 slots) is full now: skipped; then 1 (4 slots) is, too */
	expect_types("10");
	expect_types("000");
	expect_types("33-");
}

START_TEST(test_turns)
{
	four_areas(7, 4, 3, 2);
	run(turns_body, NULL);
}
END_TEST

/* --- a slot of a better area comes free
 * --------------------------------------------------------------- */

static void back_body(void *arg)
{
	static const int prio[] = {9, 5, 5, 0};

	(void)arg;
	start_swap(prio, 4);
	expect_list("0213");
	expect_types("00212");
	swap_free(swp_entry(0, 1));
	expect_types("0212");
	swap_free(swp_entry(3, 1)); /* unused: a complaint, nothing changes */
	expect_types("1333-");
	swap_free(swp_entry(1, 2)); /* better than 3, not the best */
	expect_types("1-");
	swap_free(swp_entry(3, 3));
	expect_types("3-");
}

START_TEST(test_back)
{
	four_areas(2, 3, 4, 3);
	run(back_body, NULL);
}
END_TEST

/* --- an area leaves and comes back
 * --------------------------------------------------------------------- */

static void leave_body(void *arg)
{
	static const int prio[] = {3, 3, 1};
	struct sysinfo_swap info;
	char text[600];

	(void)arg;
	start_swap(prio, 3);
	expect_list("102");
	expect_types("10");
	swap_free(swp_entry(1, 1));
	ck_assert_int_eq(sys_swapoff("hdb"), 0);
	expect_list("02");
	ck_assert_int_eq(nr_swap_pages, 9 + 10);
	expect_types("00000000022");
	ck_assert_int_eq(sys_swapon("hdb", SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK), 0);
	expect_list("102");
	ck_assert_int_eq(swap_info[1].prio, 0x7fff);
	si_swapinfo(&info);
	ck_assert_uint_eq(info.total, 30);
	ck_assert_uint_eq(info.free, 10 + 8);
	ck_assert_int_gt(swap_report(text, sizeof(text)), 0);
	ck_assert_ptr_nonnull(strstr(text, "hda"));
	ck_assert_ptr_nonnull(strstr(text, "32767"));
	for (size_t n = 0; n < 200; n++) { /* whatever the room */
		char small[200];

		memset(small, '#', sizeof(small));
		ck_assert_int_lt(swap_report(small, n), n ? (int)n : 1);
		if (n < sizeof(small))
			ck_assert_int_eq(small[n], '#');
	}
	for (unsigned i = 1; i <= 2; i++)
		swap_free(swp_entry(2, i));
	ck_assert_int_eq(sys_swapoff("hdc"), 0);
	ck_assert_int_eq(sys_swapoff("hdb"), 0);
	for (unsigned i = 1; i <= 10; i++)
		swap_free(swp_entry(0, i));
	ck_assert_int_eq(sys_swapoff("hda"), 0);
	expect_list("");
	expect_types("-");
	ck_assert_int_eq(nr_swap_pages, 0);
	ck_assert_uint_eq(swap_complaints, 0);
}

START_TEST(test_leave)
{
	four_areas(10, 10, 10, 10);
	run(leave_body, NULL);
}
END_TEST

/* Every way to have no area at all. */
static void none_body(void *arg)
{
	(void)arg;
	expect_types("--");
	ck_assert_int_eq(swap_count(swp_entry(0, 1)), 0);
	ck_assert_ptr_null(read_swap_cache_async(swp_entry(0, 1), true));
	swapin_readahead(swp_entry(0, 1));
}

START_TEST(test_none)
{
	boot(1, 4096, "");
	run(none_body, NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("swap_priority");
	TCase *tc = tcase_create("areas");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_default);
	tcase_add_test(tc, test_turns);
	tcase_add_test(tc, test_back);
	tcase_add_test(tc, test_leave);
	tcase_add_test(tc, test_none);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
