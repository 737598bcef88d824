/*
 * tests/unit/test_ext2.c - the ext2 core over images made by mke2fs: what it mounts and refuses, that it
 * reads what debugfs wrote, and that e2fsck and debugfs agree with what it writes.
 */
#include "unit.h"

#include "ext2_image.h"

static const char *const block_sizes[] = { "1024", "2048", "4096" };

static const char *options(int i)
{
	static char text[128];

	snprintf(text, sizeof(text), "%s -b %s", PLAIN, block_sizes[i]);
	return text;
}

/* --- mounting -------------------------------------------------------------------------------- */

START_TEST(test_mount)
{
	struct ext2_statfs s;
	struct ext2_attr a;
	struct image im;
	unsigned long free_blocks = 0;
	FILE *out;

	image_open(&im, 8192, options(_i));
	ck_assert_uint_eq(ext2_block_size(im.fs), 1024u << _i);
	ck_assert(!ext2_is_read_only(im.fs));
	ck_assert_int_eq(ext2_getattr(im.fs, EXT2_ROOT_INO, &a), 0);
	ck_assert_uint_eq(a.mode & 0170000, 0040000);
	ck_assert_uint_eq(a.nlink, 3); /* lost+found */
	ck_assert_int_eq(ext2_statfs(im.fs, &s), 0);
	shell("dumpe2fs -h %s 2>/dev/null | sed -n 's/^Free blocks: *//p' > %s.out", im.path, im.path);
	{
		char name[80];

		snprintf(name, sizeof(name), "%s.out", im.path);
		out = fopen(name, "r");
		ck_assert_int_eq(fscanf(out, "%lu", &free_blocks), 1);
		fclose(out);
	}
	ck_assert_uint_eq(s.free_blocks, free_blocks);
	image_end(&im); /* nothing was changed: byte for byte */
}
END_TEST

/* A file system that was only read is not written to. */
START_TEST(test_read_changes_nothing)
{
	unsigned char *before;
	struct ext2_attr a;
	struct image im;

	image_open(&im, 4096, options(2));
	before = malloc(im.size);
	memcpy(before, im.data, im.size);
	ck_assert_int_eq(ext2_lookup(im.fs, EXT2_ROOT_INO, "lost+found", 10, &a), 0);
	ck_assert_int_eq(ext2_lookup(im.fs, EXT2_ROOT_INO, "nosuch", 6, &a), -ENOENT);
	ck_assert_int_eq(ext2_create(im.fs, EXT2_ROOT_INO, "lost+found", 10, 0100644, 0, 0, &a),
			 -EEXIST);
	ck_assert_int_eq(ext2_sync(im.fs), 0);
	ck_assert_int_eq(ext2_unmount(im.fs), 0);
	ck_assert_int_eq(memcmp(before, im.data, im.size), 0);
	free(before);
	image_close(&im);
}
END_TEST

/* The disk says "in use" as soon as something was changed, and "clean" again at the end. */
START_TEST(test_clean_mark)
{
	const struct ext2_super_block *sb;
	struct ext2_attr a;
	struct image im;

	image_open(&im, 4096, options(0));
	sb = (const void *)(im.data + EXT2_SUPER_OFFSET);
	ck_assert_uint_eq(sb->s_state, EXT2_STATE_VALID);
	ck_assert_int_eq(ext2_create(im.fs, EXT2_ROOT_INO, "a", 1, 0100644, 0, 0, &a), 0);
	ck_assert_uint_eq(sb->s_state, 0);
	ck_assert_int_eq(ext2_unmount(im.fs), 0);
	ck_assert_uint_eq(sb->s_state, EXT2_STATE_VALID);
	ck_assert_int_eq(ext2_create(im.fs, EXT2_ROOT_INO, "b", 1, 0100644, 0, 0, &a), -EROFS);
	image_judge(&im);
	/* one that was not clean does not become so by our unmount */
	((struct ext2_super_block *)(void *)(im.data + EXT2_SUPER_OFFSET))->s_state = 0;
	ck_assert_int_eq(image_mount(&im, EXT2_CACHE_LEAST), 0);
	ck_assert_ptr_nonnull(strstr(im.line[0], "not unmounted cleanly"));
	ck_assert_int_eq(ext2_unlink(im.fs, EXT2_ROOT_INO, "a", 1, &a), 0);
	ck_assert_int_eq(ext2_delete(im.fs, a.ino), 0);
	ck_assert_int_eq(ext2_unmount(im.fs), 0);
	ck_assert_uint_eq(sb->s_state, 0);
	image_close(&im);
}
END_TEST

