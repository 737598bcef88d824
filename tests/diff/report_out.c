/*
 * tests/diff/report_out.c - growing texts and streams; see report_out.h.
 */
#include "tests/diff/report_out.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *grow(void *old, size_t *room, size_t need)
{
	size_t n = *room ? *room : 256;
	void *p;

	while (n < need)
		n *= 2;
	p = realloc(old, n);
	if (!p) {
		fprintf(stderr, "report: no memory for a text of %zu bytes\n", need);
		exit(2);
	}
	*room = n;
	return p;
}

void out_bytes(struct out *t, const char *s, size_t n)
{
	if (t->n + n + 1 > t->room)
		t->s = grow(t->s, &t->room, t->n + n + 1);
	memcpy(t->s + t->n, s, n);
	t->n += n;
	t->s[t->n] = '\0';
}

void out_add(struct out *t, const char *format, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n > 0) {
		if (t->n + (size_t)n + 1 > t->room)
			t->s = grow(t->s, &t->room, t->n + (size_t)n + 1);
		vsnprintf(t->s + t->n, (size_t)n + 1, format, again);
		t->n += (size_t)n;
	}
	va_end(again);
}

static void add_string(struct out *t, const char *s)
{
	out_bytes(t, s, strlen(s));
}

void out_html(struct out *t, const char *s)
{
	for (; *s; s++) {
		if (*s == '&')
			add_string(t, "&amp;");
		else if (*s == '<')
			add_string(t, "&lt;");
		else if (*s == '>')
			add_string(t, "&gt;");
		else if (*s == '"')
			add_string(t, "&quot;");
		else if ((unsigned char)*s < ' ' && *s != '\n' && *s != '\t')
			out_bytes(t, "?", 1);
		else
			out_bytes(t, s, 1);
	}
}

void out_json(struct out *t, const char *s)
{
	out_bytes(t, "\"", 1);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			out_add(t, "\\%c", c);
		else if (c < ' ' || c == '<' || c == '>' || c == '&')
			out_add(t, "\\u%04x", c);
		else
			out_bytes(t, c < 127 ? s : "?", 1);
	}
	out_bytes(t, "\"", 1);
}

void out_dot(struct out *t, const char *s)
{
	out_bytes(t, "\"", 1);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			out_bytes(t, "\\", 1);
		out_bytes(t, (unsigned char)*s < ' ' ? " " : s, 1);
	}
	out_bytes(t, "\"", 1);
}

void out_count(struct out *t, uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n), i;

	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			add_string(t, "\xe2\x80\xaf");
		out_bytes(t, digits + i, 1);
	}
}

const char *out_str(const struct out *t)
{
	return t->s ? t->s : "";
}

void out_free(struct out *t)
{
	free(t->s);
	*t = (struct out){ NULL, 0, 0 };
}

void packed_add(struct packed *p, uint64_t value)
{
	if (p->n + 10 > p->room)
		p->bytes = grow(p->bytes, &p->room, p->n + 10);
	while (value > 127) {
		p->bytes[p->n++] = (uint8_t)(value | 128);
		value >>= 7;
	}
	p->bytes[p->n++] = (uint8_t)value;
}

void packed_write(struct packed *p, struct out *t)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	for (i = 0; i < p->n; i += 3) {
		uint32_t three = (uint32_t)p->bytes[i] << 16;
		char four[4];

		if (i + 1 < p->n)
			three |= (uint32_t)p->bytes[i + 1] << 8;
		if (i + 2 < p->n)
			three |= p->bytes[i + 2];
		four[0] = letters[three >> 18];
		four[1] = letters[three >> 12 & 63];
		four[2] = i + 1 < p->n ? letters[three >> 6 & 63] : '=';
		four[3] = i + 2 < p->n ? letters[three & 63] : '=';
		out_bytes(t, four, 4);
	}
	free(p->bytes);
	*p = (struct packed){ NULL, 0, 0 };
}
