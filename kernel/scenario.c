/*
 * kernel/scenario.c - the scenario framework: set up, run in one of three modes, judge, say so.
 *
 * kernel/scenario.h is the manual. The verdict comes from the watchers, the controller or the
 * invariants, never from the scenario. After a verdict that leaves tasks stuck nothing here sleeps
 * or takes a lock any more.
 */
#include "kernel/rcu.h"
#include "kernel/scenario.h"

#include "kernel/cmdline.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/string.h"
#include "kernel/trace.h"
#include "mm/mm.h"

#define FREE_LOOK    (HZ / 10)	/* how often the main task looks at a free run */
#define FREE_STUCK   (5 * HZ)	/* every task in the same wait for so long: stuck */
#define FREE_LIMIT   (300 * HZ) /* a free run that is not over by then will not be */

enum run_mode { MODE_CONTROLLED, MODE_FREE, MODE_SEQUENTIAL };

struct run_task {
	const struct scenario_task *spec;
	struct task_struct *task;
	volatile bool done; /* set by the task itself, last of all */
};

struct scenario_result scenario_result;
bool scenario_controlled;

static struct run_task run[SCENARIO_MAX_TASKS];
static int nrun;
static struct story story;
static struct token token; /* to replay, then the one recorded */
static const char *schedule_text;
static size_t schedule_len;

/* --- the list -------------------------------------------------------------------------------- */

/* The linker collects them. */
extern const struct scenario *const __start_scenario_set[] __attribute__((weak));
extern const struct scenario *const __stop_scenario_set[] __attribute__((weak));

const struct scenario *scenario_nth(int n)
{
	int i;

	for (i = 0; i < n && scenarios[i]; i++)
		;
	if (scenarios[i])
		return scenarios[i];
	return __start_scenario_set + (n - i) < __stop_scenario_set ? __start_scenario_set[n - i] : NULL;
}

const struct scenario *scenario_find(const char *name)
{
	const struct scenario *s;
	int i;

	for (i = 0; (s = scenario_nth(i)) != NULL; i++)
		if (strcmp(s->name, name) == 0)
			return s;
	return NULL;
}

void scenario_list(void)
{
	const struct scenario *s;
	int i;

	for (i = 0; (s = scenario_nth(i)) != NULL; i++)
		report("  %-20s %s\n", s->name, s->summary);
}

const struct scenario *scenario_chosen(void)
{
	const char *name = cmdline_get("scenario");
	const struct scenario *s;
	int i;

	if (!name)
		return NULL;
	s = scenario_find(name);
	if (s)
		return s;
	report("scenario=%s: no such scenario; known:", name);
	for (i = 0; (s = scenario_nth(i)) != NULL; i++)
		report(" %s", s->name);
	report("\n");
	arch_poweroff(2);
}

const struct scenario_expect *scenario_expected(const struct scenario *s, const char *design)
{
	int i;

	for (i = 0; i < s->nexpect; i++)
		if (!s->expect[i].design || strcmp(s->expect[i].design, design) == 0)
			return &s->expect[i];
	return NULL;
}

void scenario_set_schedule(const char *text, size_t len)
{
	schedule_text = text;
	schedule_len = len;
}

/* --- tasks ----------------------------------------------------------------------------------- */

static void task_main(void *arg)
{
	struct run_task *r = arg;
	struct mm_struct *mm;

	ctl_task_start();
	r->spec->fn(r->spec->arg);
	mm = sched_use_mm(NULL);
	if (mm)
		mmput(mm);
	ctl_task_end();
	__atomic_store_n(&r->done, true, __ATOMIC_RELEASE);
}

static int create_tasks(const struct scenario *s)
{
	int i, error;

	if (s->ntasks > SCENARIO_MAX_TASKS)
		return -EINVAL;
	nrun = s->ntasks;
	for (i = 0; i < nrun; i++) {
		struct run_task *r = &run[i];

		r->spec = &s->tasks[i];
		r->done = false;
		r->task = kthread_create(task_main, r, r->spec->name);
		if (!r->task)
			return -ENOMEM;
		error = r->spec->prepare ? r->spec->prepare(r->task, r->spec->arg) : 0;
		if (error)
			return error;
		error = ctl_adopt(r->task, i, r->spec->name);
		if (error < 0)
			return error;
	}
	return 0;
}

static int adopt_kswapd(const struct scenario *s)
{
	struct task_struct *t = s->want_kswapd ? scenario_ops.kswapd() : NULL;
	int id = t ? ctl_adopt_as(t, -1, "kswapd", true) : 0;

	return id < 0 ? id : 0;
}

static bool all_done(int first, int last)
{
	int i;

	for (i = first; i <= last; i++)
		if (!__atomic_load_n(&run[i].done, __ATOMIC_ACQUIRE))
			return false;
	return true;
}

