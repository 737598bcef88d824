/*
 * tests/unit/test_format.c - the formatter against the host's own, the string helpers against libc,
 * the command line, and the message log.
 */
#include <stdio.h>

#include "unit.h"

#include "kernel/cmdline.h"
#include "kernel/log.h"
#include "kernel/printk.h"

/* Our string.c under other names, to be compared with libc. */
#define memcpy	k_memcpy
#define memmove k_memmove
#define memset	k_memset
#define memcmp	k_memcmp
#define memchr	k_memchr
#define strlen	k_strlen
#define strnlen k_strnlen
#define strcmp	k_strcmp
#define strncmp k_strncmp
#define strchr	k_strchr
#define strrchr k_strrchr
#define strstr	k_strstr
#include "kernel/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strrchr
#undef strstr

#define SAME(...)                                                                                  \
	do {                                                                                       \
		char ours[200], theirs[200];                                                       \
		int n = snprintk(ours, sizeof(ours), __VA_ARGS__);                                 \
		int m = snprintf(theirs, sizeof(theirs), __VA_ARGS__);                             \
		ck_assert_str_eq(ours, theirs);                                                    \
		ck_assert_int_eq(n, m);                                                            \
	} while (0)

START_TEST(test_like_printf)
{
	SAME("plain %% text");
	SAME("%d %d %d", 0, -1, 2147483647);
	SAME("%i|%5d|%-5d|%05d|%-5d|", 7, 42, 42, 42, -42);
	SAME("%u %u %o", 0u, 4294967295u, 8u);
	SAME("%x %X %08x %-8x|", 0xdeadbeefu, 0xabcu, 0x1fu, 0x1fu);
	SAME("%#x %#lX %#x %#010x %#-8x|", 0x1fu, 0xabcUL, 0u, 0x1fu, 0x1fu);
	SAME("%ld %lu %lx", -123456789L, 123456789UL, 0xffffffffUL);
	SAME("%lld %llu %llx", -9223372036854775807LL - 1, 18446744073709551615ULL,
	     0x123456789abcdef0ULL);
	SAME("%zu %zu", (size_t)0, sizeof(int));
	SAME("%s|%10s|%-10s|%.2s|%10.3s|", "abc", "abc", "abc", "abc", "abcdef");
	SAME("%c%c|%3c|%-3c|", 'a', 'b', 'c', 'd');
	SAME("%*d|%-*d|%.*s|", 6, 42, 6, 42, 2, "xyz");
	SAME("%p", (void *)0x1234);
	SAME("%5s%%", "ab");
}
END_TEST

START_TEST(test_truncation)
{
	char buf[8];

	memset(buf, 'x', sizeof(buf));
	ck_assert_int_eq(snprintk(buf, 5, "%s", "abcdefgh"), 8);
	ck_assert_str_eq(buf, "abcd");
	ck_assert_int_eq(buf[5], 'x');
	ck_assert_int_eq(snprintk(buf, 0, "%d", 12345), 5);
	ck_assert_int_eq(buf[0], 'a');
	ck_assert_int_eq(snprintk(buf, 1, "hello"), 5);
	ck_assert_str_eq(buf, "");
}
END_TEST

START_TEST(test_odd_formats)
{
	char buf[40];
	const char *volatile odd = "%k %";

	snprintk(buf, sizeof(buf), odd, 1);
	ck_assert_str_eq(buf, "%k %");
	odd = "%s";
	snprintk(buf, sizeof(buf), odd, (char *)NULL);
	ck_assert_str_eq(buf, "(null)");
}
END_TEST

START_TEST(test_symbols)
{
	char buf[80];
	const char *volatile format = "%pS";

	snprintk(buf, sizeof(buf), format, (char *)(uintptr_t)snprintk + 3);
	ck_assert_str_eq(buf, "snprintk+0x3");
	snprintk(buf, sizeof(buf), format, (void *)16);
	ck_assert_str_eq(buf, "0x10");
}
END_TEST

