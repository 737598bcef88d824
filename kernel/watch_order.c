/*
 * kernel/watch_order.c - the order watcher: may these locks be taken in this order?
 *
 * Realises DESIGN section 4, "order". It keeps a graph whose nodes are lock classes: an edge a -> b
 * says that somebody, some time, held a lock of class a when he wanted one of class b. Before a
 * task queues for a lock its new edges are added; if one closes a cycle, then there is a schedule
 * in which tasks wait for each other for ever, and that is reported although nobody is stuck now.
 *
 * What makes an edge, and what not:
 *  1. every lock held -> the lock wanted; the place, task and names of the first time are kept.
 *     What was held before reclaim was entered has its edge to reclaim, and needs none to what is
 *     taken inside: so one mistake is told once, by the way of reclaim.
 *  2. a try-lock never waits: no edge into it; once held it counts like any other.
 *  3. kernel_lock is given up when its holder sleeps: no edge from it to a lock that sleeps or to
 *     reclaim. Taking it while a spin lock is held is a complaint of its own: the spinner cannot
 *     sleep, but the one who holds kernel_lock may want that spin lock.
 *  4. "reclaim" and "reclaim with I/O" are pseudo-classes (kernel/watch.h).
 *  5. two locks of one class, different instances: a complaint unless somebody orders the instances
 *     (ROLE_MAY_NEST); nothing else keeps two tasks from taking them crosswise.
 *  6. a reader of a lock that starves its writers waits only for a writer: a path through such a
 *     lock that was wanted by a reader and held by a reader is no path.
 *  7. under a leaf class nothing is taken. Checked in controlled runs only, where no interrupt can
 *     come in between and take a lock of its own.
 *
 * The tables are guarded by one private word with interrupts off. A report is made while it is
 * held: reports take no lock, and two of them would only mix.
 */
#include "kernel/watch.h"

#include "kernel/arch.h"
#include "kernel/printk.h"
#include "kernel/private_word.h"
#include "kernel/string.h"
#include "kernel/sync.h"
#include "kernel/watch_internal.h"
#include "kernel/watch_rules.h"

#define MAX_EDGES 512

/* Edge variants: was the lock held by a reader, and is the lock wanted by one that only writers
 * can keep waiting (point 6)? Bit v of seen[a][b] = variant v is known. */
#define HELD_SHARED 2u
#define WANT_READER 1u

static uint8_t seen[NR_LOCK_CLASSES][NR_LOCK_CLASSES];
/* silent[wanted][held]: pairs that were judged and about which there never is anything to say. Bits as in
 * seen[], the variant taken from the modes alone. Most wishes end here. */
static uint8_t silent[NR_LOCK_CLASSES][NR_LOCK_CLASSES];
static struct order_edge edges[MAX_EDGES];
static int nedges;
static int table_busy; /* the private word */

void watch_order_reset(void)
{
	memset(seen, 0, sizeof(seen));
	memset(silent, 0, sizeof(silent));
	nedges = 0;
}

/* --- the graph ------------------------------------------------------------------------------- */

static const struct order_edge *edge_find(unsigned from, unsigned to, unsigned variant)
{
	int i;

	for (i = 0; i < nedges; i++)
		if (edges[i].from == from && edges[i].to == to && edges[i].variant == variant)
			return &edges[i];
	return NULL;
}

bool watch_order_edge(unsigned n, struct watch_edge *out)
{
	const struct order_edge *e;

	if (n >= (unsigned)__atomic_load_n(&nedges, __ATOMIC_ACQUIRE))
		return false;
	e = &edges[n];
	*out = (struct watch_edge){ .from = e->from, .to = e->to, .held_place = e->held_place,
				    .want_place = e->want_place };
	str_copy(out->comm, e->comm, sizeof(out->comm));
	return true;
}

/* A search state is (class, "was it reached by a reader's wish"); point 6 of the head comment. */
#define NSTATES (2 * NR_LOCK_CLASSES)
#define STATE(c, reader) (2 * (c) + (reader))

struct search {
	uint8_t from[NSTATES];	  /* predecessor state + 1; 0 = not reached */
	uint8_t variant[NSTATES]; /* of the edge that led here */
	uint8_t queue[NSTATES];
};