static const struct {
	const char *options, *line; /* what is said; NULL = nothing */
	int error;
	bool read_only;
} kinds[] = {
	{ "-t ext2 -r 0 -O none", NULL, 0, false },
	{ "-t ext2 -I 256 -O none,filetype", NULL, 0, false },
	{ "-t ext2 -b 1024 -O none,sparse_super", NULL, 0, false }, /* no file types in entries */
	{ "-t ext2 -O none,filetype,sparse_super,dir_index,resize_inode,ext_attr", NULL, 0, false },
	{ "-t ext3 -O none,filetype,has_journal", NULL, 0, false },
	{ "-t ext4 -O none,filetype,extents", "unknown features (incompat 40)", -EINVAL, false },
	{ "-t ext4", "unknown features (incompat", -EINVAL, false },
	{ "-t ext2 -O none,filetype,huge_file", "ro_compat 8): mounted read-only", 0, true },
};

START_TEST(test_kinds)
{
	struct ext2_attr a;
	struct image im;

	image_make(&im, 8192, kinds[_i].options);
	ck_assert_int_eq(image_mount(&im, 16), kinds[_i].error);
	if (kinds[_i].line) {
		ck_assert_uint_eq(im.lines, 1);
		ck_assert_msg(strstr(im.line[0], kinds[_i].line), "said: %s", im.line[0]);
	}
	if (!kinds[_i].error) {
		ck_assert(ext2_is_read_only(im.fs) == kinds[_i].read_only);
		im.lines = 0;
		ck_assert_int_eq(ext2_create(im.fs, EXT2_ROOT_INO, "x", 1, 0040755, 7, 70000, &a),
				 kinds[_i].read_only ? -EROFS : 0);
		ck_assert_int_eq(ext2_unmount(im.fs), 0);
		image_judge(&im);
	}
	image_close(&im);
}
END_TEST

static void damage_super(struct ext2_super_block *sb, int what)
{
	switch (what) {
	case 0: sb->s_magic = 0; break;
	case 1: sb->s_blocks_per_group = 0; break;
	case 2: sb->s_inodes_per_group = 0; break;
	case 3: sb->s_blocks_count *= 2; break;
	case 4: sb->s_log_block_size = 20; break;
	case 5: sb->s_first_data_block = 77; break;
	case 6: sb->s_inode_size = 0; break;
	case 7: sb->s_inode_size = 100; break;
	case 8: sb->s_inodes_count = 0xffffffff; break;
	case 9: sb->s_blocks_count = 0; break;
	case 10: sb->s_rev_level = 9; break;
	case 11: sb->s_first_ino = 0; break;
	case 12: sb->s_blocks_per_group = 0xffffffff; break;
	case 13: sb->s_inodes_per_group = 0xffffffff; break;
	case 14: sb->s_blocks_count = 0xffffffff; break;
	}
}

START_TEST(test_bad_super)
{
	struct image im;
	int error;

	image_make(&im, 4096, options(0));
	damage_super((void *)(im.data + EXT2_SUPER_OFFSET), _i);
	error = image_mount(&im, 16);
	ck_assert(error == -EINVAL || error == -EUCLEAN);
	ck_assert_uint_eq(im.lines, 1);
	image_close(&im);
}
END_TEST

START_TEST(test_too_short)
{
	struct image im;

	image_make(&im, 4096, options(0));
	im.disk.nsectors = 4;
	ck_assert_int_eq(image_mount(&im, 16), -EINVAL);
	im.disk.nsectors = 1000; /* the partition is shorter than the file system says */
	ck_assert_int_eq(image_mount(&im, 16), -EUCLEAN);
	im.disk.nsectors = (uint32_t)(im.size / 512);
	ck_assert_int_eq(image_mount(&im, 1), -EINVAL);
	im.fail_after = 1;
	ck_assert_int_eq(image_mount(&im, 16), -EIO);
	image_close(&im);
}
END_TEST

/* --- reading what others wrote --------------------------------------------------------------- */

