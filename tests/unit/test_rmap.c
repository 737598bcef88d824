/*
 * tests/unit/test_rmap.c - reverse maps and what stands on them, under linux-6.12: anon_vmas through fork, split,
 * merge, move and exit; the walk from a page to all who map it; page stealing that starts from the page; a lock
 * in each page table; cluster locks of a swap area.
 */
#include "unit.h"

#include "swap_unit.h"
#include "vmtest.h"

#include "mm/rmap.h"

#define BASE  0x20000000UL
#define SLOTS 1024

static void rmap_run(void (*body)(void *))
{
	area_add(SLOTS);
	vt_run("linux-6.12", body, NULL);
	host_settle(5);
}

static pte_t pte_of(struct mm_struct *mm, unsigned long addr)
{
	pte_t *ptep = pte_lookup(mm, addr);

	return ptep ? pte_read(ptep) : 0;
}

static struct page *page_of(struct mm_struct *mm, unsigned long addr)
{
	ck_assert(pte_present(pte_of(mm, addr)));
	return phys_to_page(pte_phys(pte_of(mm, addr)));
}

static void fill(unsigned long addr, unsigned npages)
{
	ck_assert_uint_eq(vt_mmap(addr, PAGES(npages), RW, ANON_AT), addr);
	for (unsigned i = 0; i < npages; i++)
		ck_assert(vt_poke(addr + PAGES(i), 100 + i));
}

/* The area at @addr; the test is alone. */
static const struct vm_area_struct *area_at(struct mm_struct *mm, unsigned long addr)
{
	const struct vm_area_struct *vma;

	vm_design->mm_lock(mm, MM_MINCORE);
	vma = find_vma(mm, addr);
	vm_design->mm_unlock(mm, MM_MINCORE);
	ck_assert(vma && vma->vm_start <= addr);
	return vma;
}

static unsigned links(struct mm_struct *mm, unsigned long addr)
{
	const struct vm_area_struct *vma = area_at(mm, addr);
	unsigned n = 0;

	for (const struct anon_vma_chain *c = vma->anon_vma_chain; c; c = c->next)
		n++;
	return n;
}

static struct anon_vma *anon_vma_of(struct mm_struct *mm, unsigned long addr)
{
	return area_at(mm, addr)->anon_vma;
}

static void wait_for_io(void)
{
	while (nr_async_pages) {
		yield();
		cpu_relax();
	}
}

/* --- anon_vmas --------------------------------------------------------------------------------------- */

/* None before the first store, one then; split areas share it and become one again; neighbours join. */
static void area_body(void *arg)
{
	struct vm_snapshot before;
	struct mm_struct *mm;
	struct anon_vma *av;

	(void)arg;
	vt_snapshot(&before);
	mm = vt_enter("A");
	ck_assert_uint_eq(vt_mmap(BASE, PAGES(6), RW, ANON_AT), BASE);
	ck_assert_uint_eq(vt_word(BASE), 0); /* the zero page needs none */
	ck_assert_ptr_null(anon_vma_of(mm, BASE));
	ck_assert(vt_poke(BASE, 1));
	av = anon_vma_of(mm, BASE);
	ck_assert_ptr_nonnull(av);
	ck_assert_ptr_eq(page_of(mm, BASE)->anon_vma, av);
	ck_assert_int_eq(page_of(mm, BASE)->mapcount, 1);
	ck_assert_uint_eq(av->active_vmas, 1);
	ck_assert_int_eq(sys_mprotect(BASE + PAGES(2), PAGES(2), PROT_READ), 0);
	ck_assert_int_eq(mm->map_count, 3);
	ck_assert_ptr_eq(anon_vma_of(mm, BASE + PAGES(2)), av);
	ck_assert_ptr_eq(anon_vma_of(mm, BASE + PAGES(5)), av);
	ck_assert_uint_eq(av->active_vmas, 3);
	ck_assert(vt_poke(BASE + PAGES(5), 5));
	ck_assert_int_eq(vm_invariants_check(), 0);
	ck_assert_int_eq(sys_mprotect(BASE + PAGES(2), PAGES(2), RW), 0);
	ck_assert_int_eq(mm->map_count, 1);
	ck_assert_uint_eq(av->active_vmas, 1);
	/* A hole in the middle, and a new area in it, takes its neighbour's. */
	ck_assert_int_eq(sys_munmap(BASE + PAGES(2), PAGES(2)), 0);
	ck_assert_uint_eq(av->active_vmas, 2);
	ck_assert_uint_eq(vt_mmap(BASE + PAGES(2), PAGES(2), PROT_READ, ANON_AT), BASE + PAGES(2));
	ck_assert_int_eq(sys_mprotect(BASE + PAGES(2), PAGES(2), RW), 0);
	ck_assert(vt_poke(BASE + PAGES(3), 3));
	ck_assert_ptr_eq(anon_vma_of(mm, BASE + PAGES(3)), av);
	ck_assert_uint_eq(vt_word(BASE), 1);
	ck_assert_uint_eq(vt_word(BASE + PAGES(5)), 5);
	ck_assert_int_eq(vm_invariants_check(), 0);
	vt_leave();
	ck_assert_int_eq(vt_leaks(&before), 0);
}

