/*
 * tests/unit/test_fault.c - page faults: signals, the stack, the page of zeroes, copies, files,
 * swap, no memory; threads of one mm that fault, map and unmap while the stealer takes their pages.
 */
#include "unit.h"

#include "vmtest.h"

#include "mm/writeback.h"

#include "kernel/completion.h"
#include "mm/vmscan.h"
#include "swap/swap.h"

#define BASE (0x20400000UL - PAGES(4))

#define SIGBUS	7
#define SIGKILL 9
#define SIGSEGV 11

/* --- signals and rights --------------------------------------------------------------------- */

static void signals_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");

	(void)arg;
	vt_mmap(BASE, PAGES(4), RW, ANON_AT);
	vt_mmap(BASE + PAGES(4), PAGES(1), PROT_READ, ANON_AT);
	vt_mmap(BASE + PAGES(5), PAGES(1), PROT_NONE, ANON_AT);
	vt_mmap(BASE + PAGES(6), PAGES(1), PROT_EXEC, ANON_AT);
	ck_assert_int_eq(vm_fault(BASE, FAULT_USER, 0), 0);
	ck_assert_int_eq(vm_fault(BASE, FAULT_USER | FAULT_WRITE, 0), 0);
	ck_assert_int_eq(vm_fault(BASE + PAGES(4), FAULT_USER, 0), 0);
	ck_assert_int_eq(vm_fault(BASE + PAGES(4), FAULT_USER | FAULT_WRITE, 0), SIGSEGV);
	ck_assert_int_eq(vm_fault(BASE + PAGES(5), FAULT_USER, 0), SIGSEGV);
	ck_assert_int_eq(vm_fault(BASE + PAGES(5), FAULT_USER | FAULT_WRITE, 0), SIGSEGV);
	ck_assert_int_eq(vm_fault(BASE + PAGES(6), FAULT_USER, 0), 0);
	ck_assert_int_eq(vm_fault(BASE + PAGES(7), FAULT_USER, 0), SIGSEGV);
	ck_assert_int_eq(vm_fault(BASE - 1, 0, 0), SIGSEGV);
	ck_assert_int_eq(vm_fault(0, FAULT_USER, 0), SIGSEGV);
	ck_assert_int_eq(vm_fault(TASK_SIZE, FAULT_USER, 0), SIGSEGV);
	ck_assert_int_eq(vm_fault(0xffffffff, 7, 0), SIGSEGV);
	vt_check_mm(mm);
	vt_leave();
	ck_assert_int_eq(vm_fault(BASE, 0, 0), SIGSEGV); /* no mm at all */
}

START_TEST(test_signals)
{
	vt_run(vm_designs[_i]->name, signals_body, NULL);
}
END_TEST

/* --- zeroes, rss, the bits of an entry ------------------------------------------------------ */

static void zero_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	pte_t entry;

	(void)arg;
	vt_mmap(BASE, PAGES(4), RW, ANON_AT);
	ck_assert_uint_eq(vt_word(BASE), 0);
	entry = *pte_lookup(mm, BASE);
	ck_assert_ptr_eq(phys_to_page(pte_phys(entry)), zero_page);
	ck_assert(!pte_write(entry));
	ck_assert_int_eq(mm->rss, 0);
	ck_assert(vt_poke(BASE + 8, 5));
	entry = *pte_lookup(mm, BASE);
	ck_assert_ptr_ne(phys_to_page(pte_phys(entry)), zero_page);
	ck_assert(pte_write(entry) && pte_dirty(entry) && pte_young(entry));
	ck_assert_int_eq(mm->rss, 1);
	ck_assert_uint_eq(vt_word(BASE), 0);
	ck_assert_uint_eq(vt_word(BASE + 8), 5);
	/* written at once */
	ck_assert(vt_poke(BASE + PAGES(1), 6));
	ck_assert_int_eq(mm->rss, 2);
	/* old and clean, as the stealer leaves it: a touch makes it young, a write dirty */
	set_pte(pte_lookup(mm, BASE), entry & ~(pte_t)(_PAGE_ACCESSED | _PAGE_DIRTY));
	arch_flush_tlb_mm(&mm->arch);
	ck_assert_int_eq(vm_fault(BASE, 0, 0), 0);
	ck_assert(pte_young(*pte_lookup(mm, BASE)) && !pte_dirty(*pte_lookup(mm, BASE)));
	ck_assert_int_eq(vm_fault(BASE, FAULT_WRITE, 0), 0);
	ck_assert(pte_dirty(*pte_lookup(mm, BASE)));
	vt_check_mm(mm);
	/* the page tables and the pages come back */
	ck_assert_int_eq(sys_munmap(BASE, PAGES(4)), 0);
	ck_assert_ptr_null(pte_lookup(mm, BASE));
	ck_assert_int_eq(mm->rss, 0);
	vt_leave();
}

