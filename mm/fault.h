/*
 * mm/fault.h - page faults, page tables and zapping. Realises facts section c, "Faults".
 */
#ifndef MM_FAULT_H
#define MM_FAULT_H

#include "mm/mm.h"

/* Bits of the machine's error code, as i386 pushes it. */
#define FAULT_PROT  1u /* the entry was present: a protection fault */
#define FAULT_WRITE 2u
#define FAULT_USER  4u

/* The arch's page-fault upcall, in the context of the faulting task. Returns 0 = handled, else the
 * signal it earned: 11 SIGSEGV, 7 SIGBUS, 9 SIGKILL (out of memory, facts d).
 * @user_sp: the user stack pointer, for stack growth. Context: may sleep. Locks: none held but what
 * a system call holds around user copies; takes the design's fault brackets. */
int vm_fault(unsigned long addr, unsigned code, unsigned long user_sp);

/* Is there an area at @addr in the current mm? For si_code of a fault that was refused.
 * Context: may sleep. Locks: takes the design's fault brackets. */
bool vm_is_mapped(unsigned long addr);

#define VM_FAULT_OOM	(-1)
#define VM_FAULT_SIGBUS 0
#define VM_FAULT_OK	1
#define VM_FAULT_RETRY	2 /* the design gave up its locks: look up again */

/* Entry: the design's fault bracket or mm_lock. May sleep, may steal. VM_FAULT_*. */
int handle_mm_fault(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr,
		    int write_access);
int make_pages_present(struct mm_struct *mm, unsigned long start, unsigned long end);

/* The pte slot that maps @addr, or NULL when there is no page table for it. */
pte_t *pte_lookup(struct mm_struct *mm, unsigned long addr);
/* The lock in the table that maps @addr, which there is (designs with TABLE_LOCK_PER_TABLE). */
struct spinlock *pte_table_lock(struct mm_struct *mm, unsigned long addr);
/* The same, allocating the table when missing; NULL = no memory. May sleep. */
pte_t *pte_alloc(struct mm_struct *mm, unsigned long addr);

/* A page directory with the kernel's half filled in and the user half clear, marked PG_pagetable;
 * NULL = no memory. May sleep. pgd_free: its user half is clear again, and no CPU uses it. */
struct page *pgd_alloc(void);
void pgd_free(struct page *pgd);
/* From now on each CPU keeps some free tables at hand / none any more (then nothing else may run). */
void page_tables_keep(bool keep);
int page_tables_at_hand(void);

/* Clear every entry of a range: pages, swap entries, rss. Takes pte_lock(PT_ZAP...). */
void zap_page_range(struct mm_struct *mm, unsigned long start, unsigned long len);
/* Copy the entries of one vma at fork; 0 or -ENOMEM. */
int copy_page_range(struct mm_struct *dst, struct mm_struct *src, struct vm_area_struct *vma);
void free_pgtables(struct mm_struct *mm, unsigned long start, unsigned long end);
void clear_page_tables(struct mm_struct *mm);

/* The hardware may set Accessed and Dirty at any time: read-and-clear is one exchange. */
static inline pte_t ptep_get_and_clear(pte_t *ptep)
{
	return __atomic_exchange_n(ptep, 0, __ATOMIC_ACQ_REL);
}
static inline pte_t pte_read(const pte_t *ptep)
{
	return __atomic_load_n(ptep, __ATOMIC_ACQUIRE);
}
static inline void set_pte(pte_t *ptep, pte_t entry)
{
	__atomic_store_n(ptep, entry, __ATOMIC_RELEASE);
}

/* The entry that maps @page with the permissions of @vm_flags: young, clean, and writable only where
 * no copy must be made first. */
static inline pte_t pte_prot(unsigned vm_flags)
{
	pte_t prot = _PAGE_PRESENT | _PAGE_USER;

	if (!(vm_flags & (VM_READ | VM_WRITE | VM_EXEC)))
		return _PAGE_PROTNONE;
	if ((vm_flags & (VM_WRITE | VM_SHARED)) == (VM_WRITE | VM_SHARED))
		prot |= _PAGE_RW;
	return prot;
}
static inline pte_t mk_pte(const struct page *page, unsigned vm_flags)
{
	return page_to_phys(page) | _PAGE_ACCESSED | pte_prot(vm_flags);
}
/* The same frame and history, other permissions. */
static inline pte_t pte_modify(pte_t entry, unsigned vm_flags)
{
	return (entry & ((pte_t)PAGE_MASK | _PAGE_ACCESSED | _PAGE_DIRTY)) | pte_prot(vm_flags);
}

/* One read-only page of zeroes for everybody; PG_reserved, so not counted in rss or page counts. */
extern struct page *zero_page;

#define PTRS_PER_TABLE 1024

struct vm_events { /* counted per machine; shown by reports and sysinfo tools */
	volatile unsigned long faults, anon, zero, cow, nopage, swapin, major;
	volatile unsigned long around; /* pages mapped beside the one that was touched */
};
extern struct vm_events vm_events;

/* How many ticks a fault waits for memory before its task is killed; 1999: 0. */
extern int oom_patience;

#endif
