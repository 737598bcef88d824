/*
 * tests/unit/test_writeback.c - files larger than memory, under reclaim and on several CPUs: what
 * was written by write() or through shared mappings of several address spaces reaches the file,
 * whoever takes it there (filemap_swapout, shrink_mmap, kflushd, msync, fsync), and no later store
 * is lost while an earlier one is on its way.
 */
#include "unit.h"

#include "vmtest.h"

#include "memfile.h"

static struct memfile mf;

static struct file *begin(uint64_t size)
{
	vt_start_swapping();
	writeback_start();
	vt_enter("A");
	mf_init(&mf, size);
	return mf_open(&mf, 3);
}

static void end(struct file *file)
{
	fput(file);
	vt_leave();
	mf_done(&mf);
}

static uint32_t pattern(unsigned long page, unsigned round)
{
	return (uint32_t)(page * 2654435761u + round * 40503u) | 1;
}

/* Every word of the page that holds a number must be that of its page and round. */
static void check_home(unsigned long pages, unsigned round)
{
	for (unsigned long i = 0; i < pages; i++) {
		uint32_t first, last;

		memcpy(&first, mf.home + i * PAGE_SIZE, 4);
		memcpy(&last, mf.home + i * PAGE_SIZE + PAGE_SIZE - 4, 4);
		ck_assert_msg(first == pattern(i, round) && last == pattern(i, round),
			      "page %lu of round %u: %#x %#x at home, %#x expected", i, round,
			      first, last, pattern(i, round));
	}
}

#define BIG_PAGES 3000ul /* 12 MB, in 6 MB of memory */

static void write_all(struct file *file, unsigned round)
{
	unsigned long buf = vt_mmap(0, PAGE_SIZE, RW, ANON);

	for (unsigned long i = 0; i < BIG_PAGES; i++) {
		uint64_t pos = (uint64_t)i << PAGE_SHIFT;

		ck_assert(vt_poke(buf, pattern(i, round)));
		ck_assert(vt_poke(buf + PAGE_SIZE - 4, pattern(i, round)));
		ck_assert_int_eq(generic_file_write(file, buf, PAGE_SIZE, &pos), (long)PAGE_SIZE);
	}
	ck_assert_int_eq(sys_munmap(buf, PAGE_SIZE), 0);
}

static void read_all(struct file *file, unsigned round)
{
	uint32_t w;

	for (unsigned long i = 0; i < BIG_PAGES; i++) {
		ck_assert_int_eq(filemap_read_kernel(file, &w, 4, (uint64_t)i << PAGE_SHIFT), 4);
		ck_assert_uint_eq(w, pattern(i, round));
	}
}

/* Written, read back, and rewritten through a shared mapping, which the stealer must take home. */
static void big_body(void *arg)
{
	struct file *file = begin(0);
	unsigned long map, swapouts = writeback_events.filemap_swapouts;

	(void)arg;
	write_all(file, 1);
	read_all(file, 1);
	map = mf_map(file, BIG_PAGES * PAGE_SIZE, RW, MAP_SHARED, 0);
	for (unsigned long i = 0; i < BIG_PAGES; i++) {
		ck_assert_uint_eq(vt_word(map + i * PAGE_SIZE), pattern(i, 1));
		ck_assert(vt_poke(map + i * PAGE_SIZE, pattern(i, 2)));
		ck_assert(vt_poke(map + (i + 1) * PAGE_SIZE - 4, pattern(i, 2)));
	}
	if (vm_design->writeback == WRITEBACK_METHOD)
		swapouts = writeback_events.filemap_swapouts - swapouts;
	if (vm_design->writeback == WRITEBACK_METHOD) {
		ck_assert_uint_ge(swapouts, BIG_PAGES / 8);
	} else { /* from 2.4 on the stealer marks, and shrink_mmap or kflushd writes */
		ck_assert_uint_eq(swapouts, 0);
	}
	read_all(file, 2);
	ck_assert_int_eq(sys_msync(map, BIG_PAGES * PAGE_SIZE, 4), 0);
	check_home(BIG_PAGES, 2);
	ck_assert_int_eq(sys_munmap(map, BIG_PAGES * PAGE_SIZE), 0);
	ck_assert_uint_eq(mf.inode.i_data.nrdirty, 0); /* msync left nothing for munmap */
	end(file);
}

START_TEST(big_file)
{
	vt_swap_run(vm_designs[_i]->name, 2, (uint32_t)_i + 1, 6144, big_body, NULL);
}
END_TEST

/* --- no update is lost ------------------------------------------------------------------------ */

#define SHARERS	 3
#define COUNTERS 1401ul /* pages; 7 does not divide it */
#define ROUNDS	 6u

