/*
 * mm/kswapd.c - who steals and when: try_to_free_pages for tasks that allocate, and kswapd.
 * Realises facts c "Stealer" (rows kswapd, try_to_free_pages, do_try_to_free_pages) and d "Reclaim
 * loop".
 *
 * Priority falls from 6 to 0, and each lower one looks at more pages. At each, page and swap cache
 * are trimmed until nothing more comes, then address spaces are walked. 32 successes are enough.
 * There is no wait for memory here and no retry: who fails is told so. kswapd wakes once a second
 * or when somebody allocates while memory is low.
 */
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/trace.h"
#include "kernel/watch.h"
#include "mm/page.h"
#include "mm/slab.h"
#include "mm/vmscan.h"
#include "swap/swap.h"

#define FIRST_PRIORITY 6

struct task_struct *kswapd_task;

struct reclaim_limits reclaim_limits = { SWAP_CLUSTER_MAX, FIRST_PRIORITY + 1 };

/* One priority; true = *@count successes were made. */
static bool free_at_priority(int priority, unsigned gfp, int *count)
{
	while (shrink_mmap(priority, gfp))
		if (--*count <= 0)
			return true;
	/* 1999 trimmed directory and inode caches and shared memory here; we have none. */
	while (swap_out(priority, gfp))
		if (--*count <= 0)
			return true;
	return false;
}

int do_try_to_free_pages(unsigned gfp)
{
	int count = reclaim_limits.pages, last = FIRST_PRIORITY - reclaim_limits.rounds, priority;
	bool enough = false;

	vmscan_events.steals++;
	watch_reclaim_enter();
	kmem_cache_reap(gfp);
	for (priority = FIRST_PRIORITY; priority > last && !enough; priority--)
		enough = free_at_priority(priority, gfp, &count);
	watch_reclaim_leave();
	return enough;
}

/* For the trace, an operation of its own. */
static int reclaim(enum trace_op op, unsigned gfp)
{
	int enough;

	trace_op_enter(op, 0, 0);
	enough = do_try_to_free_pages(gfp);
	trace_note(NOTE_MEMORY, (uint32_t)nr_free_pages, (uintptr_t)nr_swap_pages);
	trace_op_leave(op, 0, enough);
	return enough;
}

int try_to_free_pages(unsigned gfp)
{
	/* A server that stole pages could wait for itself: its reserve has to do. */
	BUG_ON(current->flags & PF_SERVER);
	wakeup_kswapd();
	return gfp & __GFP_WAIT ? reclaim(OP_RECLAIM, gfp) : 1;
}

void wakeup_kswapd(void)
{
	if (kswapd_task)
		wake_up_process(kswapd_task);
}

static void balance(void)
{
	do {
		if (nr_free_pages >= freepages.high)
			break;
		if (!reclaim(OP_KSWAPD, GFP_KSWAPD))
			break;
	} while (!current->need_resched);
}

static void kswapd(void *unused)
{
	(void)unused;
	current->flags |= PF_MEMALLOC; /* for life: kswapd is never its own customer */
	for (;;) {
		balance();
		set_current_state(TASK_INTERRUPTIBLE);
		schedule_timeout(HZ);
	}
}

void kswapd_start(void)
{
	kswapd_task = kthread_create(kswapd, NULL, "kswapd");
	if (!kswapd_task)
		panic("no memory for kswapd");
	wake_up_process(kswapd_task);
}
