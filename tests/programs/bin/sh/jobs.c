/*
 * tests/programs/bin/sh/jobs.c - the processes that the shell has started. Contracts in sh.h.
 *
 * With a person at the terminal each pipeline is a process group of its own, and the foreground one has
 * the terminal, so that ^C reaches it and nobody else. In scripts all are of the shell's group.
 */
#include "sh.h"

#include <signal.h>
#include <sys/wait.h>
#include <termios.h>

struct job {
	struct job *next;
	int number; /* 0 = never was in the background */
	pid_t group, last;
	int running, stopped; /* processes */
	int status;	      /* of the last process, as wait gives it */
	char *text;
	struct member {
		pid_t pid;
		bool ended, stopped;
	} *members;
	int nmembers;
};

static struct job *jobs;
static pid_t shell_group;
static struct termios shell_modes;

void jobs_start(void)
{
	signal(SIGTTOU, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	setpgid(0, 0);
	shell_group = getpgrp();
	tcsetpgrp(0, shell_group);
	tcgetattr(0, &shell_modes);
}

void jobs_forget(void)
{
	jobs = NULL;
}

struct job *job_new(const char *text)
{
	struct job *job = must_alloc(NULL, sizeof(*job)), **end;

	memset(job, 0, sizeof(*job));
	job->text = strdup(text ? text : "");
	for (end = &jobs; *end; end = &(*end)->next)
		;
	*end = job;
	return job;
}

static void job_free(struct job *job)
{
	struct job **p;

	for (p = &jobs; *p && *p != job; p = &(*p)->next)
		;
	if (*p)
		*p = job->next;
	free(job->text);
	free(job->members);
	free(job);
}

pid_t job_fork(struct job *job, bool background)
{
	static const int restored[] = { SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGTERM };
	struct member *members;
	size_t i;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0) {
		complain_errno("cannot fork");
		return -1;
	}
	if (pid == 0) {
		if (interactive) {
			setpgid(0, job->group);
			if (!background)
				tcsetpgrp(0, getpgrp());
			for (i = 0; i < sizeof(restored) / sizeof(restored[0]); i++)
				signal(restored[i], SIG_DFL);
		}
		jobs_forget();
		interactive = false;
		return 0;
	}
	if (interactive) {
		setpgid(pid, job->group ? job->group : pid); /* both do it: either may come first */
		if (!job->group && !background)
			tcsetpgrp(0, pid);
	}
	if (!job->group)
		job->group = pid;
	members = must_alloc(job->members, sizeof(*members) * (size_t)(job->nmembers + 1));
	members[job->nmembers++] = (struct member){ pid, false, false };
	job->members = members;
	job->last = pid;
	job->running++;
	return pid;
}

/* What wait said about a process; nobody's = an orphan that became ours. */
static void note(pid_t pid, int status)
{
	struct job *job;
	int i;

	for (job = jobs; job; job = job->next)
		for (i = 0; i < job->nmembers; i++) {
			struct member *m = &job->members[i];

			if (m->pid != pid || m->ended)
				continue;
			if (WIFSTOPPED(status)) {
				job->stopped += !m->stopped;
				m->stopped = true;
			} else {
				job->stopped -= m->stopped;
				m->stopped = false;
				m->ended = true;
				job->running--;
			}
			if (pid == job->last)
				job->status = status;
			return;
		}
}

static void tell_signal(int signo)
{
	static const char *const names[] = {
		[SIGHUP] = "Hangup",	     [SIGQUIT] = "Quit",
		[SIGILL] = "Illegal instruction", [SIGTRAP] = "Trace/breakpoint trap",
		[SIGABRT] = "Aborted",	     [SIGBUS] = "Bus error",
		[SIGFPE] = "Floating point exception", [SIGKILL] = "Killed",
		[SIGSEGV] = "Segmentation fault", [SIGTERM] = "Terminated",
		[SIGALRM] = "Alarm clock",   [SIGUSR1] = "User defined signal 1",
		[SIGUSR2] = "User defined signal 2",
	};

	if (signo == SIGPIPE || signo == SIGINT) /* the terminal has shown ^C and begun a new line */
		return;
	if (signo < (int)(sizeof(names) / sizeof(names[0])) && names[signo])
		fprintf(stderr, "%s\n", names[signo]);
	else
		fprintf(stderr, "Signal %d\n", signo);
}

