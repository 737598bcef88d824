/*
 * mm/asan.h - on host builds under the address sanitizer, freed memory is made untouchable, so that
 * a real touch of it stops the test at the instruction; under the explorer, a touch of it makes the
 * schedule fail. Empty everywhere else.
 */
#ifndef MM_ASAN_H
#define MM_ASAN_H

#include "kernel/types.h"

#ifdef __SANITIZE_ADDRESS__
void __asan_poison_memory_region(void const volatile *addr, size_t size);
void __asan_unpoison_memory_region(void const volatile *addr, size_t size);
#define asan_poison(p, n)   __asan_poison_memory_region((p), (n))
#define asan_unpoison(p, n) __asan_unpoison_memory_region((p), (n))
#define UNDER_ASAN 1
#elif defined(KSWAPD23_EXPLORE) /* the explorer's runtime keeps account itself (tests/explore/rt_sync.c) */
void explore_poison(const volatile void *p, size_t n);
void explore_unpoison(const volatile void *p, size_t n);
void explore_frames(const void *p, size_t n, bool free);
#define asan_poison(p, n)   explore_poison((p), (n))
#define asan_unpoison(p, n) explore_unpoison((p), (n))
#define frames_freed(p, n)  explore_frames((p), (n), true)
#define frames_taken(p, n)  explore_frames((p), (n), false)
#define UNDER_ASAN 1
#else
#define UNDER_ASAN 0
#define asan_poison(p, n)   ((void)(p), (void)(n))
#define asan_unpoison(p, n) ((void)(p), (void)(n))
#endif

/* Whole frames, also while nothing is poisoned. */
#ifndef frames_freed
#define frames_freed(p, n) ((void)(p), (void)(n))
#define frames_taken(p, n) ((void)(p), (void)(n))
#endif

#endif
