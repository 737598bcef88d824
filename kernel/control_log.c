/*
 * kernel/control_log.c - the record of a controlled run: steps, fingerprints, and their texts.
 *
 * A fingerprint is a rolling 16-bit hash over (task number, kind of point, class and number of the
 * object). An object's number is the order of its first appearance in this run, a milestone's
 * object counts by its name: both are the same on every machine that runs the same schedule, as
 * addresses, pids and boot-time ordinals are not. facts/systematic-exploration.md section 9.
 */
#include "kernel/control_internal.h"

#include "kernel/printk.h"
#include "kernel/story.h"
#include "kernel/string.h"
#include "kernel/trace.h"

#define MAX_OBJECTS 192
#define NO_OBJECT   0xffffu

/* A lock that was met in this run. */
struct met {
	uint8_t class_id;
	uint8_t nth; /* of its class, from 0 */
	uint16_t ordinal;
	char label[12];
};

static struct ctl_step steps[CTL_MAX_STEPS];
static struct ctl_step scratch; /* the step in work, and all those after the record is full */
static unsigned nsteps;
static uint16_t rolling;

static struct met met[MAX_OBJECTS];
static unsigned nmet;
static uint8_t met_of_class[NR_LOCK_CLASSES];

void ctl_log_reset(void)
{
	nsteps = 0;
	rolling = 0;
	nmet = 0;
	memset(met_of_class, 0, sizeof(met_of_class));
}

/* --- objects --------------------------------------------------------------------------------- */

static bool has_lock(enum sync_kind kind)
{
	return kind == SP_LOCK || kind == SP_UNLOCK || kind == SP_TRYLOCK;
}

static uint16_t object_number(const struct lock_info *li)
{
	struct met *m;
	unsigned i;

	for (i = 0; i < nmet; i++)
		if (met[i].class_id == li->class_id && met[i].ordinal == li->ordinal)
			return (uint16_t)(met[i].class_id << 8 | met[i].nth);
	if (nmet == MAX_OBJECTS)
		return (uint16_t)(li->class_id << 8 | 0xff);
	m = &met[nmet++];
	m->class_id = li->class_id;
	m->ordinal = li->ordinal;
	m->nth = met_of_class[li->class_id]++;
	str_copy(m->label, li->label ? li->label : "", sizeof(m->label));
	return (uint16_t)(m->class_id << 8 | m->nth);
}

/* Names are hashed by their letters: the table of labels may be in another order elsewhere. */
static unsigned label_hash(uint32_t label)
{
	const char *c;
	unsigned h = 5381;

	for (c = trace_label_text(label); *c; c++)
		h = h * 33 + (unsigned char)*c;
	return h;
}

/* --- fingerprints ---------------------------------------------------------------------------- */

static uint16_t mix(uint16_t h, unsigned word)
{
	uint32_t x = ((uint32_t)h << 16 | (word & 0xffff)) * 0x9e3779b1u;

	x ^= x >> 15;
	x *= 0x85ebca6bu;
	return (uint16_t)(x >> 16);
}

uint16_t ctl_log_print_of(uint16_t before, const struct ctl_step *s)
{
	uint16_t h = mix(before, (unsigned)s->task << 8 | s->kind);

	if (s->kind == SP_MILESTONE)
		h = mix(mix(h, s->milestone >> 8), label_hash(s->milestone & 0xff));
	else
		h = mix(h, s->object);
	return h;
}

struct ctl_step *ctl_log_step(int task, unsigned nth, enum sync_kind kind, const void *obj,
			      enum milestone m, const char *label)
{
	struct ctl_step *s = &scratch;

	s->task = (uint8_t)task;
	s->nth = (uint16_t)nth;
	s->kind = (uint8_t)kind;
	s->object = NO_OBJECT;
	s->milestone = 0;
	if (has_lock(kind) && obj)
		s->object = object_number(obj);
	if (kind == SP_MILESTONE)
		s->milestone = (uint16_t)((unsigned)m << 8 | (trace_label(label) & 0xff));
	rolling = ctl_log_print_of(rolling, s);
	s->print = rolling;
	return s;
}

void ctl_log_commit(const struct ctl_step *s)
{
	if (nsteps < CTL_MAX_STEPS)
		steps[nsteps] = *s;
	nsteps++;
}

unsigned ctl_steps(void)
{
	return nsteps;
}

const struct ctl_step *ctl_step_at(unsigned n)
{
	return n < min(nsteps, (unsigned)CTL_MAX_STEPS) ? &steps[n] : NULL;
}

