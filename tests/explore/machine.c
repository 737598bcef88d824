/*
 * tests/explore/machine.c - booting the kernel into a scenario's world, and judging its runs.
 *
 * The machine is the host port's (tests/host/: CPUs, MMU, disks), with these differences: stacks and
 * all kernel data lie in the region (rt.h), CPUs give their turn to who holds the baton
 * (host_lockstep), output is kept back, and powering off, which is how a panic ends, ends the run.
 * The disks are as the image builder makes them, as far as a scenario looks: hda3 for the pad, hdb1 a
 * swap area.
 */
#include "tests/explore/machine.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "kernel/printk.h"
#include "kernel/servers/block.h"
#include "kernel/string.h"
#include "kernel/token.h"
#include "kernel/trace.h"
#include "kernel/watch.h"
#include "mm/design/design.h"
#include "mm/vmscan.h"
#include "tests/explore/engine.h"
#include "tests/explore/run.h"
#include "tests/host/host.h"
#include "tests/host/machine.h"

#define MEMORY_KB    1536
#define PAD_START    64
#define PAD_SECTORS  2048
#define SWAP_START   64
#define SWAP_SECTORS 2048

const char *machine_words = "";
const char *machine_goal;

static const struct scenario *the_scenario;
bool machine_quiet;
static bool prints;
static FILE *tokens;
static char line[4096]; /* of what is printed, as far as it has come */
static size_t line_used;
static char said[4096]; /* the beginning of what this run said */
static size_t said_used;

/* --- disks ----------------------------------------------------------------------------------------- */

