/*
 * tests/unit/test_vmscan.c - the page stealer under every design: what happens to a young, clean,
 * dirty, locked, cached page; who is chosen; what the driver's method gets; what a failing driver
 * earns; kswapd; and that contents survive. Facts c "Stealer" and d "Reclaim loop".
 */
#include "unit.h"

#include "swap_unit.h"
#include "vmtest.h"

#include "kernel/signal.h"
#include "mm/vmscan.h"

#define BASE  0x10000000UL
#define SLOTS 1024

static const char *design_name;

static void scan_boot(int cpus, unsigned kbytes, const char *options)
{
	static char cmdline[120];

	area_add(SLOTS);
	snprintk(cmdline, sizeof(cmdline), "design=%s watch=all %s", design_name, options);
	host_boot(cpus, kbytes, cmdline);
}

static void judge(void)
{
	unsigned i;

	for (i = 0; watch_complaint(i); i++)
		ck_abort_msg("%s: complaint: %s", design_name, watch_complaint(i)->key);
	ck_assert_int_eq(vm_invariants_check(), 0);
}

static void scan_run(int n, void (*body)(void *))
{
	design_name = vm_designs[n]->name;
	scan_boot(1, VT_MEMORY, "holes=mended");
	ck_assert_int_eq(host_run(body, NULL), HOST_DONE);
	host_settle(5);
	judge();
}

/* The same where the stealer walks areas; stealing from the page is in test_rmap.c. */
static void walk_run(int n, void (*body)(void *))
{
	if (vm_designs[n]->reclaim != RECLAIM_RMAP)
		scan_run(n, body);
}

static pte_t pte_at(unsigned long addr)
{
	pte_t *ptep = pte_lookup(current->mm, addr);

	return ptep ? pte_read(ptep) : 0;
}

static struct page *page_at(unsigned long addr)
{
	return phys_to_page(pte_phys(pte_at(addr)));
}

/* As the clock hand finds it after a while without use. */
static void age(unsigned long addr, unsigned npages)
{
	for (unsigned i = 0; i < npages; i++) {
		pte_t *ptep = pte_lookup(current->mm, addr + PAGES(i));

		if (ptep && pte_present(*ptep))
			*ptep &= ~(pte_t)_PAGE_ACCESSED;
	}
	arch_flush_tlb_mm(&current->mm->arch);
}

/* Let everybody else run: the tasks of this CPU, the other CPUs, the disk. */
static void pass_turn(void)
{
	yield();
	cpu_relax();
}

static void wait_for_io(void)
{
	while (nr_async_pages)
		pass_turn();
}

static unsigned long anon(unsigned long addr, unsigned npages)
{
	addr = vt_mmap(addr, PAGES(npages), RW, ANON_AT);
	for (unsigned i = 0; i < npages; i++)
		ck_assert(vt_poke(addr + PAGES(i), (uint32_t)addr + i));
	return addr;
}

static void check_anon(unsigned long addr, unsigned npages)
{
	for (unsigned i = 0; i < npages; i++)
		ck_assert_uint_eq(vt_word(addr + PAGES(i)), (uint32_t)addr + i);
}

/* From 2.4 on a dirty page is marked by the walk, and written when shrink_mmap meets it. */
static bool marks_dirty(void)
{
	return vm_design->writeback == WRITEBACK_MARK_DIRTY;
}

/* --- one page ----------------------------------------------------------------------------- */

