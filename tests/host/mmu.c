/*
 * tests/host/mmu.c - the model of the i386 MMU: two-level tables walked in software, a TLB per CPU
 * that keeps what it read until it is flushed, and shootdowns that a target acknowledges when its
 * interrupts are on or when it polls.
 *
 * A touch is a supervisor access with CR0.WP set, as the kernel's user copies are: it sets Accessed
 * and Dirty, and a fault calls vm_fault() in the touching task. A stale entry is used as the
 * hardware would use it, so a forgotten flush shows.
 */
#include "host.h"
#include "machine.h"

#include <string.h>

#include "kernel/control.h"
#include "kernel/printk.h"
#include "kernel/spinlock.h"
#include "kernel/sync.h"
#include "mm/fault.h"
#include "mm/mm.h"

#define TLB_ENTRIES 64
#define MAX_FAULTS  10000 /* faults on one address in a row: nobody maps it for good */

struct tlb_entry {
	bool valid;
	unsigned long page; /* virtual address of the page */
	uint32_t pte;
};

static struct {
	struct arch_mm *am; /* whose page directory is loaded; where nobody borrows it may be gone */
	paddr_t pgd;	    /* its, 0 = it is gone for certain */
	struct tlb_entry tlb[TLB_ENTRIES];
} mmus[NR_CPUS];

static struct spinlock tlb_lock = SPINLOCK_INIT(LC_TLB, NULL);
static struct {
	unsigned long start, end;
	volatile uint32_t pending;
} shootdown;

/* --- translation --------------------------------------------------------------------------- */

static struct tlb_entry *tlb_slot(int cpu, unsigned long addr)
{
	return &mmus[cpu].tlb[(addr >> PAGE_SHIFT) % TLB_ENTRIES];
}

static uint32_t *walk(const struct arch_mm *am, unsigned long addr)
{
	const uint32_t *pgd = phys_to_virt(am->pgd);
	uint32_t pde = __atomic_load_n(&pgd[addr >> 22], __ATOMIC_ACQUIRE);
	uint32_t *table;

	if (!(pde & _PAGE_PRESENT))
		return NULL;
	table = phys_to_virt(pde & (uint32_t)PAGE_MASK);
	return &table[(addr >> PAGE_SHIFT) & 1023];
}

