/* tests/explore/hash_set.c - open addressing, grown when half full. See hash_set.h. */
#include "tests/explore/hash_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void grow(struct hash_set *set)
{
	struct hash_set old = *set;
	size_t i;

	set->room = old.room ? 2 * old.room : 1024;
	set->slot = calloc(set->room, sizeof(uint64_t));
	set->used = 0;
	if (!set->slot) {
		fprintf(stderr, "explore: no memory for %zu states\n", set->room);
		exit(2);
	}
	for (i = 0; i < old.room; i++)
		if (old.slot[i])
			hash_set_add(set, old.slot[i]);
	free(old.slot);
}

bool hash_set_add(struct hash_set *set, uint64_t hash)
{
	size_t i;

	if (2 * set->used >= set->room)
		grow(set);
	hash += !hash; /* 0 is a free slot */
	for (i = (size_t)hash & (set->room - 1); set->slot[i]; i = (i + 1) & (set->room - 1))
		if (set->slot[i] == hash)
			return false;
	set->slot[i] = hash;
	set->used++;
	return true;
}

bool hash_set_has(const struct hash_set *set, uint64_t hash)
{
	size_t i;

	hash += !hash;
	for (i = (size_t)hash & (set->room - 1); set->room && set->slot[i];
	     i = (i + 1) & (set->room - 1))
		if (set->slot[i] == hash)
			return true;
	return false;
}

void hash_set_clear(struct hash_set *set)
{
	if (set->room)
		memset(set->slot, 0, set->room * sizeof(uint64_t));
	set->used = 0;
}
