/*
 * kernel/wait_record.c - what a task says it waits for: the record that the `waits` watcher and reports
 * read. See kernel/wait.h. A file of its own, because it is no part of what wait queues do: for the
 * explorer it belongs to the observers.
 */
#include "kernel/wait.h"

void wait_set(enum wait_kind kind, const void *what, uintptr_t place)
{
	struct wait_for *w = &current->wait;

	w->mode = 0;
	w->what = what;
	w->place = place;
	w->since = arch_ticks();
	w->nheld = current->nheld;
	__atomic_store_n(&w->kind, kind, __ATOMIC_RELEASE); /* last: watchers see all of it or none */
}

void wait_clear(void)
{
	current->wait.kind = WAIT_NONE;
}

uintptr_t wait_here(void)
{
	return CALLER_PLACE();
}
