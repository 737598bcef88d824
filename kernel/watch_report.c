/*
 * kernel/watch_report.c - the watchers' reports, in words. (Pictures: watch_picture.c.)
 *
 * Realises DESIGN section 4: through report() only, which polls and takes no lock, within 100
 * columns, for a reader who has never seen the kernel. Nothing is changed: after a report a
 * debugger finds the machine as it was.
 */
#include "kernel/watch.h"

#include "kernel/control.h"
#include "kernel/port.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/watch_internal.h"
#include "kernel/watch_picture.h"
#include "kernel/watch_rules.h"

#define RULER "=================================================================================" \
	      "==================\n"
#define MAX_CHAIN 24

/* --- short texts ----------------------------------------------------------------------------- */

const char *watch_task_name(const struct task_struct *t, char *buf, size_t size)
{
	snprintk(buf, size, "%s (pid %d)", t->comm, t->pid);
	return buf;
}

const char *watch_place(uintptr_t pc, char *buf, size_t size)
{
	uintptr_t off = 0;
	const char *fn = pc ? symbol_lookup(pc, &off) : NULL;

	if (fn)
		snprintk(buf, size, "%s+0x%lx", fn, (unsigned long)off);
	else
		snprintk(buf, size, pc ? "unknown code" : "an unknown place");
	return buf;
}

const char *watch_wait_text(const struct task_struct *t, char *buf, size_t size)
{
	const struct wait_for *w = &t->wait;
	char name[48], place[64];

	watch_place(w->place, place, sizeof(place));
	switch (w->kind) {
	case WAIT_LOCK:
		lock_name(w->what, name, sizeof(name));
		snprintk(buf, size, "waits for %s%s in %s", name,
			 w->mode & LOCK_READ ? " (to read)" : "", place);
		break;
	case WAIT_CALL:
		snprintk(buf, size, "waits for an answer of server \"%s\" in %s",
			 ((const struct port *)w->what)->name, place);
		break;
	case WAIT_PORT:
		snprintk(buf, size, "waits for a message (idle server)");
		break;
	case WAIT_IO:
		snprintk(buf, size, "waits for a device in %s", place);
		break;
	case WAIT_CHILD:
		snprintk(buf, size, "waits for a child to end in %s", place);
		break;
	case WAIT_EVENT:
		snprintk(buf, size, "waits for an event in %s", place);
		break;
	case WAIT_TIMER:
		snprintk(buf, size, "waits for a timer in %s", place);
		break;
	default:
		snprintk(buf, size, t->state == TASK_RUNNING ? "is able to run" :
							       "sleeps, and does not say for what");
	}
	return buf;
}

/* --- one task -------------------------------------------------------------------------------- */

static void print_held(const struct held_lock *h, const char *indent)
{
	char name[48], place[64];

	if (!h->lock)
		return; /* void */
	lock_name(h->lock, name, sizeof(name));
	watch_place(h->place, place, sizeof(place));
	if (lock_classes[h->lock->class_id].kind == LK_PSEUDO)
		report("%sis in  %-30s entered in %s\n", indent, name, place);
	else
		report("%sholds  %-30s taken in %s%s\n", indent, name, place,
		       h->mode & LOCK_READ ? " (shared)" : "");
}

/* The innermost frames are the report's own, the scheduler's and the controller's: where the task
 * stands is what called them. */