static void put_le32(unsigned char *p, uint32_t v)
{
	int i;

	for (i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

static void partition(int disk, int nth, uint32_t start, uint32_t sectors, unsigned char type)
{
	unsigned char *sector = host_disk_data(disk), *e = sector + 446 + 16 * (nth - 1);

	sector[510] = 0x55;
	sector[511] = 0xaa;
	e[4] = type;
	put_le32(e + 8, start);
	put_le32(e + 12, sectors);
}

static void make_disks(void)
{
	int hda = host_disk_add(PAD_START + PAD_SECTORS);
	int hdb = host_disk_add(SWAP_START + SWAP_SECTORS);
	unsigned char *header = host_disk_data(hdb) + 512 * SWAP_START;

	partition(hda, 3, PAD_START, PAD_SECTORS, 0x83);
	partition(hdb, 1, SWAP_START, SWAP_SECTORS, 0x82);
	put_le32(header + 1024, 1); /* facts d, "Swap header" */
	put_le32(header + 1028, SWAP_SECTORS / 8 - 1);
	memcpy(header + 4086, "SWAPSPACE2", 10);
}

int machine_cpus(const struct scenario *s)
{
	int n = s->ntasks + s->want_kswapd + 2 /* block servers */ + 1;

	return n < NR_CPUS ? n : NR_CPUS;
}

/* --- output and the end ------------------------------------------------------------------------ */

static void end_line(void)
{
	line[line_used] = '\0';
	if (!machine_quiet)
		fputs(line, stdout);
	if (tokens && !strncmp(line, "kswapd23-token", 14))
		fputs(line, tokens);
	line_used = 0;
}

void machine_print(bool on, const char *token_file)
{
	if (prints && line_used)
		end_line();
	fflush(stdout);
	if (tokens)
		fclose(tokens);
	tokens = token_file ? fopen(token_file, "w") : NULL;
	if (token_file && !tokens) {
		perror(token_file);
		exit(2);
	}
	prints = on;
}

const char *machine_said(void)
{
	said[said_used] = '\0';
	return said;
}

static void print(const char *s, size_t n)
{
	for (; n--; s++) {
		line[line_used++] = *s;
		if (*s == '\n' || line_used == sizeof(line) - 1)
			end_line();
	}
}

void arch_emergency_write(const char *s, size_t n)
{
	if (prints) {
		print(s, n);
		return;
	}
	if (n > sizeof(said) - 1 - said_used)
		n = sizeof(said) - 1 - said_used;
	memcpy(said + said_used, s, n);
	said_used += n;
	said[said_used] = '\0';
}

void arch_console_write(const char *s, size_t n)
{
	(void)s; /* the log's messages: reports come the other way */
	(void)n;
}

static bool is_goal(const char *key)
{
	char class[64];
	const char *p;

	for (p = machine_goal; *p; p += strcspn(p, "|"), p += *p == '|') {
		snprintf(class, sizeof(class), "%.*s", (int)strcspn(p, "|"), p);
		if (strncmp(key, "waits: ", 7) || !strstr(key, class))
			return false;
	}
	return true;
}

/* Is this what the scenario is about? */
static bool is_looked_for(const char *key)
{
	const char *p = the_scenario->shows;

	if (machine_goal)
		return is_goal(key);
	for (; p && *p; p += strcspn(p, "|"), p += *p == '|')
		if (!strncmp(key, p, strcspn(p, "|")))
			return true;
	return !p;
}

/* Something is wrong. Of several the one that the scenario is about counts; then one that nobody knows; then
 * the first. */
static void fail(const char *key)
{
	const struct vm_hole *known = vm_hole_for(key);
	bool hole = known && vm_hole_open(known), mine = is_looked_for(key),
	     besides = (hole || machine_goal) && !mine;

	if (outcome.failed && besides >= outcome.besides && hole >= outcome.hole)
		return;
	outcome.failed = true;
	outcome.hole = hole;
	outcome.looked_for = mine;
	outcome.besides = besides;
	snprintf(outcome.key, sizeof(outcome.key), "%s", key);
}

/* Before a run it is a refusal; in a run, a panic. */
void arch_poweroff(int status)
{
	const char *text = strstr(said, "kernel panic:");
	char key[sizeof(outcome.key)];
	size_t n;

	if (!rt_on) {
		fwrite(said, 1, said_used, stderr);
		exit(status ? status : 2);
	}
	memset(&outcome, 0, sizeof(outcome));
	n = text ? strcspn(text, "\n") : 0;
	snprintf(key, sizeof(key), "%.*s", (int)n, text ? text : "powered off");
	fail(key);
	engine_over();
	if (the_scenario) /* once more, to be told */
		scenario_report_run(the_scenario, CTL_NONE);
	engine_over();
	exit(2);
}

void arch_reboot(void)
{
	arch_poweroff(1);
}

void host_die(const char *why)
{
	fprintf(stderr, "explore: %s\n", why);
	exit(2);
}

/* The kernel followed a pointer out of freed memory: what would have been an oops. */
static void wild_pointer(void)
{
	panic("a wild pointer was followed");
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)info;
	if (!rt_on) {
		signal(sig, SIG_DFL);
		return;
	}
	regs[REG_ESP] = ((regs[REG_ESP] - 64) & ~15) - 4;
	regs[REG_EIP] = (greg_t)wild_pointer;
}

static void catch_wild_pointers(void)
{
	static char stack[65536];
	const stack_t alternative = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };

	sigaltstack(&alternative, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

void host_bad_address(uint64_t addr)
{
	if (rt_on)
		panic("an address outside the machine's memory: %lx", (unsigned long)addr);
	fprintf(stderr, "explore: an address outside the machine's memory: %llx\n",
		(unsigned long long)addr);
	exit(2);
}

/* --- judging --------------------------------------------------------------------------------------- */

/* All complaints of @watcher count. Returns how many there are. */
static int fail_by(unsigned watcher)
{
	const struct watch_complaint *c;
	unsigned i;
	int n = 0;

	for (i = 0; (c = watch_complaint(i)) != NULL; i++) {
		if (!(c->watcher & watcher))
			continue;
		fail(c->key);
		n++;
	}
	return n;
}

static void judge(enum ctl_verdict v)
{
	outcome.verdict = v;
	if (v == CTL_DEADLOCK) {
		if (!fail_by(WATCH_WAITS))
			fail("deadlock");
		return;
	}
	if (v != CTL_COMPLETED) {
		fail(ctl_verdict_name(v));
		return;
	}
	fail_by(WATCH_RULES);
	if (complaint_key()[0])
		fail(complaint_key());
	if (the_scenario->invariants && the_scenario->invariants(v) && !fail_by(WATCH_INVARIANTS))
		fail("invariants of the scenario");
}

/* --- the run ----------------------------------------------------------------------------------------- */

/* The tasks that the scenario's story holds ("hold kswapd"). */
static void find_held(void)
{
	static struct story story;
	char err[100];
	int i;

	run_held = 0;
	if (!the_scenario->story ||
	    story_parse(&story, the_scenario->story, strlen(the_scenario->story), ctl_find_name,
			err, sizeof(err)))
		return;
	for (i = 0; i < story.nholds; i++)
		run_held |= 1u << story.hold[i];
}

static void body(void *unused)
{
	struct ctl_config config = { .choose = engine_choose, .max_steps = 3000 };
	enum ctl_verdict v;

	(void)unused;
	block_start();
	kswapd_start();
	watch_mask = WATCH_ALL;
	if (scenario_set_up(the_scenario))
		arch_poweroff(2);
	scenario_design = scenario_ops.design();
	find_held();
	said_used = 0;
	v = ctl_run(&config);
	said_used = 0; /* what comes now is about this run */
	memset(&outcome, 0, sizeof(outcome));
	outcome.verdict = v;
	engine_over(); /* the last event is complete */
	judge(v);
	engine_over();
	scenario_report_run(the_scenario, v);
	engine_over();
}

static void boot_code(void)
{
	char cmdline[200];

	snprintf(cmdline, sizeof(cmdline), "scenario=%s %s", the_scenario->name, machine_words);
	host_lockstep = true;
	host_boot(machine_cpus(the_scenario), MEMORY_KB, cmdline);
	host_run(body, NULL);
	host_die("the scenario's main task came back");
}

void machine_boot(const struct scenario *s)
{
	the_scenario = s;
	catch_wild_pointers();
	make_disks();
	rt_enter_kernel(boot_code);
}
