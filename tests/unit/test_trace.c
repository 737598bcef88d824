/*
 * tests/unit/test_trace.c - the trace ring: wrap-around, losses, names, and the hash that depends
 * on the order of events and on nothing else. kernel/trace.h.
 */
#include "unit.h"

#include "kernel/lock.h"
#include "kernel/sync.h"
#include "kernel/trace.h"

static void boot(void)
{
	host_boot(1, 4096, "");
	ck_assert_int_eq(trace_setup("all"), 0);
	trace_reset();
}

START_TEST(test_keeps_the_newest)
{
	uint32_t i;

	boot();
	for (i = 0; i < 20000; i++)
		trace(TE_FAULT, i, 0, 0);
	ck_assert_uint_eq(trace_count(), 20000);
	ck_assert_uint_eq(trace_lost(), 20000 - 16384);
	ck_assert_uint_eq(trace_last(0)->obj, 19999);
	ck_assert_uint_eq(trace_last(16383)->obj, 20000 - 16384);
	ck_assert_ptr_null(trace_last(16384));
}
END_TEST

START_TEST(test_masks)
{
	boot();
	ck_assert_int_eq(trace_setup("lock"), 0);
	trace(TE_FAULT, 1, 0, 0);
	ck_assert_uint_eq(trace_count(), 0);
	trace(TE_LOCK_GOT, 1, 0, 0);
	ck_assert_uint_eq(trace_count(), 1);
	ck_assert_int_ne(trace_setup("lock,locks"), 0);
	ck_assert(strstr(host_output(), "unknown word at \"locks\"") != NULL);
	ck_assert_int_eq(trace_setup("none"), 0);
	trace(TE_LOCK_GOT, 1, 0, 0);
	ck_assert_uint_eq(trace_count(), 1);
}
END_TEST

static uint64_t hash_of(const uint32_t *objs, int n, uintptr_t place)
{
	int i;

	trace_reset();
	for (i = 0; i < n; i++)
		trace_record(TE_LOCK_GOT, LC_DRIVER << 16 | objs[i], 0, place);
	return trace_hash();
}

START_TEST(test_the_hash_is_of_the_order)
{
	static const uint32_t ab[] = { 1, 2, 1 }, shifted[] = { 11, 12, 11 }, other[] = { 1, 2, 2 };

	boot();
	ck_assert(hash_of(ab, 3, 0) == hash_of(ab, 3, 1234)); /* addresses do not count */
	ck_assert(hash_of(ab, 3, 0) == hash_of(shifted, 3, 0)); /* nor boot-time ordinals */
	ck_assert(hash_of(ab, 3, 0) != hash_of(other, 3, 0));
	ck_assert(hash_of(ab, 3, 0) != hash_of(ab, 2, 0));
}
END_TEST

START_TEST(test_names)
{
	char buf[48];

	boot();
	ck_assert_uint_eq(trace_label(NULL), 0);
	ck_assert_uint_eq(trace_label("A"), 1);
	ck_assert_uint_eq(trace_label("V"), 2);
	ck_assert_uint_eq(trace_label("A"), 1);
	ck_assert_str_eq(trace_label_text(2), "V");
	ck_assert_str_eq(trace_label_text(99), "");
	trace_name_object(LC_DRIVER << 16 | 3, "L");
	ck_assert_str_eq(trace_object_name(LC_DRIVER << 16 | 3, buf, sizeof(buf)), "driver lock(L)");
	ck_assert_str_eq(trace_object_name(LC_DRIVER << 16 | 4, buf, sizeof(buf)), "driver lock#4");
}
END_TEST

START_TEST(test_prints)
{
	boot();
	trace_name_object(LC_DRIVER << 16 | 3, "L");
	trace(TE_LOCK_GOT, LC_DRIVER << 16 | 3, 0, (uintptr_t)trace_print);
	milestone(MS_METHOD_ENTER, "V");
	host_output_clear();
	trace_print(10);
	ck_assert(strstr(host_output(), "the last 2 of 2 events") != NULL);
	ck_assert(strstr(host_output(), "driver lock(L)") != NULL);
	ck_assert(strstr(host_output(), "trace_print") != NULL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace");
	TCase *tc = tcase_create("trace");

	tcase_add_test(tc, test_keeps_the_newest);
	tcase_add_test(tc, test_masks);
	tcase_add_test(tc, test_the_hash_is_of_the_order);
	tcase_add_test(tc, test_names);
	tcase_add_test(tc, test_prints);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
