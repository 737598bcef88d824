/*
 * arch-i386/apic.c - the local APIC of each CPU: end of interrupt, messages between CPUs, timer.
 *
 * The timer's rate is measured once, on the boot CPU, against the PIT's 1.193182 MHz; in Bochs both
 * run on simulated time, so the result is the same in every run with the same ips.
 * Invariant: a message is sent with interrupts off between the two halves of the command register.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"

#define LAPIC_ID	0x20
#define LAPIC_TPR	0x80
#define LAPIC_EOI	0xB0
#define LAPIC_SPURIOUS	0xF0
#define LAPIC_ICR_LOW	0x300
#define LAPIC_ICR_HIGH	0x310
#define LAPIC_LVT_TIMER 0x320
#define LAPIC_LVT_LINT0 0x350
#define LAPIC_LVT_LINT1 0x360
#define LAPIC_LVT_ERROR 0x370
#define LAPIC_INITIAL	0x380
#define LAPIC_CURRENT	0x390
#define LAPIC_DIVIDE	0x3E0

#define ICR_INIT       0x4500u /* level assert */
#define ICR_STARTUP    0x4600u
#define ICR_NMI	       0x4400u
#define ICR_FIXED      0x4000u
#define ICR_PENDING    0x1000u
#define ICR_ALL_BUT_ME 0xC0000u
#define LVT_MASKED     0x10000u
#define LVT_PERIODIC   0x20000u
#define LVT_NMI	       0x400u
#define DIVIDE_BY_1    0xBu

#define CALIBRATE_US 10000u

static uint32_t timer_count; /* LAPIC timer steps in 1/HZ second */
static volatile bool timer_stopped;
static bool timer_masked[NR_CPUS]; /* each written by its own CPU */

static uint32_t lapic_read(unsigned reg)
{
	return *(volatile uint32_t *)(LAPIC_BASE + reg);
}

static void lapic_write(unsigned reg, uint32_t value)
{
	*(volatile uint32_t *)(LAPIC_BASE + reg) = value;
	(void)lapic_read(LAPIC_ID); /* wait until the write has arrived */
}

/* Stop with a clear line when there is none. */
void lapic_check(void)
{
	uint32_t a, b, c, d;

	__asm__ volatile("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(1));
	if (!(d & 1u << 9))
		machine_fail("this CPU has no local APIC");
}

/* Turn on the current CPU's APIC, its timer masked. */
void lapic_init_cpu(void)
{
	lapic_write(LAPIC_LVT_TIMER, LVT_MASKED | VEC_TIMER);
	lapic_write(LAPIC_LVT_LINT0, LVT_MASKED);
	lapic_write(LAPIC_LVT_LINT1, LVT_NMI);
	lapic_write(LAPIC_LVT_ERROR, LVT_MASKED | VEC_SPURIOUS);
	lapic_write(LAPIC_TPR, 0);
	lapic_write(LAPIC_SPURIOUS, 0x100 | VEC_SPURIOUS);
	lapic_eoi();
}

void lapic_eoi(void)
{
	*(volatile uint32_t *)(LAPIC_BASE + LAPIC_EOI) = 0;
}

static void send(uint32_t apic_id, uint32_t command)
{
	unsigned long flags = arch_irq_save();

	while (lapic_read(LAPIC_ICR_LOW) & ICR_PENDING)
		cpu_relax();
	lapic_write(LAPIC_ICR_HIGH, apic_id << 24);
	lapic_write(LAPIC_ICR_LOW, command);
	arch_irq_restore(flags);
}

void lapic_send(int cpu, unsigned vector)
{
	send(cpu_apic_id[cpu], ICR_FIXED | vector);
}

void lapic_send_init(int cpu)
{
	send(cpu_apic_id[cpu], ICR_INIT);
}

void lapic_send_startup(int cpu, unsigned page)
{
	send(cpu_apic_id[cpu], ICR_STARTUP | page);
}

void lapic_nmi_others(void)
{
	send(0, ICR_ALL_BUT_ME | ICR_NMI);
}

void arch_send_reschedule(int cpu)
{
	lapic_send(cpu, VEC_RESCHEDULE);
}

void lapic_calibrate(void)
{
	uint32_t steps;

	lapic_write(LAPIC_DIVIDE, DIVIDE_BY_1);
	lapic_write(LAPIC_INITIAL, 0xFFFFFFFF);
	pit_delay_us(CALIBRATE_US);
	steps = 0xFFFFFFFF - lapic_read(LAPIC_CURRENT);
	lapic_write(LAPIC_INITIAL, 0);
	if (steps < 1000)
		machine_fail("the local APIC timer does not count");
	timer_count = steps / CALIBRATE_US * (1000000 / HZ) +
		      steps % CALIBRATE_US * (1000000 / HZ) / CALIBRATE_US;
}

/* Start the current CPU's timer; the first tick comes when interrupts are on. */
void lapic_timer_start(void)
{
	lapic_write(LAPIC_DIVIDE, DIVIDE_BY_1);
	lapic_write(LAPIC_LVT_TIMER, LVT_PERIODIC | VEC_TIMER);
	lapic_write(LAPIC_INITIAL, timer_count);
}

/* Each CPU can reach only its own timer: it masks it at the first tick that nobody wants, and
 * unmasks it at the message that arch_timer_start() sends. */
bool lapic_timer_wanted(void)
{
	int cpu = arch_cpu_id();
	bool stopped = timer_stopped;

	if (stopped != timer_masked[cpu]) {
		timer_masked[cpu] = stopped;
		lapic_write(LAPIC_LVT_TIMER, LVT_PERIODIC | VEC_TIMER | (stopped ? LVT_MASKED : 0));
	}
	return !stopped;
}

void arch_timer_stop(void)
{
	timer_stopped = true;
}

void arch_timer_start(void)
{
	unsigned long flags = arch_irq_save();
	int me = arch_cpu_id();

	timer_stopped = false;
	lapic_timer_wanted();
	for (int cpu = 0; cpu < nr_cpus; cpu++)
		if (cpu != me)
			arch_send_reschedule(cpu);
	arch_irq_restore(flags);
}
