/*
 * tests/programs/bin/grep.c - prints lines that match a pattern; -i -v -n -c -q -l -F.
 */
#include "util.h"

#include <ctype.h>

/*
 * Patterns: . [set] [^set] ^ $ and * after one of them; \ takes the next character as it is. -F: no
 * character is special.
 */
static bool ignore_case, invert, numbers, count_only, quiet, names_only, fixed;

static bool same(char a, char b)
{
	return ignore_case ? tolower((unsigned char)a) == tolower((unsigned char)b) : a == b;
}

/* The length of the first item of a pattern: one character, an escape, or a set. */
static size_t item_length(const char *p)
{
	size_t n = 1;

	if (p[0] == '\\' && p[1] && !fixed)
		return 2;
	if (p[0] != '[' || fixed)
		return 1;
	if (p[n] == '^')
		n++;
	if (p[n] == ']')
		n++;
	while (p[n] && p[n] != ']')
		n++;
	return p[n] ? n + 1 : 1; /* a [ without its ] is a character like others */
}

static bool in_set(const char *p, size_t n, char c)
{
	size_t i = 1;
	bool no = p[1] == '^', found = false;

	if (no)
		i++;
	for (; i < n - 1; i++) {
		if (p[i + 1] == '-' && i + 2 < n - 1) {
			found |= (unsigned char)c >= (unsigned char)p[i] &&
				 (unsigned char)c <= (unsigned char)p[i + 2];
			i += 2;
		} else {
			found |= same(p[i], c);
		}
	}
	return found != no;
}

static bool item_matches(const char *p, size_t n, char c)
{
	if (fixed)
		return same(*p, c);
	if (*p == '.')
		return true;
	if (*p == '[' && n > 1)
		return in_set(p, n, c);
	return same(*p == '\\' && n == 2 ? p[1] : *p, c);
}

/* Does the pattern match at the start of this text? */
static bool matches_here(const char *p, const char *text)
{
	while (*p) {
		size_t n = item_length(p);

		if (!fixed && p[0] == '$' && !p[1])
			return !*text;
		if (!fixed && p[n] == '*') {
			const char *end = text;

			while (*end && item_matches(p, n, *end))
				end++;
			for (;; end--) {
				if (matches_here(p + n + 1, end))
					return true;
				if (end == text)
					return false;
			}
		}
		if (!*text || !item_matches(p, n, *text))
			return false;
		p += n;
		text++;
	}
	return true;
}

static bool matches(const char *pattern, const char *text)
{
	if (!fixed && pattern[0] == '^')
		return matches_here(pattern + 1, text);
	do {
		if (matches_here(pattern, text))
			return true;
	} while (*text++);
	return false;
}

/* Lines that matched. */
static long search(char *text, const char *pattern, const char *name)
{
	long number = 0, found = 0;
	char *line, *next;

	for (line = text; *line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		else
			next = line + strlen(line);
		number++;
		if (matches(pattern, line) == invert)
			continue;
		found++;
		if (quiet || names_only || count_only)
			continue;
		if (name)
			printf("%s:", name);
		if (numbers)
			printf("%ld:", number);
		printf("%s\n", line);
	}
	return found;
}

int main(int argc, char **argv)
{
	static const char how[] = "grep [-ivncqlF] PATTERN [FILE...]";
	static char input[] = "-";
	static char *standard[] = { input };
	char **files;
	int c, n, i, status = 1;
	const char *pattern;

	set_program(argv[0]);
	while ((c = getopt(argc, argv, "ivncqlF")) != -1) {
		switch (c) {
		case 'i': ignore_case = true; break;
		case 'v': invert = true; break;
		case 'n': numbers = true; break;
		case 'c': count_only = true; break;
		case 'q': quiet = true; break;
		case 'l': names_only = true; break;
		case 'F': fixed = true; break;
		default: usage(how);
		}
	}
	if (optind == argc)
		usage(how);
	pattern = argv[optind++];
	n = argc - optind;
	files = n ? argv + optind : standard;
	for (i = 0; i < (n ? n : 1); i++) {
		char *text = read_path(files[i], NULL);
		long found;

		if (!text) {
			complain_errno("%s", files[i]);
			status = 2;
			continue;
		}
		found = search(text, pattern, n > 1 ? files[i] : NULL);
		free(text);
		if (found && status == 1)
			status = 0;
		if (names_only && found)
			printf("%s\n", files[i]);
		if (count_only && !names_only && !quiet)
			printf("%s%s%ld\n", n > 1 ? files[i] : "", n > 1 ? ":" : "", found);
	}
	return finish(status);
}
