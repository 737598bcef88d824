/*
 * tests/unit/test_fork.c - dup_mm: who sees whose writes, page counts, files, swap entries, failure
 * in the middle; zapping pages that others still have.
 */
#include "unit.h"

#include "vmtest.h"

#include "mm/writeback.h"

#include "kernel/completion.h"

#define BASE (0x20400000UL - PAGES(4))

static struct page *page_behind(struct mm_struct *mm, unsigned long addr)
{
	pte_t *ptep = pte_lookup(mm, addr);

	return ptep && pte_present(*ptep) ? phys_to_page(pte_phys(*ptep)) : NULL;
}

/* --- copy on write -------------------------------------------------------------------------- */

static void cow_body(void *arg)
{
	struct mm_struct *mm = vt_enter("parent"), *child;
	unsigned long copies;

	(void)arg;
	vt_mmap(BASE, PAGES(8), RW, ANON_AT);
	for (unsigned i = 0; i < 6; i++)
		ck_assert(vt_poke(BASE + PAGES(i), 10 + i));
	ck_assert_uint_eq(vt_word(BASE + PAGES(6)), 0); /* the page of zeroes */
	child = dup_mm(mm, "child");
	ck_assert_ptr_nonnull(child);
	ck_assert(!list_empty(&child->mmlist));
	ck_assert_int_eq(child->rss, 6);
	ck_assert_uint_eq(child->total_vm, 8);
	vt_check_mm(child);
	for (unsigned i = 0; i < 6; i++) {
		ck_assert_ptr_eq(page_behind(mm, BASE + PAGES(i)),
				 page_behind(child, BASE + PAGES(i)));
		ck_assert_int_eq(page_count(page_behind(mm, BASE + PAGES(i))), 2);
		ck_assert(!pte_write(*pte_lookup(mm, BASE + PAGES(i))));
		ck_assert(!pte_write(*pte_lookup(child, BASE + PAGES(i))));
	}
	/* the parent writes 0, the child 1; both 2; a new page each */
	copies = vm_events.cow;
	ck_assert(vt_poke(BASE + PAGES(0), 100));
	ck_assert(vt_poke(BASE + PAGES(2), 102));
	ck_assert(vt_poke(BASE + PAGES(6), 106));
	ck_assert(vt_poke(BASE + PAGES(7), 107));
	vt_wear(child);
	ck_assert_uint_eq(vt_word(BASE + PAGES(0)), 10);
	ck_assert(vt_poke(BASE + PAGES(1), 201));
	ck_assert(vt_poke(BASE + PAGES(2), 202)); /* alone by now: no copy */
	ck_assert_uint_eq(vt_word(BASE + PAGES(6)), 0);
	ck_assert_uint_eq(vt_word(BASE + PAGES(7)), 0);
	ck_assert_int_eq(page_count(page_behind(child, BASE)), 1);
	vt_wear(mm);
	ck_assert_uint_eq(vm_events.cow, copies + 4); /* 0, 2, 1 and the zero page */
	ck_assert_uint_eq(vt_word(BASE + PAGES(0)), 100);
	ck_assert_uint_eq(vt_word(BASE + PAGES(1)), 11);
	ck_assert_uint_eq(vt_word(BASE + PAGES(2)), 102);
	ck_assert_uint_eq(vt_word(BASE + PAGES(3)), 13);
	vt_check_mm(mm);
	vt_check_mm(child);
	ck_assert_int_eq(vm_invariants_check(), 0);
	mmput(child);
	ck_assert_int_eq(page_count(page_behind(mm, BASE + PAGES(3))), 1);
	ck_assert(vt_poke(BASE + PAGES(3), 103));
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_cow)
{
	vt_run(vm_designs[_i]->name, cow_body, NULL);
}
END_TEST

/* Generations of forks, each writing somewhere at random, against arrays. */
#define FAMILY	8
#define F_PAGES 40

