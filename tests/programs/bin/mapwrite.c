/*
 * tests/programs/bin/mapwrite.c - rewrites a file through a shared mapping: every byte of it plus one.
 */
#include "util.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	struct stat st;
	unsigned char *p;
	off_t i;
	int fd;

	set_program(argv[0]);
	if (argc != 2)
		usage("mapwrite FILE");
	fd = open(argv[1], O_RDWR);
	if (fd < 0 || fstat(fd, &st)) {
		complain_errno("%s", argv[1]);
		return 1;
	}
	if (st.st_size == 0)
		return 0;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		complain_errno("cannot map %s", argv[1]);
		return 1;
	}
	for (i = 0; i < st.st_size; i++)
		p[i]++;
	if (msync(p, (size_t)st.st_size, MS_SYNC) || munmap(p, (size_t)st.st_size)) {
		complain_errno("%s", argv[1]);
		return 1;
	}
	printf("%ld bytes\n", (long)st.st_size);
	return finish(0);
}
