/*
 * tests/unit/test_files.c - descriptor tables, devices and generated files. kernel/files.h,
 * devices.h, procfiles.h.
 */
#include "unit.h"

#include "vmtest.h"

#include "kernel/devices.h"
#include "kernel/files.h"
#include "kernel/lock_stats.h"
#include "kernel/procfiles.h"
#include "kernel/watch.h"
#include "swap/swap.h"

#define UBUF 0x10000000UL /* user memory of 4 pages */

static int opened, released, refuse_open;

static int probe_open(struct file *file)
{
	ck_assert_str_eq(file->private_data, "private");
	if (refuse_open)
		return -EBUSY;
	opened++;
	return 0;
}

static void probe_release(struct file *file)
{
	(void)file;
	released++;
}

static const struct file_operations probe_fops = { .open = probe_open, .release = probe_release };

static void enter(void)
{
	block_start();
	devices_init();
	ck_assert_int_eq(device_register("probe", &probe_fops, (void *)"private"), 0);
	vt_enter("A");
	ck_assert_int_eq(sys_mmap_pgoff(UBUF, PAGES(4), RW, ANON_AT, NULL, 0), (long)UBUF);
	current->files = files_create();
	current->rlim[RLIMIT_NOFILE].cur = NR_OPEN;
	ck_assert_ptr_nonnull(current->files);
}

static void leave(void)
{
	files_put(current->files);
	current->files = NULL;
	vt_leave();
}

static void descriptors(void *arg)
{
	struct files_struct *copy;
	int i;

	(void)arg;
	enter();
	ck_assert_int_eq(do_open("/dev/probe", O_RDWR), 0);
	ck_assert_int_eq(do_open("/dev/probe", O_RDONLY | O_CLOEXEC), 1);
	ck_assert_int_eq(do_dup(0, 0), 2);
	ck_assert_int_eq(do_dup(0, 10), 10);
	ck_assert_int_eq(do_dup2(0, 1), 1); /* closes what was there */
	ck_assert_int_eq(released, 1);
	ck_assert_int_eq(do_dup2(0, 0), 0);
	ck_assert_int_eq(do_dup2(0, NR_OPEN), -EBADF);
	ck_assert_int_eq(do_dup2(33, 3), -EBADF);
	ck_assert_int_eq(do_close(10), 0);
	ck_assert_int_eq(do_close(10), -EBADF);
	ck_assert_int_eq(do_close(~0u), -EBADF);
	ck_assert_int_eq(do_fcntl(0, 1, 0), 0);	 /* F_GETFD */
	ck_assert_int_eq(do_fcntl(0, 2, 1), 0);	 /* F_SETFD */
	ck_assert_int_eq(do_fcntl(0, 1, 0), 1);
	ck_assert_int_eq(do_fcntl(2, 1, 0), 0);	 /* a dup has its own */
	ck_assert_int_eq(do_fcntl(0, 3, 0), O_RDWR); /* F_GETFL */
	ck_assert_int_eq(do_fcntl(0, 0, 20), 20); /* F_DUPFD */
	ck_assert_int_eq(do_fcntl(0, 0, NR_OPEN), -EINVAL);
	ck_assert_int_eq(do_fcntl(50, 1, 0), -EBADF);
	ck_assert_int_eq(do_fcntl(0, 99, 0), -EINVAL);
	copy = files_copy(current->files);
	files_close_on_exec(current->files);
	ck_assert_int_eq(do_close(0), -EBADF);
	ck_assert_ptr_nonnull(copy->fd[0]);
	files_put(copy);
	for (i = 0; i < NR_OPEN; i++)
		do_close((unsigned)i);
	ck_assert_int_eq(opened, released);
	for (i = 0; i < NR_OPEN; i++)
		ck_assert_int_eq(do_open("/dev/null", O_RDWR), i);
	ck_assert_int_eq(do_open("/dev/null", O_RDWR), -EMFILE);
	ck_assert_int_eq(do_dup(0, 0), -EMFILE);
	leave();
}

START_TEST(test_descriptors)
{
	vt_run("linux-2.3.30", descriptors, NULL);
}
END_TEST

