/*
 * tests/unit/fuzz/fuzz_token.c - tokens (kernel/token.c): what is accepted prints as a token that
 * reads back the same, names only tasks it knows, and fits or is refused in one line.
 */
#include "fuzz.h"

#include <string.h>

#include "kernel/errno.h"
#include "kernel/token.h"

static struct token t, back;

static bool is_task(int task)
{
	return task == CTL_IRQ || (task >= 0 && task < t.ntasks);
}

static void check_parsed(void)
{
	char err[200];

	must(t.ntasks >= 1 && t.ntasks <= CTL_MAX_TASKS);
	must(t.ncpus >= 1 && t.ncpus <= NR_CPUS);
	must(t.nswitches >= 0 && t.nswitches <= TOKEN_MAX_SWITCHES);
	must(t.nprints >= 0 && t.nprints <= TOKEN_MAX_PRINTS);
	for (int i = 0; i < t.nswitches; i++) {
		must(t.sw[i].task == TOKEN_NOBODY || is_task(t.sw[i].task));
		must(is_task(t.sw[i].next));
		must(is_task(token_next(&t, t.sw[i].task, t.sw[i].nth)));
	}
	if (token_fits(&t, "s", "d", err, sizeof(err)))
		fuzz_must_be_one_line(err);
	fuzz_said_clear();
	token_print(&t);
	must(token_parse(&back, fuzz_said(), strlen(fuzz_said()), err, sizeof(err)) == 0);
	must(!memcmp(&t, &back, sizeof(t)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char err[200], *text = fuzz_copy(data, size);

	if (token_parse(&t, text, size, err, sizeof(err)))
		fuzz_must_be_one_line(err);
	else
		check_parsed();
	free(text);
	return 0;
}
