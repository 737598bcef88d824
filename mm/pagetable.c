/*
 * mm/pagetable.c - page tables: finding an entry, making a table, giving tables back.
 *
 * The i386 form everywhere: a directory of 1024 entries, tables of 1024 entries, 4 KB pages.
 * Realises facts section c (handle_mm_fault "allocates page tables", do_munmap "then free page
 * tables"). Invariants: tables of user addresses only, each a page marked PG_pagetable; a table is
 * freed only when no CPU can reach it: out of the directory, TLB flushed, then freed.
 *
 * In designs with table_lock = TABLE_LOCK_PER_TABLE each table has a spin lock for its entries, in its struct
 * page, from when it is made until it is freed. Who finds an entry by a reverse map holds the lock of the area's
 * list, and an area leaves these lists before its tables go: so no table vanishes under him.
 *
 * Every entry of a freed table is clear, and so is the user half of a freed directory. Each CPU keeps a
 * few of both, ready for use: a fork and an exit need five, and clearing one costs as much as the
 * rest. Only tasks come here, and they are not preempted: the CPU's own needs no lock.
 */
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/printk.h"
#include "mm/fault.h"
#include "mm/page_alloc.h"
#include "mm/vma.h"

#define PDE_SHIFT 22
#define PDE_SIZE  (1UL << PDE_SHIFT)
#define PDE_FLAGS (_PAGE_PRESENT | _PAGE_RW | _PAGE_USER)

#define TABLE_BATCH 32

static uint32_t *pde_slot(struct mm_struct *mm, unsigned long addr)
{
	return (uint32_t *)phys_to_virt(mm->arch.pgd) + (addr >> PDE_SHIFT);
}

static inline pte_t *look_up(struct mm_struct *mm, unsigned long addr)
{
	uint32_t pde;

	if (addr >= TASK_SIZE)
		return NULL;
	pde = __atomic_load_n(pde_slot(mm, addr), __ATOMIC_ACQUIRE);
	if (!(pde & _PAGE_PRESENT))
		return NULL;
	return (pte_t *)phys_to_virt(pte_phys(pde)) + ((addr >> PAGE_SHIFT) & (PTRS_PER_TABLE - 1));
}

pte_t *pte_lookup(struct mm_struct *mm, unsigned long addr)
{
	return look_up(mm, addr);
}

/* --- tables at hand ------------------------------------------------------------------------- */

#define TABLES_AT_HAND	    6
#define DIRECTORIES_AT_HAND 2

struct stock {
	int n;
	struct page *pages[TABLES_AT_HAND];
};

static struct stock tables_at_hand[NR_CPUS], directories_at_hand[NR_CPUS];
static bool keep_tables;

static inline struct page *take_from(struct stock *stocks)
{
	struct stock *s = &stocks[current ? current->cpu : 0];

	return s->n ? s->pages[--s->n] : NULL;
}

/* False = it is to be freed: there are enough, or memory is short. */
static inline bool give_to(struct stock *stocks, int most, struct page *page)
{
	struct stock *s = &stocks[current->cpu];

	if (!keep_tables || s->n == most || nr_free_pages < freepages.high)
		return false;
	s->pages[s->n++] = page;
	return true;
}

/* A table with a lock of its own; the words are those of a cached page. */
static inline void add_table_lock(struct page *table)
{
	if (vm_design->table_lock != TABLE_LOCK_PER_TABLE)
		return;
	spin_lock_init(&table->table_lock, LC_PTE, NULL);
	table->table_lock.info.role |= ROLE_MAY_NEST; /* fork, mremap: two at once */
}

static inline void drop_table_lock(struct page *table)
{
	if (vm_design->table_lock != TABLE_LOCK_PER_TABLE)
		return;
	BUG_ON(spin_is_locked(&table->table_lock));
	memset(&table->table_lock, 0, sizeof(table->table_lock));
}

struct spinlock *pte_table_lock(struct mm_struct *mm, unsigned long addr)
{
	uint32_t pde = __atomic_load_n(pde_slot(mm, addr), __ATOMIC_ACQUIRE);

	BUG_ON(!(pde & _PAGE_PRESENT));
	return &phys_to_page(pte_phys(pde))->table_lock;
}

