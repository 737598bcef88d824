/*
 * tests/unit/fuzz/support.c - the little that the fuzzed readers need of the kernel around them: its
 * messages, its heap, and three controlled tasks called A, B and C.
 */
#include "fuzz.h"

#include <stdarg.h>
#include <string.h>

#include "kernel/control.h"
#include "kernel/printk.h"
#include "mm/slab.h"

#define SAID_MAX (64u << 10)

static char said[SAID_MAX];
static size_t said_used;

/* --- findings ------------------------------------------------------------------------------ */

void fuzz_finding(const char *file, int line, const char *what)
{
	fprintf(stderr, "fuzz: %s:%d: this must hold: %s\n", file, line, what);
	abort();
}

void panic(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintk(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "fuzz: the kernel panics: %s\n", text);
	abort();
}

/* --- input and output ------------------------------------------------------------------------ */

void *fuzz_copy(const void *data, size_t n)
{
	char *copy = malloc(n ? n : 1);

	if (!copy)
		abort();
	if (n)
		memcpy(copy, data, n);
	return copy;
}

char *fuzz_string(const void *data, size_t n)
{
	char *s = malloc(n + 1);

	if (!s)
		abort();
	if (n)
		memcpy(s, data, n);
	s[n] = '\0';
	return s;
}

static void say(const char *fmt, va_list ap)
{
	int n = vsnprintk(said + said_used, sizeof(said) - said_used, fmt, ap);

	if (n > 0)
		said_used += (size_t)n < sizeof(said) - said_used ? (size_t)n : 0;
}

void report(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

int printk(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return 0;
}

const char *fuzz_said(void)
{
	return said;
}

void fuzz_said_clear(void)
{
	said_used = 0;
	said[0] = '\0';
}

void fuzz_must_be_one_line(const char *text)
{
	must(text && text[0]);
	for (; *text; text++)
		must(*text != '\n');
}

/* --- the kernel around ----------------------------------------------------------------------- */

const char *symbol_lookup(uintptr_t pc, uintptr_t *offset)
{
	(void)pc;
	(void)offset;
	return NULL;
}

void *kmalloc(size_t size, unsigned gfp)
{
	(void)gfp;
	return malloc(size);
}

void kfree(const void *p)
{
	free((void *)(uintptr_t)p);
}

int nr_cpus = 2;

static const char *const names[] = {"A", "B", "C"};

const char *ctl_name(int task)
{
	return task == CTL_IRQ ? "irq" : task >= 0 && task < 3 ? names[task] : "?";
}

int ctl_ntasks(void)
{
	return 3;
}

unsigned ctl_points_hash(void)
{
	return 0xabcd;
}