static void one_page_body(void *arg)
{
	struct mm_struct *mm;
	struct vm_snapshot before;
	struct page *page;

	(void)arg;
	start_one_area();
	vt_snapshot(&before);
	mm = vt_enter("A");
	anon(BASE, 1);
	page = page_at(BASE);
	ck_assert(pte_young(pte_at(BASE)));

	/* First look: it was used; made old, the page remembers. */
	ck_assert_int_eq(swap_out(6, GFP_BUFFER), 0);
	ck_assert(pte_present(pte_at(BASE)) && !pte_young(pte_at(BASE)));
	ck_assert(PageReferenced(page));
	ck_assert_int_eq(mm->rss, 1);

	/* Without __GFP_IO a dirty page is left alone; a locked page always. */
	arch_flush_tlb_mm(&mm->arch);
	ck_assert_int_eq(swap_out(6, GFP_BUFFER), 0);
	ck_assert(pte_present(pte_at(BASE)));
	lock_page(page);
	ck_assert_int_eq(swap_out(6, GFP_KERNEL), 0);
	UnlockPage(page);
	ck_assert(pte_present(pte_at(BASE)));

	/* Now it goes: an entry in the pte, the page in the swap cache, written. */
	ck_assert_int_eq(swap_out(6, GFP_KERNEL), 1);
	ck_assert(!pte_present(pte_at(BASE)) && pte_at(BASE));
	ck_assert_int_eq(mm->rss, 0);
	ck_assert_int_eq(swap_count(pte_to_swp(pte_at(BASE))), 2);
	wait_for_io();
	ck_assert(PageSwapCache(page) && !PageLocked(page));
	ck_assert_int_eq(page_count(page), 1);
	ck_assert_uint_eq(host_disk_transfers(0, true), marks_dirty() ? 0 : 1);
	ck_assert_int_eq(page_test(page, PG_dirty), marks_dirty());
	ck_assert_int_eq(vm_invariants_check(), 0);

	/* A read fault finds it in the cache; clean, so next time it only loses its pte. */
	ck_assert_uint_eq(vt_word(BASE), BASE);
	ck_assert_ptr_eq(page_at(BASE), page);
	ck_assert(!pte_dirty(pte_at(BASE)));
	ck_assert_int_eq(mm->rss, 1);
	age(BASE, 1);
	ck_assert_int_eq(swap_out(6, GFP_BUFFER), 0); /* "0": nothing was let go of */
	ck_assert(!pte_present(pte_at(BASE)));
	ck_assert_int_eq(swap_count(pte_to_swp(pte_at(BASE))), 2);
	ck_assert_uint_eq(host_disk_transfers(0, true), marks_dirty() ? 0 : 1);
	ck_assert_int_eq(vm_invariants_check(), 0);

	if (marks_dirty()) {
		ck_assert_int_eq(shrink_mmap(0, GFP_BUFFER), 0); /* may not write it */
		ck_assert_int_eq(shrink_mmap(0, GFP_KERNEL), 1);
		wait_for_io();
		ck_assert_uint_eq(host_disk_transfers(0, true), 1);
	}

	/* shrink_mmap frees it although the pte has the entry; then it is read from disk. */
	while (shrink_mmap(0, GFP_BUFFER))
		;
	ck_assert_uint_eq(page_cache_size, 0);
	ck_assert_int_eq(swap_count(pte_to_swp(pte_at(BASE))), 1);
	ck_assert_uint_eq(vt_word(BASE), BASE);
	ck_assert_uint_ge(host_disk_transfers(0, false), 1);
	vt_leave();
	wait_for_io();
	ck_assert_int_eq(vt_leaks(&before), 0);
}

START_TEST(one_page)
{
	walk_run(_i, one_page_body);
}
END_TEST

/* Clean pages of a file, the zero page, locked areas. */
static void kinds_body(void *arg)
{
	struct file *file = vt_file(4, 1);
	struct mm_struct *mm = vt_enter("A");
	unsigned long at;
	uint32_t word;

	(void)arg;
	start_one_area();
	at = (unsigned long)sys_mmap_pgoff(BASE, PAGES(4), PROT_READ, MAP_SHARED | MAP_FIXED,
					   file, 0);
	ck_assert_uint_eq(at, BASE);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(vt_word(BASE + PAGES(i)), 1000 + i);
	ck_assert_uint_eq(vt_mmap(2 * BASE, PAGES(2), RW, ANON_AT), 2 * BASE);
	ck_assert(vt_peek(2 * BASE, &word)); /* the zero page: never stolen, never counted */
	anon(3 * BASE, 3);
	ck_assert_int_eq(sys_mlock(3 * BASE, PAGES(3)), 0);
	ck_assert_int_eq(mm->rss, 7);
	age(BASE, 4);
	age(2 * BASE, 2);
	age(3 * BASE, 3);
	ck_assert_int_eq(swap_out(0, GFP_BUFFER), 0);
	ck_assert_int_eq(mm->rss, 3);
	ck_assert_uint_eq(pte_at(BASE), 0);
	ck_assert(pte_present(pte_at(2 * BASE)));
	ck_assert(pte_present(pte_at(3 * BASE)));
	ck_assert_uint_eq(vt_driver.mapping.nrpages, 4); /* still cached, until shrink_mmap comes */
	ck_assert_uint_eq(vt_word(BASE + PAGES(2)), 1002);
	ck_assert_int_eq(vm_invariants_check(), 0);
	vt_leave();
	fput(file);
	ck_assert_int_eq(vt_driver.released, 1);
	ck_assert_uint_eq(truncate_inode_pages(&vt_driver.mapping, 0), 0);
}

