/*
 * tests/unit/test_filemap_mmap.c - mapped files: private and shared, coherent with read() and
 * write(), msync, fork, the end of the file, truncation under a mapping and beside faults,
 * fault-around, room for holes.
 */
#include "unit.h"

#include "vmtest.h"

#include "memfile.h"
#include "mm/vma_lock.h"

static struct memfile mf;

static struct file *begin(uint64_t size)
{
	block_start();
	vt_enter("map");
	mf_init(&mf, size);
	return mf_open(&mf, 3);
}

static void end(struct file *file)
{
	fput(file);
	vt_leave();
	mf_done(&mf);
}

static uint32_t word_of(uint64_t at)
{
	return (uint32_t)mf_byte(at) | (uint32_t)mf_byte(at + 1) << 8 |
	       (uint32_t)mf_byte(at + 2) << 16 | (uint32_t)mf_byte(at + 3) << 24;
}

static uint32_t home_word(uint64_t at)
{
	uint32_t w;

	memcpy(&w, mf.home + at, 4);
	return w;
}

static void truncate_to(uint64_t size)
{
	down(&mf.inode.i_sem);
	ck_assert_int_eq(vmtruncate(&mf.inode, size), 0);
	up(&mf.inode.i_sem);
}

/* write() of one word, from a stack-like page of its own. */
static void write_word(struct file *file, uint64_t at, uint32_t w)
{
	unsigned long buf = vt_mmap(0, PAGE_SIZE, RW, ANON);
	uint64_t pos = at;

	ck_assert(vt_poke(buf, w));
	ck_assert_int_eq(generic_file_write(file, buf, 4, &pos), 4);
	ck_assert_int_eq(sys_munmap(buf, PAGE_SIZE), 0);
}

static uint32_t read_word(struct file *file, uint64_t at)
{
	uint32_t w = 0;

	ck_assert_int_eq(filemap_read_kernel(file, &w, 4, at), 4);
	return w;
}

/* --- the two kinds ---------------------------------------------------------------------------- */

static void private_body(void *arg)
{
	struct file *file = begin(20 * PAGE_SIZE);
	unsigned long map = mf_map(file, 20 * PAGE_SIZE, RW, MAP_PRIVATE, 0);
	unsigned long faults;

	(void)arg;
	ck_assert(!IS_ERR_VALUE(map));
	ck_assert_uint_eq(vt_word(map + 8), word_of(8));
	ck_assert(vt_poke(map + 8, 42));
	ck_assert(vt_poke(map + 3 * PAGE_SIZE, 43)); /* first touch is a write */
	ck_assert_uint_eq(vt_word(map + 8), 42);
	ck_assert_uint_eq(vt_word(map + 3 * PAGE_SIZE + 4), word_of(3 * PAGE_SIZE + 4));
	ck_assert_uint_eq(read_word(file, 8), word_of(8));
	/* what others write is seen where we made no copy */
	write_word(file, PAGE_SIZE, 7);
	ck_assert_uint_eq(vt_word(map + PAGE_SIZE), 7);
	/* everything is cached now: one fault for many pages */
	for (unsigned i = 0; i < 20; i++)
		read_word(file, i * PAGE_SIZE);
	ck_assert_int_eq(sys_munmap(map, 20 * PAGE_SIZE), 0);
	map = mf_map(file, 20 * PAGE_SIZE, RW, MAP_PRIVATE, 0);
	faults = vm_events.faults;
	for (unsigned i = 0; i < 20; i++)
		ck_assert_uint_eq(vt_word(map + i * PAGE_SIZE + 4), word_of(i * PAGE_SIZE + 4));
	ck_assert_uint_le(vm_events.faults - faults, 3);
	ck_assert_int_eq(current->mm->rss, 20);
	ck_assert_int_eq(mf.written_pages, 0);
	ck_assert_int_eq(vm_invariants_check(), 0);
	end(file);
}

START_TEST(private_map)
{
	vt_run(vm_designs[_i]->name, private_body, NULL);
}
END_TEST

