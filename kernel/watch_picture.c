/*
 * kernel/watch_picture.c - columns of text: what each task did, side by side, time going down.
 *
 * Three pictures: the way into a deadlock (from the tasks' own records of held and wanted locks, so
 * it needs no trace), the way into a deadlock that could happen (from the order watcher's edges),
 * and the last steps of some tasks (from the trace ring).
 */
#include "kernel/watch_picture.h"

#include "kernel/port.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/sync.h"
#include "kernel/trace.h"

#define WIDTH	  100
#define MARGIN	  6 /* the row number */
#define MAX_COLS  4
#define MAX_ROWS  64
#define MAX_SCAN  2048 /* trace records looked at */

/* --- rows ------------------------------------------------------------------------------------ */

static int column_width(int ncols)
{
	return (WIDTH - MARGIN) / ncols;
}

/* Print @text in column @col; cut it at the column's end. */
static void print_cell(int number, int col, int ncols, const char *text)
{
	char line[WIDTH + 1];
	int at = MARGIN + col * column_width(ncols);
	int width = column_width(ncols) - 1;

	memset(line, ' ', sizeof(line));
	if (number > 0)
		snprintk(line, MARGIN, "%4d ", number);
	line[MARGIN - 1] = ' '; /* where snprintk put its end */
	str_copy(line + at, text, (size_t)width + 1);
	report("%s\n", line);
}

/* A full row from one text per column, the columns parted by a bar under the headings. */
static void print_row(char cells[][40], int ncols)
{
	char line[WIDTH + 1];
	int i, width = column_width(ncols);

	memset(line, ' ', sizeof(line));
	for (i = 0; i < ncols; i++) {
		size_t len = strlen(cells[i]);

		if (len > (size_t)width - 1)
			len = (size_t)width - 1;
		memcpy(line + MARGIN + i * width, cells[i], len);
	}
	for (i = WIDTH; i > 0 && line[i - 1] == ' '; i--)
		;
	line[i] = '\0';
	report("%s\n", line);
}

static void print_headings(char heads[][40], int ncols)
{
	char line[WIDTH + 1];
	int i, width = column_width(ncols);

	print_row(heads, ncols);
	memset(line, ' ', sizeof(line));
	for (i = 0; i < ncols; i++)
		memset(line + MARGIN + i * width, '-', (size_t)width - 2);
	line[MARGIN + ncols * width - 2] = '\0';
	report("%s\n", line);
}

static void task_headings(struct task_struct *const *tasks, int ncols)
{
	char heads[MAX_COLS][40];
	int i;

	for (i = 0; i < ncols; i++)
		snprintk(heads[i], sizeof(heads[i]), "%s (pid %d), CPU %d", tasks[i]->comm,
			 tasks[i]->pid, tasks[i]->cpu);
	print_headings(heads, ncols);
}

/* --- the way into a deadlock ----------------------------------------------------------------- */

struct event {
	uint64_t when;
	int col;
	const struct held_lock *held; /* NULL = the final wait */
};

static int collect(const struct wait_cycle *c, struct event *ev)
{
	int n = 0, i, k;

	for (i = 0; i < c->n && i < MAX_COLS; i++) {
		struct task_struct *t = c->task[i];

		for (k = 0; k < t->nheld && n < MAX_ROWS - MAX_COLS; k++) {
			if (!t->held[k].lock)
				continue;
			ev[n].when = t->held[k].since;
			ev[n].col = i;
			ev[n++].held = &t->held[k];
		}
		ev[n].when = t->wait.since;
		ev[n].col = i;
		ev[n].held = NULL;
		n++;
	}
	return n;
}

static void sort_by_time(struct event *ev, int n)
{
	int i, k;

	for (i = 1; i < n; i++) {
		struct event e = ev[i];

		for (k = i; k > 0 && ev[k - 1].when > e.when; k--)
			ev[k] = ev[k - 1];
		ev[k] = e;
	}
}

/* An arrow on a line of its own, from the waiter's column to that of the task it waits for. */
static void print_arrow(int from, int to, int ncols, const char *label)
{
	char line[WIDTH + 1];
	int width = column_width(ncols);
	int a = MARGIN + min(from, to) * width, b = MARGIN + max(from, to) * width + 2;
	int len = (int)strlen(label), at;

	memset(line, ' ', sizeof(line));
	line[WIDTH] = '\0';
	if (from == to) {
		str_copy(line + a, "`--> itself", WIDTH - (size_t)a);
		report("%s\n", line);
		return;
	}
	memset(line + a, '-', (size_t)(b - a));
	if (to > from) {
		line[a] = '`';
		line[b] = '>';
	} else {
		line[a] = '<';
		line[b] = '\'';
	}
	at = a + (b - a - len) / 2;
	if (at > a + 1)
		memcpy(line + at, label, (size_t)len);
	line[b + 1] = '\0';
	report("%s\n", line);
}

