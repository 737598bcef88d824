/*
 * tests/unit/test_rwsem.c - read/write semaphores: who is let in, in which order, and downgrade;
 * the readers_first variant of design vmlist-shared (D8), under which writers starve.
 */
#include "unit.h"

#include "kernel/rwsem.h"
#include "kernel/sched.h"
#include "kernel/timer.h"

static struct rw_semaphore rw;
static char events[64];
static unsigned nevents;
static int readers_inside, writers_inside, most_readers;

static void note(char c)
{
	events[nevents++] = c;
	events[nevents] = '\0';
}

static void start(int cpus)
{
	host_boot(cpus, 4096, "");
	init_rwsem(&rw, LC_RWSEM, "R");
	nevents = 0;
}

static void spawn(void (*fn)(void *), void *arg)
{
	struct task_struct *t = kthread_create(fn, arg, "other");

	ck_assert_ptr_nonnull(t);
	wake_up_process(t);
	schedule_timeout(1);
}

static void reader(void *arg)
{
	down_read(&rw);
	note(*(const char *)arg);
	up_read(&rw);
}

static void writer(void *arg)
{
	down_write(&rw);
	note(*(const char *)arg);
	up_write(&rw);
}

#define SPAWN(fn, c) spawn(fn, (void *)(uintptr_t) & ("" c)[0])

/* --- order --------------------------------------------------------------------------------- */

static void fifo_body(void *arg)
{
	(void)arg;
	down_read(&rw);
	SPAWN(reader, "a"); /* shares */
	ck_assert_str_eq(events, "a");
	SPAWN(writer, "B");
	SPAWN(reader, "c"); /* behind the writer, although a reader is inside */
	SPAWN(reader, "d");
	SPAWN(writer, "E");
	SPAWN(reader, "f");
	ck_assert_str_eq(events, "a");
	ck_assert(!down_read_trylock(&rw));
	ck_assert(!down_write_trylock(&rw));
	up_read(&rw);
	schedule_timeout(3);
	ck_assert_str_eq(events, "aBcdEf");
	ck_assert(!rwsem_is_locked(&rw));
}

START_TEST(test_fifo)
{
	start(_i);
	ck_assert_int_eq(host_run(fifo_body, NULL), HOST_DONE);
}
END_TEST

static void readers_first_body(void *arg)
{
	(void)arg;
	rwsem_readers_first(&rw);
	down_read(&rw);
	SPAWN(writer, "B");
	SPAWN(reader, "c"); /* passes the writer */
	ck_assert(down_read_trylock(&rw));
	up_read(&rw);
	ck_assert_str_eq(events, "c");
	up_read(&rw);
	schedule_timeout(2);
	ck_assert_str_eq(events, "cB");
	nevents = 0;
	down_write(&rw);
	SPAWN(writer, "D");
	SPAWN(reader, "e");
	SPAWN(reader, "f");
	up_write(&rw); /* readers before the writer that came first */
	schedule_timeout(2);
	ck_assert_str_eq(events, "efD");
}

START_TEST(test_readers_first)
{
	start(1);
	ck_assert_int_eq(host_run(readers_first_body, NULL), HOST_DONE);
}
END_TEST

/* A writer starves while readers overlap: the second deadlock of D8 stands on this. */
static void starved(void *arg)
{
	down_write(&rw);
	*(bool *)arg = true;
	up_write(&rw);
}

static void starve_body(void *arg)
{
	bool got = false;
	int i;

	rwsem_readers_first(&rw);
	down_read(&rw);
	spawn(starved, &got);
	for (i = 0; i < 20; i++)
		spawn(reader, arg);
	ck_assert_uint_eq(nevents, 20);
	ck_assert(!got);
	up_read(&rw);
	schedule_timeout(2);
	ck_assert(got);
}

START_TEST(test_writer_starves)
{
	start(2);
	ck_assert_int_eq(host_run(starve_body, (void *)(uintptr_t) "r"), HOST_DONE);
}
END_TEST

/* --- downgrade ----------------------------------------------------------------------------- */

