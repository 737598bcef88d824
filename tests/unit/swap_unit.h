/*
 * tests/unit/swap_unit.h - what the swap tests share: formatted swap areas on modelled disks, a
 * booted machine with its block servers, tasks that run beside the test.
 *
 * Whole disks serve as areas: hda, hdb, hdc, hdd in the order of area_add(). Call those before
 * boot.
 */
#ifndef TESTS_UNIT_SWAP_UNIT_H
#define TESTS_UNIT_SWAP_UNIT_H

#include "unit.h"

#include "kernel/errno.h"
#include "kernel/kernel_lock.h"
#include "kernel/sched.h"
#include "kernel/servers/block.h"
#include "kernel/watch.h"
#include "mm/design/design.h"
#include "mm/filemap.h"
#include "mm/invariants.h"
#include "swap/swap.h"

static inline void put_word(unsigned char *page, unsigned at, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		page[at + i] = (unsigned char)(v >> (8 * i));
}

/* What mkswap writes for an area whose last page is @last, with these bad pages. */
static inline void format_new(unsigned char *page, uint32_t last, const uint32_t *bad,
			      unsigned nrbad)
{
	memset(page, 0, PAGE_SIZE);
	put_word(page, 1024, 1);
	put_word(page, 1028, last);
	put_word(page, 1032, nrbad);
	for (unsigned i = 0; i < nrbad; i++)
		put_word(page, 1536 + 4 * i, bad[i]);
	memcpy(page + 4086, "SWAPSPACE2", 10);
}

/* A disk that is a swap area of @slots pages, the header's included; returns its number. As mkswap
 * does it, the header's last page is one that 2.3.23 does not use. */
static inline int area_add_bad(unsigned slots, const uint32_t *bad, unsigned nrbad)
{
	int disk = host_disk_add((slots + 1) * 8);

	format_new(host_disk_data(disk), slots, bad, nrbad);
	return disk;
}

static inline int area_add(unsigned slots)
{
	return area_add_bad(slots, NULL, 0);
}

static inline void boot(int cpus, unsigned kbytes, const char *cmdline)
{
	host_boot(cpus, kbytes, cmdline);
}

static inline void run(void (*fn)(void *), void *arg)
{
	ck_assert_int_eq(host_run(fn, arg), HOST_DONE);
}

static inline struct task_struct *spawn(void (*fn)(void *), void *arg, const char *name)
{
	struct task_struct *t = kthread_create(fn, arg, name);

	ck_assert_ptr_nonnull(t);
	wake_up_process(t);
	return t;
}

/* In the test task: servers, then the areas in order of disks with these priorities (-1 = none). */
static inline void start_swap(const int *prio, int n)
{
	static const char *const names[] = {"hda", "hdb", "hdc", "hdd"};

	block_start();
	for (int i = 0; i < n; i++) {
		int flags = prio[i] < 0 ? 0 : SWAP_FLAG_PREFER | prio[i];

		ck_assert_int_eq(sys_swapon(names[i], flags), 0);
	}
}

static inline void start_one_area(void)
{
	static const int none[] = {-1};

	start_swap(none, 1);
}

#endif