START_TEST(area)
{
	rmap_run(area_body);
}
END_TEST

/* The child's area is searched for the parent's pages, the parent's not for the child's. */
static void fork_body(void *arg)
{
	struct vm_snapshot before;
	struct mm_struct *mm, *child;
	struct page *shared, *copied;

	(void)arg;
	vt_snapshot(&before);
	mm = vt_enter("A");
	fill(BASE, 2);
	child = dup_mm(mm, "B");
	ck_assert_ptr_nonnull(child);
	shared = page_of(mm, BASE);
	ck_assert_ptr_eq(page_of(child, BASE), shared);
	ck_assert_int_eq(shared->mapcount, 2);
	ck_assert_uint_eq(links(child, BASE), 2);
	ck_assert_ptr_ne(anon_vma_of(child, BASE), anon_vma_of(mm, BASE));
	ck_assert_ptr_eq(anon_vma_of(child, BASE)->root, anon_vma_of(mm, BASE));
	vt_wear(child);
	ck_assert(vt_poke(BASE, 777));
	vt_wear(mm);
	copied = page_of(child, BASE);
	ck_assert_ptr_eq(copied->anon_vma, anon_vma_of(child, BASE));
	ck_assert_int_eq(shared->mapcount, 1);
	ck_assert(rmap_finds(copied, area_at(child, BASE), BASE));
	ck_assert(!rmap_finds(copied, area_at(mm, BASE), BASE));
	ck_assert(rmap_finds(shared, area_at(child, BASE), BASE)); /* searched, not found there */
	ck_assert_int_eq(vm_invariants_check(), 0);
	vt_leave(); /* the parent goes first */
	ck_assert_ptr_null(sched_use_mm(child));
	ck_assert_uint_eq(vt_word(BASE), 777);
	ck_assert_uint_eq(vt_word(BASE + PAGES(1)), 101);
	ck_assert_int_eq(vm_invariants_check(), 0);
	vt_leave();
	ck_assert_int_eq(vt_leaks(&before), 0);
}

START_TEST(family)
{
	rmap_run(fork_body);
}
END_TEST

/* Generation after generation forks and exits: the links do not grow in number. */
static void generations_body(void *arg)
{
	struct vm_snapshot before;
	struct mm_struct *mm, *child;

	(void)arg;
	vt_snapshot(&before);
	mm = vt_enter("A");
	fill(BASE, 2);
	for (uint32_t i = 0; i < 12; i++) {
		child = dup_mm(mm, "B");
		ck_assert_ptr_nonnull(child);
		vt_leave();
		mm = child;
		ck_assert_ptr_null(sched_use_mm(mm));
		ck_assert(vt_poke(BASE, i));
		ck_assert_uint_le(links(mm, BASE), 3);
		ck_assert_int_eq(vm_invariants_check(), 0);
	}
	ck_assert_uint_eq(vt_word(BASE + PAGES(1)), 101);
	vt_leave();
	ck_assert_int_eq(vt_leaks(&before), 0);
}

