/*
 * arch-i386/memory.c - the kernel's half of every address space, page contents, and page
 * directories.
 *
 * Invariants: physical memory (up to 256 MB) lies at KERNEL_BASE, by global 4 MB pages, except the
 * first 4 MB, which have a page table: page 0 is not mapped (a null physical address faults), the
 * kernel's code and constants are read-only. Both APICs lie at their physical addresses, uncached.
 * The kernel's half never changes after start-up, so a new page directory copies it once.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/string.h"

#define P_PRESENT  0x001u
#define P_WRITE	   0x002u
#define P_NO_CACHE 0x018u
#define P_LARGE	   0x080u
#define P_GLOBAL   0x100u
#define LARGE_SIZE 0x400000u
#define KERNEL_PDE (KERNEL_BASE >> 22)

uint32_t kernel_pgd[1024] __attribute__((aligned(4096)));
static uint32_t low_table[1024] __attribute__((aligned(4096)));

static bool read_only(unsigned long va)
{
	return va >= (unsigned long)_kernel_start && va < (unsigned long)_read_only_end;
}

/* Build and load the kernel's page directory for memory [0, @memory_end). Boot CPU. */
void memory_init(paddr_t memory_end)
{
	for (uint32_t i = 1; i < 1024; i++)
		low_table[i] = i << 12 | P_PRESENT | P_GLOBAL |
			       (read_only(KERNEL_BASE + (i << 12)) ? 0 : P_WRITE);
	kernel_pgd[KERNEL_PDE] = virt_to_phys(low_table) | P_PRESENT | P_WRITE;
	for (paddr_t pa = LARGE_SIZE; pa < memory_end; pa += LARGE_SIZE)
		kernel_pgd[KERNEL_PDE + (pa >> 22)] = pa | P_PRESENT | P_WRITE | P_LARGE | P_GLOBAL;
	kernel_pgd[LAPIC_BASE >> 22] = (IOAPIC_BASE & ~(LARGE_SIZE - 1)) | P_PRESENT | P_WRITE |
				       P_NO_CACHE | P_LARGE | P_GLOBAL;
	memory_load_kernel_pgd();
}

/* Each CPU, once. */
void memory_load_kernel_pgd(void)
{
	write_cr3(virt_to_phys(kernel_pgd));
	write_cr4(read_cr4() | CR4_PSE | CR4_PGE);
	write_cr0(read_cr0() | CR0_WP);
}

/* Page tables and TLB aside, what lies here never changes: it is mapped read-only. */
const uint32_t *arch_kernel_image(uint32_t *bytes)
{
	*bytes = (uint32_t)(_read_only_end - _kernel_start);
	return (const uint32_t *)(const void *)_kernel_start;
}

void arch_mm_init_pgd(paddr_t pgd)
{
	uint32_t *dir = phys_to_virt(pgd);

	memset(dir, 0, KERNEL_PDE * sizeof(*dir));
	memcpy(dir + KERNEL_PDE, kernel_pgd + KERNEL_PDE, (1024 - KERNEL_PDE) * sizeof(*dir));
}

void arch_clear_page(paddr_t page)
{
	void *p = phys_to_virt(page);
	size_t n = PAGE_SIZE / 4;

	__asm__ volatile("cld; rep stosl" : "+D"(p), "+c"(n) : "a"(0) : "memory");
}

void arch_copy_page(paddr_t to, paddr_t from)
{
	void *dst = phys_to_virt(to);
	const void *src = phys_to_virt(from);
	size_t n = PAGE_SIZE / 4;

	__asm__ volatile("cld; rep movsl" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
}