static void cell_of(const struct event *e, const struct task_struct *t, char *buf, size_t size)
{
	char name[40];

	if (e->held) {
		bool pseudo = lock_classes[e->held->lock->class_id].kind == LK_PSEUDO;

		lock_name(e->held->lock, name, sizeof(name));
		if (pseudo && e->held->lock->class_id == LC_RECLAIM)
			snprintk(buf, size, "runs short: steals pages");
		else if (pseudo)
			snprintk(buf, size, "may write pages out");
		else
			snprintk(buf, size, "takes %s", name);
	} else if (t->wait.kind == WAIT_LOCK) {
		snprintk(buf, size, "wants %s ...", lock_name(t->wait.what, name, sizeof(name)));
	} else {
		snprintk(buf, size, "calls %s ...",
			 t->wait.kind == WAIT_CALL ? ((const struct port *)t->wait.what)->name :
						     "somebody");
	}
}

void watch_picture_cycle(const struct wait_cycle *c)
{
	static struct event ev[MAX_ROWS]; /* too big for a kernel stack */
	int ncols = min(c->n, MAX_COLS), n, i;
	char text[64];

	n = collect(c, ev);
	sort_by_time(ev, n);
	task_headings(c->task, ncols);
	for (i = 0; i < n; i++) {
		cell_of(&ev[i], c->task[ev[i].col], text, sizeof(text));
		print_cell(i + 1, ev[i].col, ncols, text);
	}
	for (i = 0; i < ncols; i++) {
		int to = (i + 1) % c->n;

		if (to < ncols)
			print_arrow(i, to, ncols, " waits for ");
	}
}

/* --- the deadlock that an order cycle could become ------------------------------------------- */

/* Pseudo-classes are no locks: an edge into one and the edge out of it are one actor's doing. */
struct actor {
	char holds[ORDER_NAME_LEN], wants[ORDER_NAME_LEN];
	bool through_reclaim;
};

static int actors_of(const struct order_cycle *c, struct actor *out)
{
	int i, start = -1, n = 0;

	for (i = 0; i < c->n && start < 0; i++)
		if (lock_classes[c->edge[i].from].kind != LK_PSEUDO)
			start = i;
	if (start < 0)
		return 0;
	for (i = 0; i < c->n && n < MAX_COLS; i++) {
		const struct order_edge *e = &c->edge[(start + i) % c->n];

		if (lock_classes[e->from].kind != LK_PSEUDO) {
			str_copy(out[n].holds, e->from_name, ORDER_NAME_LEN);
			out[n].through_reclaim = false;
		}
		if (lock_classes[e->to].kind == LK_PSEUDO) {
			out[n].through_reclaim = true;
			continue;
		}
		str_copy(out[n].wants, e->to_name, ORDER_NAME_LEN);
		n++;
	}
	return n;
}

void watch_picture_order(const struct order_cycle *c)
{
	struct actor actor[MAX_COLS];
	char cells[MAX_COLS][40], text[64];
	int n = actors_of(c, actor), i;

	if (n == 0)
		return;
	for (i = 0; i < n; i++)
		snprintk(cells[i], sizeof(cells[i]), "CPU%d", i);
	print_headings(cells, n);
	for (i = 0; i < n; i++) {
		snprintk(text, sizeof(text), "takes %s", actor[i].holds);
		print_cell(0, i, n, text);
	}
	for (i = 0; i < n; i++) {
		if (!actor[i].through_reclaim)
			continue;
		print_cell(0, i, n, "runs short: steals pages");
	}
	for (i = 0; i < n; i++) {
		snprintk(text, sizeof(text), "wants %s ...", actor[i].wants);
		print_cell(0, i, n, text);
	}
	report("      *** each waits for the next: deadlock ***\n");
}

/* --- the last steps, from the trace ---------------------------------------------------------- */

struct row {
	int col;
	char text[48];
};

/* Spin locks that only lists hang on would fill the picture; the page table's may be the vmlist
 * lock. */
