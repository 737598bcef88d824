/*
 * tests/explore/inversions.c - what the `order` watcher complained of in any run, and is there a schedule to it?
 *
 * An inversion (kernel/watch_order.c) says that somebody may hang, without anybody hanging: an edge was seen in one
 * run, the opposite one in another place, and perhaps no schedule brings the two together. The explorer knows.
 * Here the inversions of all runs of a search are kept, and turned into what the search looks for then: a deadlock
 * among just these lock classes, whatever else goes wrong.
 *
 * Interface: inversions_collect() after each run; inversions(), inversion_key(n); inversion_goal(n) is for
 * machine_goal, by which machine.c tells such a deadlock from other failures.
 */
#include <stdio.h>
#include <string.h>

#include "kernel/watch.h"
#include "tests/explore/engine.h"

#define MAX_INVERSIONS 16

static char keys[MAX_INVERSIONS][WATCH_KEY_LEN];
static int nkeys;

void inversions_collect(void)
{
	const struct watch_complaint *c;
	unsigned i;
	int k;

	for (i = 0; (c = watch_complaint(i)) != NULL; i++) {
		if (c->watcher != WATCH_ORDER)
			continue;
		for (k = 0; k < nkeys && strcmp(keys[k], c->key); k++)
			;
		if (k == nkeys && nkeys < MAX_INVERSIONS)
			snprintf(keys[nkeys++], sizeof(keys[0]), "%s", c->key);
	}
}

int inversions(void)
{
	return nkeys;
}

const char *inversion_key(int n)
{
	return keys[n];
}

/* "order: a -> reclaim -> b" -> "a|b"; "a under b" the same; "a twice", "a again" -> "a". */
const char *inversion_goal(int n, char *buf, size_t size)
{
	static const char *const between[] = { " -> ", " under leaf ", " under ", " twice", " again" };
	const char *p = keys[n] + strlen("order: ");
	size_t used = 0;

	buf[0] = '\0';
	while (*p) {
		size_t len = strlen(p), skip = 0, i;

		for (i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
			const char *at = strstr(p, between[i]);

			if (at && (size_t)(at - p) < len) {
				len = (size_t)(at - p);
				skip = strlen(between[i]);
			}
		}
		if (strncmp(p, "reclaim", 7) && used + len + 2 < size) /* what stands for page stealing is no lock */
			used += (size_t)snprintf(buf + used, size - used, "%s%.*s", used ? "|" : "", (int)len, p);
		p += len + skip;
	}
	return buf;
}
