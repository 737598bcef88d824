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

/* Put the registers of the current task into its memory, if they are in the unit. */
static void flush(struct task_struct *task)
{
	unsigned long flags = arch_irq_save();

	if (task->arch.fpu_used && !(read_cr0() & CR0_TS)) {
		save(task);
		set_ts();
	}
	arch_irq_restore(flags);
}

/* Copy the current task's state to @out; false = it has none. */
bool fpu_store(uint8_t out[108])
{
	struct task_struct *task = arch_current();

	flush(task);
	if (task->arch.fpu_used)
		memcpy(out, task->arch.fpu, sizeof(task->arch.fpu));
	return task->arch.fpu_used;
}

/* The current task goes on with the state @in; NULL = a fresh one. */
void fpu_load(const uint8_t *in)
{
	struct task_struct *task = arch_current();

	fpu_exec();
	if (!in)
		return;
	memcpy(task->arch.fpu, in, sizeof(task->arch.fpu));
	task->arch.fpu_used = true;
}

/* Give @child a copy of the current task's state. */
void fpu_fork(struct task_struct *child)
{
	child->arch.fpu_used = fpu_store(child->arch.fpu);
}

/* The current task starts a new program: its state is gone. */
void fpu_exec(void)
{
	unsigned long flags = arch_irq_save();

	arch_current()->arch.fpu_used = false;
	set_ts();
	arch_irq_restore(flags);
}
