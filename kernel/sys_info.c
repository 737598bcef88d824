/*
 * kernel/sys_info.c - system calls that tell the time, name the system, and end it.
 *
 * Time starts at a constant when the machine does, so that a run repeats to the tick; one unit is a
 * timer interrupt (HZ a second).
 */
#include "kernel/arch.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/syscall.h"
#include "kernel/system.h"
#include "kernel/task.h"
#include "kernel/timer.h"
#include "kernel/uaccess.h"
#include "kernel/wait.h"
#include "mm/mm.h"
#include "swap/swap.h"

#define BOOT_TIME 941414400u /* 1 November 1999, 00:00 UTC */
#define NSEC_TICK (1000000000u / HZ)
#define USEC_TICK (1000000u / HZ)

static uint32_t now_seconds(unsigned long ticks)
{
	return BOOT_TIME + (uint32_t)(ticks / HZ);
}

long sc_time(const struct syscall_frame *f)
{
	uint32_t now = now_seconds(jiffies);

	if (f->arg[0] && put_user_u32(f->arg[0], now))
		return -EFAULT;
	return (long)now;
}

long sc_gettimeofday(const struct syscall_frame *f)
{
	unsigned long ticks = jiffies;
	uint32_t tv[2] = { now_seconds(ticks), (uint32_t)(ticks % HZ) * USEC_TICK };

	if (f->arg[0] && copy_to_user(f->arg[0], tv, sizeof(tv)))
		return -EFAULT;
	if (f->arg[1] && clear_user(f->arg[1], 8))
		return -EFAULT;
	return 0;
}

#define CLOCK_REALTIME	       0
#define CLOCK_MONOTONIC	       1
#define CLOCK_REALTIME_COARSE  5
#define CLOCK_MONOTONIC_COARSE 6

static long clock_now(unsigned long clock, uint32_t *sec, uint32_t *nsec)
{
	unsigned long ticks = jiffies;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		*sec = now_seconds(ticks);
		break;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_COARSE:
		*sec = (uint32_t)(ticks / HZ);
		break;
	default:
		return -EINVAL;
	}
	*nsec = (uint32_t)(ticks % HZ) * NSEC_TICK;
	return 0;
}

long sc_clock_gettime(const struct syscall_frame *f)
{
	uint32_t ts[2];
	long error = clock_now(f->arg[0], &ts[0], &ts[1]);

	return error ? error : copy_to_user(f->arg[1], ts, sizeof(ts));
}

/* The same with 64-bit seconds, as libraries of today call it. */
long sc_clock_gettime64(const struct syscall_frame *f)
{
	uint32_t ts[4] = { 0 }; /* low and high words of seconds, of nanoseconds */
	long error = clock_now(f->arg[0], &ts[0], &ts[2]);

	return error ? error : copy_to_user(f->arg[1], ts, sizeof(ts));
}

long sc_times(const struct syscall_frame *f)
{
	uint32_t tms[4] = { (uint32_t)(jiffies - current->start_ticks), 0, 0, 0 };

	if (f->arg[0] && copy_to_user(f->arg[0], tms, sizeof(tms)))
		return -EFAULT;
	return (long)(jiffies & 0x7FFFFFFF);
}

/* Sleep; what is left of it when a signal comes goes back to *sec, *nsec. */
static long sleep_for(uint32_t *sec, uint32_t *nsec)
{
	uint32_t seconds = min(*sec, (uint32_t)(0x7FFFFFFF / HZ) - 2);
	long ticks, left;

	if (*nsec >= 1000000000u || (int32_t)*sec < 0)
		return -EINVAL;
	ticks = (long)seconds * HZ + (long)((*nsec + NSEC_TICK - 1) / NSEC_TICK);
	if (ticks == 0)
		return 0;
	set_current_state(TASK_INTERRUPTIBLE);
	if (signal_pending(current))
		set_current_state(TASK_RUNNING);
	left = schedule_timeout(ticks + 1); /* + 1: the running tick has partly passed */
	if (left == 0)
		return 0;
	*sec = (uint32_t)(left / HZ);
	*nsec = (uint32_t)(left % HZ) * NSEC_TICK;
	return -EINTR;
}

long sc_nanosleep(const struct syscall_frame *f)
{
	uint32_t ts[2];
	long result;

	if (copy_from_user(ts, f->arg[0], sizeof(ts)))
		return -EFAULT;
	result = sleep_for(&ts[0], &ts[1]);
	if (result == -EINTR && f->arg[1] && copy_to_user(f->arg[1], ts, sizeof(ts)))
		return -EFAULT;
	return result;
}

