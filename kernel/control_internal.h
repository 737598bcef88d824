/* kernel/control_internal.h - what the files kernel/control*.c share; nobody else includes it. */
#ifndef KERNEL_CONTROL_INTERNAL_H
#define KERNEL_CONTROL_INTERNAL_H

#include "kernel/control.h"

#define CTL_CHAIN_MAX 24

struct ctl_slot {
	struct task_struct *task; /* NULL = number not in use, or the task is gone */
	const char *name;
	bool service;
	bool ended;
	bool said_end; /* has passed, or stands at, SP_END */
	unsigned points;	    /* how many it has passed */
	bool at_point;		    /* stands in wait_for_baton(): its state does not count */
	bool slept;		    /* it passed SP_SLEEP: on its way into schedule() */
	struct lock_info *wait_lock; /* disabled while this has an owner */
	struct lock_info *at_lock;   /* stands at SP_LOCK before this */
	bool (*cond)(void *);	    /* disabled until this is true */
	void *cond_arg;
	int event; /* the story's event it stands at, -1 = none */
	/* the call chain, made by the task itself on request while it stands on its CPU */
	volatile bool chain_wanted;
	int nchain;
	uintptr_t chain[CTL_CHAIN_MAX];
};

/* The state of the run, control.c's. Written by who holds the baton. */
struct ctl_state {
	struct ctl_slot slots[CTL_MAX_TASKS + 1]; /* the last is the controller's own, CTL_IRQ */
	int nslots;				  /* numbers in use, CTL_IRQ not counted */
	struct ctl_config config;
	enum ctl_verdict verdict; /* CTL_NONE while the run goes on */
	bool irq_chosen;	  /* the baton went to CTL_IRQ to deliver something */
};

extern struct ctl_state ctl_now;

/* --- control_choose.c */
/*
 * The decision. @at is at its point @s (from ctl_log_step); @others: it would rather not go on
 * itself (it yields). Records the step and returns who goes on; CTL_IRQ with irq_chosen false = the
 * run is to be judged. Context: any, takes no lock; the caller holds the baton.
 */
int ctl_decide(int at, struct ctl_step *s, bool others);
bool ctl_unfinished(void); /* is there a task that has to finish and has not? */
void ctl_choose_reset(void);

/* --- control_irq.c */
unsigned ctl_in_flight(void); /* transfers given to devices whose completion was not delivered */
void ctl_deliver(void);	      /* the oldest completion, or the next timer; the controller only */
void ctl_irqs_reset(void);

/* --- control_log.c */
#define CTL_NOBODY 255 /* "who is at the point" of a run's first decision */

/* A new run: no steps, no names. */
void ctl_log_reset(void);
/* Fill the next step: @task is at its @nth point of kind @kind at @obj (a lock_info for the lock
 * kinds, else unused), or at milestone @m of @label. The fingerprint goes forward. The caller adds
 * next, dflt and enabled, and then counts it with ctl_log_commit(). */
struct ctl_step *ctl_log_step(int task, unsigned nth, enum sync_kind kind, const void *obj,
			      enum milestone m, const char *label);
void ctl_log_commit(const struct ctl_step *s);
/* How the step would be fingerprinted if it were what @s says, after the fingerprint @before. */
uint16_t ctl_log_print_of(uint16_t before, const struct ctl_step *s);
/* Try to tell which step the fingerprint @want, after @before, stands for; false = cannot say. */
bool ctl_log_guess(uint16_t before, uint16_t want, struct ctl_step *out);

#endif