START_TEST(generations)
{
	rmap_run(generations_body);
}
END_TEST

/* A moved area's pages are found at the new place; one that is kept has no anon_vma and gets a new one. */
static void move_body(void *arg)
{
	struct vm_snapshot before;
	struct mm_struct *mm;
	long to;

	(void)arg;
	vt_snapshot(&before);
	mm = vt_enter("A");
	fill(BASE, 3);
	to = sys_mremap(BASE, PAGES(3), PAGES(3), MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
	ck_assert_int_gt(to, 0);
	ck_assert_uint_eq(vt_word((unsigned long)to + PAGES(2)), 102);
	ck_assert_ptr_null(anon_vma_of(mm, BASE));
	ck_assert_int_eq(vm_invariants_check(), 0);
	ck_assert(vt_poke(BASE + PAGES(2), 7));
	ck_assert_ptr_nonnull(anon_vma_of(mm, BASE));
	ck_assert_uint_eq(vt_word((unsigned long)to + PAGES(2)), 102);
	ck_assert_int_eq(vm_invariants_check(), 0);
	vt_leave();
	ck_assert_int_eq(vt_leaks(&before), 0);
}

START_TEST(move)
{
	rmap_run(move_body);
}
END_TEST

/* --- stealing ------------------------------------------------------------------------------------------ */

/* One page that three mms map: it loses all three entries at once, each gets the slot, none its contents. */
static void steal_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A"), *b, *c;
	struct page *page;
	struct swp_entry entry;

	(void)arg;
	start_one_area();
	fill(BASE, 1);
	b = dup_mm(mm, "B");
	c = dup_mm(mm, "C");
	ck_assert(b && c);
	page = page_of(mm, BASE);
	ck_assert_int_eq(page->mapcount, 3);
	arch_flush_tlb_mm(&mm->arch);
	ck_assert_int_eq(swap_out(0, GFP_KERNEL), 0); /* it was used: made old */
	ck_assert(!pte_young(pte_of(mm, BASE)));
	ck_assert_int_eq(swap_out(0, GFP_BUFFER), 0); /* no I/O, no anonymous page */
	lock_page(page);
	ck_assert_int_eq(swap_out(0, GFP_KERNEL), 0); /* locked by somebody */
	UnlockPage(page);
	ck_assert_int_eq(swap_out(0, GFP_KERNEL), 1);
	ck_assert(PageSwapCache(page));
	ck_assert_int_eq(page->mapcount, 0);
	entry = pte_to_swp(pte_of(mm, BASE));
	ck_assert_uint_eq(pte_of(b, BASE), entry.val);
	ck_assert_uint_eq(pte_of(c, BASE), entry.val);
	ck_assert_int_eq(swap_count(entry), 4); /* three entries and the cache */
	ck_assert_int_eq(mm->rss + b->rss + c->rss, 0);
	wait_for_io();
	ck_assert_int_eq(shrink_mmap(0, GFP_KERNEL), 1); /* written, and nobody maps it */
	ck_assert_int_eq(vm_invariants_check(), 0);
	ck_assert_uint_eq(vt_word(BASE), 100);
	vt_wear(b);
	ck_assert(vt_poke(BASE, 9));
	vt_wear(c);
	ck_assert_uint_eq(vt_word(BASE), 100);
	vt_wear(mm);
	ck_assert_int_eq(vm_invariants_check(), 0);
	mmput(b);
	mmput(c);
	vt_leave();
	wait_for_io();
}

START_TEST(steal)
{
	rmap_run(steal_body);
}
END_TEST

