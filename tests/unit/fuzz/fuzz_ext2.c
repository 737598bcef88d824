/*
 * tests/unit/fuzz/fuzz_ext2.c - the ext2 core (kernel/servers/ext2*.c) on damaged images.
 *
 * Input: one byte which image (ext2_images.sh), one byte how many damages; a damage is one byte area,
 * two bytes place, one byte how, four bytes value. Then either a walk over everything, or the operations
 * that the rest of the input says, in any case ended by a walk, a sync and an unmount.
 * Held: nothing is touched outside the cache pages and the disk; each operation ends with a success or an
 * errno it may give and lets go of its buffers; no operation reads more than a bounded number of blocks;
 * complaints are single lines. Without damage and without disk errors nothing may ever be found damaged,
 * and (FUZZ_E2FSCK=1 in the environment) e2fsck -fn finds nothing to say about the image at the end.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/servers/ext2_internal.h"
#include "kernel/errno.h"

#define IMAGE_BYTES (512u << 10)
#define NIMAGES	    3
#define NPAGES	    EXT2_CACHE_LEAST
#define PAGE	    4096u
#define MAX_OPS	    64
#define MAX_INODES  96
/* An operation may look at every block of the disk, and at each again by another way in. */
#define MAX_READS (64 * (IMAGE_BYTES / 1024))

/* FUZZ_VERBOSE=1 in the environment: tell what is done. */
#define told(...) (verbose ? (void)fprintf(stderr, __VA_ARGS__) : (void)0)
static bool verbose, judge_with_e2fsck;

static uint8_t base[NIMAGES][IMAGE_BYTES];
static uint8_t *store; /* the disk */
static uint8_t *cache; /* NPAGES pages */
static struct ext2_fs *fs;
static unsigned reads, fail_in; /* fail_in: the nth transfer from now fails; 0 = none */
static bool damaged, failing;

/* --- the disk ------------------------------------------------------------------------------------- */

static bool transfer_ok(const struct ext2_disk *d, uint32_t sector, uint32_t n, const void *buf)
{
	const uint8_t *p = buf;

	must(n >= 1 && n <= 8 && sector <= d->nsectors && n <= d->nsectors - sector);
	must(p >= cache && p + n * 512 <= cache + NPAGES * PAGE);
	must(++reads < MAX_READS);
	return !fail_in || --fail_in;
}

static int disk_read(struct ext2_disk *d, uint32_t sector, uint32_t n, void *buf)
{
	if (!transfer_ok(d, sector, n, buf))
		return -EIO;
	memcpy(buf, store + sector * 512, n * 512);
	return 0;
}

static int disk_write(struct ext2_disk *d, uint32_t sector, uint32_t n, const void *buf)
{
	if (!transfer_ok(d, sector, n, buf))
		return -EIO;
	memcpy(store + sector * 512, buf, n * 512);
	return 0;
}

static void complain(struct ext2_disk *d, const char *line)
{
	(void)d;
	fuzz_must_be_one_line(line);
	told("ext2: %s\n", line);
}

static uint32_t now(struct ext2_disk *d)
{
	(void)d;
	return 944006400;
}

static struct ext2_disk disk = {
	.nsectors = IMAGE_BYTES / 512,
	.read = disk_read,
	.write = disk_write,
	.complain = complain,
	.now = now,
};

/* The images lie beside the program, in ext2-images/. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[1024], *slash;

	(void)argc;
	for (int i = 0; i < NIMAGES; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s", (*argv)[0]);
		slash = strrchr(path, '/');
		snprintf(slash ? slash + 1 : path, 64, "ext2-images/%c.img", 'a' + i);
		f = fopen(path, "rb");
		if (!f || fread(base[i], 1, IMAGE_BYTES, f) != IMAGE_BYTES) {
			fprintf(stderr, "fuzz_ext2: cannot read %s: make fuzz makes it\n", path);
			exit(2);
		}
		fclose(f);
	}
	verbose = getenv("FUZZ_VERBOSE") != NULL;
	judge_with_e2fsck = getenv("FUZZ_E2FSCK") != NULL;
	store = malloc(IMAGE_BYTES);
	cache = aligned_alloc(PAGE, NPAGES * PAGE);
	fs = malloc(ext2_fs_size());
	return 0;
}

/* --- damage --------------------------------------------------------------------------------------- */