static void family_body(void *arg)
{
	static uint32_t words[FAMILY][F_PAGES];
	struct mm_struct *mms[FAMILY] = {NULL};
	struct vm_snapshot before;
	uint32_t seed = *(uint32_t *)arg;

	vt_snapshot(&before);
	mms[0] = vt_enter("0");
	vt_mmap(BASE, PAGES(F_PAGES), RW, ANON_AT);
	for (int step = 0; step < 6000; step++) {
		unsigned who = vt_random(&seed) % FAMILY, other = vt_random(&seed) % FAMILY;
		unsigned i = vt_random(&seed) % F_PAGES;

		if (!mms[who])
			continue;
		vt_wear(mms[who]);
		ck_assert_uint_eq(vt_word(BASE + PAGES(i)), words[who][i]);
		if (vt_random(&seed) % 2) {
			words[who][i] = vt_random(&seed);
			ck_assert(vt_poke(BASE + PAGES(i), words[who][i]));
		}
		if (step % 40 == 0 && other != who) {
			if (mms[other])
				mmput(mms[other]);
			mms[other] = dup_mm(mms[who], "x");
			memcpy(words[other], words[who], sizeof(words[who]));
		}
		if (step % 500 == 0)
			ck_assert_int_eq(vm_invariants_check(), 0);
	}
	vt_wear(NULL);
	for (int i = 0; i < FAMILY; i++)
		if (mms[i])
			mmput(mms[i]);
	vt_enter("last"); /* gives up the borrowed one */
	vt_leave();
	ck_assert_int_eq(vt_leaks(&before), 0);
}

START_TEST(test_family)
{
	uint32_t seed = 555;

	vt_run(vm_designs[_i]->name, family_body, &seed);
}
END_TEST

/* --- what is inherited ---------------------------------------------------------------------- */

static void inherit_body(void *arg)
{
	struct mm_struct *mm = vt_enter("parent"), *child;
	struct file *file = vt_file(8, 3);
	unsigned long shared = BASE + PAGES(64);

	(void)arg;
	mm->start_brk = BASE;
	mm->brk = BASE + 100;
	vt_mmap(BASE, PAGES(4), RW, ANON_AT | MAP_LOCKED);
	ck_assert_int_eq(sys_mmap_pgoff(shared, PAGES(4), RW, MAP_SHARED | MAP_FIXED, file, 0),
			 shared);
	ck_assert(vt_poke(shared, 5));
	ck_assert_int_eq(sys_mlockall(2), 0);
	for (int i = 0; i < 40; i++) /* enough for a tree */
		vt_mmap(BASE + PAGES(1000 + 2 * i), PAGE_SIZE, PROT_READ, ANON_AT);
	child = dup_mm(mm, "child");
	ck_assert_uint_eq(child->locked_vm, 0);
	ck_assert_uint_eq(child->def_flags, 0);
	ck_assert_uint_eq(child->brk, BASE + 100);
	ck_assert_int_eq(child->map_count, mm->map_count);
	ck_assert(child->mmap_avl || (vma_tree_used() && child->mm_tree.root));
	vt_check_mm(child);
	ck_assert_int_eq(file->f_count, 3);
	ck_assert_int_eq(vt_driver.opens, 1);
	ck_assert_uint_eq(vt_share_list_length(), 2);
	/* shared memory stays shared */
	vt_wear(child);
	ck_assert_uint_eq(vt_word(shared), 5);
	ck_assert(vt_poke(shared, 6));
	ck_assert(vt_poke(shared + PAGES(1), 7)); /* not there at the fork */
	vt_wear(mm);
	ck_assert_uint_eq(vt_word(shared), 6);
	ck_assert_uint_eq(vt_word(shared + PAGES(1)), 7);
	mmput(child);
	ck_assert_int_eq(vt_driver.closes, 1);
	ck_assert_int_eq(file->f_count, 2);
	ck_assert_uint_eq(vt_share_list_length(), 1);
	vt_check_mm(mm);
	vt_leave();
	fput(file);
	filemap_sync_pages(&vt_driver.mapping);
	truncate_inode_pages(&vt_driver.mapping, 0);
}

