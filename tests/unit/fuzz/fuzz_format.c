/*
 * tests/unit/fuzz/fuzz_format.c - numbers in text and text in buffers (kernel/format.c, strutil.c).
 *
 * Input: two bytes size of the buffer and width, then a string. What is printed never leaves its buffer,
 * is always terminated, and a number that is read prints as itself.
 */
#include "fuzz.h"

#include <string.h>

#include "kernel/printk.h"
#include "kernel/string.h"

static void check_long(const char *s)
{
	char text[40];
	long value = 0, again = 0;

	if (!str_to_long(s, &value))
		return;
	snprintk(text, sizeof(text), "%ld", value);
	must(str_to_long(text, &again) && again == value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, size};
	size_t room = fuzz_u8(&in) % 64 + 1, length;
	int width = fuzz_u8(&in) % 80;
	char *buf = malloc(room), *s, whole[64], format[16];

	must(buf != NULL);
	s = fuzz_string(in.at, in.left);
	check_long(s);
	must(str_copy(buf, s, room) == (strlen(s) < room));
	must(strlen(buf) < room && !strncmp(buf, s, strlen(buf)));
	snprintf(format, sizeof(format), "%%%ds|%%-%dx", width, width);
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
#pragma clang diagnostic ignored "-Wformat-security"
	length = (size_t)snprintk(buf, room, format, s, (unsigned)size);
	must(strlen(buf) < room && strlen(buf) == (length < room ? length : room - 1));
	must(length >= strlen(s) + 2);
	snprintk(whole, sizeof(whole), format, s, (unsigned)size);
#pragma clang diagnostic pop
	must(!strncmp(buf, whole, strlen(buf)));
	free(s);
	free(buf);
	return 0;
}