/* Breadth first from the lock just wanted back to the class held; the returned state is the end of
 * the shortest path, -1 = there is none. @variant is that of the new edge. */
static int search_path(struct search *s, unsigned start, unsigned goal, unsigned variant)
{
	int head = 0, tail = 0;
	int first = STATE(start, variant & WANT_READER ? 1 : 0);

	memset(s->from, 0, sizeof(s->from));
	s->queue[tail++] = (uint8_t)first;
	s->from[first] = (uint8_t)(first + 1);
	while (head < tail) {
		int at = s->queue[head++];
		unsigned c = (unsigned)at / 2, reader = (unsigned)at & 1, to, v;

		for (to = 0; to < NR_LOCK_CLASSES; to++) {
			for (v = 0; v < 4; v++) {
				int next = STATE((int)to, v & WANT_READER ? 1 : 0);

				if (!(seen[c][to] & (1u << v)) || s->from[next])
					continue;
				if (reader && (v & HELD_SHARED))
					continue; /* readers do not keep readers waiting */
				if (to == goal && (v & WANT_READER) && (variant & HELD_SHARED))
					continue; /* the same where the path closes */
				s->from[next] = (uint8_t)(at + 1);
				s->variant[next] = (uint8_t)v;
				if (to == goal)
					return next;
				s->queue[tail++] = (uint8_t)next;
			}
		}
	}
	return -1;
}

/* Copy the path that ends in state @end into c->edge[1..]; false = too long to tell. */
static bool path_copy(const struct search *s, int end, struct order_cycle *c)
{
	int n = 0, at, i;

	for (at = end; s->from[at] != at + 1; at = s->from[at] - 1)
		n++;
	if (n + 1 > ORDER_CYCLE_MAX)
		return false;
	c->n = n + 1;
	for (at = end, i = n; i > 0; i--) {
		int prev = s->from[at] - 1;
		const struct order_edge *e =
			edge_find((unsigned)prev / 2, (unsigned)at / 2, s->variant[at]);

		if (!e)
			return false; /* its record did not fit into the table */
		c->edge[i] = *e;
		at = prev;
	}
	return true;
}

static void edge_fill(struct order_edge *e, const struct held_lock *h, const struct lock_info *li,
		      unsigned variant, uintptr_t place)
{
	struct task_struct *t = current;

	e->from = h->lock->class_id;
	e->to = li->class_id;
	e->variant = (uint8_t)variant;
	e->pid = t->pid;
	str_copy(e->comm, t->comm, sizeof(e->comm));
	e->held_place = h->place;
	e->want_place = place;
	lock_name(h->lock, e->from_name, sizeof(e->from_name));
	lock_name(li, e->to_name, sizeof(e->to_name));
}

/* "driver lock -> reclaim -> vmlist lock": turned so that the class that ranks first stands first,
 * so the key is the same whichever edge came last. */
static void cycle_key(const struct order_cycle *c, char *buf, size_t size)
{
	int first = 0, i;
	size_t len = 0;

	for (i = 1; i < c->n; i++)
		if (c->edge[i].from < c->edge[first].from)
			first = i;
	buf[0] = '\0';
	for (i = 0; i < c->n && len < size; i++) {
		snprintk(buf + len, size - len, "%s%s", i ? " -> " : "",
			 lock_classes[c->edge[(first + i) % c->n].from].name);
		len = strlen(buf);
	}
}

/* Add the edge @h -> @li; if it is new and closes a cycle, tell. */
static void add_edge(const struct held_lock *h, const struct lock_info *li, unsigned variant,
		     uintptr_t place)
{
	unsigned from = h->lock->class_id, to = li->class_id;
	static struct order_cycle cycle; /* both too big for a kernel stack; under the word */
	static struct search search;
	char key[WATCH_KEY_LEN];
	unsigned long flags;
	int end;

	if (seen[from][to] & (1u << variant))
		return; /* known, and judged when it was new */
	flags = private_lock(&table_busy);
	if (seen[from][to] & (1u << variant)) {
		private_unlock(&table_busy, flags);
		return;
	}
	cycle.n = 0;
	edge_fill(&cycle.edge[0], h, li, variant, place);
	end = search_path(&search, to, from, variant);
	if (end >= 0 && !path_copy(&search, end, &cycle))
		cycle.n = 0;
	seen[from][to] |= (uint8_t)(1u << variant);
	if (nedges < MAX_EDGES)
		edges[nedges++] = cycle.edge[0];
	if (end >= 0 && cycle.n > 0) {
		cycle_key(&cycle, key, sizeof(key));
		if (watch_complain(WATCH_ORDER, "order: %s", key))
			watch_report_order(&cycle, key);
	}
	private_unlock(&table_busy, flags);
}

