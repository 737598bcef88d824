/*
 * kernel/format.c - printf-style formatting into a sink; vsnprintk and snprintk on top of it.
 *
 * 64-bit numbers are divided digit by digit in 16-bit steps, so that the i386 kernel needs no
 * division routine of libgcc here (this code also runs while everything else has failed).
 */
#include "kernel/format.h"
#include "kernel/printk.h"
#include "kernel/string.h"

struct spec {
	bool left, zero, alternate;
	int width;
	int precision; /* -1 = none */
	int size;      /* 0 int, 1 long, 2 long long, 3 size_t */
};

struct out {
	struct format_sink *sink;
	int count;
};

static void emit(struct out *o, const char *s, size_t n)
{
	if (n)
		o->sink->put(o->sink, s, n);
	o->count += (int)n;
}

static void pad(struct out *o, char c, int n)
{
	while (n-- > 0)
		emit(o, &c, 1);
}

static void emit_padded(struct out *o, const struct spec *sp, const char *s, size_t n)
{
	int fill = sp->width - (int)n;

	if (!sp->left)
		pad(o, ' ', fill);
	emit(o, s, n);
	if (sp->left)
		pad(o, ' ', fill);
}

/* Divide *v by @base (at most 16) and return the remainder. */
static unsigned divide_step(uint64_t *v, unsigned base)
{
	uint64_t quotient = 0;
	uint32_t rem = 0;
	int shift;

	for (shift = 48; shift >= 0; shift -= 16) {
		uint32_t part = (rem << 16) | (uint32_t)((*v >> shift) & 0xffff);

		quotient |= (uint64_t)(part / base) << shift;
		rem = part % base;
	}
	*v = quotient;
	return rem;
}

static void emit_number(struct out *o, const struct spec *sp, uint64_t v, unsigned base, bool upper,
			const char *prefix)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char buf[24];
	size_t n = sizeof(buf), plen = strlen(prefix);
	int fill;

	do {
		buf[--n] = digits[divide_step(&v, base)];
	} while (v);
	fill = sp->width - (int)(sizeof(buf) - n + plen);
	if (!sp->left && !sp->zero)
		pad(o, ' ', fill);
	emit(o, prefix, plen);
	if (!sp->left && sp->zero)
		pad(o, '0', fill);
	emit(o, buf + n, sizeof(buf) - n);
	if (sp->left)
		pad(o, ' ', fill);
}

static void emit_symbol(struct out *o, uintptr_t pc)
{
	struct spec plain = {.precision = -1};
	uintptr_t offset = 0;
	const char *name = symbol_lookup(pc, &offset);

	if (!name) {
		emit_number(o, &plain, pc, 16, false, "0x");
		return;
	}
	emit(o, name, strlen(name));
	emit_number(o, &plain, offset, 16, false, "+0x");
}

static const char *parse_spec(const char *p, struct spec *sp, va_list *ap)
{
	memset(sp, 0, sizeof(*sp));
	sp->precision = -1;
	for (;; p++) {
		if (*p == '-')
			sp->left = true;
		else if (*p == '0')
			sp->zero = true;
		else if (*p == '#')
			sp->alternate = true;
		else
			break;
	}
	if (*p == '*') {
		sp->width = va_arg(*ap, int);
		p++;
	}
	while (*p >= '0' && *p <= '9')
		sp->width = sp->width * 10 + (*p++ - '0');
	if (*p == '.') {
		p++;
		sp->precision = 0;
		if (*p == '*') {
			sp->precision = va_arg(*ap, int);
			p++;
		}
		while (*p >= '0' && *p <= '9')
			sp->precision = sp->precision * 10 + (*p++ - '0');
	}
	for (; *p == 'l' && sp->size < 2; p++)
		sp->size++;
	if (*p == 'z') {
		sp->size = 3;
		p++;
	}
	return p;
}

