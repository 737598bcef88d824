/*
 * tests/unit/ext2_image.h - file systems made by mke2fs, in memory, for tests of the ext2 core; and the
 * judgement of e2fsck and debugfs over what was made of them. Include unit.h first.
 */
#ifndef TESTS_UNIT_EXT2_IMAGE_H
#define TESTS_UNIT_EXT2_IMAGE_H

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "kernel/errno.h"
#include "kernel/servers/ext2.h"
#include "kernel/servers/ext2_format.h"

#define IMAGE_NOW   941414400u
#define IMAGE_LINES 64

struct image {
	struct ext2_disk disk;
	unsigned char *data;
	size_t size;
	char path[64];
	void *pages[EXT2_CACHE_PAGES];
	struct ext2_fs *fs;
	unsigned fail_after;   /* transfers until the disk fails; 0 = never */
	unsigned transfers;
	unsigned lines;	       /* complaints */
	char line[IMAGE_LINES][160];
};

/* --- the disk -------------------------------------------------------------------------------- */

static inline struct image *image_of(struct ext2_disk *disk)
{
	return (struct image *)((char *)disk - offsetof(struct image, disk));
}

static inline int image_move(struct image *im, uint32_t sector, uint32_t n, void *buf, bool write)
{
	unsigned char *at = im->data + (size_t)sector * 512;

	ck_assert_uint_le((size_t)sector + n, im->size / 512);
	if (im->fail_after && ++im->transfers >= im->fail_after)
		return -EIO;
	memcpy(write ? (void *)at : buf, write ? buf : (void *)at, (size_t)n * 512);
	return 0;
}

static inline int image_read(struct ext2_disk *disk, uint32_t sector, uint32_t n, void *buf)
{
	return image_move(image_of(disk), sector, n, buf, false);
}

static inline int image_write(struct ext2_disk *disk, uint32_t sector, uint32_t n, const void *buf)
{
	return image_move(image_of(disk), sector, n, (void *)(uintptr_t)buf, true);
}

static inline void image_complain(struct ext2_disk *disk, const char *line)
{
	struct image *im = image_of(disk);

	ck_assert_ptr_null(strchr(line, '\n'));
	if (im->lines < IMAGE_LINES)
		snprintf(im->line[im->lines], sizeof(im->line[0]), "%s", line);
	im->lines++;
}

static inline uint32_t image_time(struct ext2_disk *disk)
{
	(void)disk;
	return IMAGE_NOW;
}

/* --- making and judging ---------------------------------------------------------------------- */

static inline int shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static inline int shell(const char *fmt, ...)
{
	char command[1024] = "PATH=$PATH:/sbin:/usr/sbin; ";
	size_t n = strlen(command);
	va_list ap;
	int status;

	va_start(ap, fmt);
	vsnprintf(command + n, sizeof(command) - n, fmt, ap);
	va_end(ap);
	status = system(command);
	return status & 0x7f ? 255 : status >> 8 & 0xff;
}

static inline void image_load(struct image *im)
{
	FILE *f = fopen(im->path, "rb");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fseek(f, 0, SEEK_END), 0);
	free(im->data);
	im->size = (size_t)ftell(f);
	im->data = malloc(im->size);
	rewind(f);
	ck_assert_uint_eq(fread(im->data, 1, im->size, f), im->size);
	fclose(f);
	im->disk.nsectors = (uint32_t)(im->size / 512);
}

static inline void image_store(struct image *im)
{
	FILE *f = fopen(im->path, "wb");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(im->data, 1, im->size, f), im->size);
	fclose(f);
}

static inline void image_init(struct image *im)
{
	unsigned i;

	memset(im, 0, sizeof(*im));
	snprintf(im->path, sizeof(im->path), "/tmp/ext2-unit-%d.img", (int)getpid());
	im->disk = (struct ext2_disk){ 0, image_read, image_write, image_complain, image_time };
	for (i = 0; i < EXT2_CACHE_PAGES; i++)
		im->pages[i] = aligned_alloc(4096, 4096);
	im->fs = malloc(ext2_fs_size());
}

/* mke2fs @options over @kbytes. */
static inline void image_make(struct image *im, unsigned kbytes, const char *options)
{
	image_init(im);
	ck_assert_int_eq(shell("rm -f %s; truncate -s %uK %s && mke2fs -q -F %s %s >/dev/null 2>&1",
			       im->path, kbytes, im->path, options, im->path),
			 0);
	image_load(im);
}

#define PLAIN "-t ext2 -I 128 -m 0 -O none,filetype,sparse_super,large_file"