static void empty_stock(struct stock *s)
{
	while (s->n) {
		struct page *page = s->pages[--s->n];

		drop_table_lock(page); /* a directory has none, and is left as it was */
		page_clear(page, PG_pagetable);
		__free_page(page);
	}
}

void page_tables_keep(bool keep)
{
	keep_tables = keep;
	for (int cpu = 0; !keep && cpu < NR_CPUS; cpu++) {
		empty_stock(&tables_at_hand[cpu]);
		empty_stock(&directories_at_hand[cpu]);
	}
}

int page_tables_at_hand(void)
{
	int n = 0;

	for (int cpu = 0; cpu < NR_CPUS; cpu++)
		n += tables_at_hand[cpu].n + directories_at_hand[cpu].n;
	return n;
}

static struct page *alloc_table(void)
{
	struct page *table = take_from(tables_at_hand);

	if (table)
		return table;
	table = alloc_page(GFP_KERNEL); /* may sleep and steal: another thread may be faster */
	if (!table)
		return NULL;
	arch_clear_page(page_to_phys(table));
	page_set(table, PG_pagetable);
	add_table_lock(table);
	return table;
}

static void free_table(struct page *table)
{
	if (give_to(tables_at_hand, TABLES_AT_HAND, table))
		return;
	drop_table_lock(table);
	page_clear(table, PG_pagetable);
	__free_page(table);
}

struct page *pgd_alloc(void)
{
	struct page *pgd = take_from(directories_at_hand);

	if (pgd)
		return pgd;
	pgd = alloc_page(GFP_KERNEL);
	if (!pgd)
		return NULL;
	arch_mm_init_pgd(page_to_phys(pgd));
	page_set(pgd, PG_pagetable);
	return pgd;
}

void pgd_free(struct page *pgd)
{
	if (give_to(directories_at_hand, DIRECTORIES_AT_HAND, pgd))
		return;
	page_clear(pgd, PG_pagetable);
	__free_page(pgd);
}

/* --- making a table ------------------------------------------------------------------------- */

static pte_t *make_table(struct mm_struct *mm, unsigned long addr)
{
	struct page *table = alloc_table();
	unsigned nr = (unsigned)(addr >> PDE_SHIFT);
	uint32_t *pde = pde_slot(mm, addr);

	if (!table)
		return NULL;
	vm_design->pte_lock(mm, addr, PT_ALLOC);
	if (!(*pde & _PAGE_PRESENT)) {
		__atomic_fetch_or(&mm->tables[nr / 32], 1u << nr % 32, __ATOMIC_RELAXED);
		__atomic_store_n(pde, page_to_phys(table) | PDE_FLAGS, __ATOMIC_RELEASE);
		table = NULL;
	}
	vm_design->pte_unlock(mm, addr, PT_ALLOC);
	if (table)
		free_table(table);
	return look_up(mm, addr);
}

pte_t *pte_alloc(struct mm_struct *mm, unsigned long addr)
{
	pte_t *ptep = look_up(mm, addr);

	if (likely(ptep) || addr >= TASK_SIZE)
		return ptep;
	return make_table(mm, addr);
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
	unsigned nr = (unsigned)(addr >> PDE_SHIFT);

	if (!(*pde & _PAGE_PRESENT))
		return;
	__atomic_fetch_and(&mm->tables[nr / 32], ~(1u << nr % 32), __ATOMIC_RELAXED);
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
	struct table_batch batch;
	unsigned long addr;

	batch.n = 0;
	for (addr = ALIGN_DOWN(start, PDE_SIZE); addr < end && addr < TASK_SIZE; addr += PDE_SIZE)
		if (!find_vma_intersection(mm, addr, addr + PDE_SIZE))
			batch_add(mm, &batch, addr);
	batch_free(mm, &batch);
}

/* Free every table of an mm that has no areas. */
void clear_page_tables(struct mm_struct *mm)
{
	struct table_batch batch;
	unsigned long addr;

	batch.n = 0;
	for (unsigned word = 0; word < ARRAY_SIZE(mm->tables); word++)
		while (mm->tables[word]) {
			addr = (unsigned long)(word * 32 + (unsigned)__builtin_ctz(mm->tables[word]))
			       << PDE_SHIFT;
			batch_add(mm, &batch, addr);
		}
	batch_free(mm, &batch);
}
