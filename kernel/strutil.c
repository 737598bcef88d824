/*
 * kernel/strutil.c - the string helpers that are ours and not libc's (also linked on the host).
 */
#include "kernel/string.h"

bool str_copy(char *dst, const char *src, size_t size)
{
	size_t n = strlen(src);

	if (!size)
		return false;
	if (n >= size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
		return false;
	}
	memcpy(dst, src, n + 1);
	return true;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

bool str_to_long(const char *s, long *value)
{
	bool negative = *s == '-';
	unsigned long v = 0;
	int base = 10;

	if (negative)
		s++;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	if (!*s)
		return false;
	for (; *s; s++) {
		if (digit_value(*s) >= base)
			return false;
		v = v * (unsigned long)base + (unsigned long)digit_value(*s);
	}
	*value = (long)(negative ? 0 - v : v);
	return true;
}

bool str_has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}
