/*
 * tests/programs/limits_files.c - the ends of names and of the disk: long names and paths, deep directories,
 * chains and circles of links, a full disk, no inodes. Each is told with its errno, nothing is lost,
 * and what was made can be removed again. Works in /tmp/limits.
 */
#include "lib.h"

#define SYS_statfs  99
#define SYS_llseek  140

#define WHERE "/tmp/limits"
#define DEEP  120

static char name[5000];

static void name_of_length(unsigned n)
{
	memset(name, 'n', n);
	name[n] = '\0';
}

static void long_names(void)
{
	long fd;

	name_of_length(255);
	fd = sys(SYS_open, name, O_CREAT | O_WRONLY, 0644);
	check(fd >= 0, "255 characters: %ld", fd);
	sys(SYS_close, fd);
	expect(sys(SYS_unlink, name), 0);
	name_of_length(256);
	expect(sys(SYS_open, name, O_CREAT | O_WRONLY, 0644), -ENAMETOOLONG);
	expect(sys(SYS_mkdir, name, 0755), -ENAMETOOLONG);
	expect(sys(SYS_symlink, "x", name), -ENAMETOOLONG);
	expect(sys(SYS_rename, "/etc/banner", name), -ENAMETOOLONG);
	name_of_length(4999);
	expect(sys(SYS_open, name, O_RDONLY), -ENAMETOOLONG);
	expect(sys(SYS_open, "", O_RDONLY), -ENOENT);
	expect(sys(SYS_mkdir, "", 0755), -ENOENT);
	expect(sys(SYS_open, "/etc/banner/x", O_RDONLY), -ENOTDIR);
}

static void deep_directories(void)
{
	unsigned i;

	for (i = 0; i < DEEP; i++) {
		expect(sys(SYS_mkdir, "deep", 0755), 0);
		expect(sys(SYS_chdir, "deep"), 0);
	}
	expect(sys(SYS_mkdir, "deep", 0755), 0);
	expect(sys(SYS_rmdir, "../deep"), -ENOTEMPTY);
	for (i = 0; i < DEEP; i++)
		expect(sys(SYS_chdir, ".."), 0);
	for (i = 0; i < DEEP; i++)
		sys(SYS_chdir, "deep");
	for (i = 0; i <= DEEP; i++) {
		expect(sys(SYS_rmdir, "deep"), 0);
		if (i < DEEP)
			expect(sys(SYS_chdir, ".."), 0);
	}
	expect(sys(SYS_chdir, WHERE), 0);
}

/* l0 -> file, l1 -> l0, ... */
static void link_name(char *buf, unsigned i)
{
	buf[0] = 'l';
	buf[1] = (char)('0' + i / 10);
	buf[2] = (char)('0' + i % 10);
	buf[3] = '\0';
}

static void links(void)
{
	char from[4], to[4];
	unsigned i, longest = 0;
	long r, other = 0;

	expect(sys(SYS_symlink, "circle", "circle"), 0);
	expect(sys(SYS_open, "circle", O_RDONLY), -ELOOP);
	expect(sys(SYS_open, "circle/x", O_RDONLY), -ELOOP);
	expect(sys(SYS_chdir, "circle"), -ELOOP);
	expect(sys(SYS_unlink, "circle"), 0);
	expect(sys(SYS_symlink, "/etc/banner", "l00"), 0);
	for (i = 1; i < 60; i++) {
		link_name(from, i);
		link_name(to, i - 1);
		expect(sys(SYS_symlink, to, from), 0);
		r = sys(SYS_open, from, O_RDONLY);
		if (r >= 0) {
			check(!other, "a longer chain is followed, a shorter not");
			longest = i;
			sys(SYS_close, r);
		} else {
			other = r;
			expect(r, -ELOOP);
		}
	}
	printf("limits_files: a chain of %u links is followed\n", longest + 1);
	check(longest >= 4 && longest < 45, "%u", longest);
	for (i = 0; i < 60; i++) {
		link_name(from, i);
		expect(sys(SYS_unlink, from), 0);
	}
}

static uint32_t free_blocks(void)
{
	uint32_t st[16] = { 0 };

	expect(sys(SYS_statfs, "/", st), 0);
	return st[3];
}

static void full_disk(void)
{
	static char chunk[32768];
	uint32_t before, full;
	unsigned long written = 0;
	long fd, n;

	sys(SYS_sync);
	before = free_blocks();
	memset(chunk, 'f', sizeof(chunk));
	fd = sys(SYS_open, "big", O_CREAT | O_TRUNC | O_RDWR, 0644);
	while ((n = sys(SYS_write, fd, chunk, sizeof(chunk))) > 0)
		written += (unsigned long)n / 1024;
	expect(n, -ENOSPC);
	full = free_blocks();
	printf("limits_files: %lu KB, then the disk is full (%u blocks free)\n", written, full);
	check(full < 4, "%u blocks are free", full);
	expect(sys(SYS_mkdir, "no-room", 0755), -ENOSPC);
	expect(sys(SYS_write, fd, chunk, 1), -ENOSPC);
	expect(sys(SYS_lseek, fd, 0, SEEK_SET), 0);
	expect(sys(SYS_write, fd, chunk, 4096), 4096); /* what has its blocks can be written */
	sys(SYS_close, fd);
	expect(sys(SYS_unlink, "big"), 0);
	sys(SYS_sync);
	check(free_blocks() == before, "%u blocks free, %u before", free_blocks(), before);
	expect(sys(SYS_mkdir, "room", 0755), 0);
	expect(sys(SYS_rmdir, "room"), 0);
}

/* Beyond what three indirect blocks reach; and holes cost nothing. */
static void far_places(void)
{
	uint64_t at = 0;
	uint32_t before = free_blocks();
	long fd = sys(SYS_open, "far", O_CREAT | O_TRUNC | O_RDWR, 0644), n;

	expect(sys(SYS_llseek, fd, 0x7fff, 0xfffff000, &at, SEEK_SET), 0);
	expect(sys(SYS_write, fd, "x", 1), -EFBIG);
	expect(sys(SYS_llseek, fd, 0, 0x7ff00000, &at, SEEK_SET), 0);
	n = sys(SYS_write, fd, "x", 1);
	check(n == 1 || n == -EFBIG, "%ld", n);
	check(before - free_blocks() < 8, "a hole of 2 GB took %u blocks", before - free_blocks());
	sys(SYS_close, fd);
	expect(sys(SYS_unlink, "far"), 0);
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	expect(sys(SYS_mkdir, WHERE, 0755), 0);
	expect(sys(SYS_chdir, WHERE), 0);
	long_names();
	deep_directories();
	links();
	far_places();
	full_disk();
	expect(sys(SYS_chdir, "/"), 0);
	expect(sys(SYS_rmdir, WHERE), 0);
	return test_end("limits_files");
}
