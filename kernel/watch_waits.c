/*
 * kernel/watch_waits.c - the waits watcher: who waits for whom, right now.
 *
 * Realises DESIGN section 4, "waits". Nodes are tasks. A task that waits
 *   for a lock              waits for every task that holds it (a writer: for all readers),
 *   for a port's answer     waits for the port's server, whether its message is queued or in work,
 *   for an empty port, a device, a timer, a child, an event: for no task.
 * Since a waiter needs all those it waits for, one cycle is enough: nobody on it will ever run.
 *
 * No lock is taken: it works in any state of the machine, also when the task list's own lock is
 * part of the trouble. What is read may change underneath in a free run, so a cycle is believed
 * only when a second look finds the same waits with the same starting times. A task that waits does
 * not change what it holds; so between the two looks all tasks of the cycle were waiting at one
 * instant.
 *
 * The list may change under a look, but no task that has left it is freed before the look is over
 * (watch_wait_for_looks). A look that stands on a task which leaves has come to its end; the next one sees the rest.
 */
#include "kernel/watch.h"

#include "kernel/control.h"
#include "kernel/port.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/string.h"
#include "kernel/watch_internal.h"

#define MAX_VISITED 64
#define MAX_OUT	    16

static int looks[NR_CPUS]; /* that each CPU is in: one may interrupt another; atomic */
static struct wait_cycle first_deadlock;
static int deadlock_noted; /* atomic */

void watch_waits_reset(void)
{
	first_deadlock.n = 0;
	deadlock_noted = 0;
}

/* --- looks at the task list without its lock ------------------------------------------------------ */

void watch_look_begin(void)
{
	__atomic_fetch_add(&looks[arch_cpu_id()], 1, __ATOMIC_SEQ_CST);
}

void watch_look_end(void)
{
	__atomic_fetch_sub(&looks[arch_cpu_id()], 1, __ATOMIC_RELEASE);
}

