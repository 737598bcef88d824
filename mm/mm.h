/*
 * mm/mm.h - address spaces: mm_struct, vm_area_struct, the driver's methods, and the calls that
 * change a vma list. Realises S0, S1 and facts section c ("vma list"), d ("vma list").
 *
 * The locks inside struct mm_struct belong to the locking design in force (mm/design/design.h):
 * no code outside mm/design/ takes them or tests which design runs; it writes brackets instead.
 */
#ifndef MM_MM_H
#define MM_MM_H

#include "kernel/rcu.h"
#include "kernel/rwsem.h"
#include "kernel/semaphore.h"
#include "kernel/spinlock.h"
#include "mm/file.h"
#include "mm/page.h"
#include "mm/range_tree.h"

#define TASK_SIZE      0xC0000000UL
#define TASK_UNMAPPED_BASE (TASK_SIZE / 3)
#define STACK_TOP      TASK_SIZE
#define MAX_MAP_COUNT  65536
#define AVL_MIN_MAP_COUNT 32

#define VM_READ	     0x0001
#define VM_WRITE     0x0002
#define VM_EXEC	     0x0004
#define VM_SHARED    0x0008
#define VM_MAYREAD   0x0010
#define VM_MAYWRITE  0x0020
#define VM_MAYEXEC   0x0040
#define VM_MAYSHARE  0x0080
#define VM_GROWSDOWN 0x0100
#define VM_IO	     0x0400
#define VM_LOCKED    0x2000
#define VM_RAND_READ 0x8000
#define VM_SEQ_READ  0x10000
#define VM_RESERVED  0x80000

/* Linux/i386 ABI numbers of the mmap family. */
#define PROT_READ  1
#define PROT_WRITE 2
#define PROT_EXEC  4
#define MAP_SHARED    0x01
#define MAP_PRIVATE   0x02
#define MAP_FIXED     0x10
#define MAP_ANONYMOUS 0x20
#define MAP_GROWSDOWN 0x0100
#define MAP_LOCKED    0x2000
#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED   2
#define MREMAP_DONTUNMAP 4 /* designs with anon_vmas: scenario anon-vma-early wants it */

/* --- a page-table entry, i386 format everywhere (facts section d) ----------------------------- */

typedef uint32_t pte_t; /* a machine word that hardware also writes; the one typedef of the VM */

#define _PAGE_PRESENT  0x001
#define _PAGE_RW       0x002
#define _PAGE_USER     0x004
#define _PAGE_ACCESSED 0x020
#define _PAGE_DIRTY    0x040
#define _PAGE_PROTNONE 0x080 /* a page is there, but no access at all: _PAGE_PRESENT is off */

/* "A page frame stands in this entry"; the machine itself looks at _PAGE_PRESENT only. */
#define pte_present(e) ((e) & (_PAGE_PRESENT | _PAGE_PROTNONE))
#define pte_none(e)    ((e) == 0)
#define pte_write(e)   ((e) & _PAGE_RW)
#define pte_dirty(e)   ((e) & _PAGE_DIRTY)
#define pte_young(e)   ((e) & _PAGE_ACCESSED)
#define pte_phys(e)    ((paddr_t)((e) & PAGE_MASK))

/* --- vma --------------------------------------------------------------------------------------- */

struct mm_struct;
struct vm_area_struct;
struct anon_vma;
struct anon_vma_chain;

enum vm_method { VM_OPEN, VM_CLOSE, VM_UNMAP, VM_NOPAGE, VM_SWAPOUT };

struct vm_operations_struct {
	/* All may sleep, hold no vmlist lock on entry; docs/writing-a-driver.md. */
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);
	void (*unmap)(struct vm_area_struct *vma, unsigned long start, size_t len);
	/* The page at @addr with a reference taken; NULL = SIGBUS; NOPAGE_OOM = no memory. */
	struct page *(*nopage)(struct vm_area_struct *vma, unsigned long addr, int write_access);
	/* Optional, and only for methods whose nopage() gives pages of vm_file->f_mapping: up to @n
	 * further pages from file index @index on that are there already, up to date and not
	 * locked, each with a reference, pages[i] for @index + i or NULL. Never sleeps. The number of
	 * entries filled in. */
	int (*around)(struct vm_area_struct *vma, unsigned long index, struct page **pages, int n);
	/* Optional: @page, of a shared mapping, is about to be written for the first time. While PG_blocks is
	 * not set its entries are read-only. 0 = go on, else -errno: SIGBUS. May sleep; @page is kept by the
	 * caller. (1999's structure had a slot of this name and nobody in it.) */
	int (*wppage)(struct vm_area_struct *vma, struct page *page);
	/* Write a dirty page home before it is stolen. 0 = done, else -errno (the victim gets
	 * SIGBUS). The form until 2.3.23: the vma may vanish once the method has slept. */
	int (*swapout_vma)(struct vm_area_struct *vma, struct page *page);
	/* The form from 2.3.24 on: the file is pinned by the caller. A driver supplies both. */
	int (*swapout)(struct page *page, struct file *file);
};