/* --- free and sequential runs ---------------------------------------------------------------- */

/* Has any task of @first..@last that is not done changed its wait since the last look? */
static bool something_moves(int first, int last, uint64_t *seen)
{
	bool moves = false;
	int i;

	for (i = first; i <= last; i++) {
		const struct task_struct *t = run[i].task;
		uint64_t now;

		if (__atomic_load_n(&run[i].done, __ATOMIC_ACQUIRE))
			continue; /* may be gone: do not look at it */
		now = t->wait.kind == WAIT_NONE || t->wait.kind == WAIT_TIMER ? 0 : t->wait.since;
		moves |= now == 0 || now != seen[i];
		seen[i] = now;
	}
	return moves;
}

static enum ctl_verdict wait_free(int first, int last)
{
	uint64_t seen[SCENARIO_MAX_TASKS] = { 0 };
	long ticks = 0, still = 0;

	for (;;) {
		struct wait_cycle cycle;

		schedule_timeout(FREE_LOOK);
		if (all_done(first, last))
			return CTL_COMPLETED;
		if (!watch_deadlock() && watch_find_cycle(NULL, &cycle))
			watch_deadlock_found(&cycle);
		if (watch_deadlock())
			return CTL_DEADLOCK;
		still = something_moves(first, last, seen) ? 0 : still + FREE_LOOK;
		ticks += FREE_LOOK;
		if (still >= FREE_STUCK)
			return CTL_STALL;
		if (ticks >= FREE_LIMIT)
			return CTL_STEP_LIMIT;
	}
}

static enum ctl_verdict run_free(void)
{
	int i;

	for (i = 0; i < nrun; i++)
		wake_up_process(run[i].task);
	return wait_free(0, nrun - 1);
}

static enum ctl_verdict run_sequential(void)
{
	enum ctl_verdict v = CTL_COMPLETED;
	int i;

	for (i = 0; i < nrun && v == CTL_COMPLETED; i++) {
		wake_up_process(run[i].task);
		v = wait_free(i, i);
	}
	return v;
}

/* --- controlled runs ------------------------------------------------------------------------- */

static bool text_is_token(const char *text, size_t len)
{
	static const char word[] = "kswapd23-token";
	size_t i;

	for (i = 0; i + sizeof(word) - 1 <= len; i++)
		if (memcmp(text + i, word, sizeof(word) - 1) == 0)
			return true;
	return false;
}

/* The schedule: what was handed over, else the scenario's story, unless none is wanted. */
static int choose_schedule(const struct scenario *s, const char *schedule, struct ctl_config *c)
{
	bool built_in = schedule && strcmp(schedule, "story") == 0;
	const char *text = built_in ? NULL : schedule_text;
	size_t len = schedule_len;
	char err[160];
	int error;

	story.nevents = 0;
	if (!text && s->story) {
		text = s->story;
		len = strlen(text);
	}
	if (!text || (schedule && strcmp(schedule, "none") == 0))
		return 0;
	if (text_is_token(text, len)) {
		error = token_parse(&token, text, len, err, sizeof(err));
		if (!error)
			error = token_fits(&token, s->name, scenario_ops.design(), err,
					   sizeof(err));
		c->token = &token;
	} else {
		error = story_parse(&story, text, len, ctl_find_name, err, sizeof(err));
		c->story = &story;
	}
	if (error)
		report("schedule: %s\n", err);
	return error;
}

static void report_stuck(void)
{
	struct task_struct *stuck[SCENARIO_MAX_TASKS];
	int i, n = 0;

	for (i = 0; i < nrun; i++)
		if (ctl_active ? !ctl_finished(i) : !run[i].done)
			stuck[n++] = run[i].task;
	watch_report_stall(stuck, n);
}

static void report_verdict(enum ctl_verdict v, bool controlled)
{
	if (v == CTL_DEADLOCK && controlled)
		watch_report_deadlock(watch_deadlock());
	if (v == CTL_STALL)
		report_stuck();
	if (v == CTL_DIVERGED)
		ctl_report_divergence();
	if (v == CTL_STEP_LIMIT)
		report("the run was ended after %u steps\n", ctl_steps());
}

/* --- judging --------------------------------------------------------------------------------- */

/* @want: see scenario_expect.order. */
static bool watcher_as_expected(unsigned watcher, const char *want)
{
	if (!want || !(watch_mask & watcher))
		return true;
	if (want[0] && !watch_has_complaint(want)) {
		report("expected, but nobody complained: %s\n", want);
		return false;
	}
	return true;
}

