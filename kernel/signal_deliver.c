/*
 * kernel/signal_deliver.c - acting on signals, on the way to user mode. Contracts in signal.h.
 *
 * One turn takes one signal: a default action, or a frame for its handler. Several pending signals
 * stack their frames, so the handler of the last one taken runs first, as on Linux. A system call
 * that was broken off is settled before the first frame is built: the frame must save the registers
 * with which the program goes on afterwards.
 */
#include "kernel/signal.h"

#include "kernel/errno.h"
#include "kernel/fork.h"
#include "kernel/sched.h"
#include "kernel/wait.h"

#define NR_RESTART_SYSCALL 0

#define SYNCHRONOUS                                                                                \
	(sig_bit(SIGSEGV) | sig_bit(SIGBUS) | sig_bit(SIGILL) | sig_bit(SIGTRAP) | sig_bit(SIGFPE))

/* --- taking ---------------------------------------------------------------------------------------- */

static int lowest(uint64_t set)
{
	uint32_t low = (uint32_t)set;

	return low ? __builtin_ctz(low) + 1 : __builtin_ctz((uint32_t)(set >> 32)) + 33;
}

/* SIGKILL before all others, then what the program's own instruction caused. sig.lock held. */
static int choose(uint64_t ready)
{
	if (ready & sig_bit(SIGKILL))
		return SIGKILL;
	if (ready & SYNCHRONOUS)
		ready &= SYNCHRONOUS;
	return ready ? lowest(ready) : 0;
}

static void take(struct task_signals *sig, int signo, struct ksiginfo *info)
{
	unsigned i;

	*info = (struct ksiginfo){ .signo = signo, .code = SI_USER };
	for (i = 0; i < SIG_INFOS; i++)
		if (sig->info[i].signo == signo) {
			*info = sig->info[i];
			sig->info[i].signo = 0;
		}
	sig->pending &= ~sig_bit(signo);
	if (sig_bit(signo) & SIG_STOPPERS)
		sig->stop_taken = true;
}

int dequeue_signal(uint64_t set, struct ksiginfo *info)
{
	struct task_signals *sig = &current->sig;
	int signo;

	spin_lock_irq(&sig->lock);
	signo = choose(sig->pending & set);
	if (signo)
		take(sig, signo, info);
	recalc_pending(current);
	spin_unlock_irq(&sig->lock);
	return signo;
}

void set_blocked(uint64_t set)
{
	spin_lock_irq(&current->sig.lock);
	current->sig.blocked = set & ~SIG_UNBLOCKABLE;
	recalc_pending(current);
	spin_unlock_irq(&current->sig.lock);
}

void note_restart(void)
{
	spin_lock_irq(&current->sig.lock);
	current->sig.reap = true; /* harmless: there may be nothing to reap */
	recalc_pending(current);
	spin_unlock_irq(&current->sig.lock);
}

/* --- system calls that were broken off --------------------------------------------------------------- */

/* A handler with these flags is about to run. */
static void settle_for_handler(struct pt_regs *regs, uint32_t flags)
{
	switch (-arch_syscall_result(regs)) {
	case ERESTARTSYS:
		if (!(flags & SA_RESTART)) {
			arch_syscall_set_result(regs, -EINTR);
			break;
		}
		/* fall through */
	case ERESTARTNOINTR:
		arch_syscall_again(regs, -1);
		break;
	case ERESTARTNOHAND:
	case ERESTART_RESTARTBLOCK:
		arch_syscall_set_result(regs, -EINTR);
		break;
	}
}

static void settle_without_handler(struct pt_regs *regs)
{
	switch (-arch_syscall_result(regs)) {
	case ERESTARTSYS:
	case ERESTARTNOINTR:
	case ERESTARTNOHAND:
		arch_syscall_again(regs, -1);
		break;
	case ERESTART_RESTARTBLOCK:
		arch_syscall_again(regs, NR_RESTART_SYSCALL);
		break;
	}
}

/* --- stopping ---------------------------------------------------------------------------------------- */

static void tell_parent_of_change(int code, int status)
{
	struct task_struct *t = current;

	spin_lock(&tasklist_lock);
	t->sig.tell_stopped = code == CLD_STOPPED;
	t->sig.tell_continued = code == CLD_CONTINUED;
	signal_child_changed(t, code, status);
	spin_unlock(&tasklist_lock);
	wake_up_all(&child_exit_queue);
}

/* Stand still until SIGCONT or SIGKILL. If one of them came since the stop signal was taken, there
 * is nothing to do. */
