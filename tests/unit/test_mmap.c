/*
 * tests/unit/test_mmap.c - mmap, munmap and brk: arguments, methods, and random operations of the
 * whole family against an array of pages, under every design.
 */
#include "unit.h"

#include "vmtest.h"
#include "vmmodel.h"

#define BASE 0x20000000UL

/* --- the whole family at random ------------------------------------------------------------- */

static int model_steps;

static void model_body(void *arg)
{
	static struct model m;
	struct vm_snapshot before;

	m.seed = *(uint32_t *)arg;
	vt_snapshot(&before);
	m.mm = vt_enter("A");
	model_run(&m, model_steps);
	vt_leave();
	ck_assert_int_eq(vt_leaks(&before), 0);
}

START_TEST(test_model)
{
	uint32_t seed = 4711 + (uint32_t)_i;

	model_steps = 10000;
	vt_run(vm_designs[_i]->name, model_body, &seed);
}
END_TEST

START_TEST(test_model_long)
{
	uint32_t seed = 99;

	model_steps = 100000;
	vt_run("linux-2.3.30", model_body, &seed);
}
END_TEST

/* --- arguments ------------------------------------------------------------------------------ */

static void arguments_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	struct file *ro = vt_file(8, 1);
	unsigned long a;

	(void)arg;
	ck_assert_int_eq((long)vt_mmap(0, 0, RW, ANON), -EINVAL);
	ck_assert_int_eq((long)vt_mmap(BASE + 1, PAGE_SIZE, RW, ANON_AT), -EINVAL);
	ck_assert_int_eq((long)vt_mmap(BASE, PAGE_SIZE, RW, MAP_ANONYMOUS), -EINVAL);
	ck_assert_int_eq((long)vt_mmap(BASE, PAGE_SIZE, RW, MAP_ANONYMOUS | MAP_SHARED), -EINVAL);
	ck_assert_int_eq((long)vt_mmap(BASE, PAGE_SIZE, RW, MAP_PRIVATE), -EBADF);
	ck_assert_int_eq((long)vt_mmap(0, 0xffffffffUL, RW, ANON), -ENOMEM);
	ck_assert_int_eq((long)vt_mmap(0, TASK_SIZE + 1, RW, ANON), -ENOMEM);
	ck_assert_int_eq((long)vt_mmap(TASK_SIZE - PAGE_SIZE, PAGES(2), RW, ANON_AT), -ENOMEM);
	ck_assert_int_eq((long)vt_mmap(0xfffff000UL, PAGES(2), RW, ANON_AT), -ENOMEM);
	ck_assert_int_eq(sys_mmap_pgoff(BASE, PAGES(2), PROT_READ, MAP_PRIVATE, ro, 0xffffffffUL),
			 -EOVERFLOW);
	ck_assert_int_eq(sys_mmap_pgoff(BASE, PAGE_SIZE, RW, MAP_SHARED, ro, 0), -EACCES);
	ck_assert_int_eq(sys_munmap(BASE + 1, PAGE_SIZE), -EINVAL);
	ck_assert_int_eq(sys_munmap(BASE, 0), -EINVAL);
	ck_assert_int_eq(sys_munmap(TASK_SIZE, PAGE_SIZE), -EINVAL);
	ck_assert_int_eq(sys_munmap(0, 0xfffff001UL), -EINVAL);
	ck_assert_int_eq(sys_munmap(BASE, PAGE_SIZE), 0); /* nothing there is fine */
	ck_assert_int_eq(mm->map_count, 0);
	/* where there is no wish, from a third of the address space on upwards */
	a = vt_mmap(0, PAGES(3), RW, ANON);
	ck_assert_uint_eq(a, TASK_UNMAPPED_BASE);
	ck_assert_uint_eq(vt_mmap(0, PAGE_SIZE, PROT_READ, ANON), a + PAGES(3));
	ck_assert_uint_eq(vt_mmap(a, PAGE_SIZE, PROT_READ, ANON), a + PAGES(4));
	ck_assert_uint_eq(vt_mmap(BASE + 5, PAGE_SIZE, PROT_READ, ANON), BASE + PAGE_SIZE);
	/* the very first and the very last page */
	ck_assert_uint_eq(vt_mmap(0, PAGE_SIZE, RW, ANON_AT), 0);
	ck_assert(vt_poke(0, 7));
	ck_assert_uint_eq(vt_mmap(TASK_SIZE - PAGE_SIZE, PAGE_SIZE, RW, ANON_AT),
			  TASK_SIZE - PAGE_SIZE);
	ck_assert(vt_poke(TASK_SIZE - 4, 7));
	ck_assert(!vt_poke(TASK_SIZE - 2, 7));
	vt_check_mm(mm);
	/* a read-only file, shared: stays so */
	a = (unsigned long)sys_mmap_pgoff(0, PAGE_SIZE, PROT_READ, MAP_SHARED, ro, 2);
	ck_assert_uint_eq(vt_word(a), 1002);
	ck_assert_int_eq(sys_mprotect(a, PAGE_SIZE, RW), -EACCES);
	ck_assert(!vt_poke(a, 1));
	vt_leave();
	fput(ro);
}

