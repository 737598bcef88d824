/*
 * tests/scenarios/panic-report.c - the report of a panic, provoked on purpose.
 *
 * One task sleeps for good with a semaphore held; the other takes two locks and stops the machine. The
 * report must show both: held locks with the function that took them, what is waited for, call chains.
 * Judged by tests/boot/t-panic.sh. It has no expected verdict: there is none after a panic.
 */
#include "kernel/printk.h"
#include "kernel/scenario.h"
#include "kernel/semaphore.h"
#include "kernel/spinlock.h"

static DECLARE_MUTEX(first, LC_SEMAPHORE);
static struct spinlock second = SPINLOCK_INIT(LC_TEST, "S");

static void hold_and_sleep(void *arg)
{
	(void)arg;
	down(&first);
	for (;;)
		schedule_timeout(HZ);
}

static void take_and_panic(void *arg)
{
	(void)arg;
	while (!first.info.owner)
		schedule_timeout(1);
	spin_lock(&second);
	panic("provoked by scenario panic-report");
}

static const struct scenario_task tasks[] = {
	{ "sleeper", hold_and_sleep, NULL, NULL },
	{ "culprit", take_and_panic, NULL, NULL },
};

const struct scenario scenario_panic_report = {
	.name = "panic-report",
	.summary = "a panic on purpose, to look at its report (use mode=free)",
	.sources = "DESIGN section 4",
	.tasks = tasks,
	.ntasks = 2,
};
