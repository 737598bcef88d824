/*
 * kernel/poll.c - poll, select. Contract in the header.
 *
 * All files of a call are looked at in rounds. In the first round the task is put on their queues,
 * where it stays until the call ends; before each round it sets its state, so a change between the
 * look and the sleep wakes it. Each watched file keeps a reference until its queue is left.
 */
#include "kernel/poll.h"

#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/syscall.h"
#include "kernel/timer.h"
#include "kernel/uaccess.h"
#include "mm/slab.h"

#define NSEC_TICK (1000000000u / HZ)
#define USEC_TICK (1000000u / HZ)
#define MSEC_TICK (1000u / HZ)
#define MAX_TICKS ((unsigned long)MAX_SCHEDULE_TIMEOUT / 2)

/* One file of a call. */
struct watched {
	struct file *file; /* a reference; NULL = no such descriptor, or none asked for */
	struct wait_queue_head *queue; /* where we wait, NULL = nowhere yet */
	struct wait_queue wait;
	unsigned wanted, found; /* POLL* */
	unsigned fd;		/* select only */
};

struct poll_table {
	struct watched *filling; /* whose poll() method runs, NULL = no longer the first round */
};

void poll_wait(struct poll_table *table, struct wait_queue_head *q)
{
	struct watched *w = table ? table->filling : NULL;

	if (!w || w->queue)
		return;
	w->queue = q;
	w->wait = (struct wait_queue)WAIT_QUEUE_INIT(w->wait);
	add_wait_queue(q, &w->wait);
}

static unsigned ask(struct file *file, struct poll_table *table)
{
	if (!file->f_op->poll)
		return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	return file->f_op->poll(file, table);
}

/* One round; how many files are ready. */
static int look(struct watched *w, unsigned n, bool first)
{
	int ready = 0;

	for (; n--; w++) {
		struct poll_table table = { first ? w : NULL };

		if (w->file)
			w->found = ask(w->file, &table) & w->wanted;
		ready += w->found != 0;
	}
	return ready;
}

/* Wait until one is ready, a signal comes (-EINTR) or jiffies reaches @until (0). */
static int wait_for_any(struct watched *w, unsigned n, bool forever, unsigned long until)
{
	bool first = true;
	int ready;

	for (;; first = false) {
		set_current_state(TASK_INTERRUPTIBLE);
		ready = look(w, n, first);
		if (!ready && signal_pending(current))
			ready = -EINTR;
		if (ready || (!forever && time_after_eq(jiffies, until)))
			break;
		wait_set(WAIT_EVENT, NULL, wait_here());
		schedule_timeout(forever ? MAX_SCHEDULE_TIMEOUT : (long)(until - jiffies));
	}
	set_current_state(TASK_RUNNING);
	wait_clear();
	return ready;
}

static void let_go(struct watched *w, unsigned n)
{
	for (; n--; w++) {
		if (w->queue)
			remove_wait_queue(w->queue, &w->wait);
		if (w->file)
			fput(w->file);
	}
}

static unsigned long ticks_from_now(unsigned long ticks)
{
	return jiffies + min(ticks, MAX_TICKS) + (ticks ? 1 : 0); /* this one has partly passed */
}

/* --- poll -------------------------------------------------------------------------------------------- */

struct user_pollfd {
	int32_t fd;
	int16_t events, revents;
};

static struct watched watch_fd(const struct user_pollfd *u)
{
	struct watched w = { .wanted = (uint16_t)u->events | POLLERR | POLLHUP };

	if (u->fd < 0)
		return w;
	w.file = fd_get((unsigned)u->fd);
	if (!w.file)
		w.found = POLLNVAL;
	return w;
}

static int read_pollfds(unsigned long ufds, struct watched *w, unsigned n)
{
	struct user_pollfd u;
	unsigned i;

	for (i = 0; i < n; i++) {
		if (copy_from_user(&u, ufds + i * sizeof(u), sizeof(u)))
			return -EFAULT;
		w[i] = watch_fd(&u);
	}
	return 0;
}

static int write_pollfds(unsigned long ufds, const struct watched *w, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		uint16_t found = (uint16_t)w[i].found;

		if (copy_to_user(ufds + i * sizeof(struct user_pollfd) +
					 offsetof(struct user_pollfd, revents),
				 &found, sizeof(found)))
			return -EFAULT;
	}
	return 0;
}

static long poll_until(unsigned long ufds, unsigned n, bool forever, unsigned long until)
{
	struct watched *w = NULL;
	long result = 0;

	if (n > NR_OPEN)
		return -EINVAL;
	if (n) {
		w = kzalloc(n * sizeof(*w), GFP_KERNEL);
		if (!w)
			return -ENOMEM;
	}
	result = read_pollfds(ufds, w, n);
	if (!result)
		result = wait_for_any(w, n, forever, until);
	let_go(w, n);
	if (result >= 0 && write_pollfds(ufds, w, n))
		result = -EFAULT;
	kfree(w);
	return result;
}

/* As restart_syscall goes on with it. */
static long poll_or_restart(unsigned long ufds, unsigned n, bool forever, unsigned long until)
{
	long result = poll_until(ufds, n, forever, until);

	if (result != -EINTR)
		return result;
	current->sig.restart.kind = forever ? RESTART_POLL_FOREVER : RESTART_POLL;
	current->sig.restart.until = until;
	current->sig.restart.arg = ufds;
	current->sig.restart.count = (int)n;
	return -ERESTART_RESTARTBLOCK;
}

long poll_restart(void)
{
	return poll_or_restart(current->sig.restart.arg, (unsigned)current->sig.restart.count,
			       current->sig.restart.kind == RESTART_POLL_FOREVER,
			       current->sig.restart.until);
}

