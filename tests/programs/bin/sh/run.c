/*
 * tests/programs/bin/sh/run.c - running a tree. Contracts in sh.h.
 */
#include "sh.h"

#include <fcntl.h>

int last_status;
pid_t last_background, shell_pid;
bool interactive;
volatile bool interrupted;
enum leaving leaving;
int leaving_loops;

static int loop_depth;

/* --- redirections --------------------------------------------------------------------------------------- */

static bool save_fd(int fd, struct saved_fds *saved)
{
	if (!saved)
		return true;
	if (saved->n == (int)(sizeof(saved->fd) / sizeof(saved->fd[0]))) {
		complain("too many redirections");
		return false;
	}
	saved->fd[saved->n] = fd;
	saved->copy[saved->n] = fcntl(fd, F_DUPFD, 10); /* -1: it was not open */
	if (saved->copy[saved->n] >= 0)
		fcntl(saved->copy[saved->n], F_SETFD, FD_CLOEXEC);
	saved->n++;
	return true;
}

static int open_for(char how, const char *word)
{
	char *path = expand_text(word);
	int fd;

	if (!path)
		return -1;
	if (how == '<')
		fd = open(path, O_RDONLY);
	else
		fd = open(path, O_WRONLY | O_CREAT | (how == 'a' ? O_APPEND : O_TRUNC), 0666);
	if (fd < 0)
		complain_errno("%s", path);
	return fd;
}

static bool redirect_one(const struct redirection *r, struct saved_fds *saved)
{
	int fd, done;

	if (r->how == '&') {
		char *from = expand_text(r->word), *end;

		if (!from || !save_fd(r->fd, saved))
			return false;
		if (!strcmp(from, "-")) {
			close(r->fd);
			return true;
		}
		fd = (int)strtol(from, &end, 10);
		if (end == from || *end || dup2(fd, r->fd) < 0) {
			complain("%s: bad file descriptor", from);
			return false;
		}
		return true;
	}
	fd = open_for(r->how, r->word);
	if (fd < 0 || !save_fd(r->fd, saved)) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	if (fd == r->fd)
		return true;
	done = dup2(fd, r->fd);
	if (done < 0)
		complain_errno("%d", r->fd);
	close(fd);
	return done >= 0;
}

bool redirect(const struct redirection *r, struct saved_fds *saved)
{
	for (; r; r = r->next)
		if (!redirect_one(r, saved))
			return false;
	return true;
}

void undo_redirections(struct saved_fds *saved)
{
	while (saved->n > 0) {
		saved->n--;
		if (saved->copy[saved->n] < 0) {
			close(saved->fd[saved->n]);
		} else {
			dup2(saved->copy[saved->n], saved->fd[saved->n]);
			close(saved->copy[saved->n]);
		}
	}
}

/* --- programs --------------------------------------------------------------------------------------------- */

/* A text without `#!` and without ELF's magic is a script of ours. */
static void run_as_script(const char *path, char **argv)
{
	int status;

	parameters = argv;
	for (nparameters = 0; argv[nparameters + 1];)
		nparameters++;
	jobs_forget();
	interactive = false;
	status = run_file(path);
	fflush(stdout);
	_exit(status < 0 ? 126 : status);
}

static void try_exec(const char *path, char **argv, char **env)
{
	execve(path, argv, env);
	if (errno == ENOEXEC)
		run_as_script(path, argv);
}

void exec_program(char **argv)
{
	char **env = make_environment(), full[512];
	const char *path = get_variable("PATH"), *end;
	int error = ENOENT;

	if (strchr(argv[0], '/')) {
		try_exec(argv[0], argv, env);
		error = errno;
	} else {
		for (path = path ? path : "/bin"; path; path = *end ? end + 1 : NULL) {
			end = path + strcspn(path, ":");
			snprintf(full, sizeof(full), "%.*s%s%s", (int)(end - path), path,
				 end > path ? "/" : "", argv[0]);
			try_exec(full, argv, env);
			if (errno != ENOENT && errno != ENOTDIR)
				error = errno;
		}
		if (error == ENOENT) {
			complain("%s: not found", argv[0]);
			_exit(127);
		}
	}
	errno = error;
	complain_errno("%s", argv[0]);
	_exit(error == ENOENT ? 127 : 126);
}

