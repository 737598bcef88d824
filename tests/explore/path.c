/*
 * tests/explore/path.c - the events of the run: which depend on each other, their clocks, their races.
 *
 * Facts section 3. path_event(k) reads what the runtime found while event k ran: the events it
 * conflicts with (rt_conflicts), the locks it took (rt_edges), who enabled it (rt_enabled_by). Going back from
 * the newest, an earlier event is in a *race* with k if k does not come after it through another one.
 *  - A lock that k took was released by r and had been taken by a. k cannot come before r, but it can
 *    before a: the race is (a, k), tested before r's clock is joined.
 *  - Who woke k's task, or submitted the I/O that k completes, or sleeps until the time that k lets come, comes
 *    before k without a race; and before a held task's event, all that the others did.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/explore/engine.h"

/* --- lists of what events touch ------------------------------------------------------------------- */

static void make_room(struct access_list *list, int n)
{
	if (n <= list->room)
		return;
	list->room = n < 64 ? 64 : 2 * n;
	list->word = realloc(list->word, sizeof(*list->word) * (size_t)list->room);
	if (!list->word)
		abort();
}

static void add_access(struct access_list *list, uint32_t word)
{
	make_room(list, list->n + 1);
	list->word[list->n++] = word;
}

void access_list_copy(struct access_list *to, const struct access_list *from)
{
	make_room(to, from->n);
	to->n = from->n;
	if (from->n)
		memcpy(to->word, from->word, sizeof(*to->word) * (size_t)from->n);
}

static uint8_t *marks; /* of each word: 1 = read, 2 = written */
static uint32_t nr_marks;

void access_mark(const struct access_list *list)
{
	int i;

	for (i = 0; i < list->n; i++) {
		uint32_t word = list->word[i] >> 1;

		if (word >= nr_marks) {
			marks = realloc(marks, 2 * (word + 1));
			if (!marks)
				abort();
			memset(marks + nr_marks, 0, 2 * (word + 1) - nr_marks);
			nr_marks = 2 * (word + 1);
		}
		marks[word] |= list->word[i] & 1 ? 2 : 1;
	}
}

void access_unmark(const struct access_list *list)
{
	int i;

	for (i = 0; i < list->n; i++)
		marks[list->word[i] >> 1] = 0;
}

bool access_conflicts_marked(const struct access_list *list)
{
	int i;

	for (i = 0; i < list->n; i++) {
		uint32_t word = list->word[i] >> 1;

		if (word < nr_marks && marks[word] && ((list->word[i] & 1) || (marks[word] & 2)))
			return true;
	}
	return false;
}

/* --- clocks and races --------------------------------------------------------------------------------- */

static void join(uint16_t *c, const uint16_t *with)
{
	int t;

	for (t = 0; t < RT_TASKS; t++)
		if (with[t] > c[t])
			c[t] = with[t];
}

static const struct rt_lock_edge *edge_to(int j)
{
	int i;

	for (i = 0; i < rt_nedges; i++)
		if (rt_edges[i].released == j)
			return &rt_edges[i];
	return NULL;
}

/* A held task goes on only when nobody else can: what the others did last is what lets it. */
static void after_all_others(uint16_t *c, const struct node *n)
{
	int u;

	for (u = 0; u < RT_TASKS; u++)
		if (n->last[u] && !(run_held & 1u << u))
			join(c, path[n->last[u] - 1].clock);
}

static void start_clock(uint16_t *c, const struct node *n, int task)
{
	if (n->last[task])
		memcpy(c, path[n->last[task] - 1].clock, sizeof(path[0].clock));
	else
		memset(c, 0, sizeof(path[0].clock));
	if (run_held & 1u << task)
		after_all_others(c, n);
}

/* The newest node before @j that rt_before has; -1 = none. */
static int next_before(int j)
{
	int w = j / 32;
	uint32_t bits = rt_before[w] & ((1u << j % 32) - 1);

	while (!bits && w)
		bits = rt_before[--w];
	return bits ? w * 32 + 31 - __builtin_clz(bits) : -1;
}

