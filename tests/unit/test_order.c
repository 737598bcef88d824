/*
 * tests/unit/test_order.c - the order watcher: which locks make edges, which circles are told,
 * once. DESIGN section 4; kernel/watch_order.c, points 1-7 of its head.
 */
#include "unit.h"

#include "kernel/kernel_lock.h"
#include "kernel/rwsem.h"
#include "kernel/semaphore.h"
#include "kernel/spinlock.h"
#include "kernel/watch.h"

static struct semaphore mmap_a, driver, vmlist_a, vmlist_b, other;
static struct spinlock ptl, tasklist;
static struct rw_semaphore rw;

static void in_task(void (*body)(void *))
{
	host_boot(1, 4096, "watch=order");
	watch_reset();
	sema_init(&mmap_a, 1, LC_MMAP_SEM, "A");
	sema_init(&driver, 1, LC_DRIVER, "L");
	sema_init(&vmlist_a, 1, LC_VMLIST_SEM, "A");
	sema_init(&vmlist_b, 1, LC_VMLIST_SEM, "B");
	sema_init(&other, 1, LC_SEMAPHORE, "O");
	spin_lock_init(&ptl, LC_PAGE_TABLE, "A");
	spin_lock_init(&tasklist, LC_TASKLIST, NULL);
	init_rwsem(&rw, LC_RWSEM, "R");
	ck_assert_int_eq(host_run(body, NULL), HOST_DONE);
}

static void take_both(struct semaphore *a, struct semaphore *b)
{
	down(a);
	down(b);
	up(b);
	up(a);
}

static void expect(unsigned n)
{
	ck_assert_msg(watch_complaints(WATCH_ORDER) == n, "%u complaints, the first: %s",
		      watch_complaints(WATCH_ORDER),
		      watch_complaint(0) ? watch_complaint(0)->key : "-");
}

static void abba(void *unused)
{
	(void)unused;
	take_both(&mmap_a, &driver);
	take_both(&mmap_a, &driver);
	expect(0);
	take_both(&driver, &mmap_a);
	expect(1);
	ck_assert_str_eq(watch_complaint(0)->key, "order: mmap_sem -> driver lock");
	take_both(&driver, &mmap_a);
	expect(1);
	ck_assert(strstr(host_output(), "abba") != NULL); /* the function is named */
	ck_assert(strstr(host_output(), "driver lock(L)") != NULL);
}

START_TEST(test_abba_is_told_once)
{
	in_task(abba);
}
END_TEST

static void three(void *unused)
{
	(void)unused;
	take_both(&mmap_a, &driver);
	take_both(&driver, &vmlist_a);
	expect(0);
	take_both(&vmlist_a, &mmap_a);
	expect(1);
	ck_assert_str_eq(watch_complaint(0)->key, "order: mmap_sem -> driver lock -> vmlist lock");
}

START_TEST(test_a_circle_of_three)
{
	in_task(three);
}
END_TEST

static void try_first(void *unused)
{
	(void)unused;
	take_both(&mmap_a, &driver);
	down(&driver);
	ck_assert(down_trylock(&mmap_a)); /* no edge into it */
	expect(0);
	down(&vmlist_a); /* but held it counts: mmap_sem -> vmlist lock */
	up(&vmlist_a);
	up(&mmap_a);
	up(&driver);
	take_both(&vmlist_a, &mmap_a);
	expect(1);
	ck_assert_str_eq(watch_complaint(0)->key, "order: mmap_sem -> vmlist lock");
}

START_TEST(test_try_lock_makes_no_edge_into_it)
{
	in_task(try_first);
}
END_TEST

