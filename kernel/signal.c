/*
 * kernel/signal.c - sending signals, and what a task inherits of them. Contracts in the header.
 *
 * A sender marks the signal under the receiver's sig.lock and wakes it afterwards; the receiver sets
 * its state before it looks at pending_signals. Both are sequentially consistent, so either the
 * sleeper sees the signal or the sender sees the sleeper.
 */
#include "kernel/signal.h"

#include "kernel/errno.h"
#include "kernel/fork.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/string.h"
#include "mm/slab.h"

#define PENDING_OTHERS 0x80000000u

const char *signal_name(int signo)
{
	static const char *const names[] = {
		[SIGHUP] = "SIGHUP",   [SIGINT] = "SIGINT",   [SIGQUIT] = "SIGQUIT",
		[SIGILL] = "SIGILL",   [SIGTRAP] = "SIGTRAP", [SIGABRT] = "SIGABRT",
		[SIGBUS] = "SIGBUS",   [SIGFPE] = "SIGFPE",   [SIGKILL] = "SIGKILL",
		[SIGUSR1] = "SIGUSR1", [SIGSEGV] = "SIGSEGV", [SIGUSR2] = "SIGUSR2",
		[SIGPIPE] = "SIGPIPE", [SIGALRM] = "SIGALRM", [SIGTERM] = "SIGTERM",
		[SIGCHLD] = "SIGCHLD", [SIGCONT] = "SIGCONT", [SIGSTOP] = "SIGSTOP",
		[SIGTSTP] = "SIGTSTP", [SIGTTIN] = "SIGTTIN", [SIGTTOU] = "SIGTTOU",
	};

	return signo > 0 && signo < (int)ARRAY_SIZE(names) && names[signo] ? names[signo]
									   : "signal";
}

/* --- what a signal would do ---------------------------------------------------------------------- */

static bool ignored_by_default(int signo)
{
	return signo == SIGCHLD || signo == SIGCONT || signo == SIGURG || signo == SIGWINCH;
}

/* sig.lock held, or @t is the caller: its table stays. */
static unsigned long handler_of(const struct task_struct *t, int signo)
{
	const struct sighand *hand = t->sig.hand;

	return hand ? __atomic_load_n(&hand->action[signo - 1].handler, __ATOMIC_RELAXED) : SIG_DFL;
}

static bool is_ignored(const struct task_struct *t, int signo)
{
	unsigned long handler = handler_of(t, signo);

	return handler == SIG_IGN || (handler == SIG_DFL && ignored_by_default(signo));
}

bool signal_is_ignored(struct task_struct *t, int signo)
{
	unsigned long flags = spin_lock_irqsave(&t->sig.lock);
	bool ignored = is_ignored(t, signo);

	spin_unlock_irqrestore(&t->sig.lock, flags);
	return ignored;
}

bool signal_is_shut_out(struct task_struct *t, int signo)
{
	return (t->sig.blocked & sig_bit(signo)) || signal_is_ignored(t, signo);
}

void recalc_pending(struct task_struct *t)
{
	uint64_t ready = t->sig.pending & ~t->sig.blocked;
	uint32_t word = (uint32_t)ready & ~PENDING_OTHERS;

	lock_assert_held(&t->sig.lock.info);
	if (ready >> 31 || t->sig.reap)
		word |= PENDING_OTHERS;
	__atomic_store_n(&t->pending_signals, word, __ATOMIC_SEQ_CST);
}

bool fatal_signal_pending(struct task_struct *t)
{
	uint32_t pending = __atomic_load_n(&t->pending_signals, __ATOMIC_RELAXED);

	return pending & (uint32_t)sig_bit(SIGKILL);
}

/* --- sending (sig.lock held) --------------------------------------------------------------------- */

static void keep_info(struct task_struct *t, const struct ksiginfo *info)
{
	unsigned i;

	for (i = 0; i < SIG_INFOS; i++)
		if (!t->sig.info[i].signo) {
			t->sig.info[i] = *info;
			return;
		}
}

static void forget(struct task_struct *t, uint64_t set)
{
	unsigned i;

	t->sig.pending &= ~set;
	for (i = 0; i < SIG_INFOS; i++)
		if (t->sig.info[i].signo && (set & sig_bit(t->sig.info[i].signo)))
			t->sig.info[i].signo = 0;
}

/* Stopping and going on take each other back, whether or not they are ignored or blocked. True: @t
 * is stopped and has to go on. */
static bool settle_stop(struct task_struct *t, int signo)
{
	bool was_stopped = false;

	if (sig_bit(signo) & SIG_STOPPERS)
		forget(t, sig_bit(SIGCONT));
	if (signo == SIGCONT || signo == SIGKILL) {
		was_stopped = t->sig.stopped != 0;
		t->sig.stopped = 0;
		t->sig.stop_taken = false;
	}
	if (signo == SIGCONT)
		forget(t, SIG_STOPPERS);
	return was_stopped;
}

