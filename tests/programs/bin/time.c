/*
 * tests/programs/bin/time.c - runs a program and says how long it took.
 */
#include "util.h"

#include <sys/time.h>
#include <sys/times.h>
#include <sys/wait.h>

#define TICKS 100 /* of times(), a second */

static void show(const char *what, unsigned long ms)
{
	fprintf(stderr, "%s\t%lum%lu.%03lus\n", what, ms / 60000, ms / 1000 % 60, ms % 1000);
}

int main(int argc, char **argv)
{
	struct timeval start, end;
	struct tms tms;
	int status = 0;
	pid_t pid;

	set_program(argv[0]);
	if (argc < 2)
		usage("time PROGRAM [ARGUMENT...]");
	gettimeofday(&start, NULL);
	pid = fork();
	if (pid == 0) {
		execvp(argv[1], argv + 1);
		complain_errno("%s", argv[1]);
		_exit(errno == ENOENT ? 127 : 126);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		complain_errno("cannot run %s", argv[1]);
		return 126;
	}
	gettimeofday(&end, NULL);
	times(&tms);
	show("\nreal", (unsigned long)(end.tv_sec - start.tv_sec) * 1000 +
			       (unsigned long)(end.tv_usec + 1000000 - start.tv_usec) / 1000 - 1000);
	show("user", (unsigned long)tms.tms_cutime * (1000 / TICKS));
	show("sys", (unsigned long)tms.tms_cstime * (1000 / TICKS));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
