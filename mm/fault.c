/*
 * mm/fault.c - the page fault from the trap to the entry: vm_fault, expand_stack, handle_mm_fault.
 *
 * Realises facts section c, "Faults", and d, "Out of memory". The area is looked up and held by the
 * design's fault bracket; below that, an entry is first looked at, and when it is present, dealt
 * with under the pte lock: 2.3.23 locked only then and compared again, 2.4 locked before the first
 * look.
 */
#include "mm/fault.h"

#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/signal.h"
#include "mm/fault_parts.h"
#include "mm/vma.h"


/* "push" and "pusha" touch memory at most this far below the stack pointer. */
#define STACK_SLACK 32

struct vm_events vm_events;

/* --- one entry ------------------------------------------------------------------------------ */

/* @entry is present: a write to a read-only page makes a copy, else the entry becomes young (and
 * dirty). The bits are or-ed in: the machine sets such bits too, and none may be lost. */
static int handle_present(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
			  pte_t entry, int write_access)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t bits = _PAGE_ACCESSED;

	trace_note(NOTE_FAULT, TF_PRESENT, 0);
	vm_design->pte_lock(mm, addr, PT_FAULT_PRESENT);
	if (pte_changed(PT_FAULT_PRESENT, ptep, entry)) {
		vm_design->pte_unlock(mm, addr, PT_FAULT_PRESENT);
		return VM_FAULT_OK;
	}
	if (write_access) {
		if (!pte_write(entry))
			return do_wp_page(fc, vma, addr, ptep, entry);
		bits |= _PAGE_DIRTY;
	}
	__atomic_fetch_or(ptep, bits, __ATOMIC_ACQ_REL);
	vm_design->pte_unlock(mm, addr, PT_FAULT_PRESENT);
	return VM_FAULT_OK;
}

static int handle_pte_fault(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr,
			    pte_t *ptep, int write_access)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t entry;

	vm_design->pte_lock(mm, addr, PT_FAULT_LOOK);
	sync_point(SP_READ, ptep);
	entry = pte_read(ptep);
	if (pte_present(entry)) /* a lock taken for the look is kept until it was dealt with */
		return handle_present(fc, vma, addr, ptep, entry, write_access);
	vm_design->pte_unlock(mm, addr, PT_FAULT_LOOK);
	if (pte_none(entry))
		return do_no_page(fc, vma, addr, ptep, write_access);
	return do_swap_page(fc, vma, addr, ptep, entry, write_access);
}

static int fault_in(struct fault_ctx *fc, struct mm_struct *mm, struct vm_area_struct *vma,
		    unsigned long addr, int write_access)
{
	pte_t *ptep = pte_alloc(mm, addr);

	if (!ptep)
		return VM_FAULT_OOM;
	return handle_pte_fault(fc, vma, addr & PAGE_MASK, ptep, write_access);
}

int handle_mm_fault(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr,
		    int write_access)
{
	return fault_in(NULL, mm, vma, addr, write_access);
}

/* Fault in every page of areas that are mapped and whose mm_lock is held, for writing where they
 * may be written. 0 or -ENOMEM. */
int make_pages_present(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = NULL;
	unsigned long addr;

	for (addr = start & PAGE_MASK; addr < end; addr += PAGE_SIZE) {
		if (!vma || addr >= vma->vm_end)
			vma = find_vma(mm, addr);
		if (!vma || vma->vm_start > addr)
			return -ENOMEM;
		if (handle_mm_fault(mm, vma, addr, !!(vma->vm_flags & VM_WRITE)) == VM_FAULT_OOM)
			return -ENOMEM;
	}
	return 0;
}

/* --- the stack ------------------------------------------------------------------------------ */

/* The area below ends at or before @addr: find_vma found @vma and not that one. */
int expand_stack(struct vm_area_struct *vma, unsigned long addr)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long start = addr & PAGE_MASK, pages = (vma->vm_start - start) >> PAGE_SHIFT;

	if (vma->vm_end - start > RLIMIT_STACK_BYTES || pages > vma->vm_pgoff)
		return -ENOMEM;
	if ((vma->vm_flags & VM_LOCKED) && lock_limit_exceeded(mm, pages))
		return -ENOMEM;
	if (vma_tree_used() && range_tree_reserve(&mm->mm_tree, 1, GFP_ATOMIC))
		return -ENOMEM; /* the bracket reserved with patience, but perhaps for another's growth */
	assert_vma_write(vma);
	vma->vm_start = start;
	sync_point(SP_WRITE, &vma->vm_pgoff); /* who looks now sees half of it (f4) */
	vma->vm_pgoff -= pages;
	vma_tree_store(mm, start, vma->vm_end, vma);
	mm->total_vm += pages;
	if (vma->vm_flags & VM_LOCKED)
		mm->locked_vm += pages;
	return 0;
}

