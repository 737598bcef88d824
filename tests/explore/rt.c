/*
 * tests/explore/rt.c - the shadow, segments and epochs, and the accesses that the hooks could not settle
 * at a glance. See rt.h.
 */
#include "tests/explore/rt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/host/symbols.h"

#define ROOM (1u << 18) /* words of log that must be free at each segment's start */

struct rt_shadow *rt_shadow;
uint32_t rt_words;
bool rt_on;
uint32_t rt_stamp = 1, rt_first_stamp;
int rt_task, rt_node;
uint16_t rt_epoch;
uint16_t rt_epoch_node[RT_MAX_EPOCHS + 16];
uint8_t rt_epoch_task[RT_MAX_EPOCHS + 16];
uint32_t rt_before[RT_MAX_NODES / 32];
struct rt_lock_edge rt_edges[64];
int rt_nedges;

static uint32_t dep_mark[RT_MAX_NODES], enabler_mark[RT_MAX_NODES];
static uint32_t region_words;

void rt_init(void)
{
	region_words = (uint32_t)(rt_region_end - rt_region_start) / 4;
	rt_shadow = mmap(NULL, region_words * sizeof(*rt_shadow), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (rt_shadow == MAP_FAILED) {
		perror("explore: no address space for the shadow");
		exit(2);
	}
	rt_log_init();
}

void rt_start(void)
{
	rt_log_begin();
	rt_epoch = 0;
	rt_race_begin();
	rt_on = true;
	rt_watch(true);
}

void rt_watch(bool on)
{
	rt_words = on ? region_words : 0;
}

/* --- segments ---------------------------------------------------------------------------------- */

void rt_begin_segment(int task, int node, uint16_t epoch)
{
	rt_log_room(ROOM);
	rt_task = task;
	rt_node = node;
	rt_epoch = epoch;
	memset(rt_before, 0, ((unsigned)node / 32 + 1) * 4);
	rt_nedges = 0;
	rt_nchanges = 0;
	rt_new_epoch();
	rt_first_stamp = rt_stamp;
}

void rt_new_epoch(void)
{
	if (rt_epoch >= RT_MAX_EPOCHS || rt_stamp == ~0u) {
		fprintf(stderr, "explore: too long: %u epochs in a run, %u in all\n", rt_epoch,
			rt_stamp);
		exit(2);
	}
	rt_stamp++;
	rt_epoch++;
	rt_epoch_node[rt_epoch] = (uint16_t)rt_node;
	rt_epoch_task[rt_epoch] = (uint8_t)rt_task;
}

static inline void before(int node)
{
	rt_before[node / 32] |= 1u << node % 32;
}

void rt_dep(int node)
{
	dep_mark[node] = rt_first_stamp;
	before(node);
}

void rt_enabler(int node)
{
	if (node < 0)
		return;
	enabler_mark[node] = rt_first_stamp;
	before(node);
}

bool rt_conflicts(int node)
{
	return dep_mark[node] == rt_first_stamp;
}

bool rt_enabled_by(int node)
{
	return enabler_mark[node] == rt_first_stamp;
}

/* --- accesses ------------------------------------------------------------------------------------ */

static inline void dep_on_epoch(uint16_t e)
{
	if (e && rt_epoch_task[e] != rt_task)
		rt_dep(rt_epoch_node[e]);
}

/* The word carries the present stamp from now on. */
static inline void touch(struct rt_shadow *sh, uint32_t word)
{
	if (sh->stamp == rt_stamp)
		return;
	rt_log_shadow(word);
	if (sh->stamp < rt_first_stamp)
		sh->flags &= (uint16_t)~RT_CHANGED;
	sh->bytes &= (uint16_t)~RT_EPOCH_BYTES;
	sh->stamp = rt_stamp;
}

void rt_slow_read(uint32_t word, unsigned mask, bool marked, uintptr_t pc)
{
	struct rt_shadow *sh = &rt_shadow[word];

	if (rt_is_statistic(rt_addr_of(word)))
		return;
	touch(sh, word);
	rt_check_freed(sh, word, pc);
	rt_check_read(sh, word, mask, marked, pc);
	dep_on_epoch(sh->w);
	sh->bytes |= (uint16_t)(RT_READ(mask) | RT_READ_SINCE(mask));
	if (!marked) {
		sh->flags |= (uint16_t)RT_PLAIN(rt_task);
		sh->w_pc |= RT_PC_AND(0, mask);
	}
	sh->r[rt_task] = rt_epoch;
}

/* The shadow says from now on that we wrote it last. */
static inline void written(struct rt_shadow *sh, unsigned mask, bool marked)
{
	memset(sh->r, 0, sizeof(sh->r));
	sh->bytes &= RT_EPOCH_BYTES;
	sh->bytes |= (uint16_t)(RT_WRITTEN(mask) | RT_LAST_WRITE(mask));
	sh->flags = (uint16_t)(RT_CHANGED | (marked ? RT_MARKED : 0) | (sh->flags & RT_FREED));
	sh->w = rt_epoch;
}

void rt_slow_write(uint32_t word, unsigned mask, bool marked, uintptr_t pc)
{
	struct rt_shadow *sh = &rt_shadow[word];
	uintptr_t addr = rt_addr_of(word);
	int t;

	if (rt_is_statistic(addr)) {
		rt_log_word((void *)addr);
		return;
	}
	touch(sh, word);
	rt_check_freed(sh, word, pc);
	rt_check_write(sh, word, mask, marked, pc);
	dep_on_epoch(sh->w);
	for (t = 0; t < RT_TASKS; t++)
		dep_on_epoch(sh->r[t]);
	if (!(sh->bytes & RT_WRITTEN(0xfu)) && !rt_on_own_stack(addr))
		rt_log_tracked(word);
	written(sh, mask, marked);
}

/* Data of a kernel object that is not in the region would neither be taken back nor be seen by the search:
 * what it finds then is false. */
static void outside(uintptr_t addr)
{
	uintptr_t offset = 0;
	const char *name = symbol_lookup_data(addr, &offset);

	fprintf(stderr,
		"explore: kernel code writes %#lx (%s+%lu), which is outside the region: an object was linked "
		"from a directory that tests/explore/region.ld does not name\n",
		(unsigned long)addr, name ? name : "?", (unsigned long)offset);
	exit(2);
}

void rt_plain_write(uintptr_t addr)
{
	if (!rt_on)
		return;
	if (rt_word_of(addr) < region_words) {
		if (!rt_on_own_stack(addr))
			rt_log_word((void *)(addr & ~3u));
	} else if (rt_word_of((uintptr_t)__builtin_frame_address(0)) < region_words) {
		outside(addr); /* by a task: the engine's own calls have their locals on its stack */
	}
}

void rt_read(uintptr_t addr)
{
	rt_read_at(addr, 0xf, true, 0);
}

void rt_write(uintptr_t addr)
{
	rt_write_at(addr, 0xf, true, 0);
}

void rt_contents(uintptr_t addr, size_t n, bool write)
{
	uintptr_t frame = addr & ~4095u;

	if (write) {
		rt_log_contents((void *)addr, n);
		rt_write(frame);
	} else {
		rt_read(frame);
	}
}

/* --- locks as edges ---------------------------------------------------------------------------- */

/* The lock's word becomes written by us, without a conflict with whoever wrote it. */
static void take_word(uint32_t word)
{
	struct rt_shadow *sh = &rt_shadow[word];

	touch(sh, word);
	if (!(sh->bytes & RT_WRITTEN(0xfu)))
		rt_log_tracked(word);
	written(sh, 0xf, true);
}

void rt_lock_taken(uintptr_t owner, uintptr_t place)
{
	uint32_t o = rt_word_of(owner), p = rt_word_of(place);
	uint16_t released, taken;

	if (o >= rt_words || p >= rt_words)
		return;
	released = rt_shadow[o].w;
	taken = rt_shadow[p].w;
	if (released && rt_nedges < 64) {
		rt_edges[rt_nedges++] = (struct rt_lock_edge){ taken ? rt_epoch_node[taken] : -1,
							       rt_epoch_node[released] };
		before(rt_epoch_node[released]);
	}
	take_word(o);
	take_word(p);
}