START_TEST(test_read_debugfs)
{
	unsigned char buf[70000], want[70000];
	char text[300];
	struct ext2_attr a;
	struct image im;
	uint32_t dir;
	unsigned i;
	FILE *f;

	for (i = 0; i < sizeof(want); i++)
		want[i] = (unsigned char)(i * 31 + i / 1024);
	image_make(&im, 8192, options(_i));
	{
		char name[80];

		snprintf(name, sizeof(name), "%s.data", im.path);
		f = fopen(name, "w");
		fwrite(want, 1, sizeof(want), f);
		fclose(f);
	}
	memset(text, 'x', sizeof(text));
	text[200] = '\0';
	ck_assert_int_eq(shell("printf 'mkdir d\\ncd d\\nwrite %s.data file\\nsymlink fast /a/b\\n"
			       "symlink slow %s\\n' | debugfs -w -f - %s >/dev/null 2>&1",
			       im.path, text, im.path),
			 0);
	shell("rm -f %s.data", im.path);
	image_load(&im);
	ck_assert_int_eq(image_mount(&im, EXT2_CACHE_LEAST), 0);
	dir = image_lookup(&im, EXT2_ROOT_INO, "d");
	ck_assert_int_eq(ext2_lookup(im.fs, dir, "file", 4, &a), 0);
	ck_assert_uint_eq(a.size, sizeof(want));
	image_read_file(&im, a.ino, 0, buf, sizeof(buf));
	ck_assert_int_eq(memcmp(buf, want, sizeof(buf)), 0);
	ck_assert_int_eq(ext2_readlink(im.fs, image_lookup(&im, dir, "fast"), (char *)buf, 100), 4);
	ck_assert_int_eq(memcmp(buf, "/a/b", 4), 0);
	ck_assert_int_eq(ext2_readlink(im.fs, image_lookup(&im, dir, "slow"), (char *)buf, 300), 200);
	ck_assert_int_eq(memcmp(buf, text, 200), 0);
	ck_assert_int_eq(ext2_readlink(im.fs, image_lookup(&im, dir, "slow"), (char *)buf, 10), 10);
	ck_assert_int_eq(ext2_readlink(im.fs, a.ino, (char *)buf, 10), -EINVAL);
	ck_assert_int_eq(ext2_name_of(im.fs, dir, a.ino, (char *)buf), 4);
	ck_assert_int_eq(memcmp(buf, "file", 4), 0);
	/* and all that can go goes */
	for (i = 0; i < 3; i++) {
		static const char *const names[] = { "file", "fast", "slow" };

		ck_assert_int_eq(ext2_unlink(im.fs, dir, names[i], 4, &a), 0);
		ck_assert_int_eq(ext2_delete(im.fs, a.ino), 0);
	}
	ck_assert_int_eq(ext2_rmdir(im.fs, EXT2_ROOT_INO, "d", 1, &a), 0);
	ck_assert_int_eq(ext2_delete(im.fs, a.ino), 0);
	image_end(&im);
}
END_TEST

/* --- single operations ----------------------------------------------------------------------- */

static uint32_t make(struct image *im, uint32_t dir, const char *name, uint32_t mode)
{
	struct ext2_attr a;

	ck_assert_int_eq(ext2_create(im->fs, dir, name, (unsigned)strlen(name), mode, 0, 0, &a), 0);
	return a.ino;
}

static int unlink_name(struct image *im, uint32_t dir, const char *name)
{
	struct ext2_attr a;
	int error = ext2_unlink(im->fs, dir, name, (unsigned)strlen(name), &a);

	return error || a.nlink ? error : ext2_delete(im->fs, a.ino);
}

static int rename_name(struct image *im, uint32_t from, const char *old, uint32_t to,
		       const char *new)
{
	struct ext2_attr v;
	int error = ext2_rename(im->fs, from, old, (unsigned)strlen(old), to, new,
				(unsigned)strlen(new), &v);

	return error || !v.ino || v.nlink ? error : ext2_delete(im->fs, v.ino);
}

