/*
 * tests/programs/bin/test.c - judges an expression: files, texts, numbers. Also called [.
 */
#include "util.h"

#include <sys/stat.h>

static char **args;
static int nargs, at;

static bool judge_or(void);

static void wrong(const char *what)
{
	complain("%s", what);
	exit(2);
}

static bool file_test(char kind, const char *path)
{
	struct stat st;

	if (kind == 't')
		return isatty(atoi(path));
	if (kind == 'L' || kind == 'h')
		return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
	if (stat(path, &st))
		return false;
	switch (kind) {
	case 'f': return S_ISREG(st.st_mode);
	case 'd': return S_ISDIR(st.st_mode);
	case 'c': return S_ISCHR(st.st_mode);
	case 'b': return S_ISBLK(st.st_mode);
	case 's': return st.st_size > 0;
	case 'r': return access(path, R_OK) == 0;
	case 'w': return access(path, W_OK) == 0;
	case 'x': return access(path, X_OK) == 0;
	}
	return true; /* -e */
}

static long number(const char *text)
{
	return number_arg(text, "number", -2147483647L, 2147483647L);
}

/* 0, 1, or -1: not one of ours. */
static int compare(const char *a, const char *op, const char *b)
{
	if (!strcmp(op, "=") || !strcmp(op, "=="))
		return !strcmp(a, b);
	if (!strcmp(op, "!="))
		return strcmp(a, b) != 0;
	if (!strcmp(op, "-eq"))
		return number(a) == number(b);
	if (!strcmp(op, "-ne"))
		return number(a) != number(b);
	if (!strcmp(op, "-lt"))
		return number(a) < number(b);
	if (!strcmp(op, "-le"))
		return number(a) <= number(b);
	if (!strcmp(op, "-gt"))
		return number(a) > number(b);
	if (!strcmp(op, "-ge"))
		return number(a) >= number(b);
	return -1;
}

static bool judge_one(void)
{
	const char *a = at < nargs ? args[at] : NULL;
	int result;

	if (!a)
		wrong("argument expected");
	if (at + 2 < nargs && (result = compare(a, args[at + 1], args[at + 2])) >= 0) {
		at += 3;
		return result;
	}
	if (!strcmp(a, "!") && at + 1 < nargs) {
		at++;
		return !judge_one();
	}
	if (!strcmp(a, "(") && at + 1 < nargs) {
		bool inner;

		at++;
		inner = judge_or();
		if (at >= nargs || strcmp(args[at], ")"))
			wrong("missing )");
		at++;
		return inner;
	}
	if (a[0] == '-' && a[1] && !a[2] && at + 1 < nargs && strchr("efdcbsrwxLht", a[1])) {
		at += 2;
		return file_test(a[1], args[at - 1]);
	}
	if ((!strcmp(a, "-n") || !strcmp(a, "-z")) && at + 1 < nargs) {
		at += 2;
		return (args[at - 1][0] == '\0') == (a[1] == 'z');
	}
	at++;
	return a[0] != '\0';
}

static bool judge_and(void)
{
	bool result = judge_one();

	while (at < nargs && !strcmp(args[at], "-a")) {
		at++;
		result = judge_one() && result;
	}
	return result;
}

static bool judge_or(void)
{
	bool result = judge_and();

	while (at < nargs && !strcmp(args[at], "-o")) {
		at++;
		result = judge_and() || result;
	}
	return result;
}

int main(int argc, char **argv)
{
	bool result;

	set_program(argv[0]);
	if (!strcmp(base_name(argv[0]), "[") && strcmp(argv[--argc], "]"))
		wrong("missing ]");
	args = argv + 1;
	nargs = argc - 1;
	if (nargs == 0)
		return 1;
	result = judge_or();
	if (at < nargs) {
		complain("%s: unexpected argument", args[at]);
		return 2;
	}
	return !result;
}
