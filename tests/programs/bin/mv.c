/*
 * tests/programs/bin/mv.c - renames files, or copies and removes them when they go to another file system.
 */
#include "util.h"
#include "copy.h"

#include <sys/stat.h>
#include <sys/wait.h>

/* rm -r has a program of its own. */
static int remove_tree(const char *path)
{
	char *const args[] = { (char *)"rm", (char *)"-rf", (char *)"--", (char *)path, NULL };
	int status = 1;
	pid_t pid = fork();

	if (pid == 0) {
		execvp(args[0], args);
		_exit(127);
	}
	return pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0;
}

static int move(const char *from, const char *to)
{
	if (rename(from, to) == 0)
		return 0;
	if (errno != EXDEV) {
		complain_errno("cannot move '%s' to '%s'", from, to);
		return 1;
	}
	return copy_path(from, to, true) || remove_tree(from);
}

int main(int argc, char **argv)
{
	struct stat st;
	char *to;
	bool into;
	int i, bad = 0;

	set_program(argv[0]);
	if (argc < 3)
		usage("mv FROM TO, or mv FROM... DIRECTORY");
	to = argv[argc - 1];
	into = stat(to, &st) == 0 && S_ISDIR(st.st_mode);
	if (!into && argc > 3) {
		complain("target '%s' is not a directory", to);
		return 1;
	}
	for (i = 1; i < argc - 1; i++)
		bad |= move(argv[i], into ? join_path(to, base_name(argv[i])) : to);
	return bad;
}
