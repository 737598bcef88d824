/*
 * tests/programs/bin/uname.c - names the system; -a -s -n -r -v -m.
 */
#include "util.h"

#include <linux.h>

static void show(const char *text)
{
	static bool some;

	printf("%s%s", some ? " " : "", text);
	some = true;
}

int main(int argc, char **argv)
{
	const char *wanted = "s";
	struct utsname u;

	set_program(argv[0]);
	if (argc > 2 || (argc == 2 && (argv[1][0] != '-' || strspn(argv[1] + 1, "asnrvm") + 1 != strlen(argv[1]))))
		usage("uname [-asnrvm]");
	if (argc == 2)
		wanted = strchr(argv[1], 'a') ? "snrvm" : argv[1];
	if (uname(&u)) {
		complain_errno("cannot tell");
		return 1;
	}
	if (strchr(wanted, 's'))
		show(u.sysname);
	if (strchr(wanted, 'n'))
		show(u.nodename);
	if (strchr(wanted, 'r'))
		show(u.release);
	if (strchr(wanted, 'v'))
		show(u.version);
	if (strchr(wanted, 'm'))
		show(u.machine);
	putchar('\n');
	return finish(0);
}
