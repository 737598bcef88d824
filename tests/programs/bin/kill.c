/*
 * tests/programs/bin/kill.c - sends a signal to processes: kill [-SIGNAL] PID..., kill -l lists the names.
 */
#include "util.h"

#include <signal.h>

static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "HUP", SIGHUP },   { "INT", SIGINT },	  { "QUIT", SIGQUIT }, { "ILL", SIGILL },
	{ "TRAP", SIGTRAP }, { "ABRT", SIGABRT }, { "BUS", SIGBUS },   { "FPE", SIGFPE },
	{ "KILL", SIGKILL }, { "USR1", SIGUSR1 }, { "SEGV", SIGSEGV }, { "USR2", SIGUSR2 },
	{ "PIPE", SIGPIPE }, { "ALRM", SIGALRM }, { "TERM", SIGTERM }, { "CHLD", SIGCHLD },
	{ "CONT", SIGCONT }, { "STOP", SIGSTOP }, { "TSTP", SIGTSTP }, { "TTIN", SIGTTIN },
	{ "TTOU", SIGTTOU },
};
#define NR_SIGNALS (int)(sizeof(signals) / sizeof(signals[0]))

static int signal_number(const char *text)
{
	int i;

	if (!strncmp(text, "SIG", 3))
		text += 3;
	for (i = 0; i < NR_SIGNALS; i++)
		if (!strcmp(signals[i].name, text))
			return signals[i].number;
	return (int)number_arg(text, "signal", 0, 64);
}

int main(int argc, char **argv)
{
	int signo = SIGTERM, i = 1, bad = 0;

	set_program(argv[0]);
	if (argc == 2 && !strcmp(argv[1], "-l")) {
		for (i = 0; i < NR_SIGNALS; i++)
			printf("%2d %s\n", signals[i].number, signals[i].name);
		return finish(0);
	}
	if (argc > 2 && !strcmp(argv[1], "-s")) {
		signo = signal_number(argv[2]);
		i = 3;
	} else if (argc > 1 && argv[1][0] == '-' && strcmp(argv[1], "--") != 0) {
		signo = signal_number(argv[1] + 1);
		i = 2;
	}
	if (i < argc && !strcmp(argv[i], "--"))
		i++;
	if (i >= argc)
		usage("kill [-SIGNAL] PID..., or kill -l");
	for (; i < argc; i++) {
		long pid = number_arg(argv[i], "process number", -1000000, 1000000);

		if (kill((pid_t)pid, signo)) {
			complain_errno("%ld", pid);
			bad = 1;
		}
	}
	return bad;
}
