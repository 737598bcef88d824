/* tests/explore/hash_set.h - a set of 64-bit hashes. Two different things with one hash are taken for one:
 * with n of them the chance of any such pair is about n * n / 2^65. */
#ifndef TESTS_EXPLORE_HASH_SET_H
#define TESTS_EXPLORE_HASH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_set {
	uint64_t *slot;
	size_t room, used;
};

/* True = it was not there before. */
bool hash_set_add(struct hash_set *set, uint64_t hash);
bool hash_set_has(const struct hash_set *set, uint64_t hash);
void hash_set_clear(struct hash_set *set);

#endif
