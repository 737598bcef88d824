/*
 * tests/unit/fuzz/token_support.c - no run ever happened: what kernel/token.c asks about runs, and the
 * names of verdicts (those of kernel/control.c are bound to the scheduler).
 */
#include <stddef.h>

#include "kernel/control.h"

static const char *const verdicts[NR_CTL_VERDICTS] = {
	"none", "completed", "deadlock", "stall", "rule", "diverged", "steps",
};

const char *ctl_verdict_name(enum ctl_verdict v)
{
	return v < NR_CTL_VERDICTS ? verdicts[v] : "?";
}

unsigned ctl_steps(void)
{
	return 0;
}

const struct ctl_step *ctl_step_at(unsigned n)
{
	(void)n;
	return NULL;
}