static void devices(void *arg)
{
	struct file *file;
	char name[] = "d00";
	int i;

	(void)arg;
	enter();
	ck_assert_int_eq(device_register("probe", &probe_fops, NULL), -EEXIST);
	ck_assert_int_eq(device_register("", &probe_fops, NULL), -EINVAL);
	ck_assert_int_eq(device_register("a/b", &probe_fops, NULL), -EINVAL);
	ck_assert_int_eq(do_open("/dev/nosuch", O_RDWR), -ENOENT);
	ck_assert_int_eq(do_open("/dev/", O_RDWR), -ENOENT);
	ck_assert_int_eq(do_open("", O_RDWR), -ENOENT);
	ck_assert_int_eq(do_open("/dev/null", 3), -EINVAL);
	refuse_open = 1;
	ck_assert_int_eq(file_open("/dev/probe", O_RDWR, &file), -EBUSY);
	ck_assert_int_eq(released, 0); /* what was not opened is not released */
	ck_assert_int_eq(do_open("/dev/null", O_RDWR), 0);
	ck_assert_int_eq(do_open("/dev/zero", O_RDONLY), 1);
	ck_assert_int_eq(do_read(0, UBUF, 10), 0);
	ck_assert_int_eq(do_write(0, UBUF, 10), 10);
	ck_assert_int_eq(do_write(1, UBUF, 10), -EBADF); /* read only */
	ck_assert_int_eq(do_read(1, UBUF, 100), 100);
	ck_assert_int_eq(do_read(1, UBUF + PAGES(4) - 8, 16), -EFAULT);
	ck_assert_int_eq(do_read(1, TASK_SIZE - 8, 16), -EFAULT);
	ck_assert_int_eq(do_read(1, UBUF, 0), 0);
	ck_assert_int_eq(do_read(7, UBUF, 1), -EBADF);
	ck_assert_int_eq(do_ioctl(1, 0x5401, UBUF), -ENOTTY);
	ck_assert_str_eq(device_name_of("/dev/hdb1"), "hdb1");
	ck_assert_str_eq(device_name_of("hdb1"), "hdb1");
	ck_assert_ptr_null(device_name_of("/dev/"));
	ck_assert_ptr_null(device_name_of("/bin/x"));
	for (i = 0; i < MAX_DEVICES; i++) {
		char *copy = strdup(name);

		copy[1] = (char)('a' + i);
		if (device_register(copy, &probe_fops, NULL) == -ENOSPC)
			break;
	}
	ck_assert_int_lt(i, MAX_DEVICES);
	leave();
}

START_TEST(test_devices)
{
	vt_run("linux-2.3.30", devices, NULL);
}
END_TEST

static void block_files(void *arg)
{
	unsigned char *data = host_disk_data(0), buf[64];
	uint64_t pos;
	unsigned i;

	(void)arg;
	enter();
	for (i = 0; i < 64 * SECTOR_SIZE; i++)
		data[i] = (unsigned char)(i * 7 + i / 512);
	ck_assert_int_eq(do_open("/dev/hda", O_RDWR), 0);
	ck_assert_int_eq(do_llseek(0, 0, SEEK_END, &pos), 0);
	ck_assert_uint_eq(pos, 64 * SECTOR_SIZE);
	ck_assert_int_eq(do_read(0, UBUF, 10), 0); /* at the end */
	ck_assert_int_eq(do_write(0, UBUF, 10), -ENOSPC);
	ck_assert_int_eq(do_llseek(0, 500, SEEK_SET, &pos), 0);
	ck_assert_int_eq(do_read(0, UBUF, 9000), 9000); /* across sectors and pieces */
	for (i = 0; i < 9000; i += 61) {
		ck_assert_uint_eq(arch_copy_from_user(buf, UBUF + i, 1), 0);
		ck_assert_int_eq(buf[0], data[500 + i]);
	}
	ck_assert_int_eq(do_llseek(0, 0, SEEK_CUR, &pos), 0);
	ck_assert_uint_eq(pos, 9500);
	/* unaligned write: what stands around it stays */
	memset(buf, 0xee, sizeof(buf));
	ck_assert_uint_eq(arch_copy_to_user(UBUF, buf, sizeof(buf)), 0);
	ck_assert_int_eq(do_llseek(0, 1000, SEEK_SET, &pos), 0);
	ck_assert_int_eq(do_write(0, UBUF, 60), 60);
	ck_assert_int_eq(data[999], (unsigned char)(999 * 7 + 999 / 512));
	ck_assert_int_eq(data[1000], 0xee);
	ck_assert_int_eq(data[1059], 0xee);
	ck_assert_int_eq(data[1060], (unsigned char)(1060 * 7 + 1060 / 512));
	/* cut at the end of the device */
	ck_assert_int_eq(do_llseek(0, -20, SEEK_END, &pos), 0);
	ck_assert_int_eq(do_write(0, UBUF, 60), 20);
	ck_assert_int_eq(do_llseek(0, -1, SEEK_SET, &pos), -EINVAL);
	ck_assert_int_eq(do_llseek(0, 0, 9, &pos), -EINVAL);
	ck_assert_int_eq(do_llseek(0, INT64_MAX, SEEK_END, &pos), -EINVAL);
	/* an error in the middle: what came before counts */
	host_disk_fail(0, 8, 1);
	ck_assert_int_eq(do_llseek(0, 0, SEEK_SET, &pos), 0);
	ck_assert_int_eq(do_read(0, UBUF, 8192), 4096);
	ck_assert_int_eq(do_read(0, UBUF, 10), 10);
	leave();
}

START_TEST(test_block_files)
{
	host_disk_add(64);
	vt_run("linux-2.3.30", block_files, NULL);
}
END_TEST

