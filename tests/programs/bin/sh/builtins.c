/*
 * tests/programs/bin/sh/builtins.c - the commands that only the shell itself can do.
 */
#include "sh.h"

static int b_colon(int argc, char **argv)
{
	(void)argc, (void)argv;
	return 0;
}

static int b_cd(int argc, char **argv)
{
	const char *to = argc > 1 ? argv[1] : get_variable("HOME");
	char here[512];

	if (to && !strcmp(to, "-"))
		to = get_variable("OLDPWD");
	if (!to)
		to = "/";
	if (!getcwd(here, sizeof(here)))
		here[0] = '\0';
	if (chdir(to)) {
		complain_errno("cd: %s", to);
		return 1;
	}
	set_variable("OLDPWD", here, false);
	if (getcwd(here, sizeof(here)))
		set_variable("PWD", here, true);
	return 0;
}

static int b_exit(int argc, char **argv)
{
	fflush(stdout);
	exit(argc > 1 ? atoi(argv[1]) & 0xff : last_status);
}

static int b_export(int argc, char **argv)
{
	int i;

	if (argc == 1)
		list_variables(true);
	for (i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (equals)
			*equals = '\0';
		if (equals)
			set_variable(argv[i], equals + 1, true);
		else
			export_variable(argv[i]);
	}
	return 0;
}

static int b_unset(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		unset_variable(argv[i]);
	return 0;
}

static int b_set(int argc, char **argv)
{
	int i;

	if (argc == 1) {
		list_variables(false);
		return 0;
	}
	i = strcmp(argv[1], "--") ? 1 : 2;
	nparameters = argc - i;
	argv += i - 1;
	parameters = memcpy(must_alloc(NULL, sizeof(*argv) * (size_t)(nparameters + 2)), argv,
			    sizeof(*argv) * (size_t)(nparameters + 2));
	for (i = 0; i <= nparameters; i++)
		parameters[i] = strdup(parameters[i]);
	return 0;
}

static int b_shift(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1;

	if (n < 0 || n > nparameters)
		return 1;
	memmove(parameters + 1, parameters + 1 + n, sizeof(char *) * (size_t)(nparameters - n + 1));
	nparameters -= n;
	return 0;
}

static int b_jobs(int argc, char **argv)
{
	(void)argc, (void)argv;
	jobs_list();
	return 0;
}

static int b_fg(int argc, char **argv)
{
	struct job *job = job_find(argc > 1 ? argv[1] : NULL);

	return job ? job_continue(job, true) : 1;
}

static int b_bg(int argc, char **argv)
{
	struct job *job = job_find(argc > 1 ? argv[1] : NULL);

	return job ? job_continue(job, false) : 1;
}

static int b_wait(int argc, char **argv)
{
	struct job *job;

	if (argc == 1)
		return jobs_wait_all();
	if (argv[1][0] == '%') {
		job = job_find(argv[1]);
		return job ? jobs_wait_pid(job_group(job)) : 127;
	}
	return jobs_wait_pid(atoi(argv[1]));
}

static int b_exec(int argc, char **argv)
{
	if (argc > 1)
		exec_program(argv + 1);
	return 0;
}

static int b_history(int argc, char **argv)
{
	(void)argc, (void)argv;
	history_list();
	return 0;
}

/* read NAME...: one line, a word to each name, the rest to the last. */
static int b_read(int argc, char **argv)
{
	char line[512], *p = line;
	size_t n = 0;
	int i;
	bool end = false;
	char c;

	while (n < sizeof(line) - 1 && !interrupted) {
		ssize_t got = read(0, &c, 1);

		if (got < 0 && errno == EINTR)
			continue;
		end = got <= 0;
		if (end || c == '\n')
			break;
		line[n++] = c;
	}
	line[n] = '\0';
	for (i = 1; i < argc; i++) {
		char *word;

		p += strspn(p, " \t");
		word = p;
		p += i + 1 < argc ? strcspn(p, " \t") : strlen(p);
		if (*p)
			*p++ = '\0';
		set_variable(argv[i], word, false);
	}
	return end && n == 0;
}

static int b_dot(int argc, char **argv)
{
	int status;

	if (argc < 2) {
		complain(".: which file?");
		return 2;
	}
	status = run_file(argv[1]);
	return status < 0 ? 1 : status;
}

static int b_eval(int argc, char **argv)
{
	char *text = strdup("");
	int i, status;

	for (i = 1; i < argc; i++) {
		text = must_alloc(text, strlen(text) + strlen(argv[i]) + 2);
		strcat(strcat(text, argv[i]), " ");
	}
	status = run_text(text);
	free(text);
	return status;
}

static int leave(enum leaving how, int argc, char **argv)
{
	leaving = how;
	leaving_loops = argc > 1 ? atoi(argv[1]) : 1;
	return 0;
}

static int b_break(int argc, char **argv)
{
	return leave(LEAVE_BREAK, argc, argv);
}

static int b_continue(int argc, char **argv)
{
	return leave(LEAVE_CONTINUE, argc, argv);
}

/* kill understands %JOB here, and is the program otherwise. */
static int b_kill(int argc, char **argv)
{
	static char end[] = "--";
	char **with_end = arena_alloc(sizeof(char *) * (size_t)(argc + 2));
	int i;

	/* `kill %1` must not take the group's number, which is negative, for a signal */
	if (argc > 1 && argv[1][0] == '%') {
		with_end[0] = argv[0];
		with_end[1] = end;
		memcpy(with_end + 2, argv + 1, sizeof(char *) * (size_t)argc);
		argv = with_end;
		argc++;
	}
	for (i = 1; i < argc; i++)
		if (argv[i][0] == '%') {
			struct job *job = job_find(argv[i]);
			char *group = arena_alloc(16);

			if (!job)
				return 1;
			snprintf(group, 16, "%d", -(int)job_group(job));
			argv[i] = group;
		}
	return run_program(argv, "kill");
}

static int b_help(int argc, char **argv)
{
	(void)argc, (void)argv;
	printf("Commands of the shell:\n"
	       "  cd exit export unset set shift read . eval exec break continue : history\n"
	       "  PROGRAM &   jobs  fg  bg  wait  kill %%JOB\n"
	       "  if while until for ( ) { } ! && || | < > >> 2>&1 $(...) $((...))\n"
	       "Programs: ls /bin. What this system is for:\n"
	       "  ps  free  vmstat 1  locks  locks -g  designs  scenarios  swapon  swapoff\n"
	       "  hog MB SECONDS      use memory, and check it\n"
	       "  proca & procb       the two processes of the swapout deadlock\n"
	       "  poweroff            end\n");
	fflush(stdout);
	return 0;
}

builtin find_builtin(const char *name)
{
	static const struct {
		const char *name;
		builtin function;
	} builtins[] = {
		{ ":", b_colon },	{ ".", b_dot },		{ "bg", b_bg },
		{ "break", b_break },	{ "cd", b_cd },		{ "continue", b_continue },
		{ "eval", b_eval },	{ "exec", b_exec },	{ "exit", b_exit },
		{ "export", b_export }, { "fg", b_fg },		{ "help", b_help },
		{ "history", b_history }, { "jobs", b_jobs },	{ "kill", b_kill },
		{ "read", b_read },	{ "set", b_set },	{ "shift", b_shift },
		{ "unset", b_unset },	{ "wait", b_wait },
	};
	size_t i;

	for (i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (!strcmp(builtins[i].name, name))
			return builtins[i].function;
	return NULL;
}
