/*
 * arch-i386/machine.h - what the files of arch-i386/ tell each other: saved registers, per-CPU
 * machine state, vectors, and the order of start-up. Nothing outside arch-i386/ includes it.
 *
 * Start-up order (setup.c): early console, boot parameters, MP table, page tables, descriptor
 * tables, interrupt controllers, timer calibration, devices, other CPUs, kernel_main().
 */
#ifndef ARCH_I386_MACHINE_H
#define ARCH_I386_MACHINE_H

#include "kernel/arch.h"
#include "kernel/task.h"

/* --- what the loader leaves (boot/bootparams.inc) ---------------------------------------- */

#define BOOT_MAGIC 0x4B323342u

struct boot_map_entry {
	uint64_t base, length;
	uint32_t type; /* 1 = usable memory */
} __attribute__((packed));

struct boot_params {
	uint32_t magic;
	uint32_t drive;
	paddr_t cmdline;
	uint32_t nr_map;
	struct boot_map_entry map[32];
} __attribute__((packed));

/* --- saved registers (entry.asm pushes them; its constants are asserted in traps.c) ------ */

struct pt_regs {
	unsigned long ebx, ecx, edx, esi, edi, ebp; /* system call arguments */
	unsigned long eax;
	unsigned long ds, es, fs, gs;
	unsigned long vector, error;
	unsigned long eip, cs, eflags;
	unsigned long esp, ss; /* only there when the CPU came from user mode */
};

static inline bool regs_from_user(const struct pt_regs *regs)
{
	return (regs->cs & 3) != 0;
}

/* --- segments: Linux/i386's numbers, programs see them ----------------------------------- */

#define SEL_KERNEL_CS 0x10
#define SEL_KERNEL_DS 0x18
#define SEL_USER_CS   0x23
#define SEL_USER_DS   0x2B
#define SEL_TLS	      0x33
#define SEL_DF_TSS    0x38
#define SEL_TSS(cpu)  (0x40 + 8 * (cpu)) /* a number of its own per CPU: str tells who we are */

/* --- interrupt vectors ------------------------------------------------------------------- */

#define VEC_DEBUG	 1
#define VEC_NMI		 2
#define VEC_DEVICE_NA	 7
#define VEC_DOUBLE_FAULT 8
#define VEC_PAGE_FAULT	 14
#define VEC_IRQ(n)	 (0x30 + (n)) /* I/O APIC input n, n < 24 */
#define VEC_SYSCALL	 0x80
#define VEC_TIMER	 0xE0
#define VEC_RESCHEDULE	 0xF0
#define VEC_TLB		 0xF1
#define VEC_SPURIOUS	 0xFF

#define IRQ_KEYBOARD 1
#define IRQ_SERIAL   4
#define IRQ_ATA	     14

/* --- files, in the order in which start-up calls them ------------------------------------ */

extern char _kernel_start[], _etext[], _read_only_end[], _end[]; /* kernel.ld */
extern uint32_t boot_pgd[1024];					 /* head.asm */
extern char boot_stacks[NR_CPUS][ARCH_STACK_SIZE];

/* setup.c. A line on every output, before there are tasks. */
void machine_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* One clear line on every output, then power off with status 1. */
void machine_fail(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void arch_main(const struct boot_params *params) __attribute__((noreturn));
void arch_ap_main(int cpu) __attribute__((noreturn));

/* serial.c, vga.c, keyboard.c */
void serial_init(void);
void serial_enable_input(void);
void serial_write_char(char c);
void serial_interrupt(void);
void serial_tick(void); /* boot CPU, each tick, interrupts off: hand on what a write put aside */
void serial_drain(void); /* wait until the last character is out */
void vga_init(void);
void vga_write(const char *s, size_t n);
void keyboard_init(void);
void keyboard_interrupt(void);

/* mptable.c: fills cpu_apic_id[] and ncpus_found, ioapic inputs; false = no table, one CPU. */
bool mptable_read(void);
extern int ncpus_found;
extern uint8_t cpu_apic_id[NR_CPUS];				   /* by CPU number; 0 = boot CPU */
int mptable_irq_input(int isa_irq, bool *level, bool *active_low); /* I/O APIC input */

/* arch_cpu_id() for where a task runs, in four instructions: once sched_init_cpu() was here. */
static inline int this_cpu(void)
{
	return arch_current()->cpu;
}

/* memory.c */
extern uint32_t kernel_pgd[1024];
void memory_init(paddr_t memory_end);
void memory_load_kernel_pgd(void);

/* segments.c */
struct tss;
void segments_init_cpu(int cpu);
void segments_set_stack(int cpu, const struct task_struct *task);
void segments_set_tls(int cpu, unsigned long base);
extern unsigned long tls_loaded[NR_CPUS]; /* the base that it set last */
/* traps.c */
void idt_init(void);
void idt_load(void);
void trap_entry(struct pt_regs *regs);
void exit_to_user(struct pt_regs *regs);
void system_call_entry(struct pt_regs *regs);
void user_fault_entry(struct pt_regs *regs);
void double_fault_entry(void);
void note_user_trap(const struct pt_regs *regs, unsigned long addr);
void dump_registers(const struct pt_regs *regs);
/* Where @task's CPU was stopped by arch_stop_others(); NULL = it was not. */
const struct pt_regs *stopped_regs(int cpu);
void note_stopped(const struct pt_regs *regs);
void stop_interrupt(struct pt_regs *regs);
/* fault.c */
void page_fault(struct pt_regs *regs);
/* Continue at the fix-up of the faulting instruction; false = it has none. */
bool fixup_exception(struct pt_regs *regs);

/* apic.c */
#define LAPIC_BASE  0xFEE00000UL /* virtual = physical; one uncached 4 MB page maps both APICs */
#define IOAPIC_BASE 0xFEC00000UL
void lapic_check(void);
void lapic_init_cpu(void);
void lapic_eoi(void);
void lapic_send(int cpu, unsigned vector);
void lapic_send_init(int cpu);
void lapic_send_startup(int cpu, unsigned page);
void lapic_nmi_others(void);
void lapic_calibrate(void);
void lapic_timer_start(void);
/* False = the timer is stopped (arch_timer_stop): the local one is masked now. */
bool lapic_timer_wanted(void);
/* ioapic.c: deliver ISA interrupt @irq to the boot CPU. */
void ioapic_init(void);
void ioapic_enable(int irq);
/* pit.c: busy wait, by the timer chip; before interrupts are on. */
void pit_delay_us(unsigned us);

/* smp.c */
void smp_start_cpus(void);
/* tlb.c */
void tlb_interrupt(void);
/* Around the halt of an idle CPU: while halted it is not interrupted for shootdowns. */
void tlb_idle_enter(void);
void tlb_idle_leave(void);
/* fpu.c: x87 state, saved when its owner is switched out. */
void fpu_init_cpu(void);
void fpu_switch_out(struct task_struct *prev);
void fpu_device_not_available(void);
void fpu_fork(struct task_struct *child);
void fpu_exec(void);
bool fpu_store(uint8_t out[108]);
void fpu_load(const uint8_t *in);
/* ata.c */
void ata_init(void);
void ata_interrupt(void);
void ata_watchdog(void); /* each timer tick of CPU 0 */

/* entry.asm, switch.asm */
extern const unsigned long trap_stubs[256];
struct task_struct *switch_stacks(unsigned long *save_sp, unsigned long load_sp,
				  struct task_struct *prev);
extern char kernel_task_start[], forked_task_start[];
void leave_to_user(unsigned long entry, unsigned long sp, unsigned long stack_top)
	__attribute__((noreturn));
void double_fault_stub(void);

#endif
