/*
 * tests/unit/test_filemap_io.c - read() and write() through the page cache: contents, ends of
 * files, holes, read-ahead, room, bad pointers, buffers that map the file itself; fsync and the
 * books of dirty pages.
 */
#include "unit.h"

#include "vmtest.h"

#include "memfile.h"

static struct memfile mf;
static unsigned long buf; /* user memory */

#define BUF_PAGES 24ul

static struct file *begin(uint64_t size)
{
	struct file *file;

	block_start();
	vt_enter("io");
	mf_init(&mf, size);
	file = mf_open(&mf, 3);
	buf = vt_mmap(0, BUF_PAGES * PAGE_SIZE, RW, ANON);
	ck_assert(!IS_ERR_VALUE(buf));
	return file;
}

static void end(struct file *file)
{
	fput(file);
	vt_leave();
	mf_done(&mf);
}

static void fill_user(unsigned long addr, size_t n, unsigned char c)
{
	unsigned char line[256];

	memset(line, c, sizeof(line));
	for (size_t i = 0; i < n; i += sizeof(line))
		ck_assert_uint_eq(arch_copy_to_user(addr + i, line, min(sizeof(line), n - i)), 0);
}

static unsigned char user_byte(unsigned long addr)
{
	unsigned char c = 0;

	ck_assert_uint_eq(arch_copy_from_user(&c, addr, 1), 0);
	return c;
}

static long rd(struct file *file, uint64_t at, size_t n)
{
	uint64_t pos = at;
	long got = generic_file_read(file, buf, n, &pos);

	if (got > 0)
		ck_assert_uint_eq(pos, at + (uint64_t)got);
	return got;
}

