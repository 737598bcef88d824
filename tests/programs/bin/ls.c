/*
 * tests/programs/bin/ls.c - lists directories; -l long, -a with hidden names, -1 one a line, -d the directory itself, -R all below.
 */
#include "util.h"

#include <dirent.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>

struct entry {
	char *name, *path;
	struct stat st;
};

static bool show_long, show_all, one_a_line, itself, below, inodes;
static int width = 80;

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static void print_mode(mode_t mode)
{
	static const char letters[] = "rwxrwxrwx";
	char text[11];
	int i;

	text[0] = S_ISDIR(mode) ? 'd' : S_ISLNK(mode) ? 'l' : S_ISCHR(mode) ? 'c'
		: S_ISBLK(mode) ? 'b' : S_ISFIFO(mode) ? 'p' : '-';
	for (i = 0; i < 9; i++)
		text[i + 1] = mode & (0400u >> i) ? letters[i] : '-';
	text[10] = '\0';
	printf("%s", text);
}

static void print_long(const struct entry *e)
{
	char when[32], target[256];
	time_t t = e->st.st_mtime;
	struct tm *tm = gmtime(&t);
	ssize_t n;

	print_mode(e->st.st_mode);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M", tm);
	if (S_ISCHR(e->st.st_mode) || S_ISBLK(e->st.st_mode))
		printf(" %3d %u %u %4u,%4u", (int)e->st.st_nlink, (unsigned)e->st.st_uid,
		       (unsigned)e->st.st_gid, (unsigned)(e->st.st_rdev >> 8) & 0xff,
		       (unsigned)e->st.st_rdev & 0xff);
	else
		printf(" %3d %u %u %9ld", (int)e->st.st_nlink, (unsigned)e->st.st_uid,
		       (unsigned)e->st.st_gid, (long)e->st.st_size);
	printf(" %s %s", when, e->name);
	if (S_ISLNK(e->st.st_mode) && (n = readlink(e->path, target, sizeof(target) - 1)) > 0) {
		target[n] = '\0';
		printf(" -> %s", target);
	}
	putchar('\n');
}

static void print_columns(struct entry *entries, int n)
{
	int widest = 0, columns, rows, r, c, i;

	for (i = 0; i < n; i++)
		if ((int)strlen(entries[i].name) > widest)
			widest = (int)strlen(entries[i].name);
	columns = width / (widest + 2);
	if (columns < 1)
		columns = 1;
	rows = (n + columns - 1) / columns;
	for (r = 0; r < rows; r++) {
		for (c = 0; c < columns && c * rows + r < n; c++) {
			const char *name = entries[c * rows + r].name;

			if ((c + 1) * rows + r < n)
				printf("%-*s", widest + 2, name);
			else
				printf("%s", name);
		}
		putchar('\n');
	}
}

static void print_entries(struct entry *entries, int n)
{
	int i;

	if (n > 1)
		qsort(entries, (size_t)n, sizeof(*entries), by_name);
	if (!show_long && !one_a_line) {
		print_columns(entries, n);
		return;
	}
	for (i = 0; i < n; i++) {
		if (inodes)
			printf("%6lu ", (unsigned long)entries[i].st.st_ino);
		if (show_long)
			print_long(&entries[i]);
		else
			printf("%s\n", entries[i].name);
	}
}

static int list_directory(const char *path, bool title);

/* The directories among what was listed, one after the other. */
static int list_below(struct entry *entries, int n)
{
	int i, bad = 0;

	for (i = 0; i < n; i++)
		if (S_ISDIR(entries[i].st.st_mode) && strcmp(entries[i].name, ".") &&
		    strcmp(entries[i].name, "..")) {
			putchar('\n');
			bad |= list_directory(entries[i].path, true);
		}
	return bad;
}

static int list_directory(const char *path, bool title)
{
	struct entry *entries = NULL;
	struct dirent *d;
	int n = 0, i, bad = 0;
	DIR *dir = opendir(path);

	if (!dir) {
		complain_errno("cannot open directory '%s'", path);
		return 1;
	}
	if (title)
		printf("%s:\n", path);
	while ((d = readdir(dir))) {
		struct entry *e;

		if (d->d_name[0] == '.' && !show_all)
			continue;
		entries = must_alloc(entries, sizeof(*entries) * (size_t)(n + 1));
		e = &entries[n];
		memset(e, 0, sizeof(*e));
		e->name = strdup(d->d_name);
		e->path = join_path(path, d->d_name);
		if ((show_long || below || inodes) && lstat(e->path, &e->st)) {
			complain_errno("cannot access '%s'", e->path);
			bad = 1;
			continue;
		}
		n++;
	}
	closedir(dir);
	print_entries(entries, n);
	if (below)
		bad |= list_below(entries, n);
	for (i = 0; i < n; i++) {
		free(entries[i].name);
		free(entries[i].path);
	}
	free(entries);
	return bad;
}

/* Files first, then the directories, as ls has always done. */
static int list_arguments(char **paths, int n)
{
	struct entry *files = must_alloc(NULL, sizeof(*files) * (size_t)(n + 1));
	int nfiles = 0, i, bad = 0;
	bool *is_dir = must_alloc(NULL, sizeof(*is_dir) * (size_t)(n + 1));
	bool some = false;

	for (i = 0; i < n; i++) {
		struct stat st;

		is_dir[i] = false;
		if (show_long || itself ? lstat(paths[i], &st) : stat(paths[i], &st)) {
			complain_errno("cannot access '%s'", paths[i]);
			bad = 2;
			continue;
		}
		if (S_ISDIR(st.st_mode) && !itself)
			is_dir[i] = true;
		else
			files[nfiles++] = (struct entry){ paths[i], paths[i], st };
	}
	print_entries(files, nfiles);
	some = nfiles > 0;
	for (i = 0; i < n; i++)
		if (is_dir[i]) {
			if (some)
				putchar('\n');
			bad |= list_directory(paths[i], n > 1 || below);
			some = true;
		}
	return bad;
}

int main(int argc, char **argv)
{
	static char *here[] = { (char *)".", NULL };
	struct winsize size;
	int c;

	set_program(argv[0]);
	one_a_line = !isatty(1);
	if (ioctl(1, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col;
	while ((c = getopt(argc, argv, "la1dRi")) != -1) {
		switch (c) {
		case 'l': show_long = true; break;
		case 'a': show_all = true; break;
		case '1': one_a_line = true; break;
		case 'd': itself = true; break;
		case 'R': below = true; break;
		case 'i': inodes = one_a_line = true; break;
		default: usage("ls [-la1dRi] [FILE...]");
		}
	}
	if (optind == argc)
		return finish(list_arguments(here, 1));
	return finish(list_arguments(argv + optind, argc - optind));
}
