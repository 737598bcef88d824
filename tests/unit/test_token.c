/*
 * tests/unit/test_token.c - tokens as text: what the parser takes from a log, what it refuses and
 * how, what a token is bound to. (Recording and replay: test_control.c.) kernel/token.h.
 */
#include "unit.h"

#include "kernel/errno.h"
#include "kernel/token.h"

#define HEAD                                                                                       \
	"kswapd23-token 1 scenario=s design=d cpus=2 points=0000abcd steps=3 end=deadlock "        \
	"tasks=A,B\n"

static struct token t, back;
static char err[160];

static int parse(const char *text)
{
	/* No byte behind the text may be read. */
	size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);
	int ret;

	memcpy(copy, text, len);
	ret = token_parse(&t, copy, len, err, sizeof(err));
	free(copy);
	return ret;
}

static void refuses(const char *text, const char *why)
{
	ck_assert_int_eq(parse(text), -EINVAL);
	ck_assert_msg(strstr(err, why) != NULL, "\"%s\" is not in: %s", why, err);
}

START_TEST(test_reads_a_log)
{
	ck_assert_int_eq(parse("noise before\n"
			       "[12.3] " HEAD
			       "kswapd23-token go -@0>B B@2>A\r\n"
			       "more noise\n"
			       "kswapd23-token go A@7>irq\n"
			       "kswapd23-token fp 1f2e0000 ffff\n"
			       "kswapd23-token end\n"
			       "noise after"), 0);
	ck_assert_str_eq(t.scenario, "s");
	ck_assert_str_eq(t.design, "d");
	ck_assert_int_eq(t.ncpus, 2);
	ck_assert_uint_eq(t.points, 0xabcd);
	ck_assert_int_eq(t.end, CTL_DEADLOCK);
	ck_assert_int_eq(t.ntasks, 2);
	ck_assert_int_eq(t.nswitches, 3);
	ck_assert_int_eq(t.nprints, 3);
	ck_assert_int_eq(token_next(&t, TOKEN_NOBODY, 0), 1);
	ck_assert_int_eq(token_next(&t, 1, 2), 0);
	ck_assert_int_eq(token_next(&t, 0, 7), CTL_IRQ);
	ck_assert_int_eq(token_next(&t, 0, 8), -1);
}
END_TEST

START_TEST(test_prints_what_it_reads)
{
	host_boot(2, 4096, "");
	ck_assert_int_eq(parse(HEAD "kswapd23-token go -@0>B B@2>A A@7>irq\n"
			       "kswapd23-token fp 1f2e 0000 ffff\nkswapd23-token end\n"), 0);
	back = t;
	host_output_clear();
	token_print(&t);
	ck_assert_int_eq(parse(host_output()), 0);
	ck_assert_mem_eq(&t, &back, sizeof(t));
}
END_TEST

START_TEST(test_refuses_in_one_line)
{
	refuses("", "no line begins");
	refuses("kswapd23-token\n", "line 1: nothing follows");
	refuses("kswapd23-token 2 scenario=s\n", "version 1, not \"2\"");
	refuses("kswapd23-token 1 scenario=s\n", "lacks one of");
	refuses("kswapd23-token 1 scenario\n", "name=value was expected");
	refuses("kswapd23-token 1 colour=red\n", "cannot use \"colour=red\"");
	refuses("kswapd23-token 1 cpus=99\n", "cannot use \"cpus=99\"");
	refuses("kswapd23-token 1 cpus=0\n", "cannot use");
	refuses("kswapd23-token 1 end=never\n", "cannot use");
	refuses("kswapd23-token 1 tasks=A,,B\n", "cannot use");
	refuses("kswapd23-token fp 1f2e\n", "first line is missing");
	refuses(HEAD "kswapd23-token go A@1\n", "TASK@n>TASK");
	refuses(HEAD "kswapd23-token go A@x>B\n", "no number");
	refuses(HEAD "kswapd23-token go C@1>B\n", "unknown task in \"C@1>B\"");
	refuses(HEAD "kswapd23-token go A@1>-\n", "unknown task");
	refuses(HEAD "kswapd23-token fp 12345\n", "no fingerprints");
	refuses(HEAD "kswapd23-token fp wxyz\n", "no fingerprint");
	refuses(HEAD, "cut off");
	refuses(HEAD HEAD, "second token");
	refuses(HEAD "kswapd23-token end\nkswapd23-token fp 0000\n", "after the token's end");
}
END_TEST

START_TEST(test_survives_noise)
{
	unsigned seed = 7;
	int round;

	for (round = 0; round < 20000; round++) {
		char text[] = HEAD "kswapd23-token go A@1>B\nkswapd23-token fp 1f2e\n"
				   "kswapd23-token end\n";
		int i;

		for (i = 0; i < 4; i++) {
			seed = seed * 1103515245u + 12345u;
			text[(seed >> 8) % (sizeof(text) - 1)] = (char)(seed >> 24 & 0x7f);
		}
		token_parse(&t, text, sizeof(text) - 1, err, sizeof(err));
	}
}
END_TEST

START_TEST(test_belongs_to_one_machine)
{
	host_boot(2, 4096, "");
	ck_assert_int_eq(parse(HEAD "kswapd23-token end\n"), 0);
	t.points = ctl_points_hash();
	ck_assert_int_eq(token_fits(&t, "s", "d", err, sizeof(err)), 0);
	ck_assert_int_eq(token_fits(&t, "s", "e", err, sizeof(err)), -EINVAL);
	ck_assert(strstr(err, "design=e") != NULL);
	t.ncpus = 3;
	ck_assert_int_eq(token_fits(&t, "s", "d", err, sizeof(err)), -EINVAL);
	ck_assert(strstr(err, "3 CPUs") != NULL);
	t.ncpus = 2;
	t.points++;
	ck_assert_int_eq(token_fits(&t, "s", "d", err, sizeof(err)), -EINVAL);
	ck_assert(strstr(err, "other sync points") != NULL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("token");
	TCase *tc = tcase_create("token");

	tcase_add_test(tc, test_reads_a_log);
	tcase_add_test(tc, test_prints_what_it_reads);
	tcase_add_test(tc, test_refuses_in_one_line);
	tcase_add_test(tc, test_survives_noise);
	tcase_add_test(tc, test_belongs_to_one_machine);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
