/*
 * tests/unit/test_mremap.c - mremap: arguments, shrinking, growing in place, moving with pages.
 */
#include "unit.h"

#include "vmtest.h"

#define BASE  (0x20400000UL - PAGES(4))
#define OTHER 0x31000000UL

static void map_and_fill(unsigned n)
{
	ck_assert_uint_eq(vt_mmap(BASE, PAGES(n), RW, ANON_AT), BASE);
	for (unsigned i = 0; i < n; i++)
		ck_assert(vt_poke(BASE + PAGES(i), 100 + i));
}

static void arguments_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	const unsigned long may = MREMAP_MAYMOVE, fixed = MREMAP_MAYMOVE | MREMAP_FIXED;

	(void)arg;
	map_and_fill(8);
	ck_assert_int_eq(sys_mremap(BASE + 1, PAGES(8), PAGES(9), may, 0), -EINVAL);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(8), 0, may, 0), -EINVAL);
	ck_assert_int_eq(sys_mremap(BASE, 0, PAGES(1), may, 0), -EINVAL);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(8), PAGES(9), 4, 0), -EINVAL);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(8), PAGES(9), MREMAP_FIXED, OTHER), -EINVAL);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(8), PAGES(9), fixed, OTHER + 1), -EINVAL);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(8), PAGES(9), fixed, BASE + PAGES(7)), -EINVAL);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(8), PAGES(9), fixed, TASK_SIZE - PAGES(8)),
			 -EINVAL);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(9), PAGES(10), may, 0), -EFAULT);
	ck_assert_int_eq(sys_mremap(OTHER, PAGES(2), PAGES(1), may, 0), -EFAULT);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(8), 0xffffffff, may, 0), -ENOMEM);
	ck_assert_int_eq(sys_mremap(BASE, 0xffffffff, PAGES(8), may, 0), -EFAULT);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(8), PAGES(8), 0, 0), BASE);
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_arguments)
{
	vt_run(vm_designs[_i]->name, arguments_body, NULL);
}
END_TEST

static void in_place_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");

	(void)arg;
	map_and_fill(8);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(8), PAGES(5) + 1, 0, 0), BASE); /* six pages */
	ck_assert_uint_eq(mm->total_vm, 6);
	ck_assert_int_eq(mm->rss, 6);
	ck_assert(!vt_poke(BASE + PAGES(6), 1));
	ck_assert_int_eq(sys_mremap(BASE, PAGES(6), PAGES(10), 0, 0), BASE);
	ck_assert_uint_eq(vt_word(BASE + PAGES(5)), 105);
	ck_assert_uint_eq(vt_word(BASE + PAGES(9)), 0);
	vt_mmap(BASE + PAGES(12), PAGES(1), RW, ANON_AT);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(10), PAGES(13), 0, 0), -ENOMEM);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(10), PAGES(12), 0, 0), BASE);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(4), PAGES(5), 0, 0), -ENOMEM); /* not its end */
	/* what shrinks may consist of several areas; found by the torture run */
	ck_assert_int_eq(sys_mprotect(BASE + PAGES(2), PAGES(1), PROT_READ), 0);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(12), PAGES(11), 0, 0), BASE);
	ck_assert(!vt_poke(BASE + PAGES(11), 1));
	ck_assert_int_eq(sys_mprotect(BASE, PAGES(11), RW), 0);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(11), PAGES(12), 0, 0), BASE);
	/* locked areas grow with their pages */
	ck_assert_int_eq(sys_munmap(BASE + PAGES(12), PAGES(1)), 0);
	ck_assert_int_eq(sys_mlock(BASE, PAGES(12)), 0);
	ck_assert_int_eq(sys_mremap(BASE, PAGES(12), PAGES(20), 0, 0), BASE);
	ck_assert_uint_eq(mm->locked_vm, 20);
	ck_assert_int_eq(mm->rss, 20);
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_in_place)
{
	vt_run(vm_designs[_i]->name, in_place_body, NULL);
}
END_TEST

