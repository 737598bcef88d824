/*
 * arch-i386/ioapic.c - the I/O APIC: device interrupts, all delivered to the boot CPU (one receiver
 * keeps a run in Bochs repeatable). The two old 8259 controllers are moved out of the way and
 * masked.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"

#define IOAPIC_REG_VERSION 1
#define IOAPIC_REDIRECT(n) (0x10 + 2 * (n))
#define REDIRECT_MASKED	   0x10000u
#define REDIRECT_LEVEL	   0x8000u
#define REDIRECT_LOW	   0x2000u

static int nr_inputs;

static uint32_t ioapic_read(unsigned reg)
{
	*(volatile uint32_t *)IOAPIC_BASE = reg;
	return *(volatile uint32_t *)(IOAPIC_BASE + 0x10);
}

static void ioapic_write(unsigned reg, uint32_t value)
{
	*(volatile uint32_t *)IOAPIC_BASE = reg;
	*(volatile uint32_t *)(IOAPIC_BASE + 0x10) = value;
}

static void mask_8259(void)
{
	static const uint8_t init[][2] = {
		{0x20, 0x11}, {0xA0, 0x11}, /* start, edge, cascade */
		{0x21, 0x20}, {0xA1, 0x28}, /* vectors away from the exceptions */
		{0x21, 0x04}, {0xA1, 0x02}, {0x21, 0x01},
		{0xA1, 0x01}, {0x21, 0xFF}, {0xA1, 0xFF}, /* all masked */
	};

	for (unsigned i = 0; i < ARRAY_SIZE(init); i++)
		outb(init[i][0], init[i][1]);
}

/* Stop with a clear line when there is none. */
void ioapic_init(void)
{
	uint32_t version = ioapic_read(IOAPIC_REG_VERSION);

	nr_inputs = (int)(version >> 16 & 0xFF) + 1;
	if (version == 0xFFFFFFFF || version == 0 || nr_inputs < 16)
		machine_fail("this machine has no I/O APIC at %lx", IOAPIC_BASE);
	mask_8259();
	for (int i = 0; i < nr_inputs; i++)
		ioapic_write(IOAPIC_REDIRECT(i), REDIRECT_MASKED);
}

/* Deliver ISA interrupt @irq to the boot CPU as VEC_IRQ(irq). */
void ioapic_enable(int irq)
{
	bool level = false, low = false;
	int input = mptable_irq_input(irq, &level, &low);

	if (input >= nr_inputs)
		machine_fail("interrupt %d: the MP table names input %d of %d", irq, input,
			     nr_inputs);
	ioapic_write(IOAPIC_REDIRECT(input) + 1, (uint32_t)cpu_apic_id[0] << 24);
	ioapic_write(IOAPIC_REDIRECT(input), (uint32_t)VEC_IRQ(irq) | (level ? REDIRECT_LEVEL : 0) |
						     (low ? REDIRECT_LOW : 0));
}
