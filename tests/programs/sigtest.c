/*
 * tests/programs/sigtest.c - signal handlers: frames, masks, restarts, faults, the alternative stack.
 *
 * The same on Linux (same output, same status). What a frame must not be able to do is in badframe.c.
 */
#include "sig.h"

static volatile int count, last, depth, deepest;
static struct siginfo seen;
static struct uctx seen_context;
static volatile uint32_t seen_mask;
static volatile uintptr_t handler_sp;

static void on_signal(int signo)
{
	count++;
	last = signo;
	seen_mask = get_mask();
	handler_sp = (uintptr_t)__builtin_frame_address(0);
}

static void on_info(int signo, struct siginfo *info, struct uctx *uc)
{
	on_signal(signo);
	memcpy(&seen, info, sizeof(seen));
	memcpy(&seen_context, uc, sizeof(seen_context));
}

static void reset(void)
{
	count = last = depth = deepest = 0;
	seen_mask = 0;
}

/* --- handlers and frames ----------------------------------------------------------------------- */

static void basic(void)
{
	struct sigact old = { 0 };
	struct old_sigact act = { (void *)on_signal, BIT(SIGHUP), SA_NODEFER, 0 }, was;

	reset();
	expect(handle_flags(SIGUSR1, (void *)on_signal, 0, BIT(SIGUSR2)), 0);
	expect(raise(SIGUSR1), 0);
	check(count == 1 && last == SIGUSR1, "%d calls, signal %d", count, last);
	check((seen_mask & (BIT(SIGUSR1) | BIT(SIGUSR2))) == (BIT(SIGUSR1) | BIT(SIGUSR2)));
	check(get_mask() == 0, "%x", get_mask());
	expect(sys(SYS_rt_sigaction, SIGUSR1, 0, &old, 8), 0);
	check(old.handler == (void *)on_signal && old.mask[0] == BIT(SIGUSR2));
	/* the old call */
	expect(sys(SYS_sigaction, SIGUSR2, &act, 0), 0);
	expect(sys(SYS_sigaction, SIGUSR2, 0, &was), 0);
	check(was.handler == (void *)on_signal && was.mask == BIT(SIGHUP));
	expect(raise(SIGUSR2), 0);
	check(count == 2 && last == SIGUSR2);
	check((seen_mask & (BIT(SIGHUP) | BIT(SIGUSR2))) == BIT(SIGHUP), "%x", seen_mask);
	/* errors */
	expect(handle_flags(SIGKILL, (void *)on_signal, 0, 0), -EINVAL);
	expect(handle_flags(SIGSTOP, SIG_IGN, 0, 0), -EINVAL);
	expect(handle_flags(0, SIG_IGN, 0, 0), -EINVAL);
	expect(handle_flags(65, SIG_IGN, 0, 0), -EINVAL);
	expect(sys(SYS_rt_sigaction, SIGUSR1, 8, 0, 8), -EFAULT);
	expect(sys(SYS_rt_sigaction, SIGUSR1, 0, 0, 4), -EINVAL);
	expect(sys(SYS_kill, sys(SYS_getpid), 65), -EINVAL);
	expect(sys(SYS_kill, 32000, SIGUSR1), -ESRCH);
	expect(sys(SYS_kill, sys(SYS_getpid), 0), 0);
}

static int die_by_second(void *arg)
{
	(void)arg;
	raise(SIGUSR1);
	raise(SIGUSR1);
	return count;
}

static void one_shot(void)
{
	int status;

	reset();
	check(sys(SYS_signal, SIGUSR1, SIG_IGN) == (long)on_signal);
	check(sys(SYS_signal, SIGUSR1, on_signal) == (long)SIG_IGN);
	status = in_child(die_by_second, 0);
	check(status == SIGUSR1, "%x", status);
	handle_flags(SIGUSR1, (void *)on_signal, SA_RESETHAND, 0);
	status = in_child(die_by_second, 0);
	check(status == SIGUSR1, "%x", status);
	handle_flags(SIGUSR1, SIG_IGN, 0, 0);
	status = in_child(die_by_second, 0);
	check(status == 0, "%x", status);
}

static void recurse(int signo)
{
	if (++depth > deepest)
		deepest = depth;
	if (++count < 5)
		raise(signo);
	depth--;
}

static void nesting(void)
{
	reset();
	handle_flags(SIGUSR1, (void *)recurse, SA_NODEFER, 0);
	raise(SIGUSR1);
	check(deepest == 5 && count == 5, "%d deep, %d calls", deepest, count);
	reset();
	handle_flags(SIGUSR1, (void *)recurse, 0, 0);
	raise(SIGUSR1); /* each is raised while it is blocked: one after the other */
	check(deepest == 1 && count == 5, "%d deep, %d calls", deepest, count);
}