#define NOPAGE_OOM ((struct page *)-1)

struct vm_area_struct {
	/* mmap_sem to look; mmap_sem and the vmlist lock to change (rules 1-3 of 1999) */
	struct mm_struct *vm_mm;
	unsigned long vm_start, vm_end; /* [start, end), page aligned */
	struct vm_area_struct *vm_next;
	unsigned vm_flags;
	short vm_avl_height;
	struct vm_area_struct *vm_avl_left, *vm_avl_right;
	/* i_shared_lock of the file */
	struct vm_area_struct *vm_next_share, **vm_pprev_share;
	unsigned vm_truncate_count; /* its mapping's, when truncation last looked here; mmap_sem too */
	/* constant once inserted */
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff; /* offset in the file, in pages */
	struct file *vm_file;	/* a reference is held; NULL = none */
	void *vm_private_data;	/* the driver's */
	/* reverse maps (mm/anon_vma.h): NULL to set under PT_ANON_VMA; the links under the family's lock */
	struct anon_vma *anon_vma;
	struct anon_vma_chain *anon_vma_chain;
	/* for reports: "V" or NULL */
	const char *label;
	/* the locking design's own words (busy count, reference count, sequence ...) */
	union {
		int busy;
		int refs;
		uint32_t seq;
	} design;
	/* designs with per-VMA locks (mm/vma_lock.h) */
	struct vma_lock *vm_lock; /* NULL in others */
	unsigned vm_lock_seq;	  /* vm_lock for writing to store it */
	bool detached;		  /* in no tree */
	struct rcu_head vm_rcu;
};

/* --- mm ---------------------------------------------------------------------------------------- */

struct mm_struct {
	/* mmap_sem, vmlist lock as for the vmas */
	struct vm_area_struct *mmap;	   /* sorted by address */
	struct vm_area_struct *mmap_avl;   /* root; NULL below AVL_MIN_MAP_COUNT areas */
	struct vm_area_struct *mmap_cache; /* hint; racy by design (S0, caveat 1) */
	struct range_tree mm_tree;	   /* designs with LOOKUP_RANGE_TREE: the areas again; readers: RCU */
	int map_count;
	unsigned long start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
	unsigned long total_vm, locked_vm; /* pages */
	unsigned def_flags;		   /* mlockall(MCL_FUTURE) */

	/* atomic */
	volatile int mm_users; /* tasks; the last one runs exit_mmap */
	volatile int mm_count; /* struct references; the users count as 1 */

	/* pages mapped: the rule of the design in force (page_table_lock where it has one) */
	volatile long rss;

	/* the stealer: kernel_lock or the design's equivalent */
	unsigned long swap_cnt;	    /* how attractive as a victim */
	unsigned long swap_address; /* where the next scan starts */

	struct arch_mm arch;
	/* atomic: bit n = entry n of the directory has a page table (mm/pagetable.c) */
	uint32_t tables[TASK_SIZE >> 22 >> 5];

	/* all mms, for designs and swapoff that walk them; mmlist_lock */
	struct list_head mmlist;

	/* the design's locks; only mm/design/ touches them */
	struct semaphore mmap_sem;
	struct spinlock page_table_lock;
	struct semaphore vmlist_sem;	/* designs whose vmlist lock sleeps */
	struct rw_semaphore vmlist_rwsem; /* the design in which stealers share it */
	struct rw_semaphore mmap_rwsem; /* designs with readers and writers */
	struct rw_semaphore mmap_lock;	/* the same, under today's name */
	unsigned mm_lock_seq;		/* odd while mmap_lock is held for writing (mm/vma_lock.h) */

