/*
 * arch-i386/arch_inline.h - the few functions of the arch boundary that must be inline, for the PC.
 *
 * Included by kernel/arch.h only; the host port has a twin of the same name. DESIGN section 2.
 * Invariants: all memory is mapped at KERNEL_BASE, so phys_to_virt() is one addition; a kernel
 * stack is ARCH_STACK_SIZE bytes and so aligned, with the task pointer in its lowest word.
 */
#ifndef ARCH_I386_ARCH_INLINE_H
#define ARCH_I386_ARCH_INLINE_H

#define KERNEL_BASE	0xC0000000UL /* user addresses lie below, the map of all memory starts here */
#define ARCH_STACK_SIZE 8192UL	     /* = KSTACK_SIZE of kernel/task.h, which includes us */
#define ARCH_FLAG_IF	0x200UL	     /* EFLAGS: interrupts enabled */

static inline unsigned long arch_flags(void)
{
	unsigned long flags;

	__asm__ volatile("pushfl; popl %0" : "=r"(flags) : : "memory");
	return flags;
}

static inline void arch_irq_enable(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void arch_irq_disable(void)
{
	__asm__ volatile("cli" : : : "memory");
}

/* Disable interrupts and return the old flag word. */
static inline unsigned long arch_irq_save(void)
{
	unsigned long flags = arch_flags();

	arch_irq_disable();
	return flags;
}

static inline void arch_irq_restore(unsigned long flags)
{
	if (flags & ARCH_FLAG_IF)
		arch_irq_enable();
	else
		arch_irq_disable();
}

static inline bool arch_irqs_enabled(void)
{
	return arch_flags() & ARCH_FLAG_IF;
}

/* One turn of a spin loop. "pause" is a no-op on CPUs that do not know it. */
static inline void cpu_relax(void)
{
	__asm__ volatile("pause" : : : "memory");
}

/* The task whose kernel stack we are on. */
static inline struct task_struct *arch_current(void)
{
	unsigned long sp;

	__asm__("movl %%esp, %0" : "=r"(sp));
	return *(struct task_struct **)(sp & ~(ARCH_STACK_SIZE - 1));
}

static inline void *phys_to_virt(paddr_t pa)
{
	return (void *)(pa + KERNEL_BASE);
}

static inline paddr_t virt_to_phys(const void *p)
{
	return (paddr_t)((unsigned long)p - KERNEL_BASE);
}

/* The time stamp counter: in Bochs one per instruction, deterministic. */
static inline uint64_t arch_ticks(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

#endif
