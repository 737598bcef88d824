/*
 * tests/scenarios/world.c - the building blocks of tests/scenarios/world.h, and the link between the
 * scenario framework (kernel/scenario.c, which knows no vma) and the VM.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/servers/block.h"
#include "kernel/string.h"
#include "kernel/uaccess.h"
#include "mm/accounts.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/invariants.h"
#include "tests/scenarios/world.h"

#define PAD_PARTITION  "hda3"
#define SWAP_PARTITION "hdb1"

/* --- address spaces ---------------------------------------------------------------------------- */

struct pad *world_pad(unsigned long npages)
{
	const struct block_dev *store = block_find(PAD_PARTITION);
	struct pad *pad = store ? pad_create(store, npages) : NULL;

	if (!pad)
		report("scenario: no partition %s of %lu pages for the pad\n", PAD_PARTITION,
		       npages);
	return pad;
}

struct mm_struct *world_mm(const char *name)
{
	return mm_alloc(name);
}

static int map(struct mm_struct *mm, struct file *file, unsigned long addr, unsigned npages,
	       unsigned flags)
{
	unsigned long at;

	vm_design->mm_lock(mm, MM_MMAP);
	at = do_mmap_pgoff(mm, file, addr, npages * PAGE_SIZE, PROT_READ | PROT_WRITE,
			   flags | MAP_FIXED, 0);
	vm_design->mm_unlock(mm, MM_MMAP);
	return IS_ERR_VALUE(at) ? (int)(long)at : 0;
}

int world_map_pad(struct mm_struct *mm, struct pad *pad, unsigned long addr, unsigned npages,
		  const char *label)
{
	struct file *file = pad_open(pad);
	struct vm_area_struct *vma;
	int error;

	if (!file)
		return -ENOMEM;
	error = map(mm, file, addr, npages, MAP_SHARED);
	fput(file); /* the mapping has its own reference */
	if (error)
		return error;
	vm_design->mm_lock(mm, MM_SETUP);
	vma = find_vma(mm, addr);
	vma->label = label;
	vm_design->mm_unlock(mm, MM_SETUP);
	return 0;
}

int world_map_anon(struct mm_struct *mm, unsigned long addr, unsigned npages)
{
	return map(mm, NULL, addr, npages, MAP_PRIVATE | MAP_ANONYMOUS);
}

/* --- touching ------------------------------------------------------------------------------------- */

const char *world_contents = "invariant: contents";

uint32_t world_word(const struct mm_struct *mm, unsigned long addr)
{
	return (uint32_t)addr ^ ((uint32_t)mm->name[0] << 4 | 1);
}

int world_write(unsigned long addr)
{
	return put_user_u32(addr, world_word(current->mm, addr));
}

/* Wear @mm for a while: only a task's own mm can be touched. Returns the one worn before. */
static struct mm_struct *wear(struct mm_struct *mm)
{
	if (mm)
		mmget(mm);
	return sched_use_mm(mm);
}

static void take_off(struct mm_struct *before)
{
	struct mm_struct *worn = sched_use_mm(before);

	if (worn)
		mmput(worn);
}

int world_touch(struct mm_struct *mm, unsigned long addr, unsigned npages)
{
	struct mm_struct *before = wear(mm);
	int error = 0;

	for (unsigned i = 0; i < npages && !error; i++)
		error = world_write(addr + i * PAGE_SIZE);
	take_off(before);
	return error;
}

int world_check(struct mm_struct *mm, unsigned long addr, unsigned npages)
{
	struct mm_struct *before = wear(mm);
	int wrong = 0;

	for (unsigned i = 0; i < npages; i++) {
		unsigned long at = addr + i * PAGE_SIZE;
		uint32_t word = 0;
		int error = get_user_u32(&word, at);

		if (!error && word == world_word(mm, at))
			continue;
		if (error)
			wrong += invariant_failed(world_contents, "%s at %#lx cannot be read (error %d)",
						  mm->name, at, error);
		else
			wrong += invariant_failed(world_contents, "%s at %#lx reads %#x, last written %#x",
						  mm->name, at, word, world_word(mm, at));
	}
	take_off(before);
	return wrong;
}

