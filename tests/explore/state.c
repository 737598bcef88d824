/*
 * tests/explore/state.c - states as hashes: two runs that lead to equal hashes lead to equal states.
 *
 * Facts section 5. The memory part is kept from event to event: each tracked word counts as
 * hash(word, contents), and the sum changes only by the words that an event wrote. Stacks and registers
 * are not hashed: a task is deterministic in what it has read, so the hash of all it has read, in its own
 * order, stands for them (path_observe, only where it is asked for). What decides besides: the order of the
 * transfers in flight.
 * Hashes are 64 bits: with n states the chance that any two fall together is about n * n / 2^65.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/explore/engine.h"
#include "tests/explore/run.h"

static uint64_t word_hash(uint32_t word, uint32_t value)
{
	uint64_t h = ((uint64_t)word << 32 | value) * 0x9e3779b97f4a7c15ull;

	h ^= h >> 32;
	return h * 0xd6e8feb86659fd93ull;
}

/* What the hash holds of each word: its contents at the end of the last segment that wrote it. Words of
 * tracked memory that observers write (what a task waits for) are in it only as far as tracked code
 * writes them too. */
static struct {
	uint32_t *value, *stamp; /* by word */
	uint32_t *list, n;	 /* the words that this segment wrote */
	uint32_t stacks;	 /* where the stacks begin: they are no part of it */
} hashed;

static void *array(uint32_t words)
{
	void *p = calloc(words, sizeof(uint32_t));

	if (!p)
		abort();
	return p;
}

void path_begin(void)
{
	hashed.stacks = rt_word_of((uintptr_t)rt_stacks_start);
	hashed.value = array(hashed.stacks);
	hashed.stamp = array(hashed.stacks);
	hashed.list = array(hashed.stacks);
	memcpy(hashed.value, rt_region_start, hashed.stacks * sizeof(uint32_t));
}

static void note_change(const struct rt_change *c, uint32_t segment)
{
	uint32_t i;

	for (i = c->word; i < c->word + c->n && i < hashed.stacks; i++) {
		if (hashed.stamp[i] == segment)
			continue;
		hashed.stamp[i] = segment;
		hashed.list[hashed.n++] = i;
	}
}

/* The values that the hash holds are put back with everything else: they are logged as part of the
 * event, so the mark of the node behind it moves. */
void path_state(int k)
{
	uint64_t h = path[k].state;
	uint32_t i;

	hashed.n = 0;
	for (i = 0; i < rt_nchanges; i++)
		note_change(&rt_changes[i], path[k].segment);
	for (i = 0; i < hashed.n; i++) {
		uint32_t word = hashed.list[i], now = *(uint32_t *)rt_addr_of(word);

		if (now == hashed.value[word])
			continue;
		h ^= word_hash(word, hashed.value[word]) ^ word_hash(word, now);
		rt_log_word(&hashed.value[word]);
		hashed.value[word] = now;
	}
	path[k + 1].state = h;
	path[k + 1].log = rt_log;
}

/* --- what tasks have seen -------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ (h >> 29);
}

struct seen {
	uint64_t sum;
	uintptr_t own_low; /* the stack of the task: what is there it has put there */
};

/* Each touched word with its contents before the event. Going back from the newest entry the sum first
 * has what is there now, and older entries of the same word replace it. */
static uint32_t *before, *before_stamp;

extern unsigned char host_memory[HOST_MEMORY];

/* Data of the controller, the locks' and the machine's insides: what a task learns from them it learns
 * from its place in the schedule. */
static bool is_observers(uint32_t word)
{
	return word >= rt_word_of((uintptr_t)rt_tracked_end) && word < hashed.stacks &&
	       rt_addr_of(word) - (uintptr_t)host_memory >= HOST_MEMORY;
}

static void note_seen(enum rt_entry kind, uint32_t word, uint32_t n, const uint32_t *old, void *arg)
{
	struct seen *s = arg;
	uint32_t i;

	if (rt_addr_of(word) - s->own_low < RT_STACK_BYTES || is_observers(word))
		return;
	for (i = 0; i < n; i++) {
		uint32_t value = kind == RT_TOUCHED ? *(uint32_t *)rt_addr_of(word) : old[i];

		if (before_stamp[word + i] == rt_first_stamp) {
			if (kind == RT_TOUCHED)
				continue;
			s->sum ^= word_hash(word + i, before[word + i]);
		}
		before_stamp[word + i] = rt_first_stamp;
		before[word + i] = value;
		s->sum ^= word_hash(word + i, value);
	}
}

void path_observe(int k)
{
	struct seen s = { 0, 0 };
	int t = path[k].chosen;
	uint32_t words = (uint32_t)(rt_region_end - rt_region_start) / 4;

	if (!before) {
		before = array(words);
		before_stamp = array(words);
	}
	s.own_low = run_stack_of(k);
	rt_log_walk(path[k].log, path[k + 1].log, note_seen, &s);
	memcpy(path[k + 1].seen, path[k].seen, sizeof(path[k].seen));
	if (!path[k].forced)
		path[k + 1].seen[t] = mix(path[k].seen[t] + 1, s.sum); /* it is further, also if it saw nothing */
}

uint64_t path_whole_state(int k)
{
	uint64_t h = mix(path[k].state, sync_in_flight_hash());
	int t;

	for (t = 0; t < RT_TASKS; t++)
		h = mix(h, path[k].seen[t]);
	return mix(h, path[k].enabled);
}
