/*
 * kernel/lock.c - what all locks share: the protocol want / waiting / got / dropped / released, the
 * held records of each task, names, and the assertions. Realises DESIGN section 4.
 *
 * A held record is written by its own task only, but an interrupt pushes and pops records of its
 * own on top at any moment: a slot is reserved before it is filled, and popped only after it was
 * emptied, so that the interrupt always leaves what it found. A record whose lock is NULL is void.
 */
#include "kernel/lock.h"
#include "kernel/lock_fast.h"
#include "kernel/lock_stats.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/string.h"
#include "kernel/sync.h"
#include "kernel/trace_out.h"
#include "kernel/watch.h"

const struct lock_class lock_classes[NR_LOCK_CLASSES] = {
#define LOCK_CLASS(id, name, kind, leaf, protects, why)                                            \
	[LC_##id] = {name, LK_##kind, leaf, protects, why},
#include "kernel/lock_classes.h"
};

static uint16_t next_ordinal[NR_LOCK_CLASSES]; /* atomic */

union observers observers;

#define compiler_barrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)

static enum lock_kind kind_of(const struct lock_info *li)
{
	return lock_classes[li->class_id].kind;
}

/* Locks without a number are the kernel's own variables: for a trace that leaves the machine, their places
 * tell them apart, which are the same in every run of one build. */
static uint32_t trace_id(const struct lock_info *li)
{
	if (trace_out_running() && !li->ordinal)
		return (uint32_t)li->class_id << 16 | TRACE_STATIC | ((uintptr_t)li >> 2 & (TRACE_STATIC - 1));
	return (uint32_t)li->class_id << 16 | li->ordinal;
}

void lock_info_init(struct lock_info *li, enum lock_class_id class_id, const char *label)
{
	li->class_id = (uint8_t)class_id;
	li->ordinal = __atomic_add_fetch(&next_ordinal[class_id], 1, __ATOMIC_RELAXED);
	li->label = label;
	li->role = 0;
	li->last_cpu = 0;
	li->owner = NULL;
	li->place = 0;
	if (unlikely(trace_mask & (1u << TE_LOCK_INIT)))
		trace_record(TE_LOCK_INIT, trace_id(li), trace_label(label), CALLER_PLACE());
}

bool lock_is_quiet(const struct lock_info *li)
{
	return lock_classes[li->class_id].leaf || li->class_id == LC_WAITQUEUE ||
	       li->class_id == LC_PORT;
}

static void lock_point(enum sync_kind kind, struct lock_info *li, uintptr_t place)
{
	if (unlikely(ctl_active) && !lock_is_quiet(li))
		ctl_point(kind, li, place);
}

/* --- held records -------------------------------------------------------------------------- */

static struct held_lock *find_held(struct task_struct *t, const struct lock_info *li)
{
	int i = t->nheld;

	while (i-- > 0)
		if (t->held[i].lock == li)
			return &t->held[i];
	return NULL;
}

struct held_lock *lock_held_by_current(const struct lock_info *li)
{
	return find_held(current, li);
}

void lock_no_room(const struct task_struct *t, const struct lock_info *li)
{
	panic("%s (pid %d) holds %d locks; no room to record %s", t->comm, t->pid, t->nheld,
	      lock_classes[li->class_id].name);
}

static int is_spin(const struct lock_info *li)
{
	return kind_of(li) == LK_SPIN;
}

static void remove_held(struct task_struct *t, struct held_lock *h)
{
	int last = t->nheld - 1;

	t->nspin -= is_spin(h->lock);
	/* schedule() drops kernel_lock after the wait began: what comes later stays "later". */
	if (h - t->held < t->wait.nheld)
		t->wait.nheld--;
	for (; h < &t->held[last]; h++)
		*h = h[1];
	compiler_barrier();
	h->lock = NULL;
	compiler_barrier();
	t->nheld = last;
}

/* --- the protocol -------------------------------------------------------------------------- */

static void refuse_recursion(struct lock_info *li, uintptr_t place)
{
	struct held_lock *h = lock_held_by_current(li);
	char name[48];

	if (h)
		panic("%s (pid %d) takes %s again in %pS; it holds it since %pS", current->comm,
		      current->pid, lock_name(li, name, sizeof(name)), (void *)place,
		      (void *)h->place);
}

/* In a trace that leaves the machine, the time of the wish comes with its fulfilment. */
static inline void note_want(const struct lock_info *li, unsigned mode, uintptr_t place)
{
	struct lock_wait *c = &current->contended;

	c->lock = NULL;
	if (trace_out_running())
		c->wanted = arch_ticks();
	else
		trace(TE_LOCK_WANT, trace_id(li), mode, place);
}

void lock_want(struct lock_info *li, unsigned mode, uintptr_t place)
{
	bool try = mode & LOCK_TRY;

	/* Sleeping locks may be taken twice by mistake: that task then waits for itself, and the
	 * `waits` watcher says so. Spinning for oneself would stop a CPU. */
	if (!try && kind_of(li) == LK_SPIN)
		refuse_recursion(li, place);
	note_want(li, mode, place);
	if (unlikely(watch_mask))
		watch_lock_want(li, mode, place);
	lock_point(try ? SP_TRYLOCK : SP_LOCK, li, place);
}

void lock_contended(struct lock_info *li, unsigned mode, uintptr_t place)
{
	struct lock_wait *c = &current->contended;

	if (!observed())
		return;
	c->lock = li;
	c->since = arch_ticks();
	trace_at(c->since, TE_LOCK_WANT, trace_id(li), mode | LOCK_TAKEN, place);
}

void lock_waiting(struct lock_info *li, unsigned mode, uintptr_t place)
{
	struct wait_for *w = &current->wait;

	w->kind = WAIT_NONE; /* a watcher on another CPU sees the whole record or none */
	compiler_barrier();
	w->mode = (uint8_t)mode;
	w->what = li;
	w->place = place;
	w->since = arch_ticks();
	w->nheld = current->nheld;
	compiler_barrier();
	w->kind = WAIT_LOCK;
	/* Who sleeps is shown to the watcher by schedule(), just before it does. */
	if (unlikely(watch_mask) && (kind_of(li) == LK_SPIN || kind_of(li) == LK_BKL))
		watch_blocked(current);
}

/* The trace and the statistics are told the same time, so that both count the same ticks. */
static inline void note_got(struct task_struct *t, struct lock_info *li, unsigned mode,
			    uintptr_t place)
{
	uint64_t now;

	if (!observed())
		return;
	now = arch_ticks();
	t->held[t->nheld - 1].since = now;
	if (trace_out_running())
		mode |= trace_out_waited(now - t->contended.wanted);
	trace_at(now, TE_LOCK_GOT, trace_id(li),
		 mode | (t->contended.lock == li ? LOCK_TAKEN : 0), place);
	if (unlikely(watch_mask & WATCH_STATS))
		lock_stats_got(li, mode, t->contended.lock == li, now - t->contended.since);
	if (t->contended.lock == li)
		t->contended.lock = NULL;
}

/* @h is NULL where an I/O's completion releases a page lock. */
static inline void note_dropped(const struct lock_info *li, const struct held_lock *h, unsigned how,
				uintptr_t place)
{
	uint64_t now;

	if (!observed())
		return;
	now = arch_ticks();
	trace_at(now, TE_LOCK_DROP, trace_id(li), how, place);
	if (unlikely(watch_mask & WATCH_STATS) && h)
		lock_stats_dropped(li, h->mode, now - h->since);
}

void lock_got(struct lock_info *li, unsigned mode, uintptr_t place)
{
	struct task_struct *t = current;

	if (t->wait.kind == WAIT_LOCK && t->wait.what == li)
		t->wait.kind = WAIT_NONE;
	if (!(mode & LOCK_READ)) {
		li->owner = t;
		li->place = place;
	}
	lock_push(t, li, mode, place, is_spin(li));
	note_got(t, li, mode, place);
}

static void refuse_release(struct lock_info *li, uintptr_t place)
{
	struct task_struct *owner = li->owner;
	char name[48];

	panic("%s (pid %d) releases %s in %pS, which it does not hold (holder: %s, taken in %pS)",
	      current->comm, current->pid, lock_name(li, name, sizeof(name)), (void *)place,
	      owner ? owner->comm : "nobody", (void *)li->place);
}

void lock_dropped(struct lock_info *li, uintptr_t place)
{
	struct task_struct *t = current;
	struct held_lock *h = find_held(t, li);

	/* A page lock may be released by an I/O completion, in whatever task that runs. */
	if (!h && kind_of(li) != LK_PAGE)
		refuse_release(li, place);
	if (li->owner == t)
		li->owner = NULL;
	note_dropped(li, h, 0, place);
	if (h && !lock_pop(t, li, is_spin(li)))
		remove_held(t, h);
}

void lock_downgraded(struct lock_info *li, uintptr_t place)
{
	struct held_lock *h = lock_held_by_current(li);

	note_dropped(li, h, TRACE_DOWNGRADE, place);
	h->mode |= LOCK_READ;
	h->since = arch_ticks();
}

void lock_released(struct lock_info *li, uintptr_t place)
{
	/* Without a controller the lock may be gone by now: it must not be looked at. */
	if (unlikely(ctl_active))
		lock_point(SP_UNLOCK, li, place);
}

void lock_handed_over(struct lock_info *li)
{
	struct held_lock *h = lock_held_by_current(li);

	if (!h)
		refuse_release(li, CALLER_PLACE());
	note_dropped(li, h, TRACE_HANDED, CALLER_PLACE());
	li->owner = NULL;
	remove_held(current, h);
}

void lock_move(struct lock_info *li, struct task_struct *from, struct task_struct *to)
{
	struct held_lock *h = find_held(from, li);
	unsigned mode = h->mode;
	uintptr_t place = h->place;
	uint64_t since = h->since;

	if (!lock_pop(from, li, is_spin(li)))
		remove_held(from, h);
	lock_push(to, li, mode, place, is_spin(li));
	to->held[to->nheld - 1].since = since;
	li->owner = to;
}

/* --- assertions ---------------------------------------------------------------------------- */

int spinlocks_held(void)
{
	return current->nspin;
}

static const struct held_lock *held_spinlock(const struct task_struct *t)
{
	int i;

	for (i = t->nheld - 1; i > 0; i--)
		if (t->held[i].lock && is_spin(t->held[i].lock))
			break;
	return &t->held[i];
}

/* One of the conditions of might_sleep_at() is broken, or it is too early to ask. */
static __attribute__((noinline)) void sleep_refused(uintptr_t place)
{
	const struct task_struct *t = current;
	const struct held_lock *h;
	char name[48];

	if (!system_running)
		return;
	if (t->nspin) {
		h = held_spinlock(t);
		panic("%s (pid %d) may sleep in %pS, holding spin lock %s taken in %pS", t->comm,
		      t->pid, (void *)place, lock_name(h->lock, name, sizeof(name)),
		      (void *)h->place);
	}
	if (!arch_irqs_enabled())
		panic("%s (pid %d) may sleep in %pS with interrupts off", t->comm, t->pid,
		      (void *)place);
	panic("%s (pid %d) may sleep in %pS inside an RCU read section", t->comm, t->pid,
	      (void *)place);
}

void might_sleep_at(uintptr_t place)
{
	const struct task_struct *t = current;

	if (unlikely((t->nspin | t->rcu_nesting) != 0 || !arch_irqs_enabled()))
		sleep_refused(place);
}

void might_sleep(void)
{
	might_sleep_at(CALLER_PLACE());
}

void lock_assert_failed(const struct lock_info *li, bool held, const char *expr, const char *func)
{
	char name[48];

	panic("%s (pid %d): %s (%s) must %sbe held in %s", current->comm, current->pid,
	      lock_name(li, name, sizeof(name)), expr, held ? "" : "not ", func);
}

const char *lock_name(const struct lock_info *li, char *buf, size_t size)
{
	const char *class_name = lock_classes[li->class_id].name;

	if (li->label)
		snprintk(buf, size, "%s(%s)", class_name, li->label);
	else if (li->ordinal)
		snprintk(buf, size, "%s#%u", class_name, li->ordinal);
	else /* the only one of its class */
		snprintk(buf, size, "%s", class_name);
	return buf;
}