START_TEST(test_arguments)
{
	vt_run(vm_designs[_i]->name, arguments_body, NULL);
}
END_TEST

/* --- a full address space ------------------------------------------------------------------- */

static void full_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");

	(void)arg;
	ck_assert_uint_eq(vt_mmap(0, TASK_SIZE, PROT_READ, ANON_AT), 0);
	ck_assert_uint_eq(mm->total_vm, TASK_SIZE >> PAGE_SHIFT);
	ck_assert_int_eq((long)vt_mmap(0, PAGE_SIZE, RW, ANON), -ENOMEM);
	ck_assert_uint_eq(vt_word(BASE), 0);
	ck_assert_int_eq(sys_munmap(BASE, PAGE_SIZE), 0);
	ck_assert_int_eq((long)vt_mmap(0, PAGE_SIZE, RW, ANON), -ENOMEM); /* below where it looks */
	ck_assert_uint_eq(vt_mmap(BASE, PAGE_SIZE, RW, ANON), BASE);
	ck_assert_int_eq(sys_munmap(0, TASK_SIZE), 0);
	ck_assert_int_eq(mm->map_count, 0);
	ck_assert_uint_eq(mm->total_vm, 0);
	vt_leave();
}

START_TEST(test_full)
{
	vt_run(vm_designs[_i]->name, full_body, NULL);
}
END_TEST

/* --- methods -------------------------------------------------------------------------------- */

static void methods_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	struct file *file = vt_file(16, 3);

	(void)arg;
	ck_assert_int_eq(sys_mmap_pgoff(BASE, PAGES(8), RW, MAP_SHARED | MAP_FIXED, file, 0), BASE);
	ck_assert_int_eq(vt_driver.opens, 0); /* mmap() itself opens */
	for (int i = 0; i < 8; i++)
		ck_assert_uint_eq(vt_word(BASE + PAGES(i)), 1000 + i);
	ck_assert_int_eq(vt_driver.nopages, 8);
	ck_assert_int_eq(mm->rss, 8);
	/* a hole: two pieces stay, one of them new */
	ck_assert_int_eq(sys_munmap(BASE + PAGES(3), PAGES(2)), 0);
	ck_assert_int_eq(vt_driver.unmaps, 1);
	ck_assert_uint_eq(vt_driver.unmapped, PAGES(2));
	ck_assert_int_eq(vt_driver.opens, 1);
	ck_assert_int_eq(vt_driver.closes, 0);
	ck_assert_int_eq(file->f_count, 3);
	ck_assert_uint_eq(vt_share_list_length(), 2);
	ck_assert_int_eq(mm->rss, 6);
	ck_assert_uint_eq(vt_word(BASE + PAGES(7)), 1007);
	ck_assert(!vt_poke(BASE + PAGES(4), 1));
	vt_check_mm(mm);
	/* from the start, at the end, whole */
	ck_assert_int_eq(sys_munmap(BASE, PAGE_SIZE), 0);
	ck_assert_int_eq(sys_munmap(BASE + PAGES(7), PAGE_SIZE), 0);
	ck_assert_int_eq(vt_driver.closes, 0);
	ck_assert_uint_eq(vt_word(BASE + PAGES(1)), 1001);
	ck_assert_int_eq(sys_munmap(BASE, PAGES(16)), 0);
	ck_assert_int_eq(vt_driver.closes, 2);
	ck_assert_int_eq(file->f_count, 1);
	ck_assert_int_eq(mm->rss, 0);
	ck_assert_uint_eq(vt_driver.unmapped, PAGES(8));
	/* beyond the file: SIGBUS; mmap() says no */
	ck_assert_int_eq(sys_mmap_pgoff(BASE, PAGES(2), RW, MAP_SHARED | MAP_FIXED, file, 15),
			 BASE);
	ck_assert_int_eq(vm_fault(BASE, 0, 0), 0);
	ck_assert_int_eq(vm_fault(BASE + PAGE_SIZE, 0, 0), 7);
	vt_driver.mmap_error = -ENODEV;
	ck_assert_int_eq(sys_mmap_pgoff(BASE + PAGES(4), PAGES(2), RW, MAP_SHARED, file, 0),
			 -ENODEV);
	ck_assert_int_eq(file->f_count, 2);
	vt_leave();
	ck_assert_int_eq(file->f_count, 1);
	fput(file);
	ck_assert_int_eq(vt_driver.released, 1);
}

