/*
 * tests/programs/init.c - the first program: says where we are, runs what the command line asks
 * for, or reads commands.
 *
 * Arguments (the kernel's run= option): programs to run one after the other, NAME[:ARG...]; then
 * the machine is powered off with status 0 if all ended with 0, else 1. Without arguments: a
 * minimal command loop, `NAME ARG...` runs /bin/NAME.
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
	printf("locking design %s, holes %s: %s\n", design, holes, summary);
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
		printf("%s: no such program; `ls` lists them\n", argv[0]);
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

/* --- the command loop ------------------------------------------------------------------------ */

static void help(void)
{
	printf("NAME ARG...   run /bin/NAME\n"
	       "ls            the files there are\n"
	       "cat FILE      show a file, e.g. /proc/swaps, /proc/vmstat, /proc/kmsg, "
	       "/proc/tasks\n"
	       "off           power off\n");
}

static void cat(const char *path)
{
	static char buf[4096];
	long fd = path ? sys(SYS_open, path, O_RDONLY) : -ENOENT, n;

	if (fd < 0) {
		printf("cat: %s: error %ld\n", path ? path : "(no name)", -fd);
		return;
	}
	while ((n = sys(SYS_read, fd, buf, sizeof(buf))) > 0)
		sys(SYS_write, 1, buf, n);
	sys(SYS_close, fd);
}

static void command(char **args, char **envp)
{
	int status;

	if (!strcmp(args[0], "off") || !strcmp(args[0], "exit")) {
		power_off(0);
	} else if (!strcmp(args[0], "help")) {
		help();
	} else if (!strcmp(args[0], "ls")) {
		print_file("/proc/files", "", 200);
	} else if (!strcmp(args[0], "cat")) {
		cat(args[1]);
	} else {
		status = run(args, envp);
		if (status)
			printf("%s ended with status %d\n", args[0], status);
	}
}

static void command_loop(char **envp)
{
	char line[256], *args[MAX_ARGS];

	printf("`help` tells what can be done here.\n");
	for (;;) {
		long n;

		printf("# ");
		n = sys(SYS_read, 0, line, sizeof(line) - 1);
		if (n == -EINTR)
			continue;
		if (n <= 0)
			power_off(0);
		line[n] = '\0';
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (split(line, ' ', args))
			command(args, envp);
	}
}

int main(int argc, char **argv, char **envp)
{
	banner();
	if (argc > 1)
		run_listed(argc, argv, envp);
	command_loop(envp);
	return 0;
}