static uint32_t get_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Where an area of the good image begins, and how long it is. */
static uint32_t area(const uint8_t *image, unsigned which, uint32_t *length)
{
	uint32_t block = 1024u << get_le32(image + 1024 + 24);
	const uint8_t *gd = image + (block == 1024 ? 2048 : block);
	uint32_t table = get_le32(gd + 8) * block;

	switch (which % 8) {
	case 0:
		*length = 264;
		return 1024; /* the superblock */
	case 1:
		*length = 32;
		return (uint32_t)(gd - image);
	case 2:
		*length = block;
		return get_le32(gd) * block;
	case 3:
		*length = block;
		return get_le32(gd + 4) * block;
	case 4:
		*length = 24 * 128; /* the first inodes: root and its files */
		return table;
	case 5:
		*length = 128 * 128;
		return table;
	case 6:
		*length = 96 * 1024; /* directories and indirect blocks come first */
		return table + 128 * 128;
	}
	*length = IMAGE_BYTES;
	return 0;
}

static void damage(struct fuzz_input *in, const uint8_t *image)
{
	uint32_t length, start = area(image, fuzz_u8(in), &length);
	uint32_t at = start + (fuzz_u8(in) | (uint32_t)fuzz_u8(in) << 8) % length;
	unsigned how = fuzz_u8(in) % 4;
	uint32_t value = fuzz_u32(in);

	for (unsigned i = 0; i < (how == 3 ? 64u : 1u << how) && at < IMAGE_BYTES; i++, at++)
		store[at] = (uint8_t)(value >> 8 * (i % 4));
}

/* --- what every call has to keep -------------------------------------------------------------------- */

static int done(int ret)
{
	static const int may[] = {0,	   EIO,	      EUCLEAN, EROFS,	   ENOSPC, EEXIST, ENOENT,
				  ENOTDIR, ENOTEMPTY, EISDIR,  EINVAL,	   EMLINK, EFBIG,  ESTALE,
				  EPERM,   EBUSY};
	bool known = false;

	for (unsigned i = 0; i < sizeof(may) / sizeof(may[0]); i++)
		known |= -ret == may[i];
	if (!known && ret <= 0)
		fprintf(stderr, "errno %d\n", -ret);
	must(known || ret > 0);
	must(fs->pinned == 0);
	must(damaged || failing || ret != -EUCLEAN);
	must(damaged || failing || ret != -EIO);
	must(damaged || failing || !ext2_errors(fs));
	told("ext2: %d\n", ret);
	reads = 0;
	return ret;
}

/* --- walking --------------------------------------------------------------------------------------- */

static uint32_t inodes[MAX_INODES];
static unsigned ninodes;

static void note_inode(uint32_t ino)
{
	for (unsigned i = 0; i < ninodes; i++)
		if (inodes[i] == ino)
			return;
	if (ninodes < MAX_INODES)
		inodes[ninodes++] = ino;
}

static void walk_directory(uint32_t dir)
{
	static uint64_t buf[512 / 8 * 4];
	uint64_t pos = 0;
	struct ext2_attr attr;
	int n;

	for (unsigned rounds = 0; rounds < 4096; rounds++) {
		unsigned at = 0;

		n = done(ext2_readdir(fs, dir, pos, buf, sizeof(buf)));
		if (n <= 0)
			return;
		must((unsigned)n <= sizeof(buf));
		while (at < (unsigned)n) {
			const struct ext2_entry *e = (void *)((uint8_t *)buf + at);

			must(at + sizeof(*e) + e->name_len <= (unsigned)n);
			must(e->name_len >= 1 && e->name_len <= EXT2_NAME_MAX);
			must(e->next > pos);
			pos = e->next;
			note_inode(e->ino);
			if (!memchr(e->name, '/', e->name_len) && !memchr(e->name, 0, e->name_len))
				done(ext2_lookup(fs, dir, e->name, e->name_len, &attr));
			at += (unsigned)(sizeof(*e) + e->name_len + 7) & ~7u;
		}
	}
	must(!"readdir comes to an end");
}

