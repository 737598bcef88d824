/*
 * tests/unit/test_namei.c - paths, names and inodes in the kernel's own tasks: walks with links, the name
 * and inode caches, files without names, the end of the file system. The disk is judged by e2fsck.
 */
#include "unit.h"

#include "ext2_image.h"
#include "vmtest.h"

#include "kernel/devices.h"
#include "kernel/dir_list.h"
#include "kernel/dir_ops.h"
#include "kernel/files.h"
#include "kernel/fs_struct.h"
#include "kernel/inode.h"
#include "kernel/namecache.h"
#include "kernel/namei.h"
#include "kernel/open.h"

#define UBUF 0x10000000UL

static int disk;
static size_t disk_size;

static void make_disk(void)
{
	struct image im;
	struct ext2_attr a;
	uint32_t d;

	image_open(&im, 2048, PLAIN " -b 1024");
	image_create(&im, EXT2_ROOT_INO, "dev", 0040755, NULL, 0);
	image_create(&im, EXT2_ROOT_INO, "proc", 0040755, NULL, 0);
	d = image_create(&im, EXT2_ROOT_INO, "d", 0040755, NULL, 0);
	image_create(&im, d, "file", 0100644, "contents", 8);
	ck_assert_int_eq(ext2_symlink(im.fs, d, "rel", 3, "../d/file", 9, &a), 0);
	ck_assert_int_eq(ext2_symlink(im.fs, d, "abs", 3, "/d/file", 7, &a), 0);
	ck_assert_int_eq(ext2_symlink(im.fs, d, "dir", 3, "..", 2, &a), 0);
	ck_assert_int_eq(ext2_symlink(im.fs, d, "null", 4, "/dev/null", 9, &a), 0);
	ck_assert_int_eq(ext2_symlink(im.fs, d, "devs", 4, "/dev", 4, &a), 0);
	ck_assert_int_eq(ext2_unmount(im.fs), 0);
	disk_size = im.size;
	disk = image_to_disk(&im);
}

/* What is on the disk now, judged. */
static void judge_disk(void)
{
	struct image im;

	image_init(&im);
	im.size = disk_size;
	im.data = malloc(im.size);
	memcpy(im.data, host_disk_data(disk), im.size);
	im.disk.nsectors = (uint32_t)(im.size / 512);
	ck_assert_int_eq(ext2_mount(im.fs, &im.disk, im.pages, EXT2_CACHE_LEAST, true), 0);
	image_judge(&im);
	image_close(&im);
}

static void enter(void)
{
	block_start();
	devices_init();
	ck_assert_int_eq(root_mount_on(block_find("hda"), false), 0);
	vt_enter("A");
	ck_assert_int_eq(sys_mmap_pgoff(UBUF, PAGES(4), RW, ANON_AT, NULL, 0), (long)UBUF);
	current->files = files_create();
	current->rlim[RLIMIT_NOFILE].cur = NR_OPEN;
	current->fs = fs_create();
}

static void leave(void)
{
	files_put(current->files);
	fs_put(current->fs);
	current->files = NULL;
	current->fs = NULL;
	vt_leave();
	root_unmount();
}

static void run(void (*body)(void *))
{
	make_disk();
	vt_run("linux-2.3.30", body, NULL);
	judge_disk();
}

/* --- walks ----------------------------------------------------------------------------------- */

static uint32_t ino_of(const char *path, bool follow)
{
	struct inode *inode = NULL;
	int error = path_inode(NULL, path, follow, &inode);
	uint32_t ino = error ? 0 : inode->i_ino;

	ck_assert_msg(!error, "%s: %d", path, error);
	iput(inode);
	return ino;
}

static int error_of(const char *path)
{
	struct path p;
	int error = path_lookup(NULL, path, true, &p);

	if (!error)
		path_put(&p);
	return error;
}

static void special(const char *path, enum path_kind kind, const char *name)
{
	struct path p;

	ck_assert_int_eq(path_lookup(NULL, path, true, &p), 0);
	ck_assert_int_eq(p.kind, kind);
	ck_assert_str_eq(p.name, name);
	ck_assert_ptr_null(p.inode);
	path_put(&p);
}

