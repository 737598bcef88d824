/*
 * kernel/user_init.c - from a running kernel to the first program: root, console, init.
 *
 * Options: root= (default hda2) the partition with the root file system; rootflags=ro mounts it
 * read-only; init= (default /bin/init);
 * args= init's arguments, separated by commas; run= programs for /bin/init to run, which gets them
 * as arguments too; workload=NAME stands for run=workload:NAME; swap= swap areas, separated by commas (default: every partition of that type;
 * none: none).
 */
#include "kernel/cmdline.h"
#include "kernel/devices.h"
#include "kernel/errno.h"
#include "kernel/exec.h"
#include "kernel/files.h"
#include "kernel/fork.h"
#include "kernel/fs_struct.h"
#include "kernel/inode.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/servers/block.h"
#include "kernel/servers/console.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/system.h"
#include "kernel/trace_out.h"
#include "mm/mm.h"
#include "mm/pad.h"
#include "swap/swap.h"

#define MAX_ARGS 16

struct task_struct *init_process;

void system_end(int status)
{
	trace_out_stop();
	root_unmount();
	printk("Power off, status %d.\n", status);
	arch_poweroff(status);
}

int count_tasks(void)
{
	struct task_struct *t;
	int n = 0;

	spin_lock(&tasklist_lock);
	for_each_task(t)
		n++;
	spin_unlock(&tasklist_lock);
	return n;
}

static void fail(const char *what, const char *name, int error)
{
	printk("%s %s: error %d; nothing to run\n", what, name, error);
	system_end(1);
}

/* Cut @list at commas, in place; fills argv behind argv[0]. */
static void split_args(char *list, const char **argv)
{
	int n = 1;

	while (list && *list && n < MAX_ARGS) {
		char *comma = strchr(list, ',');

		argv[n++] = list;
		if (comma)
			*comma++ = '\0';
		list = comma;
	}
	argv[n] = NULL;
}

/* Descriptors 0, 1 and 2 on the console. */
static int open_console(void)
{
	int i;

	current->files = files_create();
	current->fs = fs_create();
	if (!current->files || !current->fs)
		return -ENOMEM;
	for (i = 0; i < 3; i++) {
		long fd = do_open("/dev/console", O_RDWR);

		if (fd < 0)
			return (int)fd;
	}
	return 0;
}

static void run_init(void *unused)
{
	static const char *const env[] = { "HOME=/", "PATH=/bin", "TERM=linux", NULL };
	static char list[256], run[64];
	const char *workload = cmdline_get("workload");
	const char *argv[MAX_ARGS + 1], *path = cmdline_get("init"), *args = cmdline_get("args");
	struct exec_vector argvec = { .kernel = argv }, envvec = { .kernel = env };
	unsigned long entry = 0, sp = 0;
	int error;

	(void)unused;
	if (!args)
		args = cmdline_get("run");
	if (!args && workload) {
		snprintk(run, sizeof(run), "workload:%s", workload);
		args = run;
	}
	if (!path)
		path = "/bin/init";
	str_copy(list, args ? args : "", sizeof(list));
	split_args(list, argv);
	argv[0] = path;
	error = signals_first(current);
	if (error)
		fail("signals of", path, error);
	limits_first(current);
	error = open_console();
	if (error)
		fail("cannot open", "/dev/console", error);
	trace_out_start();
	error = do_execve(path, &argvec, &envvec, &entry, &sp);
	if (error)
		fail("first program", path, error);
	current->pgrp = current->session = current->pid;
	current->flags &= ~(unsigned)PF_KTHREAD;
	arch_enter_user(entry, sp);
}

static void mount_root(void)
{
	const char *name = cmdline_get("root"), *flags = cmdline_get("rootflags");
	bool read_only = flags && !strcmp(flags, "ro");
	const struct block_dev *dev;
	int error;

	if (!name)
		name = "hda2";
	dev = block_find(device_name_of(name) ? device_name_of(name) : name);
	error = dev ? root_mount_on(dev, read_only) : -ENODEV;
	if (error)
		fail("root file system on", name, error);
}

#define SWAP_PARTITION 0x82

static void swap_on(const char *name, int swap_flags)
{
	long error = sys_swapon(name, swap_flags);

	if (error)
		printk("swap area %s: error %ld\n", name, error);
}

/* One word of swap=: NAME or NAME:PRIORITY. */
static void swap_on_word(const char *word)
{
	const char *name = device_name_of(word) ? device_name_of(word) : word;
	const char *colon = strchr(name, ':');
	char base[16];
	long prio;

	if (!colon) {
		swap_on(name, 0);
		return;
	}
	if (!str_to_long(colon + 1, &prio) || prio < 0 || prio > SWAP_FLAG_PRIO_MASK) {
		printk("swap=%s: a priority is a number from 0 to %d\n", word, SWAP_FLAG_PRIO_MASK);
		return;
	}
	str_copy(base, name, min(sizeof(base), (size_t)(colon - name) + 1));
	swap_on(base, SWAP_FLAG_PREFER | (int)prio);
}

static void swap_on_all(void)
{
	const struct block_dev *dev;
	unsigned n;

	for (n = 0; (dev = block_nth(n)); n++)
		if (dev->type == SWAP_PARTITION)
			swap_on(dev->name, 0);
}

static void start_swap(void)
{
	static char list[128];
	const char *areas[MAX_ARGS + 1], *given = cmdline_get("swap");
	int i;

	if (!given) {
		swap_on_all();
		return;
	}
	str_copy(list, given, sizeof(list));
	split_args(list, areas);
	for (i = 1; areas[i]; i++)
		if (strcmp(areas[i], "none") != 0)
			swap_on_word(areas[i]);
}

void user_init(void)
{
	struct task_struct *t;

	devices_init();
	pad_init();
	console_start();
	mount_root();
	writeback_start();
	start_swap();
	t = kthread_create(run_init, NULL, "init");
	if (!t)
		fail("first task", "init", -ENOMEM);
	t->pid = 1;
	init_process = t;
	wake_up_process(t);
}
