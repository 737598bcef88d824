/*
 * arch-i386/console.c - where text goes, and how the machine ends.
 *
 * Ordinary output: screen and serial. Reports: port 0xE9, serial, screen. Both poll and take no
 * lock. The end is announced as "kswapd23: power off, status N", which the headless runners read.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/printk.h"
#include "kernel/trace_out.h"

#define PORT_E9		0xE9
#define BOCHS_SHUTDOWN	0x8900
#define QEMU_DEBUG_EXIT 0xF4
#define ACPI_CONTROL	0x604 /* where QEMU's BIOS puts PM1a; bit 13 = sleep, type 0 = off */
#define KBD_COMMAND	0x64

void arch_console_write(const char *s, size_t n)
{
	vga_write(s, n);
	while (n--)
		serial_write_char(*s++);
}

void arch_emergency_write(const char *s, size_t n)
{
	vga_write(s, n);
	for (; n--; s++) {
		outb(PORT_E9, (uint8_t)*s);
		serial_write_char(*s);
	}
}

static void halt(void) __attribute__((noreturn));
static void halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

void arch_poweroff(int status)
{
	char line[64];
	int n = snprintk(line, sizeof(line), "kswapd23: power off, status %d\n", status);

	arch_irq_disable();
	trace_out_flush();
	arch_emergency_write(line, (size_t)n);
	serial_drain();
	for (const char *s = "Shutdown"; *s; s++)
		outb(BOCHS_SHUTDOWN, (uint8_t)*s);
	outb(QEMU_DEBUG_EXIT, (uint8_t)status);
	outw(ACPI_CONTROL, 0x2000);
	halt(); /* a machine that knows none of these */
}

void arch_reboot(void)
{
	static const struct {
		uint16_t limit;
		uint32_t base;
	} __attribute__((packed)) no_idt;

	arch_irq_disable();
	outb(KBD_COMMAND, 0xFE); /* pulse the reset line */
	for (int i = 0; i < 100000; i++)
		cpu_relax();
	__asm__ volatile("lidt %0; int3" : : "m"(no_idt));
	halt();
}
