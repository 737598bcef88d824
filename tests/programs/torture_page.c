/*
 * tests/programs/torture_page.c - the pattern of a page: written, checked, explained. See torture.h.
 */
#include "torture.h"

#define VERSIONS 4096
#define MIX	 0x9E3779B1u

uint32_t cell_value(unsigned area, unsigned page, unsigned version, unsigned who, unsigned cell)
{
	if (version == 0)
		return 0;
	return (area << 24 | page << 15 | version << 3 | who) ^ cell * MIX;
}

/* The version that was last written to all cells. */
static unsigned full_version(unsigned version)
{
	return version ? ((version - 1) & ~7u) + 1 : 0;
}

static bool is_full(unsigned version)
{
	return version % 8 == 1;
}

static unsigned next_version(unsigned version, bool full)
{
	version = full ? full_version(version + 8) : version + 1;
	return version < VERSIONS ? version : 1;
}

/* A version written to a few cells only goes to every step-th of a stripe's cells, and the last. */
static unsigned marked_step(unsigned n)
{
	return n / 8;
}

/* What the cells of my stripe of page @i must hold, before they are mixed with their places: those
 * that every version is written to, and the others. Zero is not mixed. */
struct want {
	uint32_t marked, others;
	uint32_t mix;
};

static struct want wanted(const struct area *a, unsigned i)
{
	const struct page_state *p = &a->page[i];
	struct want w = { .mix = MIX };

	if (p->version == 0 && a->kind == PRIVATE_FILE) {
		w.marked = w.others = cell_value(AREA_CONTENT, a->first + i, 1, WHO_FILE, 0);
	} else if (p->version == 0) {
		w.mix = 0;
	} else {
		w.marked = cell_value(a->id, a->first + i, p->version, p->who, 0);
		w.others = cell_value(a->id, a->first + i, full_version(p->version), p->who, 0);
	}
	return w;
}

/* What cell @k of the stripe must hold. */
static uint32_t expected(const struct area *a, unsigned i, unsigned k)
{
	struct want w = wanted(a, i);
	unsigned n = CELLS / a->stripes;
	bool marked = k % marked_step(n) == 0 || k == n - 1;

	return (marked ? w.marked : w.others) ^ (k * a->stripes + a->mine) * w.mix;
}

void page_is_fresh(struct area *a, unsigned i)
{
	if (!is_shared(a))
		a->page[i].version = 0;
}

void write_page(struct task *t, struct area *a, unsigned i)
{
	struct page_state *p = &a->page[i];
	volatile uint32_t *cells = (volatile uint32_t *)page_at(a, i);
	unsigned n = CELLS / a->stripes, step, cell;
	unsigned last = (n - 1) * a->stripes + a->mine;
	uint32_t value;

	/* a new writer begins with a full version, so that all cells are of one hand */
	p->version = (uint16_t)next_version(p->version, p->who != t->who);
	p->who = (uint8_t)t->who;
	step = (is_full(p->version) ? 1 : marked_step(n)) * a->stripes;
	value = cell_value(a->id, a->first + i, p->version, p->who, 0);
	for (cell = a->mine; cell < last; cell += step)
		cells[cell] = value ^ cell * MIX;
	cells[last] = value ^ last * MIX;
}

/* --- what is wrong --------------------------------------------------------------------------- */

static void explain(const char *what, uint32_t value, unsigned cell)
{
	uint32_t v = value ^ cell * MIX;

	if (value == 0)
		printf("torture:   %s zero\n", what);
	else
		printf("torture:   %s %08x: area %u page %u version %u writer %u\n", what, value,
		       v >> 24, v >> 15 & 0x1FF, v >> 3 & 0xFFF, v & 7);
}

