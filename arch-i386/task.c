/*
 * arch-i386/task.c - kernel stacks and user registers of tasks: switch, first run, way to ring 3,
 * and backtraces along the frame pointers.
 *
 * A kernel stack, from its top: struct pt_regs of the last entry from user mode, then C frames, and
 * while switched out the four registers that switch_stacks() pushed. Its lowest word is the task.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/printk.h"

_Static_assert(ARCH_STACK_SIZE == KSTACK_SIZE, "arch_inline.h");
_Static_assert(NR_CPUS == 8, "boot/head.asm reserves 8 boot stacks");

struct switch_frame { /* what switch_stacks() pops */
	unsigned long edi, esi, ebx, ebp, eip;
};

struct task_struct *arch_switch(struct task_struct *prev, struct task_struct *next)
{
	fpu_switch_out(prev);
	segments_set_stack(this_cpu(), next);
	return switch_stacks(&prev->arch.sp, next->arch.sp, prev);
}

struct pt_regs *arch_user_regs(struct task_struct *task)
{
	return (struct pt_regs *)((char *)task->stack + KSTACK_SIZE) - 1;
}

unsigned long arch_user_sp(const struct pt_regs *regs)
{
	return regs->esp;
}

unsigned long arch_user_pc(const struct pt_regs *regs)
{
	return regs->eip;
}

static void init_switch_frame(struct task_struct *task, void *stack_end, const char *start)
{
	struct switch_frame *f = (struct switch_frame *)stack_end - 1;

	*f = (struct switch_frame){.eip = (unsigned long)start};
	task->arch.sp = (unsigned long)f;
	*(struct task_struct **)task->stack = task;
}

void arch_task_init_kernel(struct task_struct *task)
{
	init_switch_frame(task, (char *)task->stack + KSTACK_SIZE, kernel_task_start);
}

void arch_task_init_fork(struct task_struct *task, const struct pt_regs *regs, unsigned long sp)
{
	struct pt_regs *copy = arch_user_regs(task);

	*copy = *regs;
	copy->eax = 0;
	if (sp)
		copy->esp = sp;
	init_switch_frame(task, copy, forked_task_start);
	fpu_fork(task);
}

void arch_enter_user(unsigned long entry, unsigned long sp)
{
	struct task_struct *task = arch_current();

	fpu_exec();
	task->arch.user_tls = 0;
	segments_set_stack(this_cpu(), task);
	leave_to_user(entry, sp, (unsigned long)task->stack + KSTACK_SIZE);
}

static bool on_stack(const struct task_struct *task, unsigned long addr)
{
	unsigned long base = (unsigned long)task->stack;

	return addr > base && addr <= base + KSTACK_SIZE - 2 * sizeof(long) && !(addr & 3);
}

/* Follow saved frame pointers: [ebp] = the caller's, [ebp + 4] = where it goes on. */
static int follow(const struct task_struct *task, unsigned long ebp, uintptr_t *pcs, int n, int max)
{
	while (n < max && on_stack(task, ebp)) {
		const unsigned long *frame = (const unsigned long *)ebp;

		if (!frame[1])
			break;
		pcs[n++] = frame[1];
		if (frame[0] <= ebp) /* a caller's frame lies higher */
			break;
		ebp = frame[0];
	}
	return n;
}

int arch_backtrace(struct task_struct *task, uintptr_t *pcs, int max)
{
	const struct pt_regs *stopped;
	unsigned long here = (unsigned long)__builtin_frame_address(0);

	if (max <= 0 || !task)
		return 0;
	if (task == arch_current() && on_stack(task, here))
		return follow(task, here, pcs, 0, max);
	stopped = task->on_cpu || task == arch_current() ? stopped_regs(task->cpu) : NULL;
	if (stopped) {
		if (regs_from_user(stopped))
			return 0;
		pcs[0] = stopped->eip;
		return follow(task, stopped->ebp, pcs, 1, max);
	}
	if (task->on_cpu || !on_stack(task, task->arch.sp))
		return 0;

	const struct switch_frame *f = (const struct switch_frame *)task->arch.sp;

	pcs[0] = f->eip;
	return follow(task, f->ebp, pcs, 1, max);
}