/* Translate for one access. 0 = *frame is right, else the fault's error code + 1. */
static unsigned translate(unsigned long addr, bool write, paddr_t *frame)
{
	int cpu = host_cpu_now;
	struct tlb_entry *e = tlb_slot(cpu, addr);
	unsigned long page = addr & PAGE_MASK;
	uint32_t *ptep, pte, want;

	/* A write wants an entry that is writable, and dirty already, or else it walks. */
	if (e->valid && e->page == page &&
	    (!write || (e->pte & (_PAGE_RW | _PAGE_DIRTY)) == (_PAGE_RW | _PAGE_DIRTY))) {
		*frame = pte_phys(e->pte);
		return 0;
	}
	ptep = walk(mmus[cpu].am, addr);
	do {
		pte = ptep ? __atomic_load_n(ptep, __ATOMIC_ACQUIRE) : 0;
		if (!(pte & _PAGE_PRESENT))
			return (write ? FAULT_WRITE : 0) + 1;
		if (write && !(pte & _PAGE_RW))
			return (FAULT_PROT | FAULT_WRITE) + 1;
		want = pte | _PAGE_ACCESSED | (write ? _PAGE_DIRTY : 0);
	} while (pte != want && !__atomic_compare_exchange_n(ptep, &pte, want, false,
							     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	*e = (struct tlb_entry){true, page, want};
	*frame = pte_phys(want);
	return 0;
}

/* The kernel's pointer to user byte @addr, faulting pages in; NULL = a bad address. */
static unsigned char *touch(unsigned long addr, bool write)
{
	paddr_t frame;
	unsigned fault;
	int tries = 0;

	if (!current->mm || addr >= TASK_SIZE)
		return NULL;
	while ((fault = translate(addr, write, &frame)) != 0) {
		if (++tries > MAX_FAULTS)
			panic("host port: %d faults at 0x%lx did not map it", tries, addr);
		if (vm_fault(addr, fault - 1, arch_user_sp(arch_user_regs(current))))
			return NULL;
	}
	return (unsigned char *)phys_to_virt(frame) + (addr & ~PAGE_MASK);
}

static size_t piece(unsigned long addr, size_t n)
{
	size_t room = PAGE_SIZE - (addr & ~PAGE_MASK);

	return n < room ? n : room;
}

size_t arch_copy_from_user(void *dst, unsigned long src, size_t n)
{
	unsigned char *d = dst;

	while (n) {
		size_t part = piece(src, n);
		unsigned char *p = touch(src, false);

		if (!p)
			break;
		memcpy(d, p, part);
		d += part;
		src += part;
		n -= part;
	}
	return n;
}

size_t arch_copy_to_user(unsigned long dst, const void *src, size_t n)
{
	const unsigned char *s = src;

	while (n) {
		size_t part = piece(dst, n);
		unsigned char *p = touch(dst, true);

		if (!p)
			break;
		memcpy(p, s, part);
		s += part;
		dst += part;
		n -= part;
	}
	return n;
}

size_t arch_clear_user(unsigned long dst, size_t n)
{
	while (n) {
		size_t part = piece(dst, n);
		unsigned char *p = touch(dst, true);

		if (!p)
			break;
		memset(p, 0, part);
		dst += part;
		n -= part;
	}
	return n;
}

long arch_strnlen_user(unsigned long src, size_t max)
{
	size_t n;

	for (n = 0; n < max; n++) {
		unsigned char *p = touch(src + n, false);

		if (!p)
			return -1;
		if (!*p)
			break;
	}
	return (long)n;
}

/* --- address spaces ------------------------------------------------------------------------ */

void arch_mm_init_pgd(paddr_t pgd)
{
	int cpu;

	memset(phys_to_virt(pgd), 0, PAGE_SIZE);
	for (cpu = 0; cpu < nr_cpus; cpu++)
		if (mmus[cpu].pgd == pgd) /* of a mm that is gone */
			mmus[cpu].pgd = 0;
}

static void drop_entry(struct tlb_entry *e, unsigned long start, unsigned long end)
{
	if (e->valid && e->page >= start && e->page < end)
		e->valid = false;
}

static void flush_on(int cpu, unsigned long start, unsigned long end)
{
	unsigned long page;
	int i;

	if ((end - start) >> PAGE_SHIFT < TLB_ENTRIES) { /* looks at no entry that it cannot mean */
		for (page = start; page < end; page += PAGE_SIZE)
			drop_entry(tlb_slot(cpu, page), start, end);
		return;
	}
	for (i = 0; i < TLB_ENTRIES; i++)
		drop_entry(&mmus[cpu].tlb[i], start, end);
}

static void flush_here(unsigned long start, unsigned long end)
{
	flush_on(host_cpu_now, start, end);
}

/* Not in an explored run: who was on the CPU before would then make a difference between schedules that have none.
 * The CPU stays in the cpu_mask of the mm that it leaves so: it may be flushed for nothing. */
bool arch_borrows_mm(void)
{
	return !(host_lockstep && ctl_active);
}

void arch_switch_mm(struct arch_mm *prev, struct arch_mm *next)
{
	uint32_t me = 1u << host_cpu_now;

	if (prev == next)
		return;
	if (next && mmus[host_cpu_now].pgd == next->pgd)
		return; /* still there: nobody else was here since */
	if (next)
		__atomic_fetch_or(&next->cpu_mask, me, __ATOMIC_SEQ_CST);
	mmus[host_cpu_now].am = next;
	mmus[host_cpu_now].pgd = next ? next->pgd : 0;
	flush_here(0, ~0UL);
	if (prev)
		__atomic_fetch_and(&prev->cpu_mask, ~me, __ATOMIC_SEQ_CST);
}

/* --- shootdown ----------------------------------------------------------------------------- */

void arch_tlb_poll(void)
{
	uint32_t me = 1u << host_cpu_now;

	if (host_lockstep && ctl_active)
		return; /* nobody waits for us: arch_flush_tlb_range() does it all */
	if (!(shootdown.pending & me))
		return;
	flush_here(shootdown.start, shootdown.end);
	shootdown.pending &= ~me;
}

void host_tlb_acknowledge(void)
{
	arch_tlb_poll();
}

void arch_flush_tlb_range(struct arch_mm *am, unsigned long start, unsigned long end)
{
	uint32_t me = 1u << host_cpu_now, targets = am->cpu_mask;
	int cpu;

	start &= PAGE_MASK;
	if (targets & me)
		flush_here(start, end);
	targets &= ~me;
	if (!targets)
		return;
	if (host_lockstep && ctl_active) { /* every target stands still, and would acknowledge */
		for (cpu = 0; cpu < nr_cpus; cpu++)
			if (targets & 1u << cpu)
				flush_on(cpu, start, end);
		return;
	}
	while (!spin_trylock(&tlb_lock)) {
		arch_tlb_poll();
		cpu_relax();
	}
	shootdown.start = start;
	shootdown.end = end;
	shootdown.pending = targets;
	for (cpu = 0; cpu < nr_cpus; cpu++)
		if (targets & 1u << cpu)
			host_cpus[cpu].idling = false;
	while (shootdown.pending)
		cpu_relax();
	spin_unlock(&tlb_lock);
}

void arch_flush_tlb_page(struct arch_mm *am, unsigned long addr)
{
	arch_flush_tlb_range(am, addr & PAGE_MASK, (addr & PAGE_MASK) + PAGE_SIZE);
}

void arch_flush_tlb_mm(struct arch_mm *am)
{
	arch_flush_tlb_range(am, 0, TASK_SIZE);
}

long host_tlb_lookup(int cpu, unsigned long addr)
{
	const struct tlb_entry *e = tlb_slot(cpu, addr);

	return e->valid && e->page == (addr & PAGE_MASK) ? (long)(e->pte >> PAGE_SHIFT) : -1;
}

/* --- page contents ------------------------------------------------------------------------- */

void arch_clear_page(paddr_t page)
{
	memset(phys_to_virt(page), 0, PAGE_SIZE);
}

void arch_copy_page(paddr_t to, paddr_t from)
{
	memcpy(phys_to_virt(to), phys_to_virt(from), PAGE_SIZE);
}
