/*
 * tests/unit/test_vma.c - the vma list: looking up, the tree from 32 areas on, merging, the file's
 * list of mappings, references of an mm.
 */
#include "unit.h"

#include "vmtest.h"

#define BASE 0x20000000UL

/* --- looking up ----------------------------------------------------------------------------- */

static struct vm_area_struct *locked_find(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;

	vm_design->mm_lock(mm, MM_SETUP);
	vma = find_vma(mm, addr);
	vm_design->mm_unlock(mm, MM_SETUP);
	return vma;
}

/* Every other page mapped with another protection, so that nothing merges. */
static void find_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	int n = *(int *)arg;

	for (int i = 0; i < n; i++)
		ck_assert_uint_eq(vt_mmap(BASE + PAGES(2 * i), PAGE_SIZE, RW, ANON_AT),
				  BASE + PAGES(2 * i));
	ck_assert_int_eq(mm->map_count, n);
	ck_assert_int_eq(mm->mmap_avl != NULL, n >= AVL_MIN_MAP_COUNT && !vma_tree_used());
	ck_assert_int_eq(mm->mm_tree.root != NULL, vma_tree_used());
	vt_check_mm(mm);
	for (int round = 0; round < 2; round++) { /* the second one meets the hint */
		for (int i = 0; i < n; i++) {
			struct vm_area_struct *vma = locked_find(mm, BASE + PAGES(2 * i));

			ck_assert_ptr_nonnull(vma);
			ck_assert_uint_eq(vma->vm_start, BASE + PAGES(2 * i));
			ck_assert_ptr_eq(locked_find(mm, vma->vm_end - 1), vma);
			ck_assert_ptr_eq(locked_find(mm, vma->vm_end), vma->vm_next);
		}
	}
	ck_assert_ptr_eq(locked_find(mm, 0), mm->mmap);
	ck_assert_ptr_null(locked_find(mm, TASK_SIZE - 1));
	vt_leave();
}

START_TEST(test_find_list)
{
	int n = AVL_MIN_MAP_COUNT - 1;

	vt_run(vm_designs[_i]->name, find_body, &n);
}
END_TEST

START_TEST(test_find_tree)
{
	int n = 200;

	vt_run(vm_designs[_i]->name, find_body, &n);
}
END_TEST

/* The hint never names an area that is gone (R10). */
static void hint_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");

	(void)arg;
	vt_mmap(BASE, PAGE_SIZE, RW, ANON_AT);
	vt_mmap(BASE + PAGES(4), PAGE_SIZE, RW, ANON_AT);
	if (vma_tree_used())
		ck_assert_ptr_null(mm->mmap_cache);
	else
		ck_assert_ptr_eq(locked_find(mm, BASE), mm->mmap_cache);
	ck_assert_int_eq(sys_munmap(BASE, PAGE_SIZE), 0);
	ck_assert(!mm->mmap_cache || mm->mmap_cache->vm_start == BASE + PAGES(4));
	ck_assert_uint_eq(locked_find(mm, BASE)->vm_start, BASE + PAGES(4));
	vt_leave();
}

START_TEST(test_hint)
{
	vt_run(vm_designs[_i]->name, hint_body, NULL);
}
END_TEST

/* --- merging -------------------------------------------------------------------------------- */

static void merge_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");

	(void)arg;
	vt_mmap(BASE + PAGES(0), PAGES(2), RW, ANON_AT);
	vt_mmap(BASE + PAGES(2), PAGES(2), PROT_READ, ANON_AT);
	vt_mmap(BASE + PAGES(4), PAGES(2), RW, ANON_AT);
	ck_assert_int_eq(mm->map_count, 3);
	ck_assert_int_eq(sys_mprotect(BASE + PAGES(2), PAGES(2), RW), 0);
	ck_assert_int_eq(mm->map_count, 1);
	ck_assert_uint_eq(mm->mmap->vm_start, BASE);
	ck_assert_uint_eq(mm->mmap->vm_end, BASE + PAGES(6));
	vt_check_mm(mm);
	/* what touches but differs stays apart */
	ck_assert_int_eq(sys_mlock(BASE + PAGES(1), PAGE_SIZE), 0);
	ck_assert_int_eq(mm->map_count, 3);
	ck_assert_int_eq(sys_munlock(BASE, PAGES(6)), 0);
	ck_assert_int_eq(mm->map_count, 1);
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_merge)
{
	vt_run(vm_designs[_i]->name, merge_body, NULL);
}
END_TEST

