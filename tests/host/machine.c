/*
 * tests/host/machine.c - the modelled machine: CPUs as fibers that take turns, interrupts, time.
 *
 * Each kernel task owns a fiber with a large stack (the sanitizers need room), found by the place
 * of its kernel stack; each CPU's idle task owns its boot fiber, CPU 0's is the process's own
 * stack. Interrupts are taken when a CPU enables them, relaxes or idles. Time passes only when all
 * CPUs idle or spin: then the oldest disk transfer completes, or the clock ticks.
 */
#include "host.h"
#include "machine.h"
#include "regs.h"
#include "fiber.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/control.h"
#include "kernel/main.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/timer.h"

#define STACK_BYTES    (256u << 10)
#define KERNEL_BYTES   (1u << 20) /* where a kernel image would lie */
#define RELAX_PER_TICK 1000u	  /* turns of spin loops in one timer tick, per CPU */
#define MAX_SPIN       2000000u	  /* turns without a task switch: the CPUs wait for each other */

int nr_cpus = 1;
struct host_cpu host_cpus[NR_CPUS];
int host_cpu_now;
unsigned char host_memory[HOST_MEMORY] __attribute__((aligned(4096)));

static unsigned char boot_stacks[NR_CPUS][KSTACK_SIZE] __attribute__((aligned(8192)));
static struct fiber boot_fibers[NR_CPUS];
static struct fiber *task_fibers[HOST_MEMORY / KSTACK_SIZE];
bool host_lockstep;
static bool timer_stopped;
static unsigned relaxed, spun;
static uint64_t ticks;
static uint32_t random_state;
static unsigned long patience = 120 * HZ;
static bool stalled;
static bool impersonating; /* host_cpu_now is not the CPU whose stack we are on */

/* --- tasks and fibers ---------------------------------------------------------------------- */

void *arch_boot_stack(int cpu)
{
	return boot_stacks[cpu];
}

static struct fiber *fiber_of(const struct task_struct *t, int cpu)
{
	if (!t || (unsigned char *)t->stack == boot_stacks[cpu])
		return &boot_fibers[cpu];
	return task_fibers[virt_to_phys(t->stack) / KSTACK_SIZE];
}

static void task_first_code(void)
{
	schedule_tail(host_cpus[host_cpu_now].left);
	kthread_entry();
}

void arch_task_init_kernel(struct task_struct *task)
{
	struct fiber **slot = &task_fibers[virt_to_phys(task->stack) / KSTACK_SIZE];

	if (!*slot)
		*slot = calloc(1, sizeof(**slot));
	fiber_init(*slot, STACK_BYTES, task_first_code);
}

struct task_struct *arch_switch(struct task_struct *prev, struct task_struct *next)
{
	struct host_cpu *c = &host_cpus[host_cpu_now];

	spun = 0;
	c->running = next;
	c->left = prev;
	fiber_switch(fiber_of(prev, host_cpu_now), fiber_of(next, host_cpu_now));
	/* We may be on another CPU now. */
	return host_cpus[host_cpu_now].left;
}

/* --- CPUs ---------------------------------------------------------------------------------- */

int arch_cpu_id(void)
{
	return host_cpu_now;
}

/* Let CPU @to have its turn; returns at our next one. */
static void turn_to(int to)
{
	int from = host_cpu_now;

	if (to == from)
		return;
	host_cpu_now = to;
	fiber_switch(fiber_of(host_cpus[from].running, from), fiber_of(host_cpus[to].running, to));
}

/* The next CPU after ours that has something to do; ours if there is no other. */
static int next_busy_cpu(void)
{
	int i;

	for (i = 1; i <= nr_cpus; i++) {
		int cpu = (host_cpu_now + i) % nr_cpus;

		if (!host_cpus[cpu].idling)
			return cpu;
	}
	return host_cpu_now;
}

static void secondary_first_code(void)
{
	secondary_main(host_cpu_now);
}

void arch_start_cpus(void)
{
	int cpu;

	for (cpu = 1; cpu < nr_cpus; cpu++)
		fiber_init(&boot_fibers[cpu], STACK_BYTES, secondary_first_code);
	turn_to(next_busy_cpu()); /* each takes its first turn before ours comes again */
}

