/*
 * kernel/sys_process.c - system calls about tasks: fork, exec, exit, wait, identity.
 *
 * One user, root, as far as anybody asks: every identity is 0. Process groups: signal_groups.c.
 */
#include "kernel/arch.h"
#include "kernel/errno.h"
#include "kernel/exec.h"
#include "kernel/files.h"
#include "kernel/fork.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"
#include "mm/mm.h"

long sc_exit(const struct syscall_frame *f)
{
	do_exit((int)(f->arg[0] & 0xFF) << 8);
}

/* No thread groups here: the same as exit (kernel/fork.h). */
long sc_exit_group(const struct syscall_frame *f)
{
	do_exit((int)(f->arg[0] & 0xFF) << 8);
}

long sc_fork(const struct syscall_frame *f)
{
	return do_fork(SIGCHLD, f->regs, 0, 0, 0, 0);
}

/* A plain fork: the parent goes on at once, which a program that obeys vfork's rules cannot see. */
long sc_vfork(const struct syscall_frame *f)
{
	return do_fork(SIGCHLD, f->regs, 0, 0, 0, 0);
}

/* struct user_desc of set_thread_area: entry, base, limit, flags. */
static int read_user_desc(unsigned long uaddr, uint32_t desc[4])
{
	if (copy_from_user(desc, uaddr, 4 * sizeof(desc[0])))
		return -EFAULT;
	if (desc[1] >= TASK_SIZE)
		return -EINVAL;
	return 0;
}

long sc_clone(const struct syscall_frame *f)
{
	uint32_t desc[4] = { 0 };

	if (f->arg[0] & CLONE_SETTLS) {
		int error = read_user_desc(f->arg[3], desc);

		if (error)
			return error;
	}
	return do_fork((unsigned)f->arg[0], f->regs, f->arg[1], desc[1], f->arg[2], f->arg[4]);
}

/* The GDT slot that the TLS segment has, as on Linux/i386. */
#define TLS_ENTRY 6

long sc_set_thread_area(const struct syscall_frame *f)
{
	uint32_t desc[4];
	int error = read_user_desc(f->arg[0], desc);

	if (error)
		return error;
	if (desc[0] != (uint32_t)-1 && desc[0] != TLS_ENTRY)
		return -EINVAL;
	if (put_user_u32(f->arg[0], TLS_ENTRY))
		return -EFAULT;
	current->arch.user_tls = desc[1];
	return 0;
}

/* Linux clears this word when a thread ends; without futexes nobody could wait for it. */
long sc_set_tid_address(const struct syscall_frame *f)
{
	(void)f;
	return current->pid;
}

long sc_execve(const struct syscall_frame *f)
{
	struct exec_vector argv = { .user = f->arg[1] }, envp = { .user = f->arg[2] };
	char path[PATH_MAX];
	unsigned long entry, sp;
	long error = strncpy_from_user(path, f->arg[0], sizeof(path));

	if (error >= 0)
		error = do_execve(path, &argv, &envp, &entry, &sp);
	if (error < 0)
		return error;
	arch_enter_user(entry, sp);
}

/* ticks as a struct timeval */
static void to_timeval(uint32_t ticks, uint32_t tv[2])
{
	tv[0] = ticks / HZ;
	tv[1] = ticks % HZ * (1000000u / HZ);
}

#define RUSAGE_WORDS 18

static int put_rusage(unsigned long urusage, uint32_t utime, uint32_t stime)
{
	uint32_t usage[RUSAGE_WORDS] = { 0 };

	to_timeval(utime, usage);
	to_timeval(stime, usage + 2);
	return copy_to_user(urusage, usage, sizeof(usage));
}

static long wait_common(int pid, unsigned long ustatus, unsigned options, unsigned long urusage)
{
	struct child_report report;
	long child;

	/* Checked first: a child that was reaped cannot be given back. */
	if (!access_ok(ustatus, sizeof(uint32_t)) ||
	    !access_ok(urusage, RUSAGE_WORDS * sizeof(uint32_t)))
		return -EFAULT;
	child = do_wait(pid, &report, options);
	if (child <= 0)
		return child;
	if (ustatus && put_user_u32(ustatus, (uint32_t)report.status))
		return -EFAULT;
	if (urusage && put_rusage(urusage, report.utime, report.stime))
		return -EFAULT;
	return child;
}

long sc_waitpid(const struct syscall_frame *f)
{
	return wait_common((int)f->arg[0], f->arg[1], (unsigned)f->arg[2], 0);
}

long sc_wait4(const struct syscall_frame *f)
{
	return wait_common((int)f->arg[0], f->arg[1], (unsigned)f->arg[2], f->arg[3]);
}

#define RUSAGE_SELF	0
#define RUSAGE_CHILDREN (-1)

long sc_getrusage(const struct syscall_frame *f)
{
	switch ((int)f->arg[0]) {
	case RUSAGE_SELF:
		return put_rusage(f->arg[1], current->utime, current->stime);
	case RUSAGE_CHILDREN:
		return put_rusage(f->arg[1], current->cutime, current->cstime);
	}
	return -EINVAL;
}

long sc_getpid(const struct syscall_frame *f)
{
	(void)f;
	return current->pid;
}

long sc_gettid(const struct syscall_frame *f)
{
	(void)f;
	return current->pid;
}

long sc_getppid(const struct syscall_frame *f)
{
	(void)f;
	return parent_pid(current);
}

#define IDENTITY(name)                                                                             \
	long sc_##name(const struct syscall_frame *f)                                              \
	{                                                                                          \
		(void)f;                                                                           \
		return 0;                                                                          \
	}
IDENTITY(getuid)
IDENTITY(getgid)
IDENTITY(geteuid)
IDENTITY(getegid)
IDENTITY(getuid32)
IDENTITY(getgid32)
IDENTITY(geteuid32)
IDENTITY(getegid32)
/* Whatever they are asked to become, they are root; no groups beside. */
IDENTITY(setuid)
IDENTITY(setgid)
IDENTITY(setuid32)
IDENTITY(setgid32)
IDENTITY(getgroups)
IDENTITY(getgroups32)

static long put_three_zeroes(const struct syscall_frame *f)
{
	int i;

	for (i = 0; i < 3; i++)
		if (put_user_u32(f->arg[i], 0))
			return -EFAULT;
	return 0;
}

long sc_getresuid32(const struct syscall_frame *f)
{
	return put_three_zeroes(f);
}

long sc_getresgid32(const struct syscall_frame *f)
{
	return put_three_zeroes(f);
}

long sc_sched_yield(const struct syscall_frame *f)
{
	(void)f;
	yield();
	return 0;
}
