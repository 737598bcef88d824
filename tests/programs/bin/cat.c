/*
 * tests/programs/bin/cat.c - copies files to standard output.
 */
#include "util.h"

static char buf[16384];

static int copy(int fd, const char *name)
{
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			complain_errno("%s", name);
			return 1;
		}
		if (write_all(1, buf, (size_t)n)) {
			complain_errno("write error");
			exit(1);
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	int i, fd, bad = 0;

	set_program(argv[0]);
	if (argc == 1)
		return copy(0, "-");
	for (i = 1; i < argc; i++) {
		fd = open_input(argv[i]);
		if (fd < 0) {
			bad = 1;
			continue;
		}
		bad |= copy(fd, argv[i]);
		if (fd)
			close(fd);
	}
	return bad;
}