START_TEST(test_methods)
{
	vt_run(vm_designs[_i]->name, methods_body, NULL);
}
END_TEST

/* --- brk ------------------------------------------------------------------------------------ */

static void brk_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");

	(void)arg;
	mm->start_brk = BASE;
	mm->brk = BASE;
	ck_assert_int_eq(sys_brk(0), BASE);
	ck_assert_int_eq(sys_brk(BASE + 10), BASE + 10);
	ck_assert(vt_poke(BASE, 5));
	ck_assert_int_eq(sys_brk(BASE + 20), BASE + 20);
	ck_assert_uint_eq(mm->total_vm, 1);
	ck_assert_int_eq(sys_brk(BASE + PAGES(10)), BASE + PAGES(10));
	ck_assert_int_eq(mm->map_count, 1); /* merged */
	ck_assert(vt_poke(BASE + PAGES(9), 6));
	ck_assert_int_eq(sys_brk(BASE + PAGES(5)), BASE + PAGES(5));
	ck_assert(!vt_poke(BASE + PAGES(5), 6));
	ck_assert_int_eq(sys_brk(BASE + PAGES(10)), BASE + PAGES(10));
	ck_assert_uint_eq(vt_word(BASE + PAGES(9)), 0); /* fresh memory again */
	ck_assert_uint_eq(vt_word(BASE), 5);
	/* one page of distance to the next area */
	vt_mmap(BASE + PAGES(20), PAGE_SIZE, RW, ANON_AT);
	ck_assert_int_eq(sys_brk(BASE + PAGES(20)), BASE + PAGES(10));
	ck_assert_int_eq(sys_brk(BASE + PAGES(19)), BASE + PAGES(19));
	ck_assert_int_eq(sys_brk(0xffffffffUL), BASE + PAGES(19));
	ck_assert_int_eq(sys_brk(TASK_SIZE), BASE + PAGES(19));
	ck_assert_int_eq(sys_brk(BASE - 1), BASE + PAGES(19));
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_brk)
{
	vt_run(vm_designs[_i]->name, brk_body, NULL);
}
END_TEST

/* --- madvise, mincore ----------------------------------------------------------------------- */