static int assign(const struct words *words, bool exported)
{
	int i;

	for (i = 0; i < words->n; i++) {
		char *name = words->word[i], *equals = strchr(name, '='), *value = expand_text(equals + 1);

		if (!value)
			return 1;
		set_variable(arena_copy(name, (size_t)(equals - name)), value, exported);
	}
	return 0;
}

/* In the process that is to become the command; argv has been expanded. */
static void become(struct node *n, char **argv, int argc) __attribute__((noreturn));
static void become(struct node *n, char **argv, int argc)
{
	builtin b = argc ? find_builtin(argv[0]) : NULL;
	int status;

	if (assign(&n->assigned, true) || !redirect(n->redirections, NULL))
		_exit(1);
	if (argc == 0)
		_exit(0);
	if (!b)
		exec_program(argv);
	status = b(argc, argv);
	fflush(stdout);
	_exit(status);
}

static int run_builtin(struct node *n, builtin b, int argc, char **argv)
{
	struct saved_fds saved = { .n = 0 };
	int status = 1;

	if (redirect(n->redirections, &saved)) {
		/* exec's redirections stay */
		if (!strcmp(argv[0], "exec"))
			saved.n = 0;
		status = b(argc, argv);
	}
	fflush(stdout);
	undo_redirections(&saved);
	return status;
}

int run_program(char **argv, const char *text)
{
	struct job *job = job_new(text);
	pid_t pid = job_fork(job, false);

	if (pid == 0)
		exec_program(argv);
	return pid < 0 ? 126 : job_wait(job);
}

static int run_simple(struct node *n)
{
	struct saved_fds saved = { .n = 0 };
	int argc, status;
	char **argv = expand_words(&n->words, &argc);
	struct job *job;
	builtin b;

	if (!argv)
		return 1;
	if (argc == 0) {
		/* $(false) with nothing else leaves its status */
		status = n->words.n || n->assigned.n ? last_status : 0;
		if (n->assigned.n) {
			last_status = 0;
			if (assign(&n->assigned, false))
				return 1;
			status = last_status;
		}
		if (!redirect(n->redirections, &saved))
			status = 1;
		undo_redirections(&saved);
		return status;
	}
	b = find_builtin(argv[0]);
	if (b) {
		if (assign(&n->assigned, false))
			return 1;
		return run_builtin(n, b, argc, argv);
	}
	job = job_new(n->text);
	switch (job_fork(job, false)) {
	case -1: return 126;
	case 0: become(n, argv, argc);
	}
	return job_wait(job);
}

/* --- several processes --------------------------------------------------------------------------------------- */

/* The last thing a child does: run @n. */
static void run_and_exit(struct node *n) __attribute__((noreturn));
static void run_and_exit(struct node *n)
{
	int argc, status;
	char **argv;

	if (n->kind == N_SIMPLE) {
		argv = expand_words(&n->words, &argc);
		if (!argv)
			_exit(1);
		become(n, argv, argc);
	}
	if (n->kind == N_SUBSHELL) {
		if (!redirect(n->redirections, NULL))
			_exit(1);
		n = n->a;
	}
	status = run_node(n);
	fflush(stdout);
	_exit(status);
}

/* Fork the processes of a pipeline into @job. False = not all of them could be made. */
static bool start_pipeline(struct node *n, struct job *job, bool background)
{
	int in = -1, fds[2];

	for (;; n = n->b) {
		bool last = n->kind != N_PIPE;
		pid_t pid;

		if (!last && pipe(fds)) {
			complain_errno("pipe");
			if (in >= 0)
				close(in);
			return false;
		}
		pid = job_fork(job, background);
		if (pid == 0) {
			if (in >= 0) {
				dup2(in, 0);
				close(in);
			}
			if (!last) {
				close(fds[0]);
				dup2(fds[1], 1);
				close(fds[1]);
			}
			run_and_exit(last ? n : n->a);
		}
		if (in >= 0)
			close(in);
		if (last)
			return pid > 0;
		close(fds[1]);
		in = fds[0];
		if (pid < 0) {
			close(in);
			return false;
		}
	}
}