static struct file *shared_file;
static struct mm_struct *sharer_mm[SHARERS];
static volatile int sharers_left;
static unsigned long sharer_map;

/* Each sharer counts in a word of his own of every page, in his own mm and order. */
static void sharer(void *arg)
{
	unsigned long me = (unsigned long)(uintptr_t)arg;
	uint32_t seed = (uint32_t)me + 17;

	ck_assert_ptr_null(sched_use_mm(sharer_mm[me]));
	for (unsigned round = 1; round <= ROUNDS; round++)
		for (unsigned long n = 0; n < COUNTERS; n++) {
			unsigned long a =
				sharer_map + (n * 7 + me * 100) % COUNTERS * PAGE_SIZE + me * 64;

			ck_assert_uint_eq(vt_word(a), round - 1);
			ck_assert(vt_poke(a, round));
			if (vt_random(&seed) % 64 == 0)
				yield();
			if (vt_random(&seed) % 512 == 0)
				ck_assert_int_eq(sys_msync(a & PAGE_MASK, PAGE_SIZE,
							   vt_random(&seed) % 2 ? 4 : 1),
						 0);
		}
	mmput(sched_use_mm(NULL));
	__atomic_fetch_sub(&sharers_left, 1, __ATOMIC_ACQ_REL);
}

static void sharers_body(void *arg)
{
	struct memfile *m = &mf;

	(void)arg;
	shared_file = begin(0);
	m->slow = true;
	down(&m->inode.i_sem);
	ck_assert_int_eq(vmtruncate(&m->inode, COUNTERS * PAGE_SIZE), 0);
	up(&m->inode.i_sem);
	sharer_map = mf_map(shared_file, COUNTERS * PAGE_SIZE, RW, MAP_SHARED, 0);
	sharers_left = SHARERS;
	for (int i = 0; i < SHARERS; i++) {
		sharer_mm[i] = dup_mm(current->mm, i == 0 ? "B" : i == 1 ? "C" : "D");
		ck_assert_ptr_nonnull(sharer_mm[i]);
	}
	for (uintptr_t i = 0; i < SHARERS; i++)
		wake_up_process(kthread_create(sharer, (void *)i, "sharer"));
	while (sharers_left) {
		ck_assert_int_eq(filemap_fsync(&m->inode), 0);
		schedule_timeout(1);
	}
	ck_assert_int_eq(sys_munmap(sharer_map, COUNTERS * PAGE_SIZE), 0);
	ck_assert_int_eq(filemap_fsync(&m->inode), 0);
	for (unsigned long n = 0; n < COUNTERS; n++)
		for (unsigned long me = 0; me < SHARERS; me++) {
			uint32_t w;

			memcpy(&w, mf.home + n * PAGE_SIZE + me * 64, 4);
			ck_assert_msg(w == ROUNDS, "page %lu, sharer %lu: %u at home", n, me, w);
		}
	if (vm_design->writeback == WRITEBACK_METHOD)
		if (vm_design->writeback == WRITEBACK_METHOD) {
			ck_assert_uint_gt(writeback_events.filemap_swapouts, 100);
		}
	end(shared_file);
}

START_TEST(sharers)
{
	int design = _i % nr_vm_designs;

	vt_swap_run(vm_designs[design]->name, 1 + _i % 4, (uint32_t)_i + 1, 5120, sharers_body,
		    NULL);
}
END_TEST

/* --- what fails ------------------------------------------------------------------------------- */

/* The stealer's write fails: the next to ask is told, as a driver's failure is (SIGBUS to the
 * victim). */
static void failing_body(void *arg)
{
	struct file *file = begin(0);
	unsigned long map, failed = vmscan_events.failed;

	(void)arg;
	write_all(file, 1);
	ck_assert_int_eq(filemap_fsync(&mf.inode), 0);
	map = mf_map(file, BIG_PAGES * PAGE_SIZE, RW, MAP_SHARED, 0);
	mf.fail_writes = 1;
	for (unsigned long i = 0; i < BIG_PAGES; i++)
		ck_assert(vt_poke(map + i * PAGE_SIZE, pattern(i, 2)));
	ck_assert_int_eq(mf.fail_writes, 0);
	(void)failed;
	ck_assert_int_eq(sys_msync(map, PAGE_SIZE, 4), -EIO);
	ck_assert_int_eq(sys_msync(map, PAGE_SIZE, 4), 0);
	end(file);
}

START_TEST(failing)
{
	vt_swap_run(vm_designs[_i]->name, 1, 0, 6144, failing_body, NULL);
}
END_TEST

static void add(TCase *tc)
{
	VT_ADD(tc, big_file);
	tcase_add_loop_test(tc, sharers, 0, 3 * nr_vm_designs);
	VT_ADD(tc, failing);
}

int main(void)
{
	return vt_main("writeback", add);
}
