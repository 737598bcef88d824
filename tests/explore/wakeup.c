/*
 * tests/explore/wakeup.c - wakeup trees. See wakeup.h.
 */
#include "tests/explore/wakeup.h"

#include <stdlib.h>
#include <string.h>

struct wakeup {
	int task;
	bool known; /* acc says what its event touches */
	struct access_list acc;
	struct wakeup *child, *next; /* the first branch is taken first */
};

static struct wakeup *spare;

/* --- memory ------------------------------------------------------------------------------------------- */

static struct wakeup *wakeup_new(int task, const struct access_list *acc)
{
	struct wakeup *w = spare;

	if (w)
		spare = w->next;
	else
		w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	w->task = task;
	w->known = acc != NULL;
	w->child = w->next = NULL;
	if (acc)
		access_list_copy(&w->acc, acc);
	return w;
}

static void wakeup_free(struct wakeup *w)
{
	while (w) {
		struct wakeup *next = w->next;

		wakeup_free(w->child);
		w->next = spare;
		spare = w;
		w = next;
	}
}

/* --- v: the events of a reversed race --------------------------------------------------------------- */

static struct {
	int event[RT_MAX_NODES + 1]; /* -1 = the pending operation */
	int n;
	int task;		  /* whose operation that is */
	uint16_t clock[RT_TASKS]; /* and what comes before it */
	struct access_list acc;
} v;

static int task_of(int event)
{
	return event < 0 ? v.task : path[event].chosen;
}

static const struct access_list *acc_of(int event)
{
	return event < 0 ? &v.acc : &path[event].ev;
}

static bool comes_after(int event, int earlier)
{
	if (event >= 0)
		return happens_before(earlier, event);
	return v.clock[path[earlier].chosen] > earlier;
}

static void v_make(int i, int k, int task)
{
	int j;

	v.n = 0;
	for (j = i + 1; j < depth; j++)
		if (!path[j].forced && j != k && !happens_before(i, j))
			v.event[v.n++] = j;
	v.event[v.n++] = k;
	if (k < 0) {
		v.task = task;
		path_pending_operation(task, v.clock, &v.acc);
	}
}

static int v_first_of(int task)
{
	int x;

	for (x = 0; x < v.n; x++)
		if (task_of(v.event[x]) == task)
			return x;
	return -1;
}

static bool v_is_initial(int x)
{
	int y;

	for (y = 0; y < x; y++)
		if (comes_after(v.event[x], v.event[y]))
			return false;
	return true;
}

static void v_remove(int x)
{
	v.n--;
	memmove(&v.event[x], &v.event[x + 1], sizeof(v.event[0]) * (size_t)(v.n - x));
}

/* Does an event that touches @list conflict with none of v? */
static bool v_independent(const struct access_list *list)
{
	bool found = false;
	int x;

	access_mark(list);
	for (x = 0; x < v.n && !found; x++)
		found = access_conflicts_marked(acc_of(v.event[x]));
	access_unmark(list);
	return !found;
}

/* Could @task's next event, which touches @list, be the first of v, or be put before it? *@x: where v has it, -1 = not. */
static bool v_may_begin_with(int task, const struct access_list *list, int *x)
{
	*x = v_first_of(task);
	if (*x >= 0)
		return v_is_initial(*x);
	return list && v_independent(list);
}

/* --- trees ---------------------------------------------------------------------------------------------- */

static bool a_sleeper_may_begin(const struct node *n)
{
	unsigned mask = (n->sleep | n->done) & ~(1u << n->chosen);
	int t, x;

	for (t = 0; t < RT_TASKS; t++) {
		const struct node *owner = n->done & (1u << t) ? n : &path[n->sleep_of[t]];

		if ((mask & (1u << t)) && v_may_begin_with(t, &owner->acc[t], &x))
			return true;
	}
	return false;
}

static void append(struct wakeup **where)
{
	int x;

	while (*where)
		where = &(*where)->next;
	for (x = 0; x < v.n; x++) {
		*where = wakeup_new(task_of(v.event[x]), acc_of(v.event[x]));
		where = &(*where)->child;
	}
}

/* Follow the first branch that goes v's way, again and again; where none does, the rest of v is a new one. */
static void insert(struct wakeup **tree)
{
	for (;;) {
		struct wakeup *w;
		int x = -1;

		for (w = *tree; w; w = w->next)
			if (v_may_begin_with(w->task, w->known ? &w->acc : NULL, &x))
				break;
		if (!w) {
			append(tree);
			return;
		}
		if (x >= 0)
			v_remove(x);
		if (!v.n || !w->child)
			return;
		tree = &w->child;
	}
}

/* An event that can be run at node @n goes first. False = v has none. */
static bool begin_with_enabled(const struct node *n)
{
	int x, event;

	for (x = 0; x < v.n; x++) /* the first initial of a task is its first event in v */
		if ((n->enabled & (1u << task_of(v.event[x]))) && v_is_initial(x))
			break;
	if (x == v.n)
		return false;
	event = v.event[x];
	memmove(&v.event[1], &v.event[0], sizeof(v.event[0]) * (size_t)x);
	v.event[0] = event;
	return true;
}

/* Would only tasks begin that the scenario has wait for everybody? */
static bool only_held_begin(void)
{
	int x;

	for (x = 0; x < v.n; x++)
		if (!(run_held & (1u << task_of(v.event[x]))) && v_is_initial(x))
			return false;
	return true;
}

enum wakeup_result wakeup_insert(int i, int k, int task)
{
	struct node *n = &path[i];

	v_make(i, k, task);
	if (only_held_begin())
		return WAKEUP_KNOWN;
	if (a_sleeper_may_begin(n))
		return WAKEUP_ASLEEP;
	if (begin_with_enabled(n))
		insert(&n->tree);
	else
		wakeup_all(n, n->enabled);
	return WAKEUP_KNOWN;
}

void wakeup_all(struct node *n, unsigned mask)
{
	struct wakeup **where = &n->tree;
	int t;

	mask &= ~(n->done | n->sleep | 1u << n->chosen);
	for (; *where; where = &(*where)->next)
		mask &= ~(1u << (*where)->task);
	for (t = 0; t < RT_TASKS; t++)
		if (mask & (1u << t)) {
			*where = wakeup_new(t, NULL);
			where = &(*where)->next;
		}
}

int wakeup_take(struct node *n, unsigned mask)
{
	struct wakeup *w;
	int task;

	while ((w = n->tree)) {
		n->tree = w->next;
		w->next = NULL;
		task = w->task;
		if (mask & (1u << task)) {
			n[1].tree = w->child;
			w->child = NULL;
			wakeup_free(w);
			return task;
		}
		wakeup_free(w); /* it asks for what cannot be run */
	}
	return -1;
}

void wakeup_pass(struct node *n)
{
	n[1].tree = n->tree;
	n->tree = NULL;
}

unsigned wakeup_tasks(const struct node *n)
{
	const struct wakeup *w;
	unsigned mask = 0;

	for (w = n->tree; w; w = w->next)
		mask |= 1u << w->task;
	return mask;
}

void wakeup_drop(struct node *n)
{
	wakeup_free(n->tree);
	n->tree = NULL;
}
