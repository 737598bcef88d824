/*
 * tests/unit/test_rules.c - the rules watcher: numbered rules as assertions, once per place; rules
 * 4 and 5 of 1999 from the locks' roles. kernel/watch_rules.h.
 */
#include "unit.h"

#include "kernel/semaphore.h"
#include "kernel/spinlock.h"
#include "kernel/watch_rules.h"

static struct semaphore vmlist_a, vmlist_b;
static struct spinlock ptl_a, ptl_b;

static void in_task(const char *watch, void (*body)(void *))
{
	host_boot(1, 4096, watch);
	watch_reset();
	sema_init(&vmlist_a, 1, LC_VMLIST_SEM, "A");
	sema_init(&vmlist_b, 1, LC_VMLIST_SEM, "B");
	spin_lock_init(&ptl_a, LC_PAGE_TABLE, "A");
	spin_lock_init(&ptl_b, LC_PAGE_TABLE, "B");
	ck_assert_int_eq(host_run(body, NULL), HOST_DONE);
}

static void change_list(int ok)
{
	RULE(R1999_2, ok, CALLER_PLACE());
}

static void assertions(void *unused)
{
	(void)unused;
	change_list(1);
	ck_assert_uint_eq(watch_complaints(WATCH_RULES), 0);
	change_list(0);
	change_list(0);
	ck_assert_uint_eq(watch_complaints(WATCH_RULES), 1);
	ck_assert_uint_eq(watch_complaint(0)->count, 2);
	ck_assert_uint_eq(rule_breaches(R1999_2), 1);
	ck_assert_str_eq(watch_complaint(0)->key, "rule: 1999.rule2 in assertions");
	ck_assert(strstr(host_output(), "RULE 1999.rule2 broken") != NULL);
	ck_assert(strstr(host_output(), rule_asks(R1999_2)) != NULL);
}

START_TEST(test_a_broken_rule_is_told_once)
{
	in_task("watch=rules", assertions);
}
END_TEST

static void silent(void *unused)
{
	(void)unused;
	change_list(0);
	ck_assert_uint_eq(watch_complaints(WATCH_ALL), 0);
}

START_TEST(test_off)
{
	in_task("watch=order", silent);
}
END_TEST

static void rule4(void *unused)
{
	(void)unused;
	vmlist_a.info.role |= ROLE_VMLIST;
	down(&vmlist_b); /* plays no role here */
	watch_reclaim_enter();
	watch_reclaim_leave();
	up(&vmlist_b);
	ck_assert_uint_eq(watch_complaints(WATCH_RULES), 0);
	watch_reclaim_enter(); /* the stealer takes it inside: allowed */
	down(&vmlist_a);
	watch_reclaim_enter();
	watch_reclaim_leave();
	up(&vmlist_a);
	watch_reclaim_leave();
	ck_assert_uint_eq(watch_complaints(WATCH_RULES), 0);
	down(&vmlist_a);
	watch_reclaim_enter();
	watch_reclaim_leave();
	up(&vmlist_a);
	ck_assert(watch_has_complaint("rule: 1999.rule4"));
}

START_TEST(test_rule_4)
{
	in_task("watch=rules", rule4);
}
END_TEST

static void rule5(void *unused)
{
	(void)unused;
	ptl_a.info.role |= ROLE_VMLIST;
	ptl_b.info.role |= ROLE_VMLIST;
	spin_lock(&ptl_a);
	ck_assert(spin_trylock(&ptl_b)); /* does not wait */
	spin_unlock(&ptl_b);
	ck_assert_uint_eq(watch_complaints(WATCH_RULES), 0);
	spin_lock(&ptl_b);
	spin_unlock(&ptl_b);
	spin_unlock(&ptl_a);
	ck_assert(watch_has_complaint("rule: 1999.rule5 in rule5"));
}

START_TEST(test_rule_5)
{
	in_task("watch=rules", rule5);
}
END_TEST

START_TEST(test_every_rule_says_what_it_asks)
{
	int id;

	for (id = 0; id < NR_RULES; id++) {
		ck_assert(strchr(rule_name((enum rule_id)id), '.') != NULL);
		ck_assert_uint_gt(strlen(rule_asks((enum rule_id)id)), 20);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rules");
	TCase *tc = tcase_create("rules");

	tcase_add_test(tc, test_a_broken_rule_is_told_once);
	tcase_add_test(tc, test_off);
	tcase_add_test(tc, test_rule_4);
	tcase_add_test(tc, test_rule_5);
	tcase_add_test(tc, test_every_rule_says_what_it_asks);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