static void walks(void *arg)
{
	uint32_t file, d;
	char text[PATH_MAX + 10], name[20];
	int i;

	(void)arg;
	enter();
	d = ino_of("/d", true);
	file = ino_of("/d/file", true);
	ck_assert_uint_eq(ino_of("/", true), EXT2_ROOT_INO);
	ck_assert_uint_eq(ino_of("//d///", true), d);
	ck_assert_uint_eq(ino_of("/../../d/./file", true), file);
	ck_assert_uint_eq(ino_of("d/../d/file", true), file);
	ck_assert_uint_eq(ino_of("/d/rel", true), file);
	ck_assert_uint_eq(ino_of("/d/abs", true), file);
	ck_assert_uint_ne(ino_of("/d/abs", false), file);
	ck_assert_uint_eq(ino_of("/d/dir/d/dir/d/file", true), file);
	ck_assert_uint_eq(ino_of("/d/dir/", false), EXT2_ROOT_INO); /* a slash wants the directory */
	special("/dev/null", PATH_DEVICE, "null");
	special("/d/null", PATH_DEVICE, "null");
	special("/d/devs/zero", PATH_DEVICE, "zero");
	special("dev/zero", PATH_DEVICE, "zero");
	special("/d/../proc/meminfo", PATH_PROC, "meminfo");
	special("/proc/1/status", PATH_PROC, "1/status");
	ck_assert_uint_ne(ino_of("/dev", true), 0);
	ck_assert_uint_eq(ino_of("/dev/..", true), EXT2_ROOT_INO);
	ck_assert_int_eq(error_of(""), -ENOENT);
	ck_assert_int_eq(error_of("/nosuch"), -ENOENT);
	ck_assert_int_eq(error_of("/nosuch/x"), -ENOENT);
	ck_assert_int_eq(error_of("/d/file/"), -ENOTDIR);
	ck_assert_int_eq(error_of("/d/file/x"), -ENOTDIR);
	/* a chain of links: eight are followed, a ninth is not */
	for (i = 1; i < 10; i++) {
		snprintf(name, sizeof(name), "/l%d", i);
		snprintf(text, sizeof(text), i == 1 ? "d/file" : "l%d", i - 1);
		ck_assert_int_eq(do_symlink(text, NULL, name), 0);
	}
	ck_assert_uint_eq(ino_of("/l8", true), file);
	ck_assert_int_eq(error_of("/l9"), -ELOOP);
	ck_assert_int_eq(do_symlink("loop/x", NULL, "/loop"), 0);
	ck_assert_int_eq(error_of("/loop"), -ELOOP);
	/* too long a name, and too long a path by way of a link */
	memset(text, 'n', 256);
	text[256] = '\0';
	ck_assert_int_eq(error_of(text), -ENAMETOOLONG);
	memset(text, '/', 900);
	strcpy(text + 900, "d");
	ck_assert_int_eq(do_symlink(text, NULL, "/far"), 0);
	ck_assert_uint_eq(ino_of("/far", true), d);
	for (i = 4; i < 304; i += 2)
		memcpy(text + i, "/a", 3);
	memcpy(text, "/far", 4);
	ck_assert_int_eq(error_of(text), -ENAMETOOLONG);
	leave();
}

START_TEST(test_walks)
{
	run(walks);
}
END_TEST

/* --- caches ---------------------------------------------------------------------------------- */

