/*
 * kernel/signal_groups.c - kill, process groups and sessions.
 *
 * A group or session is nothing but a number that tasks carry: the pid of the task that began it.
 * tasklist_lock guards the numbers.
 */
#include "kernel/errno.h"
#include "kernel/fork.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"

/* --- kill -------------------------------------------------------------------------------------------- */

static bool is_program(const struct task_struct *t)
{
	return !(t->flags & PF_KTHREAD);
}

static void send_if_any(struct task_struct *t, const struct ksiginfo *info)
{
	if (info->signo)
		send_signal_info(t, info);
}

int kill_pgrp_locked(int pgrp, const struct ksiginfo *info)
{
	struct task_struct *t;
	int result = -ESRCH;

	lock_assert_held(&tasklist_lock.info);
	for_each_task(t) {
		if (!is_program(t) || t->pgrp != pgrp)
			continue;
		result = 0;
		send_if_any(t, info);
	}
	return result;
}

int kill_pgrp(int pgrp, const struct ksiginfo *info)
{
	int result;

	spin_lock(&tasklist_lock);
	result = pgrp > 0 ? kill_pgrp_locked(pgrp, info) : -ESRCH;
	spin_unlock(&tasklist_lock);
	return result;
}

/* kill(-1): all but init and the caller. */
static int kill_all(const struct ksiginfo *info)
{
	struct task_struct *t;
	int result = -ESRCH;

	for_each_task(t) {
		if (!is_program(t) || t == current || t == init_process)
			continue;
		result = 0;
		send_if_any(t, info);
	}
	return result;
}

static int kill_one(int pid, const struct ksiginfo *info)
{
	struct task_struct *t = find_task_by_pid(pid);

	if (!t)
		return -ESRCH;
	if (!is_program(t))
		return -EPERM;
	send_if_any(t, info);
	return 0;
}

long do_kill(int pid, int signo)
{
	struct ksiginfo info = { .signo = signo, .code = SI_USER };
	long result;

	if (signo < 0 || signo > NSIG)
		return -EINVAL;
	info.field[0] = (uint32_t)current->pid;
	spin_lock(&tasklist_lock);
	if (pid > 0)
		result = kill_one(pid, &info);
	else if (pid == -1)
		result = kill_all(&info);
	else
		result = kill_pgrp_locked(pid ? -pid : current->pgrp, &info);
	spin_unlock(&tasklist_lock);
	return result;
}

/* Every task is the only one of its thread group. */
long do_tkill(int tgid, int pid, int signo)
{
	struct ksiginfo info = { .signo = signo, .code = SI_TKILL };
	long result;

	if (signo < 0 || signo > NSIG || pid <= 0 || tgid < 0)
		return -EINVAL;
	if (tgid && tgid != pid)
		return -ESRCH;
	info.field[0] = (uint32_t)current->pid;
	spin_lock(&tasklist_lock);
	result = kill_one(pid, &info);
	spin_unlock(&tasklist_lock);
	return result;
}

long sc_kill(const struct syscall_frame *f)
{
	return do_kill((int)f->arg[0], (int)f->arg[1]);
}

long sc_tkill(const struct syscall_frame *f)
{
	return do_tkill(0, (int)f->arg[0], (int)f->arg[1]);
}

long sc_tgkill(const struct syscall_frame *f)
{
	int tgid = (int)f->arg[0];

	return tgid <= 0 ? -EINVAL : do_tkill(tgid, (int)f->arg[1], (int)f->arg[2]);
}

/* --- orphaned groups --------------------------------------------------------------------------------- */

bool is_orphaned_pgrp(int pgrp, const struct task_struct *leaving)
{
	struct task_struct *t;

	lock_assert_held(&tasklist_lock.info);
	for_each_task(t) {
		const struct task_struct *parent = t->parent;

		if (t == leaving || t->pgrp != pgrp || t->state == TASK_ZOMBIE || !parent ||
		    parent == init_process)
			continue;
		if (parent->pgrp != pgrp && parent->session == t->session)
			return false;
	}
	return true;
}

static bool has_stopped_members(int pgrp)
{
	struct task_struct *t;

	for_each_task(t)
		if (t->pgrp == pgrp && __atomic_load_n(&t->sig.stopped, __ATOMIC_SEQ_CST))
			return true;
	return false;
}

void hang_up_orphans(const struct task_struct *member, const struct task_struct *holder)
{
	static const struct ksiginfo hup = { .signo = SIGHUP, .code = SI_KERNEL };
	static const struct ksiginfo cont = { .signo = SIGCONT, .code = SI_KERNEL };
	int pgrp = member->pgrp;

	/* Only a group that @holder held up: another group of the same session. */
	if (!holder || holder->pgrp == pgrp || holder->session != member->session)
		return;
	if (!is_orphaned_pgrp(pgrp, holder == member->parent ? member : NULL) ||
	    !has_stopped_members(pgrp))
		return;
	kill_pgrp_locked(pgrp, &hup);
	kill_pgrp_locked(pgrp, &cont);
}

/* --- groups ------------------------------------------------------------------------------------------ */

/* The caller or a child of its; NULL = neither. tasklist_lock held. */
static struct task_struct *self_or_child(int pid)
{
	struct task_struct *t = pid ? find_task_by_pid(pid) : current;

	return t && (t == current || t->parent == current) && t->state != TASK_ZOMBIE ? t : NULL;
}

static bool pgrp_in_session(int pgrp, int session)
{
	struct task_struct *t;

	for_each_task(t)
		if (t->pgrp == pgrp && t->session == session)
			return true;
	return false;
}

static long move_to_group(int pid, int pgrp)
{
	struct task_struct *t = self_or_child(pid);

	if (!t)
		return -ESRCH;
	if (!pgrp)
		pgrp = t->pid;
	if (t != current && t->session != current->session)
		return -EPERM;
	if (t != current && t->did_exec)
		return -EACCES;
	if (t->session == t->pid) /* its leader */
		return -EPERM;
	if (pgrp != t->pid && !pgrp_in_session(pgrp, current->session))
		return -EPERM;
	t->pgrp = pgrp;
	return 0;
}

long sc_setpgid(const struct syscall_frame *f)
{
	int pid = (int)f->arg[0], pgrp = (int)f->arg[1];
	long result;

	if (pgrp < 0)
		return -EINVAL;
	if (pid < 0)
		return -ESRCH;
	spin_lock(&tasklist_lock);
	result = move_to_group(pid, pgrp);
	spin_unlock(&tasklist_lock);
	return result;
}

static long group_of(int pid, bool session)
{
	struct task_struct *t;
	long result = -ESRCH;

	spin_lock(&tasklist_lock);
	t = pid ? find_task_by_pid(pid) : current;
	if (t)
		result = session ? t->session : t->pgrp;
	spin_unlock(&tasklist_lock);
	return result;
}

long sc_getpgid(const struct syscall_frame *f)
{
	return group_of((int)f->arg[0], false);
}

long sc_getpgrp(const struct syscall_frame *f)
{
	(void)f;
	return current->pgrp;
}

long sc_getsid(const struct syscall_frame *f)
{
	return group_of((int)f->arg[0], true);
}

/* A session and a group of one's own, without a terminal; not for who leads a group already. */
long sc_setsid(const struct syscall_frame *f)
{
	struct task_struct *t;
	long result = current->pid;

	(void)f;
	spin_lock(&tasklist_lock);
	for_each_task(t)
		if (t->pgrp == current->pid)
			result = -EPERM;
	if (result > 0)
		current->session = current->pgrp = current->pid;
	spin_unlock(&tasklist_lock);
	return result;
}
