/*
 * kernel/control_choose.c - the decisions of a controlled run: who can go on, and who does.
 *
 * ctl_decide() is called once for each step, by the task that is at the point (or by schedule()
 * when it leaves its CPU). Order of the schedules: token, chooser, story, default policy
 * (kernel/control.h). A decision reads task states, lock owners, milestones and the number of
 * transfers in flight: all of them made by earlier decisions, none by time.
 */
#include "kernel/control_internal.h"

#include "kernel/printk.h"
#include "kernel/story.h"
#include "kernel/timer.h"
#include "kernel/token.h"
#include "kernel/watch.h"

#define DEFAULT_MAX_STEPS 200000u

/* what the token expected at the divergence */
static struct {
	bool happened, known;
	unsigned at;
	struct ctl_step found, expected;
} divergence;

void ctl_choose_reset(void)
{
	divergence.happened = false;
}

/* --- who can go on --------------------------------------------------------------------------- */

static bool enabled(int id)
{
	const struct ctl_slot *s = &ctl_now.slots[id];

	if (!s->task || s->ended)
		return false;
	if (!s->at_point && s->task->state != TASK_RUNNING)
		return false;
	if (s->wait_lock && s->wait_lock->owner)
		return false;
	return !s->cond || s->cond(s->cond_arg);
}

bool ctl_unfinished(void)
{
	int i;

	for (i = 0; i < ctl_now.nslots; i++)
		if (ctl_now.slots[i].task && !ctl_now.slots[i].service && !ctl_now.slots[i].ended)
			return true;
	return false;
}

unsigned ctl_timed_sleepers(void)
{
	unsigned mask = 0;
	int i;

	for (i = 0; i < ctl_now.nslots; i++) {
		const struct ctl_slot *s = &ctl_now.slots[i];

		if (s->task && !s->service && !s->ended && !s->at_point &&
		    s->task->state != TASK_RUNNING && s->task->wait.kind == WAIT_TIMER)
			mask |= 1u << i;
	}
	return mask;
}

/* Time would go on if nothing else happened. */
static bool timer_needed(void)
{
	return ctl_timed_sleepers() && timers_pending();
}

static unsigned enabled_mask(void)
{
	unsigned mask = 0;
	int i;

	for (i = 0; i < ctl_now.nslots; i++)
		if (enabled(i))
			mask |= 1u << i;
	if (ctl_in_flight() > 0 || timer_needed())
		mask |= 1u << CTL_IRQ;
	return mask;
}

static int lowest(unsigned mask)
{
	int i;

	for (i = 0; i <= CTL_IRQ; i++)
		if (mask & (1u << i))
			return i;
	return CTL_IRQ;
}

/* --- the schedules --------------------------------------------------------------------------- */

static int default_choice(int at, unsigned mask)
{
	return at < CTL_IRQ && (mask & (1u << at)) ? at : lowest(mask);
}

static bool held_at_milestone(int id)
{
	int e = ctl_now.slots[id].event;

	return e >= 0 && !story_may_pass(ctl_now.config.story, e);
}

/* Those whom the story lets go on: not held at a milestone, not held altogether. */
static unsigned story_mask(unsigned mask)
{
	const struct story *s = ctl_now.config.story;
	unsigned allowed = mask;
	int i;

	for (i = 0; i < ctl_now.nslots; i++) {
		if (held_at_milestone(i))
			allowed &= ~(1u << i);
		if (story_holds(s, i))
			allowed &= ~(1u << i);
	}
	return allowed;
}

static void end_run(enum ctl_verdict v)
{
	if (ctl_now.verdict == CTL_NONE)
		ctl_now.verdict = v;
}

/* The story holds everybody who could go on, and nothing is in flight. A circle of waiters ends the
 * run; else a constraint is given up: first one at a milestone, a whole task's only at last. */
static int story_gives_way(unsigned mask)
{
	struct wait_cycle cycle;
	int i;

	if (watch_find_cycle(NULL, &cycle)) {
		watch_deadlock_found(&cycle);
		end_run(CTL_DEADLOCK);
		return CTL_IRQ;
	}
	if (!ctl_unfinished())
		return CTL_IRQ;
	for (i = 0; i < ctl_now.nslots; i++) {
		if (!(mask & (1u << i)) || story_holds(ctl_now.config.story, i))
			continue;
		story_drop(ctl_now.config.story, ctl_now.slots[i].event);
		return i;
	}
	i = lowest(mask);
	story_drop_hold(ctl_now.config.story, i);
	if (held_at_milestone(i))
		story_drop(ctl_now.config.story, ctl_now.slots[i].event);
	return i;
}

/* Among @wanted if the story allows one of them, else among @mask, who could all go on. */
static int story_choice(int at, unsigned wanted, unsigned mask)
{
	unsigned allowed = story_mask(wanted);

	if (!allowed)
		allowed = story_mask(mask);
	return allowed ? default_choice(at, allowed) : story_gives_way(mask);
}