static void caches(void *arg)
{
	struct inode *a, *b;
	uint32_t ino;
	unsigned reads;

	(void)arg;
	enter();
	ino = ino_of("/d/file", true);
	reads = host_disk_transfers(disk, false);
	ck_assert_int_eq(path_inode(NULL, "/d/file", true, &a), 0);
	ck_assert_int_eq(path_inode(NULL, "/d/rel", true, &b), 0);
	ck_assert_ptr_eq(a, b); /* one inode in memory */
	ck_assert_int_eq(a->i_count, 2);
	iput(b);
	iput(a);
	ck_assert_uint_eq(host_disk_transfers(disk, false), reads);
	ck_assert_uint_ne(namecache_find(ino_of("/d", true), "file", 4), 0);
	/* a name that goes is known no longer, nor the one it had before */
	ck_assert_int_eq(do_rename(NULL, "/d/file", NULL, "/moved"), 0);
	ck_assert_int_eq(error_of("/d/file"), -ENOENT);
	ck_assert_uint_eq(ino_of("/moved", true), ino);
	ck_assert_int_eq(do_unlink(NULL, "/moved"), 0);
	ck_assert_int_eq(error_of("/moved"), -ENOENT);
	ck_assert_ptr_null(inode_find(ino)); /* without links and users: gone */
	/* a directory and what was in it */
	ck_assert_int_eq(do_mkdir(NULL, "/m", 0755), 0);
	ck_assert_int_eq(do_mkdir(NULL, "/m/n", 0755), 0);
	ck_assert_int_eq(do_rename(NULL, "/m", NULL, "/d/m"), 0);
	ck_assert_int_eq(error_of("/m/n"), -ENOENT);
	ck_assert_uint_ne(ino_of("/d/m/n", true), 0);
	inodes_forget_unused();
	ck_assert_uint_eq(inodes_unused(), 0);
	ck_assert_uint_ne(ino_of("/d/m/n", true), 0);
	leave();
}

START_TEST(test_caches)
{
	run(caches);
}
END_TEST

/* More files than inodes are kept for: the oldest are forgotten, nothing they held is lost. */
static void eviction(void *arg)
{
	char name[20];
	uint32_t word;
	int i;

	(void)arg;
	enter();
	for (i = 0; i < 200; i++) {
		long fd;

		snprintf(name, sizeof(name), "/d/many%d", i);
		fd = do_openat(NULL, name, O_RDWR | O_CREAT | O_EXCL, 0644);
		ck_assert_int_ge(fd, 0);
		ck_assert(vt_poke(UBUF, (uint32_t)i));
		ck_assert_int_eq(do_write((unsigned)fd, UBUF, 4), 4);
		ck_assert_int_eq(do_close((unsigned)fd), 0);
	}
	writeback_all();
	for (i = 0; i < 10; i++)
		error_of("/d/abs"); /* evicts one each time a name is not known */
	ck_assert_uint_le(inodes_unused(), 230);
	inodes_forget_unused();
	for (i = 0; i < 200; i++) {
		long fd;

		snprintf(name, sizeof(name), "/d/many%d", i);
		fd = do_open(name, O_RDONLY);
		ck_assert_int_ge(fd, 0);
		ck_assert_int_eq(do_read((unsigned)fd, UBUF, PAGE_SIZE), 4);
		ck_assert(vt_peek(UBUF, &word));
		ck_assert_uint_eq(word, (uint32_t)i);
		ck_assert_int_eq(do_close((unsigned)fd), 0);
	}
	leave();
}

START_TEST(test_eviction)
{
	run(eviction);
}
END_TEST

/* --- a disk that fails ----------------------------------------------------------------------- */

static uint32_t sector_of(const char *path)
{
	struct ext2_request req = { .op = EXT2_OP_MAP, .ino = ino_of(path, true), .count = 1 };

	ck_assert_int_eq(ext2_call(&root_mount, &req), 0);
	ck_assert_uint_ne(req.extent.block, 0);
	return req.extent.block * 2;
}

static void disk_fails(void *arg)
{
	unsigned char got[8];
	long fd;

	(void)arg;
	enter();
	host_disk_fail(disk, sector_of("/d/file"), 1);
	fd = do_open("/d/file", O_RDWR);
	ck_assert_int_eq(do_read((unsigned)fd, UBUF, 8), -EIO);
	ck_assert_int_eq(do_read((unsigned)fd, UBUF, 8), 8); /* the disk is well again */
	ck_assert_uint_eq(arch_copy_from_user(got, UBUF, 8), 0);
	ck_assert_int_eq(memcmp(got, "contents", 8), 0);
	/* a write home that fails is told by fsync, once */
	host_disk_fail(disk, sector_of("/d/file"), 1);
	ck_assert_int_eq(do_write((unsigned)fd, UBUF, 8), 8);
	ck_assert_int_eq(filemap_fsync(file_inode(current->files->fd[fd])), -EIO);
	ck_assert_int_eq(do_write((unsigned)fd, UBUF, 8), 8);
	ck_assert_int_eq(filemap_fsync(file_inode(current->files->fd[fd])), 0);
	ck_assert_int_eq(do_close((unsigned)fd), 0);
	leave();
}