START_TEST(test_names)
{
	char longest[256], too_long[257];
	struct ext2_attr a;
	struct image im;
	uint32_t d, f;

	memset(longest, 'n', 255);
	longest[255] = '\0';
	memset(too_long, 'n', 256);
	too_long[256] = '\0';
	image_open(&im, 4096, options(_i));
	d = make(&im, EXT2_ROOT_INO, "d", 0040755);
	f = make(&im, d, longest, 0100600);
	ck_assert_uint_eq(image_lookup(&im, d, longest), f);
	ck_assert_int_eq(ext2_create(im.fs, d, too_long, 256, 0100600, 0, 0, &a), -ENAMETOOLONG);
	ck_assert_int_eq(ext2_lookup(im.fs, d, "", 0, &a), -ENOENT);
	ck_assert_int_eq(ext2_lookup(im.fs, f, "x", 1, &a), -ENOTDIR);
	ck_assert_int_eq(ext2_link(im.fs, d, EXT2_ROOT_INO, "e", 1), -EPERM);
	ck_assert_int_eq(ext2_link(im.fs, f, EXT2_ROOT_INO, "e", 1), 0);
	ck_assert_int_eq(ext2_link(im.fs, f, EXT2_ROOT_INO, "e", 1), -EEXIST);
	ck_assert_int_eq(ext2_getattr(im.fs, f, &a), 0);
	ck_assert_uint_eq(a.nlink, 2);
	ck_assert_int_eq(ext2_delete(im.fs, f), -EBUSY);
	ck_assert_int_eq(ext2_unlink(im.fs, EXT2_ROOT_INO, "d", 1, &a), -EISDIR);
	ck_assert_int_eq(ext2_rmdir(im.fs, EXT2_ROOT_INO, "e", 1, &a), -ENOTDIR);
	ck_assert_int_eq(ext2_rmdir(im.fs, EXT2_ROOT_INO, "d", 1, &a), -ENOTEMPTY);
	ck_assert_int_eq(ext2_rmdir(im.fs, d, ".", 1, &a), -EINVAL);
	ck_assert_int_eq(ext2_rmdir(im.fs, d, "..", 2, &a), -ENOTEMPTY);
	ck_assert_int_eq(unlink_name(&im, d, longest), 0);
	ck_assert_int_eq(ext2_getattr(im.fs, f, &a), 0);
	ck_assert_uint_eq(a.nlink, 1);
	ck_assert_int_eq(ext2_rmdir(im.fs, EXT2_ROOT_INO, "d", 1, &a), 0);
	ck_assert_uint_eq(a.nlink, 0);
	/* removed, not yet freed: somebody stands in it */
	ck_assert_int_eq(ext2_create(im.fs, d, "x", 1, 0100600, 0, 0, &a), -ENOENT);
	ck_assert_int_eq(ext2_lookup(im.fs, d, "..", 2, &a), -ENOENT);
	ck_assert_int_eq(ext2_delete(im.fs, d), 0);
	ck_assert_int_eq(ext2_getattr(im.fs, d, &a), -ESTALE);
	image_end(&im);
}
END_TEST

START_TEST(test_rename)
{
	struct ext2_attr a;
	struct image im;
	uint32_t d, e, sub, f, g;

	image_open(&im, 4096, options(_i));
	d = make(&im, EXT2_ROOT_INO, "d", 0040755);
	e = make(&im, EXT2_ROOT_INO, "e", 0040755);
	sub = make(&im, d, "sub", 0040755);
	f = make(&im, d, "f", 0100644);
	g = make(&im, e, "g", 0100644);
	ck_assert_int_eq(rename_name(&im, d, "nosuch", e, "x"), -ENOENT);
	ck_assert_int_eq(rename_name(&im, d, "f", d, "f2"), 0);
	ck_assert_int_eq(rename_name(&im, d, "f2", e, "g"), 0); /* over a file: g is gone */
	ck_assert_uint_eq(image_lookup(&im, e, "g"), f);
	ck_assert_int_eq(ext2_getattr(im.fs, g, &a), -ESTALE);
	ck_assert_int_eq(rename_name(&im, e, "g", EXT2_ROOT_INO, "d"), -EISDIR);
	ck_assert_int_eq(rename_name(&im, EXT2_ROOT_INO, "d", e, "g"), -ENOTDIR);
	ck_assert_int_eq(rename_name(&im, EXT2_ROOT_INO, "d", EXT2_ROOT_INO, "e"), -ENOTEMPTY);
	ck_assert_int_eq(rename_name(&im, EXT2_ROOT_INO, "d", sub, "x"), -EINVAL);
	ck_assert_int_eq(rename_name(&im, EXT2_ROOT_INO, "d", d, "x"), -EINVAL);
	ck_assert_int_eq(rename_name(&im, EXT2_ROOT_INO, "d", EXT2_ROOT_INO, "d"), 0);
	ck_assert_int_eq(rename_name(&im, EXT2_ROOT_INO, "d", d, ".."), -EBUSY);
	ck_assert_int_eq(rename_name(&im, EXT2_ROOT_INO, "d", f, "x"), -ENOTDIR);
	/* a directory to another: ".." and the links follow */
	ck_assert_int_eq(rename_name(&im, d, "sub", e, "sub2"), 0);
	ck_assert_int_eq(ext2_lookup(im.fs, sub, "..", 2, &a), 0);
	ck_assert_uint_eq(a.ino, e);
	ck_assert_uint_eq(a.nlink, 3);
	ck_assert_int_eq(ext2_getattr(im.fs, d, &a), 0);
	ck_assert_uint_eq(a.nlink, 2);
	/* over an empty directory, in the same and in another one */
	make(&im, e, "empty", 0040755);
	ck_assert_int_eq(rename_name(&im, e, "sub2", e, "empty"), 0);
	make(&im, d, "empty", 0040755);
	ck_assert_int_eq(rename_name(&im, e, "empty", d, "empty"), 0);
	ck_assert_uint_eq(image_lookup(&im, d, "empty"), sub);
	/* two names of one file: nothing happens */
	ck_assert_int_eq(ext2_link(im.fs, f, d, "other", 5), 0);
	ck_assert_int_eq(rename_name(&im, d, "other", e, "g"), 0);
	ck_assert_uint_eq(image_lookup(&im, d, "other"), f);
	image_end(&im);
}
END_TEST