/* --- what is wrong with one pair, whatever the graph says ------------------------------------ */

static void check_same_class(const struct held_lock *h, const struct lock_info *li, uintptr_t place)
{
	const char *name = lock_classes[li->class_id].name;

	if (lock_classes[li->class_id].kind == LK_PSEUDO || (li->role & ROLE_MAY_NEST))
		return;
	if (h->lock == li && lock_classes[li->class_id].kind == LK_BKL)
		return;
	if (h->lock == li) {
		if (watch_complain(WATCH_ORDER, "order: %s again", name))
			watch_report_pair("wants a lock that it holds itself", h, li, place,
					  "It would wait for itself for ever.");
		return;
	}
	if (watch_complain(WATCH_ORDER, "order: %s twice", name))
		watch_report_pair("wants a second lock of one class", h, li, place,
				  "Nothing orders two locks of this class: two tasks that take "
				  "them crosswise wait for each other for ever.");
}

static void check_pair(const struct held_lock *h, const struct lock_info *li, uintptr_t place)
{
	const struct lock_class *hc = &lock_classes[h->lock->class_id];
	const struct lock_class *wc = &lock_classes[li->class_id];

	if (wc->kind == LK_BKL && hc->kind == LK_SPIN) {
		if (watch_complain(WATCH_ORDER, "order: %s under %s", wc->name, hc->name))
			watch_report_pair("wants kernel_lock while it holds a spin lock", h, li,
					  place, "Whoever holds kernel_lock may want that spin "
					  "lock: then both spin for ever.");
	} else if (hc->leaf && ctl_active && wc->kind != LK_PSEUDO) {
		if (watch_complain(WATCH_ORDER, "order: %s under leaf %s", wc->name, hc->name))
			watch_report_pair("wants a lock while it holds a leaf lock", h, li, place,
					  "The class is declared a leaf in kernel/lock_classes.h: "
					  "nothing is taken under it.");
	}
}

/* --- hooks ----------------------------------------------------------------------------------- */

static bool sleeps(enum lock_kind kind)
{
	return kind != LK_SPIN && kind != LK_BKL;
}

/* Where in held[] the record of reclaim stands: what is below it was held when stealing began. */
static int reclaim_index(const struct task_struct *t)
{
	int i;

	for (i = 0; i < t->nheld; i++)
		if (t->held[i].lock && t->held[i].lock->class_id == LC_RECLAIM)
			return i;
	return 0;
}

/* The variant of the pair, @reader being that of the wish; of a pseudo-class too, whose holders are all readers. */
static unsigned variant_by_mode(const struct held_lock *h, unsigned reader)
{
	return reader | (h->mode & LOCK_READ ? HELD_SHARED : 0);
}

/* Is each pair of a lock held and @li known to be silent? From the top down, so that what was held before
 * reclaim began is recognised as such when it comes. */
static bool all_silent(const struct task_struct *t, const struct lock_info *li, unsigned reader)
{
	const uint8_t *known = silent[li->class_id];
	bool below_reclaim = false, io = false;

	for (int i = t->nheld - 1; i >= 0; i--) {
		const struct held_lock *h = &t->held[i];
		unsigned class_id;

		if (!h->lock)
			continue;
		class_id = h->lock->class_id;
		if (below_reclaim && class_id != LC_KERNEL)
			continue;
		below_reclaim |= class_id == LC_RECLAIM;
		io |= class_id == LC_RECLAIM_IO;
		if (io && class_id == LC_RECLAIM)
			continue; /* the edge from reclaim with I/O is the one that counts */
		if (!(known[class_id] & (1u << variant_by_mode(h, reader))))
			return false;
	}
	return true;
}

