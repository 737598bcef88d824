/*
 * tests/unit/test_story.c - stories: what the parser takes and refuses, how a run honours one.
 * DESIGN section 5; kernel/story.h.
 */
#include "unit.h"

#include "kernel/errno.h"
#include "kernel/story.h"
#include "kernel/string.h"

static int number(const char *name)
{
	static const char *const names[] = { "A", "B", "kswapd" };
	int i;

	for (i = 0; i < 3; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

static struct story s;
static char err[160];

static int parse(const char *text)
{
	/* No byte behind the text may be read. */
	size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);
	int ret;

	memcpy(copy, text, len);
	ret = story_parse(&s, copy, len, number, err, sizeof(err));
	free(copy);
	return ret;
}

static void refuses(const char *text, const char *why)
{
	ck_assert_int_eq(parse(text), -EINVAL);
	ck_assert_msg(strstr(err, why) != NULL, "\"%s\" is not in: %s", why, err);
}

START_TEST(test_reads_the_documented_form)
{
	ck_assert_int_eq(parse("# a comment\n"
			       "story swapout-deadlock\n"
			       "hold kswapd\n"
			       "\n"
			       "B drv.lock(L) < A fault.enter#1   # ends here\n"
			       "A method.enter(V) < B alloc.short"), 0);
	ck_assert_str_eq(s.name, "swapout-deadlock");
	ck_assert_int_eq(s.nevents, 4);
	ck_assert_int_eq(s.nholds, 1);
	ck_assert(story_holds(&s, 2) && !story_holds(&s, 0));
	ck_assert_int_eq(s.event[0].task, 1);
	ck_assert_int_eq(s.event[0].milestone, MS_DRV_LOCK);
	ck_assert_str_eq(s.event[0].object, "L");
	ck_assert_int_eq(s.event[1].before, 1);
	ck_assert_int_eq(s.event[3].before, 4);
}
END_TEST

START_TEST(test_chains_and_same_events)
{
	ck_assert_int_eq(parse("A fault.enter<B fault.enter<A fault.leave#3\n"
			       "B fault.enter < kswapd walk.enter\n"), 0);
	ck_assert_int_eq(s.nevents, 4);
	ck_assert_int_eq(s.event[2].before, 2);
	ck_assert_int_eq(s.event[2].occurrence, 3);
	ck_assert_int_eq(s.event[3].before, 2);
}
END_TEST

START_TEST(test_refuses_in_one_line)
{
	refuses("C fault.enter < A fault.leave", "line 1: unknown task \"C\"");
	refuses("A fault.enter < B fault.end", "unknown milestone \"fault.end\"");
	refuses("\nA fault.enter < B", "line 2: a milestone is missing");
	refuses("A fault.enter <", "task's name is missing");
	refuses("A fault.enter B fault.enter", "'<' was expected at \"B\"");
	refuses("A fault.enter < A fault.enter", "before itself");
	refuses("A fault.enter < B fault.enter\nB fault.enter < A fault.enter", "before itself");
	refuses("A fault.enter#0 < B fault.enter", "an occurrence");
	refuses("A fault.enter#x < B fault.enter", "an occurrence");
	refuses("A drv.lock(L < B fault.enter", "name in brackets");
	refuses("A drv.lock() < B fault.enter", "name in brackets");
	refuses("A drv.lock(L)x < B fault.enter", "text after the event");
	refuses("hold nobody", "unknown task");
	refuses("hold kswapd now", "text after the directive");
	refuses("story", "a story's name");
	refuses("A drv.lock(much-too-long-a-name-for-this) < B fault.enter", "name in brackets");
}
END_TEST

START_TEST(test_refuses_a_longer_circle)
{
	refuses("A fault.enter < B fault.enter < kswapd walk.enter\n"
		"kswapd walk.enter < A fault.enter", "before itself");
}
END_TEST

/* Random bytes are refused or taken, never a crash (the sanitizers watch). */
START_TEST(test_survives_noise)
{
	static const char alphabet[] = "AB kswapd.<#()\n1fault.enterstoryhold";
	unsigned seed = 1;
	int round, i;

	for (round = 0; round < 20000; round++) {
		char text[48];
		size_t len = seed % sizeof(text);

		for (i = 0; i < (int)len; i++) {
			seed = seed * 1103515245u + 12345u;
			text[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		seed = seed * 1103515245u + 12345u;
		story_parse(&s, text, len, number, err, sizeof(err));
	}
}
END_TEST

START_TEST(test_a_run_that_is_honoured)
{
	int e;

	ck_assert_int_eq(parse("B drv.lock(L) < A fault.enter#2"), 0);
	story_rewind(&s);
	ck_assert_int_eq(story_arrive(&s, 0, MS_FAULT_ENTER, "A"), -1); /* the first: not meant */
	e = story_arrive(&s, 0, MS_FAULT_ENTER, "A");
	ck_assert_int_eq(e, 1);
	ck_assert(!story_may_pass(&s, e));
	ck_assert_int_eq(story_arrive(&s, 1, MS_DRV_LOCK, "M"), -1); /* another object */
	ck_assert_int_eq(story_arrive(&s, 1, MS_DRV_LOCK, "L"), 0);
	ck_assert(story_may_pass(&s, 0));
	story_pass(&s, 0);
	ck_assert(story_may_pass(&s, 1));
	story_pass(&s, 1);
	ck_assert_int_eq(story_honoured(&s), 2);
	ck_assert_str_eq(story_why_not(&s, 1), "");
}
END_TEST

START_TEST(test_dropping)
{
	ck_assert_int_eq(parse("A method.enter(V) < B alloc.short < A fault.leave"), 0);
	story_rewind(&s);
	ck_assert_int_eq(story_arrive(&s, 1, MS_ALLOC_SHORT, NULL), 1);
	ck_assert(!story_may_pass(&s, 1));
	story_drop(&s, 1);
	ck_assert(story_may_pass(&s, 1));
	story_pass(&s, 1);
	ck_assert_int_eq(story_honoured(&s), 0);
	ck_assert_str_eq(story_why_not(&s, 0), "not in this design");
	ck_assert_str_eq(story_why_not(&s, 1),
			 "came although what should have come before it had not");
	ck_assert_str_eq(story_why_not(&s, 2), "not in this design");
	story_rewind(&s);
	story_task_ended(&s, 0); /* A is gone: nobody waits for its events */
	ck_assert(story_may_pass(&s, 1));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("story");
	TCase *tc = tcase_create("story");

	tcase_add_test(tc, test_reads_the_documented_form);
	tcase_add_test(tc, test_chains_and_same_events);
	tcase_add_test(tc, test_refuses_in_one_line);
	tcase_add_test(tc, test_refuses_a_longer_circle);
	tcase_add_test(tc, test_survives_noise);
	tcase_add_test(tc, test_a_run_that_is_honoured);
	tcase_add_test(tc, test_dropping);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
