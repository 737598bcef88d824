/*
 * mm/pagetable.c - page tables: finding an entry, making a table, giving tables back.
 *
 * The i386 form everywhere: a directory of 1024 entries, tables of 1024 entries, 4 KB pages.
 * Realises facts section c (handle_mm_fault "allocates page tables", do_munmap "then free page
 * tables"). Invariants: tables of user addresses only, each a page marked PG_pagetable; a table is
 * freed only when no CPU can reach it: out of the directory, TLB flushed, then freed.
 */
#include "mm/fault.h"
#include "mm/vma.h"

#define PDE_SHIFT 22
#define PDE_SIZE  (1UL << PDE_SHIFT)
#define PDE_FLAGS (_PAGE_PRESENT | _PAGE_RW | _PAGE_USER)

#define TABLE_BATCH 32

static uint32_t *pde_slot(struct mm_struct *mm, unsigned long addr)
{
	return (uint32_t *)phys_to_virt(mm->arch.pgd) + (addr >> PDE_SHIFT);
}

pte_t *pte_lookup(struct mm_struct *mm, unsigned long addr)
{
	uint32_t pde;

	if (addr >= TASK_SIZE)
		return NULL;
	pde = __atomic_load_n(pde_slot(mm, addr), __ATOMIC_ACQUIRE);
	if (!(pde & _PAGE_PRESENT))
		return NULL;
	return (pte_t *)phys_to_virt(pte_phys(pde)) + ((addr >> PAGE_SHIFT) & (PTRS_PER_TABLE - 1));
}

static void free_table(struct page *table)
{
	page_clear(table, PG_pagetable);
	__free_page(table);
}

pte_t *pte_alloc(struct mm_struct *mm, unsigned long addr)
{
	pte_t *ptep = pte_lookup(mm, addr);
	struct page *table;
	uint32_t *pde;

	if (ptep || addr >= TASK_SIZE)
		return ptep;
	table = alloc_page(GFP_KERNEL); /* may sleep and steal: another thread may be faster */
	if (!table)
		return NULL;
	arch_clear_page(page_to_phys(table));
	page_set(table, PG_pagetable);
	vm_design->pte_lock(mm, addr, PT_ALLOC);
	pde = pde_slot(mm, addr);
	if (!(*pde & _PAGE_PRESENT)) {
		__atomic_store_n(pde, page_to_phys(table) | PDE_FLAGS, __ATOMIC_RELEASE);
		table = NULL;
	}
	vm_design->pte_unlock(mm, addr, PT_ALLOC);
	if (table)
		free_table(table);
	return pte_lookup(mm, addr);
}

/* --- giving tables back --------------------------------------------------------------------- */

struct table_batch {
	unsigned long start, end; /* addresses of the tables gathered */
	int n;
	struct page *tables[TABLE_BATCH];
};

/* Another CPU may be walking the tables for its TLB until it was flushed. */
static void batch_free(struct mm_struct *mm, struct table_batch *batch)
{
	if (!batch->n)
		return;
	arch_flush_tlb_range(&mm->arch, batch->start, batch->end);
	while (batch->n)
		free_table(batch->tables[--batch->n]);
}

static void batch_add(struct mm_struct *mm, struct table_batch *batch, unsigned long addr)
{
	uint32_t *pde = pde_slot(mm, addr);

	if (!(*pde & _PAGE_PRESENT))
		return;
	if (batch->n == TABLE_BATCH)
		batch_free(mm, batch);
	if (!batch->n)
		batch->start = addr;
	batch->end = addr + PDE_SIZE;
	batch->tables[batch->n++] = phys_to_page(pte_phys(*pde));
	__atomic_store_n(pde, 0, __ATOMIC_RELEASE);
}

/* Free the tables of [@start, @end) that no area needs any more. A table is shared by all areas in
 * its 4 MB, so the neighbours of the range are asked too. Needs mm_lock. */
void free_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct table_batch batch = { .n = 0 };
	unsigned long addr;

	for (addr = ALIGN_DOWN(start, PDE_SIZE); addr < end && addr < TASK_SIZE; addr += PDE_SIZE)
		if (!find_vma_intersection(mm, addr, addr + PDE_SIZE))
			batch_add(mm, &batch, addr);
	batch_free(mm, &batch);
}

/* Free every table of an mm that has no areas. */
void clear_page_tables(struct mm_struct *mm)
{
	struct table_batch batch = { .n = 0 };
	unsigned long addr;

	for (addr = 0; addr < TASK_SIZE; addr += PDE_SIZE)
		batch_add(mm, &batch, addr);
	batch_free(mm, &batch);
}