void watch_wait_for_looks(void)
{
	int cpu;

	/* A look that begins after this does not find the task. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (cpu = 0; cpu < nr_cpus; cpu++)
		while (__atomic_load_n(&looks[cpu], __ATOMIC_ACQUIRE)) {
			arch_tlb_poll();
			cpu_relax();
		}
}

/* The look stands on @t, which has left the list: from there it goes nowhere. */
static bool has_left(const struct task_struct *t)
{
	return list_empty(&t->tasks);
}

/* --- the graph ---------------------------------------------------------------------------------- */

/* What @t waits for by its record of @kind; NULL = it went on while we looked, and its record may be that of
 * the next wait by now: then it is in no circle. */
static const void *wait_object(const struct task_struct *t, enum wait_kind kind)
{
	uint64_t since = t->wait.since;
	const void *what;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	what = t->wait.what;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return t->wait.kind == kind && t->wait.since == since ? what : NULL;
}

/* Is @t on its way into schedule(), or inside? Then kernel_lock or a spin lock, if
 * still in its record, is about to be given up. */
static bool is_going_to_sleep(const struct task_struct *t)
{
	enum wait_kind kind = t->wait.kind;
	const struct lock_info *li;

	switch (kind) {
	case WAIT_NONE:
		return false;
	case WAIT_LOCK: /* a spinner keeps it */
		li = wait_object(t, kind);
		return li && lock_classes[li->class_id].kind != LK_SPIN &&
		       lock_classes[li->class_id].kind != LK_BKL;
	default:
		return true;
	}
}

/* What @t took after its wait began, it took in an interrupt, or on its way into sleep; it will give that
 * back whatever becomes of the wait, so it is no edge. */
static bool holds(const struct task_struct *t, const struct lock_info *lock)
{
	int i, n = t->wait.kind == WAIT_NONE ? t->nheld : min(t->nheld, t->wait.nheld);
	enum lock_kind kind = lock_classes[lock->class_id].kind;

	/* Nobody sleeps with a spin lock (might_sleep) or kernel_lock: who is on his way to sleep with one
	 * is about to drop it. */
	if ((kind == LK_BKL || kind == LK_SPIN) && is_going_to_sleep(t))
		return false;
	for (i = 0; i < n && i < MAX_HELD_LOCKS; i++)
		if (t->held[i].lock == lock)
			return true;
	return false;
}

static int lock_owners(const struct lock_info *lock, struct task_struct **out, int max)
{
	struct task_struct *t;
	int n = 0;

	for_each_task(t) {
		if (has_left(t))
			break;
		if (t->state != TASK_ZOMBIE && n < max && holds(t, lock))
			out[n++] = t;
	}
	return n;
}

/* Whom does @t wait for? Fills @out (at most @max) and returns how many; 0 = nobody, or a device. */
static int waits_for_whom(struct task_struct *t, struct task_struct **out, int max)
{
	enum wait_kind kind = t->wait.kind;
	const void *what = wait_object(t, kind);
	const struct port *port = what;

	if (!what)
		return 0;
	switch (kind) {
	case WAIT_LOCK: {
		const struct lock_info *li = what;

		/* Who holds a leaf takes no other lock and does not sleep: the wait ends by itself. */
		if (lock_classes[li->class_id].leaf)
			return 0;
		return lock_owners(li, out, max);
	}
	case WAIT_CALL:
		if (!port->server || max < 1)
			return 0;
		out[0] = port->server;
		return 1;
	default:
		return 0;
	}
}

/* --- the search ------------------------------------------------------------------------------ */

struct walk {
	int nvisited;
	struct task_struct *visited[MAX_VISITED];
	int depth;
	struct task_struct *path[WAIT_CYCLE_MAX];
};

static int path_index(const struct walk *w, const struct task_struct *t)
{
	int i;

	for (i = 0; i < w->depth; i++)
		if (w->path[i] == t)
			return i;
	return -1;
}

static bool visited(struct walk *w, struct task_struct *t)
{
	int i;

	for (i = 0; i < w->nvisited; i++)
		if (w->visited[i] == t)
			return true;
	if (w->nvisited < MAX_VISITED)
		w->visited[w->nvisited++] = t;
	return false;
}

/* Depth first, at most WAIT_CYCLE_MAX deep. True: @out is a cycle, as far as one look can tell. */
static bool search(struct walk *w, struct task_struct *t, struct wait_cycle *out)
{
	struct task_struct *next[MAX_OUT];
	int n, i, at;

	if (w->depth == WAIT_CYCLE_MAX || visited(w, t))
		return false;
	w->path[w->depth++] = t;
	n = waits_for_whom(t, next, MAX_OUT);
	for (i = 0; i < n; i++) {
		at = path_index(w, next[i]);
		if (at >= 0) {
			out->n = w->depth - at;
			for (int k = 0; k < out->n; k++)
				out->task[k] = w->path[at + k];
			return true;
		}
		if (search(w, next[i], out))
			return true;
	}
	w->depth--;
	return false;
}

static bool waits_for(struct task_struct *t, const struct task_struct *other)
{
	struct task_struct *next[MAX_OUT];
	int n = waits_for_whom(t, next, MAX_OUT), i;

	for (i = 0; i < n; i++)
		if (next[i] == other)
			return true;
	return false;
}

/* The second look. */
static bool confirmed(const struct wait_cycle *c)
{
	uint64_t since[WAIT_CYCLE_MAX] = { 0 };
	int i;

	for (i = 0; i < c->n; i++)
		since[i] = c->task[i]->wait.since;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (i = 0; i < c->n; i++)
		if (!waits_for(c->task[i], c->task[(i + 1) % c->n]))
			return false;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (i = 0; i < c->n; i++)
		if (c->task[i]->wait.since != since[i] || c->task[i]->wait.kind == WAIT_NONE)
			return false;
	return true;
}

/* Begin with the task of the lowest pid, so that the same deadlock is always told alike. */
static void turn_to_lowest(struct wait_cycle *c)
{
	struct wait_cycle turned;
	int low = 0, i;

	for (i = 1; i < c->n; i++)
		if (c->task[i]->pid < c->task[low]->pid)
			low = i;
	turned.n = c->n;
	for (i = 0; i < c->n; i++)
		turned.task[i] = c->task[(low + i) % c->n];
	*c = turned;
}

static bool find_from(struct task_struct *t, struct wait_cycle *out)
{
	struct walk w;

	w.nvisited = 0;
	w.depth = 0;
	if (!search(&w, t, out) || !confirmed(out))
		return false;
	turn_to_lowest(out);
	return true;
}

static bool find_from_any(struct wait_cycle *out)
{
	struct task_struct *t;

	for_each_task(t) {
		if (has_left(t))
			return false;
		if (t->state != TASK_ZOMBIE && t->wait.kind != WAIT_NONE && find_from(t, out))
			return true;
	}
	return false;
}

/* The tasks of a circle stay: they will never run again. */
bool watch_find_cycle(struct task_struct *t, struct wait_cycle *out)
{
	bool found;

	watch_look_begin();
	found = t ? find_from(t, out) : find_from_any(out);
	watch_look_end();
	if (!found)
		out->n = 0;
	return found;
}

/* --- what is done about it ------------------------------------------------------------------- */

/* "waits: driver lock + vmlist lock": the classes in the cycle, lowest rank first, calls as
 * "port". */
void watch_cycle_key(const struct wait_cycle *c, char *buf, size_t size)
{
	uint8_t class_in[NR_LOCK_CLASSES] = { 0 };
	const char *between = "waits: ";
	size_t len = 0;
	bool port = false;
	unsigned i;

	for (i = 0; i < (unsigned)c->n; i++) {
		const struct wait_for *w = &c->task[i]->wait;

		if (w->kind == WAIT_LOCK)
			class_in[((const struct lock_info *)w->what)->class_id] = 1;
		else
			port = true;
	}
	buf[0] = '\0';
	for (i = 0; i < NR_LOCK_CLASSES && len < size; i++) {
		if (!class_in[i])
			continue;
		snprintk(buf + len, size - len, "%s%s", between, lock_classes[i].name);
		len = strlen(buf);
		between = " + ";
	}
	if (port && len < size)
		snprintk(buf + len, size - len, "%sa server's answer", between);
}

void watch_deadlock_found(const struct wait_cycle *c)
{
	char key[WATCH_KEY_LEN];

	watch_cycle_key(c, key, sizeof(key));
	watch_complain(WATCH_WAITS, "%s", key);
	if (__atomic_exchange_n(&deadlock_noted, 1, __ATOMIC_ACQ_REL))
		return;
	first_deadlock = *c;
	if (!ctl_active) /* else the scenario tells it, when every CPU stands still */
		watch_report_deadlock(c);
}

const struct wait_cycle *watch_deadlock(void)
{
	return deadlock_noted && first_deadlock.n ? &first_deadlock : NULL;
}

void watch_blocked(struct task_struct *t)
{
	struct wait_cycle c;

	if (!(watch_mask & WATCH_WAITS))
		return;
	if (watch_find_cycle(t, &c))
		watch_deadlock_found(&c);
}

void watch_tick(void)
{
	struct wait_cycle c;

	if (!(watch_mask & WATCH_WAITS) || deadlock_noted || ctl_active)
		return;
	if (watch_find_cycle(NULL, &c))
		watch_deadlock_found(&c);
}
