/*
 * mm/vmscan.c - swap_out: choose a victim and walk its areas and page tables. Realises S0 (first
 * part), facts c "Stealer" and d "Reclaim loop"; mm/steal.c looks at the single page.
 *
 * The walk holds what the locking design's brackets hold (mm/design/), no more. Contract of every
 * function of the chain: STEAL_GO_ON = nothing was done and nothing was let go of; anything else =
 * something may have slept, so neither vma nor pte are looked at again and all callers unwind
 * (R27). The areas are looked at through the checks of walk_vma_ok: in a design that lets munmap
 * change the list under the walk (R6), the touch of a freed area is told and ends the walk.
 */
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/signal.h"
#include "kernel/sync.h"
#include "kernel/watch.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/slab.h"
#include "mm/vmscan.h"

#define PTE_TABLE_SPAN (1UL << 22) /* bytes that one page table maps */

struct vmscan_events vmscan_events STATISTIC;

/* --- the walk ----------------------------------------------------------------------------- */

/* May the walk look at @vma at all? A freed area, or one that came back as another mm's, is a race
 * that the design left open. */
static bool walk_vma_ok(const struct steal_ctx *ctx, const struct vm_area_struct *vma)
{
	if (!KMEM_ALIVE(vma))
		return false;
	if (vma->vm_mm == ctx->mm)
		return true;
	if (watch_complain(WATCH_RULES, "uaf: the stealer's walk met another mm's area"))
		report("vmscan: walking %s the stealer met an area of another address space\n",
		       ctx->mm->name);
	return false;
}

/* One page table's part of an area. */
static int swap_out_pmd(struct steal_ctx *ctx, struct vm_area_struct *vma, pte_t *ptep,
			unsigned long addr, unsigned long end)
{
	for (; addr < end; addr += PAGE_SIZE, ptep++) {
		int ret;

		ctx->mm->swap_address = addr + PAGE_SIZE;
		vmscan_events.scans++;
		ret = try_to_swap_out(ctx, vma, addr, ptep);
		if (ret)
			return ret;
	}
	return STEAL_GO_ON;
}

/* The page directory's part: skips the tables that do not exist. */
static int swap_out_pgd(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr,
			unsigned long end)
{
	while (addr < end) {
		unsigned long next = min(ALIGN_DOWN(addr, PTE_TABLE_SPAN) + PTE_TABLE_SPAN, end);
		pte_t *ptep = pte_lookup(ctx->mm, addr);
		int ret = ptep ? swap_out_pmd(ctx, vma, ptep, addr, next) : STEAL_GO_ON;

		if (ret)
			return ret;
		addr = next;
	}
	return STEAL_GO_ON;
}

static int swap_out_vma(struct steal_ctx *ctx, struct vm_area_struct *vma, unsigned long addr)
{
	unsigned long end;

	if (vma->vm_flags & (VM_LOCKED | VM_RESERVED))
		return STEAL_GO_ON;
	end = shared_read(vma->vm_end);
	if (addr >= end) { /* a bug check in 1999: the area shrank under us (R9) */
		watch_complain(WATCH_RULES, "walk: address beyond vm_end");
		return STEAL_LOST;
	}
	return swap_out_pgd(ctx, vma, addr, end);
}

/* From swap_address to the end of the address space. */
static int walk_areas(struct steal_ctx *ctx)
{
	struct mm_struct *mm = ctx->mm;
	unsigned long addr = mm->swap_address;
	struct vm_area_struct *vma = find_vma(mm, addr);

	for (; vma; vma = shared_read(vma->vm_next)) {
		int ret;

		if (!walk_vma_ok(ctx, vma))
			return STEAL_LOST;
		ret = swap_out_vma(ctx, vma, max(addr, shared_read(vma->vm_start)));
		if (ret)
			return ret;
		if (!walk_vma_ok(ctx, vma)) /* freed while we were in it? */
			return STEAL_LOST;
	}
	mm->swap_address = 0;
	mm->swap_cnt = 0;
	return STEAL_GO_ON;
}

