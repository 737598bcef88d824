/*
 * kernel/control_irq.c - interrupts in a controlled run: marked pending when they come, delivered
 * as steps.
 *
 * The handlers of devices call ctl_irq_deferred(), on whatever CPU; the controller delivers, as the
 * task "irq", on its own. What counts for decisions is not what has arrived (chance) but what is in
 * flight (decided): when a delivery was chosen the controller waits here until the device is done.
 */
#include "kernel/control_internal.h"

#include "kernel/arch.h"
#include "kernel/printk.h"
#include "kernel/private_word.h"
#include "kernel/timer.h"

struct pending_irq {
	void (*fn)(void *);
	void *arg;
};

/* interrupts that wait for their step; guarded by a private word, for they come on any CPU */
static struct pending_irq irqs[CTL_MAX_IRQS];
static unsigned irqs_in, irqs_out;
static int irqs_busy;
/* requests given to devices whose completion was not delivered; atomic */
static volatile unsigned in_flight;

void ctl_irqs_reset(void)
{
	irqs_in = irqs_out = 0;
}

unsigned ctl_in_flight(void)
{
	return in_flight;
}

bool ctl_irq_deferred(void (*fn)(void *arg), void *arg)
{
	unsigned long flags;

	if (!ctl_active) {
		__atomic_fetch_sub(&in_flight, 1, __ATOMIC_RELAXED);
		return false;
	}
	flags = private_lock(&irqs_busy);
	if (irqs_in - irqs_out == CTL_MAX_IRQS)
		panic("control: more than %d interrupts wait for delivery", CTL_MAX_IRQS);
	irqs[irqs_in % CTL_MAX_IRQS].fn = fn;
	irqs[irqs_in % CTL_MAX_IRQS].arg = arg;
	irqs_in++;
	private_unlock(&irqs_busy, flags);
	return true;
}

void ctl_io_started(void)
{
	__atomic_fetch_add(&in_flight, 1, __ATOMIC_RELAXED);
}

static bool take_irq(struct pending_irq *irq)
{
	unsigned long flags = private_lock(&irqs_busy);
	bool any = irqs_in != irqs_out;

	if (any)
		*irq = irqs[irqs_out++ % CTL_MAX_IRQS];
	private_unlock(&irqs_busy, flags);
	return any;
}

/* A completion was decided on: wait until the device has it, then let it be seen. */
static void deliver_io(void)
{
	struct pending_irq irq;
	unsigned long flags;

	while (!take_irq(&irq)) {
		if (nr_cpus == 1) {
			arch_irq_disable();
			if (irqs_in == irqs_out)
				arch_idle(); /* no interrupt is lost between the look and here */
			arch_irq_enable();
		} else {
			arch_tlb_poll();
			cpu_relax();
		}
	}
	flags = arch_irq_save();
	irq.fn(irq.arg);
	arch_irq_restore(flags);
	__atomic_fetch_sub(&in_flight, 1, __ATOMIC_RELAXED);
}

void ctl_deliver(void)
{
	unsigned long flags;

	if (in_flight > 0) {
		deliver_io();
		return;
	}
	flags = arch_irq_save();
	timers_advance();
	arch_irq_restore(flags);
}
