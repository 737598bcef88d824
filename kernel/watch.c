/*
 * kernel/watch.c - what the watchers share: the switch, the hooks of the locks, the complaints.
 *
 * kernel/watch.h is the manual. The table of complaints is written under a private word with
 * interrupts off, like the order watcher's tables: a complaint may come from an interrupt.
 */
#include "kernel/watch.h"

#include <stdarg.h>

#include "kernel/arch.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/private_word.h"
#include "kernel/string.h"
#include "kernel/trace.h"
#include "kernel/watch_internal.h"
#include "kernel/watch_rules.h"

#define MAX_COMPLAINTS 64

const char *(*watch_explain)(const char *key, char *buf, size_t size);

static struct watch_complaint complaints[MAX_COMPLAINTS];
static unsigned ncomplaints;
static int complaints_busy;

static size_t word_length(const char *w)
{
	size_t n = 0;

	while (w[n] && w[n] != ',' && w[n] != ' ' && w[n] != '\n')
		n++;
	return n;
}

int watch_setup(const char *words)
{
	static const struct {
		const char *word;
		unsigned mask;
	} known[] = { { "none", 0 },
		      { "order", WATCH_ORDER },
		      { "waits", WATCH_WAITS },
		      { "rules", WATCH_RULES },
		      { "stats", WATCH_STATS },
		      { "all", WATCH_ALL } };
	const char *w = words;
	unsigned mask = 0;

	while (w && *w) {
		size_t n = word_length(w), i;

		if (!n) {
			w++;
			continue;
		}
		for (i = 0; i < ARRAY_SIZE(known); i++)
			if (strlen(known[i].word) == n && strncmp(w, known[i].word, n) == 0)
				break;
		if (i == ARRAY_SIZE(known)) {
			report("watch=%s: unknown word at \"%s\"; known: order, waits, rules, all, "
			       "stats, none\n", words, w);
			return -EINVAL;
		}
		mask |= known[i].mask;
		w += n;
	}
	watch_mask = (uint8_t)mask;
	return 0;
}

void watch_reset(void)
{
	memset(complaints, 0, sizeof(complaints));
	ncomplaints = 0;
	watch_order_reset();
	watch_waits_reset();
	rules_reset();
}

/* --- hooks of the locks ---------------------------------------------------------------------- */

static void remember_name(const struct lock_info *li)
{
	if (li->label)
		trace_name_object((uint32_t)li->class_id << 16 | li->ordinal, li->label);
}

void watch_lock_want(struct lock_info *li, unsigned mode, uintptr_t place)
{
	if (unlikely(trace_mask))
		remember_name(li);
	if (watch_mask & WATCH_ORDER)
		watch_order_want(li, mode, place);
	if ((watch_mask & WATCH_RULES) && !(mode & LOCK_TRY))
		rule_check_want(li, mode, place);
}

/* --- complaints ------------------------------------------------------------------------------ */

/* The complaint with @key, entered if it is new; *is_new says which. NULL = the table is full. */
static struct watch_complaint *complaint_enter(unsigned watcher, const char *key, bool *is_new)
{
	unsigned i;

	*is_new = false;
	for (i = 0; i < ncomplaints; i++)
		if (strcmp(complaints[i].key, key) == 0)
			return &complaints[i];
	if (ncomplaints == MAX_COMPLAINTS)
		return NULL;
	*is_new = true;
	complaints[ncomplaints].watcher = watcher;
	str_copy(complaints[ncomplaints].key, key, WATCH_KEY_LEN);
	return &complaints[ncomplaints++];
}

bool watch_complain(unsigned watcher, const char *fmt, ...)
{
	char key[WATCH_KEY_LEN];
	struct watch_complaint *c;
	unsigned long flags;
	bool is_new;
	va_list ap;

	va_start(ap, fmt);
	vsnprintk(key, sizeof(key), fmt, ap);
	va_end(ap);
	flags = private_lock(&complaints_busy);
	c = complaint_enter(watcher, key, &is_new);
	if (c)
		c->count++;
	private_unlock(&complaints_busy, flags);
	return is_new;
}

unsigned watch_complaints(unsigned mask)
{
	unsigned i, n = 0;

	for (i = 0; i < ncomplaints; i++)
		n += (complaints[i].watcher & mask) != 0;
	return n;
}

const struct watch_complaint *watch_complaint(unsigned n)
{
	return n < ncomplaints ? &complaints[n] : NULL;
}

bool watch_has_complaint(const char *prefix)
{
	unsigned i;

	for (i = 0; i < ncomplaints; i++)
		if (str_has_prefix(complaints[i].key, prefix))
			return true;
	return false;
}
