/*
 * tests/unit/test_avl.c - mm/avl.c against an array: insert, remove and find in random order.
 */
#include "unit.h"

#include "vmtest.h"

#define SLOTS 600

static struct vm_area_struct areas[SLOTS];
static bool present[SLOTS];
static uint32_t seed = 12345;

/* Slot i may hold an area of 1..3 pages within [4i, 4i + 3). */
static void fill(int i)
{
	memset(&areas[i], 0, sizeof(areas[i]));
	areas[i].vm_start = PAGES(4 * i + vt_random(&seed) % 2);
	areas[i].vm_end = areas[i].vm_start + PAGES(1 + vt_random(&seed) % 2);
}

static struct vm_area_struct *relink(void)
{
	struct vm_area_struct *head = NULL, **tail = &head;

	for (int i = 0; i < SLOTS; i++) {
		if (!present[i])
			continue;
		*tail = &areas[i];
		tail = &areas[i].vm_next;
	}
	*tail = NULL;
	return head;
}

static void check_find(struct vm_area_struct *root, unsigned long addr)
{
	struct vm_area_struct *want = NULL, *before = NULL, *prev;

	for (int i = 0; i < SLOTS && !want; i++) {
		if (!present[i])
			continue;
		if (addr < areas[i].vm_end)
			want = &areas[i];
		else
			before = &areas[i];
	}
	ck_assert_ptr_eq(avl_find(root, addr, &prev), want);
	ck_assert_ptr_eq(prev, before);
}

static void random_run(int steps, unsigned insert_percent)
{
	struct vm_area_struct *root = NULL;
	int n = 0;

	memset(present, 0, sizeof(present));
	for (int step = 0; step < steps; step++) {
		int i = (int)(vt_random(&seed) % SLOTS);

		if (!present[i] && vt_random(&seed) % 100 < insert_percent) {
			fill(i);
			avl_insert(&root, &areas[i]);
			present[i] = true;
			n++;
		} else if (present[i] && vt_random(&seed) % 100 >= insert_percent) {
			avl_remove(&root, &areas[i]);
			present[i] = false;
			n--;
		}
		if (step % 16 == 0)
			ck_assert(avl_check(root, relink()));
		check_find(root, PAGES(vt_random(&seed) % (4 * SLOTS + 8)));
	}
	for (int i = 0; i < SLOTS; i++)
		if (present[i])
			avl_remove(&root, &areas[i]);
	ck_assert_ptr_null(root);
}

START_TEST(test_random)
{
	random_run(20000, 50);
	random_run(20000, 80);
	random_run(20000, 20);
}
END_TEST

/* Ascending and descending insertion must not make a list of it. */
START_TEST(test_height)
{
	struct vm_area_struct *up = NULL, *down = NULL;

	for (int i = 0; i < SLOTS; i++) {
		fill(i);
		present[i] = true;
		avl_insert(&up, &areas[i]);
	}
	ck_assert(avl_check(up, relink()));
	ck_assert_int_le(up->vm_avl_height, 12); /* 1.44 log2(600) = 13.3 is the bound */
	for (int i = SLOTS - 1; i >= 0; i--)
		avl_insert(&down, &areas[i]);
	ck_assert(avl_check(down, relink()));
	ck_assert_int_le(down->vm_avl_height, 12);
	for (int i = 0; i < SLOTS; i++)
		avl_remove(&down, &areas[i]);
	ck_assert_ptr_null(down);
}
END_TEST

/* The check itself finds what is wrong. */
START_TEST(test_check_fails)
{
	struct vm_area_struct *root = NULL, *list;

	memset(present, 0, sizeof(present));
	for (int i = 0; i < 20; i++) {
		fill(i);
		present[i] = true;
		avl_insert(&root, &areas[i]);
	}
	list = relink();
	ck_assert(avl_check(root, list));
	ck_assert(!avl_check(root, list->vm_next));
	ck_assert(!avl_check(NULL, list));
	ck_assert(avl_check(NULL, NULL));
	root->vm_avl_height++;
	ck_assert(!avl_check(root, list));
}
END_TEST

static void add(TCase *tc)
{
	tcase_add_test(tc, test_random);
	tcase_add_test(tc, test_height);
	tcase_add_test(tc, test_check_fails);
}

int main(void)
{
	return vt_main("avl", add);
}