static void proc(void *arg)
{
	static const char *const names[] = { "/proc/meminfo", "/proc/swaps",   "/proc/vmstat",
					     "/proc/version", "/proc/system",
					     "/proc/kmsg",    "/proc/tasks",
					     "/proc/locks",   "/proc/order",   "/proc/watch",
					     "/proc/designs", "/proc/holes",   "/proc/scenarios",
					     "/proc/cmdline", "/proc/complaints" };
	char text[64] = "";
	uint64_t pos;
	size_t i;

	(void)arg;
	enter();
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		long fd = do_open(names[i], O_RDONLY);

		ck_assert_int_eq(fd, 0);
		ck_assert_int_ge(do_read(0, UBUF, PAGES(4)), 0);
		ck_assert_int_eq(do_read(0, UBUF, PAGES(4)), 0);
		ck_assert_int_eq(do_llseek(0, 0, SEEK_SET, &pos), 0);
		ck_assert_int_eq(do_close(0), 0);
	}
	ck_assert_int_eq(do_open("/proc/version", O_RDONLY), 0);
	ck_assert_int_gt(do_read(0, UBUF, 20), 8);
	ck_assert_uint_eq(arch_copy_from_user(text, UBUF, 8), 0);
	ck_assert_str_eq(text, "kswapd23");
	ck_assert_int_eq(do_open("/proc/version", O_RDWR), -EACCES);
	ck_assert_int_eq(do_open("/proc/nosuch", O_RDONLY), -ENOENT);
	leave();
}

static long set_words(const char *path, const char *words)
{
	long n;

	ck_assert_uint_eq(arch_copy_to_user(UBUF, words, strlen(words)), 0);
	ck_assert_int_eq(do_open(path, O_WRONLY), 0);
	n = do_write(0, UBUF, strlen(words));
	ck_assert_int_eq(do_close(0), 0);
	return n;
}

/* /proc/watch takes the words of watch=, and keeps what it had when one of them is unknown. */
static void proc_watch(void *arg)
{
	char text[32] = "";
	unsigned before = watch_mask;

	(void)arg;
	enter();
	ck_assert_int_eq(set_words("/proc/watch", "waits stats\n"), 12);
	ck_assert_uint_eq(watch_mask, WATCH_WAITS | WATCH_STATS);
	ck_assert_int_eq(set_words("/proc/watch", "waits,nonsense"), -EINVAL);
	ck_assert_uint_eq(watch_mask, WATCH_WAITS | WATCH_STATS);
	ck_assert_int_eq(do_open("/proc/watch", O_RDONLY), 0);
	ck_assert_int_eq(do_read(0, UBUF, 31), 13);
	ck_assert_uint_eq(arch_copy_from_user(text, UBUF, 13), 0);
	ck_assert_str_eq(text, "waits stats \n");
	ck_assert_int_eq(do_close(0), 0);
	ck_assert_uint_gt(lock_stats_of(LC_PAGE_ALLOC).taken + lock_stats_of(LC_MISC).taken, 0);
	ck_assert_int_eq(set_words("/proc/watch", "none"), 4);
	ck_assert_uint_eq(watch_mask, 0);
	watch_mask = (uint8_t)before;
	leave();
}

/* Each size of block that there is, and nothing else. */
static void proc_page_cluster(void *arg)
{
	static const char *const bad[] = { "5", "-1", "10", "\n", "0x1", "three" };
	char text[8] = "";

	(void)arg;
	enter();
	for (char digit = '0'; digit <= '4'; digit++) {
		char words[] = { digit, digit & 1 ? '\n' : '\0', '\0' };

		ck_assert_int_eq(set_words("/proc/page-cluster", words), (long)strlen(words));
		ck_assert_int_eq(page_cluster, digit - '0');
	}
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(set_words("/proc/page-cluster", bad[i]), -EINVAL);
		ck_assert_int_eq(page_cluster, 4);
	}
	ck_assert_int_eq(do_open("/proc/page-cluster", O_RDONLY), 0);
	ck_assert_int_eq(do_read(0, UBUF, 8), 2);
	ck_assert_uint_eq(arch_copy_from_user(text, UBUF, 2), 0);
	ck_assert_str_eq(text, "4\n");
	leave();
}

START_TEST(test_proc_page_cluster)
{
	vt_run("linux-2.3.30", proc_page_cluster, NULL);
}
END_TEST

START_TEST(test_proc_watch)
{
	vt_run("linux-2.3.30", proc_watch, NULL);
}
END_TEST

START_TEST(test_proc)
{
	vt_run("linux-2.3.30", proc, NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("files");
	TCase *tc = tcase_create("files");

	tcase_add_test(tc, test_descriptors);
	tcase_add_test(tc, test_devices);
	tcase_add_test(tc, test_block_files);
	tcase_add_test(tc, test_proc);
	tcase_add_test(tc, test_proc_watch);
	tcase_add_test(tc, test_proc_page_cluster);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