START_TEST(test_disk_fails)
{
	run(disk_fails);
}
END_TEST

/* --- files without names --------------------------------------------------------------------- */

static uint32_t free_blocks(void)
{
	struct ext2_request req = { .op = EXT2_OP_STATFS };

	ck_assert_int_eq(ext2_call(&root_mount, &req), 0);
	return req.statfs.free_blocks;
}

static void nameless(void *arg)
{
	uint32_t before;
	long fd;

	(void)arg;
	enter();
	fd = do_openat(NULL, "/tmpfile", O_RDWR | O_CREAT, 0644);
	ck_assert_int_eq(do_unlink(NULL, "/tmpfile"), 0);
	ck_assert_int_eq(do_close((unsigned)fd), 0);
	before = free_blocks();
	fd = do_openat(NULL, "/tmpfile", O_RDWR | O_CREAT, 0644);
	ck_assert_int_eq(do_write((unsigned)fd, UBUF, PAGES(4)), PAGES(4));
	ck_assert_int_eq(do_unlink(NULL, "/tmpfile"), 0);
	ck_assert_uint_lt(free_blocks(), before);
	ck_assert_int_eq(do_read((unsigned)fd, UBUF, 10), 0);
	ck_assert_int_eq(do_close((unsigned)fd), 0);
	ck_assert_uint_eq(free_blocks(), before); /* dirty pages and all */
	/* one that is still open when the system ends */
	fd = do_openat(NULL, "/open", O_RDWR | O_CREAT, 0644);
	ck_assert_int_eq(do_write((unsigned)fd, UBUF, PAGES(3)), PAGES(3));
	ck_assert_int_eq(do_unlink(NULL, "/open"), 0);
	root_unmount();
	ck_assert_int_eq(do_openat(NULL, "/late", O_RDWR | O_CREAT, 0644), -EROFS);
	ck_assert_int_eq(do_unlink(NULL, "/d/file"), -EROFS);
	leave();
}

START_TEST(test_nameless)
{
	run(nameless);
}
END_TEST

/* --- attributes, the current directory ------------------------------------------------------- */

static void attributes(void *arg)
{
	struct inode *inode;
	char buf[64];

	(void)arg;
	enter();
	ck_assert_uint_eq(fs_set_umask(0777), 022);
	ck_assert_int_eq(do_mkdir(NULL, "/closed", 0777), 0);
	fs_set_umask(0);
	ck_assert_int_eq(path_inode(NULL, "/closed", true, &inode), 0);
	ck_assert_uint_eq(inode->i_mode, S_IFDIR);
	ck_assert_int_eq(inode_chmod(inode, 01750), 0);
	ck_assert_int_eq(inode_chown(inode, 70000, ~0u), 0);
	ck_assert_int_eq(inode_utimes(inode, 5, KEEP_TIME), 0);
	ck_assert_int_eq(inode_truncate(inode, 0), -EISDIR);
	iput(inode);
	inodes_forget_unused();
	ck_assert_int_eq(path_inode(NULL, "/closed", true, &inode), 0);
	ck_assert_uint_eq(inode->i_mode, S_IFDIR | 01750);
	ck_assert_uint_eq(inode->i_uid, 70000);
	ck_assert_uint_eq(inode->i_gid, 0);
	ck_assert_uint_eq(inode->i_atime, 5);
	iput(inode);
	ck_assert_int_eq(do_getcwd(buf, sizeof(buf)), 2);
	ck_assert_str_eq(buf, "/");
	ck_assert_int_eq(do_chdir("/d/dir/closed"), 0);
	ck_assert_int_eq(do_getcwd(buf, sizeof(buf)), 8);
	ck_assert_str_eq(buf, "/closed");
	ck_assert_int_eq(do_getcwd(buf, 7), -ERANGE);
	ck_assert_int_eq(do_rename(NULL, "/closed", NULL, "/d/opened"), 0);
	ck_assert_int_eq(do_getcwd(buf, sizeof(buf)), 10);
	ck_assert_str_eq(buf, "/d/opened");
	ck_assert_uint_eq(ino_of("../file", true), ino_of("/d/file", true));
	ck_assert_int_eq(do_chdir("../file"), -ENOTDIR);
	ck_assert_int_eq(do_chdir("/dev/null"), -ENOTDIR);
	ck_assert_int_eq(do_rmdir(NULL, "/d/opened"), 0);
	ck_assert_int_eq(do_getcwd(buf, sizeof(buf)), -ENOENT);
	ck_assert_int_eq(error_of("x"), -ENOENT);
	leave();
}