START_TEST(test_strings)
{
	char a[64], b[64];
	size_t i, n;

	for (n = 0; n < 40; n++) {
		for (i = 0; i < 20; i++) {
			size_t j;

			for (j = 0; j < sizeof(a); j++)
				a[j] = b[j] = (char)(j * 7 + n);
			k_memmove(a + i, a + 10, n);
			memmove(b + i, b + 10, n);
			ck_assert_mem_eq(a, b, sizeof(a));
			k_memset(a + i, 0xa5, n);
			memset(b + i, 0xa5, n);
			ck_assert_mem_eq(a, b, sizeof(a));
			k_memcpy(a, b + 40 - n % 3, n % 20);
			memcpy(b, b + 40 - n % 3, n % 20);
			ck_assert_mem_eq(a, b, sizeof(a));
		}
	}
	ck_assert_int_lt(k_memcmp("abc", "abd", 3), 0);
	ck_assert_int_eq(k_memcmp("abc", "abd", 2), 0);
	ck_assert_int_gt(k_strcmp("b", "abc"), 0);
	ck_assert_int_gt(k_strcmp("\xff", "a"), 0);
	ck_assert_int_eq(k_strncmp("abcx", "abcy", 3), 0);
	ck_assert_uint_eq(k_strlen("hello"), 5);
	ck_assert_uint_eq(k_strnlen("hello", 3), 3);
	ck_assert_str_eq(k_strchr("a=b=c", '='), "=b=c");
	ck_assert_str_eq(k_strrchr("a=b=c", '='), "=c");
	ck_assert_str_eq(k_strchr("abc", '\0'), "");
	ck_assert_ptr_null(k_strchr("abc", 'x'));
	ck_assert_str_eq(k_strstr("one two", "tw"), "two");
	ck_assert_ptr_null(k_strstr("one", "two"));
	ck_assert_ptr_null(k_memchr("abc", 'c', 2));
}
END_TEST

START_TEST(test_numbers)
{
	long v = 0;
	char buf[4];

	ck_assert(str_to_long("42", &v) && v == 42);
	ck_assert(str_to_long("-7", &v) && v == -7);
	ck_assert(str_to_long("0xFf", &v) && v == 255);
	ck_assert(!str_to_long("", &v));
	ck_assert(!str_to_long("-", &v));
	ck_assert(!str_to_long("0x", &v));
	ck_assert(!str_to_long("12x", &v));
	ck_assert(str_copy(buf, "abc", sizeof(buf)));
	ck_assert(!str_copy(buf, "abcd", sizeof(buf)));
	ck_assert_str_eq(buf, "abc");
	ck_assert(str_has_prefix("/dev/hda", "/dev/") && !str_has_prefix("/d", "/dev/"));
}
END_TEST

START_TEST(test_cmdline)
{
	const char *help;
	unsigned n;

	ck_assert(cmdline_parse("  design=linux-2.4.3 cpus=0x4  poison design=linux-6.12\n"));
	ck_assert_str_eq(cmdline_get("design"), "linux-6.12"); /* the last one wins */
	ck_assert_int_eq(cmdline_long("cpus", 1), 4);
	ck_assert_str_eq(cmdline_get("poison"), "1");
	ck_assert_ptr_null(cmdline_get("swap"));
	ck_assert_int_eq(cmdline_long("steps", 9), 9);
	ck_assert(cmdline_parse(NULL));
	ck_assert_ptr_null(cmdline_get("design"));
	ck_assert(!cmdline_parse("cpus=2 desing=linux-2.2"));
	ck_assert_str_eq(cmdline_error(), "command line: unknown option 'desing'");
	for (n = 0; cmdline_known(n, &help); n++)
		ck_assert_ptr_nonnull(help);
	ck_assert_uint_gt(n, 8);
}
END_TEST

START_TEST(test_unknown_option_ends_the_machine)
{
	host_expect_panic("command line: unknown option 'nonsense'");
	host_boot(1, 4096, "nonsense=1");
}
END_TEST

START_TEST(test_unknown_design_ends_the_machine)
{
	host_expect_panic("no such design 'linux-9.9'");
	host_boot(1, 4096, "design=linux-9.9");
}
END_TEST

START_TEST(test_log)
{
	char buf[64];
	int i;

	host_boot(1, 4096, "");
	for (i = 0; i < 3000; i++)
		printk("line %d\n", i);
	ck_assert_uint_eq(printk_log_copy(buf, 10), 10);
	ck_assert_int_eq(strncmp(buf, "line 2999\n", 10), 0);
	ck_assert_uint_eq(printk_log_copy(buf, 0), 0);
	ck_assert_ptr_nonnull(strstr(host_output(), "line 2999"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("format");
	TCase *tc = tcase_create("format");

	tcase_add_test(tc, test_like_printf);
	tcase_add_test(tc, test_truncation);
	tcase_add_test(tc, test_odd_formats);
	tcase_add_test(tc, test_symbols);
	tcase_add_test(tc, test_strings);
	tcase_add_test(tc, test_numbers);
	tcase_add_test(tc, test_cmdline);
	tcase_add_test(tc, test_log);
	tcase_add_exit_test(tc, test_unknown_option_ends_the_machine, HOST_PANIC_EXIT);
	tcase_add_exit_test(tc, test_unknown_design_ends_the_machine, HOST_PANIC_EXIT);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
