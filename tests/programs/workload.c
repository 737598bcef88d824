/*
 * tests/programs/workload.c - the workloads of the lock diff: arguments, workers, barrier, result.
 *
 * workload NAME [WORKERS [ROUNDS]]: WORKERS (0 or nothing: as many as CPUs, less the workload's
 * helpers) do the work, in ROUNDS (0 or nothing: the workload's own). The last line is
 *   workload NAME ok workers=8 helpers=0 cpus=8 rounds=4 unit=faults ops=32768 ticks=6552340 min=6540012 max=6551118
 *   wrong=0 refused=0
 * on one line: ops = units done by all workers; ticks = sum over the rounds of the time from the first
 * worker's start to the last one's end; min, max = the least and most that one worker was busy. `FAILED`
 * stands for `ok` when a byte was wrong or a call refused; ` lockcost=N` follows when the kernel says that its
 * cost model is on (kernel/lockcost.h). Exit status 0, 1 for failed, 2 for wrong arguments.
 * Run without arguments it lists what there is.
 */
#include "workload.h"

#define STACK	     (8 * PAGE)

static const struct workload *const workloads[] = {
	&workload_touch, &workload_touch_shared, &workload_touch_mmap, &workload_touch_mms,
	&workload_fork,	 &workload_pressure,	 &workload_mixed,      &workload_short,
};
#define NR_WORKLOADS (sizeof(workloads) / sizeof(workloads[0]))

struct control *control;
unsigned nr_workers, nr_rounds;
static const struct workload *workload;
static struct control own_control;

unsigned long proc_value(const char *path, const char *name)
{
	static char text[8192];
	const char *line = text;
	size_t len = strlen(name), n = 0;
	char digits[16];

	if (read_file(path, text, sizeof(text)) < 0)
		return 0;
	while (line && (strncmp(line, name, len) || (line[len] != ' ' && line[len] != ':'))) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	for (line = line ? line + len + 1 : ""; *line == ' '; line++)
		;
	for (; *line >= '0' && *line <= '9' && n < sizeof(digits) - 1; line++)
		digits[n++] = *line;
	digits[n] = '\0';
	return (unsigned long)number(digits, 0);
}

/* --- the barrier ------------------------------------------------------------------------------- */

#define SPINS 20000 /* a worker that waits longer may be in the way of one that has no CPU */

static void meet(void)
{
	uint32_t generation = control->generation, turns = 0;

	if (__atomic_add_fetch(&control->arrived, 1, __ATOMIC_SEQ_CST) == nr_workers) {
		control->arrived = 0;
		__atomic_store_n(&control->generation, generation + 1, __ATOMIC_SEQ_CST);
		return;
	}
	while (__atomic_load_n(&control->generation, __ATOMIC_SEQ_CST) == generation) {
		relax();
		if (++turns % SPINS == 0)
			sys(SYS_sched_yield);
	}
}

/* --- one worker -------------------------------------------------------------------------------- */

/* What one round took, from the first start to the last end. */
static void add_round(void)
{
	uint64_t start = control->worker[0].start, end = control->worker[0].end;
	unsigned i;

	for (i = 1; i < nr_workers; i++) {
		const struct worker *w = &control->worker[i];

		start = w->start < start ? w->start : start;
		end = w->end > end ? w->end : end;
	}
	control->elapsed += end - start;
}

static void prepare(struct worker *w, unsigned round)
{
	if (!workload->prepare || (w->nr && !workload->processes))
		return;
	if (!workload->prepare(w, round))
		control->failed = 1;
}

static int work(void *arg)
{
	struct worker *w = arg;
	unsigned round;

	for (round = 0; round < nr_rounds; round++) {
		prepare(w, round);
		meet();
		if (control->failed)
			break;
		if (!w->nr)
			waits_begin();
		meet();
		w->start = ticks_now();
		workload->work(w, round);
		w->end = ticks_now();
		w->busy += w->end - w->start;
		meet();
		if (!w->nr) {
			waits_end();
			add_round();
		}
		if (workload->verify)
			workload->verify(w, round);
		meet();
	}
	prepare(w, nr_rounds);
	if (!w->nr)
		waits_tell();
	return 0;
}

static int help_along(void *arg)
{
	workload->help_along(arg);
	return 0;
}

/* --- starting them ----------------------------------------------------------------------------- */

static long start_one(unsigned nr, int (*fn)(void *))
{
	struct worker *w = &control->worker[nr];
	char *stack;
	long pid;

	w->nr = nr;
	if (workload->processes) {
		pid = sys(SYS_fork);
		if (!pid)
			exit(fn(w));
		return pid;
	}
	stack = map_pages(STACK / PAGE);
	return stack ? thread_create(THREAD_FLAGS, stack + STACK, fn, w) : -ENOMEM;
}