START_TEST(test_zero)
{
	vt_run(vm_designs[_i]->name, zero_body, NULL);
}
END_TEST

/* A table stays as long as any area lies in its 4 MB. */
static void tables_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	long free_before;
	int i;

	(void)arg;
	vt_mmap(0x20000000, PAGES(1), RW, ANON_AT);
	vt_mmap(0x203ff000, PAGES(2), RW, ANON_AT);
	ck_assert(vt_poke(0x20000000, 1) && vt_poke(0x203ff000, 2) && vt_poke(0x20400000, 3));
	free_before = vt_unused();
	ck_assert_int_eq(sys_munmap(0x203ff000, PAGES(2)), 0);
	ck_assert_ptr_nonnull(pte_lookup(mm, 0x203ff000));
	ck_assert_ptr_null(pte_lookup(mm, 0x20400000));
	ck_assert_int_eq(vt_unused(), free_before + 3);
	ck_assert_uint_eq(vt_word(0x20000000), 1);
	ck_assert_int_eq(sys_munmap(0x20000000, PAGES(1)), 0);
	ck_assert_ptr_null(pte_lookup(mm, 0x20000000));
	ck_assert_int_eq(vt_unused(), free_before + 5);
	/* more tables than one batch */
	for (i = 0; i < 80; i++) {
		vt_mmap(0x40000000 + ((unsigned long)i << 22), PAGES(1), RW, ANON_AT);
		ck_assert(vt_poke(0x40000000 + ((unsigned long)i << 22), 1));
	}
	ck_assert_int_eq(sys_munmap(0x40000000, 80ul << 22), 0);
	for (i = 0; i < 80; i++)
		ck_assert_ptr_null(pte_lookup(mm, 0x40000000 + ((unsigned long)i << 22)));
	vt_leave();
}

START_TEST(test_tables)
{
	vt_run(vm_designs[_i]->name, tables_body, NULL);
}
END_TEST

/* --- the stack ------------------------------------------------------------------------------ */

static void stack_body(void *arg)
{
	struct mm_struct *mm = mm_for_exec("A"), *old = sched_use_mm(mm);
	unsigned long bottom = STACK_TOP - PAGES(STACK_START_PAGES);

	(void)arg;
	ck_assert_ptr_null(old);
	ck_assert(vt_poke(STACK_TOP - 4, 1));
	/* a program may go 32 bytes below its stack pointer, the kernel as far as the limit */
	ck_assert_int_eq(vm_fault(bottom - 100, FAULT_USER | FAULT_WRITE, bottom), SIGSEGV);
	ck_assert_int_eq(vm_fault(bottom - 32, FAULT_USER | FAULT_WRITE, bottom), 0);
	ck_assert_uint_eq(mm->mmap->vm_start, bottom - PAGE_SIZE);
	ck_assert_int_eq(vm_fault(bottom - PAGES(10), FAULT_WRITE, bottom), 0);
	ck_assert_uint_eq(mm->mmap->vm_start, bottom - PAGES(10));
	ck_assert_uint_eq(mm->total_vm, STACK_START_PAGES + 10);
	ck_assert(vt_poke(STACK_TOP - RLIMIT_STACK_BYTES, 2));
	ck_assert(!vt_poke(STACK_TOP - RLIMIT_STACK_BYTES - 4, 2));
	ck_assert_uint_eq(vt_word(STACK_TOP - 4), 1);
	/* it stops at the area below */
	vt_mmap(STACK_TOP - PAGES(4096), PAGES(1), RW, ANON_AT);
	ck_assert(!vt_poke(STACK_TOP - PAGES(4095), 2));
	vt_check_mm(mm);
	vt_leave();
}