/* Holes and indirect blocks of every depth; each truncation gives back what it should. */
START_TEST(test_depths)
{
	static const uint64_t at[] = { 0, 11, 12, 13, 267, 268, 269, 65803, 65804, 65805, 1000000 };
	unsigned char byte = 0xda, got;
	struct ext2_statfs before, after;
	struct ext2_attr a;
	struct image im;
	uint32_t f, sectors;
	unsigned i;
	int error;

	image_open(&im, 8192, options(0));
	f = make(&im, EXT2_ROOT_INO, "deep", 0100644);
	ext2_statfs(im.fs, &before);
	for (i = 0; i < ARRAY_SIZE(at); i++)
		ck_assert_uint_eq(image_write_file(&im, f, at[i] * 1024 + 5, &byte, 1, &error), 1);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		image_read_file(&im, f, at[i] * 1024 + 5, &got, 1);
		ck_assert_uint_eq(got, byte);
		image_read_file(&im, f, at[i] * 1024 + 6, &got, 1);
		ck_assert_uint_eq(got, 0);
	}
	image_read_file(&im, f, 70000 * 1024, &got, 1);
	ck_assert_uint_eq(got, 0);
	for (i = ARRAY_SIZE(at); i-- > 0;) {
		ck_assert_int_eq(ext2_truncate(im.fs, f, at[i] * 1024 + 6, &sectors), 0);
		image_read_file(&im, f, at[i] * 1024 + 5, &got, 1);
		ck_assert_uint_eq(got, byte);
		ck_assert_int_eq(ext2_truncate(im.fs, f, at[i] * 1024, &sectors), 0);
	}
	ck_assert_uint_eq(sectors, 0);
	ext2_statfs(im.fs, &after);
	ck_assert_uint_eq(after.free_blocks, before.free_blocks);
	ck_assert_int_eq(ext2_getattr(im.fs, f, &a), 0);
	ck_assert_uint_eq(a.size, 0);
	image_end(&im);
}
END_TEST

START_TEST(test_large)
{
	unsigned char byte = 1;
	struct ext2_attr a;
	struct ext2_extent e;
	struct image im;
	uint32_t f;
	int error;

	image_open(&im, 8192, "-t ext2 -I 128 -b 4096 -O none,filetype");
	f = make(&im, EXT2_ROOT_INO, "large", 0100644);
	/* 2 GB needs the feature bit, which is set then; 4 KB blocks: triple indirect from 4 GB on */
	ck_assert_uint_eq(image_write_file(&im, f, 5ull << 30, &byte, 1, &error), 1);
	ck_assert_int_eq(ext2_getattr(im.fs, f, &a), 0);
	ck_assert_uint_eq(a.size, (5ull << 30) + 1);
	ck_assert_uint_eq(a.sectors, 4 * 8);
	ck_assert_int_eq(ext2_map(im.fs, f, 0xffffffff, 1, true, &e, NULL), -EFBIG);
	ck_assert_int_eq(ext2_truncate(im.fs, f, ~0ull, NULL), -EFBIG);
	image_end(&im);
}
END_TEST