void path_event(int k, void (*race)(int i, int k))
{
	struct node *n = &path[k];
	const struct rt_lock_edge *e;
	uint16_t c[RT_TASKS];
	int j;

	start_clock(c, n, n->chosen);
	for (j = next_before(k); j >= 0; j = next_before(j)) {
		int u = path[j].chosen;
		bool ordered = c[u] > j;

		if (u == n->chosen)
			continue;
		e = rt_nedges ? edge_to(j) : NULL;
		if (e && e->taken >= 0 && path[e->taken].chosen != n->chosen &&
		    c[path[e->taken].chosen] <= e->taken)
			race(e->taken, k);
		else if (!e && !ordered && rt_conflicts(j) && !rt_enabled_by(j))
			race(j, k);
		if (!ordered)
			join(c, path[j].clock);
	}
	c[n->chosen] = (uint16_t)(k + 1);
	memcpy(n->clock, c, sizeof(c));
}

/* Blocked before a spin lock: the race is with whoever took it last. Those who sleep have made their
 * attempt as an event, whose races are known. */
void path_pending(void (*race)(int i, int task))
{
	uint16_t c[RT_TASKS];
	int t;

	for (t = 0; t < CTL_MAX_TASKS; t++) {
		const struct lock_info *li = ctl_task(t) ? ctl_wants_lock(t) : NULL;
		uint16_t taken;
		int a;

		if (!li || !li->owner)
			continue;
		taken = rt_shadow[rt_word_of((uintptr_t)&li->place)].w;
		a = taken ? rt_epoch_node[taken] : -1;
		start_clock(c, &path[depth], t);
		if (a >= 0 && path[a].chosen != t && c[path[a].chosen] <= a)
			race(a, t);
	}
}

void path_pending_operation(int task, uint16_t *clock, struct access_list *acc)
{
	const struct lock_info *li = ctl_wants_lock(task);

	start_clock(clock, &path[depth], task);
	acc->n = 0;
	add_access(acc, rt_word_of((uintptr_t)&li->place) << 1 | 1);
}

/* --- what sleepers are compared with --------------------------------------------------------- */

static void note_access(enum rt_entry kind, uint32_t word, uint32_t n, const uint32_t *old,
			void *arg)
{
	(void)n;
	(void)old;
	if (kind == RT_TOUCHED)
		add_access(arg, word << 1 | ((rt_shadow[word].flags & RT_CHANGED) != 0));
}

void path_accesses(int k)
{
	path[k].ev.n = 0;
	rt_log_walk(path[k].log, rt_log, note_access, &path[k].ev);
}

bool path_conflicts(const struct access_list *list)
{
	int i;

	for (i = 0; i < list->n; i++) {
		const struct rt_shadow *sh = &rt_shadow[list->word[i] >> 1];

		if (sh->stamp >= rt_first_stamp &&
		    ((sh->flags & RT_CHANGED) || (list->word[i] & 1)))
			return true;
	}
	return false;
}

/* --- classes --------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ (h >> 29);
}

/* Events are named by task and number within the task; each is hashed with the names of those it
 * comes after; the sum does not depend on the order in which the run had them. */
uint64_t path_class(void)
{
	static uint16_t number[RT_MAX_NODES];
	uint16_t count[RT_TASKS] = { 0 };
	uint64_t sum = 0, h;
	int k, u;

	for (k = 0; k < depth; k++) {
		if (path[k].forced)
			continue;
		number[k] = ++count[path[k].chosen];
		h = mix(1, (uint64_t)path[k].chosen << 16 | number[k]);
		for (u = 0; u < RT_TASKS; u++) {
			int last = path[k].clock[u] - 1;

			while (last >= 0 && path[last].forced)
				last = path[last].last[u] - 1;
			h = mix(h, last >= 0 ? number[last] : 0);
		}
		sum += h;
	}
	return sum;
}
