/* kernel/control_internal.h - what control.c and control_log.c share; nobody else includes it. */
#ifndef KERNEL_CONTROL_INTERNAL_H
#define KERNEL_CONTROL_INTERNAL_H

#include "kernel/control.h"

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