void arch_send_reschedule(int cpu)
{
	host_cpus[cpu].reschedule_pending = true;
	host_cpus[cpu].idling = false;
}

void arch_stop_others(void)
{
	int me = host_cpu_now;

	impersonating = true;
	for (host_cpu_now = 0; host_cpu_now < nr_cpus; host_cpu_now++)
		if (host_cpu_now != me && arch_current())
			panic_stop_cpu();
	impersonating = false;
	host_cpu_now = me;
}

/* --- interrupts and time ------------------------------------------------------------------- */

void arch_timer_stop(void)
{
	timer_stopped = true;
}

void arch_timer_start(void)
{
	timer_stopped = false;
}

static void tick_all_cpus(void)
{
	int cpu;

	for (cpu = 0; cpu < nr_cpus && !timer_stopped; cpu++) {
		host_cpus[cpu].timer_pending = true;
		host_cpus[cpu].idling = false;
	}
}

/* Run what is pending on this CPU, if its interrupts are on. */
void host_take_interrupts(void)
{
	struct host_cpu *c = &host_cpus[host_cpu_now];

	if (!c->irqs)
		return;
	c->irqs = false;
	host_tlb_acknowledge();
	if (c->reschedule_pending) {
		c->reschedule_pending = false;
		reschedule_interrupt();
	}
	if (c->timer_pending) {
		c->timer_pending = false;
		timer_interrupt(host_cpu_now, false);
	}
	host_cpus[host_cpu_now].irqs = true;
}

static bool deliver_disk_interrupt(void)
{
	struct host_cpu *c = &host_cpus[host_cpu_now];
	bool any;

	if (!c->irqs)
		return false;
	c->irqs = false;
	any = host_disk_interrupt();
	c->irqs = true;
	return any;
}

static uint32_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

uint64_t host_ticks(void)
{
	if (unlikely(random_state) && !stalled && next_random() % 4 == 0) {
		int cpu = (int)(next_random() % (unsigned)nr_cpus);

		if (!host_cpus[cpu].idling)
			turn_to(cpu);
		if (next_random() % 4 == 0)
			deliver_disk_interrupt();
		host_take_interrupts();
	}
	return ++ticks;
}

/* In a controlled run only the holder of the baton has something to do; when it waits itself, it is
 * the controller, and waits for a device. */
static void lockstep_relax(void)
{
	int cpu = ctl_holder_cpu();

	if (cpu == host_cpu_now)
		deliver_disk_interrupt();
	else
		turn_to(cpu);
}

void host_relax(void)
{
	if (host_lockstep && ctl_active) {
		lockstep_relax();
		return;
	}
	host_take_interrupts();
	deliver_disk_interrupt();
	if (++relaxed >= RELAX_PER_TICK * (unsigned)nr_cpus) {
		relaxed = 0;
		tick_all_cpus();
	}
	if (++spun >= MAX_SPIN) {
		spun = 0;
		panic("host port: the CPUs wait for each other without end");
	}
	turn_to(next_busy_cpu());
	host_take_interrupts();
}

static bool all_idle(void)
{
	int cpu;

	for (cpu = 0; cpu < nr_cpus; cpu++)
		if (!host_cpus[cpu].idling)
			return false;
	return true;
}

/* Nobody has anything to do: complete a transfer, or let time pass, or give up. */
static void let_something_happen(void)
{
	int cpu;

	if (deliver_disk_interrupt()) {
		host_cpus[host_cpu_now].idling = false;
	} else if (timers_pending() && !timer_stopped && patience) {
		patience--;
		tick_all_cpus();
	} else {
		stalled = true;
		for (cpu = 0; cpu < nr_cpus; cpu++)
			host_cpus[cpu].idling = false;
	}
}

void arch_idle(void)
{
	int me = host_cpu_now;

	host_cpus[me].irqs = true;
	host_take_interrupts();
	if (!current->need_resched) {
		spun = 0;
		host_cpus[me].idling = true;
		if (all_idle())
			let_something_happen();
		turn_to(next_busy_cpu());
	}
	host_cpus[me].idling = false;
	host_take_interrupts();
}

