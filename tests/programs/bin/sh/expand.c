/*
 * tests/programs/bin/sh/expand.c - from a word as written to what a program gets. Contracts in sh.h.
 *
 * A word becomes characters, each marked as quoted or not; unquoted blanks that come out of an expansion
 * end a field; a field with an unquoted * ? or [ is replaced by the file names that match it.
 */
#include "sh.h"

#include <ctype.h>
#include <sys/wait.h>

char **parameters;
int nparameters;

/* the argv being made */
static char **fields;
static int nfields;
/* the field being made */
static char *text, *marks;
static size_t length, room;
static bool started;  /* there is a field, even if empty */
static bool splitting; /* expand_words, not expand_text */
static bool failed;

static void put(char c, bool quoted)
{
	if (length + 2 > room) {
		room = room ? room * 2 : 64;
		text = must_alloc(text, room);
		marks = must_alloc(marks, room);
	}
	text[length] = c;
	marks[length++] = quoted;
	text[length] = '\0';
	marks[length] = 0;
	started = true;
}

static void add_field(const char *s)
{
	char **more = arena_alloc(sizeof(char *) * (size_t)(nfields + 2));

	if (nfields)
		memcpy(more, fields, sizeof(char *) * (size_t)nfields);
	fields = more;
	fields[nfields++] = arena_copy(s, strlen(s));
	fields[nfields] = NULL;
}

static void end_field(void)
{
	size_t i;
	bool pattern = false;

	if (!started)
		return;
	for (i = 0; i < length; i++)
		pattern |= !marks[i] && strchr("*?[", text[i]);
	if (length == 0)
		add_field("");
	else if (!pattern || !glob(text, marks, add_field))
		add_field(text);
	length = 0;
	started = false;
}

static void put_value(const char *value, bool quoted)
{
	for (; value && *value; value++) {
		if (splitting && !quoted && isspace((unsigned char)*value))
			end_field();
		else
			put(*value, quoted);
	}
}

/* --- $ ------------------------------------------------------------------------------------------------- */

/* The state of a word is put aside while another text is expanded on its way. */
static char *expand_inside(const char *from, size_t n)
{
	char *old_text = text, *old_marks = marks, *result, *copy = arena_copy(from, n);
	size_t old_length = length, old_room = room;
	bool old_started = started, old_splitting = splitting;

	text = marks = NULL;
	length = room = 0;
	result = expand_text(copy);
	free(text);
	free(marks);
	text = old_text;
	marks = old_marks;
	length = old_length;
	room = old_room;
	started = old_started;
	splitting = old_splitting;
	if (!result)
		failed = true;
	return result;
}

static void put_number(long n, bool quoted)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%ld", n);
	put_value(digits, quoted);
}

static char *command_output(const char *command)
{
	int fds[2], status;
	char *output;
	size_t n;
	pid_t pid;

	fflush(stdout);
	if (pipe(fds) || (pid = fork()) < 0) {
		complain_errno("cannot run $(%s)", command);
		failed = true;
		return NULL;
	}
	if (pid == 0) {
		jobs_forget();
		interactive = false;
		dup2(fds[1], 1);
		close(fds[0]);
		if (fds[1] != 1)
			close(fds[1]);
		status = run_text(command);
		fflush(stdout);
		_exit(status);
	}
	close(fds[1]);
	output = read_fd(fds[0], &n);
	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	last_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	while (output && n && output[n - 1] == '\n')
		output[--n] = '\0';
	return output;
}

static void put_command(const char *command, size_t n, bool quoted)
{
	char *output = command_output(arena_copy(command, n));

	put_value(output, quoted);
	free(output);
}

/* "$@" is a field for each; all else that is quoted is one text. */
static void put_parameters(bool each, bool quoted)
{
	int i;

	for (i = 1; i <= nparameters; i++) {
		put_value(parameters[i], quoted);
		if (i == nparameters)
			break;
		if (each && quoted && splitting)
			end_field();
		else
			put_value(" ", quoted);
	}
}

/* One of $? $$ $! $# $@ $* $0..$9; false = it is not. */
static bool put_special(char c, bool quoted)
{
	switch (c) {
	case '?': put_number(last_status, quoted); return true;
	case '$': put_number(shell_pid, quoted); return true;
	case '#': put_number(nparameters, quoted); return true;
	case '!':
		if (last_background)
			put_number(last_background, quoted);
		return true;
	case '@':
	case '*': put_parameters(c == '@', quoted); return true;
	}
	if (!isdigit((unsigned char)c))
		return false;
	if (c - '0' <= nparameters)
		put_value(parameters[c - '0'], quoted);
	return true;
}

