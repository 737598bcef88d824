/*
 * tests/programs/torture_task.c - one task of the torture run: its areas, its loop, its forked
 * children; and a worker, which is a process with one to three of them as threads. See torture.h.
 *
 * What each task does follows from the seed alone. At the end of each phase all tasks meet: they have
 * no children then and sleep, so that the conductor can look at the whole machine.
 */
#include "torture.h"

#define STACK_PAGES  4
#define MAX_RUN	     8 /* pages touched one after the other */

struct task tasks[MAX_TASKS];

/* Of this process: its threads, and the area they share. */
static long thread_pid[MAX_TASKS];
static char *common_base;

unsigned threads_of(unsigned w)
{
	return 1 + w % 3;
}

/* --- touching -------------------------------------------------------------------------------- */

static bool may_touch(const struct area *a, unsigned i)
{
	return i < a->npages && a->page[i].mapped && a->page[i].prot != PROT_NONE;
}

/* A page that may be touched: mostly one of a few, which wander through the area. */
static bool pick_page(struct task *t)
{
	unsigned tries;

	for (tries = 0; tries < 32; tries++) {
		struct area *a = &t->area[random_below(t, t->nareas)];
		unsigned i = random_below(t, 100) < 70 ? (a->hot + random_below(t, 16)) % a->npages
						       : random_below(t, a->npages);

		t->run_area = a;
		t->run_at = i;
		if (may_touch(a, i))
			return true;
	}
	return false;
}

/* The page to be touched now: the one behind the last, as programs do, until the run is over or the page is
 * gone; then another place. So what is read ahead is of use, as it was meant to be. */
static bool next_page(struct task *t)
{
	if (t->run_left && may_touch(t->run_area, ++t->run_at)) {
		t->run_left--;
		return true;
	}
	t->run_left = random_below(t, MAX_RUN);
	return pick_page(t);
}

void touch(struct task *t)
{
	unsigned i, how = random_below(t, 64);
	struct area *a;
	bool write;

	t->touches++;
	if (!next_page(t))
		return;
	a = t->run_area;
	i = t->run_at;
	if (random_below(t, 64) == 0)
		a->hot = random_below(t, a->npages);
	write = how % 4 &&
		(a->page[i].prot & PROT_WRITE); /* most: what is clean needs no way out */
	/* An earlier child's version must be asked before it can be followed. */
	if (write && (how & 2) && a->page[i].who != WHO_UNKNOWN) {
		write_page(t, a, i);
		check_page(t, a, i, how < 2);
	} else {
		check_page(t, a, i, how < 2);
		if (write)
			write_page(t, a, i);
	}
}

/* --- a forked child -------------------------------------------------------------------------- */

static uint32_t snapshot[CELLS];

/* What the threads of the parent write after the fork is not for us to see. */
static bool is_frozen(const struct area *a, unsigned i)
{
	const volatile uint32_t *cells = (const volatile uint32_t *)page_at(a, i);
	unsigned k;

	for (k = 0; k < CELLS; k++)
		if (k % a->stripes != a->mine && cells[k] != snapshot[k])
			return false;
	return true;
}

static void become_child(struct task *t, struct area **common)
{
	unsigned n, i;

	t->who = WHO_CHILD + t->children % 6;
	t->locked_area = NULL; /* locks are not inherited */
	for (n = 0; n < t->nareas; n++) {
		struct area *a = &t->area[n];

		if (a->kind == COMMON)
			*common = a;
		if (!is_shared(a))
			continue;
		for (i = 0; i < a->size; i++) {
			if (watched_stripe(a, i) ==
			    a->mine) /* my parent's: nobody knows it better */
				a->page[i].watched = a->page[i].version;
			a->page[i].who = WHO_UNKNOWN;
		}
		a->mine = CHILD_STRIPE(a->mine);
	}
}

