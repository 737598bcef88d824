/*
 * tests/explore/instructions.c - how many instructions this process has executed.
 *
 * Interface: instructions_begin(), once; instructions(): so far, 0 = this host does not tell (no counter in a
 * virtual machine, or no permission). Then instructions_step(true) makes each instruction trap (the flag TF) and
 * counts the traps until instructions_step(false), some 100,000 times slower; instructions_stepped(): how many.
 * Nothing depends on it but what is printed.
 */
#include <linux/perf_event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "tests/explore/search.h"

static int counter = -1;

void instructions_begin(void)
{
	struct perf_event_attr what;

	memset(&what, 0, sizeof(what));
	what.type = PERF_TYPE_HARDWARE;
	what.size = sizeof(what);
	what.config = PERF_COUNT_HW_INSTRUCTIONS;
	what.exclude_kernel = 1;
	what.exclude_hv = 1;
	counter = (int)syscall(SYS_perf_event_open, &what, 0, -1, -1, 0);
}

uint64_t instructions(void)
{
	uint64_t n = 0;

	if (counter < 0 || read(counter, &n, sizeof(n)) != sizeof(n))
		return 0;
	return n;
}

static volatile uint64_t stepped;

/* Each round of a string instruction traps; it is one instruction all the same. */
static void on_step(int signo, siginfo_t *info, void *context)
{
	static greg_t last;
	greg_t eip = ((const ucontext_t *)context)->uc_mcontext.gregs[REG_EIP];

	(void)signo;
	(void)info;
	stepped += eip != last;
	last = eip;
}

/* The handler has a stack of its own: below the interrupted stack's pointer it would change the kernel's. */
static void catch_steps(void)
{
	stack_t stack = { .ss_size = 1u << 16 };
	struct sigaction act = { .sa_sigaction = on_step, .sa_flags = SA_ONSTACK | SA_RESTART | SA_SIGINFO };

	stack.ss_sp = malloc(stack.ss_size);
	if (!stack.ss_sp || sigaltstack(&stack, NULL) || sigaction(SIGTRAP, &act, NULL))
		abort();
}

void instructions_step(bool on)
{
	static bool caught;

	if (!caught)
		catch_steps();
	caught = true;
	if (on)
		__asm__ volatile("pushfl\n orl $0x100, (%%esp)\n popfl" : : : "cc", "memory");
	else
		__asm__ volatile("pushfl\n andl $~0x100, (%%esp)\n popfl" : : : "cc", "memory");
}

uint64_t instructions_stepped(void)
{
	return stepped;
}
