/*
 * tests/unit/test_uaccess.c - range checks and copies between kernel and user memory at every edge:
 * NULL, the end of a mapping, the end of user memory, the kernel's half. kernel/uaccess.h.
 */
#include "unit.h"

#include "vmtest.h"

#include "kernel/uaccess.h"

#define BASE 0x08048000UL

START_TEST(test_ranges)
{
	ck_assert(access_ok(0, 0));
	ck_assert(access_ok(0, TASK_SIZE));
	ck_assert(!access_ok(0, TASK_SIZE + 1));
	ck_assert(access_ok(TASK_SIZE - 1, 1));
	ck_assert(!access_ok(TASK_SIZE - 1, 2));
	ck_assert(!access_ok(TASK_SIZE, 1));
	ck_assert(access_ok(TASK_SIZE, 0));
	ck_assert(access_ok(~0UL, 0));
	ck_assert(!access_ok(~0UL, 1));
	ck_assert(!access_ok(1, ~(size_t)0)); /* wraps */
	ck_assert(!access_ok(TASK_SIZE - 16, ~(size_t)0 - 8));
}
END_TEST

/* Two pages at BASE; the page behind them is a hole. */
static void enter(void)
{
	vt_enter("A");
	ck_assert_int_eq(sys_mmap_pgoff(BASE, PAGES(2), RW, ANON_AT, NULL, 0), (long)BASE);
}

static void copies(void *arg)
{
	unsigned long edge = BASE + PAGES(2);
	char buf[64] = "0123456789abcdef", back[64];
	uint32_t word;

	(void)arg;
	enter();
	ck_assert_int_eq(copy_to_user(BASE + PAGE_SIZE - 8, buf, 16), 0);
	ck_assert_int_eq(copy_from_user(back, BASE + PAGE_SIZE - 8, 16), 0);
	ck_assert(!memcmp(buf, back, 16));
	ck_assert_int_eq(copy_to_user(edge - 16, buf, 16), 0);
	ck_assert_int_eq(copy_to_user(edge - 15, buf, 16), -EFAULT);
	ck_assert_int_eq(copy_from_user(back, edge - 15, 16), -EFAULT);
	ck_assert_int_eq(copy_from_user(back, 0, 1), -EFAULT);
	ck_assert_int_eq(copy_from_user(back, TASK_SIZE - 1, 2), -EFAULT);
	ck_assert_int_eq(copy_to_user(TASK_SIZE, buf, 1), -EFAULT);
	ck_assert_int_eq(copy_to_user(~0UL, buf, 2), -EFAULT);
	ck_assert_int_eq(copy_to_user(edge, buf, 0), 0);
	ck_assert_int_eq(clear_user(BASE, PAGES(2)), 0);
	ck_assert_int_eq(clear_user(BASE + 1, PAGES(2)), -EFAULT);
	ck_assert_int_eq(put_user_u32(BASE + 1, 0x12345678), 0);
	ck_assert_int_eq(get_user_u32(&word, BASE + 1), 0);
	ck_assert_uint_eq(word, 0x12345678);
	ck_assert_int_eq(get_user_u32(&word, edge - 3), -EFAULT);
	ck_assert_int_eq(put_user_u32(TASK_SIZE - 2, 0), -EFAULT);
	ck_assert_int_eq(sys_mprotect(BASE, PAGE_SIZE, PROT_READ), 0);
	ck_assert_int_eq(put_user_u32(BASE, 0), -EFAULT); /* read only: CR0.WP */
	vt_leave();
}

START_TEST(test_copies)
{
	vt_run("linux-2.3.30", copies, NULL);
}
END_TEST

static void strings(void *arg)
{
	unsigned long edge = BASE + PAGES(2);
	char buf[16];

	(void)arg;
	enter();
	ck_assert_int_eq(copy_to_user(edge - 6, "hello", 6), 0);
	ck_assert_int_eq(strncpy_from_user(buf, edge - 6, sizeof(buf)), 5);
	ck_assert_str_eq(buf, "hello");
	ck_assert_int_eq(strncpy_from_user(buf, edge - 1, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "");
	ck_assert_int_eq(strncpy_from_user(buf, edge - 6, 6), 5); /* just fits */
	ck_assert_int_eq(strncpy_from_user(buf, edge - 6, 5), -ENAMETOOLONG);
	ck_assert_str_eq(buf, "hell");
	ck_assert_int_eq(strncpy_from_user(buf, edge - 6, 1), -ENAMETOOLONG);
	ck_assert_str_eq(buf, "");
	ck_assert_int_eq(copy_to_user(edge - 6, "hello!", 6),
			 0); /* no terminator before the hole */
	ck_assert_int_eq(strncpy_from_user(buf, edge - 6, sizeof(buf)), -EFAULT);
	ck_assert_int_eq(strncpy_from_user(buf, edge, sizeof(buf)), -EFAULT);
	ck_assert_int_eq(strncpy_from_user(buf, 0, sizeof(buf)), -EFAULT);
	ck_assert_int_eq(strncpy_from_user(buf, TASK_SIZE, sizeof(buf)), -EFAULT);
	ck_assert_int_eq(strncpy_from_user(buf, ~0UL, sizeof(buf)), -EFAULT);
	/* the last page of user memory: the string would run into the kernel's half */
	ck_assert_int_eq(sys_mmap_pgoff(TASK_SIZE - PAGE_SIZE, PAGE_SIZE, RW, ANON_AT, NULL, 0),
			 (long)(TASK_SIZE - PAGE_SIZE));
	ck_assert_int_eq(copy_to_user(TASK_SIZE - 4, "abcd", 4), 0);
	ck_assert_int_eq(strncpy_from_user(buf, TASK_SIZE - 4, sizeof(buf)), -EFAULT);
	ck_assert_int_eq(strncpy_from_user(buf, TASK_SIZE - 4, 4), -ENAMETOOLONG);
	ck_assert_int_eq(copy_to_user(TASK_SIZE - 4, "abc", 4), 0);
	ck_assert_int_eq(strncpy_from_user(buf, TASK_SIZE - 4, 4), 3);
	vt_leave();
}

START_TEST(test_strings)
{
	vt_run("linux-2.3.30", strings, NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("uaccess");
	TCase *tc = tcase_create("uaccess");

	tcase_add_test(tc, test_ranges);
	tcase_add_test(tc, test_copies);
	tcase_add_test(tc, test_strings);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
