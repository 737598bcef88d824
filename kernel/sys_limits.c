/*
 * kernel/sys_limits.c - resource limits, priorities, names and personality of a task.
 *
 * Limits are kept and inherited. RLIMIT_NOFILE holds (kernel/files.c), up to the NR_OPEN descriptors of a
 * table; the stack's is fixed (mm): RLIMIT_STACK can be lowered and read back. All tasks have the same
 * priority and policy.
 */
#include "kernel/arch.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/fork.h"
#include "kernel/sched.h"
#include "kernel/string.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"

#define RLIM_INFINITY 0xFFFFFFFFu
#define RLIMIT_STACK  3
#define RLIMIT_CORE   4
#define STACK_LIMIT   (8u << 20) /* what libraries take a thread's stack to be */

/* --- limits ------------------------------------------------------------------------------------------ */

void limits_first(struct task_struct *t)
{
	int i;

	for (i = 0; i < NR_RLIMITS; i++)
		t->rlim[i] = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	t->rlim[RLIMIT_STACK].cur = STACK_LIMIT;
	t->rlim[RLIMIT_CORE].cur = 0;
	t->rlim[RLIMIT_NOFILE] = (struct rlimit){ NR_OPEN, NR_OPEN };
}

static long set_limit(unsigned long which, const struct rlimit *limit)
{
	if (limit->cur > limit->max)
		return -EINVAL;
	if (which == RLIMIT_NOFILE && limit->max > NR_OPEN)
		return -EPERM;
	current->rlim[which] = *limit;
	return 0;
}

long sc_ugetrlimit(const struct syscall_frame *f)
{
	if (f->arg[0] >= NR_RLIMITS)
		return -EINVAL;
	return copy_to_user(f->arg[1], &current->rlim[f->arg[0]], sizeof(struct rlimit));
}

/* The old call knows 31 bits. */
long sc_getrlimit(const struct syscall_frame *f)
{
	struct rlimit limit;

	if (f->arg[0] >= NR_RLIMITS)
		return -EINVAL;
	limit = current->rlim[f->arg[0]];
	limit.cur = min(limit.cur, 0x7FFFFFFFu);
	limit.max = min(limit.max, 0x7FFFFFFFu);
	return copy_to_user(f->arg[1], &limit, sizeof(limit));
}

long sc_setrlimit(const struct syscall_frame *f)
{
	struct rlimit limit;

	if (f->arg[0] >= NR_RLIMITS)
		return -EINVAL;
	if (copy_from_user(&limit, f->arg[1], sizeof(limit)))
		return -EFAULT;
	return set_limit(f->arg[0], &limit);
}

static uint64_t widen(uint32_t value)
{
	return value == RLIM_INFINITY ? ~(uint64_t)0 : value;
}

static uint32_t narrow(uint64_t value)
{
	return value >= RLIM_INFINITY ? RLIM_INFINITY : (uint32_t)value;
}

/* Of the calling task only. */
long sc_prlimit64(const struct syscall_frame *f)
{
	unsigned long which = f->arg[1];
	uint64_t wide[2], old[2];
	struct rlimit limit;
	long error = 0;

	if (f->arg[0] && (int)f->arg[0] != current->pid)
		return -ESRCH;
	if (which >= NR_RLIMITS)
		return -EINVAL;
	old[0] = widen(current->rlim[which].cur);
	old[1] = widen(current->rlim[which].max);
	if (f->arg[2]) {
		if (copy_from_user(wide, f->arg[2], sizeof(wide)))
			return -EFAULT;
		limit = (struct rlimit){ narrow(wide[0]), narrow(wide[1]) };
		error = set_limit(which, &limit);
	}
	if (!error && f->arg[3])
		error = copy_to_user(f->arg[3], old, sizeof(old));
	return error;
}

/* --- priorities: everybody's is the same ---------------------------------------------------------------- */

#define UNCHANGED(name)                                                                            \
	long sc_##name(const struct syscall_frame *f)                                              \
	{                                                                                          \
		(void)f;                                                                           \
		return 0;                                                                          \
	}
UNCHANGED(nice)
UNCHANGED(setpriority)
UNCHANGED(sched_getscheduler)
UNCHANGED(sched_get_priority_max)
UNCHANGED(sched_get_priority_min)
UNCHANGED(personality)

/* 20 - nice, so that no result is an error. */
long sc_getpriority(const struct syscall_frame *f)
{
	(void)f;
	return 20;
}

static bool task_exists(int pid)
{
	bool exists;

	spin_lock(&tasklist_lock);
	exists = !pid || find_task_by_pid(pid);
	spin_unlock(&tasklist_lock);
	return exists;
}

#define SCHED_OTHER 0

static long only_priority_zero(unsigned long pid, unsigned long uparam)
{
	uint32_t priority;

	if (get_user_u32(&priority, uparam))
		return -EFAULT;
	if (!task_exists((int)pid))
		return -ESRCH;
	return priority ? -EINVAL : 0;
}

long sc_sched_setscheduler(const struct syscall_frame *f)
{
	return f->arg[1] == SCHED_OTHER ? only_priority_zero(f->arg[0], f->arg[2]) : -EINVAL;
}

long sc_sched_setparam(const struct syscall_frame *f)
{
	return only_priority_zero(f->arg[0], f->arg[1]);
}

long sc_sched_getparam(const struct syscall_frame *f)
{
	return task_exists((int)f->arg[0]) ? put_user_u32(f->arg[1], 0) : -ESRCH;
}

long sc_sched_rr_get_interval(const struct syscall_frame *f)
{
	uint32_t ts[2] = { 0, DEF_COUNTER * (1000000000u / HZ) };

	return task_exists((int)f->arg[0]) ? copy_to_user(f->arg[1], ts, sizeof(ts)) : -ESRCH;
}

/* Tasks go where there is room; a set that has none of our CPUs is refused. */
long sc_sched_setaffinity(const struct syscall_frame *f)
{
	uint32_t mask;

	if (f->arg[1] < sizeof(mask) || get_user_u32(&mask, f->arg[2]))
		return f->arg[1] < sizeof(mask) ? -EINVAL : -EFAULT;
	if (!task_exists((int)f->arg[0]))
		return -ESRCH;
	return mask & ((1u << nr_cpus) - 1) ? 0 : -EINVAL;
}

long sc_sched_getaffinity(const struct syscall_frame *f)
{
	if (f->arg[1] < sizeof(uint32_t))
		return -EINVAL;
	if (!task_exists((int)f->arg[0]))
		return -ESRCH;
	if (put_user_u32(f->arg[2], (1u << nr_cpus) - 1))
		return -EFAULT;
	return sizeof(uint32_t);
}

/* --- prctl: the name only --------------------------------------------------------------------------------- */

#define PR_SET_NAME 15
#define PR_GET_NAME 16

long sc_prctl(const struct syscall_frame *f)
{
	char name[sizeof(current->comm)] = { 0 };
	long n;

	switch (f->arg[0]) {
	case PR_SET_NAME:
		n = strncpy_from_user(name, f->arg[1], sizeof(name));
		if (n == -EFAULT)
			return n;
		str_copy(current->comm, name, sizeof(current->comm));
		return 0;
	case PR_GET_NAME:
		str_copy(name, current->comm, sizeof(name));
		return copy_to_user(f->arg[1], name, sizeof(name));
	}
	return -EINVAL;
}
