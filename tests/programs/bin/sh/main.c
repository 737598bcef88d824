/*
 * tests/programs/bin/sh/main.c - sh: for a person, for a script, for one line.
 *
 *	sh                    read commands from standard input, with prompts when it is a terminal
 *	sh FILE [ARG...]      run a script
 *	sh -c TEXT [NAME [ARG...]]
 */
#include "sh.h"

#include <signal.h>

extern char **environ;

static void on_interrupt(int signo)
{
	(void)signo;
	interrupted = true;
}

static void take_environment(void)
{
	char **e;

	for (e = environ; e && *e; e++) {
		char *equals = strchr(*e, '='), name[128];

		if (!equals || (size_t)(equals - *e) >= sizeof(name))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(equals - *e), *e);
		set_variable(name, equals + 1, true);
	}
	if (!get_variable("PATH"))
		set_variable("PATH", "/bin", true);
}

static const char *make_prompt(bool more)
{
	static char text[128];
	const char *given = get_variable(more ? "PS2" : "PS1");
	char here[96];

	if (given)
		return given;
	if (more)
		return "> ";
	if (!getcwd(here, sizeof(here)))
		strcpy(here, "?");
	snprintf(text, sizeof(text), "%s # ", here);
	return text;
}

/* One line, added to what is there already; NULL = end. */
static char *more_text(char *text, bool more)
{
	char *next = edit_line(make_prompt(more)), *joined;

	if (!next) {
		free(text);
		return NULL;
	}
	history_add(next);
	if (!next[0] && more) { /* an empty line gives an unfinished command up */
		free(text);
		text = NULL;
	}
	joined = must_alloc(NULL, (text ? strlen(text) : 0) + strlen(next) + 2);
	sprintf(joined, "%s%s\n", text ? text : "", next);
	free(text);
	free(next);
	return joined;
}

static void talk(void)
{
	char *text = NULL;

	for (;;) {
		enum parse_result result;
		struct node *tree;
		const char *p;

		if (!text)
			jobs_reap(true);
		text = more_text(text, text != NULL);
		if (!text)
			return;
		interrupted = false;
		leaving = LEAVE_NOTHING;
		for (p = text;;) {
			arena_push();
			result = parse_next(&p, &tree);
			if (result == PARSE_OK && tree)
				run_node(tree);
			arena_pop();
			if (result != PARSE_OK || interrupted)
				break;
		}
		if (interrupted)
			last_status = 130;
		else if (result == PARSE_INCOMPLETE)
			continue;
		free(text);
		text = NULL;
	}
}

static int talk_to_person(void)
{
	struct sigaction catch = { .sa_handler = on_interrupt };

	interactive = true;
	sigaction(SIGINT, &catch, NULL); /* without SA_RESTART: waiting is given up */
	jobs_start();
	talk();
	return last_status;
}

int main(int argc, char **argv)
{
	static char name[] = "sh";
	static char *nothing[] = { name, NULL };
	int status;

	set_program("sh");
	shell_pid = getpid();
	take_environment();
	parameters = nothing;
	arena_push();
	if (argc > 2 && !strcmp(argv[1], "-c")) {
		if (argc > 3) {
			parameters = argv + 3;
			nparameters = argc - 4;
		}
		status = run_text(argv[2]);
	} else if (argc > 1 && argv[1][0] != '-') {
		parameters = argv + 1;
		nparameters = argc - 2;
		status = run_file(argv[1]);
		if (status < 0)
			status = 127;
	} else if (argc > 1 && strcmp(argv[1], "-i") != 0) {
		usage("sh [FILE [ARG...]], or sh -c TEXT [NAME [ARG...]]");
	} else if (isatty(0)) {
		status = talk_to_person();
	} else {
		status = run_file("-");
		if (status < 0)
			status = 127;
	}
	return finish(status);
}
