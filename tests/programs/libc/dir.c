/*
 * tests/programs/libc/dir.c - opendir() and its relatives, over getdents64.
 */
#include "syscalls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct directory {
	int fd;
	size_t length, next; /* of what is in buf */
	char buf[2048] __attribute__((aligned(8)));
};

DIR *opendir(const char *path)
{
	DIR *dir;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return NULL;
	dir = malloc(sizeof(*dir));
	if (!dir) {
		close(fd);
		errno = ENOMEM;
		return NULL;
	}
	dir->fd = fd;
	dir->length = dir->next = 0;
	return dir;
}

struct dirent *readdir(DIR *dir)
{
	struct dirent *entry;

	if (dir->next >= dir->length) {
		long n = call(SYS_getdents64, dir->fd, dir->buf, sizeof(dir->buf));

		if (n <= 0)
			return NULL;
		dir->length = (size_t)n;
		dir->next = 0;
	}
	entry = (struct dirent *)(void *)(dir->buf + dir->next);
	dir->next += entry->d_reclen;
	return entry;
}

void rewinddir(DIR *dir)
{
	lseek(dir->fd, 0, SEEK_SET);
	dir->length = dir->next = 0;
}

int closedir(DIR *dir)
{
	int fd = dir->fd;

	free(dir);
	return close(fd);
}

int dirfd(DIR *dir)
{
	return dir->fd;
}
