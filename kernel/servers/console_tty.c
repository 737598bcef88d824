/*
 * kernel/servers/console_tty.c - the console as a controlling terminal. Contracts in the header.
 *
 * There is one terminal, so a task's controlling terminal needs no record of its own: it is the
 * console if the task's session is the console's, and none otherwise.
 */
#include "kernel/servers/console_tty.h"

#include "kernel/errno.h"
#include "kernel/sched.h"
#include "kernel/servers/console.h"
#include "kernel/signal.h"
#include "kernel/uaccess.h"

#define INIT_SESSION 1 /* init's pid; also its group */

/* protected by tasklist_lock; read without it where a moment's error is harmless */
static volatile int session = INIT_SESSION, foreground = INIT_SESSION;
static volatile bool tostop;
static uint16_t window[4] = { 25, 80, 0, 0 }; /* rows, columns, and both in pixels */

void terminal_signal(int signo)
{
	struct ksiginfo info = { .signo = signo, .code = SI_KERNEL };

	kill_pgrp(foreground, &info);
}

void terminal_set_tostop(bool on)
{
	tostop = on;
}

/* --- the background -------------------------------------------------------------------------- */

static bool in_background(void)
{
	return current->session == session && current->pgrp != foreground;
}

/* Stop the caller's whole group with @signo: the call is made again when it goes on. */
static long stop_group(int signo)
{
	struct ksiginfo info = { .signo = signo, .code = SI_KERNEL };
	long result = -ERESTARTSYS;

	spin_lock(&tasklist_lock);
	if (is_orphaned_pgrp(current->pgrp, NULL))
		result = -EIO; /* nobody could make it go on */
	else
		kill_pgrp_locked(current->pgrp, &info);
	spin_unlock(&tasklist_lock);
	return result;
}

long terminal_may_read(void)
{
	if (likely(!in_background()))
		return 0;
	return signal_is_shut_out(current, SIGTTIN) ? -EIO : stop_group(SIGTTIN);
}

long terminal_may_change(void)
{
	if (likely(!in_background()) || signal_is_shut_out(current, SIGTTOU))
		return 0;
	return stop_group(SIGTTOU);
}

long terminal_may_write(void)
{
	return tostop ? terminal_may_change() : 0;
}

/* --- sessions -------------------------------------------------------------------------------- */

static bool is_session_leader(void)
{
	return current->session == current->pid;
}

/* tasklist_lock held. */
static void give_to(int to_session, int to_group)
{
	session = to_session;
	foreground = to_group;
}

void terminal_take_if_free(void)
{
	spin_lock(&tasklist_lock);
	if (is_session_leader() && session == INIT_SESSION)
		give_to(current->session, current->pgrp);
	spin_unlock(&tasklist_lock);
}

static void hang_up_locked(void)
{
	static const struct ksiginfo hup = { .signo = SIGHUP, .code = SI_KERNEL };
	static const struct ksiginfo cont = { .signo = SIGCONT, .code = SI_KERNEL };
	int group = foreground;

	give_to(INIT_SESSION, INIT_SESSION);
	kill_pgrp_locked(group, &hup);
	kill_pgrp_locked(group, &cont);
}

void console_session_ends(int ended)
{
	spin_lock(&tasklist_lock);
	if (session == ended && ended != INIT_SESSION)
		hang_up_locked();
	spin_unlock(&tasklist_lock);
}

/* @steal = 1: from another session, too. */
static long take_terminal(unsigned long steal)
{
	long error = 0;

	spin_lock(&tasklist_lock);
	if (!is_session_leader())
		error = -EPERM;
	else if (session != current->session && session != INIT_SESSION && steal != 1)
		error = -EPERM;
	else if (session != current->session)
		give_to(current->session, current->pgrp);
	spin_unlock(&tasklist_lock);
	return error;
}

static long give_up_terminal(void)
{
	if (current->session != session)
		return -ENOTTY;
	if (is_session_leader())
		console_session_ends(current->session);
	return 0;
}

/* --- the foreground -------------------------------------------------------------------------- */

/* tasklist_lock held. */
static bool is_group_of_session(int pgrp)
{
	struct task_struct *t;

	for_each_task(t)
		if (t->pgrp == pgrp && t->session == current->session)
			return true;
	return false;
}

static long set_foreground(unsigned long ugroup)
{
	uint32_t pgrp;
	long error = terminal_may_change();

	if (error)
		return error;
	if (get_user_u32(&pgrp, ugroup))
		return -EFAULT;
	if (current->session != session)
		return -ENOTTY;
	if ((int32_t)pgrp < 0)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	if (is_group_of_session((int)pgrp))
		foreground = (int)pgrp;
	else
		error = -EPERM;
	spin_unlock(&tasklist_lock);
	return error;
}

static long tell_own(unsigned long uvalue, int value)
{
	return current->session == session ? put_user_u32(uvalue, (uint32_t)value) : -ENOTTY;
}

static long set_window(unsigned long usize)
{
	uint16_t size[4];
	bool changed;

	if (copy_from_user(size, usize, sizeof(size)))
		return -EFAULT;
	changed = size[0] != window[0] || size[1] != window[1];
	for (int i = 0; i < 4; i++)
		window[i] = size[i];
	if (changed)
		terminal_signal(SIGWINCH);
	return 0;
}

#define TIOCSCTTY  0x540E
#define TIOCGPGRP  0x540F
#define TIOCSPGRP  0x5410
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define TIOCNOTTY  0x5422
#define TIOCGSID   0x5429

long terminal_ioctl(unsigned cmd, unsigned long arg)
{
	switch (cmd) {
	case TIOCSCTTY:
		return take_terminal(arg);
	case TIOCNOTTY:
		return give_up_terminal();
	case TIOCGPGRP:
		return tell_own(arg, foreground);
	case TIOCSPGRP:
		return set_foreground(arg);
	case TIOCGSID:
		return tell_own(arg, session);
	case TIOCGWINSZ:
		return copy_to_user(arg, window, sizeof(window));
	case TIOCSWINSZ:
		return set_window(arg);
	}
	return -ENOTTY;
}