/* A program's own access: only its faults begin with the lock of the area. */
static void user_fault(unsigned long addr, unsigned code)
{
	ck_assert_int_eq(vm_fault(addr, FAULT_USER | code, addr), 0);
}

/* linux-6.12: a fault on a page that is cached needs no lock but the area's own; on another it gives that up and comes
 * again. */
static void cached_body(void *arg)
{
	struct file *file = begin(20 * PAGE_SIZE);
	unsigned long p, s, retried;

	(void)arg;
	read_word(file, 0);
	read_word(file, PAGE_SIZE);
	p = mf_map(file, 20 * PAGE_SIZE, RW, MAP_PRIVATE, 0);
	s = mf_map(file, 20 * PAGE_SIZE, RW, MAP_SHARED, 0);
	ck_assert(vt_poke(p + 10 * PAGE_SIZE, 0)); /* the area has its anon_vma */
	retried = vma_lock_events.retry;
	user_fault(p, FAULT_WRITE); /* a copy */
	user_fault(p + PAGE_SIZE, 0);
	user_fault(s, FAULT_WRITE);
	user_fault(s + PAGE_SIZE, 0);
	ck_assert_uint_eq(vma_lock_events.retry, retried);
	ck_assert(vt_poke(p, 1));
	ck_assert(vt_poke(s + 4, 2));
	ck_assert_uint_eq(vt_word(p + 4), word_of(4)); /* copied before the other was written */
	ck_assert_uint_eq(read_word(file, 0), word_of(0));
	ck_assert_uint_eq(read_word(file, 4), 2);
	ck_assert_int_eq(sys_msync(s, PAGE_SIZE, 4), 0);
	ck_assert_uint_eq(home_word(4), 2);
	user_fault(s + 19 * PAGE_SIZE, 0);
	ck_assert_uint_eq(vma_lock_events.retry, retried + 1);
	ck_assert_int_eq(vm_invariants_check(), 0);
	end(file);
}

START_TEST(cached)
{
	vt_run("linux-6.12", cached_body, NULL);
}
END_TEST

static void shared_body(void *arg)
{
	struct file *file = begin(6 * PAGE_SIZE);
	unsigned long a = mf_map(file, 6 * PAGE_SIZE, RW, MAP_SHARED, 0), b;

	(void)arg;
	ck_assert(vt_poke(a + 16, 100));
	ck_assert_uint_eq(read_word(file, 16), 100);
	write_word(file, PAGE_SIZE + 4, 101);
	ck_assert_uint_eq(vt_word(a + PAGE_SIZE + 4), 101);
	b = mf_map(file, 4 * PAGE_SIZE, PROT_READ, MAP_SHARED, 2);
	ck_assert(vt_poke(a + 2 * PAGE_SIZE, 102));
	ck_assert_uint_eq(vt_word(b), 102);
	ck_assert(!vt_poke(b, 1));
	ck_assert_uint_eq(home_word(16), word_of(16)); /* not there yet */
	ck_assert_int_eq(sys_msync(a, PAGE_SIZE, 4 /* MS_SYNC */), 0);
	ck_assert_uint_eq(home_word(16), 100);
	ck_assert(vt_poke(a + 16, 103)); /* dirty again, and again it goes home */
	ck_assert_int_eq(sys_msync(a, PAGE_SIZE, 1 /* MS_ASYNC */), 0);
	ck_assert_int_eq(filemap_fsync(&mf.inode), 0);
	ck_assert_uint_eq(home_word(16), 103);
	ck_assert(
		vt_poke(a + 4 * PAGE_SIZE, 105)); /* an entry that goes without the unmap method */
	ck_assert_int_eq(sys_madvise(a + 4 * PAGE_SIZE, PAGE_SIZE, 4 /* MADV_DONTNEED */), 0);
	ck_assert_uint_eq(vt_word(a + 4 * PAGE_SIZE), 105);
	ck_assert_int_eq(filemap_fsync(&mf.inode), 0);
	ck_assert_uint_eq(home_word(4 * PAGE_SIZE), 105);
	ck_assert(vt_poke(a + 5 * PAGE_SIZE, 104));
	ck_assert_int_eq(sys_munmap(a, 6 * PAGE_SIZE), 0);
	ck_assert_uint_ge(mf.inode.i_data.nrdirty, 1);
	ck_assert_int_eq(filemap_fsync(&mf.inode), 0);
	ck_assert_uint_eq(home_word(5 * PAGE_SIZE), 104);
	ck_assert_int_eq(vm_invariants_check(), 0);
	/* errors of msync */
	ck_assert_int_eq(sys_msync(b + 1, 10, 0), -EINVAL);
	ck_assert_int_eq(sys_msync(b, PAGE_SIZE, 5), -EINVAL);
	ck_assert_int_eq(sys_msync(b, PAGE_SIZE, 8), -EINVAL);
	ck_assert_int_eq(sys_msync(b, 8 * PAGE_SIZE, 0), -ENOMEM);
	ck_assert_int_eq(sys_msync(b, 0, 0), 0);
	ck_assert_int_eq(sys_mlock(b, PAGE_SIZE), 0);
	ck_assert_int_eq(sys_msync(b, PAGE_SIZE, 2), -EBUSY);
	end(file);
}