static int run_job(struct node *n, const char *text, bool background)
{
	struct job *job = job_new(text);
	bool whole = start_pipeline(n, job, background);

	if (background) {
		job_in_background(job);
		return 0;
	}
	return whole ? job_wait(job) : (job_wait(job), 126);
}

/* --- loops ---------------------------------------------------------------------------------------------------- */

/* After a body: is the loop to be left? */
static bool leave_loop(void)
{
	if (interrupted)
		return true;
	if (leaving == LEAVE_NOTHING)
		return false;
	if (--leaving_loops > 0 && loop_depth > 1)
		return true;
	leaving_loops = 0;
	if (leaving == LEAVE_CONTINUE) {
		leaving = LEAVE_NOTHING;
		return false;
	}
	leaving = LEAVE_NOTHING;
	return true;
}

static int run_while(struct node *n)
{
	int status = 0;

	loop_depth++;
	for (;;) {
		bool yes;

		arena_push();
		yes = (run_node(n->a) == 0) == (n->kind == N_WHILE);
		if (yes && leaving == LEAVE_NOTHING && !interrupted)
			status = run_node(n->b);
		arena_pop();
		if (!yes || leave_loop())
			break;
	}
	loop_depth--;
	return status;
}

static int run_for(struct node *n)
{
	int status = 0, count = nparameters, i;
	char **values = parameters + 1;

	if (n->in_given)
		values = expand_words(&n->words, &count);
	if (!values)
		return 1;
	loop_depth++;
	for (i = 0; i < count; i++) {
		set_variable(n->text, values[i], false);
		arena_push();
		status = run_node(n->a);
		arena_pop();
		if (leave_loop())
			break;
	}
	loop_depth--;
	return status;
}

/* --- all kinds -------------------------------------------------------------------------------------------------- */

static int run_compound(struct node *n)
{
	int status;

	switch (n->kind) {
	case N_GROUP: return run_node(n->a);
	case N_IF:
		status = run_node(n->a);
		if (interrupted || leaving != LEAVE_NOTHING)
			return status;
		if (status == 0)
			return run_node(n->b);
		return n->c ? run_node(n->c) : 0;
	case N_WHILE:
	case N_UNTIL: return run_while(n);
	default: return run_for(n);
	}
}

static int run_redirected(struct node *n)
{
	struct saved_fds saved = { .n = 0 };
	int status = 1;

	if (redirect(n->redirections, &saved))
		status = run_compound(n);
	undo_redirections(&saved);
	return status;
}

int run_node(struct node *n)
{
	int status = 0;

	if (!n || interrupted || leaving != LEAVE_NOTHING)
		return last_status;
	switch (n->kind) {
	case N_SIMPLE: status = run_simple(n); break;
	case N_PIPE:
	case N_SUBSHELL: status = run_job(n, n->text, false); break;
	case N_BACKGROUND: status = run_job(n->a, n->text, true); break;
	case N_NOT: status = !run_node(n->a); break;
	case N_AND:
		status = run_node(n->a);
		if (status == 0)
			status = run_node(n->b);
		break;
	case N_OR:
		status = run_node(n->a);
		if (status != 0)
			status = run_node(n->b);
		break;
	case N_THEN:
		run_node(n->a);
		status = run_node(n->b);
		break;
	default: status = n->redirections ? run_redirected(n) : run_compound(n);
	}
	last_status = status;
	return status;
}

int run_text(const char *text)
{
	struct node *tree;
	enum parse_result result;

	for (;;) {
		arena_push();
		result = parse_next(&text, &tree);
		if (result == PARSE_OK && tree)
			run_node(tree);
		arena_pop();
		if (result == PARSE_INCOMPLETE)
			complain("syntax error: the text ends too early");
		if (result == PARSE_INCOMPLETE || result == PARSE_ERROR)
			return last_status = 2;
		if (result == PARSE_END || interrupted || leaving != LEAVE_NOTHING)
			return last_status;
	}
}

int run_file(const char *path)
{
	char *text = read_path(path, NULL);
	int status;

	if (!text) {
		complain_errno("%s", path);
		return -1;
	}
	status = run_text(text);
	free(text);
	return status;
}
