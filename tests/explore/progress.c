/*
 * tests/explore/progress.c - how far a long search is, with an interval that does not pretend.
 *
 * Facts section 10. At each node of the path some children are done and some are known to wait; the share
 * of the tree that is done, if all subtrees of a node were alike, is the sum over the path of
 *	(done / known) * product over the nodes above of (1 / known).
 * Under DPOR children become known late, so early estimates of the share are too high and those of the time
 * too low. Therefore the interval: from the estimate itself to what it would be if the share went on falling
 * as it has fallen, at worst, between two earlier looks; and never narrower than a factor of two.
 */
#include <stdio.h>
#include <unistd.h>

#include "tests/explore/search.h"
#include "tests/explore/wakeup.h"

#define FIRST_LOOK 2.0 /* seconds until the first line */
#define NEXT_LOOK  5.0

static double next_look, last_total, worst;

void progress_begin(void)
{
	next_look = FIRST_LOOK;
	last_total = 0;
	worst = 2;
}

static double share_done(void)
{
	double share = 0, part = 1;
	int k;

	for (k = 0; k < depth; k++) {
		const struct node *n = &path[k];
		int done = __builtin_popcount(n->done & ~(1u << n->chosen)), known;

		known = __builtin_popcount((n->backtrack | wakeup_tasks(n) | n->done | 1u << n->chosen) & ~n->sleep);
		if (known < done + 1)
			known = done + 1;
		share += part * done / known;
		part /= known;
	}
	return share;
}

static void print_time(double s)
{
	if (s < 120)
		printf("%.0f s", s);
	else if (s < 7200)
		printf("%.0f min", s / 60);
	else
		printf("%.0f h", s / 3600);
}

void progress_look(const struct search *s, double elapsed)
{
	double share, total;

	if (elapsed < next_look)
		return;
	next_look = elapsed + NEXT_LOOK;
	share = share_done();
	total = share > 0 ? elapsed / share : 0;
	if (last_total > 0 && total / last_total > worst)
		worst = total / last_total;
	last_total = total;
	printf("explore: ... %.0f s, %llu schedules, ", elapsed, (unsigned long long)s->schedules);
	if (share <= 0) {
		printf("too early to say how long it takes\n");
		return;
	}
	printf("about %.3g %% done, between ", 100 * share);
	print_time(total - elapsed);
	printf(" and ");
	print_time(total * worst - elapsed);
	printf(" left\n");
}