/* 16 bits name no step uniquely; but few tasks, kinds and known objects are possible. */
bool ctl_log_guess(uint16_t before, uint16_t want, struct ctl_step *out)
{
	struct ctl_step s;
	int task, found = 0;
	unsigned i;

	memset(&s, 0, sizeof(s));
	for (task = 0; task <= CTL_IRQ; task++) {
		if (task >= ctl_ntasks() && task != CTL_IRQ)
			continue;
		s.task = (uint8_t)task;
		for (i = 0; i < NR_SYNC_KINDS * (nmet + 1); i++) {
			unsigned o = i / NR_SYNC_KINDS;

			s.kind = (uint8_t)(i % NR_SYNC_KINDS);
			if (s.kind == SP_MILESTONE || has_lock((enum sync_kind)s.kind) != (o > 0))
				continue;
			s.object = o ? (uint16_t)(met[o - 1].class_id << 8 | met[o - 1].nth) :
				       NO_OBJECT;
			if (ctl_log_print_of(before, &s) == want && found++ == 0)
				*out = s;
		}
		s.kind = SP_MILESTONE;
		for (i = 0; i < NR_MILESTONES * 64u; i++) {
			if (i % 64 && !trace_label_text(i % 64)[0])
				continue;
			s.milestone = (uint16_t)((i / 64) << 8 | (i % 64));
			if (ctl_log_print_of(before, &s) == want && found++ == 0)
				*out = s;
		}
	}
	return found == 1;
}

/* --- texts ----------------------------------------------------------------------------------- */

static void object_text(uint16_t object, char *buf, size_t size)
{
	unsigned class_id = object >> 8, nth = object & 0xff, i;

	for (i = 0; i < nmet; i++)
		if (met[i].class_id == class_id && met[i].nth == nth && met[i].label[0])
			break;
	if (class_id >= NR_LOCK_CLASSES)
		snprintk(buf, size, "a lock");
	else if (i < nmet)
		snprintk(buf, size, "%s(%s)", lock_classes[class_id].name, met[i].label);
	else if (met_of_class[class_id] > 1)
		snprintk(buf, size, "%s (the run's no. %u)", lock_classes[class_id].name, nth + 1);
	else
		snprintk(buf, size, "%s", lock_classes[class_id].name);
}

const char *ctl_step_text(const struct ctl_step *s, char *buf, size_t size)
{
	static const char *const what[NR_SYNC_KINDS] = {
		[SP_LOCK] = "about to take",	[SP_UNLOCK] = "has released",
		[SP_TRYLOCK] = "about to try",	[SP_SLEEP] = "about to sleep",
		[SP_WAKE] = "has woken others", [SP_IO_SUBMIT] = "about to start I/O",
		[SP_IO_DONE] = "I/O is done",	[SP_READ] = "about to read a shared word",
		[SP_WRITE] = "about to write a shared word",
		[SP_START] = "starts",		[SP_END] = "has ended",
	};
	const char *who = s->task == CTL_NOBODY ? "the run" : ctl_name(s->task);
	char object[48];

	if (s->kind == SP_MILESTONE) {
		const char *label = trace_label_text(s->milestone & 0xff);

		snprintk(buf, size, "%s at %s%s%s%s", who,
			 milestone_name((enum milestone)(s->milestone >> 8)), label[0] ? "(" : "",
			 label, label[0] ? ")" : "");
	} else if (has_lock((enum sync_kind)s->kind) && s->object != NO_OBJECT) {
		object_text(s->object, object, sizeof(object));
		snprintk(buf, size, "%s %s %s", who, what[s->kind], object);
	} else {
		snprintk(buf, size, "%s %s", who, s->kind < NR_SYNC_KINDS ? what[s->kind] : "?");
	}
	return buf;
}

/* --- the point table ------------------------------------------------------------------------- */

static unsigned hash_text(unsigned h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return (h ^ 0xff) * 16777619u;
}

unsigned ctl_points_hash(void)
{
	unsigned h = 2166136261u, i;

	h = (h ^ NR_SYNC_KINDS) * 16777619u;
	for (i = 0; i < NR_MILESTONES; i++)
		h = hash_text(h, milestone_name((enum milestone)i));
	for (i = 0; i < NR_LOCK_CLASSES; i++) {
		h = hash_text(h, lock_classes[i].name);
		h = (h ^ lock_classes[i].leaf) * 16777619u;
	}
	return h;
}
