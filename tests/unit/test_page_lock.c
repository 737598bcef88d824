/*
 * tests/unit/test_page_lock.c - the page lock: exclusion, sleepers, hand-over to the I/O, and the
 * record that the watchers read.
 */
#include "unit.h"

#include "kernel/lock.h"
#include "kernel/sched.h"
#include "kernel/watch.h"
#include "mm/filemap.h"
#include "mm/page.h"

#define MEMORY 4096

static struct page *page;

/* Let everybody else run: the tasks of this CPU, and the other CPUs. */
static void pass_turn(void)
{
	yield();
	cpu_relax();
}

static void run(void (*fn)(void *))
{
	ck_assert_int_eq(host_run(fn, NULL), HOST_DONE);
}

static struct task_struct *spawn(void (*fn)(void *), uintptr_t arg, const char *name)
{
	struct task_struct *t = kthread_create(fn, (void *)arg, name);

	ck_assert_ptr_nonnull(t);
	wake_up_process(t);
	return t;
}

static void basic_body(void *arg)
{
	(void)arg;
	page = alloc_page(GFP_KERNEL);
	ck_assert(!PageLocked(page));
	lock_page(page);
	ck_assert(PageLocked(page));
	ck_assert_ptr_eq(page->lock.owner, current);
	ck_assert_ptr_nonnull(lock_held_by_current(&page->lock));
	ck_assert_int_eq(TryLockPage(page), 1); /* 1999's sense: did not get it */
	UnlockPage(page);
	ck_assert(!PageLocked(page));
	ck_assert_ptr_null(page->lock.owner);
	ck_assert_int_eq(current->nheld, 0);
	ck_assert_int_eq(TryLockPage(page), 0);
	ck_assert_ptr_eq(page->lock.owner, current);
	UnlockPage(page);
	wait_on_page(page); /* unlocked: returns at once */
	__free_page(page);
}

START_TEST(basic)
{
	host_boot(1, MEMORY, "watch=all");
	run(basic_body);
	ck_assert_uint_eq(watch_complaints(WATCH_ALL), 0);
}
END_TEST

static void unlock_unlocked(void *arg)
{
	(void)arg;
	UnlockPage(alloc_page(GFP_KERNEL));
}

START_TEST(bad_unlock)
{
	host_expect_panic("unlocking a page that is not locked");
	host_boot(1, MEMORY, "");
	run(unlock_unlocked);
}
END_TEST

/* --- sleepers ----------------------------------------------------------------------------- */

static int inside, passed, waited;

static void sleeper(void *arg)
{
	(void)arg;
	lock_page(page);
	ck_assert_int_eq(inside++, 0);
	pass_turn();
	pass_turn();
	ck_assert_int_eq(--inside, 0);
	passed++;
	UnlockPage(page);
}

static void waiter(void *arg)
{
	(void)arg;
	wait_on_page(page);
	waited++;
}

static void sleepers_body(void *arg)
{
	struct task_struct *t;

	(void)arg;
	page = alloc_page(GFP_KERNEL);
	lock_page(page);
	for (uintptr_t i = 0; i < 5; i++)
		t = spawn(sleeper, i, "sleeper");
	spawn(waiter, 0, "waiter");
	for (int i = 0; i < 30; i++)
		pass_turn();
	ck_assert_int_eq(passed, 0);
	ck_assert_int_eq(waited, 0);
	ck_assert_int_eq(t->wait.kind, WAIT_LOCK); /* what the `waits` watcher sees */
	ck_assert_ptr_eq(t->wait.what, &page->lock);
	UnlockPage(page);
	while (passed < 5 || !waited)
		pass_turn();
	ck_assert(!PageLocked(page));
	__free_page(page);
}

START_TEST(sleepers)
{
	host_boot(_i % 3 + 1, MEMORY, "watch=all");
	host_set_seed((uint32_t)_i);
	run(sleepers_body);
	ck_assert_uint_eq(watch_complaints(WATCH_ALL), 0);
}
END_TEST

/* Two pages whose numbers share a queue: a wake-up for one does not let the other's sleeper in. */
static void neighbour(void *arg)
{
	lock_page((struct page *)arg);
	passed++;
	UnlockPage((struct page *)arg);
}

