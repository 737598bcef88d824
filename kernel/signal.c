/*
 * kernel/signal.c - sending signals, and what they do: end the task, or nothing.
 *
 * The masks are words changed with atomic operations: a sender may be anywhere, the task itself may
 * be in sigprocmask. A signal that is sent while being blocked goes to sig_held and moves to
 * pending_signals when it is unblocked; both sides look again after they wrote, so it is never
 * lost.
 */
#include "kernel/signal.h"

#include "kernel/errno.h"
#include "kernel/fork.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/uaccess.h"

static uint32_t bit(int signo)
{
	return (uint32_t)1 << (signo - 1);
}

/* Signals whose default is to do nothing. Job control (stop, continue) does not exist here. */
static bool ignored_by_default(int signo)
{
	switch (signo) {
	case SIGCHLD:
	case SIGCONT:
	case SIGSTOP:
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
	case SIGURG:
	case SIGWINCH:
		return true;
	}
	return false;
}

const char *signal_name(int signo)
{
	static const char *const names[] = {
		[SIGHUP] = "SIGHUP",   [SIGINT] = "SIGINT",   [SIGQUIT] = "SIGQUIT",
		[SIGILL] = "SIGILL",   [SIGTRAP] = "SIGTRAP", [SIGABRT] = "SIGABRT",
		[SIGBUS] = "SIGBUS",   [SIGFPE] = "SIGFPE",   [SIGKILL] = "SIGKILL",
		[SIGUSR1] = "SIGUSR1", [SIGSEGV] = "SIGSEGV", [SIGUSR2] = "SIGUSR2",
		[SIGPIPE] = "SIGPIPE", [SIGALRM] = "SIGALRM", [SIGTERM] = "SIGTERM",
	};

	return signo > 0 && signo < (int)ARRAY_SIZE(names) && names[signo] ? names[signo]
									   : "signal";
}

/* --- sending --------------------------------------------------------------------------------- */

/* Move what is held and no longer blocked to where it acts. */
static void release_held(struct task_struct *t)
{
	uint32_t ready = t->sig_held & ~t->sig_blocked;

	if (!ready)
		return;
	__atomic_fetch_and(&t->sig_held, ~ready, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&t->pending_signals, ready, __ATOMIC_SEQ_CST);
}

/* Make @t notice: wake it from an interruptible sleep, or bring it out of user mode. */
static void signal_wake_up(struct task_struct *t)
{
	t->need_resched = true;
	if (t->state == TASK_INTERRUPTIBLE)
		wake_up_process(t);
	else if (t->on_cpu && t != current)
		arch_send_reschedule(t->cpu);
}

void send_signal(struct task_struct *t, int signo)
{
	uint32_t mask = bit(signo);

	if ((t->flags & PF_KTHREAD) || t->state == TASK_ZOMBIE)
		return;
	if (signo != SIGKILL && ((t->sig_ignored & mask) || ignored_by_default(signo)))
		return;
	__atomic_fetch_or(&t->sig_held, mask, __ATOMIC_SEQ_CST);
	release_held(t);
	if (signal_pending(t))
		signal_wake_up(t);
}

void force_signal(struct task_struct *t, int signo)
{
	uint32_t mask = bit(signo);

	__atomic_fetch_and(&t->sig_ignored, ~mask, __ATOMIC_SEQ_CST);
	__atomic_fetch_and(&t->sig_blocked, ~mask, __ATOMIC_SEQ_CST);
	send_signal(t, signo);
}

void signal_foreground(int signo)
{
	struct task_struct *t;

	spin_lock(&tasklist_lock);
	for_each_task(t)
		if (t != init_process)
			send_signal(t, signo);
	spin_unlock(&tasklist_lock);
}

void signals_inherit(struct task_struct *child, const struct task_struct *parent)
{
	child->pending_signals = 0;
	child->sig_held = 0;
	child->sig_blocked = parent->sig_blocked;
	child->sig_ignored = parent->sig_ignored;
}

/* --- acting ---------------------------------------------------------------------------------- */

