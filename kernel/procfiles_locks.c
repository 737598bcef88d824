/*
 * kernel/procfiles_locks.c - /proc/locks, order, watch, designs, holes, scenarios: what this kernel is for.
 *
 * As /proc/tasks: one line of headings, then columns without blanks inside, the last one free text.
 */
#include "kernel/procfiles_internal.h"

#include "kernel/lock_stats.h"
#include "kernel/lock_waits.h"
#include "kernel/printk.h"
#include "kernel/scenario.h"
#include "kernel/string.h"
#include "kernel/watch.h"
#include "mm/design/design.h"

/* --- locks -------------------------------------------------------------------------------------- */

static const char *kind_name(enum lock_kind kind)
{
	static const char *const names[] = { "spin", "sem", "rwsem", "bkl", "page", "pseudo" };

	return names[kind];
}

static const char *class_name(unsigned class_id, char *buf, size_t size)
{
	char *p;

	str_copy(buf, lock_classes[class_id].name, size);
	for (p = buf; *p; p++)
		if (*p == ' ')
			*p = '_';
	return buf;
}

void write_locks(struct text *t)
{
	unsigned c;

	text_add(t, "CLASS                KIND      TAKEN CONTENDED WAIT_KTICKS PROTECTS\n");
	for (c = 0; c < NR_LOCK_CLASSES; c++) {
		struct lock_count n = lock_stats_of((enum lock_class_id)c);
		char name[32];

		text_add(t, "%-20s %-6s %8lu %9lu %11lu %s\n", class_name(c, name, sizeof(name)),
			 kind_name(lock_classes[c].kind), n.taken, n.contended,
			 (unsigned long)(n.waited >> 10), lock_classes[c].protects);
	}
}

/* Waits only, and those always: no watcher need be on. */
void write_lock_waits(struct text *t)
{
	unsigned c;

	text_add(t, "CLASS                   SPINS  SPIN_TICKS   SLEEPS SLEEP_KTICKS\n");
	for (c = 0; c < NR_LOCK_CLASSES; c++) {
		struct lock_wait_count n = lock_waits_of((enum lock_class_id)c);
		char name[32];

		if (n.spins || n.sleeps)
			text_add(t, "%-20s %8lu %11lu %8lu %12lu\n", class_name(c, name, sizeof(name)), n.spins,
				 (unsigned long)n.spun, n.sleeps, (unsigned long)(n.slept >> 10));
	}
}

/* Every edge of the learnt graph: who held what and wanted what, the first time. */
void write_order(struct text *t)
{
	struct watch_edge e;
	unsigned n;

	text_add(t, "HELD                 WANTED               BY               WANTED_IN\n");
	for (n = 0; watch_order_edge(n, &e); n++) {
		char from[32], to[32];

		text_add(t, "%-20s %-20s %-16s %pS\n", class_name(e.from, from, sizeof(from)),
			 class_name(e.to, to, sizeof(to)), e.comm, (void *)e.want_place);
	}
}

/* --- watch -------------------------------------------------------------------------------------- */

void write_watch(struct text *t)
{
	text_add(t, "%s%s%s%s%s\n", watch_mask & WATCH_ORDER ? "order " : "",
		 watch_mask & WATCH_WAITS ? "waits " : "", watch_mask & WATCH_RULES ? "rules " : "",
		 watch_mask & WATCH_STATS ? "stats " : "", watch_mask ? "" : "none");
}

int set_watch(const char *words)
{
	return watch_setup(words);
}

/* --- designs, holes, scenarios -------------------------------------------------------------------- */

void write_designs(struct text *t)
{
	int i;

	text_add(t, "  DESIGN             ID   SUMMARY\n");
	for (i = 0; i < nr_vm_designs; i++)
		text_add(t, "%c %-18s %-4s %s\n", vm_designs[i] == vm_design ? '*' : ' ',
			 vm_designs[i]->name, vm_designs[i]->letter, vm_designs[i]->summary);
}

void write_holes(struct text *t)
{
	int i;

	text_add(t, "ID (%s)   FUNCTION: WHAT\n", holes_faithful ? "faithful" : "mended");
	for (i = 0; i < vm_design->nr_holes; i++) {
		const struct vm_hole *h = &vm_design->holes[i];

		text_add(t, "%-15s %s: %s\n", h->id, h->site, h->what);
	}
}

void write_scenarios(struct text *t)
{
	int i;

	text_add(t, "SCENARIO               SUMMARY\n");
	for (i = 0; scenarios[i]; i++)
		text_add(t, "%-22s %s\n", scenarios[i]->name, scenarios[i]->summary);
}
