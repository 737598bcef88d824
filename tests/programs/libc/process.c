/*
 * tests/programs/libc/process.c - processes: fork, exec, wait, identity, time.
 */
#include "syscalls.h"

#include <errno.h>
#include <linux.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
int main(int argc, char **argv, char **envp);

void program_start(int argc, char **argv, char **envp)
{
	environ = envp;
	exit(main(argc, argv, envp));
}

void _exit(int status)
{
	for (;;)
		raw_call(SYS_exit, status);
}

pid_t fork(void)
{
	return call(SYS_fork);
}

int execve(const char *path, char *const argv[], char *const envp[])
{
	return call(SYS_execve, path, argv, envp);
}

int execv(const char *path, char *const argv[])
{
	return execve(path, argv, environ);
}

/* Along PATH; the error of a file that is there wins over "not found". */
int execvp(const char *file, char *const argv[])
{
	const char *path = getenv("PATH"), *end;
	char full[256];
	int error = ENOENT;

	if (strchr(file, '/'))
		return execv(file, argv);
	for (path = path ? path : "/bin"; path; path = *end ? end + 1 : NULL) {
		end = strchr(path, ':');
		if (!end)
			end = path + strlen(path);
		if ((size_t)snprintf(full, sizeof(full), "%.*s%s%s", (int)(end - path), path,
				     end > path ? "/" : "", file) >= sizeof(full))
			continue;
		execv(full, argv);
		if (errno != ENOENT && errno != ENOTDIR)
			error = errno;
	}
	errno = error;
	return -1;
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return call(SYS_wait4, pid, status, options, NULL);
}

pid_t wait(int *status)
{
	return waitpid(-1, status, 0);
}

pid_t getpid(void)
{
	return call(SYS_getpid);
}

pid_t getppid(void)
{
	return call(SYS_getppid);
}

pid_t getpgrp(void)
{
	return call(SYS_getpgrp);
}

pid_t getpgid(pid_t pid)
{
	return call(SYS_getpgid, pid);
}

int setpgid(pid_t pid, pid_t group)
{
	return call(SYS_setpgid, pid, group);
}

pid_t setsid(void)
{
	return call(SYS_setsid);
}

uid_t getuid(void)
{
	return (uid_t)call(SYS_getuid);
}

/* --- time ------------------------------------------------------------------------------------------- */

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	long words[2];

	(void)zone;
	if (call(SYS_gettimeofday, words, NULL) < 0)
		return -1;
	tv->tv_sec = words[0];
	tv->tv_usec = words[1];
	return 0;
}

clock_t times(struct tms *buf)
{
	return (clock_t)call(SYS_times, buf);
}

/* -1 and what is left when a signal comes. */
int nanosleep(const struct timespec *want, struct timespec *left)
{
	long request[2] = { (long)want->tv_sec, want->tv_nsec }, rest[2] = { 0, 0 };
	int result = call(SYS_nanosleep, request, rest);

	if (result < 0 && left) {
		left->tv_sec = rest[0];
		left->tv_nsec = rest[1];
	}
	return result;
}

unsigned sleep(unsigned seconds)
{
	struct timespec t = { (time_t)seconds, 0 };

	return nanosleep(&t, &t) ? (unsigned)t.tv_sec : 0;
}

int usleep(useconds_t us)
{
	struct timespec t = { (time_t)(us / 1000000), (long)(us % 1000000) * 1000 };

	return nanosleep(&t, NULL);
}

int getentropy(void *buf, size_t n)
{
	return call(SYS_getrandom, buf, n, 0) < 0 ? -1 : 0;
}
