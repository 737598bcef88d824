/*
 * tests/programs/bin/wc.c - counts lines, words and bytes; -l -w -c: only those.
 */
#include "util.h"

#include <ctype.h>

struct counts {
	unsigned long lines, words, bytes;
};

static bool lines, words, bytes;
static char buf[16384];

static void print(const struct counts *c, const char *name)
{
	const char *gap = "";

	if (lines)
		printf("%s%7lu", gap, c->lines), gap = " ";
	if (words)
		printf("%s%7lu", gap, c->words), gap = " ";
	if (bytes)
		printf("%s%7lu", gap, c->bytes);
	printf("%s%s\n", name[0] ? " " : "", name);
}

static int count(int fd, const char *name, struct counts *c)
{
	bool inside = false;
	ssize_t n, i;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		c->bytes += (unsigned long)n;
		for (i = 0; i < n; i++) {
			bool space = isspace((unsigned char)buf[i]);

			c->lines += buf[i] == '\n';
			c->words += !space && !inside;
			inside = !space;
		}
	}
	if (n < 0)
		complain_errno("%s", name);
	return n < 0;
}

int main(int argc, char **argv)
{
	struct counts total = { 0, 0, 0 };
	int c, bad = 0, files;

	set_program(argv[0]);
	while ((c = getopt(argc, argv, "lwc")) != -1) {
		switch (c) {
		case 'l': lines = true; break;
		case 'w': words = true; break;
		case 'c': bytes = true; break;
		default: usage("wc [-lwc] [FILE...]");
		}
	}
	if (!lines && !words && !bytes)
		lines = words = bytes = true;
	files = argc - optind;
	if (!files) {
		bad = count(0, "-", &total);
		print(&total, "");
		return finish(bad);
	}
	for (; optind < argc; optind++) {
		struct counts one = { 0, 0, 0 };
		int fd = open_input(argv[optind]);

		if (fd < 0) {
			bad = 1;
			continue;
		}
		bad |= count(fd, argv[optind], &one);
		if (fd)
			close(fd);
		print(&one, argv[optind]);
		total.lines += one.lines;
		total.words += one.words;
		total.bytes += one.bytes;
	}
	if (files > 1)
		print(&total, "total");
	return finish(bad);
}
