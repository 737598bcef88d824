/*
 * kernel/string.c - libc's memory and string functions, byte by byte where speed does not matter.
 *
 * gcc may call memcpy, memmove, memset and memcmp by itself, so they exist even if nobody names
 * them. The first three are weak: a machine that can do better brings its own (the PC:
 * arch-i386/string.asm). Not linked on the host, whose libc has them. Compiled with
 * -fno-tree-loop-distribute-patterns: a loop here must not be turned into a call of itself.
 */
#include "kernel/string.h"

static inline bool word_aligned(const void *a, const void *b)
{
	return !(((uintptr_t)a | (uintptr_t)b) & (sizeof(unsigned long) - 1));
}

__attribute__((weak)) void *memcpy(void *dst, const void *src, size_t n)
{
	char *d = dst;
	const char *s = src;

	if (word_aligned(d, s)) {
		for (; n >= sizeof(unsigned long); n -= sizeof(unsigned long)) {
			*(unsigned long __attribute__((may_alias)) *)d =
				*(const unsigned long __attribute__((may_alias)) *)s;
			d += sizeof(unsigned long);
			s += sizeof(unsigned long);
		}
	}
	while (n--)
		*d++ = *s++;
	return dst;
}

__attribute__((weak)) void *memmove(void *dst, const void *src, size_t n)
{
	char *d = dst;
	const char *s = src;

	if ((uintptr_t)d - (uintptr_t)s >= n)
		return memcpy(dst, src, n);
	while (n--)
		d[n] = s[n];
	return dst;
}

__attribute__((weak)) void *memset(void *dst, int c, size_t n)
{
	char *d = dst;
	unsigned long word = (unsigned char)c * (~0UL / 255);

	if (word_aligned(d, d)) {
		for (; n >= sizeof(word); n -= sizeof(word)) {
			*(unsigned long __attribute__((may_alias)) *)d = word;
			d += sizeof(word);
		}
	}
	while (n--)
		*d++ = (char)c;
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n--; x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	for (; n--; p++)
		if (*p == (unsigned char)c)
			return (void *)(uintptr_t)p;
	return NULL;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n && *a && *a == *b; n--) {
		a++;
		b++;
	}
	return n ? (unsigned char)*a - (unsigned char)*b : 0;
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)(uintptr_t)s;
		if (!*s)
			return NULL;
	}
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = s;
		if (!*s)
			return (char *)(uintptr_t)last;
	}
}

char *strstr(const char *s, const char *sub)
{
	size_t n = strlen(sub);

	for (; strlen(s) >= n; s++)
		if (!strncmp(s, sub, n))
			return (char *)(uintptr_t)s;
	return NULL;
}
