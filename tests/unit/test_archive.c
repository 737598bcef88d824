/*
 * tests/unit/test_archive.c - the reader of the root archive: good archives, every kind of damage,
 * and random bytes. kernel/archive.h.
 */
#include "unit.h"

#include "make_tar.h"

#include "kernel/archive.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/servers/block.h"
#include "mm/filemap.h"

#define SECTORS 256u

static unsigned char disk[SECTORS * TAR_BLOCK], page[PAGE_SIZE];
static struct tar tar = { disk, sizeof(disk), 0 };
static struct archive archive;
static unsigned fail_sector;

static int read_memory(void *dev, uint32_t sector, uint32_t n, void *buf)
{
	ck_assert_uint_le(sector + n, archive.nsectors);
	ck_assert_uint_le(n * TAR_BLOCK, PAGE_SIZE);
	if (fail_sector && sector <= fail_sector && fail_sector < sector + n)
		return -EIO;
	memcpy(buf, (unsigned char *)dev + sector * TAR_BLOCK, n * TAR_BLOCK);
	return 0;
}

/* The slab must be there: entries of the index come from it. */
static void boot(void)
{
	host_boot(1, 4096, "");
	archive.read = read_memory;
	archive.dev = disk;
	archive.nsectors = SECTORS;
}

static void good_archive(void)
{
	char contents[5000];

	memset(contents, 'x', sizeof(contents));
	tar_add(&tar, "bin/", '5', NULL, 0);
	tar_add(&tar, "bin/hello", '0', "hello, world\n", 13);
	tar_add(&tar, "./etc/banner", '0', contents, sizeof(contents));
	tar_add(&tar, "empty", '0', NULL, 0);
	tar_add(&tar, "link", '2', NULL, 0);
	tar_add(&tar, "old-style", '\0', "v7", 2);
}

static void good(void *arg)
{
	struct archive_file *f;

	(void)arg;
	good_archive();
	ck_assert_int_eq(archive_index(&archive, page), 0);
	ck_assert_ptr_null(archive.complaint);
	ck_assert_uint_eq(archive.nfiles, 5);
	f = archive_lookup(&archive, "/bin/hello");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(f->size, 13);
	ck_assert_int_eq(archive_fill_page(&archive, f, 0, page), 0);
	ck_assert_str_eq((char *)page, "hello, world\n");
	ck_assert_int_eq(page[PAGE_SIZE - 1], 0);
	ck_assert_int_eq(archive_fill_page(&archive, f, 1, page), -EINVAL);
	f = archive_lookup(&archive, "//etc/./banner");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(archive_fill_page(&archive, f, 1, page), 0);
	ck_assert_int_eq(page[5000 - PAGE_SIZE - 1], 'x');
	ck_assert_int_eq(page[5000 - PAGE_SIZE], 0);
	ck_assert(archive_lookup(&archive, "bin/")->directory);
	ck_assert_int_eq(archive_fill_page(&archive, archive_lookup(&archive, "empty"), 0, page),
			 -EINVAL);
	ck_assert_ptr_null(archive_lookup(&archive, "bin/hell"));
	ck_assert_ptr_null(archive_lookup(&archive, "bin/hello2"));
	ck_assert_ptr_null(archive_lookup(&archive, "bin/hello/x"));
	ck_assert_ptr_null(archive_lookup(&archive, "link"));
	ck_assert_ptr_nonnull(archive_lookup(&archive, "old-style"));
	archive_release(&archive);
}

START_TEST(test_good)
{
	boot();
	ck_assert_int_eq(host_run(good, NULL), HOST_DONE);
}
END_TEST

/* What each damage to the second of two files leads to. */
static const struct {
	const char *what;
	unsigned at;
	const char *with;
	size_t n;
	bool checksum; /* mend it afterwards */
	const char *complaint;
} damages[] = {
	{ "magic", 257, "USTAR", 5, true, "no ustar magic" },
	{ "name without checksum", 0, "zzz", 3, false, "wrong checksum" },
	{ "checksum text", 148, "99999999", 8, false, "wrong checksum" },
	{ "size text", 124, "hello world", 12, true, "unreadable size" },
	{ "size binary", 124, "\x80\0\0\0\0\0\0\1\0\0\0", 12, true, "unreadable size" },
	{ "size huge", 124, "77777777777", 12, true, "unreadable size" },
	{ "size beyond", 124, "00000777777", 12, true, "a file longer than the device" },
	{ "size empty", 124, "           ", 12, true, "unreadable size" },
};

static void damaged(void *arg)
{
	int i = *(int *)arg;
	unsigned char *h;

	tar_add(&tar, "first", '0', "1", 1);
	h = tar_add(&tar, "second", '0', "2", 1);
	memcpy(h + damages[i].at, damages[i].with, damages[i].n);
	if (damages[i].checksum)
		tar_checksum(h);
	ck_assert_int_eq(archive_index(&archive, page), -EINVAL);
	ck_assert_str_eq(archive.complaint, damages[i].complaint);
	ck_assert_uint_eq(archive.complaint_sector, 2);
	ck_assert_uint_eq(archive.nfiles, 1);
	ck_assert_ptr_nonnull(archive_lookup(&archive, "first"));
	archive_release(&archive);
}

START_TEST(test_damaged)
{
	boot();
	ck_assert_int_eq(host_run(damaged, &_i), HOST_DONE);
}
END_TEST