START_TEST(test_stack)
{
	vt_run(vm_designs[_i]->name, stack_body, NULL);
}
END_TEST

/* --- files ---------------------------------------------------------------------------------- */

static void private_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	struct file *file = vt_file(8, 3);
	unsigned long other = BASE + PAGES(64);

	(void)arg;
	ck_assert_int_eq(sys_mmap_pgoff(BASE, PAGES(8), RW, MAP_PRIVATE | MAP_FIXED, file, 0),
			 BASE);
	ck_assert_int_eq(sys_mmap_pgoff(other, PAGES(8), RW, MAP_SHARED | MAP_FIXED, file, 0),
			 other);
	ck_assert(vt_poke(BASE, 7)); /* a copy at once */
	ck_assert_uint_eq(vt_word(BASE + PAGES(1)), 1001);
	ck_assert(!pte_write(*pte_lookup(mm, BASE + PAGES(1))));
	ck_assert(vt_poke(BASE + PAGES(1), 8)); /* a copy later */
	ck_assert_uint_eq(vt_word(other), 1000);
	ck_assert_uint_eq(vt_word(other + PAGES(1)), 1001);
	ck_assert(vt_poke(other + PAGES(2), 9)); /* seen by those who have no copy */
	ck_assert_uint_eq(vt_word(BASE + PAGES(2)), 9);
	ck_assert_uint_eq(vt_word(BASE), 7);
	ck_assert_uint_eq(vt_word(BASE + PAGES(1)), 8);
	vt_check_mm(mm);
	vt_leave();
	ck_assert_uint_eq(vt_driver.mapping.nrpages, 3);
	filemap_sync_pages(&vt_driver.mapping);
	truncate_inode_pages(&vt_driver.mapping, 0);
	fput(file);
}

START_TEST(test_private)
{
	vt_run(vm_designs[_i]->name, private_body, NULL);
}
END_TEST

/* --- swap ----------------------------------------------------------------------------------- */

#define MEM_KB 4096

/* Twice as much as there is memory, three times over. */
static void pressure_body(void *arg)
{
	struct mm_struct *mm;
	unsigned n = 2 * MEM_KB / 4;
	int slots;

	(void)arg;
	vt_start_swapping();
	slots = nr_swap_pages;
	mm = vt_enter("A");
	ck_assert_uint_eq(vt_mmap(BASE, PAGES(n), RW, ANON_AT), BASE);
	for (unsigned i = 0; i < n; i++)
		ck_assert_msg(vt_poke(BASE + PAGES(i), 5000 + i), "page %u", i);
	ck_assert_int_lt(nr_swap_pages, slots);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < n; i++) {
			ck_assert_uint_eq(vt_word(BASE + PAGES(i)),
					  5000 + round * (i % 3 == 0) + i);
			if (i % 3 == 0)
				ck_assert(vt_poke(BASE + PAGES(i), 5001 + round + i));
		}
	}
	ck_assert_uint_gt(vm_events.swapin, 0);
	ck_assert_uint_gt(vm_events.major, 0);
	ck_assert_uint_gt(vmscan_events.anon_out, 0);
	ck_assert_int_eq(vm_invariants_check_mm(mm), 0);
	ck_assert_int_eq(sys_munmap(BASE, PAGES(n)), 0);
	ck_assert_int_eq(mm->rss, 0);
	vt_leave();
}

START_TEST(test_pressure)
{
	vt_swap_run(vm_designs[_i]->name, 1, 0, MEM_KB, pressure_body, NULL);
}
END_TEST