START_TEST(test_inherit)
{
	vt_run(vm_designs[_i]->name, inherit_body, NULL);
}
END_TEST

/* --- no memory in the middle ---------------------------------------------------------------- */

static void no_memory_body(void *arg)
{
	struct mm_struct *mm = vt_enter("parent"), *child;
	void *ballast = NULL, **p;
	int failures = 0;

	(void)arg;
	for (unsigned i = 0; i < 20; i++) { /* each needs a table of its own */
		vt_mmap(BASE + ((unsigned long)i << 22), PAGES(2), RW, ANON_AT);
		ck_assert(vt_poke(BASE + ((unsigned long)i << 22), i));
	}
	while ((p = get_free_pages(GFP_ATOMIC, 0))) {
		*p = ballast;
		ballast = p;
	}
	for (int left = 0; left < 40; left++) {
		long before;

		rcu_barrier();
		kmem_cache_reap(GFP_ATOMIC); /* empty slabs are not in use */
		before = vt_unused();
		child = dup_mm(mm, "child");
		if (child) {
			mmput(child);
		} else {
			failures++;
			ck_assert_int_eq(vt_unused(), before);
		}
		p = ballast;
		ballast = *p;
		free_pages(p, 0);
	}
	ck_assert_int_gt(failures, 5);
	while ((p = ballast)) {
		ballast = *p;
		free_pages(p, 0);
	}
	child = dup_mm(mm, "child");
	ck_assert_ptr_nonnull(child);
	vt_wear(child);
	for (unsigned i = 0; i < 20; i++)
		ck_assert_uint_eq(vt_word(BASE + ((unsigned long)i << 22)), i);
	vt_wear(mm);
	mmput(child);
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_no_memory)
{
	vt_run(vm_designs[_i]->name, no_memory_body, NULL);
}
END_TEST

/* --- no CPU uses an old entry --------------------------------------------------------------- */

static void tlb_body(void *arg)
{
	struct mm_struct *mm = vt_enter("parent"), *child;
	int cpu = arch_cpu_id();

	(void)arg;
	vt_mmap(BASE, PAGES(4), RW, ANON_AT);
	ck_assert(vt_poke(BASE, 1));
	ck_assert(vt_poke(BASE + PAGES(1), 2));
	ck_assert_int_ge(host_tlb_lookup(cpu, BASE), 0);
	child = dup_mm(mm, "child"); /* the writable entries must be gone */
	ck_assert_int_eq(host_tlb_lookup(cpu, BASE), -1);
	ck_assert_uint_eq(vt_word(BASE), 1);
	ck_assert_int_ge(host_tlb_lookup(cpu, BASE), 0);
	ck_assert(vt_poke(BASE, 3)); /* a copy: the old frame must be gone */
	ck_assert_uint_eq(vt_word(BASE), 3);
	ck_assert_int_eq(host_tlb_lookup(cpu, BASE), (long)page_nr(page_behind(mm, BASE)));
	mmput(child);
	ck_assert_int_eq(sys_munmap(BASE, PAGES(1)), 0);
	ck_assert_int_eq(host_tlb_lookup(cpu, BASE), -1);
	vt_leave();
}

START_TEST(test_tlb)
{
	vt_run(vm_designs[_i]->name, tlb_body, NULL);
}
END_TEST

/* --- a family of tasks on several CPUs that swaps ------------------------------------------- */

#define CHILDREN   4
#define KIN_PAGES  600 /* of the parent; memory has about 900 in all */
#define KIN_STEPS  900
#define KIN_MEMORY 4096

static struct completion kin_done[CHILDREN];
static struct mm_struct *kin_mm[CHILDREN];

static uint32_t kin_word(unsigned i)
{
	return 70000 + i;
}