START_TEST(shared_map)
{
	vt_run(vm_designs[_i]->name, shared_body, NULL);
}
END_TEST

static void modes_body(void *arg)
{
	struct file *file = begin(PAGE_SIZE), *ro = mf_open(&mf, 1), *wo = mf_open(&mf, 2);
	unsigned long map;

	(void)arg;
	ck_assert_int_eq((long)mf_map(ro, PAGE_SIZE, RW, MAP_SHARED, 0), -EACCES);
	ck_assert_int_eq((long)mf_map(wo, PAGE_SIZE, PROT_READ, MAP_SHARED, 0), -EACCES);
	map = mf_map(ro, PAGE_SIZE, PROT_READ, MAP_SHARED, 0);
	ck_assert_uint_eq(vt_word(map), word_of(0));
	ck_assert_int_eq(sys_mprotect(map, PAGE_SIZE, RW), -EACCES);
	map = mf_map(ro, PAGE_SIZE, RW, MAP_PRIVATE,
		     0); /* writing a private one is nobody's business */
	ck_assert(vt_poke(map, 1));
	ck_assert_uint_eq(read_word(file, 0), word_of(0));
	fput(ro);
	fput(wo);
	end(file);
}

START_TEST(modes)
{
	vt_run(vm_designs[_i]->name, modes_body, NULL);
}
END_TEST

/* Parent and child share a shared mapping, and part with a private one. */
static void fork_body(void *arg)
{
	struct file *file = begin(4 * PAGE_SIZE);
	unsigned long s = mf_map(file, 4 * PAGE_SIZE, RW, MAP_SHARED, 0);
	unsigned long p = mf_map(file, 4 * PAGE_SIZE, RW, MAP_PRIVATE, 0);
	struct mm_struct *parent = current->mm, *child;

	(void)arg;
	ck_assert(vt_poke(s, 1));
	ck_assert(vt_poke(p, 2));
	child = dup_mm(parent, "child");
	ck_assert_ptr_nonnull(child);
	vt_wear(child);
	ck_assert(vt_poke(s + PAGE_SIZE, 3));
	ck_assert(vt_poke(p, 4));
	ck_assert_uint_eq(vt_word(s), 1);
	vt_wear(parent);
	ck_assert_uint_eq(vt_word(s + PAGE_SIZE), 3);
	ck_assert_uint_eq(vt_word(p), 2);
	/* truncation reaches both */
	truncate_to(PAGE_SIZE);
	vt_wear(child);
	{
		uint32_t w;

		ck_assert(!vt_peek(s + PAGE_SIZE, &w));
		ck_assert_uint_eq(vt_word(s), 1);
	}
	vt_wear(parent);
	mmput(child);
	ck_assert_int_eq(sys_msync(s, PAGE_SIZE, 4), 0);
	ck_assert_uint_eq(home_word(0), 1);
	end(file);
}

START_TEST(forked)
{
	vt_run(vm_designs[_i]->name, fork_body, NULL);
}
END_TEST

/* --- the end of the file ---------------------------------------------------------------------- */