static long wr(struct file *file, uint64_t at, size_t n)
{
	uint64_t pos = at;
	long got = generic_file_write(file, buf, n, &pos);

	if (got > 0)
		ck_assert_uint_eq(pos, at + (uint64_t)got);
	return got;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void read_body(void *arg)
{
	struct file *file = begin(10 * PAGE_SIZE + 100);
	char small[64];

	(void)arg;
	ck_assert_int_eq(rd(file, 0, 100), 100);
	for (int i = 0; i < 100; i++)
		ck_assert_uint_eq(user_byte(buf + (unsigned long)i), mf_byte((uint64_t)i));
	/* across pages, unaligned, to the end and beyond */
	ck_assert_int_eq(rd(file, 4000, 9000), 9000);
	for (int i = 0; i < 9000; i += 13)
		ck_assert_uint_eq(user_byte(buf + (unsigned long)i),
				  mf_byte(4000ull + (uint64_t)i));
	ck_assert_int_eq(rd(file, 10 * PAGE_SIZE, 4096), 100);
	ck_assert_int_eq(rd(file, 10 * PAGE_SIZE + 100, 10), 0);
	ck_assert_int_eq(rd(file, 1ull << 40, 10), 0);
	ck_assert_int_eq(mf.read_pages, 5); /* a window of 4, and the last; each page once */
	ck_assert_int_eq(filemap_read_kernel(file, small, 64, 10 * PAGE_SIZE + 80), 20);
	ck_assert_uint_eq((unsigned char)small[0], mf_byte(10 * PAGE_SIZE + 80));
	/* a buffer that ends early: what fitted */
	ck_assert_int_eq(sys_munmap(buf + PAGE_SIZE, PAGE_SIZE), 0);
	ck_assert_int_eq(rd(file, 0, 3 * PAGE_SIZE), (long)PAGE_SIZE);
	buf += PAGE_SIZE;
	ck_assert_int_eq(rd(file, 0, 10), -EFAULT);
	end(file);
}

START_TEST(reading)
{
	vt_run(vm_designs[_i]->name, read_body, NULL);
}
END_TEST

/* In order: ever more at once. At random: no page that nobody asked for. */
static void ahead_body(void *arg)
{
	struct file *file = begin(64 * PAGE_SIZE);

	(void)arg;
	for (unsigned i = 0; i < 64; i++)
		ck_assert_int_eq(rd(file, i * PAGE_SIZE, 512), 512);
	ck_assert_int_eq(mf.read_pages, 64);
	ck_assert_int_eq(mf.reads, 6); /* 4, 8, 16, 16, 16, 4 */
	inode_drop_pages(&mf.inode);
	mf.reads = mf.read_pages = 0;
	for (unsigned i = 0; i < 20; i++)
		ck_assert_int_eq(rd(file, (i * 37 + 5) % 64 * PAGE_SIZE, 512), 512);
	ck_assert_int_eq(mf.read_pages, 20);
	/* one big read asks for what it needs in few requests, also where it jumps to */
	inode_drop_pages(&mf.inode);
	mf.reads = mf.read_pages = 0;
	ck_assert_int_eq(rd(file, 40 * PAGE_SIZE, 16 * PAGE_SIZE), 16 * (long)PAGE_SIZE);
	ck_assert_int_eq(mf.reads, 1);
	ck_assert_int_eq(mf.read_pages, 16);
	end(file);
}

START_TEST(ahead)
{
	vt_run("linux-2.3.30", ahead_body, NULL);
}
END_TEST

static void errors_body(void *arg)
{
	struct file *file = begin(64 * PAGE_SIZE);

	(void)arg;
	mf.fail_reads = 1;
	ck_assert_int_eq(rd(file, 0, 100), -EIO);
	ck_assert_int_eq(rd(file, 0, 100), 100); /* the next reader tries again */
	mf_single(&mf);
	mf.fail_reads = 1;
	ck_assert_int_eq(rd(file, 30 * PAGE_SIZE, 100), -EIO);
	ck_assert_int_eq(rd(file, 30 * PAGE_SIZE, 100), 100);
	end(file);
}

START_TEST(read_errors)
{
	vt_run("linux-2.3.30", errors_body, NULL);
}
END_TEST

/* --- writing ---------------------------------------------------------------------------------- */

static void write_body(void *arg)
{
	struct file *file = begin(2 * PAGE_SIZE + 50);

	(void)arg;
	fill_user(buf, 3 * PAGE_SIZE, 'a');
	/* inside one page: the rest of it is read first */
	ck_assert_int_eq(wr(file, 100, 10), 10);
	ck_assert_int_eq(mf.read_pages, 1);
	ck_assert_uint_eq(nr_dirty_pages, 1);
	ck_assert_int_eq(mf.inode.i_count, 2); /* dirty_mappings' */
	ck_assert_int_eq(mf.written_pages, 0);
	/* a whole page: not read */
	ck_assert_int_eq(wr(file, PAGE_SIZE, PAGE_SIZE), (long)PAGE_SIZE);
	ck_assert_int_eq(mf.read_pages, 1);
	/* over the end: the file grows */
	ck_assert_int_eq(wr(file, 2 * PAGE_SIZE + 20, 100), 100);
	ck_assert_uint_eq(mf.inode.i_size, 2 * PAGE_SIZE + 120);
	ck_assert_uint_eq(mf.disk_size, 2 * PAGE_SIZE + 120);
	ck_assert_int_eq(wr(file, 2 * PAGE_SIZE + 120, 5000), 5000);
	ck_assert_int_eq(filemap_fsync(&mf.inode), 0);
	ck_assert_uint_eq(nr_dirty_pages, 0);
	ck_assert_int_eq(mf.syncs, 1);
	ck_assert_uint_eq(mf.home[99], mf_byte(99));
	ck_assert_uint_eq(mf.home[100], 'a');
	ck_assert_uint_eq(mf.home[110], mf_byte(110));
	ck_assert_uint_eq(mf.home[2 * PAGE_SIZE - 1], 'a');
	ck_assert_uint_eq(mf.home[2 * PAGE_SIZE + 19], mf_byte(2 * PAGE_SIZE + 19));
	ck_assert_uint_eq(mf.home[2 * PAGE_SIZE + 5119], 'a');
	ck_assert_int_eq(filemap_fsync(&mf.inode), 0);
	ck_assert_int_eq(mf.written_pages, 4); /* clean pages are not written again */
	/* at the end, wherever the position is */
	file->f_flags |= 02000;
	{
		uint64_t pos = 3;

		ck_assert_int_eq(generic_file_write(file, buf, 7, &pos), 7);
		ck_assert_uint_eq(pos, 2 * PAGE_SIZE + 5127);
	}
	end(file);
}

START_TEST(writing)
{
	vt_run(vm_designs[_i]->name, write_body, NULL);
}
END_TEST

/* A gap reads as zeroes, whatever stood behind the old end in memory or on the disk. */
static void gap_body(void *arg)
{
	struct file *file = begin(100);
	unsigned long map = mf_map(file, PAGE_SIZE, RW, MAP_SHARED, 0);

	(void)arg;
	ck_assert(vt_poke(map + 200, 0x11111111)); /* behind the end, through a mapping */
	fill_user(buf, PAGE_SIZE, 'b');
	ck_assert_int_eq(wr(file, 5 * PAGE_SIZE, 10), 10);
	ck_assert_int_eq(rd(file, 0, 6 * PAGE_SIZE), 5 * (long)PAGE_SIZE + 10);
	ck_assert_uint_eq(user_byte(buf + 99), mf_byte(99));
	for (unsigned long i = 100; i < 5 * PAGE_SIZE; i += 4)
		ck_assert_uint_eq(vt_word(buf + i), 0);
	ck_assert_uint_eq(user_byte(buf + 5 * PAGE_SIZE), 'b');
	ck_assert_int_eq(wr(file, MAX_FILE_SIZE, 1), -EFBIG);
	ck_assert_int_eq(wr(file, ((uint64_t)MF_PAGES << PAGE_SHIFT) + 1, 1), -EFBIG);
	end(file);
}

START_TEST(gap)
{
	vt_run(vm_designs[_i]->name, gap_body, NULL);
}
END_TEST

static void full_body(void *arg)
{
	struct file *file = begin(PAGE_SIZE);

	(void)arg;
	fill_user(buf, 8 * PAGE_SIZE, 'c');
	mf.room = 3;
	ck_assert_int_eq(wr(file, PAGE_SIZE, 8 * PAGE_SIZE), 3 * (long)PAGE_SIZE);
	ck_assert_uint_eq(mf.inode.i_size, 4 * PAGE_SIZE);
	ck_assert_int_eq(wr(file, 4 * PAGE_SIZE, 1), -ENOSPC);
	ck_assert_uint_eq(mf.inode.i_size, 4 * PAGE_SIZE);
	ck_assert_int_eq(wr(file, 0, PAGE_SIZE), (long)PAGE_SIZE); /* what it has it may rewrite */
	ck_assert_int_eq(mf.reserves, 6);
	ck_assert_int_eq(wr(file, 100, PAGE_SIZE), (long)PAGE_SIZE);
	ck_assert_int_eq(mf.reserves, 6); /* not asked again */
	end(file);
}

START_TEST(full)
{
	vt_run("linux-2.3.30", full_body, NULL);
}
END_TEST

static void bad_pointer_body(void *arg)
{
	struct file *file = begin(3 * PAGE_SIZE);
	unsigned long hole = buf + 2 * PAGE_SIZE;

	(void)arg;
	fill_user(buf, 2 * PAGE_SIZE, 'd');
	ck_assert_int_eq(sys_munmap(hole, PAGE_SIZE), 0);
	mf.room = 10;
	/* the buffer ends in the middle of a page of the file: that page keeps its other half */
	buf = hole - 1000;
	ck_assert_int_eq(wr(file, PAGE_SIZE, PAGE_SIZE), 1000);
	ck_assert_int_eq(wr(file, 3 * PAGE_SIZE, 2000), 1000);
	ck_assert_uint_eq(mf.inode.i_size, 3 * PAGE_SIZE + 1000);
	buf = hole;
	ck_assert_int_eq(wr(file, 0, 10), -EFAULT);
	ck_assert_int_eq(wr(file, 8 * PAGE_SIZE, 10), -EFAULT);
	ck_assert_uint_eq(mf.inode.i_size, 3 * PAGE_SIZE + 1000);
	ck_assert_int_eq(mf.room, 9); /* nothing is left behind where nothing was written */
	ck_assert_int_eq(filemap_fsync(&mf.inode), 0);
	ck_assert_uint_eq(mf.home[PAGE_SIZE + 999], 'd');
	ck_assert_uint_eq(mf.home[PAGE_SIZE + 1000], mf_byte(PAGE_SIZE + 1000));
	end(file);
}

START_TEST(bad_pointer)
{
	vt_run(vm_designs[_i]->name, bad_pointer_body, NULL);
}
END_TEST

/* The buffer maps the page that is written: neither deadlock nor nonsense. */
static void self_body(void *arg)
{
	struct file *file = begin(8 * PAGE_SIZE);
	unsigned long map = mf_map(file, 8 * PAGE_SIZE, RW, MAP_SHARED, 0), own = buf;
	uint64_t pos;

	(void)arg;
	buf = map;
	ck_assert_int_eq(wr(file, 0, PAGE_SIZE), (long)PAGE_SIZE); /* onto itself */
	inode_drop_pages(&mf.inode);
	ck_assert_int_eq(sys_munmap(map, 8 * PAGE_SIZE), 0);
	map = mf_map(file, 8 * PAGE_SIZE, RW, MAP_SHARED, 0);
	buf = map;
	/* not cached: the page is made of the page that the fault reads meanwhile */
	ck_assert_int_eq(wr(file, 2 * PAGE_SIZE, PAGE_SIZE), (long)PAGE_SIZE);
	pos = 5 * PAGE_SIZE;
	ck_assert_int_eq(generic_file_read(file, map + PAGE_SIZE, PAGE_SIZE, &pos),
			 (long)PAGE_SIZE);
	buf = own;
	ck_assert_int_eq(rd(file, PAGE_SIZE, PAGE_SIZE), (long)PAGE_SIZE);
	ck_assert_uint_eq(user_byte(buf + 77), mf_byte(5 * PAGE_SIZE + 77));
	ck_assert_int_eq(rd(file, 2 * PAGE_SIZE, PAGE_SIZE), (long)PAGE_SIZE);
	ck_assert_uint_eq(user_byte(buf + 77), mf_byte(77));
	end(file);
}

START_TEST(self)
{
	vt_run(vm_designs[_i]->name, self_body, NULL);
}
END_TEST

/* --- writing home ----------------------------------------------------------------------------- */

static void wb_error_body(void *arg)
{
	struct file *file = begin(0);

	(void)arg;
	fill_user(buf, PAGE_SIZE, 'e');
	mf_single(&mf);
	ck_assert_int_eq(wr(file, 0, PAGE_SIZE), (long)PAGE_SIZE);
	mf.fail_writes = 1;
	writeback_all(); /* nobody listens */
	ck_assert_uint_eq(nr_dirty_pages, 0);
	ck_assert_int_eq(filemap_fsync(&mf.inode), -EIO); /* told once */
	ck_assert_int_eq(filemap_fsync(&mf.inode), 0);
	end(file);
}

START_TEST(write_errors)
{
	vt_run("linux-2.3.30", wb_error_body, NULL);
}
END_TEST

/* Neighbours go in one request; a writer who makes too many dirty pages writes some. */
static void cluster_body(void *arg)
{
	struct file *file = begin(0);

	(void)arg;
	fill_user(buf, 16 * PAGE_SIZE, 'f');
	for (unsigned i = 0; i < 4; i++)
		ck_assert_int_eq(wr(file, i * 16 * PAGE_SIZE, 16 * PAGE_SIZE),
				 16 * (long)PAGE_SIZE);
	ck_assert_int_eq(filemap_fsync(&mf.inode), 0);
	ck_assert_int_eq(mf.written_pages, 64);
	ck_assert_int_eq(mf.writes, 4);
	for (unsigned i = 4; i < 200; i++) {
		ck_assert_int_eq(wr(file, i * 16 * PAGE_SIZE, 16 * PAGE_SIZE),
				 16 * (long)PAGE_SIZE);
		ck_assert_uint_le(nr_dirty_pages, max_mapnr / 4 + 32);
	}
	ck_assert_uint_gt(writeback_events.throttled, 0);
	end(file);
}

START_TEST(clusters)
{
	vt_run("linux-2.3.30", cluster_body, NULL);
}
END_TEST

/* kupdate finds what is old, and lets go of the inode. */
static void kupdate_body(void *arg)
{
	struct file *file = begin(0);

	(void)arg;
	writeback_start();
	fill_user(buf, PAGE_SIZE, 'g');
	ck_assert_int_eq(wr(file, 0, 100), 100);
	schedule_timeout(20 * HZ);
	ck_assert_uint_eq(nr_dirty_pages, 1);
	schedule_timeout(20 * HZ);
	ck_assert_uint_eq(nr_dirty_pages, 0);
	ck_assert_int_eq(mf.inode.i_count, 1);
	ck_assert_uint_eq(mf.home[99], 'g');
	/* the last but one reference of a deleted file */
	ck_assert(!writeback_release(&mf.inode));
	ck_assert_int_eq(wr(file, 0, 100), 100);
	ck_assert_int_eq(mf.inode.i_count, 2);
	ck_assert(writeback_release(&mf.inode));
	iput(&mf.inode);
	end(file);
}

START_TEST(kupdate)
{
	vt_run("linux-2.3.30", kupdate_body, NULL);
}
END_TEST

static void add(TCase *tc)
{
	VT_ADD(tc, reading);
	tcase_add_test(tc, ahead);
	tcase_add_test(tc, read_errors);
	VT_ADD(tc, writing);
	VT_ADD(tc, gap);
	tcase_add_test(tc, full);
	VT_ADD(tc, bad_pointer);
	VT_ADD(tc, self);
	tcase_add_test(tc, write_errors);
	tcase_add_test(tc, clusters);
	tcase_add_test(tc, kupdate);
}

int main(void)
{
	return vt_main("filemap_io", add);
}
