/*
 * tests/programs/bin/tail.c - prints the last lines of files; -n N (10). The whole file is read.
 */
#include "util.h"

static int tail(const char *name, long lines)
{
	size_t length, from;
	char *text = read_path(name, &length);

	if (!text) {
		complain_errno("cannot open '%s'", name);
		return 1;
	}
	from = length;
	if (from && text[from - 1] == '\n')
		from--;
	while (from > 0 && lines > 0) {
		if (text[from - 1] == '\n' && --lines == 0)
			break;
		from--;
	}
	fwrite(text + from, 1, lines == 0 && from == length ? 0 : length - from, stdout);
	free(text);
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
			usage("tail [-n LINES | -LINES] [FILE...]");
		lines = number_arg(optarg, "number of lines", 0, 1 << 30);
	}
	files = argc - optind;
	if (lines == 0)
		return 0;
	if (!files)
		bad = tail("-", lines);
	for (; optind < argc; optind++) {
		if (files > 1)
			printf("==> %s <==\n", argv[optind]);
		bad |= tail(argv[optind], lines);
		if (files > 1 && optind + 1 < argc)
			putchar('\n');
	}
	return finish(bad);
}
