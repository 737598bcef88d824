/*
 * arch-i386/traps.c - the interrupt descriptor table, and where each vector leads.
 *
 * Every gate is an interrupt gate: trap_entry() starts with interrupts off, like the two doors that
 * programs use most (system_call_entry, user_fault_entry), and they are turned on where the work
 * may sleep (system calls, page faults, a program's exceptions). A kernel exception with
 * an entry in the exception table continues at its fix-up; any other is a panic with all registers.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/printk.h"
#include "kernel/signal.h"
#include "kernel/trace.h"

_Static_assert(offsetof(struct pt_regs, ebp) == 20, "entry.asm: REGS_EBP");
_Static_assert(offsetof(struct pt_regs, ebx) == 0 && offsetof(struct pt_regs, ecx) == 4 &&
		       offsetof(struct pt_regs, edx) == 8 && offsetof(struct pt_regs, esi) == 12 &&
		       offsetof(struct pt_regs, edi) == 16,
	       "a system call's arguments stand first");
_Static_assert(offsetof(struct pt_regs, vector) == 44, "entry.asm: REGS_VECTOR");
_Static_assert(offsetof(struct pt_regs, eip) == 52, "entry.asm: REGS_EIP");
_Static_assert(offsetof(struct pt_regs, cs) == 56, "entry.asm: REGS_CS");
_Static_assert(sizeof(struct pt_regs) == 72, "entry.asm: REGS_SIZE");

static const struct {
	const char *name;
	int signo; /* what a program gets; 0 = no program can cause it */
	int code;  /* its si_code */
} exceptions[32] = {
	[0] = {"divide error", SIGFPE, FPE_INTDIV},
	[1] = {"debug trap", SIGTRAP, TRAP_TRACE},
	[3] = {"breakpoint", SIGTRAP, SI_KERNEL},
	[4] = {"overflow", SIGSEGV, SI_KERNEL},
	[5] = {"bound range exceeded", SIGSEGV, SI_KERNEL},
	[6] = {"invalid opcode", SIGILL, ILL_ILLOPN},
	[7] = {"no coprocessor", SIGFPE, SI_KERNEL},
	[9] = {"coprocessor segment overrun", SIGFPE, SI_KERNEL},
	[10] = {"invalid TSS", SIGSEGV, SI_KERNEL},
	[11] = {"segment not present", SIGBUS, SI_KERNEL},
	[12] = {"stack segment fault", SIGBUS, SI_KERNEL},
	[13] = {"general protection fault", SIGSEGV, SI_KERNEL},
	[14] = {"page fault", SIGSEGV, SEGV_MAPERR},
	[16] = {"floating point error", SIGFPE, SI_KERNEL},
	[17] = {"alignment check", SIGBUS, SI_KERNEL},
	[18] = {"machine check", 0, 0},
	[19] = {"SIMD floating point error", SIGFPE, SI_KERNEL},
};

static uint64_t idt[256];

static uint64_t gate(uint32_t selector, unsigned long offset, uint32_t type, uint32_t dpl)
{
	uint32_t lo = selector << 16 | (offset & 0xFFFF);
	uint32_t hi = (offset & 0xFFFF0000) | 0x8000 | dpl << 13 | type << 8;

	return (uint64_t)hi << 32 | lo;
}

/* Fill the table, once; idt_load() on each CPU. */
void idt_init(void)
{
	for (int v = 0; v < 256; v++) {
		/* int3, into and the system call are open to programs */
		bool open = v == 3 || v == 4 || v == VEC_SYSCALL;

		idt[v] = gate(SEL_KERNEL_CS, trap_stubs[v], 0xE, open ? 3 : 0);
	}
	idt[VEC_DOUBLE_FAULT] = gate(SEL_DF_TSS, 0, 0x5, 0); /* task gate: a stack of its own */
	idt_load();
}

void idt_load(void)
{
	struct {
		uint16_t limit;
		const uint64_t *base;
	} __attribute__((packed)) pointer = {sizeof(idt) - 1, idt};

	__asm__ volatile("lidt %0" : : "m"(pointer));
}

void dump_registers(const struct pt_regs *r)
{
	bool user = regs_from_user(r);
	unsigned long sp = user || r->vector == VEC_DOUBLE_FAULT ? r->esp : (unsigned long)&r->esp;

	report("cpu %d, trap %lu, error %lx, from %s mode\n", arch_cpu_id(), r->vector, r->error,
	       user ? "user" : "kernel");
	report("eip %08lx cs %04lx eflags %08lx esp %08lx cr0 %08lx cr2 %08lx cr3 %08lx\n", r->eip,
	       r->cs & 0xFFFF, r->eflags, sp, read_cr0(), read_cr2(), read_cr3());
	report("eax %08lx ebx %08lx ecx %08lx edx %08lx esi %08lx edi %08lx ebp %08lx\n", r->eax,
	       r->ebx, r->ecx, r->edx, r->esi, r->edi, r->ebp);
}