START_TEST(kinds)
{
	walk_run(_i, kinds_body);
}
END_TEST

/* --- the driver's method ------------------------------------------------------------------ */

static int outs, out_error;
static struct page *out_page;
static struct file *out_file;

static int note_swapout(struct page *page)
{
	outs++;
	out_page = page;
	ck_assert_int_ge(page_count(page), 2); /* the count that the pte held, and the cache's */
	ck_assert(!PageLocked(page));
	return out_error;
}

static int scan_swapout(struct page *page, struct file *file)
{
	out_file = file;
	ck_assert_int_ge(file->f_count, 2);
	yield();
	return note_swapout(page);
}

static int scan_swapout_vma(struct vm_area_struct *vma, struct page *page)
{
	struct file *file = get_file(vma->vm_file); /* before anything can sleep */
	int ret;

	yield();
	out_file = file;
	ret = note_swapout(page);
	fput(file);
	return ret;
}

static const struct vm_operations_struct scan_vm_ops = {
	.nopage = vt_nopage,
	.swapout = scan_swapout,
	.swapout_vma = scan_swapout_vma,
};

static struct file *map_driver(unsigned npages)
{
	struct file *file = vt_file(npages, 3);
	struct vm_area_struct *vma;

	ck_assert_uint_eq((unsigned long)sys_mmap_pgoff(BASE, PAGES(npages), RW,
							MAP_SHARED | MAP_FIXED, file, 0), BASE);
	vma = current->mm->mmap; /* nobody else knows it yet */
	vma->vm_ops = &scan_vm_ops;
	for (unsigned i = 0; i < npages; i++)
		ck_assert(vt_poke(BASE + PAGES(i), 77 + i));
	return file;
}

static void method_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	struct file *file = map_driver(3);
	struct page *page;

	(void)arg;
	page = page_at(BASE);
	age(BASE, 3);
	ck_assert_int_eq(swap_out(6, GFP_BUFFER), 0);
	ck_assert_int_eq(outs, 0); /* no I/O allowed */
	age(BASE, 3);
	if (marks_dirty()) { /* no method is called, the page says it */
		ck_assert_int_eq(swap_out(6, GFP_KERNEL), 1);
		ck_assert_int_eq(outs, 0);
		ck_assert(page_test(page, PG_dirty));
		goto out;
	}
	ck_assert_int_eq(swap_out(6, GFP_KERNEL), 1);
	ck_assert_int_eq(outs, 1); /* one page a call */
	ck_assert_ptr_eq(out_page, page);
	ck_assert_ptr_eq(out_file, file);
	ck_assert_int_eq(file->f_count, 2);
	ck_assert_uint_eq(pte_at(BASE), 0);
	ck_assert_int_eq(mm->rss, 2);
	ck_assert_int_eq(page_count(page), 1); /* the cache's */
	ck_assert_int_eq(swap_out(6, GFP_KERNEL), 1); /* goes on where it was: swap_address */
	ck_assert_uint_eq(pte_at(BASE + PAGES(1)), 0);
	ck_assert(pte_present(pte_at(BASE + PAGES(2))));
	ck_assert_uint_eq(mm->swap_address, BASE + PAGES(2));
	ck_assert_uint_eq(vt_word(BASE), 77); /* from the cache */
	ck_assert_int_eq(vm_invariants_check(), 0);

	/* The driver fails: SIGBUS to the victim, and the stealer calls it progress. */
	out_error = -EIO;
	ck_assert_int_eq(current->pending_signals, 0);
	current->flags &= ~(unsigned)PF_KTHREAD; /* kernel tasks get no signals */
	ck_assert_int_eq(swap_out(6, GFP_KERNEL), 1);
	ck_assert_uint_eq(current->pending_signals, 1u << (SIGBUS - 1));
	current->pending_signals = 0;
	current->flags |= PF_KTHREAD;
	out_error = 0;
