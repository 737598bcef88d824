/*
 * tests/host/arch_inline.h - the inline part of the arch boundary, for the host port.
 *
 * The modelled machine has nr_cpus CPUs that take turns on one thread of the host: a CPU gives up
 * its turn in cpu_relax(), in arch_idle(), and, when a seed was set, at random calls of
 * arch_ticks() (each lock taken is one). So runs are deterministic, and any interleaving at locks
 * can be had.
 */
#ifndef TESTS_HOST_ARCH_INLINE_H
#define TESTS_HOST_ARCH_INLINE_H

#ifndef HOST_MEMORY
#define HOST_MEMORY (64u << 20) /* bytes of modelled physical memory */
#endif

struct task_struct;

struct host_cpu {
	struct task_struct *running; /* NULL until the kernel stored the idle task in boot_stack */
	struct task_struct *left;    /* whom arch_switch() last left here */
	bool irqs;		     /* the interrupt flag */
	bool idling;		     /* inside arch_idle(), nothing to do */
	bool timer_pending;	     /* a tick that was not taken yet */
	bool reschedule_pending;
};

extern struct host_cpu host_cpus[];
extern int host_cpu_now; /* the CPU whose turn it is */
extern unsigned char host_memory[HOST_MEMORY];

void host_take_interrupts(void);
void host_relax(void);
uint64_t host_ticks(void);
void *arch_boot_stack(int cpu);
void host_bad_address(uint64_t addr) __attribute__((noreturn));

static inline bool arch_irqs_enabled(void)
{
	return host_cpus[host_cpu_now].irqs;
}

static inline void arch_irq_disable(void)
{
	host_cpus[host_cpu_now].irqs = false;
}

static inline void arch_irq_enable(void)
{
	host_cpus[host_cpu_now].irqs = true;
	host_take_interrupts();
}

static inline unsigned long arch_irq_save(void)
{
	unsigned long flags = arch_irqs_enabled();

	arch_irq_disable();
	return flags;
}

static inline void arch_irq_restore(unsigned long flags)
{
	if (flags)
		arch_irq_enable();
	else
		arch_irq_disable();
}

static inline void cpu_relax(void)
{
	host_relax();
}

static inline struct task_struct *arch_current(void)
{
	struct task_struct *t = host_cpus[host_cpu_now].running;

	return t ? t : *(struct task_struct **)arch_boot_stack(host_cpu_now);
}

static inline void *phys_to_virt(paddr_t pa)
{
	if (pa >= HOST_MEMORY)
		host_bad_address(pa);
	return host_memory + pa;
}

static inline paddr_t virt_to_phys(const void *p)
{
	uintptr_t offset = (uintptr_t)p - (uintptr_t)host_memory;

	if (offset >= HOST_MEMORY)
		host_bad_address((uintptr_t)p);
	return (paddr_t)offset;
}

static inline uint64_t arch_ticks(void)
{
	return host_ticks();
}

#endif
