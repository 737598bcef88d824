/*
 * tests/programs/bin/sh/glob.c - file names that match a pattern. Contract in sh.h.
 */
#include "sh.h"

#include <dirent.h>
#include <sys/stat.h>

/* pattern and marks of one part of a path, up to `end` */
struct part {
	const char *text, *marked;
	size_t length;
};

static bool special(const struct part *part)
{
	size_t i;

	for (i = 0; i < part->length; i++)
		if (!part->marked[i] && strchr("*?[", part->text[i]))
			return true;
	return false;
}

/* The set that starts at i: does it hold c? *next stands behind it. 0 next = it is no set. */
static bool in_set(const struct part *part, size_t i, char c, size_t *next)
{
	size_t k = i + 1;
	bool no, found = false;

	no = k < part->length && (part->text[k] == '!' || part->text[k] == '^');
	if (no)
		k++;
	for (i = k; k < part->length && (part->text[k] != ']' || k == i); k++) {
		if (k + 2 < part->length && part->text[k + 1] == '-' && part->text[k + 2] != ']') {
			found |= part->text[k] <= c && c <= part->text[k + 2];
			k += 2;
		} else {
			found |= part->text[k] == c;
		}
	}
	*next = k < part->length ? k + 1 : 0;
	return found != no;
}

static bool match(const struct part *part, size_t i, const char *name)
{
	for (; i < part->length; name++) {
		char c = part->text[i];
		size_t next;

		if (c == '*' && !part->marked[i]) {
			for (;; name++) {
				if (match(part, i + 1, name))
					return true;
				if (!*name)
					return false;
			}
		}
		if (!*name)
			return false;
		if (c == '?' && !part->marked[i]) {
			i++;
			continue;
		}
		if (c == '[' && !part->marked[i]) {
			bool in = in_set(part, i, *name, &next);

			if (next) {
				if (!in)
					return false;
				i = next;
				continue;
			}
		}
		if (c != *name)
			return false;
		i++;
	}
	return !*name;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in @directory that match, sorted. */
static char **matching(const char *directory, const struct part *part, int *count)
{
	char **names = NULL;
	struct dirent *d;
	DIR *dir = opendir(directory[0] ? directory : ".");

	*count = 0;
	if (!dir)
		return NULL;
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.' && part->text[0] != '.')
			continue;
		if (!match(part, 0, d->d_name))
			continue;
		names = must_alloc(names, sizeof(*names) * (size_t)(*count + 1));
		names[(*count)++] = strdup(d->d_name);
	}
	closedir(dir);
	if (*count > 1)
		qsort(names, (size_t)*count, sizeof(*names), by_text);
	return names;
}

/* @prefix is what has been found so far, with its slash. */
static int expand(const char *prefix, const char *pattern, const char *marked, void (*add)(const char *))
{
	struct part part = { pattern, marked, strcspn(pattern, "/") };
	const char *rest = pattern + part.length;
	size_t slashes = strspn(rest, "/"), room = strlen(prefix) + 256 + slashes;
	char *path = must_alloc(NULL, room + part.length), **names;
	int n, i, found = 0;
	struct stat st;

	if (!special(&part)) {
		sprintf(path, "%s%.*s%.*s", prefix, (int)part.length, pattern, (int)slashes, rest);
		if (rest[slashes])
			found = expand(path, rest + slashes, marked + part.length + slashes, add);
		else if (stat(path, &st) == 0 && ++found)
			add(path);
		free(path);
		return found;
	}
	names = matching(prefix, &part, &n);
	for (i = 0; i < n; i++) {
		snprintf(path, room, "%s%s%.*s", prefix, names[i], (int)slashes, rest);
		if (rest[slashes]) {
			found += expand(path, rest + slashes, marked + part.length + slashes, add);
		} else if (!slashes || (stat(path, &st) == 0 && S_ISDIR(st.st_mode))) {
			add(path);
			found++;
		}
		free(names[i]);
	}
	free(names);
	free(path);
	return found;
}

int glob(const char *pattern, const char *marked, void (*add)(const char *path))
{
	return expand("", pattern, marked, add);
}
