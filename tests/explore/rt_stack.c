/*
 * tests/explore/rt_stack.c - kernel stacks inside the region, and switching between them.
 *
 * Takes the place of tests/host/fiber.c (same interface, tests/host/fiber.h). A stack that is about to
 * run is logged from its stack pointer up: undoing then puts it back as it was when it last stood
 * still, and its own stores need no log of their own. The engine runs on the process's stack, outside.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/explore/rt.h"
#include "tests/host/fiber.h"

#define NR_STACKS  32
#define SAVED_REGS 4

static unsigned char stacks[NR_STACKS][RT_STACK_BYTES]
	__attribute__((section(".rt_stacks"), aligned(4096)));
static uint32_t stacks_used __attribute__((section(".rt_stacks")));
uintptr_t rt_stack_low;
static uintptr_t *engine_sp;
static struct fiber *starting;
static const struct fiber *fiber_on[NR_STACKS]; /* whose stack it is, as far as it was left once */

/* Save the callee's registers and the stack pointer, continue with those at @load. */
void rt_switch(uintptr_t **save, uintptr_t *load);
__asm__(".text\n"
	".globl rt_switch\n"
	".type rt_switch, @function\n"
	"rt_switch:\n"
	"	movl 4(%esp), %eax\n"
	"	movl 8(%esp), %edx\n"
	"	pushl %ebp\n	pushl %ebx\n	pushl %esi\n	pushl %edi\n"
	"	movl %esp, (%eax)\n"
	"	movl %edx, %esp\n"
	"	popl %edi\n	popl %esi\n	popl %ebx\n	popl %ebp\n"
	"	ret\n"
	".size rt_switch, . - rt_switch\n");

static uintptr_t low_of(const uintptr_t *sp)
{
	return (uintptr_t)stacks +
	       (((uintptr_t)sp - (uintptr_t)stacks) / RT_STACK_BYTES) * RT_STACK_BYTES;
}

/* The stack of @sp runs from now on. */
static void goes_on(uintptr_t *sp)
{
	rt_stack_low = low_of(sp);
	rt_log_range(sp, rt_stack_low + RT_STACK_BYTES - (uintptr_t)sp);
}

static void first_code(void)
{
	starting->entry();
	abort();
}

static uintptr_t *fresh_frame(unsigned char *stack, void (*code)(void))
{
	/* A return address, then a zero that ends backtraces; 16-byte aligned plus one word. */
	uintptr_t *top = (uintptr_t *)(stack + RT_STACK_BYTES), *sp = top - 4;
	int i;

	rt_log_range(top - 16, 64);
	top[-4] = 0;
	*--sp = 0;
	*--sp = (uintptr_t)code;
	for (i = 0; i < SAVED_REGS; i++)
		*--sp = 0;
	return sp;
}

static unsigned char *new_stack(void)
{
	if (stacks_used == NR_STACKS) {
		fprintf(stderr, "explore: more than %d kernel stacks\n", NR_STACKS);
		exit(2);
	}
	rt_log_word(&stacks_used);
	return stacks[stacks_used++];
}

void fiber_init(struct fiber *f, size_t size, void (*entry)(void))
{
	(void)size;
	rt_log_range(f, sizeof(*f));
	if (!f->stack)
		f->stack = new_stack();
	f->size = RT_STACK_BYTES;
	f->entry = entry;
	f->sp = fresh_frame(f->stack, first_code);
}

static unsigned nth_of(uintptr_t addr)
{
	return (unsigned)((addr - (uintptr_t)stacks) / RT_STACK_BYTES);
}

void fiber_switch(struct fiber *from, struct fiber *to)
{
	rt_log_word(&from->sp);
	fiber_on[nth_of(rt_stack_low)] = from;
	fiber_on[nth_of((uintptr_t)to->sp)] = to;
	starting = to;
	goes_on(to->sp);
	rt_switch(&from->sp, to->sp);
}

uintptr_t fiber_frame(const struct fiber *f)
{
	return f->sp ? f->sp[SAVED_REGS - 1] : 0;
}

bool rt_is_live(uintptr_t addr, const uintptr_t *sp)
{
	unsigned n = nth_of(addr);

	if (addr - (uintptr_t)stacks >= sizeof(stacks))
		return true;
	if (n == nth_of((uintptr_t)sp))
		return addr >= (uintptr_t)sp;
	return fiber_on[n] && addr >= (uintptr_t)fiber_on[n]->sp;
}

void rt_to_engine(uintptr_t **sp)
{
	rt_switch(sp, engine_sp);
}

void rt_to_kernel(uintptr_t *sp)
{
	goes_on(sp);
	rt_switch(&engine_sp, sp);
}

void rt_enter_kernel(void (*fn)(void))
{
	unsigned char *stack = new_stack();

	rt_to_kernel(fresh_frame(stack, fn));
}