static inline int image_mount(struct image *im, unsigned npages)
{
	return ext2_mount(im->fs, &im->disk, im->pages, npages, false);
}

static inline void image_open(struct image *im, unsigned kbytes, const char *options)
{
	image_make(im, kbytes, options);
	ck_assert_int_eq(image_mount(im, EXT2_CACHE_LEAST), 0);
}

/* No line was written, e2fsck finds nothing, with the file system unmounted. */
static inline void image_judge(struct image *im)
{
	ck_assert_uint_eq(ext2_pinned(im->fs), 0);
	ck_assert_msg(!im->lines, "complaint: %s", im->line[0]);
	image_store(im);
	if (shell("e2fsck -fn %s > %s.out 2>&1", im->path, im->path) != 0) {
		shell("cat %s.out", im->path);
		ck_abort_msg("e2fsck found faults");
	}
}

static inline void image_close(struct image *im)
{
	unsigned i;

	unlink(im->path);
	shell("rm -f %s.out", im->path);
	for (i = 0; i < EXT2_CACHE_PAGES; i++)
		free(im->pages[i]);
	free(im->fs);
	free(im->data);
}

static inline void image_end(struct image *im)
{
	ck_assert_int_eq(ext2_unmount(im->fs), 0);
	image_judge(im);
	image_close(im);
}

/* --- files, as a client moves them ----------------------------------------------------------- */

static inline uint32_t image_lookup(struct image *im, uint32_t dir, const char *name)
{
	struct ext2_attr a;
	int error = ext2_lookup(im->fs, dir, name, (unsigned)strlen(name), &a);

	ck_assert_msg(!error, "lookup of %s: %d", name, error);
	return a.ino;
}

/* Bytes written before an error, which goes to *error. Whole pages are reserved, as the client does. */
static inline size_t image_write_file(struct image *im, uint32_t ino, uint64_t pos,
				      const unsigned char *buf, size_t n, int *error)
{
	uint32_t bs = ext2_block_size(im->fs);
	struct ext2_attr a;
	size_t done = 0;

	*error = ext2_getattr(im->fs, ino, &a);
	while (!*error && done < n) {
		uint64_t at = pos + done, offset = at % bs;
		size_t part = (size_t)(bs - offset) < n - done ? (size_t)(bs - offset) : n - done;
		struct ext2_extent e;

		*error = ext2_map(im->fs, ino, (uint32_t)(at / bs), 1, false, &e, NULL);
		if (!*error && !e.block) {
			*error = ext2_map(im->fs, ino, (uint32_t)(at / bs), 1, true, &e, NULL);
			if (!*error)
				memset(im->data + (size_t)e.block * bs, 0, bs);
		}
		if (*error)
			break;
		memcpy(im->data + (size_t)e.block * bs + offset, buf + done, part);
		done += part;
	}
	if (done && pos + done > a.size) {
		a.size = pos + done;
		a.mtime = IMAGE_NOW;
		ck_assert_int_eq(ext2_setattr(im->fs, &a), 0);
	}
	return done;
}

static inline void image_read_file(struct image *im, uint32_t ino, uint64_t pos, unsigned char *buf,
				   size_t n)
{
	uint32_t bs = ext2_block_size(im->fs);
	size_t done = 0;

	while (done < n) {
		uint64_t at = pos + done, offset = at % bs;
		size_t part = (size_t)(bs - offset) < n - done ? (size_t)(bs - offset) : n - done;
		struct ext2_extent e;

		ck_assert_int_eq(ext2_map(im->fs, ino, (uint32_t)(at / bs), 4, false, &e, NULL), 0);
		ck_assert_uint_ge(e.count, 1);
		if (e.block)
			memcpy(buf + done, im->data + (size_t)e.block * bs + offset, part);
		else
			memset(buf + done, 0, part);
		done += part;
	}
}

/* A new file or directory with these contents. */
static inline uint32_t image_create(struct image *im, uint32_t dir, const char *name, uint32_t mode,
				    const void *data, size_t n)
{
	struct ext2_attr a;
	int error;

	ck_assert_int_eq(ext2_create(im->fs, dir, name, (unsigned)strlen(name), mode, 0, 0, &a), 0);
	if (n)
		ck_assert_uint_eq(image_write_file(im, a.ino, 0, data, n, &error), n);
	return a.ino;
}

/* Make it a disk of the modelled machine, before host_boot(); the image is gone afterwards. */
static inline int image_to_disk(struct image *im)
{
	int disk = host_disk_add((uint32_t)(im->size / 512));

	memcpy(host_disk_data(disk), im->data, im->size);
	image_close(im);
	return disk;
}

#endif