static int swap_out_mm(struct steal_ctx *ctx)
{
	int ret;

	ctx->walk_locked = false;
	ctx->may_have_slept = false;
	vm_design->walk_begin(ctx);
	milestone(MS_WALK_ENTER, ctx->mm->name);
	ret = walk_areas(ctx);
	vm_design->walk_end(ctx);
	milestone(MS_WALK_LEAVE, ctx->mm->name);
	return ret;
}

/* --- the victim --------------------------------------------------------------------------- */

struct search {
	struct steal_ctx *ctx;
	bool reload;	       /* second pass: swap_cnt := rss first */
	bool seen;	       /* somebody has pages at all */
	unsigned long max_cnt; /* the best so far */
	int threads;
};

static void consider(struct search *s, struct mm_struct *mm, struct task_struct *task, int pid)
{
	long rss;

	if (!mm || mm == &init_mm || !KMEM_ALIVE(mm))
		return;
	rss = mm->rss;
	if (rss <= 0)
		return;
	s->seen = true;
	if (s->reload)
		mm->swap_cnt = (unsigned long)rss;
	if (mm->swap_cnt <= s->max_cnt)
		return;
	s->max_cnt = mm->swap_cnt;
	s->ctx->mm = mm;
	s->ctx->task = task;
	s->ctx->pid = pid;
}

/* One look at all tasks, or at all mms. Our servers do what 1999 did in interrupts and bottom
 * halves; they are not counted as threads. */
static void search_once(struct search *s)
{
	struct task_struct *t;
	struct list_head *pos;

	s->ctx->mm = NULL;
	s->ctx->task = NULL;
	s->seen = false;
	s->max_cnt = 0;
	s->threads = 0;
	vm_design->victim_search_begin();
	if (vm_design->reclaim == RECLAIM_MM_WALK) {
		s->threads = nr_tasks - __atomic_load_n(&nr_servers, __ATOMIC_RELAXED);
		for_each_task(t)
			consider(s, t->mm, t, t->pid);
	} else {
		list_for_each(pos, &mmlist) {
			struct mm_struct *mm = list_entry(pos, struct mm_struct, mmlist);

			s->threads++;
			consider(s, mm, NULL, mm->owner_pid);
		}
	}
	vm_design->victim_search_end(s->ctx);
}

/* The mm with the largest swap_cnt, pinned; when all are used up they are loaded with rss again.
 * False = nobody has a page. *@threads: how many tasks there are. */
static bool choose_victim(struct steal_ctx *ctx, int *threads)
{
	struct search s = { .ctx = ctx };

	search_once(&s);
	if (!ctx->mm && s.seen) {
		s.reload = true;
		search_once(&s);
	}
	*threads = s.threads;
	return ctx->mm != NULL;
}

void steal_send_sigbus(const struct steal_ctx *ctx)
{
	struct task_struct *t;

	spin_lock(&tasklist_lock);
	t = find_task_by_pid(ctx->pid);
	if (t)
		send_signal(t, SIGBUS);
	spin_unlock(&tasklist_lock);
	vmscan_events.failed++;
}

int swap_out(int priority, unsigned gfp)
{
	struct steal_ctx ctx = { .gfp = gfp };
	int tries = -1, threads, ret = STEAL_GO_ON;

	if (vm_design->reclaim == RECLAIM_RMAP)
		return reclaim_by_rmap(priority, gfp);
	watch_reclaim_enter();
	vm_design->steal_begin();
	while (tries != 0 && choose_victim(&ctx, &threads)) {
		if (tries < 0)
			tries = min(max(threads / (priority + 1), 1), threads) + 1;
		tries--;
		milestone(MS_STEAL_PICK, ctx.mm->name);
		ret = swap_out_mm(&ctx);
		if (ret == STEAL_LOST) { /* as if the end had been reached: on to the next mm */
			ctx.mm->swap_address = 0;
			ctx.mm->swap_cnt = 0;
		}
		vm_design->victim_unpin(&ctx);
		if (ret < 0)
			steal_send_sigbus(&ctx);
		if (ret < 0 || ret == STEAL_DONE)
			break;
	}
	vm_design->steal_end();
	watch_reclaim_leave();
	return ret < 0 || ret == STEAL_DONE;
}