/* Full: every operation that needs room fails whole, and what was there is there. */
START_TEST(test_full)
{
	unsigned char block[4096];
	struct ext2_statfs s;
	struct ext2_attr a;
	struct image im;
	uint32_t f, d;
	char name[40], text[100];
	unsigned n;
	int error = 0;

	memset(block, 0x77, sizeof(block));
	memset(text, 't', sizeof(text));
	image_open(&im, 512, options(_i));
	d = make(&im, EXT2_ROOT_INO, "d", 0040755);
	f = make(&im, EXT2_ROOT_INO, "f", 0100644);
	for (n = 0; !error; n++)
		image_write_file(&im, f, n * 4096ull, block, sizeof(block), &error);
	ck_assert_int_eq(error, -ENOSPC);
	/* the last few blocks may be missing tables' places */
	for (n = 0; n < 100 && !(error = ext2_map(im.fs, f, n, 1, true, &(struct ext2_extent){ 0, 0 }, NULL)); n++)
		;
	ext2_statfs(im.fs, &s);
	ck_assert_uint_le(s.free_blocks, 3);
	while (s.free_blocks--) { /* use up the rest */
		snprintf(name, sizeof(name), "g%u", s.free_blocks);
		image_write_file(&im, make(&im, EXT2_ROOT_INO, name, 0100644), 0, block, 1, &error);
	}
	ck_assert_int_eq(ext2_create(im.fs, EXT2_ROOT_INO, "dir", 3, 0040755, 0, 0, &a), -ENOSPC);
	ck_assert_int_eq(ext2_symlink(im.fs, EXT2_ROOT_INO, "l", 1, text, sizeof(text), &a), -ENOSPC);
	/* names fill the directory's one block; then there is no second one */
	for (n = 0; n < 2000; n++) {
		snprintf(name, sizeof(name), "name-%030u", n);
		error = ext2_link(im.fs, f, d, name, (unsigned)strlen(name));
		if (error)
			break;
	}
	ck_assert_int_eq(error, -ENOSPC);
	ck_assert_int_eq(ext2_create(im.fs, d, "a-name-of-some-length-that-fits-no-more", 39, 0100644,
				     0, 0, &a), -ENOSPC);
	ck_assert_int_eq(rename_name(&im, EXT2_ROOT_INO, "f", d,
				     "another-name-of-some-length-without-room"), -ENOSPC);
	ck_assert_uint_eq(image_lookup(&im, EXT2_ROOT_INO, "f"), f);
	image_end(&im);
}
END_TEST

START_TEST(test_no_inodes)
{
	struct ext2_attr a;
	struct image im;
	char name[20];
	unsigned n;
	int error = 0;

	image_open(&im, 2048, "-t ext2 -b 1024 -I 128 -N 32 -O none,filetype");
	for (n = 0; n < 100 && !error; n++) {
		snprintf(name, sizeof(name), "f%u", n);
		error = ext2_create(im.fs, EXT2_ROOT_INO, name, (unsigned)strlen(name), 0100644, 0, 0,
				    &a);
	}
	ck_assert_int_eq(error, -ENOSPC);
	ck_assert_uint_ge(n, 10);
	ck_assert_int_eq(unlink_name(&im, EXT2_ROOT_INO, "f0"), 0);
	make(&im, EXT2_ROOT_INO, "again", 0100644);
	image_end(&im);
}
END_TEST

/* A directory of many blocks, listed in small pieces while names come and go. */
START_TEST(test_readdir)
{
	uint64_t buf[64], pos = 0;
	unsigned seen = 0, n, used_calls = 0;
	struct image im;
	char name[40];
	uint32_t d;
	int used;

	image_open(&im, 4096, options(_i));
	d = make(&im, EXT2_ROOT_INO, "d", 0040755);
	for (n = 0; n < 300; n++) {
		snprintf(name, sizeof(name), "entry-%u", n);
		make(&im, d, name, n % 3 ? 0100644 : 0010644);
	}
	while ((used = ext2_readdir(im.fs, d, pos, buf, sizeof(buf))) > 0) {
		int at = 0;

		while (at < used) {
			const struct ext2_entry *e = (const void *)((char *)buf + at);

			ck_assert_uint_gt(e->next, pos);
			pos = e->next;
			seen++;
			ck_assert_uint_ne(e->type, EXT2_FT_UNKNOWN);
			at += (int)ALIGN_UP(sizeof(*e) + e->name_len, 8u);
		}
		used_calls++;
	}
	ck_assert_int_eq(used, 0);
	ck_assert_uint_eq(seen, 302);
	ck_assert_uint_gt(used_calls, 10);
	ck_assert_int_eq(ext2_readdir(im.fs, d, ~0ull, buf, sizeof(buf)), 0);
	ck_assert_int_eq(ext2_readdir(im.fs, d, 5, buf, sizeof(buf)) > 0, 1); /* inside an entry */
	for (n = 0; n < 300; n += 2) {
		snprintf(name, sizeof(name), "entry-%u", n);
		ck_assert_int_eq(unlink_name(&im, d, name), 0);
	}
	image_end(&im);
}
END_TEST

