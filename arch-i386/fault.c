/*
 * arch-i386/fault.c - page faults: from the CPU's registers to vm_fault(), and what follows when it
 * says no. Also the exception table: instructions that are allowed to touch bad user addresses.
 *
 * Faults from user mode, and kernel accesses to user memory made by an instruction in the table,
 * go to the VM. Every other kernel fault is a panic: the kernel's own memory is always mapped.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/printk.h"
#include "kernel/signal.h"
#include "mm/fault.h"

struct exception_entry {
	unsigned long instruction, fixup;
};

extern const struct exception_entry _ex_table_start[], _ex_table_end[]; /* kernel.ld */

static const struct exception_entry *find_fixup(unsigned long eip)
{
	/* Seldom used and a handful of entries: no need to sort. */
	/* cppcheck-suppress comparePointers ; the linker script makes them one table */
	for (const struct exception_entry *e = _ex_table_start; e < _ex_table_end; e++)
		if (e->instruction == eip)
			return e;
	return NULL;
}

bool fixup_exception(struct pt_regs *regs)
{
	const struct exception_entry *e = find_fixup(regs->eip);

	if (!e || regs_from_user(regs))
		return false;
	regs->eip = e->fixup;
	return true;
}

/* The user stack pointer, for stack growth. A kernel task that works in a user mm has no user
 * stack: with 0 every address counts as above it. */
static unsigned long user_stack_pointer(const struct task_struct *task)
{
	return task->flags & PF_KTHREAD ? 0 : arch_user_regs((struct task_struct *)task)->esp;
}

static int code_of(int signo, unsigned long error, unsigned long addr)
{
	if (signo == SIGBUS)
		return BUS_ADRERR;
	if (signo != SIGSEGV)
		return SI_KERNEL;
	/* The kernel's own pages look present but are not mapped for a program. */
	return addr < KERNEL_BASE && ((error & FAULT_PROT) || vm_is_mapped(addr)) ? SEGV_ACCERR
										  : SEGV_MAPERR;
}

static void user_fault(struct pt_regs *regs, unsigned long addr)
{
	int signo = SIGSEGV;

	arch_irq_enable();
	if (addr < KERNEL_BASE)
		signo = vm_fault(addr, (unsigned)regs->error & 7, regs->esp);
	if (!signo)
		return;
	note_user_trap(regs, addr);
	user_trap(regs, signo, code_of(signo, regs->error, addr), addr);
}

static const char *kind_of_address(unsigned long addr)
{
	if (addr < PAGE_SIZE || (addr >= KERNEL_BASE && addr < KERNEL_BASE + PAGE_SIZE))
		return "null";
	return addr < KERNEL_BASE ? "user" : "kernel";
}

static void kernel_fault(struct pt_regs *regs, unsigned long addr)
{
	struct task_struct *task = arch_current();

	if (addr < KERNEL_BASE && task && task->mm && find_fixup(regs->eip)) {
		if (regs->eflags & ARCH_FLAG_IF)
			arch_irq_enable();
		if (vm_fault(addr, (unsigned)regs->error & 7, user_stack_pointer(task)) == 0)
			return;
	}
	if (fixup_exception(regs))
		return;
	dump_registers(regs);
	panic("page fault: %s of %s address %08lx at %pS",
	      regs->error & FAULT_WRITE ? "write" : "read", kind_of_address(addr), addr,
	      (void *)regs->eip);
}

/* Vector 14; interrupts off until cr2 is read. */
void page_fault(struct pt_regs *regs)
{
	unsigned long addr = read_cr2();

	if (regs_from_user(regs))
		user_fault(regs, addr);
	else
		kernel_fault(regs, addr);
}
