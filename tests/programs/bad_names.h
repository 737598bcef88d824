/*
 * tests/programs/bad_names.h - the damaged executables, known to who makes them (make_bad.c) and to
 * who tries them (badexec.c).
 */
#ifndef TESTS_PROGRAMS_BAD_NAMES_H
#define TESTS_PROGRAMS_BAD_NAMES_H

#include <stdbool.h>

struct bad_name {
	const char *name;
	bool may_start; /* the headers are in order: it may start, and then must die */
};

static const struct bad_name bad_names[] = {
	{ "empty", false },	       { "one-byte", false },	   { "header-cut", false },
	{ "phdrs-cut", false },	       { "contents-cut", false },  { "magic", false },
	{ "class-64", false },	       { "big-endian", false },	   { "machine", false },
	{ "type-rel", false },	       { "type-dyn", false },	   { "phentsize", false },
	{ "phnum-0", false },	       { "phnum-huge", false },	   { "phoff-huge", false },
	{ "phoff-wraps", false },      { "interp", false },	   { "no-load", false },
	{ "overlap", false },	       { "out-of-order", false },  { "memsz-huge", false },
	{ "memsz-wraps", false },      { "filesz-huge", false },   { "filesz-over-memsz", false },
	{ "offset-huge", false },      { "offset-wraps", false },  { "vaddr-0", false },
	{ "vaddr-kernel", false },     { "vaddr-boundary", false }, { "misaligned", false },
	{ "entry-0", false },	       { "entry-kernel", false },  { "entry-hole", false },
	{ "text", false },	       { "zero-code", true },
};

#endif
