/*
 * tests/host/host.h - the modelled machine as tests see it: switch it on, give it disks, run code
 * in kernel tasks, look at what it printed.
 *
 * A typical test (each runs in a process of its own, so the kernel is fresh):
 *	host_disk_add(2048);			optional, before host_boot
 *	host_boot(2, 8192, "watch=all");
 *	ck_assert_int_eq(host_run(body, arg), HOST_DONE);
 * ck_assert inside body works. A test that must panic:
 *	tcase_add_exit_test(tc, test_x, HOST_PANIC_EXIT);   and in it, first thing:
 *	host_expect_panic("takes test lock again");
 * HOST_VERBOSE=1 in the environment shows the machine's messages while it runs.
 */
#ifndef TESTS_HOST_HOST_H
#define TESTS_HOST_HOST_H

#include "kernel/arch.h"
#include "kernel/task.h"

enum host_end {
	HOST_DONE,  /* the test task ended */
	HOST_STALL, /* every CPU is idle, no I/O is in flight and no timer helps */
};

#define HOST_PANIC_EXIT 42 /* exit status of a process whose expected panic came */

/* Switch the machine on with @cpus CPUs and @kbytes of memory; runs kernel_init(). Interrupts are
 * on and the caller is CPU 0's idle task when it returns. */
void host_boot(int cpus, unsigned kbytes, const char *cmdline);
/* The same without kernel_init(): only CPUs, for tests of what needs no memory but @kbytes of
 * pages. */
struct boot_info host_boot_info(int cpus, unsigned kbytes, const char *cmdline);
/* Run fn(arg) in a new kernel task and the machine until it ends. Other tasks live on. */
enum host_end host_run(void (*fn)(void *), void *arg);
/* Run the machine until nothing is left to do (or @ticks timer ticks have passed). */
void host_settle(unsigned ticks);
/* How much modelled time may pass in host_run before it is a stall; default 120 s. */
void host_set_patience(unsigned seconds);

/* For the explorer: in a controlled run a CPU that waits gives its turn to the one of who holds the
 * baton, devices work only for the controller, and shootdowns are acknowledged at once. */
extern bool host_lockstep;

/* 0 (default) = CPUs take turns only when they wait; else they also change at random locks. */
void host_set_seed(uint32_t seed);

/* The test's process ends with HOST_PANIC_EXIT when the machine panics with @text in its report. */
void host_expect_panic(const char *text);
/* Everything the machine printed so far (the newest 256 KB); terminated. */
const char *host_output(void);
void host_output_clear(void);

/* --- disks --------------------------------------------------------------------------------- */

/* Add a disk of @sectors zeroed sectors; returns its number. Before host_boot(). */
int host_disk_add(uint32_t sectors);
unsigned char *host_disk_data(int disk); /* its contents */
/* The next @count transfers that touch @sector fail with -EIO. */
void host_disk_fail(int disk, uint32_t sector, unsigned count);
/* Hold completions back until host_disk_release() (to test what happens meanwhile). */
void host_disk_hold(void);
void host_disk_release(void);
unsigned host_disk_transfers(int disk, bool write);

/* --- MMU ----------------------------------------------------------------------------------- */

/* Is @addr in the current CPU's TLB, and for which frame? -1 = no. For tests of flushing. */
long host_tlb_lookup(int cpu, unsigned long addr);

#endif