/* The address lies below @vma: VM_FAULT_OK = it is a stack and reaches it now, VM_FAULT_RETRY = the
 * design gave up its locks for it, 0 = no such luck. */
static int grow_to(struct fault_ctx *fc, struct vm_area_struct **vmap, unsigned long user_sp)
{
	struct vm_area_struct *vma = *vmap;
	int result = VM_FAULT_OK;

	if (!(vma->vm_flags & VM_GROWSDOWN))
		return 0;
	if ((fc->code & FAULT_USER) && fc->addr + STACK_SLACK < user_sp)
		return 0;
	trace_note(NOTE_FAULT, TF_STACK, 0);
	vma = vm_design->stack_grow_begin(fc, vma);
	if (!vma)
		return VM_FAULT_RETRY;
	if (fc->addr < vma->vm_start &&
	    (!(vma->vm_flags & VM_GROWSDOWN) || expand_stack(vma, fc->addr)))
		result = 0;
	vm_design->stack_grow_end(fc, vma);
	*vmap = vma;
	return result;
}

/* --- one fault ------------------------------------------------------------------------------ */

static bool access_allowed(const struct vm_area_struct *vma, unsigned code)
{
	/* The machine knows no memory that may be written but not read. */
	return vma->vm_flags & (code & FAULT_WRITE ? VM_WRITE : VM_ACCESS);
}

int oom_patience = HZ;

/* A fault found no memory and holds no lock any more. 2.3 killed the task at once (facts d). Ours: while
 * swap has room, page stealing is only late (the pages are being written, or mapped by many), so the
 * task gives it a tick, up to oom_patience times, before it is killed. */
static bool wait_for_memory(struct fault_ctx *fc)
{
	if (fc->waits++ == oom_patience || nr_swap_pages <= 0 || fatal_signal_pending(current))
		return false;
	wakeup_kswapd();
	schedule_timeout(1);
	return true;
}

/* One try. 0, a signal, or -1 = try again: the design gave up its locks, or memory may come. */
static int try_fault(struct fault_ctx *fc, unsigned long user_sp)
{
	struct vm_area_struct *vma = vm_design->fault_begin(fc);
	int result = VM_FAULT_OK, signal = 0;

	if (vma && vma->vm_start > fc->addr) {
		result = grow_to(fc, &vma, user_sp);
		if (result == VM_FAULT_RETRY)
			return -1;
	}
	if (!vma || result != VM_FAULT_OK || !access_allowed(vma, fc->code)) {
		vm_design->fault_end(fc);
		return SIGSEGV;
	}
	result = fault_in(fc, fc->mm, vma, fc->addr, !!(fc->code & FAULT_WRITE));
	if (result == VM_FAULT_RETRY)
		return -1;
	vm_design->fault_end(fc);
	if (result == VM_FAULT_SIGBUS)
		signal = SIGBUS;
	if (result == VM_FAULT_OOM) {
		if (wait_for_memory(fc))
			return -1;
		printk("VM: killing process %s (pid %d): no memory for a page fault\n",
		       current->comm, current->pid);
		signal = SIGKILL;
	}
	return signal;
}

bool vm_is_mapped(unsigned long addr)
{
	struct fault_ctx fc = { .mm = current->mm, .addr = addr };
	struct vm_area_struct *vma = vm_design->fault_begin(&fc);
	bool mapped = vma && vma->vm_start <= addr;

	vm_design->fault_end(&fc);
	return mapped;
}

int vm_fault(unsigned long addr, unsigned code, unsigned long user_sp)
{
	struct fault_ctx fc;
	int signal;

	/* field by field: gcc would clear all of it first */
	fc.mm = current->mm;
	fc.addr = addr;
	fc.code = code;
	fc.tries = fc.waits = fc.mode = 0;
	fc.locked_vma = NULL;
	trace(TE_FAULT, (uint32_t)addr, code, CALLER_PLACE());
	if (!fc.mm || addr >= TASK_SIZE)
		return SIGSEGV;
	trace_op_enter(OP_FAULT, 0, fc.mm->arch.pgd >> PAGE_SHIFT);
	vm_count(&vm_events.faults);
	milestone(MS_FAULT_ENTER, fc.mm->name);
	while ((signal = try_fault(&fc, user_sp)) < 0)
		fc.tries++;
	milestone(MS_FAULT_LEAVE, fc.mm->name);
	trace_note(NOTE_MEMORY, (uint32_t)nr_free_pages, (uintptr_t)nr_swap_pages);
	trace_op_leave(OP_FAULT, 0, signal);
	return signal;
}