static void info(void)
{
	long me = sys(SYS_getpid);

	reset();
	handle_flags(SIGUSR1, (void *)on_info, SA_SIGINFO, 0);
	set_mask(SIG_SETMASK, BIT(SIGHUP));
	raise(SIGUSR1);
	set_mask(SIG_SETMASK, 0);
	check(count == 1 && seen.signo == SIGUSR1 && seen.code == SI_USER, "code %d", seen.code);
	check((long)seen.field[0] == me, "pid %d", (int)seen.field[0]);
	check(seen_context.sigmask[0] == BIT(SIGHUP), "%x", seen_context.sigmask[0]);
	expect(sys(SYS_tgkill, me, sys(SYS_gettid), SIGUSR1), 0);
	check(count == 2 && seen.code == SI_TKILL, "code %d", seen.code);
	expect(sys(SYS_tkill, sys(SYS_gettid), SIGUSR1), 0);
	check(count == 3);
	expect(sys(SYS_tgkill, me, 32000, SIGUSR1), -ESRCH);
	expect(sys(SYS_tgkill, 0, me, SIGUSR1), -EINVAL);
}

/* All registers that the handler's frame carries come back, x87 included. */
static void scribble(int signo)
{
	count++;
	last = signo;
	__asm__ volatile("fninit; fldpi; fldpi; fldpi" : : : "memory");
	__asm__ volatile("" : : : "eax", "ecx", "edx", "memory");
}

static void registers(void)
{
	uint32_t a, c, d, si, flags;
	double sum = 0;
	long pid = sys(SYS_getpid);

	reset();
	handle_flags(SIGUSR1, (void *)scribble, 0, 0);
	__asm__ volatile("fld1; fld1; faddp; fld1; faddp" : : : "memory"); /* 3 stays in st(0) */
	__asm__ volatile("stc; int $0x80; pushfl; popl %4"
			 : "=a"(a), "=c"(c), "=d"(d), "=S"(si), "=r"(flags)
			 : "0"(SYS_kill), "b"(pid), "1"(SIGUSR1), "2"(0x12345678), "3"(0x9abcdef0)
			 : "memory");
	__asm__ volatile("fstpl %0" : "=m"(sum));
	check(count == 1);
	check(a == 0 && c == SIGUSR1 && d == 0x12345678 && si == 0x9abcdef0, "%x %x %x %x", a, c, d, si);
	check(flags & 1, "carry is lost: %x", flags);
	check(sum == 3.0, "the x87 was not kept");
}

/* --- masks ------------------------------------------------------------------------------------- */

static void masks(void)
{
	uint32_t set[2] = { 0, 0 }, old = 0, one = BIT(SIGUSR2);

	reset();
	handle_flags(SIGUSR1, (void *)on_signal, 0, 0);
	handle_flags(SIGUSR2, (void *)on_signal, 0, 0);
	expect(set_mask(SIG_BLOCK, BIT(SIGUSR1) | BIT(SIGKILL) | BIT(SIGSTOP)), 0);
	check(get_mask() == BIT(SIGUSR1), "%x", get_mask());
	raise(SIGUSR1);
	raise(SIGUSR1);
	check(count == 0);
	expect(sys(SYS_rt_sigpending, set, 8), 0);
	check(set[0] == BIT(SIGUSR1), "%x", set[0]);
	expect(sys(SYS_sigpending, &old), 0);
	check(old == BIT(SIGUSR1));
	expect(sys(SYS_sigprocmask, SIG_BLOCK, &one, &old), 0);
	check(old == BIT(SIGUSR1));
	raise(SIGUSR2);
	expect(set_mask(SIG_UNBLOCK, BIT(SIGUSR1)), 0);
	check(count == 1 && last == SIGUSR1, "%d calls", count);
	expect(set_mask(SIG_SETMASK, 0), 0);
	check(count == 2 && last == SIGUSR2);
	/* both at once: the lower number is taken first, so the other's handler runs first */
	set_mask(SIG_SETMASK, BIT(SIGUSR1) | BIT(SIGUSR2));
	raise(SIGUSR2);
	raise(SIGUSR1);
	set_mask(SIG_SETMASK, 0);
	check(count == 4 && last == SIGUSR1, "last was %d", last);
	/* ignored while pending: gone */
	set_mask(SIG_SETMASK, BIT(SIGUSR1));
	raise(SIGUSR1);
	handle_flags(SIGUSR1, SIG_IGN, 0, 0);
	handle_flags(SIGUSR1, (void *)on_signal, 0, 0);
	set_mask(SIG_SETMASK, 0);
	check(count == 4, "%d", count);
	expect(sys(SYS_rt_sigprocmask, 7, set, 0, 8), -EINVAL);
	expect(sys(SYS_rt_sigprocmask, SIG_BLOCK, 8, 0, 8), -EFAULT);
}

