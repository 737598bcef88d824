/*
 * tests/explore/models/table.c - the models, and what is known of each.
 *
 * Numbers of classes: two tasks on locks of their own, 1. n tasks that each write one word once, n!: each
 * order is another. n readers, 1. A writer that writes w words which each of r readers reads once: every
 * reader reads before or after each write, so (w + 1)^r for one word each. Two tasks that each take one
 * lock k times in a row: the orders of 2k sections, (2k)! / (k! k!).
 * Preemptions: n philosophers need one. The first is stopped with one fork; its right neighbour's right
 * neighbours, begun from the far end, each take a fork and block at the next; then nobody can go on.
 */
#include "kernel/kernel_lock.h"
#include "kernel/rwsem.h"
#include "kernel/sched.h"
#include "kernel/semaphore.h"
#include "kernel/spinlock.h"
#include "kernel/sync.h"
#include "kernel/wait.h"
#include "mm/page.h"
#include "mm/slab.h"
#include "tests/explore/models/models.h"

#define TASKS 5

static struct spinlock lock[TASKS];
static struct semaphore sem[TASKS];
static struct rw_semaphore rwsem;
static struct wait_queue_head queue;
static volatile int word[TASKS], other;
static int *object;
static struct page *frame;

static int setup(void)
{
	static const char *const names[TASKS] = { "0", "1", "2", "3", "4" };
	int i;

	for (i = 0; i < TASKS; i++) {
		spin_lock_init(&lock[i], LC_TEST, names[i]);
		lock[i].info.role = ROLE_MAY_NEST;
		sema_init(&sem[i], 1, LC_SEMAPHORE, names[i]);
		sem[i].info.role = ROLE_MAY_NEST;
		word[i] = 0;
	}
	init_rwsem(&rwsem, LC_RWSEM, "rw");
	init_waitqueue_head(&queue, "queue");
	other = 0;
	object = kmalloc(sizeof(*object), GFP_KERNEL);
	frame = alloc_page(GFP_KERNEL);
	return object && frame ? 0 : -1;
}

static int my_number(void)
{
	return current->ctl_id;
}

/* --- what the tasks do ------------------------------------------------------------------------------- */

static void own_lock(void *unused)
{
	int i, me = my_number();

	(void)unused;
	for (i = 0; i < 3; i++) {
		spin_lock(&lock[me]);
		word[me]++;
		spin_unlock(&lock[me]);
	}
}

static void write_once(void *unused)
{
	(void)unused;
	shared_write(other, my_number());
}

static void read_once(void *unused)
{
	(void)unused;
	word[my_number()] = shared_read(other);
}

/* Task 0 writes twice, the others read once. */
static void write_or_read(void *unused)
{
	if (my_number() > 0) {
		read_once(unused);
		return;
	}
	shared_write(other, 1);
	shared_write(other, 2);
}

static void one_lock(void *arg)
{
	int i;

	for (i = 0; i < (int)(uintptr_t)arg; i++) {
		spin_lock(&lock[0]);
		other++;
		spin_unlock(&lock[0]);
	}
}

static void big_lock(void *unused)
{
	(void)unused;
	lock_kernel();
	shared_write(other, my_number());
	unlock_kernel();
}

/* Load and store, not as one: an increment is lost if the other comes between. */
static void careless_add(void *unused)
{
	int v;

	(void)unused;
	v = shared_read(other);
	shared_write(other, v + 1);
}

static void philosopher(void *arg)
{
	int n = (int)(uintptr_t)arg, left = my_number(), right = (left + 1) % n;

	spin_lock(&lock[left]);
	spin_lock(&lock[right]);
	spin_unlock(&lock[right]);
	spin_unlock(&lock[left]);
}

static void polite_philosopher(void *arg)
{
	int n = (int)(uintptr_t)arg, left = my_number(), right = (left + 1) % n;

	spin_lock(&lock[min(left, right)]);
	spin_lock(&lock[max(left, right)]);
	spin_unlock(&lock[max(left, right)]);
	spin_unlock(&lock[min(left, right)]);
}

static void sleeping_philosopher(void *arg)
{
	int n = (int)(uintptr_t)arg, left = my_number(), right = (left + 1) % n;

	down(&sem[left]);
	down(&sem[right]);
	up(&sem[right]);
	up(&sem[left]);
}

static void sleeping_sections(void *unused)
{
	(void)unused;
	down(&sem[0]);
	other++;
	up(&sem[0]);
}

static void try_section(void *unused)
{
	(void)unused;
	if (!spin_trylock(&lock[0]))
		return;
	word[my_number()] = 1;
	spin_unlock(&lock[0]);
	sync_point(SP_UNLOCK, &lock[0].info);
}

static void readers_writer(void *unused)
{
	(void)unused;
	if (my_number() == 0) {
		down_write(&rwsem);
		other++;
		up_write(&rwsem);
	} else {
		down_read(&rwsem);
		word[my_number()] = other;
		up_read(&rwsem);
	}
}

/* The test, and then the sleep: who sets the word in between wakes nobody. */
static void careless_sleeper(void *unused)
{
	(void)unused;
	if (my_number() == 0) {
		if (!shared_read(other)) {
			word[0] = shared_read(word[1]); /* time passes */
			sleep_on(&queue);
		}
	} else {
		shared_write(other, 1);
		wake_up(&queue);
	}
}

