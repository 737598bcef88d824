/*
 * tests/unit/test_mprotect.c - mprotect: arguments, the four ways to split, the entries, the TLB.
 * The random test of the whole family is in test_mmap.c.
 */
#include "unit.h"

#include "vmtest.h"

#define BASE (0x20400000UL - PAGES(4)) /* the areas cross a page table */

static void map_and_fill(unsigned n)
{
	ck_assert_uint_eq(vt_mmap(BASE, PAGES(n), RW, ANON_AT), BASE);
	for (unsigned i = 0; i < n; i++)
		ck_assert(vt_poke(BASE + PAGES(i), 100 + i));
}

static void check_prot(unsigned i, unsigned prot)
{
	uint32_t word;

	ck_assert_int_eq(vt_peek(BASE + PAGES(i), &word), prot != 0);
	if (prot)
		ck_assert_uint_eq(word, 100 + i);
	ck_assert_int_eq(vt_poke(BASE + PAGES(i), 100 + i), !!(prot & PROT_WRITE));
}

/* Change [from, to) of 8 pages; @areas = how many there are then. */
static void split(struct mm_struct *mm, unsigned from, unsigned to, unsigned prot, int areas)
{
	map_and_fill(8);
	ck_assert_int_eq(sys_mprotect(BASE + PAGES(from), PAGES(to - from), prot), 0);
	ck_assert_int_eq(mm->map_count, areas);
	vt_check_mm(mm);
	for (unsigned i = 0; i < 8; i++)
		check_prot(i, i >= from && i < to ? prot : RW);
	ck_assert_int_eq(sys_mprotect(BASE, PAGES(8), RW), 0);
	ck_assert_int_eq(mm->map_count, 1);
	for (unsigned i = 0; i < 8; i++)
		check_prot(i, RW);
	vt_check_mm(mm);
	ck_assert_int_eq(sys_munmap(BASE, PAGES(8)), 0);
}

static void split_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");

	(void)arg;
	for (int round = 0; round < 2; round++) {
		unsigned prot = round ? PROT_NONE : PROT_READ;

		split(mm, 0, 8, prot, 1);
		split(mm, 0, 3, prot, 2);
		split(mm, 3, 8, prot, 2);
		split(mm, 3, 6, prot, 3);
	}
	vt_leave();
}

START_TEST(test_split)
{
	vt_run(vm_designs[_i]->name, split_body, NULL);
}
END_TEST

/* A page keeps its frame and its contents while nobody may look at it. */
static void none_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	pte_t before, none, after;

	(void)arg;
	map_and_fill(1);
	before = *pte_lookup(mm, BASE);
	ck_assert_int_eq(sys_mprotect(BASE, PAGE_SIZE, PROT_NONE), 0);
	none = *pte_lookup(mm, BASE);
	ck_assert(pte_present(none) && !(none & _PAGE_PRESENT) && !(none & _PAGE_USER));
	ck_assert_uint_eq(pte_phys(none), pte_phys(before));
	ck_assert(pte_dirty(none));
	ck_assert_int_eq(host_tlb_lookup(0, BASE), -1);
	ck_assert_int_eq(mm->rss, 1);
	ck_assert_int_eq(vm_fault(BASE, FAULT_USER, 0), 11);
	ck_assert_int_eq(sys_mprotect(BASE, PAGE_SIZE, PROT_READ), 0);
	after = *pte_lookup(mm, BASE);
	ck_assert(after & _PAGE_PRESENT && !pte_write(after) && pte_dirty(after));
	ck_assert_uint_eq(pte_phys(after), pte_phys(before));
	/* a locked area that nobody may touch */
	vt_mmap(BASE + PAGES(8), PAGES(2), PROT_NONE, ANON_AT);
	ck_assert_int_eq(sys_mlock(BASE + PAGES(8), PAGES(2)), 0);
	ck_assert(!vt_poke(BASE + PAGES(8), 1));
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_none)
{
	vt_run(vm_designs[_i]->name, none_body, NULL);
}
END_TEST

static void arguments_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");

	(void)arg;
	map_and_fill(8);
	ck_assert_int_eq(sys_munmap(BASE + PAGES(4), PAGE_SIZE), 0);
	ck_assert_int_eq(sys_mprotect(BASE + 1, PAGE_SIZE, RW), -EINVAL);
	ck_assert_int_eq(sys_mprotect(BASE, PAGE_SIZE, 0x80), -EINVAL);
	ck_assert_int_eq(sys_mprotect(BASE, 0, RW), 0);
	ck_assert_int_eq(sys_mprotect(BASE, TASK_SIZE, RW), -ENOMEM);
	ck_assert_int_eq(sys_mprotect(BASE, 0xfffffffful, RW), -ENOMEM);
	ck_assert_int_eq(sys_mprotect(BASE - PAGES(1), PAGES(2), PROT_READ), -ENOMEM);
	check_prot(0, RW); /* the first page was missing: nothing changed */
	ck_assert_int_eq(sys_mprotect(BASE + PAGES(2), PAGES(4), PROT_READ), -ENOMEM);
	check_prot(2, PROT_READ); /* as far as it went */
	check_prot(3, PROT_READ);
	check_prot(5, RW);
	ck_assert_int_eq(sys_mprotect(BASE + PAGES(5), 1, PROT_READ), 0); /* rounded up */
	check_prot(5, PROT_READ);
	check_prot(6, RW);
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_arguments)
{
	vt_run(vm_designs[_i]->name, arguments_body, NULL);
}
END_TEST

/* Splits open the driver's new areas and hold the file. */
static void driver_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	struct file *file = vt_file(16, 3);

	(void)arg;
	ck_assert_int_eq(sys_mmap_pgoff(BASE, PAGES(8), RW, MAP_SHARED | MAP_FIXED, file, 2), BASE);
	ck_assert_int_eq(sys_mprotect(BASE + PAGES(2), PAGES(3), PROT_READ), 0);
	ck_assert_int_eq(mm->map_count, 3);
	ck_assert_int_eq(vt_driver.opens, 2);
	ck_assert_int_eq(file->f_count, 4);
	ck_assert_uint_eq(vt_share_list_length(), 3);
	for (unsigned i = 0; i < 8; i++)
		ck_assert_uint_eq(vt_word(BASE + PAGES(i)), 1002 + i);
	ck_assert(vt_poke(BASE, 1));
	ck_assert(!vt_poke(BASE + PAGES(2), 1));
	ck_assert_int_eq(sys_mprotect(BASE, PAGES(8), PROT_READ), 0);
	ck_assert_int_eq(mm->map_count, 1);
	ck_assert_int_eq(vt_driver.closes, 2);
	ck_assert_int_eq(file->f_count, 2);
	ck_assert_uint_eq(vt_share_list_length(), 1);
	ck_assert_uint_eq(mm->mmap->vm_pgoff, 2);
	vt_check_mm(mm);
	vt_leave();
	fput(file);
	ck_assert_int_eq(vt_driver.released, 1);
}

START_TEST(test_driver)
{
	vt_run(vm_designs[_i]->name, driver_body, NULL);
}
END_TEST

static void add(TCase *tc)
{
	VT_ADD(tc, test_split);
	VT_ADD(tc, test_none);
	VT_ADD(tc, test_arguments);
	VT_ADD(tc, test_driver);
}

int main(void)
{
	return vt_main("mprotect", add);
}