static bool is_expected(const struct scenario_expect *e, const struct watch_complaint *c)
{
	const char *want = c->watcher == WATCH_ORDER ? e->order : e->rule;

	return want && want[0] && str_has_prefix(c->key, want);
}

/* Complaints of order and rules that neither the scenario expects nor the design names as a
 * hole. */
static int count_undocumented(const struct scenario_expect *e)
{
	const struct watch_complaint *c;
	unsigned i;
	int n = 0;

	for (i = 0; (c = watch_complaint(i)) != NULL; i++) {
		if (!(c->watcher & (WATCH_ORDER | WATCH_RULES)))
			continue;
		if ((e && is_expected(e, c)) || scenario_ops.hole_known(c->key))
			continue;
		report("complaint without a named hole: %s\n", c->key);
		n++;
	}
	return n;
}

/* Did something break that no open hole of the design explains? A design as it was shipped may break an invariant
 * whenever its tasks happen to meet so (faithful); that is what its holes are named for. @failures: how many were
 * told, by complaints or by the scenario itself. */
static bool broke_without_hole(int failures)
{
	const struct watch_complaint *c;
	bool explained = false;
	unsigned i;

	for (i = 0; (c = watch_complaint(i)) != NULL; i++) {
		if (c->watcher != WATCH_INVARIANTS)
			continue;
		if (!scenario_ops.hole_open(c->key))
			return true;
		explained = true;
	}
	return failures && !explained;
}

/* In a free run chance decides whether the tasks meet; without the story, the policy does. */
static bool verdict_as_expected(enum ctl_verdict v, const struct scenario_expect *e,
				enum run_mode mode, const struct ctl_config *c)
{
	enum ctl_verdict want = e ? e->story : CTL_COMPLETED;

	if (c->token)
		return v == c->token->end;
	if (mode == MODE_CONTROLLED && c->story)
		return v == want;
	if (mode == MODE_SEQUENTIAL && want == CTL_DEADLOCK)
		return v == CTL_COMPLETED || v == CTL_DEADLOCK; /* one task may do for a circle */
	return v == CTL_COMPLETED || v == want;
}

static void judge(const struct scenario *s, enum ctl_verdict v, enum run_mode mode,
		  const struct ctl_config *c)
{
	const struct scenario_expect *e = scenario_expected(s, scenario_ops.design());
	struct scenario_result *r = &scenario_result;

	r->verdict = v;
	r->hash = mode == MODE_CONTROLLED ? ctl_hash() : trace_hash();
	r->events = c->story ? c->story->nevents : 0;
	r->honoured = c->story ? story_honoured(c->story) : 0;
	r->broken = s->invariants ? s->invariants(v) : 0;
	r->undocumented = count_undocumented(e);
	r->as_expected = verdict_as_expected(v, e, mode, c) && !broke_without_hole(r->broken) &&
			 r->undocumented == 0;
	if (e && mode != MODE_FREE && !(mode == MODE_CONTROLLED && !c->story)) {
		r->as_expected &= watcher_as_expected(WATCH_ORDER, e->order);
		r->as_expected &= watcher_as_expected(WATCH_RULES, e->rule);
	}
}

/* What counts as expected in this mode: see verdict_as_expected(). */
static const char *expected_text(const struct scenario_expect *e, enum run_mode mode)
{
	if (!e)
		return "unstated";
	if (mode == MODE_SEQUENTIAL && e->story == CTL_DEADLOCK)
		return "completed|deadlock";
	if (mode == MODE_FREE && e->story == CTL_DEADLOCK)
		return "deadlock|completed";
	return ctl_verdict_name(e->story);
}

static void print_verdict_line(const struct scenario *s, enum run_mode mode,
			       const struct ctl_config *c)
{
	const struct scenario_expect *e = scenario_expected(s, scenario_ops.design());
	const struct scenario_result *r = &scenario_result;
	const char *how = mode == MODE_FREE	  ? "free" :
			  mode == MODE_SEQUENTIAL ? "sequential" :
			  c->token		  ? "token" :
			  c->story		  ? "story" :
						    "none";

	if (e)
		report("expectation: %s (%s)\n", ctl_verdict_name(e->story), e->source);
	report("verdict scenario=%s design=%s holes=%s mode=%s cpus=%d verdict=%s expected=%s "
	       "steps=%d/%d trace=%016llx complaints=order:%u,rules:%u,waits:%u undocumented=%d "
	       "invariants=%d result=%s\n",
	       s->name, scenario_ops.design(),
	       scenario_ops.holes_faithful() ? "faithful" : "mended",
	       how, nr_cpus, ctl_verdict_name(r->verdict), expected_text(e, mode),
	       r->honoured, r->events, (unsigned long long)r->hash,
	       watch_complaints(WATCH_ORDER), watch_complaints(WATCH_RULES),
	       watch_complaints(WATCH_WAITS), r->undocumented, r->broken,
	       r->as_expected ? "as-expected" : "UNEXPECTED");
}

