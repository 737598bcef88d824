/*
 * tests/unit/fuzz/fuzz_story.c - stories (kernel/story.c): the parser, then a run of what it took.
 *
 * Input: one byte length of the run / 4, the text, and from the end backwards the run: bytes that say
 * which task comes to which milestone. However a run goes, each event passes at most once, giving up
 * constraints always makes progress, and the report is whole.
 */
#include "fuzz.h"

#include <string.h>

#include "kernel/errno.h"
#include "kernel/story.h"

static int task_number(const char *name)
{
	must(strlen(name) < STORY_NAME_LEN);
	return strlen(name) == 1 && *name >= 'A' && *name <= 'C' ? *name - 'A' : -1;
}

static void check_parsed(const struct story *s)
{
	char text[80];

	must(s->nevents >= 0 && s->nevents <= STORY_MAX_EVENTS);
	must(s->nholds >= 0 && s->nholds <= STORY_MAX_HOLDS);
	for (int i = 0; i < s->nevents; i++) {
		const struct story_event *e = &s->event[i];

		must(e->task >= 0 && e->task < 3 && e->milestone < NR_MILESTONES);
		must(e->occurrence >= 1 && e->occurrence <= 60000);
		must(!(e->before & (1u << i)));
		must(s->nevents == 32 || !(e->before >> s->nevents));
		must(strlen(e->object) < STORY_OBJ_LEN);
		story_event_text(s, i, text, sizeof(text));
		fuzz_must_be_one_line(text);
	}
}

static void arrive(struct story *s, unsigned byte, unsigned label)
{
	static const char *const labels[] = {NULL, "A", "L", "swapout"};
	int e = story_arrive(s, (int)(byte % 3), (enum milestone)(byte / 3 % NR_MILESTONES),
			     labels[label % 4]);

	if (e < 0)
		return;
	must(e < s->nevents && s->event[e].fate == STORY_WAITING);
	if (!story_may_pass(s, e))
		story_drop(s, e);
	must(story_may_pass(s, e));
	story_pass(s, e);
}

static void run(struct story *s, const uint8_t *bytes, size_t n)
{
	story_rewind(s);
	for (size_t i = 0; i + 1 < n; i += 2) {
		if (bytes[i] == 255)
			story_task_ended(s, bytes[i + 1] % 3);
		else if (bytes[i] == 254)
			story_drop_hold(s, bytes[i + 1] % 3);
		else
			arrive(s, bytes[i], bytes[i + 1]);
	}
	must(story_honoured(s) >= 0 && story_honoured(s) <= s->nevents);
	fuzz_said_clear();
	story_report(s);
	must(!s->nevents || strstr(fuzz_said(), "honoured"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct story s;
	char err[160];
	size_t steps, len;
	char *text;

	if (size < 1)
		return 0;
	steps = data[0] * 4u < size - 1 ? data[0] * 4u : size - 1;
	len = size - 1 - steps;
	text = fuzz_copy(data + 1, len);
	if (story_parse(&s, text, len, task_number, err, sizeof(err))) {
		fuzz_must_be_one_line(err);
	} else {
		check_parsed(&s);
		run(&s, data + 1 + len, steps);
		run(&s, data + 1 + len, steps); /* rewound: the same again */
	}
	free(text);
	return 0;
}