/* Init ends by its own hand only, by faults, or by what it handles. */
static bool shields_init(const struct task_struct *t, int signo)
{
	return t == init_process && t != current && handler_of(t, signo) == SIG_DFL;
}

static void mark_pending(struct task_struct *t, const struct ksiginfo *info)
{
	uint64_t bit = sig_bit(info->signo);

	if (!(t->sig.pending & bit)) {
		t->sig.pending |= bit;
		keep_info(t, info);
	}
	recalc_pending(t);
}

/* --- sending ------------------------------------------------------------------------------------- */

/* Make @t notice: wake it from an interruptible sleep, or bring it out of user mode. */
static void signal_wake_up(struct task_struct *t, bool stopped)
{
	t->need_resched = true;
	if (stopped || t->state == TASK_INTERRUPTIBLE)
		wake_up_process(t);
	else if (t->on_cpu && t != current)
		arch_send_reschedule(t->cpu);
}

static bool gets_signals(const struct task_struct *t)
{
	return !(t->flags & (PF_KTHREAD | PF_EXITING)) && t->state != TASK_ZOMBIE;
}

void send_signal_info(struct task_struct *t, const struct ksiginfo *info)
{
	unsigned long flags;
	bool stopped, blocked;

	if (!gets_signals(t))
		return;
	flags = spin_lock_irqsave(&t->sig.lock);
	stopped = settle_stop(t, info->signo);
	blocked = t->sig.blocked & sig_bit(info->signo);
	/* What is blocked and ignored may have a handler by the time it is unblocked. */
	if (!shields_init(t, info->signo) && (blocked || !is_ignored(t, info->signo)))
		mark_pending(t, info);
	spin_unlock_irqrestore(&t->sig.lock, flags);
	if (stopped || signal_pending(t))
		signal_wake_up(t, stopped);
}

void send_signal(struct task_struct *t, int signo)
{
	struct ksiginfo info = { .signo = signo, .code = SI_KERNEL };

	send_signal_info(t, &info);
}

/* Only the table's owner forces: a task on itself, or whoever ends it by SIGKILL. */
static void make_unrefusable(struct task_struct *t, int signo)
{
	struct sighand *hand = t->sig.hand;
	uint64_t bit = sig_bit(signo);
	bool shut = t->sig.blocked & bit;

	t->sig.blocked &= ~bit;
	if (hand && (shut || hand->action[signo - 1].handler == SIG_IGN))
		__atomic_store_n(&hand->action[signo - 1].handler, SIG_DFL, __ATOMIC_RELAXED);
}

void force_signal_info(struct task_struct *t, const struct ksiginfo *info)
{
	unsigned long flags;
	bool stopped;

	if (!gets_signals(t))
		return;
	flags = spin_lock_irqsave(&t->sig.lock);
	stopped = settle_stop(t, info->signo);
	make_unrefusable(t, info->signo);
	mark_pending(t, info);
	spin_unlock_irqrestore(&t->sig.lock, flags);
	signal_wake_up(t, stopped);
}

void force_signal(struct task_struct *t, int signo)
{
	struct ksiginfo info = { .signo = signo, .code = SI_KERNEL };

	force_signal_info(t, &info);
}

void user_trap(struct pt_regs *regs, int signo, int code, unsigned long addr)
{
	struct ksiginfo info = { .signo = signo, .code = code, .field = { (uint32_t)addr } };

	/* Said only when nobody handles it. */
	if (handler_of(current, signo) <= SIG_IGN || (current->sig.blocked & sig_bit(signo)))
		printk("%s (pid %d): %s at %08lx, stack %08lx\n", current->comm, current->pid,
		       signal_name(signo), arch_user_pc(regs), arch_user_sp(regs));
	force_signal_info(current, &info);
}

/* --- telling the parent -------------------------------------------------------------------------- */

static uint32_t action_flags(struct task_struct *t, int signo)
{
	unsigned long flags = spin_lock_irqsave(&t->sig.lock);
	uint32_t value = t->sig.hand ? t->sig.hand->action[signo - 1].flags : 0;

	spin_unlock_irqrestore(&t->sig.lock, flags);
	return value;
}

static void tell_parent(struct task_struct *t, int signo, int code, int status)
{
	struct ksiginfo info = {
		.signo = signo,
		.code = code,
		.field = { (uint32_t)t->pid, 0, (uint32_t)status, t->utime, t->stime },
	};

	send_signal_info(t->parent, &info);
}

/* The parent frees its silent zombies itself, as it did in 1999, when it is next on its way to user
 * mode (or in wait4). */
