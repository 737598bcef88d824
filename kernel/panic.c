/*
 * kernel/panic.c - the end: stop every CPU, say why, who held what, who waited for what, and how
 * everybody got there; then end the machine (panic=halt: stand still for a debugger).
 *
 * Everything goes through report(): no lock, any state. A panic inside a panic prints its message
 * and ends at once; a second CPU that panics at the same time waits to be stopped.
 */
#include "kernel/cmdline.h"
#include "kernel/format.h"
#include "kernel/log.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/string.h"

#define TRACE_DEPTH 16
#define STOP_TURNS  1000000u

static int panic_cpu = -1; /* atomic: the CPU that reports */
static struct {
	volatile bool stopped;
	struct task_struct *task;
	uintptr_t pcs[TRACE_DEPTH];
	int n;
} stopped_cpus[NR_CPUS];

static void note_where(int cpu)
{
	stopped_cpus[cpu].task = current;
	stopped_cpus[cpu].n = arch_backtrace(current, stopped_cpus[cpu].pcs, TRACE_DEPTH);
	stopped_cpus[cpu].stopped = true;
}

void panic_stop_cpu(void)
{
	note_where(arch_cpu_id());
}

static void show_locks(const struct task_struct *t)
{
	static const char *const kinds[] = {"nothing",		 "lock",     "a reply of port",
					    "a message on port", "I/O of",   "a child",
					    "an event",		 "the timer"};
	char name[48];
	int i;

	for (i = 0; i < t->nheld && i < MAX_HELD_LOCKS; i++)
		if (t->held[i].lock)
			report("    holds %s%s, taken in %pS\n",
			       lock_name(t->held[i].lock, name, sizeof(name)),
			       t->held[i].mode & LOCK_READ ? " (read)" : "",
			       (void *)t->held[i].place);
	if (t->wait.kind == WAIT_LOCK)
		report("    waits for %s in %pS\n", lock_name(t->wait.what, name, sizeof(name)),
		       (void *)t->wait.place);
	else if (t->wait.kind != WAIT_NONE)
		report("    waits for %s in %pS\n", kinds[t->wait.kind], (void *)t->wait.place);
}

/* The chain of the CPU that panicked begins with panic() itself: leave that out. */
static int first_frame(const uintptr_t *pcs, int n)
{
	uintptr_t offset;
	int i;

	for (i = 0; i < n; i++) {
		const char *name = symbol_lookup(pcs[i], &offset);

		if (name && !strcmp(name, "panic"))
			return i + 1;
	}
	return 0;
}

static void show_chain(const uintptr_t *pcs, int n)
{
	int first = first_frame(pcs, n), i;

	for (i = first; i < n; i++)
		report("    %s%pS\n", i > first ? "called from " : "in ", (void *)pcs[i]);
}

static void show_cpu(int cpu)
{
	const struct task_struct *t = stopped_cpus[cpu].task;

	if (!stopped_cpus[cpu].stopped) {
		report("  cpu %d did not stop\n", cpu);
		return;
	}
	report("  cpu %d: %s (pid %d)\n", cpu, t->comm, t->pid);
	show_locks(t);
	show_chain(stopped_cpus[cpu].pcs, stopped_cpus[cpu].n);
}

/* Tasks that are on no CPU but hold locks: often the other half of the story. */
static void show_others(void)
{
	uintptr_t pcs[TRACE_DEPTH];
	struct task_struct *t;
	int n = 0;

	for_each_task(t) {
		if (t->on_cpu || !t->nheld)
			continue;
		if (++n > 64)
			break;
		report("  asleep: %s (pid %d)\n", t->comm, t->pid);
		show_locks(t);
		show_chain(pcs, arch_backtrace(t, pcs, TRACE_DEPTH));
	}
}

static void wait_until_stopped(void)
{
	uint32_t turns = 0;
	int cpu;

	for (cpu = 0; cpu < nr_cpus; cpu++)
		while (!stopped_cpus[cpu].stopped && turns++ < STOP_TURNS)
			cpu_relax();
}

static void the_end(void)
{
	const char *how = cmdline_get("panic");

	if (how && !strcmp(how, "halt")) {
		report("halted (panic=halt)\n");
		for (;;)
			cpu_relax();
	}
	arch_poweroff(1);
}

struct report_sink {
	struct format_sink sink;
};

static void put_report(struct format_sink *sink, const char *s, size_t n)
{
	(void)sink;
	arch_emergency_write(s, n);
}

void panic(const char *fmt, ...)
{
	struct report_sink out = {{put_report}};
	int cpu, expected = -1, me;
	va_list ap;

	arch_irq_disable();
	me = arch_cpu_id();
	va_start(ap, fmt);
	if (!__atomic_compare_exchange_n(&panic_cpu, &expected, me, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST)) {
		if (expected != me)
			for (;;)
				cpu_relax(); /* the other CPU stops us and reports */
		report("\nkernel panic within a panic: ");
		format_to(&out.sink, fmt, ap);
		report("\n");
		arch_poweroff(1);
	}
	printk_unlocked = true;
	report("\nkernel panic: ");
	format_to(&out.sink, fmt, ap);
	va_end(ap);
	report("\n");
	note_where(me);
	arch_stop_others();
	wait_until_stopped();
	for (cpu = 0; cpu < nr_cpus; cpu++)
		show_cpu(cpu);
	show_others();
	the_end();
	for (;;)
		cpu_relax();
}
