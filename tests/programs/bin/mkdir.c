/*
 * tests/programs/bin/mkdir.c - makes directories; -p: and those above, and no complaint when they are there.
 */
#include "util.h"

#include <sys/stat.h>

static int make(char *path, bool parents)
{
	struct stat st;
	char *slash = path;

	while (parents && (slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		if (mkdir(path, 0777) && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	if (mkdir(path, 0777) == 0)
		return 0;
	if (parents && errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return -1;
}

int main(int argc, char **argv)
{
	bool parents = false;
	int c, bad = 0;

	set_program(argv[0]);
	while ((c = getopt(argc, argv, "p")) != -1) {
		if (c != 'p')
			usage("mkdir [-p] DIRECTORY...");
		parents = true;
	}
	if (optind == argc)
		usage("mkdir [-p] DIRECTORY...");
	for (; optind < argc; optind++)
		if (make(argv[optind], parents)) {
			complain_errno("cannot create directory '%s'", argv[optind]);
			bad = 1;
		}
	return bad;
}
