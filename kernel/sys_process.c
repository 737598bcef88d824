/*
 * kernel/sys_process.c - system calls about tasks: fork, exec, exit, wait, signals, identity.
 *
 * One user, root, as far as anybody asks: every identity is 0, there are no process groups.
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

static long wait_common(int pid, unsigned long ustatus, unsigned options)
{
	int status = 0;
	long child;

	/* Checked first: a child that was reaped cannot be given back. */
	if (ustatus && put_user_u32(ustatus, 0))
		return -EFAULT;
	child = do_wait(pid, &status, options);
	if (child > 0 && ustatus && put_user_u32(ustatus, (uint32_t)status))
		return -EFAULT;
	return child;
}

long sc_waitpid(const struct syscall_frame *f)
{
	return wait_common((int)f->arg[0], f->arg[1], (unsigned)f->arg[2]);
}

#define RUSAGE_SIZE 72

long sc_wait4(const struct syscall_frame *f)
{
	long child;

	if (f->arg[3] && clear_user(f->arg[3], RUSAGE_SIZE))
		return -EFAULT;
	child = wait_common((int)f->arg[0], f->arg[1], (unsigned)f->arg[2]);
	return child;
}

long sc_kill(const struct syscall_frame *f)
{
	return do_kill((int)f->arg[0], (int)f->arg[1]);
}

long sc_tkill(const struct syscall_frame *f)
{
	int pid = (int)f->arg[0];

	return pid <= 0 ? -EINVAL : do_kill(pid, (int)f->arg[1]);
}

long sc_rt_sigaction(const struct syscall_frame *f)
{
	return do_sigaction((int)f->arg[0], f->arg[1], f->arg[2], f->arg[3]);
}

long sc_rt_sigprocmask(const struct syscall_frame *f)
{
	return do_sigprocmask((int)f->arg[0], f->arg[1], f->arg[2], f->arg[3]);
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

long sc_getpgrp(const struct syscall_frame *f)
{
	(void)f;
	return current->pid;
}

long sc_setpgid(const struct syscall_frame *f)
{
	(void)f;
	return 0;
}

long sc_setsid(const struct syscall_frame *f)
{
	(void)f;
	return current->pid;
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

long sc_sched_yield(const struct syscall_frame *f)
{
	(void)f;
	yield();
	return 0;
}
