/*
 * tests/programs/bin/copy.c - copying one file or a tree. Contract in copy.h.
 */
#include "util.h"
#include "copy.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

static char buf[16384];

static int copy_data(int in, int out, const char *from, const char *to)
{
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write_all(out, buf, (size_t)n)) {
			complain_errno("error writing '%s'", to);
			return 1;
		}
	if (n < 0)
		complain_errno("error reading '%s'", from);
	return n < 0;
}

static int copy_file(const char *from, const char *to, const struct stat *st)
{
	struct stat there;
	int in, out, bad;

	if (stat(to, &there) == 0 && there.st_ino == st->st_ino && there.st_dev == st->st_dev) {
		complain("'%s' and '%s' are the same file", from, to);
		return 1;
	}
	in = open(from, O_RDONLY);
	if (in < 0) {
		complain_errno("cannot open '%s' for reading", from);
		return 1;
	}
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, st->st_mode & 0777);
	if (out < 0) {
		complain_errno("cannot create '%s'", to);
		close(in);
		return 1;
	}
	bad = copy_data(in, out, from, to);
	close(in);
	if (close(out) && !bad) {
		complain_errno("error writing '%s'", to);
		bad = 1;
	}
	return bad;
}

static int copy_link(const char *from, const char *to)
{
	char target[1024];
	ssize_t n = readlink(from, target, sizeof(target) - 1);

	if (n < 0) {
		complain_errno("cannot read link '%s'", from);
		return 1;
	}
	target[n] = '\0';
	if (symlink(target, to)) {
		complain_errno("cannot create link '%s'", to);
		return 1;
	}
	return 0;
}

static int copy_directory(const char *from, const char *to, const struct stat *st)
{
	struct stat made;
	struct dirent *entry;
	DIR *dir;
	int bad = 0;

	if (mkdir(to, st->st_mode & 0777) && errno != EEXIST) {
		complain_errno("cannot create directory '%s'", to);
		return 1;
	}
	dir = opendir(from);
	if (!dir || stat(to, &made)) {
		complain_errno("cannot open directory '%s'", dir ? to : from);
		if (dir)
			closedir(dir);
		return 1;
	}
	while ((entry = readdir(dir))) {
		char *a, *b;
		struct stat inner;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		a = join_path(from, entry->d_name);
		b = join_path(to, entry->d_name);
		if (lstat(a, &inner) == 0 && inner.st_ino == made.st_ino && inner.st_dev == made.st_dev) {
			complain("cannot copy a directory, '%s', into itself, '%s'", from, to);
			bad = 1;
		} else {
			bad |= copy_path(a, b, true);
		}
		free(a);
		free(b);
	}
	closedir(dir);
	return bad;
}

int copy_path(const char *from, const char *to, bool recursive)
{
	struct stat st;

	if (recursive ? lstat(from, &st) : stat(from, &st)) {
		complain_errno("cannot stat '%s'", from);
		return 1;
	}
	if (S_ISDIR(st.st_mode)) {
		if (recursive)
			return copy_directory(from, to, &st);
		complain("-r not specified; omitting directory '%s'", from);
		return 1;
	}
	return S_ISLNK(st.st_mode) ? copy_link(from, to) : copy_file(from, to, &st);
}