/* Relative sleeps only: flags must be 0. */
long sc_clock_nanosleep64(const struct syscall_frame *f)
{
	uint32_t ts[4];
	long result;

	if (f->arg[0] != CLOCK_REALTIME && f->arg[0] != CLOCK_MONOTONIC)
		return -EINVAL;
	if (f->arg[1] != 0)
		return -EINVAL;
	if (copy_from_user(ts, f->arg[2], sizeof(ts)))
		return -EFAULT;
	if (ts[1] || ts[3])
		return -EINVAL;
	result = sleep_for(&ts[0], &ts[2]);
	if (result == -EINTR && f->arg[3] && copy_to_user(f->arg[3], ts, sizeof(ts)))
		return -EFAULT;
	return result;
}

#define UTS_LENGTH 65

long sc_uname(const struct syscall_frame *f)
{
	static const char *const fields[6] = {
		SYSTEM_NAME, "kswapd23", SYSTEM_RELEASE, SYSTEM_VERSION, "i686", "(none)",
	};
	char field[UTS_LENGTH];
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		memset(field, 0, sizeof(field));
		str_copy(field, fields[i], sizeof(field));
		if (copy_to_user(f->arg[0] + i * UTS_LENGTH, field, sizeof(field)))
			return -EFAULT;
	}
	return 0;
}

/* struct sysinfo of Linux/i386, in words. */
struct user_sysinfo {
	uint32_t uptime, loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	uint16_t procs, pad;
	uint32_t totalhigh, freehigh, mem_unit;
	char reserved[8];
};
_Static_assert(sizeof(struct user_sysinfo) == 64, "struct sysinfo of Linux/i386");

long sc_sysinfo(const struct syscall_frame *f)
{
	struct user_sysinfo info = { .mem_unit = 1 };
	struct sysinfo_swap swap;

	si_swapinfo(&swap);
	info.uptime = (uint32_t)(jiffies / HZ);
	info.totalram = (uint32_t)(max_mapnr << PAGE_SHIFT);
	info.freeram = (uint32_t)nr_free_pages << PAGE_SHIFT;
	info.totalswap = (uint32_t)(swap.total << PAGE_SHIFT);
	info.freeswap = (uint32_t)(swap.free << PAGE_SHIFT);
	info.procs = (uint16_t)count_tasks();
	return copy_to_user(f->arg[0], &info, sizeof(info));
}

#define REBOOT_MAGIC1	    0xfee1deadu
#define REBOOT_MAGIC2	    672274793u
#define REBOOT_CMD_RESTART  0x01234567u
#define REBOOT_CMD_HALT	    0xcdef0123u
#define REBOOT_CMD_POWER_OFF 0x4321fedcu

/* Extension: with POWER_OFF or HALT the fourth argument is the status the machine ends with
 * (0 = all well, else not). Linux ignores it there. */
long sc_reboot(const struct syscall_frame *f)
{
	if ((uint32_t)f->arg[0] != REBOOT_MAGIC1 || (uint32_t)f->arg[1] != REBOOT_MAGIC2)
		return -EINVAL;
	switch ((uint32_t)f->arg[2]) {
	case REBOOT_CMD_POWER_OFF:
	case REBOOT_CMD_HALT:
		system_end((int)f->arg[3]);
	case REBOOT_CMD_RESTART:
		printk("Restarting.\n");
		arch_reboot();
	}
	return -EINVAL;
}

/* No file system keeps anything back. */
long sc_sync(const struct syscall_frame *f)
{
	(void)f;
	return 0;
}

#define RLIM_INFINITY 0xFFFFFFFFu
#define NR_RLIMITS    16
#define RLIMIT_STACK  3
#define STACK_LIMIT   (8u << 20) /* what libraries take a thread's stack to be */
#define RLIMIT_NOFILE 7

long sc_ugetrlimit(const struct syscall_frame *f)
{
	uint32_t limit[2] = { RLIM_INFINITY, RLIM_INFINITY };

	if (f->arg[0] >= NR_RLIMITS)
		return -EINVAL;
	if (f->arg[0] == RLIMIT_STACK)
		limit[0] = STACK_LIMIT;
	if (f->arg[0] == RLIMIT_NOFILE)
		limit[0] = limit[1] = NR_OPEN;
	return copy_to_user(f->arg[1], limit, sizeof(limit));
}

/* Numbers that look random and are the same in each run: a run must repeat to the tick. Not for
 * secrets; nothing on this system is one. */
long sc_getrandom(const struct syscall_frame *f)
{
	uint32_t x = 0x19991013u ^ (uint32_t)current->pid * 2654435761u;
	size_t done, n = min(f->arg[1], 256ul);

	for (done = 0; done < n; done++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		if (copy_to_user(f->arg[0] + done, &x, 1))
			return -EFAULT;
	}
	return (long)n;
}
