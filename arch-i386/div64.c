/*
 * arch-i386/div64.c - 64-bit division, which gcc leaves to functions: libgcc's take their arguments
 * on the stack, the kernel's (-mregparm=3) in registers, so the kernel has its own.
 *
 * The processor divides 64 bits by 32 with a quotient of 32 bits. A divisor above 32 bits has a
 * quotient below 2^32, found bit by bit. Division by zero is the processor's trap.
 */
#include "kernel/types.h"

uint64_t __udivdi3(uint64_t a, uint64_t b);
uint64_t __umoddi3(uint64_t a, uint64_t b);
int64_t __divdi3(int64_t a, int64_t b);
int64_t __moddi3(int64_t a, int64_t b);

/* hi:lo / by, where hi < by. */
static uint32_t divide_step(uint32_t hi, uint32_t lo, uint32_t by, uint32_t *rest)
{
	uint32_t quotient;

	__asm__("divl %4" : "=a"(quotient), "=d"(*rest) : "a"(lo), "d"(hi), "rm"(by) : "cc");
	return quotient;
}

static uint64_t divide_by_word(uint64_t a, uint32_t by, uint64_t *rest)
{
	uint32_t hi, lo, r;

	hi = divide_step(0, (uint32_t)(a >> 32), by, &r);
	lo = divide_step(r, (uint32_t)a, by, &r);
	*rest = r;
	return (uint64_t)hi << 32 | lo;
}

static uint64_t divide(uint64_t a, uint64_t b, uint64_t *rest)
{
	uint64_t quotient = 0, bit = 1;

	if (!(b >> 32))
		return divide_by_word(a, (uint32_t)b, rest);
	while (b < a && !(b >> 63)) {
		b <<= 1;
		bit <<= 1;
	}
	for (; bit; bit >>= 1, b >>= 1)
		if (a >= b) {
			a -= b;
			quotient |= bit;
		}
	*rest = a;
	return quotient;
}

uint64_t __udivdi3(uint64_t a, uint64_t b)
{
	uint64_t rest;

	return divide(a, b, &rest);
}

uint64_t __umoddi3(uint64_t a, uint64_t b)
{
	uint64_t rest;

	divide(a, b, &rest);
	return rest;
}

static uint64_t size_of(int64_t v)
{
	return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

int64_t __divdi3(int64_t a, int64_t b)
{
	uint64_t rest, quotient = divide(size_of(a), size_of(b), &rest);

	return (int64_t)((a < 0) != (b < 0) ? 0 - quotient : quotient);
}

int64_t __moddi3(int64_t a, int64_t b)
{
	uint64_t rest;

	divide(size_of(a), size_of(b), &rest);
	return (int64_t)(a < 0 ? 0 - rest : rest);
}