static void walk_file(const struct ext2_attr *attr)
{
	uint32_t bs = ext2_block_size(fs), sectors;
	uint64_t index = 0, blocks = (attr->size + bs - 1) / bs;

	for (unsigned rounds = 0; index < blocks && index < 0xffffffff && rounds < 600; rounds++) {
		uint32_t max = blocks - index > 64 ? 64 : (uint32_t)(blocks - index);
		struct ext2_extent e = {0, 0};

		if (done(ext2_map(fs, attr->ino, (uint32_t)index, max, false, &e, &sectors))) {
			index += 97;
			continue;
		}
		must(e.count >= 1 && e.count <= max);
		must(!e.block || (uint64_t)e.block + e.count <= IMAGE_BYTES / bs);
		index += e.count;
	}
}

static void look_at(uint32_t ino)
{
	char text[5000], name[256];
	struct ext2_attr attr;

	if (done(ext2_getattr(fs, ino, &attr)))
		return;
	must(attr.ino == ino);
	if (S_ISDIR(attr.mode)) {
		walk_directory(ino);
		must(done(ext2_name_of(fs, EXT2_ROOT_INO, ino, name)) <= 255);
	} else if (S_ISLNK(attr.mode)) {
		must(done(ext2_readlink(fs, ino, text, sizeof(text))) <= (int)sizeof(text));
	} else {
		walk_file(&attr);
	}
}

/* Everything that can be reached, each inode once. */
static void walk(void)
{
	struct ext2_statfs st;

	ninodes = 0;
	note_inode(EXT2_ROOT_INO);
	for (unsigned i = 0; i < ninodes; i++)
		look_at(inodes[i]);
	done(ext2_statfs(fs, &st));
}

/* --- operations ------------------------------------------------------------------------------------- */

static uint32_t pick_inode(struct fuzz_input *in)
{
	uint8_t b = fuzz_u8(in);

	if (damaged && b == 255)
		return fuzz_u32(in);
	return ninodes ? inodes[b % ninodes] : EXT2_ROOT_INO;
}

static const char *pick_name(struct fuzz_input *in, unsigned *len)
{
	static const char *const names[] = {
		"small", "link",    "indirect", "sparse", "many",  "dir",     "deep", "deeper", "empty",
		"new",   "second-name", "long-link", "b", "new2", "lost+found", ".",  "..",
		"a-rather-long-file-name-7", "a-rather-long-file-name-60", "another-name-of-some-length",
	};
	static char longest[255];
	uint8_t b = fuzz_u8(in);

	if (b >= 250) { /* names that fill blocks: 250 + n, told apart by their first letter */
		memset(longest, 'L', sizeof(longest));
		longest[0] = (char)('a' + fuzz_u8(in) % 26);
		*len = b == 250 ? 255 : 100 + b;
		*len = *len > 255 ? 255 : *len;
		return longest;
	}
	b = (uint8_t)(b % (sizeof(names) / sizeof(names[0])));
	*len = (unsigned)strlen(names[b]);
	return names[b];
}

/* What the file server does when the last name is gone. */
static void drop_if_unused(const struct ext2_attr *victim)
{
	struct ext2_attr attr;

	if (!victim->ino || done(ext2_getattr(fs, victim->ino, &attr)))
		return;
	if (attr.nlink == 0)
		done(ext2_delete(fs, victim->ino));
}

static void fill_some(struct fuzz_input *in, uint32_t ino)
{
	uint32_t first = fuzz_u8(in) | (uint32_t)fuzz_u8(in) << 8, sectors;
	unsigned count = fuzz_u8(in) % 32;
	struct ext2_attr attr;
	struct ext2_extent e;

	if (done(ext2_getattr(fs, ino, &attr)) || !S_ISREG(attr.mode))
		return;
	for (unsigned i = 0; i < count; i++) {
		if (done(ext2_map(fs, ino, first + i, 1, true, &e, &sectors)))
			break;
		must(e.block && e.block < IMAGE_BYTES / ext2_block_size(fs) && e.count == 1);
		if (attr.size < (uint64_t)(first + i + 1) * ext2_block_size(fs))
			attr.size = (uint64_t)(first + i + 1) * ext2_block_size(fs);
	}
	done(ext2_setattr(fs, &attr));
}