static bool noise(const struct trace_record *r)
{
	unsigned class_id = r->obj >> 16;

	switch (r->event) {
	case TE_LOCK_WANT:
	case TE_LOCK_GOT:
	case TE_LOCK_DROP:
		return class_id >= NR_LOCK_CLASSES ||
		       (lock_classes[class_id].kind == LK_SPIN && class_id != LC_PAGE_TABLE);
	case TE_MILESTONE:
		return r->obj >= NR_MILESTONES;
	case TE_SLEEP:
	case TE_WAKE:
		return false;
	default:
		return true;
	}
}

static int column_of(struct task_struct *const *tasks, int n, uint16_t pid)
{
	int i;

	for (i = 0; i < n; i++)
		if (tasks[i]->pid == pid)
			return i;
	return -1;
}

static const char *task_of_pid(uint32_t pid)
{
	struct task_struct *t = find_task_by_pid((int)pid);

	return t ? t->comm : "a task";
}

static void lock_text(const struct trace_record *r, char *buf, size_t size)
{
	bool pseudo = lock_classes[r->obj >> 16].kind == LK_PSEUDO;
	const char *verb = r->event == TE_LOCK_WANT ? "wants" :
			   r->event == TE_LOCK_GOT  ? (pseudo ? "enters" : "gets") :
						      (pseudo ? "leaves" : "drops");
	char obj[40];

	snprintk(buf, size, "%s %s", verb, trace_object_name(r->obj, obj, sizeof(obj)));
}

static void row_text(const struct trace_record *r, char *buf, size_t size)
{
	static const char *const names[NR_MILESTONES] = {
#define X(id, name, object) name,
		MILESTONES(X)
#undef X
	};

	switch (r->event) {
	case TE_LOCK_WANT:
	case TE_LOCK_GOT:
	case TE_LOCK_DROP:
		lock_text(r, buf, size);
		break;
	case TE_MILESTONE:
		if (trace_label_text(r->arg)[0])
			snprintk(buf, size, "* %s(%s)", names[r->obj], trace_label_text(r->arg));
		else
			snprintk(buf, size, "* %s", names[r->obj]);
		break;
	case TE_WAKE:
		snprintk(buf, size, "wakes %s", task_of_pid(r->obj));
		break;
	default:
		snprintk(buf, size, "sleeps");
	}
}

/* Steps of one task on one lock with nothing in between are told in one row: a wish granted at once
 * ("takes"), and a lock dropped at once ("takes and drops"). NULL = they are not. */
static const char *merged(const struct trace_record *last, const struct trace_record *r)
{
	if (!last || last->pid != r->pid || last->obj != r->obj ||
	    lock_classes[r->obj >> 16].kind == LK_PSEUDO)
		return NULL;
	if (last->event == TE_LOCK_WANT && r->event == TE_LOCK_GOT)
		return "takes";
	if (last->event == TE_LOCK_GOT && r->event == TE_LOCK_DROP)
		return "takes and drops";
	return NULL;
}

static bool of_lock(const struct trace_record *r)
{
	return r->event == TE_LOCK_WANT || r->event == TE_LOCK_GOT || r->event == TE_LOCK_DROP;
}

void watch_report_columns(struct task_struct *const *tasks, int n, int rows)
{
	static struct row ring[MAX_ROWS]; /* too big for a kernel stack */
	const struct trace_record *last = NULL;
	int ncols = min(n, MAX_COLS), count = 0, i;
	uint32_t back;

	rows = min(rows, MAX_ROWS);
	for (back = min(trace_count(), (uint32_t)MAX_SCAN); back-- > 0;) {
		const struct trace_record *r = trace_last(back);
		const char *verb;
		struct row *row;
		int col;

		if (!r || noise(r))
			continue;
		col = column_of(tasks, ncols, r->pid);
		if (col < 0)
			continue;
		verb = of_lock(r) ? merged(last, r) : NULL;
		if (verb) {
			char obj[40];

			row = &ring[(count - 1) % MAX_ROWS];
			snprintk(row->text, sizeof(row->text), "%s %s", verb,
				 trace_object_name(r->obj, obj, sizeof(obj)));
		} else {
			row = &ring[count++ % MAX_ROWS];
			row->col = col;
			row_text(r, row->text, sizeof(row->text));
		}
		last = r;
	}
	task_headings(tasks, ncols);
	for (i = max(0, count - rows); i < count; i++)
		print_cell(0, ring[i % MAX_ROWS].col, ncols, ring[i % MAX_ROWS].text);
}
