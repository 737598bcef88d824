/*
 * tests/host/fiber.h - execution contexts with stacks of their own, switched by hand.
 */
#ifndef TESTS_HOST_FIBER_H
#define TESTS_HOST_FIBER_H

#include <stddef.h>
#include <stdint.h>

struct fiber {
	uintptr_t *sp; /* while switched out: the saved registers, frame pointer last but one */
	unsigned char *stack; /* NULL = the process's own stack */
	size_t size;
	void *asan_fake; /* the sanitizer's note of a switched-out stack */
	void (*entry)(void);
};

/* (Re)start @f at @entry, which must not return. Its stack is allocated once and kept. */
void fiber_init(struct fiber *f, size_t size, void (*entry)(void));
/* Continue as @to; returns when somebody switches back to @from. */
void fiber_switch(struct fiber *from, struct fiber *to);
/* The frame pointer with which a switched-out fiber goes on; 0 = it has not run. */
uintptr_t fiber_frame(const struct fiber *f);

#endif
