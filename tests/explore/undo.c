/*
 * tests/explore/undo.c - is the kernel, taken back to a node, as it was there? The check of the log itself.
 *
 * With undo_check on, the search notes what the region holds at each node when the run first comes there,
 * and compares after each return. A difference means that something changes kernel state behind the hooks'
 * back, so nothing that is found, or not found, could be trusted. What lies on a stack below its pointer is
 * dead and does not count. Costs a pass over the region for each step: for tests of some thousand schedules.
 *
 * Interface: undo_check, undo_note(), undo_compare(), undo_wrong().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/explore/engine.h"
#include "tests/host/symbols.h"

#define PAGE 4096u
#define TOLD 10

/* A page's contents, shared by the nodes at which it holds the same. */
struct copy {
	unsigned users;
	uint32_t word[PAGE / 4];
};

bool undo_check;
static struct copy **noted[RT_MAX_NODES]; /* by page; NULL = not noted */
static uint64_t compared;
static int wrong;

static uint32_t pages(void)
{
	return (uint32_t)(rt_region_end - rt_region_start) / PAGE;
}

static void drop(struct copy *c)
{
	if (c && !--c->users)
		free(c);
}

static void *room(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p) {
		fprintf(stderr, "explore: no memory to check the undo log\n");
		exit(2);
	}
	return p;
}

static struct copy *copy_of(uint32_t page, struct copy *before)
{
	const char *now = rt_region_start + page * PAGE;
	struct copy *c = before;

	if (!c || memcmp(c->word, now, PAGE)) {
		c = room(1, sizeof(*c));
		memcpy(c->word, now, PAGE);
	}
	c->users++;
	return c;
}

void undo_note(int node)
{
	struct copy **before = node ? noted[node - 1] : NULL, *old;
	uint32_t i;

	if (!noted[node])
		noted[node] = room(pages(), sizeof(*noted[node]));
	for (i = 0; i < pages(); i++) {
		old = noted[node][i];
		noted[node][i] = copy_of(i, before ? before[i] : NULL);
		drop(old);
	}
}

static void tell(int node, uintptr_t addr, uint32_t was)
{
	uintptr_t offset = 0;
	const char *name = symbol_lookup_data(addr, &offset);

	if (wrong++ >= TOLD)
		return;
	printf("undo: back at step %d, %#lx (%s+%lu) holds %#x and held %#x\n", node, (unsigned long)addr,
	       name ? name : "?", (unsigned long)(name ? offset : 0), *(uint32_t *)addr, was);
}

void undo_compare(int node)
{
	uint32_t i, k;

	compared++;
	for (i = 0; i < pages(); i++) {
		uintptr_t at = (uintptr_t)rt_region_start + i * PAGE;

		if (!memcmp((void *)at, noted[node][i]->word, PAGE))
			continue;
		for (k = 0; k < PAGE / 4; k++)
			if (noted[node][i]->word[k] != *(uint32_t *)(at + 4 * k) &&
			    rt_is_live(at + 4 * k, path[node].sp))
				tell(node, at + 4 * k, noted[node][i]->word[k]);
	}
}

int undo_wrong(void)
{
	printf("undo: %llu returns compared, %d words not as they were\n", (unsigned long long)compared, wrong);
	return wrong;
}
