/*
 * tests/unit/test_lock_stats.c - what the kernel counts of its locks (kernel/lock_stats.h), by calls whose sums are
 * known beforehand; and what tracefile= refuses (kernel/trace_out.h).
 */
#include "unit.h"

#include "kernel/lock_stats.h"
#include "kernel/trace_out.h"
#include "kernel/watch.h"

static struct lock_info li;

static void boot(void)
{
	host_boot(1, 4096, "");
	lock_info_init(&li, LC_DRIVER, "L");
	lock_stats_clear();
}

START_TEST(test_sums)
{
	struct trace_lock_total n;

	boot();
	lock_stats_got(&li, LOCK_WRITE, false, 0);
	lock_stats_dropped(&li, LOCK_WRITE, 40);
	lock_stats_got(&li, LOCK_WRITE | LOCK_TRY, true, 7);
	lock_stats_dropped(&li, LOCK_WRITE, 10);
	lock_stats_got(&li, LOCK_WRITE, true, 5);
	n = lock_stats_total(LC_DRIVER, false);
	ck_assert_uint_eq(n.acquisitions, 3);
	ck_assert_uint_eq(n.contentions, 2);
	ck_assert_uint_eq(n.wait_min, 5);
	ck_assert_uint_eq(n.wait_max, 7);
	ck_assert_uint_eq(n.wait_total, 12);
	ck_assert_uint_eq(n.holds, 2); /* the third is still held */
	ck_assert_uint_eq(n.hold_min, 10);
	ck_assert_uint_eq(n.hold_max, 40);
	ck_assert_uint_eq(n.hold_total, 50);
	ck_assert_uint_eq(n.acq_bounces, 0); /* one CPU */
	ck_assert_uint_eq(lock_stats_of(LC_DRIVER).taken, 3);
	ck_assert_uint_eq(lock_stats_of(LC_DRIVER).waited, 12);
	lock_stats_clear();
	ck_assert_uint_eq(lock_stats_of(LC_DRIVER).taken, 0);
}
END_TEST

START_TEST(test_readers_have_a_row_of_their_own)
{
	boot();
	lock_stats_got(&li, LOCK_READ, true, 3);
	lock_stats_dropped(&li, LOCK_READ, 9);
	ck_assert_uint_eq(lock_stats_total(LC_DRIVER, false).acquisitions, 0);
	ck_assert_uint_eq(lock_stats_total(LC_DRIVER, true).contentions, 1);
	ck_assert_uint_eq(lock_stats_total(LC_DRIVER, true).hold_total, 9);
}
END_TEST

/* The last user was CPU 1: an acquisition on CPU 0 is a bounce, a contended one of both kinds. */
START_TEST(test_bounces)
{
	struct trace_lock_total n;

	boot();
	li.last_cpu = 2;
	lock_stats_got(&li, LOCK_WRITE, false, 0);
	lock_stats_got(&li, LOCK_WRITE, false, 0);
	li.last_cpu = 2;
	lock_stats_got(&li, LOCK_WRITE, true, 1);
	n = lock_stats_total(LC_DRIVER, false);
	ck_assert_uint_eq(n.acq_bounces, 2);
	ck_assert_uint_eq(n.con_bounces, 1);
	ck_assert_uint_eq(li.last_cpu, 1);
}
END_TEST

/* The primitives tell it: what is taken is counted, and a recursion-free lock given back as often. */
START_TEST(test_primitives)
{
	static struct spinlock lock = SPINLOCK_INIT(LC_TEST, NULL);
	struct trace_lock_total n;

	boot();
	ck_assert_int_eq(watch_setup("stats"), 0);
	for (int i = 0; i < 5; i++) {
		spin_lock(&lock);
		spin_unlock(&lock);
	}
	ck_assert(spin_trylock(&lock));
	spin_unlock(&lock);
	n = lock_stats_total(LC_TEST, false);
	ck_assert_uint_eq(n.acquisitions, 6);
	ck_assert_uint_eq(n.holds, 6);
	ck_assert_uint_eq(n.contentions, 0);
}
END_TEST

START_TEST(test_tracefile_words)
{
	static const char *const bad[] = { "hdb", "hdc:100", "hdb:", "hdb:x", "hdb:-5", "hdb:0", "sdb:100", "" };

	boot();
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_ne(trace_out_setup(bad[i], 0x100000, 0x800000), 0);
	ck_assert(strstr(host_output(), "wanted hda:SECTOR or hdb:SECTOR") != NULL);
	host_disk_add(64);
	ck_assert_int_ne(trace_out_setup("hda:50", 0x100000, 0x800000), 0);
	ck_assert(strstr(host_output(), "that disk has 64 sectors") != NULL);
	host_disk_add(100000);
	ck_assert_int_ne(trace_out_setup("hdb:64", 0x100000, 0x100000), 0);
	ck_assert(strstr(host_output(), "memory beyond mem=") != NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lock_stats");
	TCase *tc = tcase_create("lock_stats");

	tcase_add_test(tc, test_sums);
	tcase_add_test(tc, test_readers_have_a_row_of_their_own);
	tcase_add_test(tc, test_bounces);
	tcase_add_test(tc, test_primitives);
	tcase_add_test(tc, test_tracefile_words);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
