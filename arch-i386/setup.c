/*
 * arch-i386/setup.c - the order of start-up, from head.asm to kernel_main().
 *
 * Whatever the machine lacks is said in one clear line, then the machine stops with status 1.
 */
#include "arch-i386/machine.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/system.h"
#include "kernel/sync.h"

#define MEMORY_MAX                                                                                 \
	(256u << 20) /* what fits between KERNEL_BASE and the APICs' mapping, rounded              \
		      */
#define CMDLINE_MAX 4096

static char cmdline[CMDLINE_MAX];

/* A line on every output. The message log and its lock belong to tasks; there is none yet. */
static void say(const char *head, const char *fmt, va_list ap)
{
	char line[160];

	vsnprintk(line, sizeof(line), fmt, ap);
	arch_emergency_write(head, strlen(head));
	arch_emergency_write(line, strlen(line));
	arch_emergency_write("\n", 1);
}

void machine_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

void machine_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("boot error: ", fmt, ap);
	va_end(ap);
	arch_poweroff(1);
}

/* The end of the usable memory that holds the kernel, at most MEMORY_MAX. */
static paddr_t find_memory(const struct boot_params *params)
{
	paddr_t kernel_end = virt_to_phys(_end);

	for (uint32_t i = 0; i < params->nr_map; i++) {
		const struct boot_map_entry *e = &params->map[i];
		uint64_t end = e->base + e->length;

		if (e->type != 1 || e->base > 0x100000 || end <= kernel_end)
			continue;
		if (end > MEMORY_MAX) {
			machine_note("memory: %u MB found, %u MB used", (unsigned)(end >> 20),
				     MEMORY_MAX >> 20);
			end = MEMORY_MAX;
		}
		return (paddr_t)(end & ~(uint64_t)(PAGE_SIZE - 1));
	}
	machine_fail("no usable memory behind the kernel, which ends at %u KB", kernel_end >> 10);
}

/* The loader ends the line with NUL; an editor or dd may have left an end of line in the slot. */
static void take_cmdline(const struct boot_params *params)
{
	str_copy(cmdline, phys_to_virt(params->cmdline), sizeof(cmdline));
	for (char *p = cmdline; *p; p++)
		if (*p == '\n' || *p == '\r' || *p == '\t')
			*p = ' ';
}

void arch_main(const struct boot_params *low_params)
{
	const struct boot_params *params = phys_to_virt((paddr_t)(uintptr_t)low_params);
	struct boot_info bi;
	bool have_mptable;

	kernel_entry_ticks = arch_ticks();
	serial_init();
	vga_init();
	if (params->magic != BOOT_MAGIC)
		machine_fail("the kernel was not started by its loader");
	take_cmdline(params);
	bi.cmdline = cmdline;
	bi.free_start = virt_to_phys(_end);
	bi.free_end = find_memory(params);
	have_mptable = mptable_read(); /* the last to look at page 0 */

	memory_init(bi.free_end);
	segments_init_cpu(0);
	idt_init();
	fpu_init_cpu();
	lapic_check();
	lapic_init_cpu();
	ioapic_init();
	lapic_calibrate();
	keyboard_init();
	serial_enable_input();
	ata_init();
	if (!have_mptable)
		machine_note("smp: no MP table, one CPU");
	smp_start_cpus();
	bi.ncpus = nr_cpus;
	lapic_timer_start();
	kernel_main(&bi);
}

void arch_idle(void)
{
	/* In a controlled run a shootdown sends no interrupt that would end the hlt. */
	if (ctl_active) {
		arch_irq_enable();
		arch_tlb_poll();
		cpu_relax();
		return;
	}
	/* The instruction after sti still runs with interrupts off: none is lost before the hlt. */
	tlb_idle_enter();
	__asm__ volatile("sti; hlt" : : : "memory");
	tlb_idle_leave();
}