/* --- one run --------------------------------------------------------------------------------- */

static int read_mode(const char *mode, const char *schedule, enum run_mode *out)
{
	*out = MODE_CONTROLLED;
	if (schedule && strcmp(schedule, "story") && strcmp(schedule, "none") &&
	    strcmp(schedule, "free") && strcmp(schedule, "file")) {
		report("schedule=%s: known are story, none, free, file\n", schedule);
		return -EINVAL;
	}
	if (schedule && strcmp(schedule, "file") == 0 && !schedule_text) {
		report("schedule=file: no schedule file came with the machine\n");
		return -EINVAL;
	}
	if (schedule && strcmp(schedule, "free") == 0)
		*out = MODE_FREE;
	if (!mode || strcmp(mode, "controlled") == 0)
		return 0;
	if (strcmp(mode, "free") == 0)
		*out = MODE_FREE;
	else if (strcmp(mode, "sequential") == 0)
		*out = MODE_SEQUENTIAL;
	else {
		report("mode=%s: known are controlled, free, sequential\n", mode);
		return -EINVAL;
	}
	return 0;
}

/* Everything before the tasks' first step. 0, or the reason has been reported. */
static int prepare(const struct scenario *s, enum run_mode mode, const char *schedule,
		   struct ctl_config *c)
{
	int error;

	scenario_controlled = mode == MODE_CONTROLLED;
	ctl_reset();
	watch_reset();
	error = scenario_ops.make_world(&s->world);
	if (!error && mode == MODE_CONTROLLED && scenario_ops.limit_reclaim)
		scenario_ops.limit_reclaim(&s->world);
	if (!error && s->setup)
		error = s->setup();
	if (!error)
		error = create_tasks(s);
	if (!error)
		error = adopt_kswapd(s);
	if (error) {
		report("scenario %s: cannot set up the world (error %d)\n", s->name, error);
		return error;
	}
	if (mode == MODE_CONTROLLED && choose_schedule(s, schedule, c))
		return -EINVAL;
	rcu_barrier(); /* no grace period is under way when the run begins, here or on the host */
	if (s->ready)
		s->ready(mode == MODE_CONTROLLED);
	return 0;
}

static enum ctl_verdict run_in_mode(enum run_mode mode, const struct ctl_config *c)
{
	int i;

	if (mode == MODE_CONTROLLED)
		return ctl_run(c);
	trace_reset();
	for (i = 0; i < ctl_ntasks(); i++) /* adopted for nothing: they run free */
		ctl_task(i)->ctl_id = -1;
	return mode == MODE_FREE ? run_free() : run_sequential();
}

int scenario_run(const struct scenario *s, const char *mode_name, const char *schedule)
{
	struct ctl_config config = { 0 };
	enum run_mode mode;
	enum ctl_verdict v;

	if (read_mode(mode_name, schedule, &mode) || prepare(s, mode, schedule, &config))
		return 2;
	config.max_steps = (unsigned)cmdline_long("steps", 0);
	report("scenario %s, design %s: %s\n", s->name, scenario_ops.design(), s->summary);
	v = run_in_mode(mode, &config);
	report_verdict(v, mode == MODE_CONTROLLED);
	judge(s, v, mode, &config);
	if (config.story)
		story_report(config.story);
	if (mode == MODE_CONTROLLED && !config.token) {
		if (token_record(&token, s->name, scenario_ops.design()))
			report("the run was too long for a whole token\n");
		token.end = v;
		if (v != CTL_COMPLETED || cmdline_get("report"))
			token_print(&token);
	}
	print_verdict_line(s, mode, &config);
	return scenario_result.as_expected ? 0 : 1;
}

int scenario_set_up(const struct scenario *s)
{
	struct ctl_config unused = { 0 };

	return prepare(s, MODE_CONTROLLED, "none", &unused);
}

void scenario_report_run(const struct scenario *s, enum ctl_verdict v)
{
	report_verdict(v, true);
	if (token_record(&token, s->name, scenario_ops.design()))
		report("the run was too long for a whole token\n");
	token.end = v;
	token_print(&token);
}

void scenario_main(void *unused)
{
	const struct scenario *s = scenario_chosen();

	(void)unused;
	if (!s) {
		report("scenario=: none was asked for; known:\n");
		scenario_list();
		arch_poweroff(2);
	}
	if (!cmdline_get("watch"))
		watch_mask = WATCH_ALL;
	if (!cmdline_get("trace"))
		trace_setup("all");
	arch_poweroff(scenario_run(s, cmdline_get("mode"), cmdline_get("schedule")));
}
