/*
 * tests/programs/bin/ln.c - makes links; -s: symbolic ones.
 */
#include "util.h"

#include <sys/stat.h>

int main(int argc, char **argv)
{
	bool symbolic = false;
	struct stat st;
	char *to;
	int c;

	set_program(argv[0]);
	while ((c = getopt(argc, argv, "s")) != -1) {
		if (c != 's')
			usage("ln [-s] TARGET NAME");
		symbolic = true;
	}
	if (argc - optind != 2)
		usage("ln [-s] TARGET NAME");
	to = argv[optind + 1];
	if (stat(to, &st) == 0 && S_ISDIR(st.st_mode))
		to = join_path(to, base_name(argv[optind]));
	if (symbolic ? symlink(argv[optind], to) : link(argv[optind], to)) {
		complain_errno("cannot link '%s' to '%s'", to, argv[optind]);
		return 1;
	}
	return 0;
}