/* What is known of two locks alone must not hide what a third adds, nor what a circle of two adds in reclaim. */
static void known_pairs(void *unused)
{
	int i;

	(void)unused;
	for (i = 0; i < 3; i++) { /* mmap_sem -> vmlist lock, and vmlist lock -> driver lock: known by now */
		take_both(&mmap_a, &vmlist_a);
		take_both(&vmlist_a, &driver);
	}
	down(&other);
	take_both(&mmap_a, &vmlist_a); /* inside a third lock, which gets its own edges */
	up(&other);
	expect(0);
	down(&vmlist_a);
	take_both(&driver, &other); /* below: vmlist lock -> driver lock is known, the new one closes a circle */
	up(&vmlist_a);
	expect(2); /* and one by way of the driver lock */
	ck_assert_str_eq(watch_complaint(0)->key, "order: vmlist lock -> semaphore");
	ck_assert_str_eq(watch_complaint(1)->key, "order: driver lock -> semaphore -> vmlist lock");
}

START_TEST(test_known_pairs_hide_nothing)
{
	in_task(known_pairs);
}
END_TEST

static void under_reclaim(void *unused)
{
	int i;

	(void)unused;
	for (i = 0; i < 2; i++)
		take_both(&mmap_a, &driver);
	down(&mmap_a);
	watch_reclaim_enter();
	for (i = 0; i < 2; i++)
		take_both(&vmlist_a, &driver); /* reclaim -> both; mmap_sem -> vmlist lock only by way of reclaim */
	watch_reclaim_leave();
	up(&mmap_a);
	expect(0);
	take_both(&driver, &mmap_a);
	expect(1);
	ck_assert_str_eq(watch_complaint(0)->key, "order: mmap_sem -> driver lock");
	take_both(&vmlist_a, &mmap_a); /* mmap_sem -> reclaim -> vmlist lock -> mmap_sem */
	expect(2);
	ck_assert_str_eq(watch_complaint(1)->key, "order: mmap_sem -> reclaim -> vmlist lock");
}

START_TEST(test_known_pairs_in_reclaim)
{
	in_task(under_reclaim);
}
END_TEST

static void big_lock(void *unused)
{
	(void)unused;
	lock_kernel();
	down(&mmap_a); /* kernel_lock is dropped if this sleeps: no edge */
	lock_kernel(); /* recursion */
	unlock_kernel();
	up(&mmap_a);
	unlock_kernel();
	down(&mmap_a);
	lock_kernel(); /* mmap_sem -> kernel_lock */
	unlock_kernel();
	up(&mmap_a);
	expect(0);
	spin_lock(&ptl);
	lock_kernel();
	expect(1);
	ck_assert_str_eq(watch_complaint(0)->key, "order: kernel_lock under page_table_lock");
	unlock_kernel();
	spin_unlock(&ptl);
}

START_TEST(test_kernel_lock)
{
	in_task(big_lock);
}
END_TEST

static void same_class(void *unused)
{
	(void)unused;
	take_both(&vmlist_a, &vmlist_b);
	expect(1);
	ck_assert_str_eq(watch_complaint(0)->key, "order: vmlist lock twice");
	watch_reset();
	vmlist_b.info.role |= ROLE_MAY_NEST;
	take_both(&vmlist_a, &vmlist_b);
	expect(0);
}

START_TEST(test_two_of_one_class)
{
	in_task(same_class);
}
END_TEST

/* The documented deadlock's edges, learned one by one and without any shortage. */
static void swapout_edges(void *unused)
{
	(void)unused;
	down(&driver); /* the ioctl: L, then an allocation that may wait */
	watch_reclaim_enter();
	watch_reclaim_leave();
	up(&driver);
	expect(0);
	watch_reclaim_enter(); /* a stealer under vmlist-held: the lock is held over the method */
	down(&vmlist_a);
	expect(0);
	watch_reclaim_io_enter();
	down(&driver);
	up(&driver);
	watch_reclaim_io_leave();
	up(&vmlist_a);
	watch_reclaim_leave();
	expect(1);
	ck_assert_str_eq(watch_complaint(0)->key, "order: driver lock -> reclaim -> vmlist lock");
}

