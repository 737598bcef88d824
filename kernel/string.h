/*
 * kernel/string.h - the C library's memory and string functions that the kernel uses, and a few of
 * our own. The first group has libc's names and meanings (on the host, libc's are linked).
 */
#ifndef KERNEL_STRING_H
#define KERNEL_STRING_H

#include "kernel/types.h"

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *sub);

/* Copy @src with truncation; @dst is always terminated when @size > 0. True = it fitted. */
bool str_copy(char *dst, const char *src, size_t size);
/* The number at @s: decimal or 0x hex, optional '-'. False when there is none or text follows. */
bool str_to_long(const char *s, long *value);
/* True when @s begins with @prefix. */
bool str_has_prefix(const char *s, const char *prefix);

#endif