static void end_body(void *arg)
{
	struct file *file = begin(2 * PAGE_SIZE + 100);
	unsigned long s = mf_map(file, 6 * PAGE_SIZE, RW, MAP_SHARED, 0);
	unsigned long p = mf_map(file, 6 * PAGE_SIZE, RW, MAP_PRIVATE, 0);
	uint32_t w;

	(void)arg;
	ck_assert_uint_eq(vt_word(s + 2 * PAGE_SIZE + 200), 0); /* the rest of the last page */
	ck_assert(!vt_peek(s + 3 * PAGE_SIZE, &w));		/* beyond */
	ck_assert(!vt_poke(p + 3 * PAGE_SIZE, 1));
	write_word(file, 4 * PAGE_SIZE, 5); /* it grows, and the mapping sees it */
	ck_assert_uint_eq(vt_word(s + 4 * PAGE_SIZE), 5);
	ck_assert_uint_eq(vt_word(s + 3 * PAGE_SIZE), 0);
	ck_assert(vt_poke(p + 4 * PAGE_SIZE + 8, 6));
	ck_assert(vt_poke(p + 8, 6));
	ck_assert(vt_poke(s + 2 * PAGE_SIZE + 200, 7));
	truncate_to(2 * PAGE_SIZE + 150);
	ck_assert(!vt_peek(s + 4 * PAGE_SIZE, &w));
	ck_assert(!vt_peek(p + 4 * PAGE_SIZE + 8, &w)); /* a private copy goes, too */
	ck_assert_uint_eq(vt_word(p + 8), 6);
	ck_assert_uint_eq(vt_word(s + 2 * PAGE_SIZE + 200), 0); /* zeroed up to the page's end */
	ck_assert_uint_eq(vt_word(s + 2 * PAGE_SIZE + 96), word_of(2 * PAGE_SIZE + 96));
	truncate_to(5 * PAGE_SIZE); /* a hole */
	ck_assert_uint_eq(vt_word(s + 4 * PAGE_SIZE), 0);
	ck_assert_uint_eq(vt_word(p + 3 * PAGE_SIZE), 0);
	ck_assert_int_eq(vm_invariants_check(), 0);
	truncate_to(0);
	ck_assert(!vt_peek(s, &w));
	ck_assert_int_eq(current->mm->rss, 0);
	end(file);
}

START_TEST(ends)
{
	vt_run(vm_designs[_i]->name, end_body, NULL);
}
END_TEST

/* Room is taken when a shared mapping is first written, whatever came before; without room: SIGBUS
 * then. */
static void holes_body(void *arg)
{
	struct file *file = begin(0);
	unsigned long s;
	uint32_t w;

	(void)arg;
	truncate_to(20 * PAGE_SIZE);
	mf.room = 4;
	s = mf_map(file, 20 * PAGE_SIZE, RW, MAP_SHARED, 0);
	ck_assert_uint_eq(vt_word(s), 0); /* reading takes none, also not around */
	ck_assert_uint_eq(vt_word(s + PAGE_SIZE), 0);
	ck_assert_int_eq(mf.room, 4);
	ck_assert(vt_poke(s, 1));		   /* read before */
	ck_assert(vt_poke(s + 17 * PAGE_SIZE, 1)); /* first touch */
	ck_assert_int_eq(mf.room, 2);
	ck_assert_int_eq(sys_mprotect(s, 20 * PAGE_SIZE, PROT_READ), 0);
	ck_assert_uint_eq(vt_word(s + 3 * PAGE_SIZE), 0);
	ck_assert_int_eq(sys_mprotect(s, 20 * PAGE_SIZE, RW), 0);
	ck_assert(vt_poke(s + 3 * PAGE_SIZE, 1));
	ck_assert(vt_poke(s + 4 * PAGE_SIZE, 1));
	ck_assert_int_eq(mf.room, 0);
	ck_assert(!vt_poke(s + 5 * PAGE_SIZE, 1));
	ck_assert(!vt_poke(s + 19 * PAGE_SIZE, 1));
	ck_assert(vt_peek(s + 5 * PAGE_SIZE, &w));
	ck_assert(vt_poke(s + 4, 2)); /* what has room may be written */
	ck_assert_int_eq(sys_msync(s, 20 * PAGE_SIZE, 4), 0);
	ck_assert_uint_eq(home_word(4), 2);
	ck_assert_uint_eq(home_word(8), 0);
	ck_assert_uint_eq(home_word(17 * PAGE_SIZE), 1);
	end(file);
}