static void no_end(void *arg)
{
	(void)arg;
	tar_add(&tar, "only", '0', "1", 1);
	archive.nsectors = 2;
	ck_assert_int_eq(archive_index(&archive, page), -EINVAL);
	ck_assert_str_eq(archive.complaint, "no end of archive");
	ck_assert_uint_eq(archive.nfiles, 1);
	archive_release(&archive);
	archive.nsectors = 0;
	ck_assert_int_eq(archive_index(&archive, page), -EINVAL);
	archive.nsectors = SECTORS;
	fail_sector = 2;
	tar_add(&tar, "next", '0', "1", 1);
	ck_assert_int_eq(archive_index(&archive, page), -EIO);
	archive_release(&archive);
}

START_TEST(test_no_end)
{
	boot();
	ck_assert_int_eq(host_run(no_end, NULL), HOST_DONE);
}
END_TEST

/* Random headers, and good ones with random bytes: any answer, no crash, nothing out of bounds. */
static void fuzz(void *arg)
{
	unsigned round, k;

	(void)arg;
	srand(23);
	for (round = 0; round < 4000; round++) {
		tar.used = 0;
		memset(disk, 0, sizeof(disk));
		good_archive();
		for (k = (unsigned)rand() % 6; k--;)
			disk[(unsigned)rand() % tar.used] = (unsigned char)rand();
		if (round % 2)
			tar_checksum(disk + TAR_BLOCK * ((unsigned)rand() % 3));
		archive.nsectors = (unsigned)rand() % 32;
		archive_index(&archive, page);
		for (struct archive_file *f = archive.files; f; f = f->next) {
			unsigned long i, n = (f->size + PAGE_SIZE - 1) / PAGE_SIZE;

			ck_assert_uint_le(f->sector + (f->size + 511) / 512, archive.nsectors);
			for (i = 0; i < n; i++)
				ck_assert_int_eq(archive_fill_page(&archive, f, i, page), 0);
		}
		archive_release(&archive);
	}
}

START_TEST(test_fuzz)
{
	boot();
	ck_assert_int_eq(host_run(fuzz, NULL), HOST_DONE);
}
END_TEST

/* The whole way: block server, page cache, struct file. */
static void root(void *arg)
{
	struct file *file;
	char buf[6000];

	(void)arg;
	block_start();
	ck_assert_int_eq(archive_mount(block_find("hda")), 0);
	ck_assert_int_eq(archive_open("/nosuch", O_RDONLY, &file), -ENOENT);
	ck_assert_int_eq(archive_open("/nosuch", O_WRONLY | O_CREAT, &file), -EROFS);
	ck_assert_int_eq(archive_open("/bin", O_RDONLY, &file), -EISDIR);
	ck_assert_int_eq(archive_open("/bin/hello", O_RDWR, &file), -EROFS);
	ck_assert_int_eq(archive_open("/bin/hello", O_RDONLY | O_DIRECTORY, &file), -ENOTDIR);
	ck_assert_int_eq(archive_open("/etc/banner", O_RDONLY, &file), 0);
	ck_assert_int_eq(file_size(file), 5000);
	ck_assert_int_eq(archive_read_kernel(file, buf, sizeof(buf), 0), 5000);
	ck_assert_int_eq(buf[4999], 'x');
	ck_assert_int_eq(archive_read_kernel(file, buf, 10, 4995), 5);
	ck_assert_int_eq(archive_read_kernel(file, buf, 10, 5000), 0);
	ck_assert_int_eq(archive_read_kernel(file, buf, 10, 1ULL << 40), 0);
	fput(file);
	ck_assert_uint_ge(page_cache_size, 2);
}

START_TEST(test_root)
{
	int hda = host_disk_add(SECTORS);

	good_archive();
	memcpy(host_disk_data(hda), disk, sizeof(disk));
	host_boot(1, 4096, "");
	ck_assert_int_eq(host_run(root, NULL), HOST_DONE);
}
END_TEST

/* A sector that cannot be read costs -EIO, and can be read when the disk has recovered. */
static void disk_error(void *arg)
{
	struct archive_file *f;
	struct file *file;
	char buf[16];

	(void)arg;
	block_start();
	ck_assert_int_eq(archive_mount(block_find("hda")), 0);
	ck_assert_int_eq(archive_open("/bin/hello", O_RDONLY, &file), 0);
	f = archive_file_of(file);
	host_disk_fail(0, f->sector, 1);
	ck_assert_int_eq(archive_read_kernel(file, buf, 13, 0), -EIO);
	ck_assert_int_eq(archive_read_kernel(file, buf, 13, 0), 13);
	ck_assert(!memcmp(buf, "hello, world\n", 13));
	fput(file);
}

START_TEST(test_disk_error)
{
	int hda = host_disk_add(SECTORS);

	good_archive();
	memcpy(host_disk_data(hda), disk, sizeof(disk));
	host_boot(1, 4096, "");
	ck_assert_int_eq(host_run(disk_error, NULL), HOST_DONE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("archive");
	TCase *tc = tcase_create("archive");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_good);
	tcase_add_loop_test(tc, test_damaged, 0, (int)ARRAY_SIZE(damages));
	tcase_add_test(tc, test_no_end);
	tcase_add_test(tc, test_fuzz);
	tcase_add_test(tc, test_root);
	tcase_add_test(tc, test_disk_error);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