static bool machinery(const char *fn)
{
	static const char *const prefixes[] = {
		"print_",	 "watch_",     "ctl_",		 "arch_",   "rule_",
		"switch_task",	 "at_point",   "pass_baton",	 "add_edge", "check_pair",
		"wait_for_baton", "give_chain", "sched_switch_to", "lock_point",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (str_has_prefix(fn, prefixes[i]))
			return true;
	return false;
}

static void print_chain(struct task_struct *t, const char *indent)
{
	uintptr_t pcs[MAX_CHAIN], off;
	int n = ctl_backtrace(t, pcs, MAX_CHAIN), printed = 0, i;
	size_t used = strlen(indent) + 8;

	if (n == 0)
		n = arch_backtrace(t, pcs, MAX_CHAIN);
	report("%sstands in", indent);
	for (i = 0; i < n; i++) {
		const char *fn = symbol_lookup(pcs[i], &off);

		if (!fn || (printed == 0 && machinery(fn)))
			continue;
		used += strlen(fn) + 4;
		if (used > 94) {
			report("\n%s         ", indent);
			used = strlen(indent) + 12 + strlen(fn);
		}
		report("%s%s", printed++ ? " <- " : " ", fn);
		if (strcmp(fn, "kthread_entry") == 0)
			break;
	}
	report("%s\n", printed ? "" : " (no call chain)");
}

void watch_report_task(struct task_struct *t)
{
	char name[40], wait[120];
	int i;

	report_begin();
	report("  %s, CPU %d\n", watch_task_name(t, name, sizeof(name)), t->cpu);
	for (i = 0; i < t->nheld && i < MAX_HELD_LOCKS; i++)
		print_held(&t->held[i], "    ");
	if (t->nheld == 0)
		report("    holds  nothing\n");
	report("    %s\n", watch_wait_text(t, wait, sizeof(wait)));
	print_chain(t, "    ");
	report_end();
}

/* --- deadlock -------------------------------------------------------------------------------- */

/* The lock that @t holds and @waiter wants; NULL = @waiter waits for something else of @t. */
static const struct held_lock *contended(const struct task_struct *t,
					 const struct task_struct *waiter)
{
	int i;

	if (waiter->wait.kind != WAIT_LOCK)
		return NULL;
	for (i = 0; i < t->nheld; i++)
		if (t->held[i].lock == waiter->wait.what)
			return &t->held[i];
	return NULL;
}

static void print_edge(const struct wait_cycle *c, int i)
{
	struct task_struct *t = c->task[i];
	struct task_struct *waiter = c->task[(i + c->n - 1) % c->n];
	const struct held_lock *h = contended(t, waiter);
	char name[40], lock[48], place[64], wait[120];

	watch_task_name(t, name, sizeof(name));
	watch_wait_text(t, wait, sizeof(wait));
	if (h)
		report("  %s holds %s, taken in %s,\n      and %s.\n", name,
		       lock_name(h->lock, lock, sizeof(lock)),
		       watch_place(h->place, place, sizeof(place)), wait);
	else
		report("  %s has to answer %s,\n      and %s.\n", name, waiter->comm, wait);
}

static bool in_reclaim(const struct task_struct *t)
{
	int i;

	for (i = 0; i < t->nheld; i++)
		if (t->held[i].lock &&
		    lock_classes[t->held[i].lock->class_id].kind == LK_PSEUDO)
			return true;
	return false;
}

static void print_rule(enum rule_id id, const char *why)
{
	report("\nRule broken: %s - %s.\n  %s\n", rule_name(id), rule_asks(id), why);
}

/* Which of 1999's rules this cycle breaks, read off the roles of its locks. */
static void print_rules_of(const struct wait_cycle *c)
{
	int vmlists = 0, stealers = 0, i;

	for (i = 0; i < c->n; i++) {
		const struct held_lock *h =
			contended(c->task[i], c->task[(i + c->n - 1) % c->n]);

		vmlists += h && (h->lock->role & ROLE_VMLIST);
		stealers += in_reclaim(c->task[i]);
	}
	if (vmlists >= 2)
		print_rule(R1999_5, "Here the vmlist locks of two address spaces wait for each "
				    "other.");
	else if (vmlists == 1 && stealers > 0)
		print_rule(R1999_4, "To sleep under it for a lock whose holder steals pages is the "
				    "same mistake: that stealer\n  comes for this vmlist lock. "
				    "PF_MEMALLOC does not help: it only keeps one task from "
				    "stealing\n  inside its own stealing, and these are different "
				    "tasks.");
	else if (c->n == 1)
		report("\nIt takes a lock that it holds already: recursion, by no rule allowed.\n");
}

static void print_warnings(void)
{
	const struct watch_complaint *w;
	unsigned i;
	bool any = false;

	for (i = 0; (w = watch_complaint(i)) != NULL; i++) {
		if (!(w->watcher & (WATCH_ORDER | WATCH_RULES)))
			continue;
		if (!any)
			report("\nThe other watchers had said before\n");
		any = true;
		report("  %s\n", w->key);
	}
}

/* Is this deadlock a known hole's? */
static void print_hole(const struct wait_cycle *c)
{
	char text[160], key[WATCH_KEY_LEN];

	if (!watch_explain)
		return;
	watch_cycle_key(c, key, sizeof(key));
	if (watch_explain(key, text, sizeof(text)))
		report("\nA known hole of this design: %s\n", text);
	else
		report("\nNo known hole of this design explains \"%s\".\n", key);
}

void watch_report_deadlock(const struct wait_cycle *c)
{
	int i;

	report_begin();
	report("\n" RULER);
	if (c->n == 1)
		report("DEADLOCK: one task waits for itself and will never run again.\n\n");
	else
		report("DEADLOCK: %d tasks wait for each other in a circle; none of them will ever "
		       "run again.\n\n", c->n);
	for (i = 0; i < c->n; i++)
		print_edge(c, i);
	print_rules_of(c);
	report("\nHow they came there (time goes down)\n");
	watch_picture_cycle(c);
	report("\nWhere they stand\n");
	for (i = 0; i < c->n; i++)
		watch_report_task(c->task[i]);
	print_warnings();
	print_hole(c);
	if (trace_count()) {
		report("\nTheir last steps (time goes down)\n");
		watch_report_columns(c->task, c->n, 30);
	}
	report(RULER);
	report_end();
}

void watch_report_stall(struct task_struct *const *tasks, int n)
{
	int i;

	report_begin();
	report("\n" RULER);
	report("STALL: nobody can run, no device works, no timer is set, and there is no circle of "
	       "locks.\nThat is how a lost wake-up looks. Not finished:\n\n");
	for (i = 0; i < n; i++)
		watch_report_task(tasks[i]);
	if (trace_count()) {
		report("\nTheir last steps (time goes down)\n");
		watch_report_columns(tasks, min(n, 4), 30);
	}
	report(RULER);
	report_end();
}

/* --- order ----------------------------------------------------------------------------------- */

static void print_all_held(void)
{
	struct task_struct *t = current;
	char name[40];
	int i;

	report("\n%s holds now\n", watch_task_name(t, name, sizeof(name)));
	for (i = 0; i < t->nheld; i++)
		print_held(&t->held[i], "  ");
	print_chain(t, "  ");
}

static void print_order_edge(int number, const struct order_edge *e)
{
	bool from_pseudo = lock_classes[e->from].kind == LK_PSEUDO;
	bool to_pseudo = lock_classes[e->to].kind == LK_PSEUDO;
	char held[64], want[64];

	report("  #%d %s, then %s\n     %s (pid %d) %s %s, %s in %s,\n     and %s %s in %s\n",
	       number, lock_classes[e->from].name, lock_classes[e->to].name, e->comm, e->pid,
	       from_pseudo ? "was in" : "held", e->from_name, from_pseudo ? "entered" : "taken",
	       watch_place(e->held_place, held, sizeof(held)), to_pseudo ? "entered" : "wanted",
	       e->to_name, watch_place(e->want_place, want, sizeof(want)));
}

void watch_report_order(const struct order_cycle *c, const char *key)
{
	const struct order_edge *e = &c->edge[0];
	bool in = lock_classes[e->from].kind == LK_PSEUDO;
	char held[64], want[64];
	int i;

	report_begin();
	report("\n" RULER);
	report("LOCK ORDER: %s (pid %d) is about to close a circle of lock classes. A deadlock is "
	       "possible.\n\n", e->comm, e->pid);
	report("  it %-12s %-27s in %s\n",
	       lock_classes[e->to].kind == LK_PSEUDO ? "enters" : "wants", e->to_name,
	       watch_place(e->want_place, want, sizeof(want)));
	report("  while %-9s %-27s %s in %s\n\n", in ? "in" : "holding", e->from_name,
	       in ? "entered" : "taken", watch_place(e->held_place, held, sizeof(held)));
	report("The opposite order is known already:\n");
	for (i = 1; i < c->n; i++)
		print_order_edge(i, &c->edge[i]);
	report("\nThe circle: %s -> (the first again)\n", key);
	report("\nHow it could bite (time goes down)\n");
	watch_picture_order(c);
	print_all_held();
	report(RULER);
	report_end();
}

void watch_report_pair(const char *what, const struct held_lock *h, const struct lock_info *li,
		       uintptr_t place, const char *meaning)
{
	char name[48], where[64];
	struct task_struct *t = current;

	report_begin();
	report("\n" RULER);
	report("LOCK ORDER: %s (pid %d) %s.\n\n", t->comm, t->pid, what);
	report("  it wants       %-27s in %s\n", lock_name(li, name, sizeof(name)),
	       watch_place(place, where, sizeof(where)));
	report("  while holding  %-27s taken in %s\n\n", lock_name(h->lock, name, sizeof(name)),
	       watch_place(h->place, where, sizeof(where)));
	report("%s\n", meaning);
	print_all_held();
	report(RULER);
	report_end();
}

void watch_report_rule(const char *name, const char *asks, const char *wrong, const char *cond,
		       const char *func, uintptr_t place)
{
	char where[64];

	report_begin();
	report("\n" RULER);
	report("RULE %s broken by %s (pid %d) in %s.\n\n", name, current->comm, current->pid,
	       watch_place(place, where, sizeof(where)));
	report("  The rule:    %s.\n  Without it:  %s.\n  Checked as:  %s (in %s)\n", asks, wrong,
	       cond, func);
	print_all_held();
	report(RULER);
	report_end();
}