START_TEST(holes)
{
	vt_run(vm_designs[_i]->name, holes_body, NULL);
}
END_TEST

/* A store that comes while an earlier one is on its way home is not taken for written. */
static unsigned long flight_map;

static void store_by_mapping(struct page *page)
{
	(void)page;
	ck_assert(vt_poke(flight_map, 2));
	ck_assert_int_eq(sys_msync(flight_map, PAGE_SIZE, 1 /* MS_ASYNC */), 0);
}

static void store_by_write(struct page *page)
{
	char *p = page_address(page); /* what write() does, under another's page lock */

	p[0] = 3;
	set_page_dirty(page);
}

static void unmap_it(struct page *page)
{
	(void)page;
	ck_assert(vt_poke(flight_map, 4));
	ck_assert_int_eq(sys_munmap(flight_map, PAGE_SIZE), 0);
}

static void flight_body(void *arg)
{
	struct file *file = begin(PAGE_SIZE);
	int error = 0;

	(void)arg;
	flight_map = mf_map(file, PAGE_SIZE, RW, MAP_SHARED, 0);
	for (int i = 0; i < 3; i++) {
		mf.in_flight = i == 0 ? store_by_mapping : i == 1 ? store_by_write : unmap_it;
		ck_assert(vt_poke(flight_map, 1));
		ck_assert_int_eq(sys_msync(flight_map, PAGE_SIZE, 1), 0);
		ck_assert_uint_eq(write_dirty_pages(&mf.inode.i_data, 1, &error), 1);
		ck_assert_uint_eq(home_word(0), 1);
		ck_assert_uint_eq(mf.inode.i_data.nrdirty, 1);
		ck_assert_int_eq(filemap_fsync(&mf.inode), 0);
		ck_assert_uint_eq(home_word(0), (uint32_t)i + 2);
		ck_assert_uint_eq(mf.inode.i_data.nrdirty, 0);
	}
	end(file);
}

START_TEST(in_flight)
{
	vt_run(vm_designs[_i]->name, flight_body, NULL);
}
END_TEST

/* Another mm's dirty bit outlives the write of the page by the first one's msync. */
static void two_mms_body(void *arg)
{
	struct file *file = begin(PAGE_SIZE);
	unsigned long map = mf_map(file, PAGE_SIZE, RW, MAP_SHARED, 0);
	struct mm_struct *parent = current->mm, *child;

	(void)arg;
	vt_word(map);
	child = dup_mm(parent, "child");
	vt_wear(child);
	ck_assert(vt_poke(map, 10));
	vt_wear(parent);
	ck_assert(vt_poke(map + 4, 11));
	ck_assert_int_eq(sys_msync(map, PAGE_SIZE, 4), 0);
	vt_wear(child);
	ck_assert(vt_poke(map, 12)); /* its entry was dirty already: no bit changes */
	vt_wear(parent);
	mmput(child);
	ck_assert_int_eq(filemap_fsync(&mf.inode), 0);
	ck_assert_uint_eq(home_word(0), 12);
	ck_assert_uint_eq(home_word(4), 11);
	end(file);
}

START_TEST(two_mms)
{
	vt_run(vm_designs[_i]->name, two_mms_body, NULL);
}
END_TEST

/* --- at once ---------------------------------------------------------------------------------- */

static volatile int running;
static struct file *the_file;
static unsigned long the_map;

static uint32_t touch_seed;

