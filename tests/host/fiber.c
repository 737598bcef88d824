/*
 * tests/host/fiber.c - fibers: a stack and a way to switch to it, announced to the address
 * sanitizer.
 */
#include "fiber.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

static const void *main_stack;
static size_t main_size;

static void before_switch(struct fiber *from, const struct fiber *to)
{
	__sanitizer_start_switch_fiber(&from->asan_fake, to->stack ? to->stack : main_stack,
				       to->stack ? to->size : main_size);
}

/* Running on @self again or for the first time; @came_from_main: whose stack that was. */
static void after_switch(void *fake)
{
	const void *bottom;
	size_t size;

	__sanitizer_finish_switch_fiber(fake, &bottom, &size);
	if (!main_stack) { /* the first switch ever leaves the process's own stack */
		main_stack = bottom;
		main_size = size;
	}
}

static void fresh_stack(struct fiber *f)
{
	__asan_unpoison_memory_region(f->stack, f->size);
}
#else
static void before_switch(struct fiber *from, const struct fiber *to)
{
	(void)from;
	(void)to;
}

static void after_switch(void *fake)
{
	(void)fake;
}

static void fresh_stack(struct fiber *f)
{
	(void)f;
}
#endif

static struct fiber *starting;

/* Save the callee's registers and the stack pointer, continue with those of another fiber.
 * Hand-made instead of swapcontext(): that one makes two system calls, and the explorer switches
 * often. */
void fiber_switch_stacks(uintptr_t **save, uintptr_t *load);

#if defined(__x86_64__)
#define SAVED_REGS 6
__asm__(".text\n"
	".globl fiber_switch_stacks\n"
	".type fiber_switch_stacks, @function\n"
	"fiber_switch_stacks:\n"
	"	pushq %rbp\n	pushq %rbx\n"
	"	pushq %r12\n	pushq %r13\n	pushq %r14\n	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	popq %r15\n	popq %r14\n	popq %r13\n	popq %r12\n"
	"	popq %rbx\n	popq %rbp\n"
	"	ret\n"
	".size fiber_switch_stacks, . - fiber_switch_stacks\n");
#else
#define SAVED_REGS 4
__asm__(".text\n"
	".globl fiber_switch_stacks\n"
	".type fiber_switch_stacks, @function\n"
	"fiber_switch_stacks:\n"
	"	movl 4(%esp), %eax\n"
	"	movl 8(%esp), %edx\n"
	"	pushl %ebp\n	pushl %ebx\n	pushl %esi\n	pushl %edi\n"
	"	movl %esp, (%eax)\n"
	"	movl %edx, %esp\n"
	"	popl %edi\n	popl %esi\n	popl %ebx\n	popl %ebp\n"
	"	ret\n"
	".size fiber_switch_stacks, . - fiber_switch_stacks\n");
#endif

static void first_code(void)
{
	after_switch(NULL);
	starting->entry();
	abort();
}

void fiber_init(struct fiber *f, size_t size, void (*entry)(void))
{
	uintptr_t *sp;
	int i;

	if (!f->stack) {
		f->stack = mmap(NULL, size, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (f->stack == MAP_FAILED) {
			perror("host port: no memory for a stack");
			exit(2);
		}
		f->size = size;
	}
	fresh_stack(f);
	f->entry = entry;
	/* As if fiber_switch_stacks() had been called by nobody at first_code(): its return
	 * address, then a zero that ends backtraces; the stack pointer ends 16-byte aligned plus
	 * one word. */
	sp = (uintptr_t *)(f->stack + f->size) - 4;
	*--sp = 0;
	*--sp = (uintptr_t)first_code;
	for (i = 0; i < SAVED_REGS; i++)
		*--sp = 0;
	f->sp = sp;
}

void fiber_switch(struct fiber *from, struct fiber *to)
{
	starting = to;
	before_switch(from, to);
	fiber_switch_stacks(&from->sp, to->sp);
	after_switch(from->asan_fake);
}

uintptr_t fiber_frame(const struct fiber *f)
{
	return f->sp ? f->sp[SAVED_REGS - 1] : 0;
}
