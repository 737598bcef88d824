/*
 * tests/programs/bin/hexdump.c - shows files as hexadecimal bytes and characters; -n N: the first N bytes.
 */
#include "util.h"

#include <ctype.h>

static void show(const uint8_t *row, size_t n, unsigned long at)
{
	size_t i;

	printf("%08lx", at);
	for (i = 0; i < 16; i++) {
		if (i % 8 == 0)
			putchar(' ');
		if (i < n)
			printf(" %02x", row[i]);
		else
			printf("   ");
	}
	printf("  |");
	for (i = 0; i < n; i++)
		putchar(isprint(row[i]) ? row[i] : '.');
	printf("|\n");
}

static int dump(const char *name, unsigned long limit)
{
	FILE *f = strcmp(name, "-") ? fopen(name, "rb") : stdin;
	uint8_t row[16], last[16];
	unsigned long at = 0;
	bool skipping = false;
	size_t n;

	if (!f) {
		complain_errno("%s", name);
		return 1;
	}
	while (at < limit && (n = fread(row, 1, limit - at < 16 ? limit - at : 16, f)) > 0) {
		bool again = at && n == 16 && !memcmp(row, last, 16);

		if (!again)
			show(row, n, at);
		else if (!skipping)
			printf("*\n");
		skipping = again;
		memcpy(last, row, sizeof(last));
		at += n;
	}
	if (at)
		printf("%08lx\n", at);
	if (f != stdin)
		fclose(f);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long limit = ~0ul;
	int c, bad = 0;

	set_program(argv[0]);
	while ((c = getopt(argc, argv, "Cn:")) != -1) {
		if (c == 'n')
			limit = (unsigned long)number_arg(optarg, "number of bytes", 0, 0x7fffffff);
		else if (c != 'C')
			usage("hexdump [-C] [-n BYTES] [FILE...]");
	}
	if (optind == argc)
		bad = dump("-", limit);
	for (; optind < argc; optind++)
		bad |= dump(argv[optind], limit);
	return finish(bad);
}
