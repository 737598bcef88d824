/*
 * tests/programs/libc/signals.c - signals, with Linux's numbers (abi.h).
 *
 * newlib's sigset_t has signal n in bit n, the kernel's in bit n - 1; how= differs as well.
 */
#include "syscalls.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#define SA_RESTORER 0x04000000ul

/* struct sigaction of rt_sigaction on i386 */
struct linux_sigaction {
	_sig_func_ptr handler;
	unsigned long flags;
	void (*restorer)(void);
	uint32_t mask[2];
};

static void set_to_linux(uint32_t to[2], sigset_t set)
{
	to[0] = (uint32_t)set >> 1;
	to[1] = 0;
}

static sigset_t set_from_linux(const uint32_t from[2])
{
	return (sigset_t)(from[0] << 1);
}

int sigaction(int signo, const struct sigaction *new, struct sigaction *old)
{
	struct linux_sigaction to, from;

	if (new) {
		to.handler = new->sa_handler;
		to.flags = (unsigned long)(unsigned)new->sa_flags | SA_RESTORER;
		to.restorer = new->sa_flags & SA_SIGINFO ? linux_rt_sigreturn : linux_sigreturn;
		set_to_linux(to.mask, new->sa_mask);
	}
	if (call(SYS_rt_sigaction, signo, new ? &to : NULL, old ? &from : NULL, 8) < 0)
		return -1;
	if (old) {
		old->sa_handler = from.handler;
		old->sa_flags = (int)(from.flags & ~SA_RESTORER);
		old->sa_mask = set_from_linux(from.mask);
	}
	return 0;
}

_sig_func_ptr signal(int signo, _sig_func_ptr handler)
{
	struct sigaction new = { .sa_handler = handler, .sa_flags = (int)SA_RESTART }, old;

	return sigaction(signo, &new, &old) ? SIG_ERR : old.sa_handler;
}

int sigprocmask(int how, const sigset_t *new, sigset_t *old)
{
	uint32_t to[2], from[2];
	int linux_how = how == SIG_BLOCK ? 0 : how == SIG_UNBLOCK ? 1 : how == SIG_SETMASK ? 2 : -1;

	if (new)
		set_to_linux(to, *new);
	if (call(SYS_rt_sigprocmask, linux_how, new ? to : NULL, old ? from : NULL, 8) < 0)
		return -1;
	if (old)
		*old = set_from_linux(from);
	return 0;
}

int sigpending(sigset_t *set)
{
	uint32_t from[2];

	if (call(SYS_rt_sigpending, from, 8) < 0)
		return -1;
	*set = set_from_linux(from);
	return 0;
}

int sigsuspend(const sigset_t *set)
{
	uint32_t to[2];

	set_to_linux(to, *set);
	return call(SYS_rt_sigsuspend, to, 8);
}

int kill(pid_t pid, int signo)
{
	return call(SYS_kill, pid, signo);
}

int killpg(pid_t group, int signo)
{
	return kill(-group, signo);
}

int raise(int signo)
{
	return kill(getpid(), signo);
}

unsigned alarm(unsigned seconds)
{
	return (unsigned)call(SYS_alarm, seconds);
}

int pause(void)
{
	return call(SYS_pause);
}