/* Does the step agree with the token? If not the run ends here. */
static bool token_agrees(const struct ctl_step *s)
{
	const struct token *t = ctl_now.config.token;
	unsigned n = ctl_steps();

	if ((int)n >= t->nprints || t->print[n] == s->print)
		return true;
	if (ctl_now.verdict != CTL_NONE)
		return false;
	divergence.happened = true;
	divergence.at = n;
	divergence.found = *s;
	divergence.known = ctl_log_guess(n ? t->print[n - 1] : 0, t->print[n],
					 &divergence.expected);
	end_run(CTL_DIVERGED);
	return false;
}

static int token_choice(const struct ctl_step *s, unsigned mask)
{
	int next = token_next(ctl_now.config.token, s->task, s->nth);

	if (next < 0)
		return s->dflt;
	if (!(mask & (1u << next))) {
		divergence.happened = true;
		divergence.at = ctl_steps();
		divergence.found = *s;
		divergence.known = false;
		end_run(CTL_DIVERGED);
		return CTL_IRQ;
	}
	return next;
}

static bool all_done(void)
{
	int i;

	for (i = 0; i < ctl_now.nslots; i++)
		if (ctl_now.slots[i].task && !ctl_now.slots[i].service && !ctl_is_done(i))
			return false;
	return true;
}

static int choose(int at, const struct ctl_step *s, unsigned wanted, unsigned mask)
{
	int next;

	if (mask == 0)
		return CTL_IRQ;
	if (ctl_now.config.token)
		return token_choice(s, mask);
	if (ctl_now.config.choose) {
		next = ctl_now.config.choose(ctl_now.config.choose_arg, s, mask, s->dflt);
		if (next == CTL_STOP && all_done()) {
			end_run(CTL_COMPLETED);
			return CTL_IRQ;
		}
		if (next == CTL_STORY && ctl_now.config.story)
			return story_choice(at, wanted, mask);
		return next >= 0 && next <= CTL_IRQ && (mask & (1u << next)) ? next : s->dflt;
	}
	if (ctl_now.config.story)
		return story_choice(at, wanted, mask);
	return s->dflt;
}

static void check_limits(void)
{
	unsigned limit = ctl_now.config.max_steps ? ctl_now.config.max_steps : DEFAULT_MAX_STEPS;

	if (watch_deadlock())
		end_run(CTL_DEADLOCK);
	if (ctl_now.config.stop_at_rule && watch_complaints(WATCH_RULES))
		end_run(CTL_RULE);
	if (ctl_steps() >= limit)
		end_run(CTL_STEP_LIMIT);
}

/* @next goes on: what it stood at has happened. */
static void release(int next)
{
	struct ctl_slot *s = &ctl_now.slots[next];

	if (next < CTL_IRQ && s->event >= 0) {
		if (ctl_now.config.story)
			story_pass(ctl_now.config.story, s->event);
		s->event = -1;
	}
}

/*
 * The decision. @at is at its point @s (from ctl_log_step); @others: it would rather not go on
 * itself (it yields). Returns who goes on; CTL_IRQ with ctl_now.irq_chosen false = the run is to be
 * judged.
 */
int ctl_decide(int at, struct ctl_step *s, bool others)
{
	unsigned mask = enabled_mask(), wanted = mask;
	int next = CTL_IRQ;

	others |= s->kind == SP_END; /* dying can wait */
	if (others && (mask & ~(1u << at)))
		wanted = mask & ~(1u << at);
	s->enabled = (uint16_t)mask;
	s->dflt = (uint8_t)default_choice(at, wanted);
	check_limits();
	if (ctl_now.verdict == CTL_NONE && (!ctl_now.config.token || token_agrees(s)))
		next = choose(at, s, wanted, mask);
	s->next = (uint8_t)next;
	ctl_log_commit(s);
	release(next);
	ctl_now.irq_chosen = next == CTL_IRQ && ctl_now.verdict == CTL_NONE &&
			     (mask & (1u << CTL_IRQ));
	return next;
}

/* --- what a replay did instead --------------------------------------------------------------- */

void ctl_report_divergence(void)
{
	char found[96], expected[96];

	if (!divergence.happened)
		return;
	report("replay: step %u is not what the token says.\n  found:    %s (fingerprint %04x)\n",
	       divergence.at, ctl_step_text(&divergence.found, found, sizeof(found)),
	       divergence.found.print);
	if ((int)divergence.at >= ctl_now.config.token->nprints ||
	    ctl_now.config.token->print[divergence.at] == divergence.found.print)
		report("  expected: that %s goes on, who cannot\n",
		       ctl_name(token_next(ctl_now.config.token, divergence.found.task,
					   divergence.found.nth)));
	else
		report("  expected: %s (fingerprint %04x)\n",
		       divergence.known ? ctl_step_text(&divergence.expected, expected,
							sizeof(expected)) :
					  "something else",
		       ctl_now.config.token->print[divergence.at]);
}
