/*
 * tests/host/signal.c - signal frames of the modelled machine: they are kept in the registers, where
 * a test can see them (regs.h).
 */
#include "regs.h"

#include "kernel/errno.h"

unsigned host_bad_stacks;

int arch_signal_enter(struct pt_regs *regs, const struct arch_signal *s)
{
	if (host_bad_stacks && host_bad_stacks--)
		return -EFAULT;
	if (regs->nframes == HOST_FRAMES)
		return -EFAULT;
	regs->frame[regs->nframes++] = *s;
	regs->pc = s->handler;
	regs->in_call = false;
	return 0;
}

int arch_signal_leave(struct pt_regs *regs, bool rt, uint64_t *blocked, uint32_t altstack[3],
		      long *result)
{
	const struct arch_signal *s;

	if (regs->nframes == 0)
		return -EFAULT;
	s = &regs->frame[--regs->nframes];
	if (s->siginfo != rt)
		return -EFAULT;
	*blocked = s->blocked;
	for (int i = 0; i < 3; i++)
		altstack[i] = s->altstack[i];
	*result = regs->result;
	return 0;
}

long arch_syscall_result(const struct pt_regs *regs)
{
	return regs->in_call ? regs->result : 0;
}

void arch_syscall_set_result(struct pt_regs *regs, long result)
{
	regs->result = result;
	regs->in_call = false;
}

void arch_syscall_again(struct pt_regs *regs, int nr)
{
	regs->again = nr;
	regs->in_call = false;
}
