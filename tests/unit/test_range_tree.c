/*
 * tests/unit/test_range_tree.c - mm/range_tree.c against a plain array: random stores, lookups and copies,
 * the invariant of each node, readers that find old nodes whole until the grace period is over, and stores
 * that run out of memory.
 */
#include "unit.h"

#include "vmtest.h"

#include "kernel/rcu.h"
#include "mm/range_tree.h"
#include "mm/slab.h"

#define CELLS 2048 /* the model: who owns each page */

static void *model[CELLS];
static struct range_tree tree;
static uint32_t seed = 4711;
static int entries[64]; /* things to point at */

static unsigned long nodes(void)
{
	struct kmem_cache *c;

	for (unsigned i = 0; (c = kmem_cache_nth(i)); i++)
		if (!strcmp(kmem_cache_name(c), "range_node"))
			return kmem_cache_inuse(c);
	ck_abort_msg("no cache of nodes");
	return 0;
}

static void *random_entry(unsigned empty_percent)
{
	return vt_random(&seed) % 100 < empty_percent ? NULL : &entries[vt_random(&seed) % 64];
}

/* What the model says about the run of equal cells: the range tree may know it in pieces. */
static void check_cell(const struct range_tree *t, int cell)
{
	int next = cell, prev = cell;

	ck_assert_ptr_eq(range_tree_walk(t, PAGES(cell)), model[cell]);
	ck_assert_ptr_eq(range_tree_walk(t, PAGES(cell) + PAGE_SIZE - 1), model[cell]);
	while (next < CELLS && !model[next])
		next++;
	ck_assert_ptr_eq(range_tree_find(t, PAGES(cell)), next < CELLS ? model[next] : NULL);
	while (prev >= 0 && !model[prev])
		prev--;
	ck_assert_ptr_eq(range_tree_find_prev(t, PAGES(cell)), prev >= 0 ? model[prev] : NULL);
}

static void check_all(const struct range_tree *t)
{
	ck_assert_int_ge(range_tree_check(t), 0);
	for (int i = 0; i < CELLS; i++)
		check_cell(t, i);
	ck_assert_ptr_null(range_tree_walk(t, PAGES(CELLS)));
	ck_assert_ptr_null(range_tree_find(t, PAGES(CELLS)));
}

static void store(int from, int to, void *entry)
{
	ck_assert_int_eq(range_tree_reserve(&tree, 1, GFP_KERNEL), 0);
	ck_assert_int_eq(range_tree_store(&tree, PAGES(from), PAGES(to), entry), 0);
	for (int i = from; i < to; i++)
		model[i] = entry;
}

static void start(void)
{
	range_tree_init(&tree);
	memset(model, 0, sizeof(model));
}

/* --- random stores --------------------------------------------------------------------------- */

/* Short ranges at first, so that the tree grows to three levels; then all lengths, then mostly holes. */
static void random_body(void *arg)
{
	static const struct {
		int steps, longest;
		unsigned empty;
	} phases[] = { { 3000, 3, 10 }, { 1500, 200, 30 }, { 2500, 3, 5 }, { 1500, 40, 95 }, { 300, CELLS, 50 } };

	start();
	for (unsigned p = 0; p < ARRAY_SIZE(phases); p++) {
		for (int i = 0; i < phases[p].steps; i++) {
			int from = (int)(vt_random(&seed) % CELLS);
			int len = 1 + (int)(vt_random(&seed) % (uint32_t)phases[p].longest);

			store(from, min(from + len, CELLS), random_entry(phases[p].empty));
			ck_assert_int_ge(range_tree_check(&tree), 0);
			check_cell(&tree, from);
			check_cell(&tree, min(from + len, CELLS - 1));
			if (i % 64 == 0)
				schedule(); /* grace periods pass */
		}
		check_all(&tree);
		if (p == 2)
			ck_assert_uint_ge(tree.height, 3);
	}
	store(0, CELLS, NULL);
	ck_assert_int_eq(range_tree_check(&tree), 0); /* empty: no nodes at all */
	range_tree_destroy(&tree);
	synchronize_rcu();
	*(unsigned long *)arg = nodes();
}