/* Offsets must fit, references are given back, close() is told about the one that goes (R26). */
static void merge_file_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	struct file *file = vt_file(16, 3);

	(void)arg;
	ck_assert_uint_eq(sys_mmap_pgoff(BASE, PAGES(2), RW, MAP_SHARED | MAP_FIXED, file, 4),
			  BASE);
	ck_assert_uint_eq(
		sys_mmap_pgoff(BASE + PAGES(2), PAGES(2), RW, MAP_SHARED | MAP_FIXED, file, 6),
		BASE + PAGES(2));
	ck_assert_int_eq(mm->map_count, 1);
	ck_assert_int_eq(file->f_count, 2);
	ck_assert_int_eq(vt_driver.closes, 1);
	ck_assert_uint_eq(vt_share_list_length(), 1);
	ck_assert_uint_eq(
		sys_mmap_pgoff(BASE + PAGES(4), PAGES(2), RW, MAP_SHARED | MAP_FIXED, file, 0),
		BASE + PAGES(4));
	ck_assert_int_eq(mm->map_count, 2); /* 8 was wanted */
	ck_assert_int_eq(file->f_count, 3);
	ck_assert_uint_eq(vt_share_list_length(), 2);
	ck_assert_uint_eq(vt_word(BASE + PAGES(3)), 1007);
	ck_assert_uint_eq(vt_word(BASE + PAGES(4)), 1000);
	vt_check_mm(mm);
	vt_leave();
	ck_assert_int_eq(file->f_count, 1);
	ck_assert_int_eq(vt_driver.closes, 3);
	ck_assert_uint_eq(vt_share_list_length(), 0);
	fput(file);
	ck_assert_int_eq(vt_driver.released, 1);
}

START_TEST(test_merge_file)
{
	vt_run(vm_designs[_i]->name, merge_file_body, NULL);
}
END_TEST

/* --- references of an mm -------------------------------------------------------------------- */

static void lifetime_body(void *arg)
{
	struct mm_struct *mm = mm_alloc("a name that is too long to keep"), *child;
	int before = nr_free_pages;

	(void)arg;
	ck_assert_str_eq(mm->name, "a name that is ");
	ck_assert(!list_empty(&mm->mmlist));
	mmget(mm);
	mm_grab(mm);
	mmput(mm);
	ck_assert_int_eq(mm->mm_users, 1);
	ck_assert_int_eq(mm->mm_count, 2);
	mmput(mm); /* the last user: empty, but the struct stays */
	ck_assert_int_eq(mm->mm_users, 0);
	ck_assert_int_eq(mm->mm_count, 1);
	ck_assert(list_empty(&mm->mmlist));
	ck_assert_int_eq(nr_free_pages, before);
	mm_drop(mm);
	ck_assert_int_eq(nr_free_pages, before + 1); /* the page directory */
	child = mm_for_exec("x");
	ck_assert_ptr_nonnull(child);
	ck_assert_uint_eq(child->mmap->vm_end, STACK_TOP);
	ck_assert(child->mmap->vm_flags & VM_GROWSDOWN);
	mmput(child);
}

START_TEST(test_lifetime)
{
	vt_run(vm_designs[_i]->name, lifetime_body, NULL);
}
END_TEST

static void overlap_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	struct vm_area_struct *vma = vm_area_alloc();

	(void)arg;
	vt_mmap(BASE, PAGES(4), RW, ANON_AT);
	vma->vm_start = BASE - PAGE_SIZE;
	vma->vm_end = BASE + PAGE_SIZE;
	vm_design->mm_lock(mm, MM_SETUP);
	vmlist_begin(mm, LIST_MMAP, vma);
	insert_vm_struct(mm, vma);
}

START_TEST(test_overlap_panics)
{
	host_expect_panic("insert_vm_struct");
	vt_run(vm_designs[_i]->name, overlap_body, NULL);
}
END_TEST

static void add(TCase *tc)
{
	VT_ADD(tc, test_find_list);
	VT_ADD(tc, test_find_tree);
	VT_ADD(tc, test_hint);
	VT_ADD(tc, test_merge);
	VT_ADD(tc, test_merge_file);
	VT_ADD(tc, test_lifetime);
	tcase_add_loop_exit_test(tc, test_overlap_panics, HOST_PANIC_EXIT, 0, nr_vm_designs);
}

int main(void)
{
	return vt_main("vma", add);
}
