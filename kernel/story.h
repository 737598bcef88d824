/*
 * kernel/story.h - stories: partial orders of milestones, as text that a person writes.
 *
 * DESIGN section 5. The format, line by line ('#' at a line's start or after a blank begins a
 * comment):
 *
 *	story swapout-deadlock
 *	hold kswapd
 *	B drv.lock(L) < A fault.enter
 *	A method.enter(V) < B alloc.short#1 < C fault.enter
 *
 * An event is "TASK milestone", optionally "(object)" as the milestone names it, optionally
 * "#n" = its nth occurrence (from 1; default 1) among those that match task, milestone and object.
 * "x < y" holds y's task at y until x has happened. "hold T" lets task T run only when nobody else
 * can. The same event written twice is one event.
 *
 * A constraint that can no longer be met is dropped; then the events that waited for it count as
 * not honoured and the report says why. A story never makes a run fail.
 *
 * Interface: story_parse, then kernel/control.c calls the rest; story_report at the end.
 */
#ifndef KERNEL_STORY_H
#define KERNEL_STORY_H

#include "kernel/sync.h"
#include "kernel/types.h"

#define STORY_MAX_EVENTS 32
#define STORY_MAX_HOLDS	 4
#define STORY_NAME_LEN	 32
#define STORY_OBJ_LEN	 16

enum story_fate { STORY_WAITING, STORY_HAPPENED };

struct story_event {
	int8_t task;	      /* number of the controlled task */
	uint8_t milestone;    /* enum milestone */
	char object[STORY_OBJ_LEN]; /* "" = any */
	uint16_t occurrence;  /* from 1 */
	uint16_t line;	      /* where it is written */
	uint32_t before;      /* mask of events that must have happened first */
	/* the run */
	uint16_t seen;	      /* matching milestones so far */
	uint8_t fate;	      /* enum story_fate */
	uint32_t dropped;     /* of @before: constraints given up */
};

struct story {
	char name[STORY_NAME_LEN];
	int nevents;
	struct story_event event[STORY_MAX_EVENTS];
	int nholds;
	int8_t hold[STORY_MAX_HOLDS]; /* task numbers */
	bool hold_dropped[STORY_MAX_HOLDS];
	uint32_t emitted; /* mask of milestones (bit = enum milestone) that any task has emitted */
};

/* Parse @len bytes of @text. @task_number(name) gives a task's number, -1 = unknown. On an error
 * returns -EINVAL with one clear line ("story line 3: ...") in @err. Context: any. */
int story_parse(struct story *s, const char *text, size_t len, int (*task_number)(const char *name),
		char *err, size_t errsize);
/* Make it ready for another run. */
void story_rewind(struct story *s);

/* Task @task is at milestone @m of object @label (may be NULL). Counts the occurrence; returns the
 * event it is, or -1 = the story does not speak of it. */
int story_arrive(struct story *s, int task, enum milestone m, const char *label);
/* May event @e happen now? */
bool story_may_pass(const struct story *s, int e);
/* Event @e has happened: its task goes on from it. */
void story_pass(struct story *s, int e);
bool story_holds(const struct story *s, int task); /* a hold directive, not yet dropped */
void story_drop_hold(struct story *s, int task);
/* Give up what event @e still waits for, in favour of progress. */
void story_drop(struct story *s, int e);
/* Task @task has ended: nothing of it can happen any more. Drops the constraints that waited for
 * it. */
void story_task_ended(struct story *s, int task);

/* "5 of 6": events that happened with all their constraints met, of all. */
int story_honoured(const struct story *s);
/* "A method.enter(V)"; returns @buf. */
const char *story_event_text(const struct story *s, int e, char *buf, size_t size);
/* Why event @e was not honoured; returns a constant text, "" if it was. */
const char *story_why_not(const struct story *s, int e);
/* "5 of 6 steps honoured" and one line for each that was not, with report(). */
void story_report(const struct story *s);

enum milestone milestone_find(const char *name, size_t len); /* NR_MILESTONES = unknown */
const char *milestone_name(enum milestone m);

#endif
