/*
 * tests/explore/rt_log.c - the undo log. See rt.h.
 *
 * Entries are read backwards, so each ends with its tag word (rt.h says which there are).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tests/explore/rt.h"

#define LOG_BYTES (256u << 20)

uint32_t *rt_log;
struct rt_change rt_changes[RT_MAX_CHANGES];
uint32_t rt_nchanges;
static uint32_t *log_start, *log_end;

void rt_log_init(void)
{
	void *p = mmap(NULL, LOG_BYTES, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	_Static_assert(sizeof(struct rt_shadow) % 4 == 0, "the log copies whole words");
	if (p == MAP_FAILED) {
		perror("explore: no address space for the log");
		exit(2);
	}
	log_start = p;
	log_end = log_start + LOG_BYTES / 4;
	rt_log = log_start;
}

void rt_log_begin(void)
{
	rt_log = log_start;
}

void rt_log_room(size_t words)
{
	if ((size_t)(log_end - rt_log) < words) {
		fprintf(stderr, "explore: a run changes more than %u MB of memory\n",
			LOG_BYTES >> 20);
		exit(2);
	}
}

static void changed(uint32_t word, uint32_t n)
{
	if (rt_nchanges == RT_MAX_CHANGES) {
		fprintf(stderr, "explore: a step changes memory more than %u times\n", RT_MAX_CHANGES);
		exit(2);
	}
	rt_changes[rt_nchanges++] = (struct rt_change){ word, n };
}

typedef uint32_t four_words __attribute__((vector_size(16), aligned(4), may_alias));

/* Mostly a few words, and stacks of some hundred: no call, and none of what the C library's function does
 * to be fast with many. */
static inline void copy_words(uint32_t *to, const uint32_t *from, size_t n)
{
	for (; n >= 4; n -= 4, to += 4, from += 4)
		*(four_words *)to = *(const four_words *)from;
	while (n--)
		*to++ = *from++;
}

static void log_range(void *addr, size_t bytes, uint32_t flag)
{
	uintptr_t start = (uintptr_t)addr & ~3u, end = ((uintptr_t)addr + bytes + 3) & ~3u;
	size_t n = (end - start) / 4;

	if (!rt_on)
		return;
	rt_log_room(n + (1u << 16));
	copy_words(rt_log, (const uint32_t *)start, n);
	rt_log += n;
	*rt_log++ = (uint32_t)start;
	*rt_log++ = flag | (uint32_t)n << 2 | 1;
}

void rt_log_range(void *addr, size_t bytes)
{
	log_range(addr, bytes, 0);
}

void rt_log_contents(void *addr, size_t bytes)
{
	log_range(addr, bytes, RT_LOG_CONTENTS);
	if (rt_on)
		changed(rt_word_of((uintptr_t)addr & ~3u), (uint32_t)((((uintptr_t)addr & 3) + bytes + 3) / 4));
}

void rt_log_shadow(uint32_t word)
{
	memcpy(rt_log, &rt_shadow[word], sizeof(struct rt_shadow));
	rt_log += RT_SHADOW_WORDS;
	*rt_log++ = word << 2 | 2;
}

void rt_log_tracked(uint32_t word)
{
	uintptr_t addr = rt_addr_of(word);

	rt_log[0] = *(uint32_t *)addr;
	rt_log[1] = (uint32_t)addr | 3;
	rt_log += 2;
	changed(word, 1);
}

void rt_undo_to(uint32_t *mark)
{
	uint32_t *p = rt_log;

	while (p > mark) {
		uint32_t tag = p[-1], n;

		switch (tag & 3) {
		case 0:
			*(uint32_t *)(uintptr_t)tag = p[-2];
			p -= 2;
			break;
		case 1:
			n = rt_range_words(tag);
			copy_words((uint32_t *)(uintptr_t)p[-2], p - 2 - n, n);
			p -= n + 2;
			break;
		case 2:
			p -= RT_SHADOW_WORDS + 1;
			memcpy(&rt_shadow[tag >> 2], p, sizeof(struct rt_shadow));
			break;
		default:
			*(uint32_t *)(uintptr_t)(tag & ~3u) = p[-2];
			p -= 2;
		}
	}
	rt_log = mark;
}
