/*
 * kernel/trace.c - the binary trace ring and its hash. DESIGN section 4.
 *
 * One fixed ring, oldest records overwritten, losses counted. A writer claims its slot with one
 * atomic addition and then owns it; a reader (report, diff) looks when the machine stands still.
 *
 * The hash covers who did what to which object in which order, and nothing that differs between two
 * machines on which the same schedule runs: controlled tasks count by their number, locks by the
 * order of their first appearance since trace_reset(), never by address, pid or boot-time ordinal.
 */
#include "kernel/trace.h"

#include "kernel/errno.h"
#include "kernel/lock.h"
#include "kernel/printk.h"
#include "kernel/private_word.h"
#include "kernel/string.h"
#include "kernel/sync.h"
#include "kernel/task.h"
#include "kernel/trace_format.h"
#include "kernel/trace_out.h"

#define TRACE_RING    16384u /* records; a power of two */
#define TRACE_LABELS  TRACE_RAW_LABELS /* names of milestones' objects, locks and tasks */
#define TRACE_OBJECTS 512u   /* locks that have a number of first appearance; a power of two */
#define LABEL_LEN     TRACE_LABEL_LEN

_Static_assert(NR_TRACE_EVENTS <= 16, "kernel/observe.h");

static struct trace_record ring[TRACE_RING];
static uint32_t next_seq;
static uint64_t hash;

static char labels[TRACE_LABELS][LABEL_LEN]; /* 0 is no label */
static uint32_t nlabels = 1;
static int labels_busy;
static uint8_t label_hint[NR_CPUS] STATISTIC; /* what each CPU asked for last */

/* What is known of one lock object, found by its class and ordinal. */
struct object {
	uint32_t obj; /* class << 16 | ordinal, plus 1: 0 = free slot */
	uint16_t nth; /* order of first appearance within its class, from 1 */
	char label[LABEL_LEN];
};

static struct object objects[TRACE_OBJECTS];
static uint16_t appeared[NR_LOCK_CLASSES];

static const char *const event_names[NR_TRACE_EVENTS] = {
#define X(id, name, meaning) name,
	TRACE_EVENTS(X)
#undef X
};

static bool is_lock_event(unsigned ev)
{
	return ev == TE_LOCK_WANT || ev == TE_LOCK_GOT || ev == TE_LOCK_DROP;
}

/* --- names ----------------------------------------------------------------------------------- */

/* Two CPUs may bring the same new name: one of them enters it. */
static uint32_t add_label(const char *label)
{
	unsigned long flags = private_lock(&labels_busy);
	uint32_t i;

	for (i = 1; i < nlabels; i++)
		if (strncmp(labels[i], label, LABEL_LEN - 1) == 0)
			break;
	if (i == TRACE_LABELS) {
		i = 0;
	} else if (i == nlabels) {
		str_copy(labels[i], label, LABEL_LEN);
		__atomic_store_n(&nlabels, i + 1, __ATOMIC_RELEASE);
	}
	private_unlock(&labels_busy, flags);
	return i;
}

uint32_t trace_label(const char *label)
{
	uint32_t i;

	if (!label || !label[0])
		return 0;
	i = label_hint[arch_cpu_id()];
	if (i && i < nlabels && strncmp(labels[i], label, LABEL_LEN - 1) == 0)
		return i;
	for (i = 1; i < nlabels; i++)
		if (strncmp(labels[i], label, LABEL_LEN - 1) == 0)
			break;
	if (i == nlabels)
		i = add_label(label);
	label_hint[arch_cpu_id()] = (uint8_t)i;
	return i;
}

const char *trace_label_text(uint32_t id)
{
	return id < nlabels ? labels[id] : "";
}

/* The entry of @obj, entered if there is room; NULL = the table is full. */
static struct object *object_of(uint32_t obj)
{
	uint32_t h = (obj * 2654435761u) >> 16, i;