/* Locked areas are left alone; a file's pages lose their entries by the file's list of areas. */
static void kinds_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	struct file *file = vt_file(4, 3);

	(void)arg;
	start_one_area();
	ck_assert_uint_eq((unsigned long)sys_mmap_pgoff(BASE, PAGES(4), PROT_READ, MAP_SHARED | MAP_FIXED, file, 0),
			  BASE);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(vt_word(BASE + PAGES(i)), 1000 + i);
	fill(2 * BASE, 3);
	ck_assert_int_eq(sys_mlock(2 * BASE, PAGES(3)), 0);
	ck_assert_int_eq(mm->rss, 7);
	for (int i = 0; i < 12; i++) {
		arch_flush_tlb_mm(&mm->arch);
		swap_out(0, GFP_KERNEL);
	}
	ck_assert_int_eq(mm->rss, 3);
	ck_assert_uint_eq(pte_of(mm, BASE), 0);
	ck_assert(pte_present(pte_of(mm, 2 * BASE)));
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(vt_word(BASE + PAGES(i)), 1000 + i);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_uint_eq(vt_word(2 * BASE + PAGES(i)), 100 + i);
	ck_assert_int_eq(vm_invariants_check(), 0);
	wait_for_io();
	vt_leave();
	fput(file);
	ck_assert_uint_eq(truncate_inode_pages(&vt_driver.mapping, 0), 0);
}

START_TEST(kinds)
{
	rmap_run(kinds_body);
}
END_TEST

/* --- locks ------------------------------------------------------------------------------------------------ */

static void locks_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	struct spinlock *low, *high;
	const unsigned long border = BASE + (4UL << 20);
	struct swap_info_struct *si;

	(void)arg;
	start_one_area();
	fill(border - PAGES(2), 4);
	low = pte_table_lock(mm, border - PAGES(1));
	high = pte_table_lock(mm, border);
	ck_assert_ptr_eq(low, pte_table_lock(mm, border - PAGES(2)));
	ck_assert_ptr_ne(low, high);
	vm_design->pte_lock(mm, border, PT_STEAL);
	ck_assert(lock_held_by_current(&high->info) && !lock_held_by_current(&low->info));
	ck_assert(!lock_held_by_current(&mm->page_table_lock.info));
	vm_design->pte_unlock(mm, border, PT_STEAL);
	vm_design->pte_lock(mm, border, PT_ALLOC);
	ck_assert(lock_held_by_current(&mm->page_table_lock.info));
	vm_design->pte_unlock(mm, border, PT_ALLOC);

	si = &swap_info[0];
	vm_design->slot_lock(si, 3, SLOT_DUP);
	ck_assert(lock_held_by_current(&si->cluster_locks[0].info) && !lock_held_by_current(&si->lock.info));
	vm_design->slot_unlock(si, 3, SLOT_DUP);
	vm_design->slot_lock(si, SWAPFILE_CLUSTER + 3, SLOT_DUP);
	ck_assert(lock_held_by_current(&si->cluster_locks[1].info));
	vm_design->slot_unlock(si, SWAPFILE_CLUSTER + 3, SLOT_DUP);
	ck_assert_uint_eq(si->users, 1);
	ck_assert(vm_design->swap_pin(swp_entry(0, 3)));
	ck_assert_uint_eq(si->users, 2);
	vm_design->swap_unpin(swp_entry(0, 3));
	ck_assert(!vm_design->swap_pin(swp_entry(1, 3))); /* no such area */
	vt_leave();
}

START_TEST(locks)
{
	rmap_run(locks_body);
}
END_TEST

static void add(TCase *tc)
{
	tcase_add_test(tc, area);
	tcase_add_test(tc, family);
	tcase_add_test(tc, generations);
	tcase_add_test(tc, move);
	tcase_add_test(tc, steal);
	tcase_add_test(tc, kinds);
	tcase_add_test(tc, locks);
}

int main(void)
{
	return vt_main("rmap", add);
}