static int kill_parent(void *arg)
{
	sleep_ms(50);
	return (int)sys(SYS_kill, sys(SYS_getppid), (long)arg);
}

static long start(int (*fn)(void *), int arg)
{
	long pid = sys(SYS_fork);

	if (pid == 0)
		exit(fn((void *)(long)arg));
	return pid;
}

static void waiting(void)
{
	uint32_t none[2] = { 0, 0 }, want[2] = { BIT(SIGUSR2), 0 }, soon[2] = { 0, 20000000 };
	struct siginfo got = { 0 };
	long pid;

	reset();
	set_mask(SIG_SETMASK, BIT(SIGUSR1));
	pid = start(kill_parent, SIGUSR1);
	expect(sys(SYS_rt_sigsuspend, none, 8), -EINTR);
	check(count == 1 && get_mask() == BIT(SIGUSR1), "%d, mask %x", count, get_mask());
	check(seen_mask & BIT(SIGUSR1));
	wait_for(pid, 0);
	pid = start(kill_parent, SIGUSR1);
	expect(sys(SYS_sigsuspend, 0, 0, 0), -EINTR);
	check(count == 2);
	wait_for(pid, 0);
	set_mask(SIG_SETMASK, 0);
	pid = start(kill_parent, SIGUSR1);
	expect(sys(SYS_pause), -EINTR);
	check(count == 3);
	wait_for(pid, 0);
	/* fetched, not handled */
	set_mask(SIG_SETMASK, BIT(SIGUSR2));
	expect(sys(SYS_rt_sigtimedwait, want, &got, soon, 8), -EAGAIN);
	pid = start(kill_parent, SIGUSR2);
	expect(sys(SYS_rt_sigtimedwait, want, &got, 0, 8), SIGUSR2);
	check(got.signo == SIGUSR2 && got.code == SI_USER && (long)got.field[0] == pid);
	wait_for(pid, 0);
	set_mask(SIG_SETMASK, 0);
	check(count == 3, "%d", count);
}

/* --- broken-off calls -------------------------------------------------------------------------- */

static int fds[2];

static int signal_then_write(void *arg)
{
	sleep_ms(50);
	sys(SYS_kill, sys(SYS_getppid), (long)arg);
	sleep_ms(50);
	return (int)sys(SYS_write, fds[1], "x", 1);
}

static void restart(void)
{
	uint32_t sleep[2] = { 5, 0 }, rest[2] = { 0, 0 };
	char c = 0;
	long pid;
	int status = 0;

	reset();
	expect(sys(SYS_pipe, fds), 0);
	handle_flags(SIGUSR1, (void *)on_signal, SA_RESTART, 0);
	pid = start(signal_then_write, SIGUSR1);
	expect(sys(SYS_read, fds[0], &c, 1), 1);
	check(c == 'x' && count == 1);
	expect(sys(SYS_waitpid, pid, &status, 0), pid);
	handle_flags(SIGUSR1, (void *)on_signal, 0, 0);
	pid = start(signal_then_write, SIGUSR1);
	expect(sys(SYS_read, fds[0], &c, 1), -EINTR);
	expect(sys(SYS_read, fds[0], &c, 1), 1);
	check(count == 2);
	wait_for(pid, 0);
	/* a signal that is ignored breaks nothing off */
	handle_flags(SIGUSR1, SIG_IGN, 0, 0);
	pid = start(signal_then_write, SIGUSR1);
	expect(sys(SYS_read, fds[0], &c, 1), 1);
	wait_for(pid, 0);
	sys(SYS_close, fds[0]);
	sys(SYS_close, fds[1]);
	/* wait with and without */
	handle_flags(SIGALRM, (void *)on_signal, SA_RESTART, 0);
	pid = start(kill_parent, SIGALRM);
	expect(sys(SYS_waitpid, pid, &status, 0), pid);
	check(count == 3 && status == 0, "%d, %x", count, status);
	/* sleep is not made again, and says what is left */
	pid = start(kill_parent, SIGALRM);
	expect(sys(SYS_nanosleep, sleep, rest), -EINTR);
	check(rest[0] == 4 && rest[1] > 0, "%u s left", rest[0]);
	wait_for(pid, 0);
}