/* A page read for writing, used by nobody else, leaves the swap cache at once; one read for reading
 * stays there and is taken over at the write. */
static void share_body(void *arg)
{
	struct mm_struct *mm;
	unsigned n = MEM_KB / 4 + MEM_KB / 8, in_cache = 0, writable = 0;

	(void)arg;
	vt_start_swapping();
	mm = vt_enter("A");
	vt_mmap(BASE, PAGES(n), RW, ANON_AT);
	for (unsigned i = 0; i < n; i++)
		ck_assert(vt_poke(BASE + PAGES(i), i));
	for (unsigned i = 0; i < n; i++) {
		pte_t *ptep = pte_lookup(mm, BASE + PAGES(i)), entry = *ptep;

		if (pte_present(entry) || pte_none(entry))
			continue;
		if (i % 2) {
			ck_assert(vt_poke(BASE + PAGES(i), i));
			ck_assert(pte_write(*ptep) && pte_dirty(*ptep));
			writable++;
			continue;
		}
		ck_assert_uint_eq(vt_word(BASE + PAGES(i)), i);
		entry = *ptep;
		ck_assert(!pte_write(entry));
		if (PageSwapCache(phys_to_page(pte_phys(entry))))
			in_cache++;
		ck_assert(vt_poke(BASE + PAGES(i), i));
		ck_assert(pte_write(*ptep));
	}
	ck_assert_uint_gt(in_cache, 0);
	ck_assert_uint_gt(writable, 0);
	for (unsigned i = 0; i < n; i++)
		ck_assert_uint_eq(vt_word(BASE + PAGES(i)), i);
	vt_leave();
}

START_TEST(test_share)
{
	vt_swap_run(vm_designs[_i]->name, 1, 0, MEM_KB, share_body, NULL);
}
END_TEST

/* A slot that cannot be read: SIGBUS, and nothing worse. */
static void bad_disk_body(void *arg)
{
	struct mm_struct *mm;
	unsigned n = MEM_KB / 4 + MEM_KB / 8, i, failed = 0;

	(void)arg;
	vt_start_swapping();
	mm = vt_enter("A");
	vt_mmap(BASE, PAGES(n), RW, ANON_AT);
	for (i = 0; i < n; i++)
		ck_assert(vt_poke(BASE + PAGES(i), i));
	for (i = 0; i < n && !failed; i++) {
		pte_t entry = *pte_lookup(mm, BASE + PAGES(i));
		struct page *page;

		if (pte_present(entry) || pte_none(entry))
			continue;
		page = lookup_swap_cache(pte_to_swp(entry));
		if (page) {
			page_cache_release(page);
			continue;
		}
		host_disk_fail(0, (uint32_t)swp_offset(pte_to_swp(entry)) * 8, 100);
		ck_assert_int_eq(vm_fault(BASE + PAGES(i), 0, 0), SIGBUS);
		failed++;
	}
	ck_assert_uint_eq(failed, 1);
	vt_leave();
}

START_TEST(test_bad_disk)
{
	vt_swap_run(vm_designs[_i]->name, 1, 0, MEM_KB, bad_disk_body, NULL);
}
END_TEST

/* No swap and no memory: the task that faults is told to go. */
static void oom_body(void *arg)
{
	struct mm_struct *mm = vt_enter("A");
	unsigned i = 0;
	int signal = 0;

	(void)arg;
	vt_mmap(BASE, PAGES(8192), RW, ANON_AT);
	while (!signal && i < 8192)
		signal = vm_fault(BASE + PAGES(i++), FAULT_USER | FAULT_WRITE, 0);
	ck_assert_int_eq(signal, SIGKILL);
	ck_assert_ptr_nonnull(strstr(host_output(), "VM: killing process"));
	ck_assert_int_eq(mm->rss, i - 1);
	vt_leave();
}

START_TEST(test_oom)
{
	vt_swap_run(vm_designs[_i]->name, 1, 0, MEM_KB, oom_body, NULL);
}
END_TEST

/* --- threads -------------------------------------------------------------------------------- */