out:
	vt_leave();
	fput(file);
	ck_assert_uint_eq(truncate_inode_pages(&vt_driver.mapping, 0), 0);
}

START_TEST(method)
{
	walk_run(_i, method_body);
}
END_TEST

/* --- the victim --------------------------------------------------------------------------- */

static struct mm_struct *mm_small;
static bool other_stop, other_up;

static void other_body(void *arg)
{
	(void)arg;
	mm_small = vt_enter("small");
	anon(BASE, 5);
	other_up = true;
	while (!other_stop) {
		pass_turn();
	}
	vt_leave();
	other_up = false;
}

static void victim_body(void *arg)
{
	struct mm_struct *big;

	(void)arg;
	start_one_area();
	wake_up_process(kthread_create(other_body, NULL, "other"));
	while (!other_up)
		pass_turn();
	big = vt_enter("big");
	anon(BASE, 20);
	ck_assert_uint_eq(big->swap_cnt, 0);
	ck_assert_uint_eq(mm_small->swap_cnt, 0);

	/* All used up: loaded with rss; the largest first; at its end it is used up, then the next.
	 * */
	age(BASE, 20);
	ck_assert_int_eq(swap_out(6, GFP_KERNEL), 1);
	ck_assert_uint_eq(big->swap_cnt, 20); /* not spent page by page in 2.3 */
	ck_assert_uint_eq(mm_small->swap_cnt, 5);
	ck_assert_int_eq(big->rss, 19);
	for (int i = 0; i < 19; i++)
		ck_assert_int_eq(swap_out(6, GFP_KERNEL), 1);
	ck_assert_int_eq(big->rss, 0);
	ck_assert_int_eq(mm_small->rss, 5);
	ck_assert_int_eq(swap_out(6, GFP_BUFFER), 0); /* small's pages are young; made old */
	ck_assert_uint_eq(mm_small->swap_cnt, 0);
	ck_assert_int_eq(swap_out(6, GFP_KERNEL), 1);
	ck_assert_int_eq(mm_small->rss, 4);
	check_anon(BASE, 20);
	other_stop = true;
	while (other_up)
		pass_turn();
	vt_leave();
	wait_for_io();
}

START_TEST(victim)
{
	walk_run(_i, victim_body);
}
END_TEST

static void nobody_body(void *arg)
{
	(void)arg;
	ck_assert_int_eq(swap_out(0, GFP_KERNEL), 0);
	ck_assert_int_eq(do_try_to_free_pages(GFP_KERNEL), 0);
	vt_enter("empty");
	ck_assert_int_eq(swap_out(0, GFP_KERNEL), 0);
	/* No swap at all: a dirty page stays. */
	anon(BASE, 2);
	age(BASE, 2);
	ck_assert_int_eq(swap_out(0, GFP_KERNEL), 0);
	ck_assert_int_eq(current->mm->rss, 2);
	check_anon(BASE, 2);
	vt_leave();
}

START_TEST(nobody)
{
	scan_run(_i, nobody_body);
}
END_TEST

/* Swap fills up: what does not fit stays, and nothing is lost. */
static void full_body(void *arg)
{
	(void)arg;
	start_one_area();
	while (get_swap_page().val && nr_swap_pages > 3)
		;
	vt_enter("A");
	anon(BASE, 8);
	age(BASE, 8);
	while (swap_out(0, GFP_KERNEL))
		;
	ck_assert_int_eq(current->mm->rss, 5);
	ck_assert_int_eq(nr_swap_pages, 0);
	wait_for_io();
	check_anon(BASE, 8);
	vt_leave();
	wait_for_io();
	exit(EXIT_SUCCESS); /* the slots taken here have no owner that an invariant could find */
}

START_TEST(full)
{
	scan_run(_i, full_body);
}
END_TEST

