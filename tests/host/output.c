/*
 * tests/host/output.c - what the machine prints, and how it ends.
 */
#include "host.h"
#include "machine.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_MAX (256u << 10)

static char output[OUTPUT_MAX + 1];
static size_t output_used;
static const char *expected_panic;
static int verbose = -1;

static void write_all(const char *s, size_t n)
{
	while (n) {
		ssize_t done = write(STDERR_FILENO, s, n);

		if (done <= 0)
			return;
		s += done;
		n -= (size_t)done;
	}
}

static void keep(const char *s, size_t n)
{
	if (verbose < 0)
		verbose = getenv("HOST_VERBOSE") != NULL;
	if (verbose)
		write_all(s, n);
	if (n > OUTPUT_MAX - output_used) { /* forget the older half */
		size_t half = OUTPUT_MAX / 2;

		memmove(output, output + half, output_used > half ? output_used - half : 0);
		output_used = output_used > half ? output_used - half : 0;
	}
	memcpy(output + output_used, s, n);
	output_used += n;
	output[output_used] = '\0';
}

void arch_emergency_write(const char *s, size_t n)
{
	keep(s, n);
}

void arch_console_write(const char *s, size_t n)
{
	keep(s, n);
}

const char *host_output(void)
{
	return output;
}

void host_output_clear(void)
{
	output_used = 0;
	output[0] = '\0';
}

void host_expect_panic(const char *text)
{
	expected_panic = text;
}

void arch_poweroff(int status)
{
	if (expected_panic && strstr(output, expected_panic))
		_exit(HOST_PANIC_EXIT);
	if (status && verbose <= 0)
		write_all(output, output_used);
	if (expected_panic) {
		write_all("\nexpected instead: ", 19);
		write_all(expected_panic, strlen(expected_panic));
		write_all("\n", 1);
		_exit(1);
	}
	_exit(status);
}

void arch_reboot(void)
{
	arch_poweroff(0);
}

void host_die(const char *why)
{
	write_all(why, strlen(why));
	write_all("\n", 1);
	_exit(2);
}

void host_bad_address(uint64_t addr)
{
	char text[96] = "host port: address outside the machine's memory: 0x";
	size_t n = strlen(text);
	int shift;

	for (shift = 60; shift >= 0; shift -= 4)
		text[n] = "0123456789abcdef"[(addr >> shift) & 15], text[++n] = '\0';
	write_all(text, n);
	write_all("\n", 1);
	abort();
}
