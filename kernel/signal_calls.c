/*
 * kernel/signal_calls.c - system calls about what a task does with its signals: actions, masks,
 * waiting for them, the alternative stack, and the return from a handler.
 *
 * Old and new forms live side by side, as on Linux/i386: the old ones know 32 signals.
 */
#include "kernel/errno.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/syscall.h"
#include "kernel/timer.h"
#include "kernel/uaccess.h"
#include "kernel/wait.h"

/* --- actions --------------------------------------------------------------------------------------- */

static bool is_discarded(const struct k_sigaction *act, int signo)
{
	return act->handler == SIG_IGN ||
	       (act->handler == SIG_DFL && (signo == SIGCHLD || signo == SIGCONT ||
					    signo == SIGURG || signo == SIGWINCH));
}

static void discard_pending(int signo)
{
	struct ksiginfo gone;

	dequeue_signal(sig_bit(signo), &gone);
}

/* Exchange the action of @signo; @act or @old may be NULL. */
static long set_action(int signo, const struct k_sigaction *act, struct k_sigaction *old)
{
	struct sighand *hand = current->sig.hand;
	struct k_sigaction *place;

	if (signo < 1 || signo > NSIG || (act && (sig_bit(signo) & SIG_UNBLOCKABLE)))
		return -EINVAL;
	place = &hand->action[signo - 1];
	spin_lock(&hand->lock);
	if (old)
		*old = *place;
	if (act) {
		*place = *act;
		place->mask &= ~SIG_UNBLOCKABLE;
	}
	spin_unlock(&hand->lock);
	if (act && is_discarded(act, signo))
		discard_pending(signo);
	return 0;
}

struct user_sigaction {
	uint32_t handler, flags, restorer, mask[2];
};

struct user_old_sigaction {
	uint32_t handler, mask, flags, restorer;
};

static uint64_t set_of(const uint32_t words[2])
{
	return (uint64_t)words[1] << 32 | words[0];
}

long sc_rt_sigaction(const struct syscall_frame *f)
{
	struct user_sigaction u;
	struct k_sigaction act, old;
	long error;

	if (f->arg[3] != 8)
		return -EINVAL;
	if (f->arg[1]) {
		if (copy_from_user(&u, f->arg[1], sizeof(u)))
			return -EFAULT;
		act = (struct k_sigaction){ u.handler, u.restorer, u.flags, set_of(u.mask) };
	}
	error = set_action((int)f->arg[0], f->arg[1] ? &act : NULL, &old);
	if (error || !f->arg[2])
		return error;
	u = (struct user_sigaction){ (uint32_t)old.handler, old.flags, (uint32_t)old.restorer,
				     { (uint32_t)old.mask, (uint32_t)(old.mask >> 32) } };
	return copy_to_user(f->arg[2], &u, sizeof(u));
}

long sc_sigaction(const struct syscall_frame *f)
{
	struct user_old_sigaction u;
	struct k_sigaction act, old;
	long error;

	if (f->arg[1]) {
		if (copy_from_user(&u, f->arg[1], sizeof(u)))
			return -EFAULT;
		act = (struct k_sigaction){ u.handler, u.restorer, u.flags, u.mask };
	}
	error = set_action((int)f->arg[0], f->arg[1] ? &act : NULL, &old);
	if (error || !f->arg[2])
		return error;
	u = (struct user_old_sigaction){ (uint32_t)old.handler, (uint32_t)old.mask, old.flags,
					 (uint32_t)old.restorer };
	return copy_to_user(f->arg[2], &u, sizeof(u));
}

/* System V's: one shot, and not blocked meanwhile. */
long sc_signal(const struct syscall_frame *f)
{
	struct k_sigaction act = { .handler = f->arg[1], .flags = SA_RESETHAND | SA_NODEFER }, old;
	long error = set_action((int)f->arg[0], &act, &old);

	return error ? error : (long)old.handler;
}

/* --- masks ----------------------------------------------------------------------------------------- */

