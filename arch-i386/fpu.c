/*
 * arch-i386/fpu.c - x87 state, saved lazily: a task's first floating-point instruction after it was
 * switched in traps (CR0.TS), and only tasks that trapped are saved when they are switched out.
 *
 * Invariant: TS clear on a CPU = the registers belong to the task that runs there.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/string.h"

static void clear_ts(void)
{
	__asm__ volatile("clts" : : : "memory");
}

static void set_ts(void)
{
	write_cr0(read_cr0() | CR0_TS);
}

static void save(struct task_struct *task) /* also resets the unit */
{
	__asm__ volatile("fnsave %0; fwait" : "=m"(task->arch.fpu));
}

void fpu_init_cpu(void)
{
	write_cr0((read_cr0() & ~CR0_EM) | CR0_MP | CR0_NE | CR0_TS);
}

/* Interrupts off. */
void fpu_switch_out(struct task_struct *prev)
{
	if (read_cr0() & CR0_TS)
		return;
	save(prev);
	set_ts();
}

/* Vector 7 from user mode. Interrupts off. */
void fpu_device_not_available(void)
{
	struct task_struct *task = arch_current();

	clear_ts();
	if (task->arch.fpu_used)
		__asm__ volatile("frstor %0" : : "m"(task->arch.fpu));
	else
		__asm__ volatile("fninit");
	task->arch.fpu_used = true;
}

/* Give @child a copy of the current task's state. */
void fpu_fork(struct task_struct *child)
{
	struct task_struct *task = arch_current();
	unsigned long flags = arch_irq_save();

	if (task->arch.fpu_used && !(read_cr0() & CR0_TS)) {
		save(task);
		set_ts();
	}
	child->arch.fpu_used = task->arch.fpu_used;
	memcpy(child->arch.fpu, task->arch.fpu, sizeof(child->arch.fpu));
	arch_irq_restore(flags);
}

/* The current task starts a new program: its state is gone. */
void fpu_exec(void)
{
	unsigned long flags = arch_irq_save();

	arch_current()->arch.fpu_used = false;
	set_ts();
	arch_irq_restore(flags);
}