	char name[16]; /* for reports and stories */
	int owner_pid; /* task that created it; SIGBUS of a failing swapout goes there */
};

extern struct mm_struct init_mm;

/* mm lifetime (mm/mmap.c). mm_alloc: empty mm, mm_users = mm_count = 1; NULL = no memory. */
struct mm_struct *mm_alloc(const char *name);
void mmget(struct mm_struct *mm);	/* mm_users + 1 */
/* The same unless the last user has gone and it is being taken apart: then false. The structure itself must be
 * kept by the caller. Context: any. */
bool mmget_unless_dying(struct mm_struct *mm);
void mmput(struct mm_struct *mm);	/* mm_users - 1; last: exit_mmap, then mmdrop; may sleep */
void mm_grab(struct mm_struct *mm);	/* mm_count + 1 */
void mm_drop(struct mm_struct *mm);	/* mm_count - 1; last: free page directory and struct */

/* Give the struct back to its slab cache; called by the design's vma_free when nobody can look. */
void vma_release(struct vm_area_struct *vma);
/* rss += @n, a plain addition as in 1999 (atomic where each table has its lock): the first form inside the design's PT_RSS bracket, the
 * second where the caller already holds what the design has for rss. */
void mm_rss_add(struct mm_struct *mm, long n);
void mm_rss_add_locked(struct mm_struct *mm, long n);
extern struct list_head mmlist; /* all mms; mmlist_lock */
extern struct spinlock mmlist_lock;

/* --- the vma list (mm/vma.c): bare forms, locks are the caller's brackets ---------------------- */

/* First vma with addr < vm_end, or NULL; updates mmap_cache. Rule 3 of 1999. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev);
static inline struct vm_area_struct *find_vma_intersection(struct mm_struct *mm,
							   unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);

	return vma && end > vma->vm_start ? vma : NULL;
}
/* Needs list_change (rules 1, 2). Never sleeps or allocates (rule 4). */
void insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma);
void merge_segments(struct mm_struct *mm, unsigned long start, unsigned long end);

/* --- the mmap family (mm/mmap.c, mprotect.c, mlock.c, mremap.c ...): current's mm, mm_lock held -- */

/* Returns the address, or a -errno as unsigned long (IS_ERR_VALUE). @pgoff in pages. */
unsigned long do_mmap_pgoff(struct mm_struct *mm, struct file *file, unsigned long addr,
			    unsigned long len, unsigned prot, unsigned flags, unsigned long pgoff);
int do_munmap(struct mm_struct *mm, unsigned long addr, size_t len);
unsigned long do_brk(struct mm_struct *mm, unsigned long addr, unsigned long len);
#define IS_ERR_VALUE(x) ((unsigned long)(x) >= (unsigned long)-4095L)

/* System calls: take mm_lock themselves. Return value or -errno. May sleep. */
long sys_mmap_pgoff(unsigned long addr, unsigned long len, unsigned prot, unsigned flags,
		    struct file *file, unsigned long pgoff);
long sys_munmap(unsigned long addr, size_t len);
long sys_msync(unsigned long start, size_t len, unsigned flags); /* mm/msync.c */
long sys_mprotect(unsigned long start, size_t len, unsigned prot);
long sys_mlock(unsigned long start, size_t len);
long sys_munlock(unsigned long start, size_t len);
/* Its body, for a driver: page aligned, mm_lock(MM_LOCK) held. Allocates nothing when the range is whole
 * areas. */
long do_munlock(struct mm_struct *mm, unsigned long start, size_t len);
long sys_mlockall(int flags);
long sys_munlockall(void);
long sys_mremap(unsigned long addr, unsigned long old_len, unsigned long new_len,
		unsigned long flags, unsigned long new_addr);
long sys_madvise(unsigned long start, size_t len, int advice);
long sys_mincore(unsigned long start, size_t len, unsigned long uvec);
long sys_brk(unsigned long brk); /* returns the resulting break */

/* fork: copy the current address space. NULL = no memory. */
struct mm_struct *dup_mm(struct mm_struct *oldmm, const char *name);
/* exec: a fresh mm with a stack area of @stack_len below STACK_TOP. */
struct mm_struct *mm_for_exec(const char *name);
void exit_mmap(struct mm_struct *mm);

void mm_init(const struct boot_info *bi); /* allocator, slab, caches; boot CPU, before tasks */

#endif