/* The control block must be seen by all processes. */
static bool share_control(void)
{
	static const char *const path[] = { "/tmp/workload", "/workload" };
	static uint32_t zeroes[PAGE / 4];
	unsigned i;

	for (i = 0; i < 2; i++) {
		long fd = sys(SYS_open, path[i], O_RDWR | O_CREAT | O_TRUNC, 0600), p;

		if (fd < 0 || sys(SYS_write, fd, zeroes, PAGE) != (long)PAGE)
			continue;
		p = sys(SYS_mmap2, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		sys(SYS_close, fd);
		if (MAP_FAILED(p))
			continue;
		control = (struct control *)p;
		return true;
	}
	return false;
}

/* Wait for one that was started; a signal or a status makes the run a failure. */
static void reap(unsigned nr, long pid)
{
	int status = -1;

	if (wait_for(pid, &status) == pid && status == 0)
		return;
	printf("workload: worker %u ended with status %x\n", nr, (unsigned)status);
	control->worker[nr].refused++;
}

static bool run(void)
{
	long pid[MAX_WORKERS];
	unsigned i, all = nr_workers + workload->helpers, started = 0;

	for (i = 0; i < all; i++, started++) {
		pid[i] = start_one(i, i < nr_workers ? work : help_along);
		if (pid[i] < 0)
			break;
	}
	if (started < all) { /* the others wait at the barrier for ever: the end of this task ends them */
		printf("workload: worker %u cannot be started: %ld\n", started, pid[started]);
		return false;
	}
	for (i = 0; i < nr_workers; i++)
		reap(i, pid[i]);
	control->over = 1;
	for (; i < all; i++)
		reap(i, pid[i]);
	return !control->failed;
}

/* --- the result -------------------------------------------------------------------------------- */

static const char *decimal(uint64_t v, char *buf, size_t size)
{
	char *p = buf + size;

	*--p = '\0';
	do {
		*--p = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	return p;
}

static unsigned count_cpus(void)
{
	unsigned n = (unsigned)proc_value("/proc/system", "cpus");

	return n ? n : 1;
}

static int tell(void)
{
	char ticks[24], least[24], most[24], dear[24];
	unsigned long cost = proc_value("/proc/system", "lockcost");
	uint64_t min = ~0ull, max = 0;
	unsigned long ops = 0, wrong = 0, refused = 0;
	unsigned i;

	for (i = 0; i < nr_workers + workload->helpers; i++) {
		const struct worker *w = &control->worker[i];

		wrong += w->wrong;
		refused += w->refused;
		if (i >= nr_workers)
			continue;
		ops += w->ops;
		min = w->busy < min ? w->busy : min;
		max = w->busy > max ? w->busy : max;
	}
	printf("workload %s %s workers=%u helpers=%u cpus=%u rounds=%u unit=%s ops=%lu ticks=%s min=%s max=%s wrong=%lu "
	       "refused=%lu%s%s\n",
	       workload->name, wrong || refused || !ops ? "FAILED" : "ok", nr_workers, workload->helpers, count_cpus(), nr_rounds,
	       workload->unit, ops, decimal(control->elapsed, ticks, sizeof(ticks)),
	       decimal(min, least, sizeof(least)), decimal(max, most, sizeof(most)), wrong, refused,
	       cost ? " lockcost=" : "", cost ? decimal(cost, dear, sizeof(dear)) : "");
	return wrong || refused || !ops;
}

/* One task a CPU, helpers included; but somebody must work. */
static unsigned workers_for(unsigned cpus)
{
	return cpus > workload->helpers ? cpus - workload->helpers : 1;
}

static int list(void)
{
	unsigned i;

	printf("workload NAME [WORKERS [ROUNDS]]\n");
	for (i = 0; i < NR_WORKLOADS; i++)
		printf("  %s: %s\n", workloads[i]->name, workloads[i]->help);
	return 2;
}

int main(int argc, char **argv, char **envp)
{
	long workers = number(argc > 2 ? argv[2] : NULL, 0), rounds = number(argc > 3 ? argv[3] : NULL, 0);
	unsigned i;

	(void)envp;
	for (i = 0; i < NR_WORKLOADS && argc > 1; i++)
		if (!strcmp(argv[1], workloads[i]->name))
			workload = workloads[i];
	if (!workload || workers < 0 || rounds < 0 || argc > 4)
		return list();
	nr_workers = workers ? (unsigned)workers : workers_for(count_cpus());
	nr_rounds = rounds ? (unsigned)rounds : workload->rounds;
	if (nr_workers + workload->helpers > MAX_WORKERS) {
		printf("workload: %u workers are too many, %u is the most\n", nr_workers,
		       MAX_WORKERS - workload->helpers);
		return 2;
	}
	control = &own_control;
	if (workload->processes && !share_control()) {
		printf("workload: no file that processes could share\n");
		return 2;
	}
	if (workload->before)
		workload->before();
	if (!run()) {
		printf("workload %s FAILED: it could not be prepared\n", workload->name);
		return 1;
	}
	return tell();
}