static void careful_sleeper(void *unused)
{
	(void)unused;
	if (my_number() == 0) {
		wait_event(&queue, shared_read(other));
	} else {
		shared_write(other, 1);
		wake_up(&queue);
	}
}

/* The first looks in at what the second frees; it touches nothing else that the second does. */
static void visit_object(void *unused)
{
	(void)unused;
	if (my_number() == 0) {
		word[0] = shared_read(*(volatile int *)object);
	} else {
		sync_point(SP_READ, &object);
		kfree(object);
	}
}

static void visit_frame(void *unused)
{
	(void)unused;
	if (my_number() == 0) {
		word[0] = shared_read(*(volatile int *)page_address(frame));
	} else {
		sync_point(SP_READ, &frame);
		__free_page(frame);
	}
}

/* --- what must hold afterwards ------------------------------------------------------------------- */

static int both_counted(enum ctl_verdict v)
{
	return v == CTL_COMPLETED && other != 2;
}

/* --- the table -------------------------------------------------------------------------------------- */

#define ARG(n) ((void *)(uintptr_t)(n))
#define TASK2(fn, a)                                                                               \
	(const struct scenario_task[]){ { "A", fn, ARG(a), NULL }, { "B", fn, ARG(a), NULL } }, 2
#define TASK3(fn, a)                                                                               \
	(const struct scenario_task[]){ { "A", fn, ARG(a), NULL },                                 \
					{ "B", fn, ARG(a), NULL },                                 \
					{ "C", fn, ARG(a), NULL } },                               \
		3
#define TASK4(fn, a)                                                                               \
	(const struct scenario_task[]){ { "A", fn, ARG(a), NULL },                                 \
					{ "B", fn, ARG(a), NULL },                                 \
					{ "C", fn, ARG(a), NULL },                                 \
					{ "D", fn, ARG(a), NULL } },                               \
		4
#define MODEL(text, check, nclasses, why, preempted, ...)                                          \
	{                                                                                          \
		.scenario = { text,  text,  "facts 11", { 0 }, __VA_ARGS__, false,                 \
			      setup, check, NULL,	NULL,  NULL,	    0 },                   \
		.classes = nclasses, .failure = why, .preemptions = preempted                      \
	}

const struct model models[] = {
	MODEL("disjoint-2", NULL, 1, NULL, 0, TASK2(own_lock, 0)),
	MODEL("disjoint-3", NULL, 1, NULL, 0, TASK3(own_lock, 0)),
	MODEL("writers-2", NULL, 2, NULL, 0, TASK2(write_once, 0)),
	MODEL("writers-3", NULL, 6, NULL, 0, TASK3(write_once, 0)),
	MODEL("writers-4", NULL, 24, NULL, 0, TASK4(write_once, 0)),
	MODEL("readers-3", NULL, 1, NULL, 0, TASK3(read_once, 0)),
	MODEL("writer-2-readers", NULL, 9, NULL, 0, TASK3(write_or_read, 0)),
	MODEL("writer-3-readers", NULL, 27, NULL, 0, TASK4(write_or_read, 0)),
	MODEL("one-lock-1", NULL, 2, NULL, 0, TASK2(one_lock, 1)),
	MODEL("one-lock-2", NULL, 6, NULL, 0, TASK2(one_lock, 2)),
	MODEL("one-lock-3", NULL, 20, NULL, 0, TASK2(one_lock, 3)),
	MODEL("big-lock", NULL, 6, NULL, 0, TASK3(big_lock, 0)),
	MODEL("sections-2", NULL, 0, NULL, 0, TASK2(sleeping_sections, 0)),
	MODEL("sections-3", NULL, 0, NULL, 0, TASK3(sleeping_sections, 0)),
	MODEL("trylock-2", NULL, 0, NULL, 0, TASK2(try_section, 0)),
	MODEL("trylock-3", NULL, 0, NULL, 0, TASK3(try_section, 0)),
	MODEL("rwsem-3", NULL, 0, NULL, 0, TASK3(readers_writer, 0)),
	MODEL("careless-add", both_counted, 0, "invariant", 1, TASK2(careless_add, 0)),
	MODEL("philosophers-2", NULL, 0, "waits: test lock", 1, TASK2(philosopher, 2)),
	MODEL("philosophers-3", NULL, 0, "waits: test lock", 1, TASK3(philosopher, 3)),
	MODEL("philosophers-4", NULL, 0, "waits: test lock", 1, TASK4(philosopher, 4)),
	MODEL("polite-2", NULL, 0, NULL, 0, TASK2(polite_philosopher, 2)),
	MODEL("polite-3", NULL, 0, NULL, 0, TASK3(polite_philosopher, 3)),
	MODEL("polite-4", NULL, 0, NULL, 0, TASK4(polite_philosopher, 4)),
	MODEL("sleeping-philosophers-2", NULL, 0, "waits: semaphore", 1,
	      TASK2(sleeping_philosopher, 2)),
	MODEL("sleeping-philosophers-3", NULL, 0, "waits: semaphore", 1,
	      TASK3(sleeping_philosopher, 3)),
	MODEL("lost-wakeup", NULL, 0, "stall", 1, TASK2(careless_sleeper, 0)),
	MODEL("object-freed", NULL, 1, "uaf", 0, TASK2(visit_object, 0)),
	MODEL("frame-freed", NULL, 1, "uaf", 0, TASK2(visit_frame, 0)),
	MODEL("kept-wakeup", NULL, 0, NULL, 0, TASK2(careful_sleeper, 0)),
	{ .classes = 0 },
};