static int child(struct task *t)
{
	unsigned n = 20 + random_below(t, 120), i, at = 0;
	struct area *common = NULL;

	become_child(t, &common);
	if (common) {
		at = random_below(t, common->npages);
		memcpy(snapshot, page_at(common, at), PAGE);
	}
	for (i = 0; i < n && !control->stop; i++) {
		touch(t);
		count(&control->child_touches);
		if (i % 50 == 49)
			sys(SYS_sched_yield);
	}
	if (common && !is_frozen(common, at))
		mistake(t, "a thread of the parent writes what its child sees", common, at, at);
	return 0;
}

void reap_child(struct task *t)
{
	int status = -1;
	long pid = t->child;

	if (!pid)
		return;
	t->child = 0;
	if (wait_for(pid, &status) != pid || status)
		mistake(t, "a child ended with status", NULL, status, 0);
}

void fork_child(struct task *t)
{
	long pid;

	reap_child(t);
	pid = sys(SYS_fork);
	if (pid == 0)
		exit(child(t));
	t->children++;
	if (pid > 0) {
		t->child = pid;
		count(&control->forks);
	} else if (pid == -ENOMEM || pid == -EAGAIN) {
		count(&control->refused);
	} else {
		mistake(t, "fork", NULL, pid, 1);
	}
}

/* --- areas ----------------------------------------------------------------------------------- */

static long open_or_stop(struct task *t, const char *path, int flags)
{
	long fd = sys(SYS_open, path, flags);

	if (fd < 0)
		mistake(t, path, NULL, fd, 3);
	return fd;
}

static struct area *add_area(struct task *t, enum kind kind, unsigned id, unsigned first,
			     unsigned npages)
{
	struct area *a = &t->area[t->nareas];

	a->kind = kind;
	a->id = id;
	a->first = first;
	a->npages = a->size = npages;
	a->stripes = kind == COMMON ? threads_of(t->worker) : is_shared(a) ? SHARED_STRIPES : 1;
	a->mine = kind == COMMON ? t->thread : is_shared(a) ? t->nr : 0;
	a->fd = -1;
	if (kind == PAD)
		a->fd = open_or_stop(t, plan.pad, O_RDWR);
	if (kind == SHARED_FILE)
		a->fd = open_or_stop(t, plan.shared, O_RDWR);
	if (kind == PRIVATE_FILE)
		a->fd = open_or_stop(t, plan.private, O_RDONLY);
	a->base = a->window = (char *)WINDOWS + (t->nr % 4) * TASK_WINDOW + t->nareas * AREA_WINDOW;
	if (kind == COMMON)
		a->base = common_base;
	t->nareas++;
	return a;
}

static void map_area(struct task *t, struct area *a)
{
	unsigned i;

	if (a->kind != COMMON || t->thread == 0)
		map_area_pages(t, a, 0, a->npages);
	for (i = 0; i < a->npages; i++) { /* of COMMON the others' first thread mapped it */
		a->page[i].mapped = true;
		a->page[i].prot = PROT_READ | PROT_WRITE;
		a->page[i].who = WHO_OWNER;
	}
}

static unsigned smaller(unsigned long a, unsigned long b)
{
	return (unsigned)(a < b ? a : b);
}

/* Its share of the megabytes in three anonymous areas; windows of pad and files, which overlap. */
static void make_areas(struct task *t)
{
	unsigned long own = (plan.megabytes << 8) / plan.tasks;
	unsigned n;

	common_base = (char *)WINDOWS + 6 * TASK_WINDOW;
	for (n = 0; n < 3; n++)
		add_area(t, ANON, AREA_OF_TASK(t->nr, n), 0, smaller(MAX_PAGES, own / 3 + 8));
	if (threads_of(t->worker) > 1)
		add_area(t, COMMON, AREA_COMMON(t->worker), 0, 96);
	if (plan.pad) { /* the last page is the control page's */
		unsigned size = smaller(160, plan.pad_pages / 2),
			 half = plan.pad_pages > 512 ? t->nr % 2 : 0;
		unsigned room = smaller(512, plan.pad_pages - half * 512 - 1);

		add_area(t, PAD, AREA_PAD + half, random_below(t, room - size + 1), size);
	}
	if (plan.private)
		add_area(t, PRIVATE_FILE, AREA_OF_TASK(t->nr, 3),
			 random_below(t, plan.file_pages - 96), 96);
	if (plan.shared)
		add_area(t, SHARED_FILE, AREA_FILE, random_below(t, plan.file_pages - 128), 128);
	for (n = 0; n < t->nareas && !control->stop; n++)
		map_area(t, &t->area[n]);
}