void deliver_signals(void)
{
	uint32_t pending = __atomic_load_n(&current->pending_signals, __ATOMIC_SEQ_CST);

	/* SIGKILL before all others, then the lowest. */
	if (pending & bit(SIGKILL))
		do_exit(SIGKILL);
	if (pending)
		do_exit(__builtin_ctz(pending) + 1);
}

void user_trap(struct pt_regs *regs, int signo)
{
	printk("%s (pid %d): %s at %08lx, stack %08lx\n", current->comm, current->pid,
	       signal_name(signo), arch_user_pc(regs), arch_user_sp(regs));
	force_signal(current, signo);
}

/* --- system calls ---------------------------------------------------------------------------- */

static bool may_signal(const struct task_struct *t)
{
	return !(t->flags & PF_KTHREAD) && t != init_process && t->state != TASK_ZOMBIE;
}

static long kill_all(int signo)
{
	struct task_struct *t;
	long result = -ESRCH;

	for_each_task(t) {
		if (!may_signal(t) || t == current)
			continue;
		result = 0;
		if (signo)
			send_signal(t, signo);
	}
	return result;
}

static long kill_one(int pid, int signo)
{
	struct task_struct *t = find_task_by_pid(pid);

	if (!t)
		return -ESRCH;
	if (t->flags & PF_KTHREAD)
		return -EPERM;
	/* Init dies only by its own hand. */
	if (signo && (t != init_process || t == current))
		send_signal(t, signo);
	return 0;
}

long do_kill(int pid, int signo)
{
	long result;

	if (signo < 0 || signo > NSIG)
		return -EINVAL;
	if (signo > 31)
		return -EINVAL; /* no real-time signals */
	if (pid == 0 || pid < -1)
		return -ESRCH; /* no process groups */
	spin_lock(&tasklist_lock);
	result = pid == -1 ? kill_all(signo) : kill_one(pid, signo);
	spin_unlock(&tasklist_lock);
	return result;
}

/* struct sigaction of rt_sigaction: handler, flags, restorer, 64-bit mask. */
struct user_sigaction {
	uint32_t handler, flags, restorer, mask[2];
};

long do_sigaction(int signo, unsigned long uact, unsigned long uold, size_t setsize)
{
	struct user_sigaction act, old = { 0 };

	if (signo < 1 || signo > NSIG || setsize != 8)
		return -EINVAL;
	if (signo <= 31 && (current->sig_ignored & bit(signo)))
		old.handler = SIG_IGN;
	if (uact) {
		if (copy_from_user(&act, uact, sizeof(act)))
			return -EFAULT;
		if (signo == SIGKILL || signo == SIGSTOP)
			return -EINVAL;
		if (act.handler != SIG_DFL && act.handler != SIG_IGN)
			return -ENOSYS;
	}
	if (uold && copy_to_user(uold, &old, sizeof(old)))
		return -EFAULT;
	if (uact && signo <= 31) {
		if (act.handler == SIG_IGN)
			__atomic_fetch_or(&current->sig_ignored, bit(signo), __ATOMIC_SEQ_CST);
		else
			__atomic_fetch_and(&current->sig_ignored, ~bit(signo), __ATOMIC_SEQ_CST);
	}
	return 0;
}

static long change_blocked(int how, uint32_t set)
{
	uint32_t blocked = current->sig_blocked;

	switch (how) {
	case SIG_BLOCK:
		blocked |= set;
		break;
	case SIG_UNBLOCK:
		blocked &= ~set;
		break;
	case SIG_SETMASK:
		blocked = set;
		break;
	default:
		return -EINVAL;
	}
	blocked &= ~(bit(SIGKILL) | bit(SIGSTOP));
	__atomic_store_n(&current->sig_blocked, blocked, __ATOMIC_SEQ_CST);
	release_held(current);
	return 0;
}

long do_sigprocmask(int how, unsigned long uset, unsigned long uold, size_t setsize)
{
	uint32_t set[2], old[2] = { current->sig_blocked, 0 };
	long error = 0;

	if (setsize != 8)
		return -EINVAL;
	if (uset) {
		if (copy_from_user(set, uset, sizeof(set)))
			return -EFAULT;
		error = change_blocked(how, set[0]);
	}
	if (!error && uold)
		error = copy_to_user(uold, old, sizeof(old));
	return error;
}