static void same_queue_body(void *arg)
{
	struct page *a = alloc_pages(GFP_KERNEL, 7), *b = a + 64;

	(void)arg;
	lock_page(a);
	lock_page(b);
	spawn(neighbour, (uintptr_t)b, "b");
	for (int i = 0; i < 10; i++)
		pass_turn();
	UnlockPage(a);
	for (int i = 0; i < 10; i++)
		pass_turn();
	ck_assert_int_eq(passed, 0);
	UnlockPage(b);
	while (!passed)
		pass_turn();
	free_pages_page(a, 7);
}

START_TEST(same_queue)
{
	host_boot(1, MEMORY, "");
	run(same_queue_body);
}
END_TEST

/* --- the I/O holds it --------------------------------------------------------------------- */

static void io(void *arg)
{
	(void)arg;
	ck_assert(PageLocked(page));
	pass_turn();
	UnlockPage(page); /* as a completion does: it never took the lock itself */
}

static void io_body(void *arg)
{
	(void)arg;
	page = alloc_page(GFP_KERNEL);
	lock_page(page);
	page_lock_to_io(page);
	ck_assert(PageLocked(page));
	ck_assert_ptr_null(page->lock.owner);
	ck_assert_int_eq(current->nheld, 0);
	spawn(io, 0, "io");
	wait_on_page(page);
	ck_assert(!PageLocked(page));
	lock_page(page);
	page_lock_to_io(page);
	spawn(io, 0, "io");
	lock_page(page);
	ck_assert_ptr_eq(page->lock.owner, current);
	UnlockPage(page);
	__free_page(page);
}

START_TEST(to_io)
{
	host_boot(2, MEMORY, "watch=all");
	host_set_seed((uint32_t)_i);
	run(io_body);
	ck_assert_uint_eq(watch_complaints(WATCH_ALL), 0);
}
END_TEST

/* --- taking over a page that another has locked (1999's plain store of the flag) ---------- */

static void holder(void *arg)
{
	(void)arg;
	lock_page(page);
	passed = 1;
	while (passed == 1)
		pass_turn();
	UnlockPage(page);
	passed = 3;
}

static void seize_body(void *arg)
{
	(void)arg;
	page = alloc_page(GFP_KERNEL);
	lock_page(page);
	ck_assert(page_lock_seize(page)); /* ours: kept */
	UnlockPage(page);
	ck_assert(page_lock_seize(page)); /* nobody's: taken */
	ck_assert(PageLocked(page));
	UnlockPage(page);
	ck_assert(!watch_has_complaint("page lock: seized"));
	spawn(holder, 0, "holder");
	while (!passed)
		pass_turn();
	ck_assert(!page_lock_seize(page));
	ck_assert(watch_has_complaint("page lock: seized"));
	passed = 2;
	while (passed == 2)
		pass_turn();
	ck_assert(!PageLocked(page)); /* unlocked under us: the damage */
	exit(EXIT_SUCCESS); /* the task cannot end: it thinks that it holds the lock */
}

START_TEST(seize)
{
	host_boot(1, MEMORY, "");
	host_run(seize_body, NULL);
}
END_TEST

static void sleep_with_spinlock(void *arg)
{
	(void)arg;
	page = alloc_page(GFP_KERNEL);
	spin_lock(&pagemap_lru_lock);
	lock_page(page);
}

START_TEST(spinlock_held)
{
	host_expect_panic("may sleep");
	host_boot(1, MEMORY, "");
	run(sleep_with_spinlock);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("page_lock");
	TCase *tc = tcase_create("page_lock");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, basic);
	tcase_add_exit_test(tc, bad_unlock, HOST_PANIC_EXIT);
	tcase_add_loop_test(tc, sleepers, 0, 12);
	tcase_add_test(tc, same_queue);
	tcase_add_loop_test(tc, to_io, 0, 6);
	tcase_add_exit_test(tc, seize, EXIT_SUCCESS);
	tcase_add_exit_test(tc, spinlock_held, HOST_PANIC_EXIT);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