static void stop(int signo)
{
	struct task_signals *sig = &current->sig;
	bool stops;

	spin_lock_irq(&sig->lock);
	stops = sig->stop_taken;
	if (stops)
		sig->stopped = signo;
	sig->stop_taken = false;
	spin_unlock_irq(&sig->lock);
	if (!stops)
		return;
	tell_parent_of_change(CLD_STOPPED, signo);
	for (;;) {
		/* Before the test: who clears it wakes us then. Not to be broken off by others. */
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (!__atomic_load_n(&sig->stopped, __ATOMIC_SEQ_CST))
			break;
		wait_set(WAIT_EVENT, NULL, wait_here());
		schedule();
	}
	set_current_state(TASK_RUNNING);
	wait_clear();
	if (!fatal_signal_pending(current))
		tell_parent_of_change(CLD_CONTINUED, SIGCONT);
}

static bool group_is_orphaned(void)
{
	bool orphaned;

	spin_lock(&tasklist_lock);
	orphaned = is_orphaned_pgrp(current->pgrp, NULL);
	spin_unlock(&tasklist_lock);
	return orphaned;
}

static void default_action(int signo)
{
	switch (signo) {
	case SIGCHLD:
	case SIGCONT:
	case SIGURG:
	case SIGWINCH:
		return;
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
		if (group_is_orphaned())
			return; /* nobody could make it go on */
		/* fall through */
	case SIGSTOP:
		stop(signo);
		return;
	}
	do_exit(signo);
}

/* --- handlers ---------------------------------------------------------------------------------------- */

static struct k_sigaction action_for(int signo)
{
	struct sighand *hand = current->sig.hand;
	struct k_sigaction act, *place = &hand->action[signo - 1];

	spin_lock(&hand->lock);
	act = *place;
	if (act.handler > SIG_IGN && (act.flags & SA_RESETHAND))
		place->handler = SIG_DFL;
	spin_unlock(&hand->lock);
	return act;
}

static bool on_altstack(unsigned long sp)
{
	return sp - current->sig.altstack < current->sig.altstack_size;
}

static unsigned long altstack_top(const struct k_sigaction *act, unsigned long sp)
{
	if (!(act->flags & SA_ONSTACK) || !current->sig.altstack_size || on_altstack(sp))
		return 0;
	return current->sig.altstack + current->sig.altstack_size;
}

static void fill_stack_t(uint32_t stack[3], unsigned long sp)
{
	stack[0] = (uint32_t)current->sig.altstack;
	stack[1] = !current->sig.altstack_size ? 2 /* SS_DISABLE */
					       : on_altstack(sp) ? 1 /* SS_ONSTACK */
								 : 0;
	stack[2] = (uint32_t)current->sig.altstack_size;
}

static int enter_handler(struct pt_regs *regs, const struct k_sigaction *act,
			 const struct ksiginfo *info)
{
	unsigned long sp = arch_user_sp(regs);
	struct task_signals *sig = &current->sig;
	struct arch_signal s = {
		.signo = info->signo,
		.siginfo = act->flags & SA_SIGINFO,
		.handler = act->handler,
		.restorer = act->flags & SA_RESTORER ? act->restorer : 0,
		.alt_top = altstack_top(act, sp),
		.blocked = sig->restore_blocked ? sig->saved_blocked : sig->blocked,
		.info = { (uint32_t)info->signo, 0, (uint32_t)info->code },
	};
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(info->field); i++)
		s.info[3 + i] = info->field[i];
	fill_stack_t(s.altstack, sp);
	return arch_signal_enter(regs, &s);
}

static void handle(struct pt_regs *regs, const struct k_sigaction *act, const struct ksiginfo *info)
{
	uint64_t blocked = current->sig.blocked | act->mask;

	settle_for_handler(regs, act->flags);
	if (enter_handler(regs, act, info)) {
		/* No stack for the handler. Whoever handles SIGSEGV gets one chance, and not when
		 * it is that handler which has no stack. */
		if (info->signo == SIGSEGV)
			do_exit(SIGSEGV);
		force_signal(current, SIGSEGV);
		return;
	}
	current->sig.restore_blocked = false;
	if (!(act->flags & SA_NODEFER))
		blocked |= sig_bit(info->signo);
	set_blocked(blocked);
}

/* --- all of it --------------------------------------------------------------------------------------- */

static void reap_silently(void)
{
	spin_lock_irq(&current->sig.lock);
	current->sig.reap = false;
	recalc_pending(current);
	spin_unlock_irq(&current->sig.lock);
	reap_ignored_children();
}

static void act_on(struct pt_regs *regs, const struct ksiginfo *info)
{
	struct k_sigaction act = { .handler = SIG_DFL };

	if (info->signo != SIGKILL && current->sig.hand)
		act = action_for(info->signo);
	if (act.handler == SIG_DFL)
		default_action(info->signo);
	else if (act.handler != SIG_IGN)
		handle(regs, &act, info);
}

void deliver_signals(struct pt_regs *regs)
{
	struct ksiginfo info;

	if (current->sig.reap)
		reap_silently();
	while (dequeue_signal(~current->sig.blocked, &info))
		act_on(regs, &info);
	settle_without_handler(regs);
	if (current->sig.restore_blocked) {
		current->sig.restore_blocked = false;
		set_blocked(current->sig.saved_blocked);
	}
}