static void advise_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	unsigned char vec[4] = {9, 9, 9, 9};
	unsigned long out = BASE + PAGES(100);

	(void)arg;
	vt_mmap(out, PAGE_SIZE, RW, ANON_AT);
	vt_mmap(BASE, PAGES(4), RW, ANON_AT);
	ck_assert(vt_poke(BASE + PAGE_SIZE, 5));
	ck_assert_int_eq(sys_mincore(BASE, PAGES(4), out), 0);
	ck_assert_uint_eq(arch_copy_from_user(vec, out, 4), 0);
	ck_assert(!vec[0] && vec[1] == 1 && !vec[2] && !vec[3]);
	ck_assert_int_eq(sys_mincore(BASE, PAGES(5), out), -ENOMEM);
	ck_assert_int_eq(sys_mincore(BASE + 1, PAGES(1), out), -EINVAL);
	ck_assert_int_eq(sys_mincore(BASE, PAGES(4), 0), -EFAULT);
	ck_assert_int_eq(sys_mincore(BASE, TASK_SIZE, out), -ENOMEM);
	ck_assert_int_eq(sys_madvise(BASE, PAGES(4), 4), 0);
	ck_assert_uint_eq(vt_word(BASE + PAGE_SIZE), 0);
	ck_assert_int_eq(sys_madvise(BASE, PAGES(5), 0), -ENOMEM);
	ck_assert_int_eq(sys_madvise(BASE, PAGES(4), 5), -EINVAL);
	ck_assert_int_eq(sys_madvise(BASE + 1, PAGES(4), 0), -EINVAL);
	ck_assert_int_eq(sys_madvise(BASE + PAGES(1), PAGES(1), 1), 0);
	ck_assert_int_eq(mm->map_count, 4);
	ck_assert_int_eq(sys_madvise(BASE, PAGES(4), 0), 0);
	ck_assert_int_eq(mm->map_count, 2);
	ck_assert_int_eq(sys_mlock(BASE, PAGE_SIZE), 0);
	ck_assert_int_eq(sys_madvise(BASE, PAGES(4), 4), -EINVAL);
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_advise)
{
	vt_run(vm_designs[_i]->name, advise_body, NULL);
}
END_TEST

/* --- wild calls: any number as an argument -------------------------------------------------- */

static unsigned long wild(uint32_t *seed)
{
	static const unsigned long odd[] = {
		0,	   1,	       0xfff,	   0x1000,     0x1001, TASK_SIZE - 0x1000,
		TASK_SIZE, 0xfffff000, 0xffffffff, 0x80000000, BASE};
	unsigned long v = vt_random(seed);

	switch (vt_random(seed) % 4) {
	case 0:
		return odd[v % ARRAY_SIZE(odd)];
	case 1:
		return odd[v % ARRAY_SIZE(odd)] + PAGES(vt_random(seed) % 64);
	case 2:
		return BASE + PAGES(v % 128);
	default:
		return v;
	}
}

static void wild_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	uint32_t seed = 77, word;

	(void)arg;
	for (int i = 0; i < 20000; i++) {
		unsigned long a = wild(&seed) & 0xffffffff, b = wild(&seed) & 0xffffffff,
			      c = wild(&seed) & 0xffffffff;

		switch (vt_random(&seed) % 12) {
		case 0:
			/* not so much that locked memory fills the machine */
			vt_mmap(a, b, (unsigned)c & 7, (unsigned)(c & ~0x2000ul) & 0xffff);
			break;
		case 1:
			vt_mmap(BASE + PAGES(b % 128), PAGES(c % 16), RW, ANON_AT);
			break;
		case 2:
			sys_munmap(a, b);
			break;
		case 3:
			sys_mprotect(a, b, (unsigned)c & 15);
			break;
		case 4:
			sys_munlock(a, b);
			break;
		case 5:
			if (b < PAGES(64))
				sys_mlock(a, b);
			break;
		case 6:
			sys_mremap(a, b, c, c % 5, b);
			break;
		case 7:
			sys_madvise(a, b, (int)c % 7);
			break;
		case 8:
			if (b < PAGES(256))
				sys_mincore(a, b, c);
			break;
		case 9:
			vm_fault(a, (unsigned)b & 7, c);
			break;
		case 10:
			vt_peek(a, &word);
			vt_poke(b, word);
			break;
		default:
			sys_munmap(0, TASK_SIZE);
			break;
		}
		if (i % 128 == 0)
			vt_check_mm(mm);
	}
	vt_leave();
}

START_TEST(test_wild)
{
	vt_run(vm_designs[_i]->name, wild_body, NULL);
}
END_TEST

static void add(TCase *tc)
{
	VT_ADD(tc, test_arguments);
	VT_ADD(tc, test_full);
	VT_ADD(tc, test_methods);
	VT_ADD(tc, test_brk);
	VT_ADD(tc, test_advise);
	VT_ADD(tc, test_wild);
	VT_ADD(tc, test_model);
	tcase_add_test(tc, test_model_long);
}

int main(void)
{
	return vt_main("mmap", add);
}
