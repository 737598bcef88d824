/*
 * tests/programs/sig.h - Linux/i386's numbers and structures of signals, pipes, groups and waiting,
 * for the programs that test them.
 */
#ifndef TESTS_PROGRAMS_SIG_H
#define TESTS_PROGRAMS_SIG_H

#include "lib.h"

#define SYS_alarm	 27
#define SYS_pause	 29
#define SYS_pipe	 42
#define SYS_times	 43
#define SYS_signal	 48
#define SYS_ioctl	 54
#define SYS_setpgid	 57
#define SYS_getpgrp	 65
#define SYS_setsid	 66
#define SYS_sigaction	 67
#define SYS_sigsuspend	 72
#define SYS_sigpending	 73
#define SYS_setrlimit	 75
#define SYS_getrusage	 77
#define SYS_setitimer	 104
#define SYS_getitimer	 105
#define SYS_sigreturn	 119
#define SYS_sigprocmask	 126
#define SYS_getpgid	 132
#define SYS_newselect	 142
#define SYS_getsid	 147
#define SYS_poll	 168
#define SYS_rt_sigreturn 173
#define SYS_rt_sigpending 176
#define SYS_rt_sigtimedwait 177
#define SYS_rt_sigsuspend 179
#define SYS_sigaltstack	 186
#define SYS_ugetrlimit	 191
#define SYS_gettid	 224
#define SYS_tkill	 238
#define SYS_tgkill	 270
#define SYS_pipe2	 331

#define EPIPE 32

#define SIGHUP	1
#define SIGINT	2
#define SIGUSR1 10
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGCONT 18
#define SIGSTOP 19
#define SIGTSTP 20
#define SIGTTIN 21

#define SIG_DFL ((void *)0)
#define SIG_IGN ((void *)1)
#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_NOCLDSTOP 0x00000001u
#define SA_NOCLDWAIT 0x00000002u
#define SA_SIGINFO   0x00000004u
#define SA_RESTORER  0x04000000u
#define SA_ONSTACK   0x08000000u
#define SA_RESTART   0x10000000u
#define SA_NODEFER   0x40000000u
#define SA_RESETHAND 0x80000000u

#define SI_USER	      0
#define SI_TKILL      (-6)
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_STOPPED   5
#define CLD_CONTINUED 6
#define SEGV_MAPERR   1
#define SEGV_ACCERR   2
#define FPE_INTDIV    1

#define WUNTRACED  2
#define WCONTINUED 8
#define CLONE_SIGHAND 0x800u

#define O_NONBLOCK 04000
#define O_CLOEXEC  02000000
#define F_SETFL	   4
#define FIONREAD   0x541B

struct sigact {
	void *handler;
	uint32_t flags;
	void *restorer;
	uint32_t mask[2];
};

struct old_sigact {
	void *handler;
	uint32_t mask, flags;
	void *restorer;
};

struct siginfo {
	int signo, error, code;
	uint32_t field[29]; /* pid, uid, status; or the address */
};

struct sigctx {
	uint32_t gs, fs, es, ds;
	uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
	uint32_t trapno, err, eip, cs, eflags, esp_at_signal, ss, fpstate, oldmask, cr2;
};

struct uctx {
	uint32_t flags, link, stack_at, stack_flags, stack_size;
	struct sigctx mc;
	uint32_t sigmask[2];
};

/* The bit of a signal in the lower word of a set. */
#define BIT(signo) (1u << ((signo)-1))

/* rt_sigaction without a restorer; 0 or -errno. */
static inline long handle_flags(int signo, void *handler, uint32_t flags, uint32_t mask)
{
	struct sigact act = { handler, flags, 0, { mask, 0 } };

	return sys(SYS_rt_sigaction, signo, &act, 0, 8);
}

static inline long set_mask(int how, uint32_t set)
{
	uint32_t both[2] = { set, 0 };

	return sys(SYS_rt_sigprocmask, how, both, 0, 8);
}

static inline uint32_t get_mask(void)
{
	uint32_t both[2] = { 0, 0 };

	sys(SYS_rt_sigprocmask, SIG_BLOCK, 0, both, 8);
	return both[0];
}

static inline long raise(int signo)
{
	return sys(SYS_kill, sys(SYS_getpid), signo);
}

#endif
