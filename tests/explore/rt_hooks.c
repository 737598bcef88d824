/*
 * tests/explore/rt_hooks.c - the functions that instrumented code calls.
 *
 * __tsan_*: tracked objects. __obs_*: observers, whose hooks explore.mk renames; their loads do
 * nothing, their stores are logged. xp_* and obs_*: the memory functions of either kind. Only one
 * kernel context runs at a time, so the atomic operations need not be atomic.
 */
#include <string.h>

#include "tests/explore/rt.h"

/* The hooks have no prototypes: only the compiler calls them. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

void __tsan_init(void)
{
}
void __obs_init(void)
{
}

#define PC ((uintptr_t)__builtin_return_address(0))

/* Which bytes of the word at @a lie in [addr, end). */
static inline unsigned mask_of(uintptr_t a, uintptr_t addr, uintptr_t end)
{
	unsigned mask = 0xf;

	if (a < addr)
		mask &= 0xfu << (addr - a);
	if (a + 4 > end)
		mask &= 0xfu >> (a + 4 - end);
	return mask & 0xf;
}

static void read_range(uintptr_t addr, size_t n, bool marked, uintptr_t pc)
{
	uintptr_t a;

	for (a = addr & ~3u; a < addr + n; a += 4)
		rt_read_at(a, mask_of(a, addr, addr + n), marked, pc);
}

static void write_range(uintptr_t addr, size_t n, bool marked, uintptr_t pc)
{
	uintptr_t a;

	for (a = addr & ~3u; a < addr + n; a += 4)
		rt_write_at(a, mask_of(a, addr, addr + n), marked, pc);
}

static inline void observer_write(uintptr_t p)
{
	if (!rt_on_own_stack(p))
		rt_log_word((void *)(p & ~3u));
}

static inline void observer_range(void *p, size_t n)
{
	if (!rt_on_own_stack((uintptr_t)p))
		rt_log_range(p, n);
}

/* An aligned access of @n = 1, 2 or 4 bytes. */
#define MASK(p, n) (((1u << (n)) - 1) << ((uintptr_t)(p)&3))

#define TRACKED(n)                                                                                 \
	void __tsan_read##n(void *p)                                                               \
	{                                                                                          \
		rt_read_at((uintptr_t)p, MASK(p, n), false, PC);                                   \
	}                                                                                          \
	void __tsan_write##n(void *p)                                                              \
	{                                                                                          \
		rt_write_at((uintptr_t)p, MASK(p, n), false, PC);                                  \
	}                                                                                          \
	void __tsan_volatile_read##n(void *p)                                                      \
	{                                                                                          \
		rt_read_at((uintptr_t)p, MASK(p, n), true, PC);                                    \
	}                                                                                          \
	void __tsan_volatile_write##n(void *p)                                                     \
	{                                                                                          \
		rt_write_at((uintptr_t)p, MASK(p, n), true, PC);                                   \
	}

#define TRACKED_WIDE(n)                                                                            \
	void __tsan_read##n(void *p)                                                               \
	{                                                                                          \
		read_range((uintptr_t)p, n, false, PC);                                            \
	}                                                                                          \
	void __tsan_write##n(void *p)                                                              \
	{                                                                                          \
		write_range((uintptr_t)p, n, false, PC);                                           \
	}                                                                                          \
	void __tsan_volatile_read##n(void *p)                                                      \
	{                                                                                          \
		read_range((uintptr_t)p, n, true, PC);                                             \
	}                                                                                          \
	void __tsan_volatile_write##n(void *p)                                                     \
	{                                                                                          \
		write_range((uintptr_t)p, n, true, PC);                                            \
	}

#define UNALIGNED(n)                                                                               \
	void __tsan_unaligned_read##n(void *p)                                                     \
	{                                                                                          \
		read_range((uintptr_t)p, n, false, PC);                                            \
	}                                                                                          \
	void __tsan_unaligned_write##n(void *p)                                                    \
	{                                                                                          \
		write_range((uintptr_t)p, n, false, PC);                                           \
	}                                                                                          \
	void __obs_unaligned_read##n(void *p)                                                      \
	{                                                                                          \
		(void)p;                                                                           \
	}                                                                                          \
	void __obs_unaligned_write##n(void *p)                                                     \
	{                                                                                          \
		observer_range(p, n);                                                                \
	}