/* Remember that check_pair() and add_edge() have nothing to say about @h -> @li. Of a leaf they may, once a
 * controlled run begins; and wishes for a pseudo-class are judged by other rules. */
static void note_silent(const struct held_lock *h, const struct lock_info *li, unsigned reader)
{
	const struct lock_class *hc = &lock_classes[h->lock->class_id];
	enum lock_kind wanted = lock_classes[li->class_id].kind;

	if (!hc->leaf && wanted != LK_PSEUDO && !(wanted == LK_BKL && hc->kind == LK_SPIN))
		__atomic_fetch_or(&silent[li->class_id][h->lock->class_id],
				  (uint8_t)(1u << variant_by_mode(h, reader)), __ATOMIC_RELAXED);
}

void watch_order_want(struct lock_info *li, unsigned mode, uintptr_t place)
{
	struct task_struct *t = current;
	enum lock_kind kind = lock_classes[li->class_id].kind;
	unsigned reader = (mode & LOCK_READ) && (li->role & ROLE_STARVES_WRITERS) ? WANT_READER : 0;
	bool io;
	int i, steals;

	if (mode & LOCK_TRY)
		return;
	if (all_silent(t, li, reader))
		return;
	io = watch_holds_class(LC_RECLAIM_IO);
	steals = kind == LK_PSEUDO ? 0 : reclaim_index(t);
	if (kind == LK_BKL && lock_held_by_current(li))
		return; /* recursion takes nothing */
	for (i = 0; i < t->nheld; i++) {
		const struct held_lock *h = &t->held[i];
		unsigned variant = reader;

		if (!h->lock)
			continue; /* void: an interrupt came while it was written */
		if ((h->mode & LOCK_READ) && lock_classes[h->lock->class_id].kind != LK_PSEUDO)
			variant |= HELD_SHARED;
		if (li->class_id == LC_RECLAIM_IO && h->lock->class_id == LC_RECLAIM)
			return; /* what the stealer itself took has its own edges */
		if (i < steals && lock_classes[h->lock->class_id].kind != LK_BKL)
			continue; /* h -> reclaim -> li says it */
		if (h->lock->class_id == li->class_id) {
			check_same_class(h, li, place);
			continue;
		}
		if (io && h->lock->class_id == LC_RECLAIM)
			continue;
		if (lock_classes[h->lock->class_id].kind != LK_BKL || !sleeps(kind)) {
			check_pair(h, li, place);
			add_edge(h, li, variant, place);
		}
		note_silent(h, li, reader);
	}
}

/* --- the pseudo-classes ---------------------------------------------------------------------- */

static struct lock_info reclaim_info = { .class_id = LC_RECLAIM };
static struct lock_info reclaim_io_info = { .class_id = LC_RECLAIM_IO };

/* Enter: a wish, then a record in held[] like any lock's. Held by a "reader", since any number of
 * tasks may be inside and nobody owns it. */
static void pseudo_enter(struct lock_info *li, uintptr_t place)
{
	struct held_lock *h = lock_held_by_current(li);

	if (h) {
		h->depth++;
		return;
	}
	if (watch_mask & WATCH_ORDER)
		watch_order_want(li, LOCK_READ, place);
	lock_got(li, LOCK_READ, place);
}

static void pseudo_leave(struct lock_info *li, uintptr_t place)
{
	struct held_lock *h = lock_held_by_current(li);

	if (!h)
		return; /* the watchers were switched on in between */
	if (--h->depth == 0)
		lock_dropped(li, place);
}

void watch_reclaim_enter(void)
{
	uintptr_t place = CALLER_PLACE();

	if (!watch_mask)
		return;
	if (!lock_held_by_current(&reclaim_info))
		rule_check_reclaim(place);
	pseudo_enter(&reclaim_info, place);
}

void watch_reclaim_leave(void)
{
	pseudo_leave(&reclaim_info, CALLER_PLACE());
}

void watch_reclaim_io_enter(void)
{
	if (watch_mask)
		pseudo_enter(&reclaim_io_info, CALLER_PLACE());
}

void watch_reclaim_io_leave(void)
{
	pseudo_leave(&reclaim_io_info, CALLER_PLACE());
}
