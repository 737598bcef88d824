/*
 * arch-i386/smp.c - starting the other CPUs, and stopping them for a report.
 *
 * A CPU is started by the INIT and start-up messages at the trampoline (head.asm) in low memory,
 * one after the other, so that their numbers and boot stacks are certain. It prepares itself and
 * waits until arch_start_cpus() lets it into secondary_main().
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/printk.h"
#include "kernel/string.h"

#define TRAMPOLINE_AT	 0x8000u /* also in head.asm */
#define START_TIMEOUT_US 200000u
#define STOP_SPINS	 1000000

int nr_cpus = 1;
int ap_cpu; /* the number of the CPU being started; head.asm reads it */

extern const char trampoline[], trampoline_end[];

static volatile int cpus_up = 1;
static volatile bool cpus_released;
static volatile bool stopping;
static const struct pt_regs *volatile stopped[NR_CPUS];

/* cpus= wants fewer than there are: this one has no task, no timer and no interrupts. Only an NMI wakes
 * it, and stop_interrupt() sends it back here. */
static void halt_surplus_cpu(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* A new CPU, on its boot stack and boot_pgd, interrupts off. */
void arch_ap_main(int cpu)
{
	memory_load_kernel_pgd();
	segments_init_cpu(cpu);
	idt_load();
	fpu_init_cpu();
	lapic_init_cpu();
	__atomic_store_n(&cpus_up, cpu + 1, __ATOMIC_SEQ_CST);
	while (!cpus_released)
		cpu_relax();
	if (cpu >= nr_cpus)
		halt_surplus_cpu();
	lapic_timer_start();
	secondary_main(cpu);
}

static bool start_cpu(int cpu)
{
	ap_cpu = cpu;
	lapic_send_init(cpu);
	pit_delay_us(10000);
	for (int attempt = 0; attempt < 2; attempt++) {
		lapic_send_startup(cpu, TRAMPOLINE_AT >> 12);
		pit_delay_us(200);
		if (cpus_up > cpu)
			return true;
	}
	for (unsigned us = 0; us < START_TIMEOUT_US && cpus_up <= cpu; us += 1000)
		pit_delay_us(1000);
	return cpus_up > cpu;
}

/* Bring up all CPUs of the MP table; afterwards nr_cpus is right. Boot CPU, interrupts off. */
void smp_start_cpus(void)
{
	/* cppcheck-suppress comparePointers ; labels of one piece of code in head.asm */
	memcpy(phys_to_virt(TRAMPOLINE_AT), trampoline, (size_t)(trampoline_end - trampoline));
	for (int cpu = 1; cpu < ncpus_found; cpu++) {
		if (!start_cpu(cpu)) {
			/* It might still wake up late and take the number of the next one. */
			machine_note("smp: CPU %d (APIC %u) does not start; going on with %d", cpu,
				     cpu_apic_id[cpu], cpu);
			break;
		}
		nr_cpus = cpu + 1;
	}
}

void arch_start_cpus(void)
{
	__atomic_store_n(&cpus_released, true, __ATOMIC_SEQ_CST);
}

/* Context: any, interrupts may be off everywhere: the message is an NMI. */
void arch_stop_others(void)
{
	int waiting = 0;

	stopping = true;
	if (nr_cpus == 1)
		return;
	lapic_nmi_others();
	for (int spin = 0; spin < STOP_SPINS; spin++) {
		waiting = 0;
		for (int cpu = 0; cpu < nr_cpus; cpu++)
			waiting += cpu != arch_cpu_id() && !stopped[cpu];
		if (!waiting)
			return;
		cpu_relax();
	}
	report("smp: %d CPUs do not answer the stop message\n", waiting);
}

const struct pt_regs *stopped_regs(int cpu)
{
	return cpu >= 0 && cpu < NR_CPUS ? stopped[cpu] : NULL;
}

/* Remember where the current CPU was when it stopped its ordinary work, for backtraces. */
void note_stopped(const struct pt_regs *regs)
{
	stopped[arch_cpu_id()] = regs;
}

/* Vector 2. */
void stop_interrupt(struct pt_regs *regs)
{
	if (arch_cpu_id() >= nr_cpus)
		halt_surplus_cpu();
	if (!stopping) {
		report("NMI on cpu %d, nobody sent it\n", arch_cpu_id());
		return;
	}
	note_stopped(regs);
	panic_stop_cpu();
	for (;;)
		__asm__ volatile("cli; hlt");
}
