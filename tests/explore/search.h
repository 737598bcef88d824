/* tests/explore/search.h - see search.c and engine.h */
#ifndef TESTS_EXPLORE_SEARCH_H
#define TESTS_EXPLORE_SEARCH_H
#include "tests/explore/engine.h"
#include "tests/explore/hash_set.h"
#endif
