/*
 * tests/unit/test_mlock.c - mlock, munlock, mlockall, munlockall: splits, pages made present,
 * limits.
 */
#include "unit.h"

#include "vmtest.h"

#define BASE (0x20400000UL - PAGES(4))

static void split(struct mm_struct *mm, unsigned from, unsigned to, int areas)
{
	vt_mmap(BASE, PAGES(8), RW, ANON_AT);
	ck_assert_int_eq(sys_mlock(BASE + PAGES(from), PAGES(to - from)), 0);
	ck_assert_int_eq(mm->map_count, areas);
	ck_assert_uint_eq(mm->locked_vm, to - from);
	ck_assert_int_eq(mm->rss, to - from); /* made present, for writing */
	vt_check_mm(mm);
	ck_assert_int_eq(sys_munlock(BASE, PAGES(8)), 0);
	ck_assert_int_eq(mm->map_count, 1);
	ck_assert_uint_eq(mm->locked_vm, 0);
	ck_assert_int_eq(mm->rss, to - from);
	vt_check_mm(mm);
	ck_assert_int_eq(sys_munmap(BASE, PAGES(8)), 0);
	ck_assert_int_eq(mm->rss, 0);
}

static void split_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");

	(void)arg;
	split(mm, 0, 8, 1);
	split(mm, 0, 3, 2);
	split(mm, 3, 8, 2);
	split(mm, 3, 6, 3);
	vt_leave();
}

START_TEST(test_split)
{
	vt_run(vm_designs[_i]->name, split_body, NULL);
}
END_TEST

static void arguments_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	unsigned long much = PAGES(max_mapnr / 2 + 1);

	(void)arg;
	vt_mmap(BASE, PAGES(4), RW, ANON_AT);
	ck_assert_int_eq(sys_mlock(BASE + PAGES(2), PAGES(4)), -ENOMEM);
	ck_assert_uint_eq(mm->locked_vm, 2);			  /* as far as it went */
	ck_assert_int_eq(sys_munlock(BASE + 5, PAGES(4) - 6), 0); /* rounded outwards */
	ck_assert_uint_eq(mm->locked_vm, 0);
	ck_assert_int_eq(sys_mlock(BASE + PAGES(1) - 1, 2), 0);
	ck_assert_uint_eq(mm->locked_vm, 2);
	ck_assert_int_eq(sys_munlock(BASE - 1, 5), -ENOMEM);
	ck_assert_int_eq(sys_mlock(BASE, 0), 0);
	ck_assert_int_eq(sys_mlock(BASE, 0xffffffff), -ENOMEM);
	ck_assert_int_eq(sys_mlock(TASK_SIZE, PAGE_SIZE), -ENOMEM);
	ck_assert_int_eq(sys_mlockall(0), -EINVAL);
	ck_assert_int_eq(sys_mlockall(4), -EINVAL);
	/* half of memory at most */
	ck_assert_uint_eq(vt_mmap(0x30000000, much, RW, ANON_AT), 0x30000000);
	ck_assert_int_eq(sys_mlock(0x30000000, much), -ENOMEM);
	ck_assert_int_eq(sys_mlockall(1), -ENOMEM);
	ck_assert_int_eq((long)vt_mmap(0, much, RW, ANON | MAP_LOCKED), -EAGAIN);
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_arguments)
{
	vt_run(vm_designs[_i]->name, arguments_body, NULL);
}
END_TEST

static void all_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");

	(void)arg;
	vt_mmap(BASE, PAGES(4), RW, ANON_AT);
	vt_mmap(BASE + PAGES(8), PAGES(4), PROT_READ, ANON_AT);
	ck_assert_int_eq(sys_mlockall(2), 0); /* the future only */
	ck_assert_uint_eq(mm->locked_vm, 0);
	vt_mmap(BASE + PAGES(16), PAGES(4), RW, ANON_AT);
	ck_assert_uint_eq(mm->locked_vm, 4);
	ck_assert_int_eq(mm->rss, 4);
	ck_assert_int_eq(sys_mlockall(1), 0); /* now, and no more in the future */
	ck_assert_uint_eq(mm->locked_vm, 12);
	ck_assert_int_eq(mm->rss, 8); /* pages of zeroes are not counted */
	vt_mmap(BASE + PAGES(32), PAGES(4), RW, ANON_AT);
	ck_assert_uint_eq(mm->locked_vm, 12);
	ck_assert_int_eq(sys_munmap(BASE, PAGES(2)), 0);
	ck_assert_uint_eq(mm->locked_vm, 10);
	ck_assert_int_eq(sys_munlockall(), 0);
	ck_assert_uint_eq(mm->locked_vm, 0);
	ck_assert_uint_eq(mm->def_flags, 0);
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_all)
{
	vt_run(vm_designs[_i]->name, all_body, NULL);
}
END_TEST

static void add(TCase *tc)
{
	VT_ADD(tc, test_split);
	VT_ADD(tc, test_arguments);
	VT_ADD(tc, test_all);
}

int main(void)
{
	return vt_main("mlock", add);
}
