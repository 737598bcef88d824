/*
 * arch-i386/segments.c - descriptor tables and task state segments, one set per CPU.
 *
 * Each CPU has its own GDT, so that the TLS entry and the double-fault TSS have the same selector
 * everywhere; the TSS selector differs per CPU, and `str` tells which CPU we are on. The hardware's
 * task switch is used for the double fault only.
 */
#include "arch-i386/machine.h"
#include "kernel/printk.h"

struct tss {
	uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
	uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, io_bitmap;
};
_Static_assert(sizeof(struct tss) == 104, "TSS layout");

struct cpu_tables {
	uint64_t gdt[16];
	struct tss tss, df_tss;
} __attribute__((aligned(64)));

static struct cpu_tables tables[NR_CPUS];
static char df_stack[ARCH_STACK_SIZE] __attribute__((aligned(8192)));

static uint64_t descriptor(uint32_t base, uint32_t limit, uint32_t access, uint32_t flags)
{
	uint32_t lo = (limit & 0xFFFF) | base << 16;
	uint32_t hi = (base >> 16 & 0xFF) | access << 8 | (limit & 0xF0000) | flags << 20 |
		      (base & 0xFF000000);

	return (uint64_t)hi << 32 | lo;
}

static uint64_t tss_descriptor(const struct tss *tss)
{
	return descriptor((uint32_t)tss, sizeof(*tss) - 1, 0x89, 0);
}

static uint64_t tls_descriptor(unsigned long base)
{
	return descriptor(base, 0xFFFFF, 0xF2, 0xC);
}

static void load_gdt(const uint64_t *gdt, size_t size)
{
	struct {
		uint16_t limit;
		const uint64_t *base;
	} __attribute__((packed)) pointer = {(uint16_t)(size - 1), gdt};

	__asm__ volatile("lgdt %0\n\t"
			 "ljmp %1, $1f\n"
			 "1:\n\t"
			 "movl %2, %%ds\n\t"
			 "movl %2, %%es\n\t"
			 "movl %2, %%ss\n\t"
			 "movl %3, %%fs\n\t"
			 "movl %3, %%gs"
			 :
			 : "m"(pointer), "i"(SEL_KERNEL_CS), "r"(SEL_KERNEL_DS), "r"(0)
			 : "memory");
}

/* Give the current CPU, number @cpu, its tables. Interrupts off. */
void segments_init_cpu(int cpu)
{
	struct cpu_tables *t = &tables[cpu];

	t->gdt[SEL_KERNEL_CS / 8] = descriptor(0, 0xFFFFF, 0x9A, 0xC);
	t->gdt[SEL_KERNEL_DS / 8] = descriptor(0, 0xFFFFF, 0x92, 0xC);
	t->gdt[SEL_USER_CS / 8] = descriptor(0, 0xFFFFF, 0xFA, 0xC);
	t->gdt[SEL_USER_DS / 8] = descriptor(0, 0xFFFFF, 0xF2, 0xC);
	t->gdt[SEL_TLS / 8] = tls_descriptor(0);
	t->gdt[SEL_DF_TSS / 8] = tss_descriptor(&t->df_tss);
	t->gdt[SEL_TSS(cpu) / 8] = tss_descriptor(&t->tss);

	t->tss.ss0 = SEL_KERNEL_DS;
	t->tss.esp0 = (uint32_t)boot_stacks[cpu] + ARCH_STACK_SIZE;
	t->tss.io_bitmap = sizeof(struct tss);

	t->df_tss.cr3 = virt_to_phys(kernel_pgd);
	t->df_tss.eip = (uint32_t)double_fault_stub;
	t->df_tss.esp = (uint32_t)df_stack + ARCH_STACK_SIZE;
	t->df_tss.eflags = 2;
	t->df_tss.cs = SEL_KERNEL_CS;
	t->df_tss.ss = t->df_tss.ds = t->df_tss.es = SEL_KERNEL_DS;
	t->df_tss.io_bitmap = sizeof(struct tss);

	load_gdt(t->gdt, sizeof(t->gdt));
	__asm__ volatile("ltr %w0" : : "r"(SEL_TSS(cpu)));
}

/* Entries from user mode on @cpu land on @task's kernel stack from now on. */
void segments_set_stack(int cpu, const struct task_struct *task)
{
	tables[cpu].tss.esp0 = (uint32_t)task->stack + ARCH_STACK_SIZE;
}

/* The TLS segment that SEL_TLS names; a program's gs takes effect when it is popped. */
unsigned long tls_loaded[NR_CPUS];

void segments_set_tls(int cpu, unsigned long base)
{
	tls_loaded[cpu] = base;
	tables[cpu].gdt[SEL_TLS / 8] = tls_descriptor(base);
}

int arch_cpu_id(void)
{
	unsigned long selector;

	__asm__ volatile("str %0" : "=r"(selector));
	selector &= 0xFFFF;
	if (selector == SEL_DF_TSS) { /* handling a double fault: the TSS before it is linked */
		for (int cpu = 0; cpu < NR_CPUS; cpu++)
			if (tables[cpu].df_tss.link == (uint32_t)SEL_TSS(cpu))
				return cpu;
		return 0;
	}
	return selector ? (int)(selector - SEL_TSS(0)) / 8 : 0;
}

void *arch_boot_stack(int cpu)
{
	return boot_stacks[cpu];
}

/* The CPU switched here because it could not deliver an exception: mostly an overrun stack. */
void double_fault_entry(void)
{
	const struct tss *t = &tables[arch_cpu_id()].tss;
	struct pt_regs regs = {
		.ebx = t->ebx,
		.ecx = t->ecx,
		.edx = t->edx,
		.esi = t->esi,
		.edi = t->edi,
		.ebp = t->ebp,
		.eax = t->eax,
		.ds = t->ds,
		.es = t->es,
		.fs = t->fs,
		.gs = t->gs,
		.eip = t->eip,
		.cs = t->cs,
		.eflags = t->eflags,
		.vector = VEC_DOUBLE_FAULT,
		.esp = t->esp,
		.ss = t->ss,
	};

	/* Let arch_current() find the task, whatever became of its stack pointer. */
	*(void **)df_stack = *(void **)(t->esp0 - ARCH_STACK_SIZE);
	note_stopped(&regs);
	dump_registers(&regs);
	panic("double fault at %pS, kernel stack pointer %lx", (void *)regs.eip, regs.esp);
}