START_TEST(test_random)
{
	unsigned long left = 99;

	host_boot(1, 8192, "");
	seed += (uint32_t)_i;
	ck_assert_int_eq(host_run(random_body, &left), HOST_DONE);
	ck_assert_uint_eq(left, 0);
}
END_TEST

/* --- the ends of the address space -------------------------------------------------------------- */

static void ends_body(void *arg)
{
	(void)arg;
	start();
	ck_assert_ptr_null(range_tree_find(&tree, 0));
	ck_assert_ptr_null(range_tree_find_prev(&tree, ~0UL));
	ck_assert_int_eq(range_tree_store(&tree, 0, 1, &entries[0]), 0);
	ck_assert_int_eq(range_tree_store(&tree, RANGE_LIMIT - 1, RANGE_LIMIT, &entries[1]), 0);
	ck_assert_ptr_eq(range_tree_walk(&tree, 0), &entries[0]);
	ck_assert_ptr_null(range_tree_walk(&tree, 1));
	ck_assert_ptr_eq(range_tree_find(&tree, 1), &entries[1]);
	ck_assert_ptr_eq(range_tree_find_prev(&tree, RANGE_LIMIT - 2), &entries[0]);
	ck_assert_ptr_eq(range_tree_walk(&tree, RANGE_LIMIT - 1), &entries[1]);
	ck_assert_int_gt(range_tree_check(&tree), 0);
	range_tree_destroy(&tree);
}

START_TEST(test_ends)
{
	host_boot(1, 4096, "");
	ck_assert_int_eq(host_run(ends_body, NULL), HOST_DONE);
}
END_TEST

/* --- a copy ------------------------------------------------------------------------------------- */

static void *next_entry(void *cursor)
{
	int **next = cursor;

	return (*next)++;
}

static void dup_body(void *arg)
{
	static int copies[CELLS];
	struct range_tree copy;
	int *next = copies, n = 0;

	(void)arg;
	start();
	range_tree_init(&copy);
	ck_assert_int_eq(range_tree_dup(&copy, &tree, next_entry, &next, GFP_KERNEL), 0);
	ck_assert_ptr_null(copy.root);
	for (int i = 0; i < CELLS; i += 2) /* every second page: no two slots are one range */
		store(i, i + 1, &entries[i % 64]);
	ck_assert_int_eq(range_tree_dup(&copy, &tree, next_entry, &next, GFP_KERNEL), 0);
	ck_assert_int_eq(range_tree_check(&copy), range_tree_check(&tree));
	for (int i = 0; i < CELLS; i++)
		model[i] = i % 2 ? NULL : &copies[n++];
	ck_assert_ptr_eq(next, &copies[n]);
	check_all(&copy);
	range_tree_destroy(&copy);
	range_tree_destroy(&tree);
}

START_TEST(test_dup)
{
	host_boot(1, 8192, "");
	ck_assert_int_eq(host_run(dup_body, NULL), HOST_DONE);
}
END_TEST

/* --- readers ------------------------------------------------------------------------------------- */

/* A reader who loaded the root before a change finds all of the old tree, until he leaves. */
static void grace_body(void *arg)
{
	struct range_node *old;
	unsigned long before;

	(void)arg;
	start();
	store(0, 8, &entries[0]);
	synchronize_rcu();
	before = nodes();
	rcu_read_lock();
	old = tree.root;
	store(2, 3, &entries[1]);
	ck_assert_ptr_ne(tree.root, old);
	ck_assert(!kmem_is_freed(old));
	rcu_note_quiescent(); /* we are inside: no grace period ends */
	rcu_run_callbacks();
	ck_assert(!kmem_is_freed(old));
	rcu_read_unlock();
	synchronize_rcu();
	ck_assert(kmem_is_freed(old));
	ck_assert_uint_ge(nodes(), before);
	range_tree_destroy(&tree);
}

START_TEST(test_grace)
{
	host_boot(1, 4096, "");
	ck_assert_int_eq(host_run(grace_body, NULL), HOST_DONE);
}
END_TEST