static int exit_status(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return 128 + (WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status));
}

static int next_number(void)
{
	struct job *job;
	int n = 0;

	for (job = jobs; job; job = job->next)
		if (job->number > n)
			n = job->number;
	return n + 1;
}

int job_wait(struct job *job)
{
	int status;

	while (job->running > job->stopped) {
		pid_t pid = waitpid(-1, &status, interactive ? WUNTRACED : 0);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			break;
		note(pid, status);
	}
	status = job->status;
	if (interactive) {
		tcsetpgrp(0, shell_group);
		if (job->stopped || (job->nmembers && WIFSIGNALED(status)))
			tcsetattr(0, TCSANOW, &shell_modes);
	}
	if (job->stopped) {
		if (!job->number)
			job->number = next_number();
		fprintf(stderr, "[%d]  Stopped    %s\n", job->number, job->text);
		return exit_status(status);
	}
	if (WIFSIGNALED(status)) {
		tell_signal(WTERMSIG(status));
		if (WTERMSIG(status) == SIGINT)
			interrupted = true;
	}
	job_free(job);
	return exit_status(status);
}

void job_in_background(struct job *job)
{
	job->number = next_number();
	last_background = job->last;
	if (interactive)
		fprintf(stderr, "[%d] %d\n", job->number, (int)job->last);
}

static const char *state_of(const struct job *job)
{
	if (job->running && job->stopped == job->running)
		return "Stopped";
	if (job->running)
		return "Running";
	return WIFSIGNALED(job->status) ? "Killed" : exit_status(job->status) ? "Failed" : "Done";
}

/* Jobs that have ended are told of once and forgotten. */
static void forget_ended(bool tell)
{
	struct job *job, *next;

	for (job = jobs; job; job = next) {
		next = job->next;
		if (job->running || !job->number)
			continue;
		if (tell)
			fprintf(stderr, "[%d]  %-10s %s\n", job->number, state_of(job), job->text);
		job_free(job);
	}
}

void jobs_reap(bool tell)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		note(pid, status);
	forget_ended(tell);
}

void jobs_list(void)
{
	struct job *job;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		note(pid, status);
	for (job = jobs; job; job = job->next)
		if (job->number)
			printf("[%d]  %-10s %d  %s\n", job->number, state_of(job), (int)job->group, job->text);
	fflush(stdout);
	forget_ended(false);
}

struct job *job_find(const char *spec)
{
	int number = spec ? atoi(spec + (*spec == '%')) : 0;
	struct job *job, *found = NULL;

	for (job = jobs; job; job = job->next)
		if (job->number && (!spec || job->number == number))
			found = job;
	if (!found)
		complain("%s: no such job", spec ? spec : "current");
	return found;
}

pid_t job_group(const struct job *job)
{
	return job->group;
}

int job_continue(struct job *job, bool foreground)
{
	int i;

	fprintf(stderr, "%s\n", job->text);
	if (foreground && interactive)
		tcsetpgrp(0, job->group);
	for (i = 0; i < job->nmembers; i++)
		job->members[i].stopped = false;
	job->stopped = 0;
	kill(-job->group, SIGCONT);
	return foreground ? job_wait(job) : 0;
}

int jobs_wait_all(void)
{
	int status;
	pid_t pid;

	while (!interrupted && ((pid = waitpid(-1, &status, 0)) > 0 || errno == EINTR))
		if (pid > 0)
			note(pid, status);
	forget_ended(interactive);
	return 0;
}

int jobs_wait_pid(pid_t want)
{
	struct job *job;
	int status = 0, result = 127;
	pid_t pid;

	for (job = jobs; job; job = job->next)
		if (job->last == want)
			break;
	if (!job)
		return 127;
	while (job->running && !interrupted) {
		pid = waitpid(-1, &status, 0);
		if (pid < 0 && errno != EINTR)
			break;
		if (pid > 0)
			note(pid, status);
	}
	result = exit_status(job->status);
	if (!job->running)
		job_free(job);
	return result;
}