static void timers(void)
{
	uint32_t value[4] = { 0, 20000, 0, 20000 }, old[4], zero[4] = { 0 };

	reset();
	handle_flags(SIGALRM, (void *)on_signal, 0, 0);
	expect(sys(SYS_setitimer, 0, value, 0), 0);
	while (count < 5)
		sys(SYS_pause);
	expect(sys(SYS_setitimer, 0, zero, old), 0);
	check(old[0] == 0 && old[1] >= 10000 && old[1] <= 40000, "%u", old[1]);
	expect(sys(SYS_getitimer, 0, old), 0);
	check(old[2] == 0 && old[3] == 0);
	expect(sys(SYS_alarm, 100), 0);
	expect(sys(SYS_alarm, 0), 100);
	value[1] = 1000000;
	expect(sys(SYS_setitimer, 0, value, 0), -EINVAL);
	expect(sys(SYS_setitimer, 9, zero, 0), -EINVAL);
}

/* --- faults ------------------------------------------------------------------------------------ */

static void repair(int signo, struct siginfo *inf, struct uctx *uc)
{
	on_info(signo, inf, uc);
	sys(SYS_mprotect, inf->field[0] & ~(PAGE - 1), PAGE, PROT_READ | PROT_WRITE);
}

static void skip_two(int signo, struct siginfo *inf, struct uctx *uc)
{
	on_info(signo, inf, uc);
	uc->mc.eip += 2;
}

static void skip_none(int signo, struct siginfo *inf, struct uctx *uc)
{
	on_info(signo, inf, uc);
}

static void faults(void)
{
	volatile uint32_t *p = map_pages(2);
	uint32_t quotient = 7;

	reset();
	sys(SYS_mprotect, (void *)p, PAGE, PROT_READ);
	handle_flags(SIGSEGV, (void *)repair, SA_SIGINFO, 0);
	p[3] = 4711;
	check(count == 1 && p[3] == 4711);
	check(seen.signo == SIGSEGV && seen.code == SEGV_ACCERR, "code %d", seen.code);
	check(seen.field[0] == (uint32_t)&p[3]);
	sys(SYS_mprotect, (void *)p, PAGE, PROT_NONE);
	check(p[3] == 4711 && count == 2 && seen.code == SEGV_ACCERR, "code %d", seen.code);
	handle_flags(SIGSEGV, (void *)skip_two, SA_SIGINFO, 0);
	__asm__ volatile("movl %%eax, (%%ecx)" : : "a"(1), "c"(16) : "memory"); /* 2 bytes */
	check(count == 3 && seen.code == SEGV_MAPERR && seen.field[0] == 16, "code %d", seen.code);
	check(seen_context.mc.cr2 == 16 && seen_context.mc.trapno == 14);
	handle_flags(SIGFPE, (void *)skip_two, SA_SIGINFO, 0);
	__asm__ volatile("divl %%ecx" : "+a"(quotient) : "c"(0), "d"(0)); /* 2 bytes */
	check(count == 4 && seen.code == FPE_INTDIV, "code %d", seen.code);
	check(seen.field[0] == seen_context.mc.eip && quotient == 7);
	handle_flags(SIGILL, (void *)skip_two, SA_SIGINFO, 0);
	__asm__ volatile("ud2");
	check(count == 5 && last == SIGILL && seen.field[0] == seen_context.mc.eip);
	handle_flags(SIGTRAP, (void *)skip_none, SA_SIGINFO, 0);
	__asm__ volatile("int3");
	check(count == 6 && last == SIGTRAP);
	sys(SYS_munmap, (void *)p, 2 * PAGE);
}

static volatile int *volatile low_address = (volatile int *)8;

static int fault_blocked(void *arg)
{
	(void)arg;
	set_mask(SIG_BLOCK, BIT(SIGSEGV));
	*low_address = 1;
	return 0;
}

static volatile uintptr_t deepest_frame;

static int overflow(int n)
{
	volatile char frame[1024];

	frame[n & 1023] = (char)n;
	deepest_frame = (uintptr_t)frame;
	if (n < 0)
		return 0;
	return overflow(n + 1) + frame[n & 1023];
}

/* Far from where the stack ended. */
static void leave_overflow(int signo)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	exit(signo == SIGSEGV && here - deepest_frame > 16 * PAGE ? 77 : 1);
}