static void tell_wrong(struct task *t, struct area *a, unsigned i, const volatile uint32_t *cells)
{
	unsigned n = CELLS / a->stripes, k, wrong = 0, first = n, found = 0;
	static const char *const kinds[] = { "anonymous", "common", "private file", "shared file",
					     "driver" };

	for (k = 0; k < n; k++) {
		if (cells[k * a->stripes + a->mine] == expected(a, i, k))
			continue;
		if (first == n) {
			first = k;
			found = cells[k * a->stripes + a->mine];
		}
		wrong++;
	}
	printf("torture: WRONG: task %u (worker %u thread %u writer %u) %s area %u page %u at %x "
	       "prot %u: %u of "
	       "%u cells\n",
	       t->nr, t->worker, t->thread, t->who, kinds[a->kind], a->id, a->first + i,
	       (unsigned)(uintptr_t)cells, a->page[i].prot, wrong, n);
	if (first == n) {
		printf("torture:   all are right when looked at again\n");
	} else {
		unsigned cell = first * a->stripes + a->mine;

		printf("torture:   first at cell %u\n", cell);
		explain("found", found, cell);
		explain("expected", expected(a, i, first), cell);
		sleep_ms(200);
		explain("0.2 s later", cells[cell], cell);
	}
	count(&control->wrong_pages);
	control->stop = 1;
}

static bool my_stripe_right(const struct area *a, unsigned i, const volatile uint32_t *cells,
			    bool all)
{
	struct want w = wanted(a, i);
	unsigned n = CELLS / a->stripes, step = marked_step(n) * a->stripes, cell, next;
	unsigned last = (n - 1) * a->stripes + a->mine;

	for (cell = a->mine; cell < last; cell += step)
		if (cells[cell] != (w.marked ^ cell * w.mix))
			return false;
	if (cells[last] != (w.marked ^ last * w.mix))
		return false;
	for (cell = a->mine, next = cell; all && cell < last; cell += a->stripes) {
		if (cell == next)
			next += step;
		else if (cells[cell] != (w.others ^ cell * w.mix))
			return false;
	}
	return true;
}

unsigned watched_stripe(const struct area *a, unsigned i)
{
	return (a->first + i) % (a->kind == COMMON ? a->stripes : plan.tasks);
}

/* A stripe of somebody else's: it belongs here and is no older than what was seen of it. */
static bool watched_stripe_right(struct task *t, struct area *a, unsigned i,
				 const volatile uint32_t *cells)
{
	struct page_state *p = &a->page[i];
	unsigned stripe = watched_stripe(a, i);
	uint32_t value = cells[stripe], v = value ^ stripe * MIX;
	unsigned version = value ? v >> 3 & 0xFFF : 0;

	if (stripe == a->mine)
		return true;
	if (value &&
	    (v >> 24 != a->id || (v >> 15 & 0x1FF) != a->first + i || (v & 7) != WHO_OWNER)) {
		printf("torture: WRONG: task %u area %u page %u, stripe of task %u\n", t->nr, a->id,
		       a->first + i, stripe);
	} else if ((version + VERSIONS - p->watched) % VERSIONS >= VERSIONS / 2) {
		printf("torture: WRONG: task %u area %u page %u, stripe of task %u was %u "
		       "already\n",
		       t->nr, a->id, a->first + i, stripe, p->watched);
	} else {
		p->watched = (uint16_t)version;
		return true;
	}
	explain("found", value, stripe);
	sleep_ms(200);
	explain("0.2 s later", cells[stripe], stripe);
	count(&control->wrong_pages);
	control->stop = 1;
	return false;
}

/* An earlier child of ours owned the stripe before: it tells the version itself. */
static void adopt(struct area *a, unsigned i, const volatile uint32_t *cells)
{
	struct page_state *p = &a->page[i];
	uint32_t value = cells[a->mine], v = value ^ a->mine * MIX;

	p->version = value ? v >> 3 & 0xFFF : 0;
	p->who = v & 7;
}

bool check_copy(struct task *t, struct area *a, unsigned i, const char *at, bool all)
{
	const volatile uint32_t *cells = (const volatile uint32_t *)at;

	count(&control->checks);
	if (a->page[i].who == WHO_UNKNOWN)
		adopt(a, i, cells);
	if (!my_stripe_right(a, i, cells, all)) {
		tell_wrong(t, a, i, cells);
		return false;
	}
	return a->stripes == 1 || watched_stripe_right(t, a, i, cells);
}

bool check_page(struct task *t, struct area *a, unsigned i, bool all)
{
	return check_copy(t, a, i, page_at(a, i), all);
}
