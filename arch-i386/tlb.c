/*
 * arch-i386/tlb.c - address space switches and TLB shootdown.
 *
 * One shootdown is in flight at a time, under tlb_lock. The sender publishes the range, sets a
 * pending bit for every CPU that may hold entries of the mm, interrupts them, and waits until all
 * bits are clear; a target drops the entries, then its bit, from the interrupt or from
 * arch_tlb_poll(). Whoever waits for tlb_lock polls, so two senders cannot block each other,
 * interrupts on or off. In controlled mode (ctl_active) no interrupt is sent: targets poll in their
 * baton loops.
 *
 * Order against arch_switch_mm(): a CPU sets its bit in cpu_mask before it loads the page
 * directory, the sender changes the pte before it reads cpu_mask, both with full barriers: either
 * the sender sees the bit or the CPU's walks see the new pte.
 *
 * A halted CPU keeps the page directory of the mm it ran last, touches no user memory and need not
 * be woken for each change: the sender marks it stale, and it drops everything before it does
 * anything else (idle_state).
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/spinlock.h"
#include "kernel/sync.h"

#define FLUSH_ALL_ABOVE (32 * PAGE_SIZE) /* a longer range is cheaper by reloading everything */

static struct spinlock tlb_lock = SPINLOCK_INIT(LC_TLB, NULL);
/* The shootdown in flight: written under tlb_lock before the bits are set. */
static struct {
	unsigned long start, end;
	volatile uint32_t pending; /* CPUs that have not acknowledged; atomic */
} shootdown;

/* Of each CPU; atomic. The CPU itself goes AWAKE <-> HALTED, senders HALTED -> STALE. */
enum { AWAKE, HALTED, STALE };
static volatile uint32_t idle_state[NR_CPUS];

void tlb_idle_enter(void)
{
	__atomic_store_n(&idle_state[this_cpu()], HALTED, __ATOMIC_SEQ_CST);
}

void tlb_idle_leave(void)
{
	if (__atomic_exchange_n(&idle_state[this_cpu()], AWAKE, __ATOMIC_SEQ_CST) == STALE)
		write_cr3(read_cr3());
}

/* True when @cpu is halted and has been told to flush when it wakes. */
static bool left_to_idle(int cpu)
{
	uint32_t seen = HALTED;

	return __atomic_compare_exchange_n(&idle_state[cpu], &seen, STALE, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST) ||
	       seen == STALE;
}

static uint32_t without_halted(uint32_t targets)
{
	for (int cpu = 0; cpu < nr_cpus; cpu++)
		if ((targets & 1u << cpu) && left_to_idle(cpu))
			targets &= ~(1u << cpu);
	return targets;
}

static void flush_here(unsigned long start, unsigned long end)
{
	if (end - start > FLUSH_ALL_ABOVE) {
		write_cr3(read_cr3());
		return;
	}
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE)
		invalidate_page(addr);
}

void arch_tlb_poll(void)
{
	uint32_t bit = 1u << this_cpu();

	if (!(__atomic_load_n(&shootdown.pending, __ATOMIC_ACQUIRE) & bit))
		return;
	flush_here(shootdown.start, shootdown.end);
	__atomic_fetch_and(&shootdown.pending, ~bit, __ATOMIC_SEQ_CST);
}

void tlb_interrupt(void)
{
	arch_tlb_poll();
}

static void flush_others(uint32_t targets, unsigned long start, unsigned long end)
{
	while (!spin_trylock(&tlb_lock)) {
		arch_tlb_poll();
		cpu_relax();
	}
	shootdown.start = start;
	shootdown.end = end;
	__atomic_store_n(&shootdown.pending, targets, __ATOMIC_SEQ_CST);
	if (!ctl_active)
		for (int cpu = 0; cpu < nr_cpus; cpu++)
			if (targets & 1u << cpu)
				lapic_send(cpu, VEC_TLB);
	while (__atomic_load_n(&shootdown.pending, __ATOMIC_ACQUIRE))
		cpu_relax();
	spin_unlock(&tlb_lock);
}

/* Some of @targets may be halted. */
static __attribute__((noinline)) void flush_rest(uint32_t targets, unsigned long start,
						 unsigned long end)
{
	targets = without_halted(targets);
	if (targets)
		flush_others(targets, start, end);
}

/* A task does not move to another CPU in these: the kernel is not preempted. */
void arch_flush_tlb_range(struct arch_mm *am, unsigned long start, unsigned long end)
{
	uint32_t me = 1u << this_cpu(), targets;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	targets = am->cpu_mask;
	start &= PAGE_MASK;
	if (targets & me)
		flush_here(start, end);
	if (unlikely(targets & ~me))
		flush_rest(targets & ~me, start, end);
}

void arch_flush_tlb_page(struct arch_mm *am, unsigned long addr)
{
	uint32_t me = 1u << this_cpu(), targets;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	targets = am->cpu_mask;
	if (targets & me)
		invalidate_page(addr);
	if (unlikely(targets & ~me))
		flush_rest(targets & ~me, addr & PAGE_MASK, (addr & PAGE_MASK) + PAGE_SIZE);
}

void arch_flush_tlb_mm(struct arch_mm *am)
{
	arch_flush_tlb_range(am, 0, KERNEL_BASE);
}

bool arch_borrows_mm(void)
{
	return true; /* CR3 always points to one */
}

void arch_switch_mm(struct arch_mm *prev, struct arch_mm *next)
{
	uint32_t me = 1u << this_cpu();

	if (prev == next)
		return;
	if (next) {
		__atomic_fetch_or(&next->cpu_mask, me, __ATOMIC_SEQ_CST);
		write_cr3(next->pgd);
	} else {
		write_cr3(virt_to_phys(kernel_pgd));
	}
	if (prev)
		__atomic_fetch_and(&prev->cpu_mask, ~me, __ATOMIC_SEQ_CST);
}