#define OBSERVER(n)                                                                                \
	void __obs_read##n(void *p)                                                                \
	{                                                                                          \
		(void)p;                                                                           \
	}                                                                                          \
	void __obs_write##n(void *p)                                                               \
	{                                                                                          \
		observer_write((uintptr_t)p);                                                      \
	}                                                                                          \
	void __obs_volatile_read##n(void *p)                                                       \
	{                                                                                          \
		(void)p;                                                                           \
	}                                                                                          \
	void __obs_volatile_write##n(void *p)                                                      \
	{                                                                                          \
		observer_write((uintptr_t)p);                                                      \
	}

#define OBSERVER_WIDE(n)                                                                           \
	void __obs_read##n(void *p)                                                                \
	{                                                                                          \
		(void)p;                                                                           \
	}                                                                                          \
	void __obs_write##n(void *p)                                                               \
	{                                                                                          \
		observer_range(p, n);                                                                \
	}                                                                                          \
	void __obs_volatile_read##n(void *p)                                                       \
	{                                                                                          \
		(void)p;                                                                           \
	}                                                                                          \
	void __obs_volatile_write##n(void *p)                                                      \
	{                                                                                          \
		observer_range(p, n);                                                                \
	}

/* clang-format off */
TRACKED(1) TRACKED(2) TRACKED(4)
TRACKED_WIDE(8) TRACKED_WIDE(16)
UNALIGNED(2) UNALIGNED(4) UNALIGNED(8) UNALIGNED(16)
OBSERVER(1) OBSERVER(2) OBSERVER(4)
OBSERVER_WIDE(8) OBSERVER_WIDE(16)
	/* clang-format on */

	void __tsan_read_range(void *p, size_t n)
{
	read_range((uintptr_t)p, n, false, PC);
}

void __tsan_write_range(void *p, size_t n)
{
	write_range((uintptr_t)p, n, false, PC);
}

void __obs_read_range(void *p, size_t n)
{
	(void)p;
	(void)n;
}

void __obs_write_range(void *p, size_t n)
{
	observer_range(p, n);
}

/* --- atomic operations ------------------------------------------------------------------------- */

/* Memory orders as the compiler numbers them. */
static inline bool acquires(int mo)
{
	return mo == __ATOMIC_ACQUIRE || mo == __ATOMIC_CONSUME || mo >= __ATOMIC_ACQ_REL;
}

static inline bool releases(int mo)
{
	return mo == __ATOMIC_RELEASE || mo >= __ATOMIC_ACQ_REL;
}

/* Keys of atomic words are odd, those of locks even. */
static inline void tracked_load(uintptr_t p, unsigned mask, int mo, uintptr_t pc)
{
	rt_read_at(p, mask, true, pc);
	if (acquires(mo))
		rt_acquire(p | 1);
}

static inline void tracked_store(uintptr_t p, unsigned mask, int mo, uintptr_t pc)
{
	rt_write_at(p, mask, true, pc);
	if (releases(mo))
		rt_release(p | 1);
}

static inline void tracked_both(uintptr_t p, unsigned mask, int mo, uintptr_t pc)
{
	if (acquires(mo))
		rt_acquire(p | 1);
	tracked_store(p, mask, mo, pc);
}

#define obs_load(p, mask, mo, pc)  ((void)(p), (void)(mo))
#define obs_store(p, mask, mo, pc) ((void)(mo), observer_write(p))
#define obs_both(p, mask, mo, pc)  ((void)(mo), observer_write(p))

