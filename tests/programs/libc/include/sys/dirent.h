/*
 * tests/programs/libc/include/sys/dirent.h - the half of <dirent.h> that newlib leaves to the system.
 */
#ifndef TESTS_PROGRAMS_LIBC_SYS_DIRENT_H
#define TESTS_PROGRAMS_LIBC_SYS_DIRENT_H

#include <stdint.h>
#include <sys/types.h>

#define MAXNAMLEN 255
#define DT_UNKNOWN 0
#define DT_CHR	   2
#define DT_DIR	   4
#define DT_BLK	   6
#define DT_REG	   8
#define DT_LNK	   10

/* As getdents64 fills it. */
struct dirent {
	uint64_t d_ino;
	int64_t d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[MAXNAMLEN + 1];
};

typedef struct directory DIR; /* POSIX's name */

#endif