/* --- the whole loop ----------------------------------------------------------------------- */

static void loop_body(void *arg)
{
	struct vm_snapshot before;
	int free_before;

	(void)arg;
	start_one_area();
	vt_snapshot(&before);
	vt_enter("A");
	anon(BASE, 200);
	age(BASE, 200);
	free_before = nr_free_pages;
	ck_assert_int_eq(do_try_to_free_pages(GFP_KERNEL), 1); /* 32 pages on their way */
	if (marks_dirty())
		ck_assert_int_eq(do_try_to_free_pages(GFP_KERNEL), 1); /* were only marked so far */
	wait_for_io();
	ck_assert_int_eq(do_try_to_free_pages(GFP_KERNEL), 1); /* frees those */
	ck_assert_int_ge(nr_free_pages, free_before + 20);
	wait_for_io();
	ck_assert_int_eq(vm_invariants_check(), 0);
	check_anon(BASE, 200);
	vt_leave();
	wait_for_io();
	ck_assert_int_eq(vt_leaks(&before), 0);
}

START_TEST(loop)
{
	scan_run(_i, loop_body);
}
END_TEST

static void kswapd_body(void *arg)
{
	(void)arg;
	start_one_area();
	kswapd_start();
	ck_assert(kswapd_task != NULL);
	vt_enter("A");
	for (unsigned i = 0; nr_free_pages > freepages.high + 2; i++)
		anon(BASE + PAGES(i), 1);
	/* Below "high" nobody needs to be short: kswapd looks once a second. */
	while (nr_free_pages > freepages.min + 2)
		get_free_pages(GFP_ATOMIC, 0);
	ck_assert_int_lt(nr_free_pages, freepages.high);
	schedule_timeout(4 * HZ);
	ck_assert(kswapd_task->flags & PF_MEMALLOC);
	ck_assert_int_ge(nr_free_pages, freepages.high);
	vt_leave();
}

START_TEST(kswapd)
{
	scan_run(_i, kswapd_body);
}
END_TEST

/* --- tasks that use twice the memory there is --------------------------------------------- */

#define WORKERS 4
#define EACH	260
static int workers_left;

static void worker(void *arg)
{
	uint32_t state = 1 + (uint32_t)(uintptr_t)arg;
	static uint32_t last[WORKERS][EACH];
	uint32_t *mine = last[(uintptr_t)arg];

	vt_enter("worker");
	ck_assert_uint_eq(vt_mmap(BASE, PAGES(EACH), RW, ANON_AT), BASE);
	memset(mine, 0, sizeof(last[0]));
	for (int i = 0; i < 3000; i++) {
		unsigned n = vt_random(&state) % EACH;

		ck_assert_uint_eq(vt_word(BASE + PAGES(n)), mine[n]);
		if (vt_random(&state) % 2) {
			mine[n] = vt_random(&state);
			ck_assert_msg(vt_poke(BASE + PAGES(n), mine[n]), "no memory");
		}
		if (i % 64 == 0)
			pass_turn();
	}
	vt_leave();
	__atomic_fetch_sub(&workers_left, 1, __ATOMIC_RELAXED);
}

static struct vm_snapshot torture_before;

static void torture_body(void *arg)
{
	(void)arg;
	start_one_area();
	kswapd_start();
	vt_snapshot(&torture_before);
	workers_left = WORKERS;
	for (uintptr_t i = 0; i < WORKERS; i++)
		wake_up_process(kthread_create(worker, (void *)i, "worker"));
	while (workers_left)
		schedule_timeout(HZ / 10);
	wait_for_io();
}

START_TEST(torture)
{
	design_name = vm_designs[_i % nr_vm_designs]->name;
	area_add(2048);
	scan_boot(_i % 4 + 1, 3000, "holes=mended");
	host_set_seed(100 + (uint32_t)_i);
	ck_assert_int_eq(host_run(torture_body, NULL), HOST_DONE);
	host_settle(20);
	judge();
	ck_assert_uint_gt(vmscan_events.anon_out, 0);
	ck_assert_uint_gt(vmscan_events.shrunk, 0);
}
END_TEST

/* --- what the walk does with a list that changes under it --------------------------------- */

