/*
 * tests/programs/bin/head.c - prints the first lines of files; -n N (10).
 */
#include "util.h"

static int head(const char *name, long lines)
{
	FILE *f = strcmp(name, "-") ? fopen(name, "r") : stdin;
	int c;

	if (!f) {
		complain_errno("cannot open '%s'", name);
		return 1;
	}
	while (lines > 0 && (c = getc(f)) != EOF) {
		putchar(c);
		lines -= c == '\n';
	}
	if (f != stdin)
		fclose(f);
	return 0;
}

int main(int argc, char **argv)
{
	long lines = 10;
	int c, bad = 0, files;

	set_program(argv[0]);
	argv[1] = count_option(argv[1]);
	while ((c = getopt(argc, argv, "n:")) != -1) {
		if (c != 'n')
			usage("head [-n LINES | -LINES] [FILE...]");
		lines = number_arg(optarg, "number of lines", 0, 1 << 30);
	}
	files = argc - optind;
	if (!files)
		bad = head("-", lines);
	for (; optind < argc; optind++) {
		if (files > 1)
			printf("==> %s <==\n", argv[optind]);
		bad |= head(argv[optind], lines);
		if (files > 1 && optind + 1 < argc)
			putchar('\n');
	}
	return finish(bad);
}