/* --- a task's life ---------------------------------------------------------------------------- */

/* A thread that died lets nobody wait for ever. */
static void look_after_threads(struct task *t)
{
	unsigned i;
	int status;

	for (i = 1; t->thread == 0 && i < threads_of(t->worker); i++)
		if (thread_pid[i] &&
		    sys(SYS_waitpid, thread_pid[i], &status, WNOHANG) == thread_pid[i]) {
			thread_pid[i] = 0;
			if (status)
				mistake(t, "a thread ended with status", NULL, status, 0);
		}
}

/* One touch, and now and then a change of the address space. */
static void step(struct task *t)
{
	touch(t);
	if (t->touches % plan.between == 0) {
		change_something(t);
		look_after_threads(t);
	}
}

/* How many touches task @t has done after @phases phases. */
static unsigned long share(const struct task *t, unsigned phases)
{
	return t->target / PHASES * (phases < PHASES ? phases : PHASES);
}

/* All have done what @phase asks for: rest until the machine has been looked at. A swapoff that is
 * under way ends first, which may take long: meanwhile there is work of the next phase to do. */
static void meet(struct task *t, unsigned phase)
{
	count(&control->reached);
	while (control->rest != phase + 1 && !control->stop) {
		if (t->touches < share(t, phase + 2)) {
			step(t);
		} else {
			look_after_threads(t);
			sleep_ms(100);
		}
	}
	reap_child(t);
	count(&control->resting);
	while (control->phase == phase && !control->stop) {
		look_after_threads(t);
		sleep_ms(100);
	}
}

static int life(void *arg)
{
	struct task *t = arg;
	unsigned phase;

	for (phase = 0; phase < PHASES && !control->stop; phase++) {
		while (t->touches < share(t, phase + 1) && !control->stop)
			step(t);
		meet(t, phase);
	}
	reap_child(t);
	__atomic_fetch_add(&control->touches, (uint32_t)t->touches, __ATOMIC_RELAXED);
	return 0;
}

static void start_thread(struct task *t)
{
	char *stack = map_pages(STACK_PAGES);
	long pid = -ENOMEM;

	/* The kernel wants two frames in a row for its own stack, as in 1999: memory may have to be stolen first. */
	if (stack)
		INSIST(pid, thread_create(THREAD_FLAGS, stack + STACK_PAGES * PAGE, life, t));
	if (pid < 0)
		mistake(t, "clone", NULL, pid, 1);
	else
		thread_pid[t->thread] = pid;
}

int worker(unsigned w)
{
	unsigned first = 0, i, n = threads_of(w);
	int status;
	long r;

	for (i = 0; i < w; i++)
		first += threads_of(i);
	r = sys(SYS_mlock, &tasks[first],
		n * sizeof(struct task)); /* what we know must not depend on swap */
	if (r && !plan.oracle)
		mistake(&tasks[first], "mlock of the shadow", NULL, r, 0);
	r = sys(SYS_mlock, control, PAGE);
	if (r)
		mistake(&tasks[first], "mlock of the control page", NULL, r, 0);
	for (i = 0; i < n; i++) {
		struct task *t = &tasks[first + i];

		*t = (struct task){ .nr = first + i, .worker = w, .thread = i, .who = WHO_OWNER };
		t->seed = plan.seed * 7919 + (first + i) * 104729 + 1;
		t->target = plan.touches / plan.tasks;
		make_areas(t);
	}
	for (i = 1; i < n && !control->stop; i++)
		start_thread(&tasks[first + i]);
	if (!control->stop)
		life(&tasks[first]);
	for (i = 1; i < n; i++)
		if (thread_pid[i] && (wait_for(thread_pid[i], &status) != thread_pid[i] || status))
			mistake(&tasks[first], "a thread ended with status", NULL, status, 0);
	return control->stop != 0;
}