static void freed_vma_body(void *arg)
{
	struct mm_struct *mm;
	struct vm_area_struct *vma, *gone, *rest;

	(void)arg;
	mm = vt_enter("A");
	anon(BASE, 1);
	anon(BASE + PAGES(4), 1);
	/* As if munmap had freed the second area without any lock, just now. */
	vma = mm->mmap;
	gone = vma->vm_next;
	rest = vm_area_dup(gone);
	vma_release(gone);
	ck_assert_int_eq(swap_out(6, GFP_KERNEL), 0);
	ck_assert(watch_has_complaint("uaf: vm_area_struct used after free in walk_vma_ok"));
	ck_assert_int_eq(vm_invariants_check(), 1);
	ck_assert(watch_has_complaint("invariant: areas (A)"));
	vma->vm_next = rest;
	mm->mmap_cache = NULL;
	exit(EXIT_SUCCESS);
}

START_TEST(freed_vma)
{
	design_name = "linux-2.3.30";
	scan_boot(1, VT_MEMORY, "holes=mended");
	host_run(freed_vma_body, NULL);
}
END_TEST

/* --- the invariants see what they should -------------------------------------------------- */

static void invariants_body(void *arg)
{
	struct mm_struct *mm;
	struct page *page;
	pte_t *ptep, saved;

	(void)arg;
	start_one_area();
	mm = vt_enter("A");
	anon(BASE, 3);
	page = page_at(BASE);
	ck_assert_int_eq(vm_invariants_check(), 0);

	mm->rss++;
	ck_assert_int_eq(vm_invariants_check(), 1);
	ck_assert(watch_has_complaint("invariant: rss (A)"));
	mm->rss--;

	get_page(page);
	ck_assert_int_eq(vm_invariants_check(), 1);
	ck_assert(watch_has_complaint("invariant: page count"));
	__free_page(page);

	ptep = pte_lookup(mm, BASE + PAGES(1));
	saved = ptep[1];
	ptep[2] = saved; /* one page further than the area */
	ck_assert_int_eq(vm_invariants_check(), 3); /* outside, rss, count */
	ck_assert(watch_has_complaint("invariant: pte outside every area (A)"));
	ptep[2] = 0;

	saved = *ptep;
	*ptep = swp_entry(0, 5).val; /* an entry that nobody counted */
	ck_assert_int_eq(vm_invariants_check(), 2); /* rss too */
	ck_assert(watch_has_complaint("invariant: swap map"));
	*ptep = swp_entry(5, 5).val; /* an area that does not exist */
	ck_assert_int_eq(vm_invariants_check(), 2);
	ck_assert(watch_has_complaint("invariant: swap entry (A)"));
	*ptep = saved;

	nr_swap_pages++;
	ck_assert_int_eq(vm_invariants_check(), 1);
	ck_assert(watch_has_complaint("invariant: nr_swap_pages"));
	nr_swap_pages--;
	nr_free_pages++;
	ck_assert_int_eq(vm_invariants_check(), 1);
	ck_assert(watch_has_complaint("invariant: nr_free_pages"));
	nr_free_pages--;
	ck_assert_int_eq(vm_invariants_check(), 0);
	vt_leave();
}

START_TEST(invariants)
{
	design_name = "linux-2.3.30";
	scan_boot(1, VT_MEMORY, "holes=mended");
	ck_assert_int_eq(host_run(invariants_body, NULL), HOST_DONE);
	ck_assert_int_eq(vm_invariants_check(), 0);
}
END_TEST

static void add(TCase *tc)
{
	VT_ADD(tc, one_page);
	VT_ADD(tc, kinds);
	VT_ADD(tc, method);
	VT_ADD(tc, victim);
	VT_ADD(tc, nobody);
	tcase_add_loop_exit_test(tc, full, EXIT_SUCCESS, 0, nr_vm_designs);
	VT_ADD(tc, loop);
	VT_ADD(tc, kswapd);
	tcase_add_loop_test(tc, torture, 0, 4 * nr_vm_designs);
	tcase_add_exit_test(tc, freed_vma, EXIT_SUCCESS);
	tcase_add_test(tc, invariants);
}

int main(void)
{
	return vt_main("vmscan", add);
}
