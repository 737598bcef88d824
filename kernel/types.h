/*
 * kernel/types.h - the few words that every room of the house uses.
 *
 * Realises DESIGN section 2: "physical addresses are 32-bit numbers, never pointers". A paddr_t is
 * turned into a pointer only by phys_to_virt() (kernel/arch.h), so the same sources run on a host
 * whose pointers are 64 bits wide.
 */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t paddr_t; /* a physical address, in bytes */

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096UL
#define PAGE_MASK  (~(PAGE_SIZE - 1))

#define PAGE_ALIGN(addr) (((addr) + PAGE_SIZE - 1) & PAGE_MASK)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define ALIGN_UP(x, a)	 (((x) + (a)-1) & ~((a)-1))
#define ALIGN_DOWN(x, a) ((x) & ~((a)-1))
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))

/* A variable that only counts for people: nothing decides by it, so the order in which tasks count does
 * not matter, and the explorer does not look at it. */
#define STATISTIC __attribute__((section(".bss.statistic")))

/* The place in the code that called the current function; how locks remember where they were taken. */
#define CALLER_PLACE() ((uintptr_t)__builtin_return_address(0))

#endif
