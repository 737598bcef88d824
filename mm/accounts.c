/*
 * mm/accounts.c - the books of memory: what is in use now against what was before. See mm/accounts.h.
 */
#include "kernel/errno.h"
#include "kernel/servers/block.h"
#include "kernel/task.h"
#include "mm/accounts.h"
#include "mm/invariants.h"
#include "mm/vmscan.h"
#include "swap/swap.h"

#define PATIENCE (10 * HZ)

static struct vm_snapshot opened;

static bool at_rest(void)
{
	return !block_in_flight() && !nr_async_pages && kswapd_task->state != TASK_RUNNING;
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

int vm_accounts(bool open)
{
	if (!vm_come_to_rest())
		return -EBUSY;
	if (open) {
		vm_leak_snapshot(&opened);
		return 0;
	}
	return vm_leak_compare(&opened) + vm_invariants_check();
}
