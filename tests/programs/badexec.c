/*
 * tests/programs/badexec.c - damaged executables: each is refused with -ENOEXEC, or at worst ends
 * the one who started it; the kernel lives. The samples are made by make_bad.c.
 *
 * badexec [DIRECTORY]: default /bad.
 */
#include "bad_names.h"
#include "lib.h"

static const char *directory = "/bad";

static int run(void *arg)
{
	char path[160];
	char *argv[] = { arg, NULL }, *envp[] = { NULL };
	size_t n = strlen(directory), m = strlen(arg);
	long error;

	if (n + m + 2 > sizeof(path))
		return 99;
	memcpy(path, directory, n + 1);
	path[n] = '/';
	memcpy(path + n + 1, arg, m + 1);
	error = sys(SYS_execve, path, argv, envp);
	return (int)-error;
}

int main(int argc, char **argv, char **envp)
{
	unsigned i;

	(void)envp;
	if (argc > 1)
		directory = argv[1];
	for (i = 0; i < sizeof(bad_names) / sizeof(bad_names[0]); i++) {
		const struct bad_name *b = &bad_names[i];
		int status = in_child(run, (void *)(uintptr_t)b->name);
		bool refused = EXITED(status) && EXIT_CODE(status) == ENOEXEC;

		check(b->may_start ? refused || SIGNAL_OF(status) != 0 : refused, "%s: status %x",
		      b->name, status);
	}
	return test_end("badexec");
}
