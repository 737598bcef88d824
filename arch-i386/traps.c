/*
 * arch-i386/traps.c - the interrupt descriptor table, and where each vector leads.
 *
 * Every gate is an interrupt gate: trap_entry() starts with interrupts off and turns them on where
 * the work may sleep (system calls, page faults, a program's exceptions). A kernel exception with
 * an entry in the exception table continues at its fix-up; any other is a panic with all registers.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/printk.h"

#define SIGILL	4
#define SIGTRAP 5
#define SIGBUS	7
#define SIGFPE	8
#define SIGSEGV 11

_Static_assert(offsetof(struct pt_regs, ebp) == 20, "entry.asm: REGS_EBP");
_Static_assert(offsetof(struct pt_regs, vector) == 44, "entry.asm: REGS_VECTOR");
_Static_assert(offsetof(struct pt_regs, eip) == 52, "entry.asm: REGS_EIP");
_Static_assert(offsetof(struct pt_regs, cs) == 56, "entry.asm: REGS_CS");
_Static_assert(sizeof(struct pt_regs) == 72, "entry.asm: REGS_SIZE");

static const struct {
	const char *name;
	int signo; /* what a program gets; 0 = no program can cause it */
} exceptions[32] = {
	[0] = {"divide error", SIGFPE},
	[1] = {"debug trap", SIGTRAP},
	[3] = {"breakpoint", SIGTRAP},
	[4] = {"overflow", SIGSEGV},
	[5] = {"bound range exceeded", SIGSEGV},
	[6] = {"invalid opcode", SIGILL},
	[7] = {"no coprocessor", SIGFPE},
	[9] = {"coprocessor segment overrun", SIGFPE},
	[10] = {"invalid TSS", SIGSEGV},
	[11] = {"segment not present", SIGBUS},
	[12] = {"stack segment fault", SIGBUS},
	[13] = {"general protection fault", SIGSEGV},
	[14] = {"page fault", SIGSEGV},
	[16] = {"floating point error", SIGFPE},
	[17] = {"alignment check", SIGBUS},
	[18] = {"machine check", 0},
	[19] = {"SIMD floating point error", SIGFPE},
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

static void exception(struct pt_regs *regs)
{
	const char *name = exceptions[regs->vector].name;
	int signo = exceptions[regs->vector].signo;

	if (regs_from_user(regs) && signo) {
		arch_irq_enable();
		user_trap(regs, signo);
		return;
	}
	if (fixup_exception(regs))
		return;
	dump_registers(regs);
	panic("%s at %pS", name ? name : "unknown exception", (void *)regs->eip);
}

static void system_call(struct pt_regs *regs)
{
	const unsigned long args[6] = {regs->ebx, regs->ecx, regs->edx,
				       regs->esi, regs->edi, regs->ebp};

	arch_irq_enable();
	regs->eax = (unsigned long)syscall_entry(regs, (unsigned)regs->eax, args);
}

static void timer(const struct pt_regs *regs)
{
	int cpu = arch_cpu_id();

	if (!lapic_timer_wanted())
		return;
	if (cpu == 0)
		ata_watchdog();
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

/* Every entry into the kernel. Interrupts off on entry and on return. */
void trap_entry(struct pt_regs *regs)
{
	unsigned vector = (unsigned)regs->vector;

	switch (vector) {
	case VEC_SYSCALL:
		system_call(regs);
		break;
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
		timer(regs);
		break;
	case VEC_SPURIOUS:
		break;
	default:
		if (vector < 32)
			exception(regs);
		else
			device_interrupt(vector);
	}
	arch_irq_disable();
}

/* Before a return to ring 3: whatever is wanted of the task (need_resched, signals) is done now. */
void exit_to_user(struct pt_regs *regs)
{
	struct task_struct *task = arch_current();

	do {
		arch_irq_enable();
		return_to_user(regs);
		arch_irq_disable();
	} while (task->need_resched);
	segments_set_tls(arch_cpu_id(), task->arch.user_tls);
}