/* f1 in small: who reads without rcu_read_lock, across a sleep of his CPU, touches a freed node, and is told. */
static void no_rcu_body(void *arg)
{
	struct range_tree stale;

	(void)arg;
	start();
	store(0, 8, &entries[0]);
	stale = tree;
	store(2, 3, &entries[1]);
	synchronize_rcu();
	ck_assert_ptr_null(range_tree_walk(&stale, PAGES(4)));
	ck_assert(watch_has_complaint("uaf: range_node"));
	range_tree_destroy(&tree);
}

START_TEST(test_no_rcu)
{
	host_boot(1, 4096, "watch=all");
	ck_assert_int_eq(host_run(no_rcu_body, NULL), HOST_DONE);
}
END_TEST

/* Writers and readers at once: every page belongs to somebody at all times, though to changing ones; a
 * reader must never see none, nor one who never owned it. */
static bool stop;
static unsigned nreaders, lookups;

static void reader(void *arg)
{
	uint32_t my_seed = 17u + (uint32_t)(uintptr_t)arg;

	while (!stop) {
		rcu_read_lock();
		for (int i = 0; i < 20; i++) {
			int cell = (int)(vt_random(&my_seed) % CELLS);
			int *entry = range_tree_walk(&tree, PAGES(cell));

			ck_assert_ptr_nonnull(entry);
			ck_assert_int_eq((int)(entry - entries) % 4, cell % 4 ? 1 : 0);
			lookups++;
		}
		rcu_read_unlock();
		schedule_timeout(1);
	}
	nreaders--;
}

static void together_body(void *arg)
{
	(void)arg;
	start();
	for (int i = 0; i < CELLS; i += 4) {
		store(i, i + 1, &entries[0]);
		store(i + 1, i + 4, &entries[1]);
	}
	for (nreaders = 0; nreaders < 3; nreaders++)
		wake_up_process(kthread_create(reader, (void *)(uintptr_t)nreaders, "reader"));
	for (int i = 0; i < 600; i++) {
		int block = (int)(vt_random(&seed) % (CELLS / 4)) * 4;
		int kind = (int)(vt_random(&seed) % 16) * 4;

		if (i % 2)
			store(block, block + 1, &entries[kind]);
		else
			store(block + 1, block + 4, &entries[kind + 1]);
		if (i % 4 == 0)
			schedule_timeout(1);
	}
	stop = true;
	while (nreaders)
		schedule_timeout(1);
	ck_assert_uint_gt(lookups, 1000);
	check_all(&tree);
	range_tree_destroy(&tree);
}

START_TEST(test_together)
{
	host_boot(4, 8192, "watch=all");
	host_set_seed(99u + (unsigned)_i);
	stop = false;
	ck_assert_int_eq(host_run(together_body, NULL), HOST_DONE);
	ck_assert_msg(!watch_complaints(~0u), "%s", host_output());
}
END_TEST

/* --- no memory ------------------------------------------------------------------------------------ */

/* What was reserved is enough for the stores it was reserved for, whatever they do. */
static void reserve_body(void *arg)
{
	(void)arg;
	start();
	for (int i = 0; i < 400; i++) {
		unsigned long had;
		int from = (int)(vt_random(&seed) % (CELLS - 64)), len = 1 + (int)(vt_random(&seed) % 64);
		void *entry = random_entry(20);

		ck_assert_int_eq(range_tree_reserve(&tree, 1, GFP_KERNEL), 0);
		had = nodes();
		ck_assert_int_eq(range_tree_store(&tree, PAGES(from), PAGES(from + len), entry), 0);
		ck_assert_uint_le(nodes(), had); /* it asked for no more */
		for (int k = from; k < from + len; k++)
			model[k] = entry;
	}
	check_all(&tree);
	range_tree_destroy(&tree);
	ck_assert_uint_eq(tree.nreserve, 0);
}

START_TEST(test_reserve)
{
	host_boot(1, 8192, "");
	ck_assert_int_eq(host_run(reserve_body, NULL), HOST_DONE);
}
END_TEST

static void add(TCase *tc)
{
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_random, 0, 3);
	tcase_add_test(tc, test_ends);
	tcase_add_test(tc, test_dup);
	tcase_add_test(tc, test_grace);
	tcase_add_test(tc, test_no_rcu);
	tcase_add_loop_test(tc, test_together, 0, 3);
	tcase_add_test(tc, test_reserve);
}

int main(void)
{
	return vt_main("range_tree", add);
}
