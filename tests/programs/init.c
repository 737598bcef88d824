/*
 * tests/programs/init.c - the first program: says where we are, runs what the command line asks
 * for, or the shell.
 *
 * Arguments (the kernel's run= option): programs to run one after the other, NAME[:ARG...]; then
 * the machine is powered off with status 0 if all ended with 0, else 1. Without arguments: /bin/sh on
 * the console; when it ends, the machine is powered off.
 */
#include "lib.h"

#define MAX_ARGS 16

static char system_text[1024];

/* The value of a line `name value` in /proc/system. */
static const char *system_value(const char *name, char *buf, size_t size)
{
	const char *line = system_text;
	size_t len = strlen(name), n = 0;

	while (line && *line) {
		if (!strncmp(line, name, len) && line[len] == ' ') {
			for (line += len + 1; *line && *line != '\n' && n < size - 1; line++)
				buf[n++] = *line;
			break;
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	buf[n] = '\0';
	return buf;
}

static bool text_holds(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (; *text; text++)
		if (!strncmp(text, word, n))
			return true;
	return false;
}

static void banner(void)
{
	char name[32], release[32], design[32], holes[32], cpus[16], kb[16], summary[128];

	if (read_file("/proc/system", system_text, sizeof(system_text)) < 0)
		return;
	print_file("/etc/banner", "", 20);
	system_value("name", name, sizeof(name));
	system_value("release", release, sizeof(release));
	system_value("design", design, sizeof(design));
	system_value("holes", holes, sizeof(holes));
	system_value("cpus", cpus, sizeof(cpus));
	system_value("memory_kb", kb, sizeof(kb));
	system_value("summary", summary, sizeof(summary));
	printf("%s %s on %s CPU(s), %s KB of memory\n", name, release, cpus, kb);
	printf("locking design %s, holes %s:\n  %s\n", design, holes, summary);
}

/* --- running a program ----------------------------------------------------------------------- */

/* Cut @line in place at @separator; argv is NULL-ended. */
static int split(char *line, char separator, char **argv)
{
	int n = 0;

	while (*line && n < MAX_ARGS - 1) {
		while (*line == separator)
			*line++ = '\0';
		if (!*line)
			break;
		argv[n++] = line;
		while (*line && *line != separator)
			line++;
	}
	argv[n] = NULL;
	return n;
}

static void exec_program(char **argv, char **envp)
{
	char path[128];
	long error;
	size_t n = strlen(argv[0]);

	if (strchr(argv[0], '/')) {
		error = sys(SYS_execve, argv[0], argv, envp);
	} else {
		if (n > sizeof(path) - 6)
			n = sizeof(path) - 6;
		memcpy(path, "/bin/", 5);
		memcpy(path + 5, argv[0], n);
		path[5 + n] = '\0';
		error = sys(SYS_execve, path, argv, envp);
	}
	if (error == -ENOENT)
		printf("%s: no such program\n", argv[0]);
	else
		printf("%s: cannot run it (error %ld)\n", argv[0], -error);
	exit(127);
}

/* Its exit status; 128 + signal if one ended it. */
static int run(char **argv, char **envp)
{
	long pid = sys(SYS_fork), got;
	int status = 0;

	if (pid == 0)
		exec_program(argv, envp);
	if (pid < 0) {
		printf("init: cannot fork (error %ld)\n", -pid);
		return 126;
	}
	do { /* orphans are ours to reap too */
		got = wait_for(-1, &status);
	} while (got != pid && got > 0);
	return EXITED(status) ? EXIT_CODE(status) : 128 + SIGNAL_OF(status);
}

static void power_off(int status)
{
	sys(SYS_reboot, 0xfee1dead, 672274793, 0x4321fedc, status);
	exit(status);
}

/* Children of programs that ended before them became ours: a second to end by themselves, then they
 * are ended. */
static void reap_orphans(void)
{
	long got = 1;
	int i, status;

	for (i = 0; i < 100 && got != -ECHILD; i++) {
		got = sys(SYS_waitpid, -1, &status, WNOHANG);
		if (got == 0)
			sleep_ms(10);
	}
	if (got != -ECHILD)
		sys(SYS_kill, -1, SIGKILL);
	while (got != -ECHILD)
		got = wait_for(-1, &status);
}

/* What the machine's books say: the first time they are opened, later compared with that. 0 =
 * right. */
static int accounts(void)
{
	char text[128];

	if (read_file("/proc/accounts", text, sizeof(text)) < 0)
		return 1;
	printf("accounts: %s", text);
	return strncmp(text, "opened", 6) && strncmp(text, "balanced", 8);
}

static void run_listed(int argc, char **argv, char **envp)
{
	int i, bad = accounts();

	for (i = 1; i < argc; i++) {
		char *args[MAX_ARGS];
		int status;

		if (split(argv[i], ':', args) == 0)
			continue;
		printf("init: running %s\n", args[0]);
		status = run(args, envp);
		printf("init: %s ended with status %d\n", args[0], status);
		if (status)
			bad = 1;
	}
	reap_orphans();
	power_off(accounts() || bad);
}

/* --- the shell ------------------------------------------------------------------------------- */

#define SYS_setsid 66
#define SYS_ioctl  54

/* Who sits at the shell wants to be told of deadlocks, unless the command line said what to watch. */
static void watch_waits(void)
{
	static char text[1024];
	long fd;

	if (read_file("/proc/cmdline", text, sizeof(text)) > 0 && text_holds(text, "watch="))
		return;
	fd = sys(SYS_open, "/proc/watch", O_WRONLY);
	if (fd >= 0) {
		sys(SYS_write, fd, "waits", 5);
		sys(SYS_close, fd);
	}
}

static void say_ticks(void)
{
	char ticks[16];

	read_file("/proc/system", system_text, sizeof(system_text));
	system_value("ticks_since_entry", ticks, sizeof(ticks));
	printf("%s ticks from kernel entry to this prompt\n"
	       "`help` tells what can be done here, `poweroff` ends\n", ticks);
}

/* A session of its own with the console as its terminal. */
static void exec_shell(char **envp)
{
	static char name[] = "sh";
	char *argv[] = { name, NULL };

	sys(SYS_setsid);
	sys(SYS_ioctl, 0, TIOCSCTTY, 1);
	exec_program(argv, envp);
}

static void shell(char **envp)
{
	long pid, got;
	int status = 0;

	watch_waits();
	say_ticks();
	pid = sys(SYS_fork);
	if (pid == 0)
		exec_shell(envp);
	do {
		got = wait_for(-1, &status);
	} while (got != pid && got > 0);
	power_off(0);
}

int main(int argc, char **argv, char **envp)
{
	banner();
	if (argc > 1)
		run_listed(argc, argv, envp);
	shell(envp);
	return 0;
}