static void toucher(void *arg)
{
	struct mm_struct *mm = arg;
	uint32_t seed = __atomic_add_fetch(&touch_seed, 77777, __ATOMIC_RELAXED);

	mmget(mm);
	ck_assert_ptr_null(sched_use_mm(mm));
	for (int i = 0; i < 400; i++) {
		unsigned long a = the_map + (vt_random(&seed) % 40) * PAGE_SIZE + 8;
		uint32_t w;

		if (vt_random(&seed) % 2)
			(void)vt_poke(a, 0xabcd0000u);
		else if (vt_peek(a, &w))
			ck_assert(w == 0 || w == 0xabcd0000u);
		if (i % 8 == 0)
			yield();
	}
	mmput(sched_use_mm(NULL));
	__atomic_fetch_sub(&running, 1, __ATOMIC_ACQ_REL);
}

static void forker(void *arg)
{
	struct mm_struct *mm = arg, *old;

	mmget(mm);
	ck_assert_ptr_null(sched_use_mm(mm));
	for (int i = 0; i < 15; i++) {
		struct mm_struct *child = dup_mm(mm, "child");
		uint32_t w;

		if (!child)
			continue;
		old = vt_wear(child);
		(void)vt_poke(the_map + PAGES(i) + 8, 0xabcd0000u);
		(void)vt_peek(the_map + PAGES(39 - i) + 8, &w);
		yield();
		vt_wear(old);
		mmput(child);
	}
	mmput(sched_use_mm(NULL));
	__atomic_fetch_sub(&running, 1, __ATOMIC_ACQ_REL);
}

/* Nothing maps or caches a page beyond the end, whatever faults and forks did meanwhile. */
static void check_nothing_beyond(struct mm_struct *mm, unsigned long pages)
{
	for (unsigned long i = pages; i < 40; i++) {
		pte_t *ptep = pte_lookup(mm, the_map + i * PAGE_SIZE);

		ck_assert_msg(!ptep || pte_none(pte_read(ptep)),
			      "page %lu is mapped beyond the end", i);
	}
}

static void race_body(void *arg)
{
	struct mm_struct *mm;
	uint32_t seed = (uint32_t)(uintptr_t)arg * 2654435761u + 1;

	the_file = begin(0);
	mm = current->mm;
	mf.slow = true;
	truncate_to(40 * PAGE_SIZE);
	the_map = mf_map(the_file, 40 * PAGE_SIZE, RW, MAP_SHARED, 0);
	running = 4;
	for (int i = 0; i < 3; i++)
		wake_up_process(kthread_create(toucher, mm, "toucher"));
	wake_up_process(kthread_create(forker, mm, "forker"));
	while (running) {
		unsigned long pages = vt_random(&seed) % 40;

		truncate_to(pages * PAGE_SIZE + 100);
		for (unsigned i = 0; i < vt_random(&seed) % 8; i++)
			yield();
		for (unsigned long i = pages + 1; i < MF_PAGES; i++)
			ck_assert_msg(!mf.has_blocks[i], "block %lu was taken beyond the end", i);
		if (vt_random(&seed) % 3 == 0)
			filemap_fsync(&mf.inode);
		truncate_to(40 * PAGE_SIZE);
		for (unsigned i = 0; i < vt_random(&seed) % 8; i++)
			yield();
	}
	truncate_to(3 * PAGE_SIZE);
	check_nothing_beyond(mm, 3);
	truncate_to(0);
	check_nothing_beyond(mm, 0);
	ck_assert_int_eq(sys_munmap(the_map, 40 * PAGE_SIZE), 0);
	end(the_file);
}

START_TEST(races)
{
	int design = _i % nr_vm_designs, seed = 1 + _i / nr_vm_designs;

	vt_swap_run(vm_designs[design]->name, 1 + seed % 4, (uint32_t)seed, 8192, race_body,
		    (void *)(uintptr_t)seed);
}
END_TEST

static void add(TCase *tc)
{
	VT_ADD(tc, private_map);
	tcase_add_test(tc, cached);
	VT_ADD(tc, shared_map);
	VT_ADD(tc, modes);
	VT_ADD(tc, forked);
	VT_ADD(tc, ends);
	VT_ADD(tc, holes);
	VT_ADD(tc, in_flight);
	VT_ADD(tc, two_mms);
	tcase_add_loop_test(tc, races, 0, 6 * nr_vm_designs);
}

int main(void)
{
	return vt_main("filemap_mmap", add);
}