static int run_out_of_stack(void *arg)
{
	(void)arg;
	handle_flags(SIGSEGV, (void *)leave_overflow, SA_ONSTACK, 0);
	return overflow(0);
}

static void try_change(int signo)
{
	uint32_t stack[3] = { 0 }, now[3];

	on_signal(signo);
	check(sys(SYS_sigaltstack, 0, now) == 0 && now[1] == 1, "flags %u", now[1]);
	stack[1] = 2;
	expect(sys(SYS_sigaltstack, stack, 0), -EPERM);
}

static void altstack(void)
{
	char *area = map_pages(4);
	uint32_t stack[3] = { (uint32_t)area, 0, 4 * PAGE }, now[3], small[3] = { 0, 0, 1024 };
	int status;

	reset();
	expect(sys(SYS_sigaltstack, 0, now), 0);
	check(now[1] == 2, "flags %u", now[1]);
	expect(sys(SYS_sigaltstack, small, 0), -ENOMEM);
	expect(sys(SYS_sigaltstack, stack, 0), 0);
	handle_flags(SIGUSR1, (void *)try_change, SA_ONSTACK, 0);
	raise(SIGUSR1);
	check(count == 1 && handler_sp - (uintptr_t)area < 4 * PAGE);
	handle_flags(SIGUSR1, (void *)on_signal, 0, 0);
	raise(SIGUSR1);
	check(count == 2 && !(handler_sp - (uintptr_t)area < 4 * PAGE));
	status = in_child(run_out_of_stack, 0);
	check(status == 77 << 8, "%x", status);
	stack[1] = 2;
	expect(sys(SYS_sigaltstack, stack, now), 0);
	check(now[0] == (uint32_t)area && now[1] == 0 && now[2] == 4 * PAGE);
	status = in_child(fault_blocked, 0);
	check(SIGNAL_OF(status) == SIGSEGV, "%x", status);
	sys(SYS_munmap, area, 4 * PAGE);
}

/* --- fork, exec, threads ----------------------------------------------------------------------- */

static int after_exec(void)
{
	struct sigact act;

	expect(sys(SYS_rt_sigaction, SIGUSR1, 0, &act, 8), 0);
	check(act.handler == SIG_DFL);
	expect(sys(SYS_rt_sigaction, SIGUSR2, 0, &act, 8), 0);
	check(act.handler == SIG_IGN);
	check(get_mask() == BIT(SIGHUP), "%x", get_mask());
	return failures;
}

static char **envp_of_main, *self, path_of_self[16];

static int exec_self(void *arg)
{
	char *argv[] = { self, (char *)"exec", NULL };

	(void)arg;
	handle_flags(SIGUSR1, (void *)on_signal, 0, 0);
	handle_flags(SIGUSR2, SIG_IGN, 0, 0);
	set_mask(SIG_SETMASK, BIT(SIGHUP));
	sys(SYS_execve, self, argv, envp_of_main);
	return 99;
}

static int thread_sets(void *arg)
{
	(void)arg;
	return (int)handle_flags(SIGUSR2, (void *)scribble, 0, 0);
}

static void inheritance(void)
{
	char *stack = map_pages(4);
	struct sigact act;
	long pid;
	int status = in_child(exec_self, 0);

	check(status == 0, "%x", status);
	/* a thread that shares the actions, one that does not */
	handle_flags(SIGUSR2, SIG_DFL, 0, 0);
	pid = thread_create(CLONE_VM | SIGCHLD, stack + 4 * PAGE, thread_sets, 0);
	wait_for(pid, &status);
	sys(SYS_rt_sigaction, SIGUSR2, 0, &act, 8);
	check(status == 0 && act.handler == SIG_DFL);
	pid = thread_create(CLONE_VM | CLONE_SIGHAND | SIGCHLD, stack + 4 * PAGE, thread_sets, 0);
	wait_for(pid, &status);
	sys(SYS_rt_sigaction, SIGUSR2, 0, &act, 8);
	check(status == 0 && act.handler == (void *)scribble);
	sys(SYS_munmap, stack, 4 * PAGE);
}

int main(int argc, char **argv, char **envp)
{
	if (argc > 1 && !strcmp(argv[1], "exec"))
		return after_exec();
	self = argv[0];
	if (!strchr(self, '/')) { /* as this system's init calls it */
		memcpy(path_of_self, "/bin/sigtest", 13);
		self = path_of_self;
	}
	envp_of_main = envp;
	basic();
	one_shot();
	nesting();
	info();
	registers();
	masks();
	waiting();
	restart();
	timers();
	faults();
	altstack();
	inheritance();
	return test_end("sigtest");
}
