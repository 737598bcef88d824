/*
 * tests/explore/rt_race.c - clocks of tasks and of what orders them; races; touches of freed memory.
 *
 * clock[t][u] is the newest epoch of task u that the present of t comes after. Whoever releases something
 * leaves his clock with it, and whoever acquires it later takes that over (FastTrack's happens-before,
 * facts section 7). Epochs are numbered along the run, so one number names task and time.
 *
 * A race needs two touches of one word by two tasks, at least one a write and at least one unmarked, and
 * no order between them.
 */
#include <string.h>

#include "tests/explore/engine.h"
#include "tests/explore/rt.h"

#define OBJECTS 16384

struct object {
	uintptr_t key; /* 0 = free */
	uint16_t clock[RT_TASKS + 1];
};

static uint16_t clock[RT_TASKS][RT_TASKS + 1];
static struct object objects[OBJECTS];

void rt_race_begin(void)
{
	memset(clock, 0, sizeof(clock));
	memset(objects, 0, sizeof(objects));
}

static struct object *object_of(uintptr_t key)
{
	uint32_t i = ((uint32_t)key * 2654435761u) >> 18, n;

	for (n = 0; n < OBJECTS; n++) {
		struct object *o = &objects[(i + n) % OBJECTS];

		if (o->key == key || !o->key)
			return o;
	}
	return NULL; /* full: an order is missed, and a race may be told that is none */
}

static bool joins(uint16_t *c, const uint16_t *with)
{
	int t;

	for (t = 0; t < RT_TASKS; t++)
		if (with[t] > c[t])
			return true;
	return false;
}

static void join(uint16_t *c, const uint16_t *with)
{
	int t;

	for (t = 0; t < RT_TASKS; t++)
		if (with[t] > c[t])
			c[t] = with[t];
}

void rt_acquire(uintptr_t key)
{
	struct object *o = rt_words ? object_of(key) : NULL;

	if (!o || !o->key || !joins(clock[rt_task], o->clock))
		return;
	rt_log_range(clock[rt_task], sizeof(clock[0]));
	join(clock[rt_task], o->clock);
}

void rt_release(uintptr_t key)
{
	struct object *o = rt_words ? object_of(key) : NULL;

	if (!o)
		return;
	rt_log_range(o, sizeof(*o));
	o->key = key;
	join(o->clock, clock[rt_task]);
	o->clock[rt_task] = rt_epoch;
	rt_new_epoch();
}

/* --- races ----------------------------------------------------------------------------------------- */

static inline bool unordered(uint16_t epoch)
{
	int u;

	if (!epoch)
		return false;
	u = rt_epoch_task[epoch];
	return u != rt_task && clock[rt_task][u] < epoch;
}

static void note_reader(struct rt_shadow *sh, uintptr_t pc)
{
	uint32_t now = RT_PC_AND(pc, rt_task + 1), moved = now;
	int i;

	for (i = 0; i < RT_READERS; i++) {
		uint32_t here = sh->r_pc[i];

		sh->r_pc[i] = moved;
		if (!here || here >> 28 == now >> 28)
			break;
		moved = here;
	}
}

/* 0 = it is not known any more. */
static uintptr_t reader_pc(const struct rt_shadow *sh, int task)
{
	int i;

	for (i = 0; i < RT_READERS; i++)
		if (sh->r_pc[i] >> 28 == (uint32_t)task + 1)
			return RT_PC(sh->r_pc[i]);
	return 0;
}

void rt_check_read(struct rt_shadow *sh, uint32_t word, unsigned mask, bool marked, uintptr_t pc)
{
	if (unordered(sh->w) && (sh->bytes & RT_LAST_WRITE(mask)) &&
	    !(marked && (sh->flags & RT_MARKED)))
		engine_race(word, rt_epoch_task[sh->w], RT_PC(sh->w_pc), true, pc, false);
	note_reader(sh, pc);
}

void rt_check_write(struct rt_shadow *sh, uint32_t word, unsigned mask, bool marked, uintptr_t pc)
{
	bool plain = RT_PLAIN_MASK(sh->w_pc) & mask;
	int t;

	if (unordered(sh->w) && (sh->bytes & RT_LAST_WRITE(mask)) &&
	    !(marked && (sh->flags & RT_MARKED)))
		engine_race(word, rt_epoch_task[sh->w], RT_PC(sh->w_pc), true, pc, true);
	for (t = 0; t < RT_TASKS && (sh->bytes & RT_READ_SINCE(mask)); t++)
		if (unordered(sh->r[t]) && (!marked || (plain && (sh->flags & RT_PLAIN(t)))))
			engine_race(word, t, reader_pc(sh, t), false, pc, true);
	sh->w_pc = (uint32_t)pc;
}

/* --- freed memory ---------------------------------------------------------------------------------- */

extern unsigned char host_memory[HOST_MEMORY];
static uint32_t frame_free[HOST_MEMORY / 4096] __attribute__((section(".rt_frames")));

/* Who touches a word of a frame is there before it is freed, or after that: another order is another run. */
void rt_check_freed(const struct rt_shadow *sh, uint32_t word, uintptr_t pc)
{
	uintptr_t at = rt_addr_of(word) - (uintptr_t)host_memory;
	bool freed = sh->flags & RT_FREED;

	if (at < HOST_MEMORY) {
		rt_read((uintptr_t)&frame_free[at / 4096]);
		freed |= frame_free[at / 4096];
	}
	if (freed)
		engine_freed_touched(rt_addr_of(word), pc);
}

void explore_frames(const void *p, size_t n, bool is_free);
void explore_poison(const volatile void *p, size_t n);
void explore_unpoison(const volatile void *p, size_t n);

void explore_frames(const void *p, size_t n, bool is_free)
{
	uintptr_t at = ((uintptr_t)p - (uintptr_t)host_memory) / 4096;

	for (; n && at < HOST_MEMORY / 4096; at++, n -= n < 4096 ? n : 4096) {
		rt_write((uintptr_t)&frame_free[at]);
		frame_free[at] = is_free;
	}
}

/* Who frees has written its poison over the object, and who is given it will write over it, too: by that the order of
 * others' touches matters, before and after. Here only: the next touch is a new one, in this epoch, too. */
static void set_freed(uintptr_t from, uintptr_t to, bool freed)
{
	for (; from + 4 <= to; from += 4) {
		uint32_t word = rt_word_of(from);
		struct rt_shadow *sh = &rt_shadow[word];

		if (rt_on)
			rt_log_shadow(word);
		sh->bytes = 0;
		sh->flags = (uint16_t)(freed ? sh->flags | RT_FREED : sh->flags & ~RT_FREED);
	}
}

void explore_poison(const volatile void *p, size_t n)
{
	set_freed(((uintptr_t)p + 3) & ~3u, (uintptr_t)p + n, true);
}

void explore_unpoison(const volatile void *p, size_t n)
{
	set_freed(((uintptr_t)p + 3) & ~3u, (uintptr_t)p + n, false);
}