#define THREADS	     3
#define SHARED_PAGES 64
#define OWN_PAGES    (MEM_KB / 4 / 2)
#define THREAD_STEPS 1200

static struct mm_struct *shared_mm;
static struct completion thread_done[THREADS];

/* Each thread has pages of its own, whose contents it knows, and maps, unmaps and protects in the
 * common window, where any access may succeed or fail. */
static void thread_body(void *arg)
{
	unsigned me = (unsigned)(uintptr_t)arg;
	unsigned long own = 0x30000000UL + ((unsigned long)me << 24);
	uint32_t seed = 1000 + me, word, *values = calloc(OWN_PAGES, sizeof(*values));

	mmget(shared_mm);
	sched_use_mm(shared_mm);
	ck_assert_uint_eq(vt_mmap(own, PAGES(OWN_PAGES), RW, ANON_AT), own);
	for (int step = 0; step < THREAD_STEPS; step++) {
		unsigned i = vt_random(&seed) % OWN_PAGES, s = vt_random(&seed) % SHARED_PAGES;
		unsigned long at = BASE + PAGES(s), len = PAGES(1 + vt_random(&seed) % 6);

		ck_assert_uint_eq(vt_word(own + PAGES(i)), values[i]);
		values[i] = vt_random(&seed);
		ck_assert(vt_poke(own + PAGES(i), values[i]));
		switch (vt_random(&seed) % 12) {
		case 0:
			vt_mmap(at, len, RW, ANON_AT);
			break;
		case 1:
			sys_munmap(at, len);
			break;
		case 2:
			sys_mprotect(at, len, step % 2 ? RW : PROT_READ);
			break;
		case 3:
			sys_mlock(at, PAGE_SIZE);
			break;
		case 4:
			sys_munlock(at, len);
			break;
		case 5:
			sys_madvise(at, len, 4);
			break;
		case 6:
			sys_mremap(at, PAGES(2), PAGES(2), MREMAP_MAYMOVE | MREMAP_FIXED,
				   BASE + PAGES(SHARED_PAGES + 2 * me));
			break;
		case 7: {
			struct mm_struct *child = dup_mm(shared_mm, "child");

			if (child)
				mmput(child);
			break;
		}
		default:
			vt_poke(at, step);
			vt_peek(at, &word);
			break;
		}
	}
	for (unsigned i = 0; i < OWN_PAGES; i++)
		ck_assert_uint_eq(vt_word(own + PAGES(i)), values[i]);
	free(values);
	vt_leave();
	complete(&thread_done[me]);
}

static void threads_body(void *arg)
{
	(void)arg;
	vt_start_swapping();
	shared_mm = mm_alloc("T");
	for (uintptr_t i = 0; i < THREADS; i++) {
		struct task_struct *t = kthread_create(thread_body, (void *)i, "thread");

		ck_assert_ptr_nonnull(t);
		init_completion(&thread_done[i], "thread");
		wake_up_process(t);
	}
	for (int i = 0; i < THREADS; i++)
		wait_for_completion(&thread_done[i]);
	vt_check_mm(shared_mm);
	ck_assert_int_eq(shared_mm->mm_users, 1);
	mmput(shared_mm);
}

START_TEST(test_threads)
{
	vt_swap_run(vm_designs[_i % nr_vm_designs]->name, THREADS, 0x1234 + (uint32_t)_i, MEM_KB,
		    threads_body, NULL);
}
END_TEST

static void add(TCase *tc)
{
	VT_ADD(tc, test_signals);
	VT_ADD(tc, test_zero);
	VT_ADD(tc, test_tables);
	VT_ADD(tc, test_stack);
	VT_ADD(tc, test_private);
	VT_ADD(tc, test_pressure);
	VT_ADD(tc, test_share);
	VT_ADD(tc, test_bad_disk);
	VT_ADD(tc, test_oom);
	tcase_add_loop_test(tc, test_threads, 0, 4 * nr_vm_designs);
}

int main(void)
{
	return vt_main("fault", add);
}
