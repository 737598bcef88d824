/*
 * tests/programs/oracle/maketext.c - prints so many KB of text that looks random and is the same everywhere.
 */
#include "oracle.h"

static uint32_t seed = 19991015;

static uint32_t next(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

/* Words of a small vocabulary, numbers and letters: lines of 5 to 90 characters, some of them equal. */
static size_t make_line(char *line)
{
	static const char *const words[] = { "vmlist", "swapout", "kswapd", "page", "lock", "Driver", "map", "a" };
	unsigned n = next() % 12 + 1;
	size_t at = 0;

	while (n--) {
		uint32_t r = next();

		if (r % 4 == 0)
			at += (size_t)sprintf(line + at, "%lu", (unsigned long)(r >> 8) % 100000);
		else
			at += (size_t)sprintf(line + at, "%s", words[(r >> 4) % 8]);
		line[at++] = n ? ' ' : '\n';
	}
	return at;
}

int main(int argc, char **argv)
{
	size_t want = argc > 1 ? (size_t)atoi(argv[1]) * 1024 : 1024;
	static char line[256];

	while (want) {
		size_t n = make_line(line);

		if (n > want) {
			n = want;
			line[n - 1] = '\n';
		}
		if (fwrite(line, 1, n, stdout) != n)
			return 1;
		want -= n;
	}
	return fflush(stdout) != 0;
}
