/*
 * kernel/main.c - from the arch's start-up code to the first program or the scenario: the order in
 * which the rooms of the house are opened. The one file of kernel/ that knows them all.
 *
 *  1. kernel_init(): command line, memory, design, watchers. No task yet, interrupts off.
 *  2. kernel_main(): the CPUs' idle loops, and the task "kinit".
 *  3. kinit: servers, kswapd, then `scenario=` or the first program.
 * A command line that cannot be obeyed is refused in one line, and the machine ends with status 2.
 */
#include "kernel/cmdline.h"
#include "kernel/exec.h"
#include "kernel/kernel_lock.h"
#include "kernel/lockcost.h"
#include "kernel/main.h"
#include "kernel/printk.h"
#include "kernel/scenario.h"
#include "kernel/schedule_file.h"
#include "kernel/sched.h"
#include "kernel/servers/block.h"
#include "kernel/string.h"
#include "kernel/system.h"
#include "kernel/trace.h"
#include "kernel/trace_out.h"
#include "kernel/watch.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "mm/vmscan.h"

#define DEFAULT_DESIGN "linux-2.3.30"
#define STATUS_REFUSED 2 /* as the commands' exit status: it could not run */

static void refuse(const char *what, const char *value)
{
	report("%s '%s'\n", what, value);
	arch_poweroff(STATUS_REFUSED);
}

static void choose_design(void)
{
	const char *name = cmdline_get("design"), *holes = cmdline_get("holes");
	bool scenario = cmdline_get("scenario") != NULL;

	if (vm_design_select(name ? name : DEFAULT_DESIGN)) {
		report("known designs:\n");
		vm_design_list();
		refuse("command line: no such design", name);
	}
	holes_faithful = scenario;
	if (!holes)
		return;
	if (strcmp(holes, "faithful") && strcmp(holes, "mended"))
		refuse("command line: holes is 'faithful' or 'mended', not", holes);
	holes_faithful = !strcmp(holes, "faithful");
}

static paddr_t trace_memory; /* the end of the machine's memory: beyond mem= it is the trace's */

static void limit_machine(struct boot_info *bi)
{
	long cpus = cmdline_long("cpus", nr_cpus), kbytes = cmdline_long("mem", 0);

	if (cpus >= 1 && cpus < nr_cpus)
		nr_cpus = (int)cpus;
	bi->ncpus = nr_cpus;
	trace_memory = bi->free_end;
	if (kbytes > 0 && (paddr_t)kbytes < bi->free_end / 1024)
		bi->free_end = (paddr_t)kbytes * 1024;
	if (bi->free_end < bi->free_start + (512u << 10)) {
		report("command line: mem=%ld leaves less than 512 KB beside the kernel\n", kbytes);
		arch_poweroff(STATUS_REFUSED);
	}
}

void kernel_init(const struct boot_info *boot)
{
	struct boot_info bi = *boot;

	sched_init_cpu(0);
	if (!cmdline_parse(bi.cmdline)) {
		report("%s\n", cmdline_error());
		arch_poweroff(STATUS_REFUSED);
	}
	limit_machine(&bi);
	choose_design(); /* before the first mm: its locks are the design's */
	mm_init(&bi);
	if (cmdline_get("trace") && trace_setup(cmdline_get("trace")))
		arch_poweroff(STATUS_REFUSED);
	if (cmdline_get("watch") && watch_setup(cmdline_get("watch")))
		arch_poweroff(STATUS_REFUSED);
	trace_design_name = vm_design->name;
	if (cmdline_get("tracefile") &&
	    trace_out_setup(cmdline_get("tracefile"), bi.free_end, trace_memory))
		arch_poweroff(STATUS_REFUSED);
	if (lock_cost_setup(cmdline_get("lockcost")))
		arch_poweroff(STATUS_REFUSED);
	slab_set_debugging(watch_mask || cmdline_get("scenario") || cmdline_long("poison", 0));
}

static void banner(void)
{
	printk("%s %s: %d CPU%s, %d KB free, design %s (%s), holes %s\n", SYSTEM_NAME,
	       SYSTEM_RELEASE, nr_cpus, nr_cpus == 1 ? "" : "s", nr_free_pages * 4, vm_design_word(),
	       vm_design->letter, holes_faithful ? "faithful" : "mended");
	if (lock_cost_ticks)
		printk("lockcost=%u: a model is on; each lock that another CPU had last costs %u ticks\n",
		       lock_cost_ticks, lock_cost_ticks);
}

static void kinit(void *unused)
{
	(void)unused;
	block_start();
	kswapd_start();
	if (cmdline_get("scenario")) {
		schedule_file_load();
		scenario_main(NULL);
	}
	user_init();
}

void kernel_main(const struct boot_info *bi)
{
	struct task_struct *t;

	kernel_init(bi);
	banner();
	t = kthread_create(kinit, NULL, "kinit");
	if (!t)
		panic("no memory for the first task");
	system_running = true;
	if (!cmdline_get("scenario")) {
		page_cpu_lists_enable();
		page_tables_keep(true);
		slab_cpu_keep(true);
	}
	arch_start_cpus();
	wake_up_process(t);
	cpu_idle();
}

void secondary_main(int cpu)
{
	sched_init_cpu(cpu);
	cpu_idle();
}