static void downgrade_body(void *arg)
{
	(void)arg;
	down_write(&rw);
	ck_assert_ptr_eq(rw.info.owner, current);
	SPAWN(reader, "a");
	SPAWN(reader, "b");
	SPAWN(writer, "C");
	ck_assert_uint_eq(nevents, 0);
	downgrade_write(&rw);
	ck_assert_ptr_null(rw.info.owner);
	schedule_timeout(2);
	ck_assert_str_eq(events, "ab"); /* the readers came in, the writer waits for us */
	ck_assert_int_eq(lock_held_by_current(&rw.info)->mode & LOCK_READ, LOCK_READ);
	up_read(&rw);
	schedule_timeout(2);
	ck_assert_str_eq(events, "abC");
}

START_TEST(test_downgrade)
{
	start(2);
	ck_assert_int_eq(host_run(downgrade_body, NULL), HOST_DONE);
}
END_TEST

/* --- random load --------------------------------------------------------------------------- */

static void load(void *arg)
{
	unsigned i;

	(void)arg;
	for (i = 0; i < 200; i++) {
		if ((i + (unsigned)current->pid) % 4 == 0) {
			down_write(&rw);
			ck_assert_int_eq(readers_inside + writers_inside, 0);
			writers_inside++;
			yield();
			if (i % 8 == 0) {
				writers_inside--;
				readers_inside++;
				downgrade_write(&rw);
				ck_assert_int_eq(writers_inside, 0);
				readers_inside--;
				up_read(&rw);
				continue;
			}
			writers_inside--;
			up_write(&rw);
		} else {
			down_read(&rw);
			readers_inside++;
			most_readers = max(most_readers, readers_inside);
			ck_assert_int_eq(writers_inside, 0);
			yield();
			readers_inside--;
			up_read(&rw);
		}
	}
	note('.');
}

static void load_body(void *arg)
{
	int i;

	for (i = 0; i < 5; i++)
		wake_up_process(kthread_create(load, NULL, "load"));
	load(arg);
	while (nevents < 6)
		schedule_timeout(1);
}

START_TEST(test_load)
{
	start(_i);
	rw.readers_first = _i == 3;
	host_set_seed(1000u + (unsigned)_i);
	ck_assert_int_eq(host_run(load_body, NULL), HOST_DONE);
	ck_assert_int_gt(most_readers, 1);
	ck_assert(!rwsem_is_locked(&rw));
}
END_TEST

/* --- misuse -------------------------------------------------------------------------------- */

static void up_without_down(void *arg)
{
	(void)arg;
	up_read(&rw);
}

static void downgrade_reader(void *arg)
{
	(void)arg;
	down_read(&rw);
	downgrade_write(&rw);
}

static void write_under_spin(void *arg)
{
	struct spinlock lock;

	(void)arg;
	spin_lock_init(&lock, LC_TEST, "T");
	spin_lock(&lock);
	down_write(&rw);
}

static const struct {
	void (*fn)(void *);
	const char *text;
} panics[] = {
	{up_without_down, "releases rw_semaphore(R) in up_without_down"},
	{downgrade_reader, "must be held in downgrade_write"},
	{write_under_spin, "may sleep in write_under_spin"},
};

START_TEST(test_panics)
{
	host_expect_panic(panics[_i].text);
	start(1);
	host_run(panics[_i].fn, NULL);
}
END_TEST

/* A second read by the same task behind a queued writer: waits for itself, for ever. */
static void read_twice_writer(void *arg)
{
	(void)arg;
	down_write(&rw);
}

static void read_twice(void *arg)
{
	(void)arg;
	down_read(&rw);
	spawn(read_twice_writer, NULL);
	down_read(&rw);
}

START_TEST(test_read_twice_stalls)
{
	start(1);
	host_set_patience(1);
	ck_assert_int_eq(host_run(read_twice, NULL), HOST_STALL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rwsem");
	TCase *tc = tcase_create("rwsem");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_fifo, 1, 4);
	tcase_add_test(tc, test_readers_first);
	tcase_add_test(tc, test_writer_starves);
	tcase_add_test(tc, test_downgrade);
	tcase_add_loop_test(tc, test_load, 1, 5);
	tcase_add_test(tc, test_read_twice_stalls);
	tcase_add_loop_exit_test(tc, test_panics, HOST_PANIC_EXIT, 0, ARRAY_SIZE(panics));
	suite_add_tcase(s, tc);
	return unit_run(s);
}