static void move_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	unsigned long at;
	pte_t frame;

	(void)arg;
	map_and_fill(8);
	vt_mmap(BASE + PAGES(8), PAGES(1), PROT_READ, ANON_AT);
	frame = pte_phys(*pte_lookup(mm, BASE + PAGES(4)));
	at = (unsigned long)sys_mremap(BASE, PAGES(8), PAGES(16), MREMAP_MAYMOVE, 0);
	ck_assert_uint_eq(at, TASK_UNMAPPED_BASE);
	for (unsigned i = 0; i < 16; i++)
		ck_assert_uint_eq(vt_word(at + PAGES(i)), i < 8 ? 100 + i : 0);
	ck_assert_uint_eq(pte_phys(*pte_lookup(mm, at + PAGES(4))), frame); /* moved, not copied */
	ck_assert(!vt_poke(BASE, 1));
	ck_assert_uint_eq(mm->total_vm, 17);
	vt_check_mm(mm);
	/* from the middle, to a given place where something is */
	vt_mmap(OTHER, PAGES(4), RW, ANON_AT);
	ck_assert(vt_poke(OTHER + PAGES(1), 5));
	ck_assert_int_eq(
		sys_mremap(at + PAGES(2), PAGES(3), PAGES(2), MREMAP_MAYMOVE | MREMAP_FIXED, OTHER),
		OTHER);
	ck_assert_uint_eq(vt_word(OTHER), 102);
	ck_assert_uint_eq(vt_word(OTHER + PAGES(1)), 103);
	ck_assert(!vt_poke(at + PAGES(2), 1));
	ck_assert(!vt_poke(at + PAGES(4), 1)); /* cut off by shrinking */
	ck_assert_uint_eq(vt_word(at + PAGES(5)), 105);
	vt_check_mm(mm);
	/* locked */
	ck_assert_int_eq(sys_mlock(OTHER, PAGES(2)), 0);
	ck_assert_int_eq(sys_mremap(OTHER, PAGES(2), PAGES(6), MREMAP_MAYMOVE | MREMAP_FIXED, BASE),
			 BASE);
	ck_assert_uint_eq(mm->locked_vm, 6);
	for (unsigned i = 0; i < 6; i++)
		ck_assert(*pte_lookup(mm, BASE + PAGES(i)) & _PAGE_PRESENT);
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_move)
{
	vt_run(vm_designs[_i]->name, move_body, NULL);
}
END_TEST

static void move_file_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	struct file *file = vt_file(32, 3);

	(void)arg;
	ck_assert_int_eq(sys_mmap_pgoff(BASE, PAGES(8), RW, MAP_SHARED | MAP_FIXED, file, 2), BASE);
	ck_assert_uint_eq(vt_word(BASE + PAGES(4)), 1006);
	ck_assert_int_eq(sys_mremap(BASE + PAGES(3), PAGES(2), PAGES(4),
				    MREMAP_MAYMOVE | MREMAP_FIXED, OTHER),
			 OTHER);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(vt_word(OTHER + PAGES(i)), 1005 + i);
	ck_assert_int_eq(mm->map_count, 3);
	ck_assert_int_eq(file->f_count, 4);
	ck_assert_int_eq(vt_driver.opens, 2); /* the new place; the piece that the hole split off */
	ck_assert_uint_eq(vt_word(BASE + PAGES(5)), 1007);
	vt_check_mm(mm);
	vt_leave();
	ck_assert_int_eq(file->f_count, 1);
	fput(file);
}

START_TEST(test_move_file)
{
	vt_run(vm_designs[_i]->name, move_file_body, NULL);
}
END_TEST

static void add(TCase *tc)
{
	VT_ADD(tc, test_arguments);
	VT_ADD(tc, test_in_place);
	VT_ADD(tc, test_move);
	VT_ADD(tc, test_move_file);
}

int main(void)
{
	return vt_main("mremap", add);
}