#define ATOMICS(kind, how, bits, type)                                                             \
	type __##kind##_atomic##bits##_load(const volatile type *p, int mo)                        \
	{                                                                                          \
		how##_load((uintptr_t)p, MASK(p, bits / 8), mo, PC);                               \
		return *p;                                                                         \
	}                                                                                          \
	void __##kind##_atomic##bits##_store(volatile type *p, type v, int mo)                     \
	{                                                                                          \
		how##_store((uintptr_t)p, MASK(p, bits / 8), mo, PC);                              \
		*p = v;                                                                            \
	}                                                                                          \
	FETCH(kind, how, bits, type, exchange, v)                                                  \
	FETCH(kind, how, bits, type, fetch_add, old + v)                                           \
	FETCH(kind, how, bits, type, fetch_sub, old - v)                                           \
	FETCH(kind, how, bits, type, fetch_or, old | v)                                            \
	FETCH(kind, how, bits, type, fetch_and, old &v)                                            \
	FETCH(kind, how, bits, type, fetch_xor, old ^ v)                                           \
	_Bool __##kind##_atomic##bits##_compare_exchange_strong(volatile type *p, type *want,      \
								type v, int mo, int fmo)           \
	{                                                                                          \
		if (*p != *want) {                                                                 \
			how##_load((uintptr_t)p, MASK(p, bits / 8), fmo, PC);                      \
			*want = *p;                                                                \
			return 0;                                                                  \
		}                                                                                  \
		how##_both((uintptr_t)p, MASK(p, bits / 8), mo, PC);                               \
		*p = v;                                                                            \
		return 1;                                                                          \
	}

#define FETCH(kind, how, bits, type, op, value)                                                    \
	type __##kind##_atomic##bits##_##op(volatile type *p, type v, int mo)                      \
	{                                                                                          \
		type old = *p;                                                                     \
		how##_both((uintptr_t)p, MASK(p, bits / 8), mo, PC);                               \
		*p = (type)(value);                                                                \
		return old;                                                                        \
	}

/* clang-format off */
ATOMICS(tsan, tracked, 8, uint8_t)
ATOMICS(tsan, tracked, 16, uint16_t)
ATOMICS(tsan, tracked, 32, uint32_t)
ATOMICS(obs, obs, 8, uint8_t)
ATOMICS(obs, obs, 16, uint16_t)
ATOMICS(obs, obs, 32, uint32_t)
/* clang-format on */

void __tsan_atomic_thread_fence(int mo)
{
	(void)mo;
}
void __tsan_atomic_signal_fence(int mo)
{
	(void)mo;
}
void __obs_atomic_thread_fence(int mo)
{
	(void)mo;
}
void __obs_atomic_signal_fence(int mo)
{
	(void)mo;
}

/* --- memory functions ---------------------------------------------------------------------------- */

void *xp_memcpy(void *dst, const void *src, size_t n)
{
	read_range((uintptr_t)src, n, false, PC);
	write_range((uintptr_t)dst, n, false, PC);
	return memcpy(dst, src, n);
}

void *xp_memmove(void *dst, const void *src, size_t n)
{
	read_range((uintptr_t)src, n, false, PC);
	write_range((uintptr_t)dst, n, false, PC);
	return memmove(dst, src, n);
}

void *xp_memset(void *dst, int c, size_t n)
{
	write_range((uintptr_t)dst, n, false, PC);
	return memset(dst, c, n);
}

int xp_memcmp(const void *a, const void *b, size_t n)
{
	read_range((uintptr_t)a, n, false, PC);
	read_range((uintptr_t)b, n, false, PC);
	return memcmp(a, b, n);
}

void *obs_memcpy(void *dst, const void *src, size_t n)
{
	observer_range(dst, n);
	return memcpy(dst, src, n);
}

void *obs_memmove(void *dst, const void *src, size_t n)
{
	observer_range(dst, n);
	return memmove(dst, src, n);
}

void *obs_memset(void *dst, int c, size_t n)
{
	observer_range(dst, n);
	return memset(dst, c, n);
}

/* The modelled machine (MMU, disks) copies between a frame and something else: a frame's contents are
 * one object, whatever part is copied. */
extern unsigned char host_memory[HOST_MEMORY];

static int in_frames(const void *p)
{
	return (uintptr_t)p - (uintptr_t)host_memory < HOST_MEMORY;
}

void *mach_memcpy(void *dst, const void *src, size_t n)
{
	if (in_frames(src))
		rt_contents((uintptr_t)src, n, false);
	if (in_frames(dst))
		rt_contents((uintptr_t)dst, n, true);
	else
		observer_range(dst, n);
	return memcpy(dst, src, n);
}

void *mach_memset(void *dst, int c, size_t n)
{
	if (in_frames(dst))
		rt_contents((uintptr_t)dst, n, true);
	else
		observer_range(dst, n);
	return memset(dst, c, n);
}

void *mach_memmove(void *dst, const void *src, size_t n)
{
	observer_range(dst, n);
	return memmove(dst, src, n);
}
