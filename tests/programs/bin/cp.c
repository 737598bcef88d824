/*
 * tests/programs/bin/cp.c - copies files; -r: trees.
 */
#include "util.h"
#include "copy.h"

#include <sys/stat.h>

int main(int argc, char **argv)
{
	bool recursive = false, into;
	struct stat st;
	char *to;
	int c, bad = 0;

	set_program(argv[0]);
	while ((c = getopt(argc, argv, "rR")) != -1) {
		if (c != 'r' && c != 'R')
			usage("cp [-r] FROM TO, or cp [-r] FROM... DIRECTORY");
		recursive = true;
	}
	if (argc - optind < 2)
		usage("cp [-r] FROM TO, or cp [-r] FROM... DIRECTORY");
	to = argv[argc - 1];
	into = stat(to, &st) == 0 && S_ISDIR(st.st_mode);
	if (!into && argc - optind > 2) {
		complain("target '%s' is not a directory", to);
		return 1;
	}
	for (; optind < argc - 1; optind++) {
		char *path = into ? join_path(to, base_name(argv[optind])) : to;

		bad |= copy_path(argv[optind], path, recursive);
	}
	return bad;
}
