/*
 * kernel/archive.h - the root archive: files of a POSIX ustar archive on a block device, read only.
 *
 * The archive lies in a partition as it comes from tar. archive_mount() walks its headers once and
 * keeps an index; a file's bytes are contiguous, so reading is arithmetic and block reads.
 * Invariants: nothing in the archive is believed: checksums, magic, sizes and bounds are checked,
 * and the walk ends with one clear line at the first header that is wrong; files before it stay
 * usable.
 * Interface: archive_index_* work on any source of sectors (unit tests use memory); archive_mount
 * and archive_open on the mounted root.
 */
#ifndef KERNEL_ARCHIVE_H
#define KERNEL_ARCHIVE_H

#include "mm/file.h"

struct block_dev;

#define ARCHIVE_PATH_MAX  257 /* prefix 155, slash, name 100, terminator */
#define ARCHIVE_MAX_FILES 512

struct archive_file {
	char path[ARCHIVE_PATH_MAX]; /* without leading "./" or "/", without trailing "/" */
	bool directory;
	uint32_t sector; /* where the contents start */
	uint32_t size;	 /* bytes */
	struct address_space mapping;
	struct archive_file *next;
};

struct archive {
	/* Read @n sectors into @buf (page aligned, one page at most). 0 or -EIO. */
	int (*read)(void *dev, uint32_t sector, uint32_t n, void *buf);
	void *dev;
	uint32_t nsectors;	    /* length of the device */
	struct archive_file *files; /* in the archive's order */
	unsigned nfiles;
	const char *complaint; /* why the walk ended early; NULL = whole archive seen */
	uint32_t complaint_sector;
};

/* Walk the headers; @buf is one page of scratch. 0 = whole archive, -EINVAL = ended early
 * (complaint says why; what came before is indexed), -EIO, -ENOMEM. Context: may sleep. */
int archive_index(struct archive *a, void *buf);
/* Forget the index. */
void archive_release(struct archive *a);
/* The file or directory at @path; leading slashes and "." parts are skipped. NULL = none. */
struct archive_file *archive_lookup(const struct archive *a, const char *path);
/* Judge one 512-byte header alone. 1 = a file or directory (*out filled but for sector), 2 =
 * another kind to be skipped (*size valid), 0 = end of archive (zero block), -EINVAL (*why). For
 * fuzzing. */
int archive_header(const void *block, struct archive_file *out, const char **why);
/* Fill @page (a page) with page @index of the file, zeros after its end. 0 or -EIO; -EINVAL =
 * wholly beyond the end. Context: may sleep. */
int archive_fill_page(const struct archive *a, const struct archive_file *f, unsigned long index,
		      void *page);

/* Index the archive in @dev as the root. 0 or -errno, after one clear line. Boot, once. */
int archive_mount(const struct block_dev *dev);
/* Open a file of the root. -ENOENT, -EISDIR, -EROFS, -ENOMEM. Context: may sleep. */
int archive_open(const char *path, unsigned flags, struct file **out);
/* The nth file of the root, NULL after the last. */
const struct archive_file *archive_nth(unsigned n);
/* The archive file behind an open file, or NULL. */
struct archive_file *archive_file_of(const struct file *file);
/* Read from an open archive file into kernel memory; as file_read_kernel(). */
long archive_read_kernel(struct file *file, void *buf, size_t n, uint64_t pos);

#endif