/* 2.3's reclaim counts a page as won when its write starts: with every page mapped several times a
 * fault can find no memory although there is swap (facts d: no retry loop), and a program would be
 * killed. We wait a little and try again, since it is the contents that are tested. */
static void stubborn_poke(unsigned long addr, uint32_t word)
{
	int tries = 0;

	while (!vt_poke(addr, word)) {
		ck_assert_int_lt(++tries, 200);
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_timeout(2);
	}
}

static uint32_t stubborn_word(unsigned long addr)
{
	uint32_t word;
	int tries = 0;

	while (!vt_peek(addr, &word)) {
		ck_assert_int_lt(++tries, 200);
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_timeout(2);
	}
	return word;
}

/* Pages come from the parent, from swap, from a copy: always one's own last word, else the
 * parent's. */
static void kin_body(void *arg)
{
	unsigned me = (unsigned)(uintptr_t)arg;
	uint32_t seed = 31 + me, *mine = calloc(KIN_PAGES, sizeof(*mine));

	sched_use_mm(kin_mm[me]);
	for (int step = 0; step < KIN_STEPS; step++) {
		unsigned i = vt_random(&seed) % KIN_PAGES;
		unsigned long at = BASE + PAGES(i);
		bool write = vt_random(&seed) % 3 == 0;

		if (!write || vt_random(&seed) % 2)
			ck_assert_uint_eq(stubborn_word(at), mine[i] ? mine[i] : kin_word(i));
		if (write) {
			mine[i] = vt_random(&seed) | 1;
			stubborn_poke(at, mine[i]);
		}
		if (step % 300 == 299) { /* a grandchild that lives a moment */
			struct mm_struct *child = dup_mm(kin_mm[me], "grandchild");

			if (child)
				mmput(child);
		}
	}
	for (unsigned i = 0; i < KIN_PAGES; i++)
		ck_assert_uint_eq(stubborn_word(BASE + PAGES(i)), mine[i] ? mine[i] : kin_word(i));
	free(mine);
	vt_leave();
	complete(&kin_done[me]);
}

static void kin_parent_body(void *arg)
{
	struct mm_struct *mm;

	(void)arg;
	vt_start_swapping();
	mm = vt_enter("parent");
	vt_mmap(BASE, PAGES(KIN_PAGES), RW, ANON_AT);
	for (unsigned i = 0; i < KIN_PAGES; i++)
		stubborn_poke(BASE + PAGES(i), kin_word(i));
	for (uintptr_t i = 0; i < CHILDREN; i++) {
		struct task_struct *t = kthread_create(kin_body, (void *)i, "kin");

		ck_assert_ptr_nonnull(t);
		kin_mm[i] = dup_mm(mm, "kin");
		ck_assert_ptr_nonnull(kin_mm[i]);
		init_completion(&kin_done[i], "kin");
		wake_up_process(t);
	}
	for (int i = 0; i < CHILDREN; i++)
		wait_for_completion(&kin_done[i]);
	for (unsigned i = 0; i < KIN_PAGES; i++)
		ck_assert_uint_eq(stubborn_word(BASE + PAGES(i)), kin_word(i));
	ck_assert_uint_gt(vm_events.major, 0);
	vt_leave();
}

START_TEST(test_kin)
{
	vt_swap_run(vm_designs[_i % nr_vm_designs]->name, CHILDREN, 0x777 + (uint32_t)_i,
		    KIN_MEMORY, kin_parent_body, NULL);
}
END_TEST

static void add(TCase *tc)
{
	VT_ADD(tc, test_cow);
	VT_ADD(tc, test_family);
	VT_ADD(tc, test_inherit);
	VT_ADD(tc, test_no_memory);
	VT_ADD(tc, test_tlb);
	tcase_add_loop_test(tc, test_kin, 0, 4 * nr_vm_designs);
}

int main(void)
{
	return vt_main("fork", add);
}
