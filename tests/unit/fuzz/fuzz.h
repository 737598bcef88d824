/*
 * tests/unit/fuzz/fuzz.h - what the fuzz targets share.
 *
 * A target is a file fuzz_NAME.c with one LLVMFuzzerTestOneInput(), linked with the kernel sources that
 * fuzz.mk lists for it and with support.c, which stands for the rest of the kernel: memory is malloc's,
 * report() goes to a buffer, panic() ends the run as a finding. A target does not only look for
 * crashes: it states with must() what has to hold of everything its reader accepted.
 */
#ifndef TESTS_UNIT_FUZZ_FUZZ_H
#define TESTS_UNIT_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define must(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			fuzz_finding(__FILE__, __LINE__, #cond);                                   \
	} while (0)

void fuzz_finding(const char *file, int line, const char *what) __attribute__((noreturn));
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input, taken from its front; what is not there reads as 0. */
struct fuzz_input {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t fuzz_u8(struct fuzz_input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

static inline uint32_t fuzz_u32(struct fuzz_input *in)
{
	uint32_t v = fuzz_u8(in);

	v |= (uint32_t)fuzz_u8(in) << 8;
	v |= (uint32_t)fuzz_u8(in) << 16;
	return v | (uint32_t)fuzz_u8(in) << 24;
}

/* A copy of @n bytes that ends where the allocation ends, so that reading beyond is seen. */
void *fuzz_copy(const void *data, size_t n);
/* The same as a string. */
char *fuzz_string(const void *data, size_t n);
/* What report() and printk() said since the last clear; terminated. */
const char *fuzz_said(void);
void fuzz_said_clear(void);
/* @text is one clear line: not empty, no newline, printable. */
void fuzz_must_be_one_line(const char *text);

#endif
