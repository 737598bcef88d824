/*
 * tests/programs/lib.c - what the ring-3 test programs share. Contracts in the header.
 */
#include "lib.h"

/* --- system calls ---------------------------------------------------------------------------- */

void exit(int status)
{
	for (;;)
		sys(SYS_exit, status);
}

long wait_for(long pid, int *status)
{
	long got;

	do {
		got = sys(SYS_waitpid, pid, status, 0);
	} while (got == -EINTR);
	return got;
}

void sleep_ms(unsigned ms)
{
	uint32_t ts[2] = { ms / 1000, ms % 1000 * 1000000 };

	sys(SYS_nanosleep, ts, 0);
}

void *map_pages(size_t pages)
{
	long p = sys(SYS_mmap2, 0, pages * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return MAP_FAILED(p) ? NULL : (void *)p;
}

/* --- memory and strings ---------------------------------------------------------------------- */

void *memcpy(void *dst, const void *src, size_t n)
{
	return memmove(dst, src, n);
}

void *memmove(void *dst, const void *src, size_t n)
{
	char *d = dst;
	const char *s = src;

	if (d < s) {
		while (n--)
			*d++ = *s++;
	} else {
		while (n--)
			d[n] = s[n];
	}
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	char *d = dst;

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

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n--; a++, b++)
		if (*a != *b || !*a)
			return (unsigned char)*a - (unsigned char)*b;
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, (size_t)-1);
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

long number(const char *s, long def)
{
	bool minus = s && *s == '-';
	long v = 0;

	if (!s || !s[minus])
		return def;
	for (s += minus; *s; s++) {
		if (*s < '0' || *s > '9')
			return def;
		v = v * 10 + (*s - '0');
	}
	return minus ? -v : v;
}

uint32_t random_next(uint32_t *state)
{
	uint32_t x = *state ? *state : 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

/* --- printing -------------------------------------------------------------------------------- */

struct out {
	char buf[512];
	size_t n;
};

static void put(struct out *o, char c)
{
	if (o->n < sizeof(o->buf))
		o->buf[o->n++] = c;
}

static void put_text(struct out *o, const char *s, size_t n, int width, char pad)
{
	for (; width > (int)n; width--)
		put(o, pad);
	while (n--)
		put(o, *s++);
}

static void put_number(struct out *o, unsigned long v, unsigned base, bool minus, int width,
		       char pad)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	if (minus)
		digits[--at] = '-';
	put_text(o, digits + at, sizeof(digits) - at, width, pad);
}

static void put_signed(struct out *o, long v, int width, char pad)
{
	put_number(o, v < 0 ? 0 - (unsigned long)v : (unsigned long)v, 10, v < 0, width, pad);
}

static void convert(struct out *o, char c, int width, char pad, va_list *ap)
{
	const char *s;

	switch (c) {
	case 'd':
		put_signed(o, va_arg(*ap, long), width, pad);
		break;
	case 'u':
		put_number(o, va_arg(*ap, unsigned long), 10, false, width, pad);
		break;
	case 'x':
	case 'p':
		put_number(o, va_arg(*ap, unsigned long), 16, false, width, pad);
		break;
	case 'c':
		put(o, (char)va_arg(*ap, int));
		break;
	case 's':
		s = va_arg(*ap, const char *);
		put_text(o, s, strlen(s), width, ' ');
		break;
	default:
		put(o, c);
	}
}

static void format(struct out *o, const char *fmt, va_list ap)
{
	va_list args;

	va_copy(args, ap);
	for (; *fmt; fmt++) {
		char pad = ' ';
		int width = 0;

		if (*fmt != '%') {
			put(o, *fmt);
			continue;
		}
		if (*++fmt == '0')
			pad = *fmt++;
		while (*fmt >= '0' && *fmt <= '9')
			width = width * 10 + (*fmt++ - '0');
		if (*fmt == 'l') /* int and long are the same here */
			fmt++;
		convert(o, *fmt, width, pad, &args);
	}
	va_end(args);
}

static void flush(struct out *o)
{
	size_t done = 0;

	while (done < o->n) {
		long n = sys(SYS_write, 1, o->buf + done, o->n - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	o->n = 0;
}

int printf(const char *fmt, ...)
{
	struct out o = { .n = 0 };
	va_list ap;

	va_start(ap, fmt);
	format(&o, fmt, ap);
	va_end(ap);
	flush(&o);
	return 0;
}

long read_file(const char *path, char *buf, size_t size)
{
	long fd = sys(SYS_open, path, O_RDONLY), n, done = 0;

	if (fd < 0)
		return fd;
	while ((size_t)done < size - 1 &&
	       (n = sys(SYS_read, fd, buf + done, size - 1 - (size_t)done)) > 0)
		done += n;
	buf[done] = '\0';
	sys(SYS_close, fd);
	return done;
}

bool print_file(const char *path, const char *prefix, unsigned lines)
{
	static char buf[4096];
	char *line = buf;

	if (read_file(path, buf, sizeof(buf)) < 0)
		return false;
	while (*line && lines--) {
		char *end = strchr(line, '\n');

		if (end)
			*end = '\0';
		printf("%s%s\n", prefix, line);
		if (!end)
			break;
		line = end + 1;
	}
	return true;
}

/* --- checks ---------------------------------------------------------------------------------- */

int failures, checks;

void check_that(bool ok, int line, const char *what, const char *fmt, ...)
{
	struct out o = { .n = 0 };
	va_list ap;

	checks++;
	if (ok)
		return;
	failures++;
	va_start(ap, fmt);
	format(&o, fmt, ap);
	va_end(ap);
	put(&o, '\0');
	printf("FAILED line %d: %s %s\n", line, what, o.buf);
}

void check_value(long got, long want, int line, const char *what)
{
	checks++;
	if (got == want)
		return;
	failures++;
	printf("FAILED line %d: %s is %ld, not %ld\n", line, what, got, want);
}

int in_child(int (*fn)(void *), void *arg)
{
	long pid = sys(SYS_fork);
	int status = -1;

	if (pid == 0)
		exit(fn(arg));
	if (pid < 0 || wait_for(pid, &status) != pid) {
		failures++;
		printf("FAILED: no child (%ld)\n", pid);
	}
	return status;
}

int test_end(const char *name)
{
	if (failures)
		printf("%s: FAIL (%d of %d checks)\n", name, failures, checks);
	else
		printf("%s: PASS (%d checks)\n", name, checks);
	return failures ? 1 : 0;
}