void world_make_old(struct mm_struct *mm, unsigned long addr, unsigned npages)
{
	for (unsigned i = 0; i < npages; i++) {
		pte_t *ptep = pte_lookup(mm, addr + i * PAGE_SIZE);

		if (ptep && pte_present(*ptep))
			set_pte(ptep, *ptep & ~(pte_t)_PAGE_ACCESSED);
	}
	arch_flush_tlb_mm(&mm->arch);
}

int world_a_and_b(struct world_pair *w, const struct world_sizes *n)
{
	w->pad = world_pad(n->v_pages);
	w->a = world_mm("A");
	w->b = world_mm("B");
	if (!w->pad || !w->a || !w->b ||
	    world_map_pad(w->a, w->pad, WORLD_V, n->v_pages, "V") ||
	    world_map_anon(w->a, WORLD_ANON, n->a_mapped) ||
	    world_map_anon(w->b, WORLD_ANON, n->b_pages) ||
	    world_touch(w->a, WORLD_V, n->v_pages) ||
	    world_touch(w->a, WORLD_ANON, n->a_touched) ||
	    world_touch(w->b, WORLD_ANON, n->b_pages)) {
		report("scenario: A and B do not fit into this world\n");
		return -1;
	}
	world_make_old(w->a, WORLD_V, n->v_pages);
	return 0;
}

int world_invariants(void)
{
	if (vm_come_to_rest())
		return vm_invariants_check();
	return invariant_failed("invariant: not at rest", "I/O or a page's lock is left over");
}

/* --- memory ----------------------------------------------------------------------------------------- */

/* Pages linked through their first word; nothing can steal them, they are in no cache and no pte. */
static void *ballast;

void world_fill_memory(int spare)
{
	while (nr_free_pages > spare) {
		void **page = get_free_pages(GFP_ATOMIC, 0);

		if (!page)
			break;
		*page = ballast;
		ballast = page;
	}
}

void world_end(void)
{
	while (ballast) {
		void *page = ballast;

		ballast = *(void **)page;
		free_pages(page, 0);
	}
	page_pool_close();
}

int world_give_mm(struct task_struct *t, void *arg)
{
	struct mm_struct *mm = *(struct mm_struct **)arg;

	if (!mm)
		return 0;
	mmget(mm);
	t->mm = mm;
	return 0;
}

/* --- what the framework asks of the VM --------------------------------------------------------------- */

static int make_world(const struct scenario_world *w)
{
	struct freepages marks = { (int)w->min, (int)w->low, (int)w->high };

	world_contents = "invariant: contents";
	if (w->swap_slots) {
		long error = sys_swapon(SWAP_PARTITION, 0);

		if (error) {
			report("scenario: cannot swap on %s (error %ld)\n", SWAP_PARTITION, -error);
			return (int)error;
		}
	}
	if (w->frames)
		page_pool_open((int)w->frames, &marks);
	return 0;
}

static void limit_reclaim(const struct scenario_world *w)
{
	if (w->reclaim_pages)
		reclaim_limits.pages = (int)w->reclaim_pages;
	if (w->reclaim_rounds)
		reclaim_limits.rounds = (int)w->reclaim_rounds;
}

static struct task_struct *world_kswapd(void)
{
	return kswapd_task;
}

static const char *world_design(void)
{
	return vm_design_word();
}

static bool world_hole_known(const char *key)
{
	return vm_hole_for(key) != NULL;
}

static bool world_hole_open(const char *key)
{
	const struct vm_hole *hole = vm_hole_for(key);

	return hole && vm_hole_open(hole);
}

static bool world_faithful(void)
{
	return holes_faithful;
}

struct scenario_ops scenario_ops = {
	.make_world = make_world,
	.limit_reclaim = limit_reclaim,
	.kswapd = world_kswapd,
	.design = world_design,
	.hole_known = world_hole_known,
	.hole_open = world_hole_open,
	.holes_faithful = world_faithful,
};
