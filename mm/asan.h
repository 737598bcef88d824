/*
 * mm/asan.h - on host builds under the address sanitizer, freed memory is made untouchable, so that
 * a real touch of it stops the test at the instruction. Empty everywhere else.
 */
#ifndef MM_ASAN_H
#define MM_ASAN_H

#include "kernel/types.h"

#ifdef __SANITIZE_ADDRESS__
void __asan_poison_memory_region(void const volatile *addr, size_t size);
void __asan_unpoison_memory_region(void const volatile *addr, size_t size);
#define asan_poison(p, n)   __asan_poison_memory_region((p), (n))
#define asan_unpoison(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define asan_poison(p, n)   ((void)(p), (void)(n))
#define asan_unpoison(p, n) ((void)(p), (void)(n))
#endif

#endif