static void make_parent_reap(struct task_struct *parent)
{
	unsigned long flags = spin_lock_irqsave(&parent->sig.lock);

	parent->sig.reap = true;
	recalc_pending(parent);
	spin_unlock_irqrestore(&parent->sig.lock, flags);
	signal_wake_up(parent, false);
}

void signal_child_ended(struct task_struct *t)
{
	struct task_struct *parent = t->parent;
	int code = t->exit_code;

	lock_assert_held(&tasklist_lock.info);
	if (!gets_signals(parent) || !parent->sig.hand)
		return; /* about to leave its children to init */
	if (t->exit_signal == SIGCHLD && ((action_flags(parent, SIGCHLD) & SA_NOCLDWAIT) ||
					  handler_of(parent, SIGCHLD) == SIG_IGN)) {
		t->auto_reap = true;
		make_parent_reap(parent);
	}
	if (t->exit_signal)
		tell_parent(t, t->exit_signal, code & 0x7F ? CLD_KILLED : CLD_EXITED,
			    code & 0x7F ? code & 0x7F : code >> 8);
}

void signal_child_changed(struct task_struct *t, int code, int status)
{
	lock_assert_held(&tasklist_lock.info);
	if (t->parent && !(action_flags(t->parent, SIGCHLD) & SA_NOCLDSTOP))
		tell_parent(t, SIGCHLD, code, status);
}

/* --- tables ---------------------------------------------------------------------------------------- */

void signals_init(struct task_struct *t)
{
	spin_lock_init(&t->sig.lock, LC_SIGNAL, NULL);
	init_timer(&t->sig.real_timer);
}

/* A table with one owner: a copy of @from, or all defaults. */
static struct sighand *new_table(struct sighand *from)
{
	struct sighand *hand = kzalloc(sizeof(*hand), GFP_KERNEL);

	if (!hand)
		return NULL;
	hand->count = 1;
	spin_lock_init(&hand->lock, LC_SIGNAL, "actions");
	if (from) {
		spin_lock(&from->lock);
		memcpy(hand->action, from->action, sizeof(hand->action));
		spin_unlock(&from->lock);
	}
	return hand;
}

static void put_table(struct sighand *hand)
{
	if (hand && __atomic_sub_fetch(&hand->count, 1, __ATOMIC_ACQ_REL) == 0)
		kfree(hand);
}

/* Change @t's table; the old one is given up. */
static void use_table(struct task_struct *t, struct sighand *hand)
{
	unsigned long flags = spin_lock_irqsave(&t->sig.lock);
	struct sighand *old = t->sig.hand;

	t->sig.hand = hand;
	spin_unlock_irqrestore(&t->sig.lock, flags);
	put_table(old);
}

int signals_first(struct task_struct *t)
{
	t->sig.hand = new_table(NULL);
	return t->sig.hand ? 0 : -ENOMEM;
}

int signals_inherit(struct task_struct *child, unsigned clone_flags)
{
	struct sighand *mine = current->sig.hand;

	child->sig.blocked = current->sig.blocked;
	if (!(clone_flags & CLONE_VM) || (clone_flags & CLONE_VFORK)) {
		child->sig.altstack = current->sig.altstack;
		child->sig.altstack_size = current->sig.altstack_size;
	}
	if (mine && (clone_flags & CLONE_SIGHAND)) {
		__atomic_fetch_add(&mine->count, 1, __ATOMIC_ACQ_REL);
		child->sig.hand = mine;
	} else {
		child->sig.hand = new_table(mine);
	}
	return child->sig.hand ? 0 : -ENOMEM;
}

void signals_exit(struct task_struct *t)
{
	t->sig.real_period = 0;
	/* Its function may have seen the old period and started it once more. */
	del_timer_sync(&t->sig.real_timer);
	del_timer_sync(&t->sig.real_timer);
	use_table(t, NULL);
}

int signals_unshare(void)
{
	struct sighand *mine = current->sig.hand, *hand;

	if (mine && __atomic_load_n(&mine->count, __ATOMIC_ACQUIRE) == 1)
		return 0;
	hand = new_table(mine);
	if (!hand)
		return -ENOMEM;
	use_table(current, hand);
	return 0;
}

void signals_exec(void)
{
	struct sighand *hand = current->sig.hand;
	int i;

	spin_lock(&hand->lock);
	for (i = 0; i < NSIG; i++) {
		unsigned long handler = hand->action[i].handler;

		memset(&hand->action[i], 0, sizeof(hand->action[i]));
		hand->action[i].handler = handler == SIG_IGN ? SIG_IGN : SIG_DFL;
	}
	spin_unlock(&hand->lock);
	current->sig.altstack = current->sig.altstack_size = 0;
	current->sig.restore_blocked = false;
	current->sig.restart.kind = RESTART_NONE;
	current->exit_signal = SIGCHLD;
	current->did_exec = true;
}