START_TEST(test_attributes)
{
	run(attributes);
}
END_TEST

/* Nothing can be made in, or taken out of, what is no directory of the disk. */
static void specials(void *arg)
{
	struct file *file;

	(void)arg;
	enter();
	ck_assert_int_eq(do_mkdir(NULL, "/dev/x", 0755), -EPERM);
	ck_assert_int_eq(do_unlink(NULL, "/dev/null"), -EPERM);
	ck_assert_int_eq(do_rename(NULL, "/d/file", NULL, "/proc/x"), -EPERM);
	ck_assert_int_eq(do_link(NULL, "/dev/null", true, NULL, "/n"), -EPERM);
	ck_assert_int_eq(do_unlink(NULL, "/d/null"), 0); /* the link itself */
	ck_assert_int_eq(do_mkdir(NULL, "/", 0755), -EEXIST);
	ck_assert_int_eq(do_rmdir(NULL, "/"), -EBUSY);
	ck_assert_int_eq(do_unlink(NULL, "/d/.."), -EISDIR);
	ck_assert_int_eq(file_open("/dev", O_RDONLY | O_DIRECTORY, &file), 0);
	ck_assert_ptr_eq(file->f_op->readdir, list_devices);
	fput(file);
	leave();
}

START_TEST(test_specials)
{
	run(specials);
}
END_TEST

/* --- several at once ------------------------------------------------------------------------- */

#define WORKERS 4
#define ROUNDS	40

static volatile int working;

/* Makes, moves and removes names in one directory that all share; never two makers of one name. */
static void worker(void *arg)
{
	int id = (int)(uintptr_t)arg, i;
	char one[32], two[32];

	for (i = 0; i < ROUNDS; i++) {
		struct file *file;

		snprintf(one, sizeof(one), "/d/w%d-%d", id, i % 3);
		snprintf(two, sizeof(two), "/v%d-%d", id, i % 5);
		ck_assert_int_eq(file_open_at(NULL, one, O_RDWR | O_CREAT, 0644, &file), 0);
		ck_assert_int_eq(do_rename(NULL, one, NULL, two), 0);
		if (i % 2)
			ck_assert_int_eq(do_unlink(NULL, two), 0);
		fput(file);
		error_of("/d/rel");
		if (i % 2 == 0 && i % 5 == 4)
			ck_assert_int_eq(do_unlink(NULL, two), 0);
	}
	__atomic_fetch_sub(&working, 1, __ATOMIC_ACQ_REL);
}

static void together(void *arg)
{
	int i;

	(void)arg;
	enter();
	working = WORKERS;
	for (i = 0; i < WORKERS; i++)
		wake_up_process(kthread_create(worker, (void *)(uintptr_t)i, "worker"));
	while (working)
		schedule_timeout(1);
	leave();
}

START_TEST(test_together)
{
	make_disk();
	host_boot(3, VT_MEMORY, "watch=all holes=mended");
	host_set_seed(77 + (uint32_t)_i);
	ck_assert_int_eq(host_run(together, NULL), HOST_DONE);
	for (unsigned i = 0; watch_complaint(i); i++)
		ck_abort_msg("complaint: %s", watch_complaint(i)->key);
	judge_disk();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("namei");
	TCase *tc = tcase_create("namei");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_walks);
	tcase_add_test(tc, test_caches);
	tcase_add_test(tc, test_eviction);
	tcase_add_test(tc, test_disk_fails);
	tcase_add_test(tc, test_nameless);
	tcase_add_test(tc, test_attributes);
	tcase_add_test(tc, test_specials);
	tcase_add_loop_test(tc, test_together, 0, 8);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