long sc_poll(const struct syscall_frame *f)
{
	int32_t ms = (int32_t)f->arg[2];
	unsigned long ticks = ms > 0 ? ((unsigned long)ms + MSEC_TICK - 1) / MSEC_TICK : 0;

	return poll_or_restart(f->arg[0], (unsigned)f->arg[1], ms < 0, ticks_from_now(ticks));
}

/* --- select ------------------------------------------------------------------------------------------ */

#define SET_WORDS (NR_OPEN / 32)

enum { SET_IN, SET_OUT, SET_EX, NR_SETS };

struct select_work {
	uint32_t set[NR_SETS][SET_WORDS];
	unsigned count; /* descriptors in watch[] */
	struct watched watch[];
};

/* What makes a descriptor count as readable, writable, exceptional. */
static const unsigned wants[NR_SETS] = { POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
					 POLLOUT | POLLWRNORM | POLLERR, POLLPRI };

static bool in_set(const struct select_work *s, int which, unsigned fd)
{
	return s->set[which][fd / 32] >> (fd % 32) & 1;
}

static int read_sets(struct select_work *s, const unsigned long uset[NR_SETS], unsigned n)
{
	size_t bytes = (n + 31) / 32 * 4;
	int i;

	for (i = 0; i < NR_SETS; i++)
		if (uset[i] && copy_from_user(s->set[i], uset[i], bytes))
			return -EFAULT;
	return 0;
}

/* Collect the descriptors below @n that are in some set. */
static int watch_sets(struct select_work *s, unsigned n)
{
	unsigned fd;
	int i;

	for (fd = 0; fd < n; fd++) {
		struct watched *w = &s->watch[s->count];

		for (i = 0; i < NR_SETS; i++)
			if (in_set(s, i, fd))
				w->wanted |= wants[i];
		if (!w->wanted)
			continue;
		w->file = fd_get(fd);
		if (!w->file)
			return -EBADF;
		w->fd = fd;
		s->count++;
	}
	return 0;
}

/* Leave in the sets what is ready; how many bits that are. */
static int keep_ready(struct select_work *s)
{
	unsigned k;
	int i, bits = 0;

	for (k = 0; k < s->count; k++) {
		unsigned fd = s->watch[k].fd;

		for (i = 0; i < NR_SETS; i++) {
			if (!in_set(s, i, fd))
				continue;
			if (s->watch[k].found & wants[i])
				bits++;
			else
				s->set[i][fd / 32] &= ~((uint32_t)1 << (fd % 32));
		}
	}
	return bits;
}

static int write_sets(const struct select_work *s, const unsigned long uset[NR_SETS], unsigned n)
{
	size_t bytes = (n + 31) / 32 * 4;
	int i;

	for (i = 0; i < NR_SETS; i++)
		if (uset[i] && copy_to_user(uset[i], s->set[i], bytes))
			return -EFAULT;
	return 0;
}

static long select_files(struct select_work *s, const unsigned long uset[NR_SETS], unsigned n,
			 bool forever, unsigned long until)
{
	long result = read_sets(s, uset, n);

	if (!result)
		result = watch_sets(s, n);
	if (!result)
		result = wait_for_any(s->watch, s->count, forever, until);
	let_go(s->watch, s->count);
	if (result < 0)
		return result;
	result = keep_ready(s);
	return write_sets(s, uset, n) ? -EFAULT : result;
}

static int read_timeout(unsigned long utime, bool *forever, unsigned long *until)
{
	uint32_t tv[2];

	*forever = !utime;
	*until = 0;
	if (!utime)
		return 0;
	if (copy_from_user(tv, utime, sizeof(tv)))
		return -EFAULT;
	if ((int32_t)tv[0] < 0 || (int32_t)tv[1] < 0)
		return -EINVAL;
	*until = ticks_from_now((unsigned long)min(tv[0], 10000000u) * HZ +
				(tv[1] + USEC_TICK - 1) / USEC_TICK);
	return 0;
}

/* Linux leaves the time that was not slept, so that the call can be made again. */
static void write_timeout(unsigned long utime, unsigned long until)
{
	long left = (long)(until - jiffies);
	uint32_t tv[2] = { 0, 0 };

	if (left > 0) {
		tv[0] = (uint32_t)(left / HZ);
		tv[1] = (uint32_t)(left % HZ) * USEC_TICK;
	}
	if (copy_to_user(utime, tv, sizeof(tv)))
		return; /* it was readable; a program that shares it read-only loses nothing */
}

static long do_select(int n, const unsigned long uset[NR_SETS], unsigned long utime)
{
	struct select_work *s;
	unsigned long until;
	bool forever;
	long result = read_timeout(utime, &forever, &until);

	if (result)
		return result;
	if (n < 0)
		return -EINVAL;
	n = min(n, NR_OPEN);
	s = kzalloc(sizeof(*s) + (size_t)n * sizeof(s->watch[0]), GFP_KERNEL);
	if (!s)
		return -ENOMEM;
	result = select_files(s, uset, (unsigned)n, forever, until);
	kfree(s);
	if (utime)
		write_timeout(utime, until);
	return result == -EINTR ? -ERESTARTNOHAND : result;
}

long sc_newselect(const struct syscall_frame *f)
{
	return do_select((int)f->arg[0], &f->arg[1], f->arg[4]);
}

/* The old call passes a block of its five arguments. */
long sc_select(const struct syscall_frame *f)
{
	uint32_t a[5];
	unsigned long uset[NR_SETS];
	int i;

	if (copy_from_user(a, f->arg[0], sizeof(a)))
		return -EFAULT;
	for (i = 0; i < NR_SETS; i++)
		uset[i] = a[1 + i];
	return do_select((int)a[0], uset, a[4]);
}
