/*
 * mm/accounts.c - the books of memory: what is in use now against what was before. See mm/accounts.h.
 */
#include "kernel/rcu.h"
#include "kernel/errno.h"
#include "kernel/servers/block.h"
#include "kernel/sched.h"
#include "kernel/task.h"
#include "kernel/timer.h"
#include "mm/accounts.h"
#include "mm/inode.h"
#include "mm/invariants.h"
#include "mm/vmscan.h"
#include "mm/writeback.h"
#include "swap/swap.h"

#define PATIENCE  (10 * HZ)
#define MAX_TURNS 100000 /* where no clock runs */

static struct vm_snapshot opened;

static bool at_rest(void)
{
	return rcu_at_rest() && !block_in_flight() && !nr_async_pages && writeback_at_rest() &&
	       kswapd_task->state != TASK_RUNNING;
}

bool vm_come_to_rest(void)
{
	for (int ticks = 0; ticks < PATIENCE; ticks++) {
		if (at_rest())
			return true;
		schedule_timeout(1);
	}
	return false;
}

/* Every other task sleeps, with no lock: none of them is inside the VM. */
static bool all_asleep(void)
{
	bool asleep = true;
	struct task_struct *t;

	spin_lock(&tasklist_lock);
	for_each_task (t)
		if (t != current && (t->state == TASK_RUNNING || t->on_cpu || t->nheld))
			asleep = false;
	spin_unlock(&tasklist_lock);
	return asleep;
}

/* With no timer to wake anybody, who runs comes to sleep soon, unless he waits for a timer himself
 * with his work half done. */
static bool all_come_to_sleep(void)
{
	unsigned long end = jiffies + HZ / 5;

	for (int turns = 0; turns < MAX_TURNS && !time_after(jiffies, end); turns++) {
		if (at_rest() && all_asleep())
			return true;
		yield();
	}
	return false;
}

/* f() while nobody is inside the VM and nothing can wake anybody: kswapd and kupdate would change what is being
 * counted. -EBUSY when the machine does not come to rest. */
static int while_at_rest(int (*f)(void))
{
	int result = -EBUSY;

	for (int ticks = 0; ticks < PATIENCE && result == -EBUSY; ticks++) {
		/* Only a timer or I/O could wake anybody while we look, and we do not sleep. */
		timers_hold(true);
		if (all_come_to_sleep())
			result = f();
		timers_hold(false);
		if (result == -EBUSY)
			schedule_timeout(1);
	}
	return result;
}

int vm_invariants_now(void)
{
	return while_at_rest(vm_invariants_check);
}

static int open_books(void)
{
	vm_leak_snapshot(&opened);
	return 0;
}

static int compare_books(void)
{
	return vm_leak_compare(&opened) + vm_invariants_check();
}

int vm_accounts(bool open)
{
	writeback_all(); /* a file with dirty pages has a reference on its inode */
	return while_at_rest(open ? open_books : compare_books);
}
