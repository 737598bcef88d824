/*
 * tests/programs/bin/touch.c - makes empty files, or sets the time of files that are there to now.
 */
#include "util.h"

#include <fcntl.h>
#include <utime.h>

int main(int argc, char **argv)
{
	int i, fd, bad = 0;

	set_program(argv[0]);
	if (argc < 2)
		usage("touch FILE...");
	for (i = 1; i < argc; i++) {
		if (utime(argv[i], NULL) == 0)
			continue;
		fd = errno == ENOENT ? open(argv[i], O_WRONLY | O_CREAT, 0666) : -1;
		if (fd < 0) {
			complain_errno("cannot touch '%s'", argv[i]);
			bad = 1;
		} else {
			close(fd);
		}
	}
	return bad;
}