static void change_names(struct fuzz_input *in, unsigned op)
{
	struct ext2_attr out = {0}, attr;
	uint32_t dir = pick_inode(in), other;
	unsigned len, len2;
	const char *name = pick_name(in, &len), *name2;
	char copy[256], text[200];

	told("ext2: names %u in %u: %.*s\n", op, dir, (int)len, name);
	switch (op) {
	case 0:
	case 1:
		if (!done(ext2_create(fs, dir, name, len, op ? 0040755 : 0100644, 0, 0, &out)))
			note_inode(out.ino);
		break;
	case 2:
		memset(text, 't', sizeof(text));
		if (!done(ext2_symlink(fs, dir, name, len, text, fuzz_u8(in) % 200 + 1u, &out)))
			note_inode(out.ino);
		break;
	case 3:
		other = pick_inode(in);
		if (!done(ext2_getattr(fs, other, &attr)) && !S_ISDIR(attr.mode))
			done(ext2_link(fs, other, dir, name, len));
		break;
	case 4:
		if (!done(ext2_unlink(fs, dir, name, len, &out)))
			drop_if_unused(&out);
		break;
	case 5:
		if (!done(ext2_rmdir(fs, dir, name, len, &out)))
			drop_if_unused(&out);
		break;
	default:
		other = pick_inode(in);
		memcpy(copy, name, len);
		name2 = pick_name(in, &len2);
		told("ext2: to %u: %.*s\n", other, (int)len2, name2);
		if (!done(ext2_rename(fs, dir, copy, len, other, name2, len2, &out)))
			drop_if_unused(&out);
	}
}

static void operate(struct fuzz_input *in)
{
	unsigned op = fuzz_u8(in) % 16;
	struct ext2_attr attr;
	uint32_t ino, sectors;

	if (op < 7) {
		change_names(in, op);
		return;
	}
	ino = pick_inode(in);
	told("ext2: op %u on %u\n", op, ino);
	switch (op) {
	case 7:
	case 8:
		fill_some(in, ino);
		break;
	case 9:
		if (!done(ext2_getattr(fs, ino, &attr)) && S_ISREG(attr.mode))
			done(ext2_truncate(fs, ino, fuzz_u32(in) >> (fuzz_u8(in) % 32), &sectors));
		break;
	case 10:
		done(ext2_sync(fs));
		break;
	case 11:
		if (damaged) { /* the disk fails from now on, once */
			failing = true;
			fail_in = fuzz_u8(in) + 1u;
		}
		break;
	case 12:
		if (!done(ext2_getattr(fs, ino, &attr))) {
			attr.mode = (attr.mode & ~0777u) | fuzz_u8(in);
			attr.uid = fuzz_u32(in);
			done(ext2_setattr(fs, &attr));
		}
		break;
	default:
		look_at(ino);
	}
}

/* --- afterwards -------------------------------------------------------------------------------------- */

static void e2fsck_says_nothing(void)
{
	char path[40] = "/tmp/fuzz-ext2-XXXXXX", command[160];
	int fd = mkstemp(path);

	must(fd >= 0 && write(fd, store, IMAGE_BYTES) == IMAGE_BYTES);
	close(fd);
	snprintf(command, sizeof(command), "PATH=$PATH:/sbin:/usr/sbin e2fsck -fn %s >%s.log 2>&1", path, path);
	if (system(command)) {
		snprintf(command, sizeof(command), "cat %s.log >&2", path);
		(void)!system(command);
		must(!"e2fsck finds nothing wrong");
	}
	unlink(path);
	snprintf(command, sizeof(command), "%s.log", path);
	unlink(command);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, size};
	unsigned which = fuzz_u8(&in), damages = fuzz_u8(&in) % 8;
	void *pages[NPAGES];

	memcpy(store, base[which % NIMAGES], IMAGE_BYTES);
	damaged = damages > 0;
	failing = false;
	fail_in = reads = 0;
	while (damages--)
		damage(&in, base[which % NIMAGES]);
	for (unsigned i = 0; i < NPAGES; i++)
		pages[i] = cache + i * PAGE;
	memset(fs, 0xa5, ext2_fs_size());
	if (ext2_mount(fs, &disk, pages, NPAGES, damaged && (which & 128))) {
		must(damaged);
		return 0;
	}
	done(0);
	walk();
	if (in.left) {
		for (unsigned i = 0; i < MAX_OPS && in.left; i++)
			operate(&in);
		walk();
	}
	done(ext2_sync(fs));
	done(ext2_unmount(fs));
	if (!damaged && judge_with_e2fsck)
		e2fsck_says_nothing();
	return 0;
}