static long change_blocked(int how, uint64_t set)
{
	uint64_t blocked = current->sig.blocked;

	switch (how) {
	case SIG_BLOCK:
		set_blocked(blocked | set);
		return 0;
	case SIG_UNBLOCK:
		set_blocked(blocked & ~set);
		return 0;
	case SIG_SETMASK:
		set_blocked(set);
		return 0;
	}
	return -EINVAL;
}

long sc_rt_sigprocmask(const struct syscall_frame *f)
{
	uint64_t set, old = current->sig.blocked;
	long error = 0;

	if (f->arg[3] != 8)
		return -EINVAL;
	if (f->arg[1]) {
		if (copy_from_user(&set, f->arg[1], sizeof(set)))
			return -EFAULT;
		error = change_blocked((int)f->arg[0], set);
	}
	if (!error && f->arg[2])
		error = copy_to_user(f->arg[2], &old, sizeof(old));
	return error;
}

long sc_sigprocmask(const struct syscall_frame *f)
{
	uint64_t old = current->sig.blocked, high = old & ~(uint64_t)0xFFFFFFFF;
	uint32_t set;
	long error = 0;

	if (f->arg[1]) {
		if (get_user_u32(&set, f->arg[1]))
			return -EFAULT;
		error = change_blocked((int)f->arg[0],
				       f->arg[0] == SIG_SETMASK ? high | set : set);
	}
	if (!error && f->arg[2])
		error = put_user_u32(f->arg[2], (uint32_t)old);
	return error;
}

long sc_sgetmask(const struct syscall_frame *f)
{
	(void)f;
	return (long)(uint32_t)current->sig.blocked;
}

long sc_ssetmask(const struct syscall_frame *f)
{
	uint32_t old = (uint32_t)current->sig.blocked;

	set_blocked((uint32_t)f->arg[0]);
	return (long)old;
}

static uint64_t pending_and_blocked(void)
{
	uint64_t set;

	spin_lock_irq(&current->sig.lock);
	set = current->sig.pending & current->sig.blocked;
	spin_unlock_irq(&current->sig.lock);
	return set;
}

long sc_sigpending(const struct syscall_frame *f)
{
	return put_user_u32(f->arg[0], (uint32_t)pending_and_blocked());
}

long sc_rt_sigpending(const struct syscall_frame *f)
{
	uint64_t set = pending_and_blocked();

	if (f->arg[1] > sizeof(set))
		return -EINVAL;
	return copy_to_user(f->arg[0], &set, f->arg[1]);
}

/* --- waiting for signals ----------------------------------------------------------------------------- */

static long sleep_until_signal(void)
{
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending(current))
			break;
		wait_set(WAIT_EVENT, NULL, wait_here());
		schedule();
	}
	set_current_state(TASK_RUNNING);
	wait_clear();
	return -ERESTARTNOHAND;
}

long sc_pause(const struct syscall_frame *f)
{
	(void)f;
	return sleep_until_signal();
}

/* The old mask comes back on the way to user mode, behind the handler's frame. */
static long suspend_with(uint64_t set)
{
	current->sig.saved_blocked = current->sig.blocked;
	current->sig.restore_blocked = true;
	set_blocked(set);
	return sleep_until_signal();
}

/* The mask is the third argument; the first two are history. */
long sc_sigsuspend(const struct syscall_frame *f)
{
	return suspend_with((uint32_t)f->arg[2]);
}

long sc_rt_sigsuspend(const struct syscall_frame *f)
{
	uint64_t set;

	if (f->arg[1] != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, f->arg[0], sizeof(set)))
		return -EFAULT;
	return suspend_with(set);
}

/* Wait for one of @set at most @ticks: its number, -EAGAIN, or -EINTR for another one. The set
 * is unblocked meanwhile, so that its signals wake us; all but them are delivered as usual. */
static long wait_for_signal(uint64_t set, long ticks, struct ksiginfo *info)
{
	uint64_t blocked = current->sig.blocked;
	int signo = dequeue_signal(set, info);

	if (signo || ticks == 0)
		return signo ? signo : -EAGAIN;
	set_blocked(blocked & ~set);
	set_current_state(TASK_INTERRUPTIBLE);
	if (signal_pending(current))
		set_current_state(TASK_RUNNING);
	else
		ticks = schedule_timeout(ticks);
	set_current_state(TASK_RUNNING);
	wait_clear();
	signo = dequeue_signal(set, info);
	set_blocked(blocked);
	if (signo)
		return signo;
	return ticks ? -EINTR : -EAGAIN;
}

