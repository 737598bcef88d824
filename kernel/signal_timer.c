/*
 * kernel/signal_timer.c - alarm() and setitimer(ITIMER_REAL): a kernel timer that sends SIGALRM.
 *
 * The timer belongs to the task and is started and stopped by it; its function runs in CPU 0's
 * timer interrupt and starts it again while real_period is not 0. signals_exit() takes both back.
 */
#include "kernel/errno.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"
#include "kernel/timer.h"
#include "kernel/uaccess.h"

#define USEC_TICK (1000000u / HZ)
#define MAX_SECONDS (0x7FFFFFFFu / HZ - 2)

static void alarm_rings(unsigned long data)
{
	struct task_struct *t = (struct task_struct *)data;
	unsigned long period = __atomic_load_n(&t->sig.real_period, __ATOMIC_SEQ_CST);

	send_signal(t, SIGALRM);
	if (period)
		mod_timer(&t->sig.real_timer, jiffies + period);
}

static unsigned long ticks_left(void)
{
	struct timer_list *timer = &current->sig.real_timer;
	long left = (long)(timer->expires - jiffies);

	if (list_empty(&timer->link))
		return 0;
	return left > 0 ? (unsigned long)left : 1;
}

/* Stop it, and start it again to ring in @ticks (0 = not) and then every @period. */
static void set_alarm(unsigned long ticks, unsigned long period)
{
	struct task_signals *sig = &current->sig;

	__atomic_store_n(&sig->real_period, 0, __ATOMIC_SEQ_CST);
	/* Twice: its function may have seen the old period and started it once more. */
	del_timer_sync(&sig->real_timer);
	del_timer_sync(&sig->real_timer);
	if (!ticks)
		return;
	sig->real_timer.function = alarm_rings;
	sig->real_timer.data = (unsigned long)current;
	__atomic_store_n(&sig->real_period, period, __ATOMIC_SEQ_CST);
	mod_timer(&sig->real_timer, jiffies + ticks);
}

long sc_alarm(const struct syscall_frame *f)
{
	uint32_t seconds = min((uint32_t)f->arg[0], MAX_SECONDS);
	unsigned long left = ticks_left();

	set_alarm((unsigned long)seconds * HZ, 0);
	return (long)((left + HZ - 1) / HZ);
}

static int to_ticks(const uint32_t tv[2], unsigned long *ticks)
{
	if (tv[1] >= 1000000 || (int32_t)tv[0] < 0)
		return -EINVAL;
	*ticks = (unsigned long)min(tv[0], MAX_SECONDS) * HZ + (tv[1] + USEC_TICK - 1) / USEC_TICK;
	return 0;
}

static void to_timeval(unsigned long ticks, uint32_t tv[2])
{
	tv[0] = (uint32_t)(ticks / HZ);
	tv[1] = (uint32_t)(ticks % HZ) * USEC_TICK;
}

/* struct itimerval: period, then time left. */
static int tell_timer(unsigned long uvalue)
{
	uint32_t value[4];

	to_timeval(current->sig.real_period, value);
	to_timeval(ticks_left(), value + 2);
	return copy_to_user(uvalue, value, sizeof(value));
}

/* ITIMER_REAL only. */
long sc_getitimer(const struct syscall_frame *f)
{
	return f->arg[0] ? -EINVAL : tell_timer(f->arg[1]);
}

long sc_setitimer(const struct syscall_frame *f)
{
	uint32_t value[4] = { 0 };
	unsigned long period, ticks;

	if (f->arg[0])
		return -EINVAL;
	if (f->arg[1] && copy_from_user(value, f->arg[1], sizeof(value)))
		return -EFAULT;
	if (to_ticks(value, &period) || to_ticks(value + 2, &ticks))
		return -EINVAL;
	if (f->arg[2] && tell_timer(f->arg[2]))
		return -EFAULT;
	set_alarm(ticks, period);
	return 0;
}
