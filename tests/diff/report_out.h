/*
 * tests/diff/report_out.h - growing texts, and the few ways in which names and numbers are written into
 * HTML, SVG, JSON and DOT.
 *
 * Interface: out_add() as printf; out_html(), out_json(), out_dot() escape a name for its place, so that a
 * damaged trace can put nothing into a page but letters; out_count() groups digits; struct packed is
 * the stream of small numbers that the page's timeline reads (groups of seven bits, as base64).
 * A text that cannot grow ends the program with one line and status 2.
 */
#ifndef TESTS_DIFF_REPORT_OUT_H
#define TESTS_DIFF_REPORT_OUT_H

#include <stddef.h>
#include <stdint.h>

struct out {
	char *s; /* ends in NUL once anything was added */
	size_t n, room;
};

void out_add(struct out *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* @n bytes as they are. */
void out_bytes(struct out *t, const char *s, size_t n);
/* @s between tags or in quoted attributes of HTML and SVG. */
void out_html(struct out *t, const char *s);
/* @s as a JSON string, quotes included; bytes outside ASCII become '?'; safe inside <script>. */
void out_json(struct out *t, const char *s);
/* @s as a quoted DOT identifier. */
void out_dot(struct out *t, const char *s);
/* "12 345 678" with narrow spaces that do not break. */
void out_count(struct out *t, uint64_t n);
/* What was added since @t was empty; "" for nothing. */
const char *out_str(const struct out *t);
void out_free(struct out *t);

struct packed {
	uint8_t *bytes;
	size_t n, room;
};

void packed_add(struct packed *p, uint64_t value);
/* The stream as base64, appended to @t; @p is emptied. */
void packed_write(struct packed *p, struct out *t);

#endif
