/*
 * tests/explore/rt_sync.c - what locks, wake-ups and devices mean for the order of events.
 *
 * The objects that realise them are observers (rt.h), so their accesses say nothing; the linker puts
 * these wrappers around their functions (explore.mk, --wrap) and they report:
 *   spin locks and kernel_lock that are sync points: taken, released (words of the lock_info stand for
 *     the lock: .owner is touched by both, .place by taking only); a failed try reads
 *   wake-ups and state changes: the word task->state; and who was woken comes after who woke it
 *   a transfer: its completion comes after its submission
 * Semaphores, page locks, ports and completions are ordinary tracked code. Leaf locks and those inside
 * which only the scheduler's is taken are no sync points, and order nothing for the search.
 */
#include "kernel/control.h"
#include "kernel/lock.h"
#include "kernel/spinlock.h"
#include "tests/explore/engine.h"
#include "tests/explore/run.h"

#define MAX_IO 64

static uint32_t woken_by[RT_TASKS]; /* node + 1 */
static uint32_t submitted_by[MAX_IO], io_in, io_out;

static void set_word(uint32_t *word, uint32_t value)
{
	rt_log_word(word);
	*word = value;
}

/* Time goes on because a task of the scenario sleeps with a limit. If several do, each alone would be enough: then the
 * step comes after none of them for certain. */
static void timer_enabled(void)
{
	unsigned sleepers = ctl_timed_sleepers();
	int t = sleepers ? __builtin_ctz(sleepers) : 0;

	if (sleepers && !(sleepers & (sleepers - 1)) && path[depth].last[t])
		rt_enabler(path[depth].last[t] - 1);
}

void sync_begin_event(int task, enum sync_kind kind)
{
	if (task < CTL_MAX_TASKS) {
		if (kind == SP_SLEEP) /* schedule() looks whether a wake-up came first */
			rt_read((uintptr_t)&ctl_task(task)->state);
		if (woken_by[task])
			rt_enabler((int)woken_by[task] - 1);
		if (woken_by[task])
			set_word(&woken_by[task], 0);
		rt_acquire((uintptr_t)ctl_task(task));
	} else if (io_in != io_out) {
		rt_enabler((int)submitted_by[io_out % MAX_IO] - 1);
		rt_acquire((uintptr_t)&submitted_by[io_out % MAX_IO]);
		set_word(&io_out, io_out + 1);
	} else {
		timer_enabled();
	}
}

uint64_t sync_in_flight_hash(void)
{
	uint64_t h = 0;
	uint32_t i;

	for (i = io_out; i != io_in; i++)
		h = h * 31 + (uint64_t)path[submitted_by[i % MAX_IO] - 1].chosen + 1;
	return h;
}

/* --- locks --------------------------------------------------------------------------------------- */

static bool is_point(const struct lock_info *li)
{
	enum lock_kind kind = lock_classes[li->class_id].kind;

	return (kind == LK_SPIN || kind == LK_BKL) && !lock_is_quiet(li);
}

/* For races every lock orders, but for those that everybody takes all the time: they would hide what the
 * others are for. */
static bool orders(const struct lock_info *li)
{
	return li->class_id != LC_RUNQUEUE && li->class_id != LC_CONSOLE;
}

void __real_lock_got(struct lock_info *li, unsigned mode, uintptr_t place);
void __real_lock_dropped(struct lock_info *li, uintptr_t place);
bool __real_spin_trylock(struct spinlock *lock);
struct mm_struct *__real_sched_use_mm(struct mm_struct *mm);
void __wrap_lock_got(struct lock_info *li, unsigned mode, uintptr_t place);
void __wrap_lock_dropped(struct lock_info *li, uintptr_t place);
bool __wrap_spin_trylock(struct spinlock *lock);
struct mm_struct *__wrap_sched_use_mm(struct mm_struct *mm);

void __wrap_lock_got(struct lock_info *li, unsigned mode, uintptr_t place)
{
	if (rt_on && orders(li))
		rt_acquire((uintptr_t)li);
	if (rt_on && is_point(li)) {
		if (mode & LOCK_TRY) {
			rt_write((uintptr_t)&li->owner);
			rt_write((uintptr_t)&li->place);
		} else {
			rt_lock_taken((uintptr_t)&li->owner, (uintptr_t)&li->place);
		}
	}
	__real_lock_got(li, mode, place);
}

void __wrap_lock_dropped(struct lock_info *li, uintptr_t place)
{
	if (rt_on && is_point(li))
		rt_write((uintptr_t)&li->owner);
	if (rt_on && orders(li))
		rt_release((uintptr_t)li);
	__real_lock_dropped(li, place);
}

/* Whoever looks for victims, or for ptes with an entry, finds address spaces by their tasks. */
struct mm_struct *__wrap_sched_use_mm(struct mm_struct *mm)
{
	if (rt_on && current)
		rt_write((uintptr_t)&current->mm);
	return __real_sched_use_mm(mm);
}

bool __wrap_spin_trylock(struct spinlock *lock)
{
	bool got = __real_spin_trylock(lock);

	if (!got && rt_on && is_point(&lock->info))
		rt_read((uintptr_t)&lock->info.owner);
	return got;
}

/* --- sleeping and waking --------------------------------------------------------------------- */

bool __real_wake_up_process(struct task_struct *t);
void __real_set_current_state(int state);
void __real_ctl_io_started(void);
bool __wrap_wake_up_process(struct task_struct *t);
void __wrap_set_current_state(int state);
void __wrap_ctl_io_started(void);

bool __wrap_wake_up_process(struct task_struct *t)
{
	bool was_asleep = t->state == TASK_INTERRUPTIBLE || t->state == TASK_UNINTERRUPTIBLE;

	if (!rt_on)
		return __real_wake_up_process(t);
	if (was_asleep)
		rt_write((uintptr_t)&t->state);
	else
		rt_read((uintptr_t)&t->state);
	if (was_asleep)
		rt_release((uintptr_t)t);
	was_asleep = __real_wake_up_process(t);
	if (was_asleep && t->ctl_id >= 0 && t->ctl_id < CTL_MAX_TASKS)
		set_word(&woken_by[t->ctl_id], (uint32_t)rt_node + 1);
	return was_asleep;
}

void set_current_state(int state);
void __wrap_set_current_state(int state)
{
	rt_write((uintptr_t)&current->state);
	__real_set_current_state(state);
}

/* The controller asks at each decision, in whatever task: that is no access of the task. */
bool __real_timers_pending(void);
bool __wrap_timers_pending(void);

bool __wrap_timers_pending(void)
{
	uint32_t words = rt_words;
	bool pending;

	rt_words = 0;
	pending = __real_timers_pending();
	rt_words = words;
	return pending;
}

/* --- devices --------------------------------------------------------------------------------------- */

void __real_lock_handed_over(struct lock_info *li);
void __wrap_lock_handed_over(struct lock_info *li);

/* A page lock goes to the I/O that will release it. */
void __wrap_lock_handed_over(struct lock_info *li)
{
	if (rt_on)
		rt_release((uintptr_t)li);
	__real_lock_handed_over(li);
}

void __wrap_ctl_io_started(void)
{
	if (rt_on) {
		set_word(&submitted_by[io_in % MAX_IO], (uint32_t)rt_node + 1);
		rt_release((uintptr_t)&submitted_by[io_in % MAX_IO]);
		set_word(&io_in, io_in + 1);
	}
	__real_ctl_io_started();
}