static uint64_t unsigned_arg(const struct spec *sp, va_list *ap)
{
	switch (sp->size) {
	case 0:
		return va_arg(*ap, unsigned);
	case 1:
		return va_arg(*ap, unsigned long);
	case 2:
		return va_arg(*ap, unsigned long long);
	default:
		return va_arg(*ap, size_t);
	}
}

static void emit_signed(struct out *o, const struct spec *sp, va_list *ap)
{
	int64_t v;

	if (sp->size == 0)
		v = va_arg(*ap, int);
	else if (sp->size == 1)
		v = va_arg(*ap, long);
	else if (sp->size == 2)
		v = va_arg(*ap, long long);
	else
		v = (int64_t)(intptr_t)va_arg(*ap, size_t);
	if (v < 0)
		emit_number(o, sp, 0 - (uint64_t)v, 10, false, "-");
	else
		emit_number(o, sp, (uint64_t)v, 10, false, "");
}

static void emit_string(struct out *o, const struct spec *sp, const char *s)
{
	if (!s)
		s = "(null)";
	emit_padded(o, sp, s, sp->precision >= 0 ? strnlen(s, (size_t)sp->precision) : strlen(s));
}

/* One conversion at @p (after '%' and its flags); returns the last character used. */
static const char *convert(struct out *o, const char *p, const struct spec *sp, va_list *ap)
{
	uint64_t v;
	char c;

	switch (*p) {
	case 'd':
	case 'i':
		emit_signed(o, sp, ap);
		break;
	case 'u':
		emit_number(o, sp, unsigned_arg(sp, ap), 10, false, "");
		break;
	case 'o':
		emit_number(o, sp, unsigned_arg(sp, ap), 8, false, "");
		break;
	case 'x':
	case 'X':
		v = unsigned_arg(sp, ap);
		emit_number(o, sp, v, 16, *p == 'X',
			    !sp->alternate || !v ? ""
			    : *p == 'X'		 ? "0X"
						 : "0x");
		break;
	case 'p':
		if (p[1] == 'S') {
			emit_symbol(o, (uintptr_t)va_arg(*ap, void *));
			return p + 1;
		}
		emit_number(o, sp, (uintptr_t)va_arg(*ap, void *), 16, false, "0x");
		break;
	case 's':
		emit_string(o, sp, va_arg(*ap, const char *));
		break;
	case 'c':
		c = (char)va_arg(*ap, int);
		emit_padded(o, sp, &c, 1);
		break;
	case '%':
		emit(o, "%", 1);
		break;
	default: /* an unknown conversion shows itself */
		emit(o, "%", 1);
		if (!*p)
			return p - 1;
		emit(o, p, 1);
	}
	return p;
}

int format_to(struct format_sink *sink, const char *fmt, va_list ap)
{
	struct out o = {.sink = sink};
	struct spec sp;
	const char *p, *start = fmt;
	va_list args;

	va_copy(args, ap);
	for (p = fmt; *p; p++) {
		if (*p != '%')
			continue;
		emit(&o, start, (size_t)(p - start));
		p = parse_spec(p + 1, &sp, &args);
		p = convert(&o, p, &sp, &args);
		start = p + 1;
	}
	emit(&o, start, (size_t)(p - start));
	va_end(args);
	return o.count;
}

struct buffer_sink {
	struct format_sink sink;
	char *buf;
	size_t size, used;
};

static void buffer_put(struct format_sink *sink, const char *s, size_t n)
{
	struct buffer_sink *b = container_of(sink, struct buffer_sink, sink);

	if (b->used + 1 < b->size) {
		size_t room = b->size - 1 - b->used;

		memcpy(b->buf + b->used, s, min(n, room));
	}
	b->used += n;
}

int vsnprintk(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct buffer_sink b = {.sink = {buffer_put}, .buf = buf, .size = size};
	int n = format_to(&b.sink, fmt, ap);

	if (size)
		buf[min((size_t)n, size - 1)] = '\0';
	return n;
}

int snprintk(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintk(buf, size, fmt, ap);
	va_end(ap);
	return n;
}
