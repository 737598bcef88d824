/*
 * tests/programs/bin/tee.c - copies standard input to standard output and to files.
 */
#include "util.h"

#include <fcntl.h>

int main(int argc, char **argv)
{
	static char buf[4096];
	int fds[16], n = 0, i, bad = 0;
	ssize_t got;

	set_program(argv[0]);
	fds[n++] = 1;
	for (i = 1; i < argc && n < 16; i++) {
		int fd = open(argv[i], O_WRONLY | O_CREAT | O_TRUNC, 0666);

		if (fd < 0) {
			complain_errno("%s", argv[i]);
			bad = 1;
			continue;
		}
		fds[n++] = fd;
	}
	while ((got = read(0, buf, sizeof(buf))) > 0)
		for (i = 0; i < n; i++)
			if (write_all(fds[i], buf, (size_t)got))
				bad = 1;
	return bad || got < 0;
}
