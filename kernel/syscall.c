/*
 * kernel/syscall.c - the table of system calls, their dispatch, and the way back to user mode.
 *
 * Realises the upcalls syscall_entry() and return_to_user() of kernel/arch.h. Nothing is locked
 * here: each call takes what it needs, as its own room says. What a handler took it has given back:
 * that is asserted after every call.
 */
#include "kernel/syscall.h"

#include "kernel/arch.h"
#include "kernel/errno.h"
#include "kernel/fork.h"
#include "kernel/printk.h"
#include "kernel/signal.h"
#include "kernel/trace.h"
#include "kernel/wait.h"

static const struct {
	const char *name;
	long (*call)(const struct syscall_frame *f);
} table[NR_SYSCALLS] = {
#define SYSCALL(nr, nm) [nr] = { #nm, sc_##nm },
#include "kernel/syscalls.h"
};

const char *syscall_name(unsigned nr)
{
	return nr < NR_SYSCALLS ? table[nr].name : NULL;
}

/* A lock that survives its system call would hang the machine much later and elsewhere. */
static void check_locks_given_back(unsigned nr)
{
	if (unlikely(current->nheld != 0)) {
		char name[64];

		panic("system call %u (%s) returned with %s held", nr,
		      table[nr].name ? table[nr].name : "none",
		      lock_name(current->held[0].lock, name, sizeof(name)));
	}
}

long syscall_entry(struct pt_regs *regs, unsigned nr, const unsigned long args[6])
{
	struct syscall_frame f = { .regs = regs, .arg = args };
	long result;

	if (nr >= NR_SYSCALLS || !table[nr].call)
		return -ENOSYS;
	if (unlikely(trace_mask))
		trace_op_enter(OP_SYSCALL, nr, trace_mm());
	result = table[nr].call(&f);
	trace_op_leave(OP_SYSCALL, nr, result);
	/* -ERESTART* must be settled on the way out, even if the signal has gone meanwhile. */
	if (unlikely(result >= -ERESTART_RESTARTBLOCK && result <= -ERESTARTSYS))
		note_restart();
	check_locks_given_back(nr);
	return result;
}

void return_to_user(struct pt_regs *regs)
{
	while (current->need_resched)
		schedule();
	if (signal_pending(current))
		deliver_signals(regs);
}
