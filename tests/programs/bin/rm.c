/*
 * tests/programs/bin/rm.c - removes files; -r: directories with what is in them; -f: no complaint about what is not there.
 */
#include "util.h"

#include <dirent.h>
#include <sys/stat.h>

static bool recursive, force;

static int remove_path(const char *path);

/* Names are collected first: what a directory lists while it is emptied is nobody's promise. */
static int empty(const char *path)
{
	char **names = NULL;
	int n = 0, i, bad = 0;
	struct dirent *entry;
	DIR *dir = opendir(path);

	if (!dir) {
		complain_errno("cannot open directory '%s'", path);
		return 1;
	}
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		names = must_alloc(names, sizeof(*names) * (size_t)(n + 1));
		names[n++] = join_path(path, entry->d_name);
	}
	closedir(dir);
	for (i = 0; i < n; i++) {
		bad |= remove_path(names[i]);
		free(names[i]);
	}
	free(names);
	return bad;
}

static int remove_path(const char *path)
{
	struct stat st;

	if (lstat(path, &st)) {
		if (force && errno == ENOENT)
			return 0;
		complain_errno("cannot remove '%s'", path);
		return 1;
	}
	if (S_ISDIR(st.st_mode)) {
		if (!recursive) {
			complain("cannot remove '%s': Is a directory", path);
			return 1;
		}
		if (empty(path))
			return 1;
	}
	if (S_ISDIR(st.st_mode) ? rmdir(path) : unlink(path)) {
		complain_errno("cannot remove '%s'", path);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	int c, bad = 0;

	set_program(argv[0]);
	while ((c = getopt(argc, argv, "rRf")) != -1) {
		if (c == 'r' || c == 'R')
			recursive = true;
		else if (c == 'f')
			force = true;
		else
			usage("rm [-rf] FILE...");
	}
	if (optind == argc && !force)
		usage("rm [-rf] FILE...");
	for (; optind < argc; optind++) {
		const char *name = base_name(argv[optind]);

		if (!strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, "/")) {
			complain("refusing to remove '%s'", argv[optind]);
			bad = 1;
			continue;
		}
		bad |= remove_path(argv[optind]);
	}
	return bad;
}