START_TEST(test_reclaim_joins_driver_and_vmlist)
{
	in_task(swapout_edges);
}
END_TEST

/* A design that drops its lock before the method: a careful driver is not accused, a careless
 * is. */
static void reclaim_io(void *unused)
{
	(void)unused;
	watch_reclaim_enter();
	down(&vmlist_a);
	up(&vmlist_a);
	watch_reclaim_io_enter();
	down(&driver);
	up(&driver);
	watch_reclaim_io_leave();
	watch_reclaim_leave();
	down(&driver); /* GFP_BUFFER */
	watch_reclaim_enter();
	watch_reclaim_leave();
	expect(0);
	watch_reclaim_enter(); /* GFP_KERNEL */
	watch_reclaim_io_enter();
	watch_reclaim_io_leave();
	watch_reclaim_leave();
	up(&driver);
	expect(1);
	ck_assert_str_eq(watch_complaint(0)->key, "order: driver lock -> reclaim with I/O");
	ck_assert_int_eq(current->nheld, 0);
}

START_TEST(test_gfp_buffer_is_not_gfp_kernel)
{
	in_task(reclaim_io);
}
END_TEST

static void starving(void *unused)
{
	(void)unused;
	rw.info.role |= ROLE_STARVES_WRITERS;
	rwsem_readers_first(&rw);
	down_read(&rw); /* a stealer, shared, into the driver's lock */
	down(&driver);
	up(&driver);
	up_read(&rw);
	down(&driver); /* another stealer, shared as well: readers pass each other */
	down_read(&rw);
	up_read(&rw);
	expect(0);
	down_write(&rw); /* a modifier: facts R4 */
	up_write(&rw);
	up(&driver);
	expect(1);
	ck_assert_str_eq(watch_complaint(0)->key, "order: driver lock -> rw_semaphore");
}

START_TEST(test_readers_that_pass_writers)
{
	in_task(starving);
}
END_TEST

static void fair(void *unused)
{
	(void)unused;
	down_read(&rw);
	down(&driver);
	up(&driver);
	up_read(&rw);
	down(&driver);
	down_read(&rw); /* may queue behind a writer */
	up_read(&rw);
	up(&driver);
	expect(1);
}

START_TEST(test_fair_readers_do_not)
{
	in_task(fair);
}
END_TEST

START_TEST(test_setup_words)
{
	watch_mask = 0;
	ck_assert_int_eq(watch_setup("order,rules"), 0);
	ck_assert_uint_eq(watch_mask, WATCH_ORDER | WATCH_RULES);
	ck_assert_int_ne(watch_setup("order,spinach"), 0);
	ck_assert_uint_eq(watch_mask, WATCH_ORDER | WATCH_RULES);
	ck_assert(strstr(host_output(), "unknown word at \"spinach\"") != NULL);
	ck_assert_int_eq(watch_setup("all"), 0);
	ck_assert_uint_eq(watch_mask, WATCH_ALL);
	ck_assert_int_eq(watch_setup("none"), 0);
	ck_assert_uint_eq(watch_mask, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("order");
	TCase *tc = tcase_create("order");

	tcase_add_test(tc, test_abba_is_told_once);
	tcase_add_test(tc, test_a_circle_of_three);
	tcase_add_test(tc, test_try_lock_makes_no_edge_into_it);
	tcase_add_test(tc, test_known_pairs_hide_nothing);
	tcase_add_test(tc, test_known_pairs_in_reclaim);
	tcase_add_test(tc, test_kernel_lock);
	tcase_add_test(tc, test_two_of_one_class);
	tcase_add_test(tc, test_reclaim_joins_driver_and_vmlist);
	tcase_add_test(tc, test_gfp_buffer_is_not_gfp_kernel);
	tcase_add_test(tc, test_readers_that_pass_writers);
	tcase_add_test(tc, test_fair_readers_do_not);
	tcase_add_test(tc, test_setup_words);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