/* ${NAME}, ${NAME:-word}, ${NAME:+word}, ${#NAME}; from..to is between the braces. */
static void put_braces(const char *from, const char *to, bool quoted)
{
	const char *p = from, *value;
	char *name;

	if (to - from == 1 && put_special(*from, quoted))
		return;
	if (*p == '#')
		p++;
	name = arena_copy(p, strcspn(p, ":-+}"));
	p += strlen(name);
	value = isdigit((unsigned char)*name) ? (atoi(name) <= nparameters ? parameters[atoi(name)] : NULL)
					      : get_variable(name);
	if (*from == '#') {
		put_number(value ? (long)strlen(value) : 0, quoted);
	} else if (p == to) {
		put_value(value, quoted);
	} else {
		bool set = value && (*value || *p != ':');

		p += *p == ':';
		if (*p == '+' ? set : !set)
			value = expand_inside(p + 1, (size_t)(to - p - 1));
		else if (*p == '+')
			value = NULL;
		put_value(value, quoted);
	}
}

/* p stands at the $; returns what follows. */
static const char *put_dollar(const char *p, bool quoted)
{
	const char *end;
	size_t n;

	if (p[1] == '(' || p[1] == '{') {
		end = substitution_end(p);
		if (!end) {
			failed = true;
			return p + strlen(p);
		}
		if (p[1] == '{') {
			put_braces(p + 2, end - 1, quoted);
		} else if (p[2] == '(' && end[-2] == ')') {
			char *sum = expand_inside(p + 3, (size_t)(end - p) - 5);
			long value;

			if (sum && evaluate(sum, &value))
				put_number(value, quoted);
			else
				failed = true;
		} else {
			put_command(p + 2, (size_t)(end - p) - 3, quoted);
		}
		return end;
	}
	if (p[1] && put_special(p[1], quoted))
		return p + 2;
	for (n = 0; isalnum((unsigned char)p[1 + n]) || p[1 + n] == '_';)
		n++;
	if (n == 0) {
		put('$', quoted);
		return p + 1;
	}
	put_value(get_variable(arena_copy(p + 1, n)), quoted);
	return p + 1 + n;
}

/* --- words --------------------------------------------------------------------------------------------- */

/* Inside double quotes; behind the closing one. */
static const char *put_double(const char *p)
{
	started = strncmp(p, "$@\"", 3) != 0 || nparameters > 0; /* "$@" of nothing is nothing */
	while (*p && *p != '"') {
		if (*p == '\\' && p[1] == '\n') {
			p += 2;
		} else if (*p == '\\' && p[1] && strchr("\\\"$`", p[1])) {
			put(p[1], true);
			p += 2;
		} else if (*p == '$') {
			p = put_dollar(p, true);
		} else if (*p == '`') {
			const char *end = substitution_end(p);

			put_command(p + 1, (size_t)(end - p) - 2, true);
			p = end;
		} else {
			put(*p++, true);
		}
	}
	return *p ? p + 1 : p;
}

static void expand_word(const char *p)
{
	if (p[0] == '~' && (!p[1] || p[1] == '/')) {
		put_value(get_variable("HOME"), true);
		p++;
	}
	while (*p && !failed) {
		if (*p == '\\') {
			if (p[1] != '\n' && p[1])
				put(p[1], true);
			p += p[1] ? 2 : 1;
		} else if (*p == '\'') {
			started = true;
			for (p++; *p && *p != '\''; p++)
				put(*p, true);
			p += *p == '\'';
		} else if (*p == '"') {
			p = put_double(p + 1);
		} else if (*p == '$') {
			p = put_dollar(p, false);
		} else if (*p == '`') {
			const char *end = substitution_end(p);

			put_command(p + 1, (size_t)(end - p) - 2, false);
			p = end;
		} else {
			put(*p++, false);
		}
	}
}

char **expand_words(const struct words *words, int *count)
{
	int i;

	fields = arena_alloc(sizeof(char *));
	fields[0] = NULL;
	nfields = 0;
	failed = false;
	for (i = 0; i < words->n; i++) {
		length = 0;
		started = false;
		splitting = true;
		expand_word(words->word[i]);
		end_field();
	}
	if (count)
		*count = nfields;
	return failed ? NULL : fields;
}

char *expand_text(const char *word)
{
	length = 0;
	failed = false;
	splitting = false;
	expand_word(word);
	return failed ? NULL : arena_copy(text ? text : "", length);
}
