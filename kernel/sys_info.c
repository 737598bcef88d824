/*
 * kernel/sys_info.c - system calls that tell the time, name the system, and end it.
 *
 * Time starts at a constant when the machine does, so that a run repeats to the tick; one unit is a
 * timer interrupt (HZ a second).
 */
#include "kernel/arch.h"
#include "kernel/errno.h"
#include "kernel/inode.h"
#include "kernel/poll.h"
#include "kernel/printk.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/syscall.h"
#include "kernel/system.h"
#include "kernel/task.h"
#include "kernel/timer.h"
#include "kernel/uaccess.h"
#include "kernel/wait.h"
#include "mm/mm.h"
#include "swap/swap.h"

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
#define CLOCK_PROCESS_CPUTIME  2
#define CLOCK_THREAD_CPUTIME   3
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
	case CLOCK_PROCESS_CPUTIME:
	case CLOCK_THREAD_CPUTIME:
		ticks = current->utime + current->stime;
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

/* struct timespec with words of 32 or 64 bits. */
static long put_resolution(const struct syscall_frame *f, bool wide)
{
	uint32_t ts[4] = { 0 }, ignored[2];
	long error = clock_now(f->arg[0], &ignored[0], &ignored[1]);

	if (error || !f->arg[1])
		return error;
	ts[wide ? 2 : 1] = NSEC_TICK;
	return copy_to_user(f->arg[1], ts, wide ? sizeof(ts) : sizeof(ts) / 2);
}

long sc_clock_getres(const struct syscall_frame *f)
{
	return put_resolution(f, false);
}

long sc_clock_getres64(const struct syscall_frame *f)
{
	return put_resolution(f, true);
}

long sc_times(const struct syscall_frame *f)
{
	uint32_t tms[4] = { current->utime, current->stime, current->cutime, current->cstime };

	if (f->arg[0] && copy_to_user(f->arg[0], tms, sizeof(tms)))
		return -EFAULT;
	return (long)(jiffies & 0x7FFFFFFF);
}

/* --- sleeping ---------------------------------------------------------------------------------------- */

/* What is left of a sleep goes back to the caller, with words of 32 or 64 bits. */
static int put_rest(unsigned long urest, bool wide, unsigned long left)
{
	uint32_t sec = (uint32_t)(left / HZ), nsec = (uint32_t)(left % HZ) * NSEC_TICK;
	uint32_t ts[4] = { sec, nsec, 0, 0 };

	if (!urest)
		return 0;
	if (wide) {
		ts[1] = 0;
		ts[2] = nsec;
	}
	return copy_to_user(urest, ts, wide ? sizeof(ts) : sizeof(ts) / 2);
}

/* Sleep until jiffies reaches @until. A signal: what is left is told, and restart_syscall goes on if
 * no handler ran. */
static long sleep_until(unsigned long until, unsigned long urest, bool wide)
{
	long left = (long)(until - jiffies);

	while (left > 0) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending(current)) {
			set_current_state(TASK_RUNNING);
			break;
		}
		schedule_timeout(left);
		left = (long)(until - jiffies);
	}
	if (left <= 0)
		return 0;
	if (put_rest(urest, wide, (unsigned long)left))
		return -EFAULT;
	current->sig.restart.kind = wide ? RESTART_SLEEP64 : RESTART_SLEEP;
	current->sig.restart.until = until;
	current->sig.restart.arg = urest;
	return -ERESTART_RESTARTBLOCK;
}

static long sleep_for(uint32_t sec, uint32_t nsec, unsigned long urest, bool wide)
{
	uint32_t seconds = min(sec, (uint32_t)(0x7FFFFFFF / HZ) - 2);
	long ticks;

	if (nsec >= 1000000000u || (int32_t)sec < 0)
		return -EINVAL;
	ticks = (long)seconds * HZ + (long)((nsec + NSEC_TICK - 1) / NSEC_TICK);
	if (ticks == 0)
		return 0;
	/* + 1: the running tick has partly passed */
	return sleep_until(jiffies + (unsigned long)ticks + 1, urest, wide);
}

long sc_nanosleep(const struct syscall_frame *f)
{
	uint32_t ts[2];

	if (copy_from_user(ts, f->arg[0], sizeof(ts)))
		return -EFAULT;
	return sleep_for(ts[0], ts[1], f->arg[1], false);
}

/* Relative sleeps only: flags must be 0. */
long sc_clock_nanosleep64(const struct syscall_frame *f)
{
	uint32_t ts[4];

	if (f->arg[0] != CLOCK_REALTIME && f->arg[0] != CLOCK_MONOTONIC)
		return -EINVAL;
	if (f->arg[1] != 0)
		return -EINVAL;
	if (copy_from_user(ts, f->arg[2], sizeof(ts)))
		return -EFAULT;
	if (ts[1] || ts[3])
		return -EINVAL;
	return sleep_for(ts[0], ts[2], f->arg[3], true);
}

/* Not to be called by programs: deliver_signals() makes them call it. */
long sc_restart_syscall(const struct syscall_frame *f)
{
	struct task_signals *sig = &current->sig;

	(void)f;
	switch (sig->restart.kind) {
	case RESTART_SLEEP:
	case RESTART_SLEEP64:
		return sleep_until(sig->restart.until, sig->restart.arg,
				   sig->restart.kind == RESTART_SLEEP64);
	case RESTART_POLL:
	case RESTART_POLL_FOREVER:
		return poll_restart();
	}
	return -EINTR;
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
		root_unmount();
		printk("Restarting.\n");
		arch_reboot();
	}
	return -EINVAL;
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
