/*
 * tests/unit/fuzz/fuzz_cmdline.c - the kernel command line (kernel/cmdline.c).
 *
 * Input: the line. An accepted one gives the last value of each option; a refused one says why in one
 * line of bounded length.
 */
#include "fuzz.h"

#include <string.h>

#include "kernel/cmdline.h"

/* The last word of @line that begins with @name and '=', or is @name alone; NULL = none. Found the
 * plain way, to compare. */
static const char *last_word(const char *line, const char *name, size_t *len)
{
	const char *found = NULL;
	size_t n = strlen(name);

	while (*line) {
		size_t word = strcspn(line, " \t\n");

		if (word >= n && !memcmp(line, name, n) && (word == n || line[n] == '=')) {
			found = word == n ? "1" : line + n + 1;
			*len = word == n ? 1 : word - n - 1;
		}
		line += word;
		line += strspn(line, " \t\n");
	}
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_string(data, size);
	const char *name, *help;
	bool taken = cmdline_parse(line);

	if (!taken)
		fuzz_must_be_one_line(cmdline_error());
	else
		must(cmdline_error()[0] == '\0');
	for (unsigned i = 0; (name = cmdline_known(i, &help)) != NULL; i++) {
		const char *value = cmdline_get(name), *want;
		size_t len = 0;

		must(help && help[0]);
		cmdline_long(name, -1);
		if (!taken)
			continue;
		want = last_word(line, name, &len);
		must(!want == !value);
		must(!want || (strlen(value) == len && !memcmp(value, want, len)));
	}
	free(line);
	return 0;
}
