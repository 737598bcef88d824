/*
 * kernel/lockcost.c - the cost model of moving lock words. Contract in the header.
 */
#include "kernel/lockcost.h"

#include "kernel/arch.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"

#define CALIBRATE 4096u /* turns; times LOCK_COST_MAX still a 32-bit number */

unsigned lock_cost_ticks;
static unsigned turns; /* of the loop, that take so long */

static __attribute__((noinline)) void busy(unsigned n)
{
	while (n--)
		__atomic_signal_fence(__ATOMIC_SEQ_CST); /* no instruction, and yet not nothing */
}

int lock_cost_setup(const char *text)
{
	uint64_t since;
	uint32_t took;
	long ticks = 0;

	if (text && (!str_to_long(text, &ticks) || ticks < 0 || ticks > LOCK_COST_MAX)) {
		report("command line: lockcost is a number of ticks from 0 to %d, not '%s'\n",
		       LOCK_COST_MAX, text);
		return -EINVAL;
	}
	lock_cost_ticks = (unsigned)ticks;
	observers.one.cost = ticks != 0;
	since = arch_ticks();
	busy(CALIBRATE);
	took = (uint32_t)(arch_ticks() - since);
	turns = lock_cost_ticks * CALIBRATE / max(took, 1u);
	return 0;
}

/* Only who has the lock writes last_cpu; of readers, who share it, any one's CPU will do. */
void lock_cost_charge(struct lock_info *li)
{
	uint8_t me = (uint8_t)(arch_cpu_id() + 1);

	if (li->last_cpu == me)
		return;
	if (li->last_cpu)
		busy(turns);
	li->last_cpu = me & 15;
}