	for (i = 0; i < TRACE_OBJECTS; i++) {
		struct object *o = &objects[(h + i) & (TRACE_OBJECTS - 1)];

		if (o->obj == obj + 1)
			return o;
		if (o->obj == 0) {
			o->obj = obj + 1;
			return o;
		}
	}
	return NULL;
}

void trace_name_object(uint32_t obj, const char *label)
{
	struct object *o;

	if (!label || !label[0])
		return;
	o = object_of(obj);
	if (o)
		str_copy(o->label, label, LABEL_LEN);
}

const char *trace_object_name(uint32_t obj, char *buf, size_t size)
{
	unsigned class_id = obj >> 16;
	struct object *o = object_of(obj);
	const char *class_name = class_id < NR_LOCK_CLASSES ? lock_classes[class_id].name : "lock";

	if (o && o->label[0])
		snprintk(buf, size, "%s(%s)", class_name, o->label);
	else if ((obj & 0xffff) == 0) /* the only one of its class */
		snprintk(buf, size, "%s", class_name);
	else
		snprintk(buf, size, "%s#%u", class_name, obj & 0xffff);
	return buf;
}

/* A lock's number that is the same on every machine that runs the same schedule. */
static uint32_t object_number(uint32_t obj)
{
	unsigned class_id = obj >> 16;
	struct object *o = object_of(obj);

	if (!o || class_id >= NR_LOCK_CLASSES)
		return obj;
	if (o->nth == 0)
		o->nth = ++appeared[class_id];
	return (uint32_t)class_id << 16 | o->nth;
}

/* --- records --------------------------------------------------------------------------------- */

/* Which CPU switches when, and the scheduler's own locks, differ with the number of CPUs although
 * the same tasks do the same: they are no part of the order of events. */
static bool counts_in_hash(enum trace_event ev, uint32_t obj)
{
	unsigned class_id = obj >> 16;

	if (ev == TE_SWITCH)
		return false;
	if (ev >= TE_OP_ENTER) /* they say again, for people, what the others say */
		return false;
	return !is_lock_event(ev) || class_id >= NR_LOCK_CLASSES ||
	       (!lock_classes[class_id].leaf && class_id != LC_WAITQUEUE && class_id != LC_PORT);
}

static void hash_word(uint32_t w)
{
	hash = (hash ^ w) * 0x100000001b3ull;
	hash ^= hash >> 29;
}

void trace_record(enum trace_event ev, uint32_t obj, uint32_t arg, uintptr_t place)
{
	trace_record_at(arch_ticks(), ev, obj, arg, place);
}

void trace_record_at(uint64_t tick, enum trace_event ev, uint32_t obj, uint32_t arg,
		     uintptr_t place)
{
	struct task_struct *t = current;
	uint32_t seq;
	struct trace_record *r;

	if (trace_out_running()) {
		trace_out_record(tick, ev, obj, arg, place);
		return;
	}
	seq = __atomic_fetch_add(&next_seq, 1, __ATOMIC_RELAXED);
	r = &ring[seq & (TRACE_RING - 1)];
	r->tick = tick;
	r->seq = seq;
	r->pid = t ? (uint16_t)t->pid : 0;
	r->event = (uint8_t)ev;
	r->cpu = (uint8_t)arch_cpu_id();
	r->obj = obj;
	r->arg = arg;
	r->place = place;

	if (!counts_in_hash(ev, obj))
		return;
	hash_word(t && t->ctl_id >= 0 ? 0x10000u + (unsigned)t->ctl_id : r->pid);
	hash_word((uint32_t)ev);
	hash_word(is_lock_event(ev) ? object_number(obj) : obj);
	hash_word(arg);
}

/* A trace that leaves the machine begins with the names of the locks that were there before it. */
static void tell_names(void)
{
	uint32_t i;

	for (i = 0; i < TRACE_OBJECTS; i++)
		if (objects[i].obj && objects[i].label[0])
			trace_out_record(arch_ticks(), TE_LOCK_INIT, objects[i].obj - 1,
					 trace_label(objects[i].label), 0);
}

