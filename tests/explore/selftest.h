/* tests/explore/selftest.h - checks the explorer by the models whose answers are known; see selftest.c. */
#ifndef TESTS_EXPLORE_SELFTEST_H
#define TESTS_EXPLORE_SELFTEST_H

/* The models named, all without names. Each runs in a process of its own. 0 = all agree, 1 = not. */
int self_test(int n, char **names);

#endif
