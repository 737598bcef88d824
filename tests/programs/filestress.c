/*
 * tests/programs/filestress.c - several processes at once make, write, cut, move, link and remove files.
 *
 * filestress [PROCESSES [ROUNDS [SEED]]]. Each process owns some files, knows what is in each (a pattern
 * of its seed, by offset), and moves them between a directory of its own and one that all share. What it
 * reads is checked byte by byte. In the end half of the files are left behind, for e2fsck to look at.
 */
#include "lib.h"

#define FILES	 12
#define MAX_SIZE 150000
#define CHUNK	 6000

static struct file {
	bool exists, shared;
	unsigned char key; /* of its pattern */
	long size;
} files[FILES];

static uint32_t state;
static int self;
static unsigned char buf[CHUNK], want[CHUNK];

static unsigned pick(unsigned n)
{
	return random_next(&state) % n;
}

static void put_number(char *s, int n)
{
	s[0] = (char)('0' + n / 10);
	s[1] = (char)('0' + n % 10);
}

/* "own-PP/file-NN" or "shared/PP-file-NN" */
static const char *name_of(char *name, int i, bool shared)
{
	memcpy(name, shared ? "shared/PP-file-NN" : "own-PP/file-NN", 18);
	put_number(strchr(name, 'P'), self);
	put_number(strchr(name, 'N'), i);
	return name;
}

static void pattern(unsigned char *to, unsigned char key, long pos, long n)
{
	long i;

	for (i = 0; i < n; i++)
		to[i] = (unsigned char)(key + (pos + i) * 7 + (pos + i) / 251);
}

static long open_file(int i, int flags)
{
	char name[24];
	long fd = sys(SYS_open, name_of(name, i, files[i].shared), flags, 0644);

	check(fd >= 0, "%s: %ld", name, fd);
	return fd;
}

static void write_some(int i)
{
	struct file *f = &files[i];
	long fd = open_file(i, O_RDWR | O_CREAT), pos, n = 1 + pick(CHUNK);

	if (!f->exists) {
		f->exists = true;
		f->key = (unsigned char)pick(256);
		f->size = 0;
	}
	pos = pick(3) ? f->size : (long)pick((unsigned)f->size + 1);
	if (pos + n > MAX_SIZE)
		pos = 0;
	pattern(buf, f->key, pos, n);
	expect(sys(SYS_lseek, fd, pos, SEEK_SET), pos);
	expect(sys(SYS_write, fd, buf, n), n);
	if (pos + n > f->size)
		f->size = pos + n;
	if (pick(20) == 0)
		expect(sys(SYS_fsync, fd), 0);
	sys(SYS_close, fd);
}

static void read_all(int i)
{
	struct file *f = &files[i];
	long fd = open_file(i, O_RDONLY), pos = 0, n;

	while ((n = sys(SYS_read, fd, buf, sizeof(buf))) > 0) {
		pattern(want, f->key, pos, n);
		check(!memcmp(buf, want, (size_t)n), "file %d of %d at %ld", i, self, pos);
		pos += n;
	}
	check(n == 0 && pos == f->size, "%ld bytes of %ld", pos, f->size);
	sys(SYS_close, fd);
}

static void cut(int i)
{
	struct file *f = &files[i];
	long fd = open_file(i, O_RDWR);

	f->size = (long)pick((unsigned)f->size + 1);
	expect(sys(SYS_ftruncate, fd, f->size), 0);
	sys(SYS_close, fd);
}

static void move(int i)
{
	char from[24], to[24];

	name_of(from, i, files[i].shared);
	files[i].shared = !files[i].shared;
	expect(sys(SYS_rename, from, name_of(to, i, files[i].shared)), 0);
}

/* Under two names for a moment; open without one for another. */
static void relink(int i)
{
	char name[24], other[24];
	long fd = open_file(i, O_RDONLY);

	name_of(name, i, files[i].shared);
	name_of(other, i, !files[i].shared);
	expect(sys(SYS_link, name, other), 0);
	expect(sys(SYS_unlink, name), 0);
	expect(sys(SYS_rename, other, name), 0);
	sys(SYS_close, fd);
}

static void destroy(int i)
{
	char name[24];
	long fd = open_file(i, O_RDONLY);

	expect(sys(SYS_unlink, name_of(name, i, files[i].shared)), 0);
	if (files[i].size) { /* it is there as long as it is open */
		expect(sys(SYS_read, fd, buf, 1), 1);
		pattern(want, files[i].key, 0, 1);
		check(buf[0] == want[0]);
	}
	sys(SYS_close, fd);
	files[i].exists = false;
}

static void one_round(void)
{
	int i = (int)pick(FILES);

	if (!files[i].exists) {
		write_some(i);
		return;
	}
	switch (pick(10)) {
	case 0: case 1: case 2: write_some(i); break;
	case 3: case 4: read_all(i); break;
	case 5: cut(i); break;
	case 6: case 7: move(i); break;
	case 8: relink(i); break;
	case 9: destroy(i); break;
	}
}

static int child(int rounds)
{
	char dir[] = "own-00";
	int i;

	put_number(dir + 4, self);
	expect(sys(SYS_mkdir, dir, 0755), 0);
	while (rounds-- > 0 && !failures)
		one_round();
	for (i = 0; i < FILES; i++) {
		if (!files[i].exists)
			continue;
		read_all(i);
		if (i % 2)
			destroy(i);
	}
	return failures != 0;
}

int main(int argc, char **argv, char **envp)
{
	int processes = argc > 1 ? (int)number(argv[1], 4) : 4, i, status;
	int rounds = argc > 2 ? (int)number(argv[2], 100) : 100;

	(void)envp;
	sys(SYS_mkdir, "/tmp/stress", 0755);
	expect(sys(SYS_chdir, "/tmp/stress"), 0);
	sys(SYS_mkdir, "shared", 0755);
	for (i = 0; i < processes; i++) {
		long pid = sys(SYS_fork);

		if (pid == 0) {
			self = i;
			state = (uint32_t)(argc > 3 ? number(argv[3], 1) : 1) * 7919u + (uint32_t)i + 1;
			exit(child(rounds));
		}
		check(pid > 0, "fork: %ld", pid);
	}
	for (i = 0; i < processes; i++) {
		check(wait_for(-1, &status) > 0);
		check(status == 0, "a process ended with %x", status);
	}
	return test_end("filestress");
}