void trace_reset(void)
{
	uint32_t i;

	trace_out_start();
	next_seq = 0;
	hash = 0xcbf29ce484222325ull;
	nlabels = 1;
	for (i = 0; i < TRACE_OBJECTS; i++)
		objects[i].nth = 0; /* the labels stay: the locks are still called so */
	memset(appeared, 0, sizeof(appeared));
	if (trace_out_running())
		tell_names();
}

uint64_t trace_hash(void)
{
	return hash;
}

uint32_t trace_count(void)
{
	return __atomic_load_n(&next_seq, __ATOMIC_RELAXED);
}

uint32_t trace_lost(void)
{
	uint32_t n = trace_count();

	return n > TRACE_RING ? n - TRACE_RING : 0;
}

const struct trace_record *trace_last(uint32_t back)
{
	uint32_t n = trace_count();

	if (back >= n || back >= TRACE_RING)
		return NULL;
	return &ring[(n - 1 - back) & (TRACE_RING - 1)];
}

/* --- switching on ---------------------------------------------------------------------------- */

#define BIT(ev) (1u << TE_##ev)

static const struct {
	const char *word;
	unsigned mask;
} trace_words[] = {
	{ "none", 0 },
	{ "lock", BIT(LOCK_WANT) | BIT(LOCK_GOT) | BIT(LOCK_DROP) },
	{ "sched", BIT(SLEEP) | BIT(WAKE) | BIT(SWITCH) },
	{ "mm", BIT(MILESTONE) | BIT(FAULT) | BIT(PAGE_OUT) | BIT(PAGE_IN) | BIT(SHARED) },
	{ "io", BIT(IO) | BIT(MILESTONE) },
	{ "all", (1u << NR_TRACE_EVENTS) - 1 },
};

int trace_setup(const char *words)
{
	const char *w = words;
	unsigned mask = 0;

	while (w && *w) {
		size_t n = strchr(w, ',') ? (size_t)(strchr(w, ',') - w) : strlen(w);
		size_t i;

		for (i = 0; i < ARRAY_SIZE(trace_words); i++)
			if (strlen(trace_words[i].word) == n &&
			    strncmp(w, trace_words[i].word, n) == 0)
				break;
		if (i == ARRAY_SIZE(trace_words)) {
			report("trace=%s: unknown word at \"%s\"; known: lock, sched, mm, io, all, "
			       "none\n", words, w);
			return -EINVAL;
		}
		mask |= trace_words[i].mask;
		w += n + (w[n] == ',');
	}
	trace_mask = (uint16_t)mask;
	return 0;
}

/* --- text ------------------------------------------------------------------------------------ */

static void print_record(const struct trace_record *r)
{
	char obj[48], where[64];
	const char *fn;
	uintptr_t off = 0;

	fn = symbol_lookup(r->place, &off);
	if (fn)
		snprintk(where, sizeof(where), "%s+0x%lx", fn, (unsigned long)off);
	else
		where[0] = '\0';
	if (is_lock_event(r->event))
		trace_object_name(r->obj, obj, sizeof(obj));
	else if (r->event == TE_MILESTONE && r->obj < NR_MILESTONES)
		snprintk(obj, sizeof(obj), "#%u(%s)", r->obj, trace_label_text(r->arg));
	else
		snprintk(obj, sizeof(obj), "%x %x", r->obj, r->arg);
	report("%8u cpu%u pid %3u %-10s %-32s %s\n", r->seq, r->cpu, r->pid,
	       r->event < NR_TRACE_EVENTS ? event_names[r->event] : "?", obj, where);
}

void trace_print(unsigned n)
{
	unsigned have = min(trace_count(), TRACE_RING);

	if (n > have)
		n = have;
	report("trace: the last %u of %u events (%u lost)\n", n, trace_count(), trace_lost());
	while (n-- > 0)
		print_record(trace_last(n));
}