/* What debugfs reads from our image is what we wrote. */
START_TEST(test_debugfs_reads)
{
	unsigned char want[50000];
	struct image im;
	uint32_t d, f;
	unsigned i;
	int error;
	char name[80];
	FILE *out;

	for (i = 0; i < sizeof(want); i++)
		want[i] = (unsigned char)(i * 13 + i / 777);
	image_open(&im, 8192, options(_i));
	d = make(&im, EXT2_ROOT_INO, "some", 0040755);
	f = make(&im, d, "file", 0100640);
	ck_assert_uint_eq(image_write_file(&im, f, 0, want, sizeof(want), &error), sizeof(want));
	ck_assert_int_eq(ext2_unmount(im.fs), 0);
	image_judge(&im);
	snprintf(name, sizeof(name), "%s.want", im.path);
	out = fopen(name, "w");
	fwrite(want, 1, sizeof(want), out);
	fclose(out);
	ck_assert_int_eq(shell("debugfs -R 'cat /some/file' %s 2>/dev/null | cmp -s - %s", im.path, name),
			 0);
	unlink(name);
	image_close(&im);
}
END_TEST

/* The disk fails at the n-th transfer: an error, never a crash, and no buffer stays in use. */
START_TEST(test_disk_fails)
{
	unsigned char data[3000] = { 1 };
	struct ext2_attr a;
	struct image im;
	unsigned n, failures = 0;
	int error;

	for (n = 1; n < 60; n++) {
		image_make(&im, 1024, options(0));
		if (image_mount(&im, EXT2_CACHE_LEAST)) {
			ck_abort_msg("cannot mount");
		}
		im.fail_after = n;
		error = ext2_create(im.fs, EXT2_ROOT_INO, "f", 1, 0100644, 0, 0, &a);
		if (!error)
			image_write_file(&im, a.ino, 20000, data, sizeof(data), &error);
		if (!error)
			error = ext2_create(im.fs, EXT2_ROOT_INO, "d", 1, 0040755, 0, 0, &a);
		if (!error)
			error = rename_name(&im, EXT2_ROOT_INO, "f", a.ino, "g");
		if (!error)
			error = unlink_name(&im, a.ino, "g");
		if (!error)
			error = ext2_sync(im.fs);
		failures += error == -EIO;
		ck_assert(error == 0 || error == -EIO);
		ck_assert_uint_eq(ext2_pinned(im.fs), 0);
		image_close(&im);
	}
	ck_assert_uint_gt(failures, 5);
	ck_assert_uint_lt(failures, 59);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ext2");
	TCase *tc = tcase_create("ext2");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, test_mount, 0, 3);
	tcase_add_test(tc, test_read_changes_nothing);
	tcase_add_test(tc, test_clean_mark);
	tcase_add_loop_test(tc, test_kinds, 0, (int)ARRAY_SIZE(kinds));
	tcase_add_loop_test(tc, test_bad_super, 0, 15);
	tcase_add_test(tc, test_too_short);
	tcase_add_loop_test(tc, test_read_debugfs, 0, 3);
	tcase_add_loop_test(tc, test_names, 0, 3);
	tcase_add_loop_test(tc, test_rename, 0, 3);
	tcase_add_test(tc, test_depths);
	tcase_add_test(tc, test_large);
	tcase_add_loop_test(tc, test_full, 0, 3);
	tcase_add_test(tc, test_no_inodes);
	tcase_add_loop_test(tc, test_readdir, 0, 3);
	tcase_add_loop_test(tc, test_debugfs_reads, 0, 3);
	tcase_add_test(tc, test_disk_fails);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