/* --- running ------------------------------------------------------------------------------- */

struct boot_info host_boot_info(int cpus, unsigned kbytes, const char *cmdline)
{
	struct boot_info bi = {.cmdline = cmdline,
			       .free_start = KERNEL_BYTES,
			       .free_end = KERNEL_BYTES + kbytes * 1024,
			       .ncpus = cpus};

	if (cpus < 1 || cpus > NR_CPUS || bi.free_end > HOST_MEMORY)
		host_die("host_boot: no such machine");
	nr_cpus = cpus;
	return bi;
}

void host_boot(int cpus, unsigned kbytes, const char *cmdline)
{
	struct boot_info bi = host_boot_info(cpus, kbytes, cmdline);

	kernel_init(&bi);
	system_running = true;
	arch_irq_enable();
	arch_start_cpus();
}

struct run {
	void (*fn)(void *);
	void *arg;
	volatile bool done;
};

static void run_main(void *arg)
{
	struct run *r = arg;

	r->fn(r->arg);
	r->done = true;
}

enum host_end host_run(void (*fn)(void *), void *arg)
{
	struct run r = {fn, arg, false};
	struct task_struct *t = kthread_create(run_main, &r, "test");

	if (!t)
		host_die("host_run: no memory for the test's task");
	stalled = false;
	wake_up_process(t);
	while (!r.done && !stalled)
		cpu_idle_turn();
	return r.done ? HOST_DONE : HOST_STALL;
}

void host_settle(unsigned nticks)
{
	unsigned long end = jiffies + nticks;

	stalled = false;
	while (!stalled && !time_after(jiffies, end))
		cpu_idle_turn();
}

void host_set_patience(unsigned seconds)
{
	patience = (unsigned long)seconds * HZ;
}

void host_set_seed(uint32_t seed)
{
	random_state = seed;
}

/* --- what the host has not got --------------------------------------------------------------- */

static struct pt_regs no_regs;

struct pt_regs *arch_user_regs(struct task_struct *task)
{
	(void)task;
	return &no_regs;
}

unsigned long arch_user_sp(const struct pt_regs *regs)
{
	return regs->sp;
}

unsigned long arch_user_pc(const struct pt_regs *regs)
{
	return regs->pc;
}

void arch_task_init_fork(struct task_struct *task, const struct pt_regs *regs, unsigned long sp)
{
	(void)regs;
	(void)sp;
	panic("%s: the host port has no ring 3 to fork from", task->comm);
}

void arch_enter_user(unsigned long entry, unsigned long sp)
{
	panic("the host port has no ring 3 to enter at 0x%lx, 0x%lx", entry, sp);
}

/* --- backtraces ---------------------------------------------------------------------------- */

/* Frame pointers: [fp] = the caller's, [fp + 1] = the return address. */
__attribute__((no_sanitize("address", "undefined"))) static int
walk_frames(const uintptr_t *fp, const struct fiber *f, uintptr_t *pcs, int max)
{
	int n = 0;

	while (n < max && fp && !((uintptr_t)fp & (sizeof(*fp) - 1))) {
		const uintptr_t *up = (const uintptr_t *)fp[0];

		if (f->stack && ((const unsigned char *)fp < f->stack ||
				 (const unsigned char *)(fp + 2) > f->stack + f->size))
			break;
		if (!fp[1])
			break;
		pcs[n++] = fp[1];
		if (up <= fp || (!f->stack && (uintptr_t)up - (uintptr_t)fp > (1u << 20)))
			break;
		fp = up;
	}
	return n;
}

int arch_backtrace(struct task_struct *task, uintptr_t *pcs, int max)
{
	const struct fiber *f = fiber_of(task, task->cpu);

	if (!f)
		return 0;
	if (task == arch_current() && !impersonating)
		return walk_frames(__builtin_frame_address(0), f, pcs, max);
	return walk_frames((const uintptr_t *)fiber_frame(f), f, pcs, max);
}