/* What a handler's sigcontext will say. */
void note_user_trap(const struct pt_regs *regs, unsigned long addr)
{
	struct arch_task *arch = &arch_current()->arch;

	arch->trap_number = regs->vector;
	arch->trap_error = regs->error;
	arch->fault_address = addr;
}

static void exception(struct pt_regs *regs)
{
	const char *name = exceptions[regs->vector].name;
	int signo = exceptions[regs->vector].signo, code = exceptions[regs->vector].code;

	if (regs_from_user(regs) && signo) {
		arch_irq_enable();
		note_user_trap(regs, 0);
		/* Faults of an instruction have an address, what the kernel could not place has none. */
		user_trap(regs, signo, code, code == SI_KERNEL ? 0 : regs->eip);
		return;
	}
	if (fixup_exception(regs))
		return;
	dump_registers(regs);
	panic("%s at %pS", name ? name : "unknown exception", (void *)regs->eip);
}

/* Before a return to ring 3: whatever is wanted of the task (need_resched, signals) is done now. */
static inline void leave_kernel(struct pt_regs *regs)
{
	struct task_struct *task = arch_current();

	while (unlikely(task->need_resched || signal_pending(task))) {
		arch_irq_enable();
		return_to_user(regs);
		arch_irq_disable();
		if (!task->need_resched)
			break;
	}
	if (unlikely(tls_loaded[task->cpu] != task->arch.user_tls))
		segments_set_tls(task->cpu, task->arch.user_tls);
}

void exit_to_user(struct pt_regs *regs)
{
	leave_kernel(regs);
}

/* Vector 0x80, from entry.asm; interrupts off on entry and on return. The six arguments are the
 * first six words of the frame. */
void system_call_entry(struct pt_regs *regs)
{
	regs->error = regs->eax; /* the number, should the call have to be made again (signal.c) */
	arch_irq_enable();
	regs->eax = (unsigned long)syscall_entry(regs, (unsigned)regs->eax,
						 (const unsigned long *)regs);
	arch_irq_disable();
	leave_kernel(regs);
}

/* Vector 14 of a program. */
void user_fault_entry(struct pt_regs *regs)
{
	page_fault(regs);
	arch_irq_disable();
	leave_kernel(regs);
}

static void timer(const struct pt_regs *regs)
{
	int cpu = this_cpu();

	if (!lapic_timer_wanted())
		return;
	if (cpu == 0) {
		ata_watchdog();
		serial_tick();
	}
	timer_interrupt(cpu, regs_from_user(regs));
}

static void device_interrupt(unsigned vector)
{
	lapic_eoi();
	switch (vector) {
	case VEC_IRQ(IRQ_KEYBOARD):
		keyboard_interrupt();
		break;
	case VEC_IRQ(IRQ_SERIAL):
		serial_interrupt();
		break;
	case VEC_IRQ(IRQ_ATA):
		ata_interrupt();
		break;
	case VEC_RESCHEDULE:
		lapic_timer_wanted();
		reschedule_interrupt();
		break;
	case VEC_TLB:
		tlb_interrupt();
		break;
	default:
		panic("interrupt with unexpected vector %u", vector);
	}
}

static void interrupt(unsigned vector)
{
	trace_op_enter(OP_IRQ, vector, 0);
	device_interrupt(vector);
	trace_op_leave(OP_IRQ, vector, 0);
}

/* Every entry into the kernel. Interrupts off on entry and on return. */
void trap_entry(struct pt_regs *regs)
{
	unsigned vector = (unsigned)regs->vector;

	switch (vector) {
	case VEC_PAGE_FAULT:
		page_fault(regs);
		break;
	case VEC_DEVICE_NA:
		if (regs_from_user(regs))
			fpu_device_not_available();
		else
			exception(regs);
		break;
	case VEC_NMI:
		stop_interrupt(regs);
		break;
	case VEC_TIMER:
		lapic_eoi();
		trace_op_enter(OP_IRQ, vector, 0);
		timer(regs);
		trace_op_leave(OP_IRQ, vector, 0);
		break;
	case VEC_SPURIOUS:
		break;
	default:
		if (vector < 32)
			exception(regs);
		else
			interrupt(vector);
	}
	arch_irq_disable();
}
