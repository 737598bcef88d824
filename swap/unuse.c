/*
 * swap/unuse.c - swapoff's search: every pte that holds an entry gets the page itself.
 *
 * Realises facts section b "Swapoff designs" and c, unuse_process. Tasks are visited one mm at a
 * time: chosen and pinned inside the design's swapoff_search bracket (which keeps the task list and
 * each task's hold on its mm still), walked inside its swapoff_walk bracket, which may sleep.
 * Interface: unuse_everywhere (swap/swap_internal.h).
 *
 * The order of 1999 was the whole task list for each entry. Ours is the same list as a ring,
 * entered where the last entry was found, and left when no reference remains that a pte could have:
 * entries that went out together come back together, and swapoff of n pages costs n steps, not n
 * times all page tables. A task born during the search has a higher pid than any seen, so it is
 * met; what slips through all the same (an mm that fork is still filling) shows in the entry's
 * count.
 */
#include "kernel/printk.h"
#include "kernel/sync.h"
#include "kernel/task.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/rmap.h"
#include "mm/slab.h"
#include "swap/swap_internal.h"

#define TABLE_SPAN (PTRS_PER_TABLE * PAGE_SIZE) /* addresses that one page table maps */
#define NO_PID	   0x7fffffff

/* No pte can hold the entry any more. */
static bool found_all(const struct unuse *u)
{
	return swap_count(u->entry) <= u->spare;
}

/* --- one pte ------------------------------------------------------------------------- */

/* Also for a page that is mapped already: it is about to lose its copy on disk. */
static void mark_dirty(const struct unuse *u, pte_t *ptep, pte_t entry)
{
	if (pte_phys(entry) == page_to_phys(u->page) && !pte_dirty(entry))
		__atomic_fetch_or(ptep, _PAGE_DIRTY, __ATOMIC_ACQ_REL);
}

/* The pte holds the entry, or did when we looked (R17b). */
static void replace_pte(struct unuse *u, struct vm_area_struct *vma, unsigned long addr,
			pte_t *ptep)
{
	struct mm_struct *mm = vma->vm_mm;
	bool mine = true;

	swap_point(ptep);
	if (!vm_design->cache_begin(CACHE_UNUSE, u->page))
		return;
	vm_design->pte_lock(mm, addr, PT_SWAPOFF);
	if (vm_design->pte_recheck(PT_SWAPOFF))
		mine = pte_read(ptep) == u->entry.val;
	if (mine) {
		get_page(u->page);
		page_add_anon(u->page, vma, addr);
		set_pte(ptep, mk_pte(u->page, vma->vm_flags) | _PAGE_DIRTY);
		mm_rss_add_locked(mm, 1);
	}
	vm_design->pte_unlock(mm, addr, PT_SWAPOFF);
	vm_design->cache_end(CACHE_UNUSE, u->page);
	if (mine) {
		swap_free(u->entry);
		u->addr = addr;
	}
}

/* True = it was the last one. */
static bool unuse_pte(struct unuse *u, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep)
{
	pte_t entry = pte_read(ptep);

	if (entry == u->entry.val) {
		replace_pte(u, vma, addr, ptep);
		return found_all(u);
	}
	if (pte_present(entry))
		mark_dirty(u, ptep, entry);
	return false;
}

/* --- one vma, one mm ----------------------------------------------------------------- */

/* [@start, @end) lies in one page table. */
static void unuse_table(struct unuse *u, struct vm_area_struct *vma, unsigned long start,
			unsigned long end)
{
	pte_t *ptep = pte_lookup(vma->vm_mm, start);

	if (!ptep)
		return;
	for (unsigned long addr = start; addr < end; addr += PAGE_SIZE, ptep++)
		if (unuse_pte(u, vma, addr, ptep))
			return;
}

static void unuse_vma(struct unuse *u, struct vm_area_struct *vma, unsigned long start,
		      unsigned long end)
{
	while (start < end && !found_all(u)) {
		unsigned long next = (start & ~(TABLE_SPAN - 1)) + TABLE_SPAN;

		if (next > end || next < start)
			next = end;
		unuse_table(u, vma, start, next);
		start = next;
	}
}

/* The part of @mm that lies in [@from, @to). */
static void unuse_range(struct unuse *u, struct mm_struct *mm, unsigned long from, unsigned long to)
{
	struct vm_area_struct *vma;

	vm_design->assert_list(mm, false);
	for (vma = mm->mmap; vma; vma = shared_read(vma->vm_next)) {
		if (!KMEM_ALIVE(vma)) /* R17a: freed under us where the design takes no lock */
			return;
		if (vma->vm_end > from && vma->vm_start < to)
			unuse_vma(u, vma, max(vma->vm_start, from), min(vma->vm_end, to));
	}
}

/* @from: begin there, and come round to it. */
static void unuse_mm(struct unuse *u, struct mm_struct *mm, unsigned long from)
{
	vm_design->swapoff_walk_begin(mm);
	unuse_range(u, mm, from, TASK_SIZE);
	if (from && !found_all(u))
		unuse_range(u, mm, 0, from);
	vm_design->swapoff_walk_end(mm);
}

/* --- all mms ------------------------------------------------------------------------- */

/* Does a task before @t share its @mm, so that the mm was met already? */
static bool is_later_thread(const struct task_struct *t, const struct mm_struct *mm)
{
	struct task_struct *other;

	for_each_task (other)
		if (other->mm == mm && other->pid < t->pid)
			return true;
	return false;
}

static struct task_struct *lowest_pid_in(int from, int below)
{
	struct task_struct *t, *best = NULL;

	for_each_task (t)
		if (t->mm && t->pid >= from && t->pid < below && (!best || t->pid < best->pid))
			best = t;
	return best;
}

/* The next mm, pinned, of a task with a pid in [*@pid, @below), and *@pid = that task's; NULL =
 * none. */
static struct mm_struct *next_mm(int *pid, int below)
{
	struct mm_struct *mm = NULL;
	struct task_struct *t;

	vm_design->swapoff_search_begin();
	while (!mm && (t = lowest_pid_in(*pid, below))) {
		*pid = t->pid;
		/* Read once: exit clears t->mm without tasklist_lock. What it pointed to stays until
		 * the exit has had kernel_lock, or whatever the search's bracket is instead. A second
		 * look would pin one mm and walk none: nobody would ever put it (found by torture). */
		mm = __atomic_load_n(&t->mm, __ATOMIC_RELAXED);
		if (!mm || is_later_thread(t, mm) || !mmget_unless_dying(mm)) {
			mm = NULL;
			*pid = t->pid + 1;
		}
	}
	vm_design->swapoff_search_end(mm);
	return mm;
}

/* The tasks with pids in [@from, @below). True = every reference was found. */
static bool unuse_tasks(struct unuse *u, int from, int below, unsigned long addr)
{
	struct mm_struct *mm;

	for (int pid = from; (mm = next_mm(&pid, below)); pid++) {
		int before = swap_count(u->entry);

		unuse_mm(u, mm, pid == from ? addr : 0);
		mmput(mm); /* maybe the last: then this takes the address space apart */
		if (swap_count(u->entry) < before)
			u->pid = pid;
		if (found_all(u))
			return true;
	}
	return false;
}

void unuse_everywhere(struct unuse *u)
{
	int first = u->pid;

	if (!found_all(u) && !unuse_tasks(u, first, NO_PID, u->addr))
		unuse_tasks(u, 0, first, 0);
}