static int timeout_ticks(unsigned long utime, long *ticks)
{
	uint32_t ts[2];

	*ticks = MAX_SCHEDULE_TIMEOUT;
	if (!utime)
		return 0;
	if (copy_from_user(ts, utime, sizeof(ts)))
		return -EFAULT;
	if (ts[1] >= 1000000000u || (int32_t)ts[0] < 0)
		return -EINVAL;
	*ticks = (long)min(ts[0], 10000000u) * HZ + (long)((ts[1] + 9999999u) / 10000000u);
	if (*ticks)
		++*ticks; /* the running tick has partly passed */
	return 0;
}

long sc_rt_sigtimedwait(const struct syscall_frame *f)
{
	struct ksiginfo info;
	uint32_t out[32] = { 0 };
	uint64_t set;
	long ticks, signo;

	if (f->arg[3] != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, f->arg[0], sizeof(set)))
		return -EFAULT;
	signo = timeout_ticks(f->arg[2], &ticks);
	if (signo)
		return signo;
	signo = wait_for_signal(set & ~SIG_UNBLOCKABLE, ticks, &info);
	if (signo < 0 || !f->arg[1])
		return signo;
	out[0] = (uint32_t)info.signo;
	out[2] = (uint32_t)info.code;
	memcpy(out + 3, info.field, sizeof(info.field));
	return copy_to_user(f->arg[1], out, sizeof(out)) ? -EFAULT : signo;
}

/* --- the alternative stack ----------------------------------------------------------------------------- */

#define SS_ONSTACK  1u
#define SS_DISABLE  2u
#define MINSIGSTKSZ 2048u

static bool on_altstack(const struct syscall_frame *f)
{
	return arch_user_sp(f->regs) - current->sig.altstack < current->sig.altstack_size;
}

static long set_altstack(const uint32_t stack[3], bool in_use)
{
	if (in_use)
		return -EPERM;
	if (stack[1] == SS_DISABLE) {
		current->sig.altstack = current->sig.altstack_size = 0;
		return 0;
	}
	if (stack[1] & ~SS_ONSTACK)
		return -EINVAL;
	if (stack[2] < MINSIGSTKSZ)
		return -ENOMEM;
	current->sig.altstack = stack[0];
	current->sig.altstack_size = stack[2];
	return 0;
}

long sc_sigaltstack(const struct syscall_frame *f)
{
	uint32_t stack[3] = { 0 }, old[3];
	long error = 0;

	old[0] = (uint32_t)current->sig.altstack;
	old[1] = !current->sig.altstack_size ? SS_DISABLE : on_altstack(f) ? SS_ONSTACK : 0;
	old[2] = (uint32_t)current->sig.altstack_size;
	if (f->arg[0]) {
		if (copy_from_user(stack, f->arg[0], sizeof(stack)))
			return -EFAULT;
		error = set_altstack(stack, on_altstack(f));
	}
	if (!error && f->arg[1])
		error = copy_to_user(f->arg[1], old, sizeof(old));
	return error;
}

/* --- back from a handler --------------------------------------------------------------------------------- */

static long leave_handler(const struct syscall_frame *f, bool rt)
{
	uint32_t stack[3];
	uint64_t blocked;
	long result;

	if (arch_signal_leave(f->regs, rt, &blocked, stack, &result)) {
		force_signal(current, SIGSEGV);
		return 0;
	}
	set_blocked(blocked);
	if (rt)
		set_altstack(stack, false); /* a stack that is no good changes nothing */
	return result;
}

long sc_sigreturn(const struct syscall_frame *f)
{
	return leave_handler(f, false);
}

long sc_rt_sigreturn(const struct syscall_frame *f)
{
	return leave_handler(f, true);
}
