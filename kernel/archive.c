/*
 * kernel/archive.c - reads POSIX ustar archives: headers, index, page contents. Contracts in the
 * header; the root's files as the system sees them are in kernel/archive_files.c.
 *
 * A header is one 512-byte block; the contents follow, padded to whole blocks; two zero blocks end
 * the archive (one is enough for us). Numbers are octal text.
 */
#include "kernel/archive.h"

#include "kernel/errno.h"
#include "kernel/string.h"
#include "kernel/archive_files.h"
#include "mm/slab.h"

#define BLOCK 512u
#define SECTORS_PER_PAGE (PAGE_SIZE / BLOCK)

/* Offsets in a header. */
enum {
	AT_NAME = 0, NAME_LEN = 100,
	AT_SIZE = 124, SIZE_LEN = 12,
	AT_CHECKSUM = 148, CHECKSUM_LEN = 8,
	AT_TYPE = 156,
	AT_MAGIC = 257,
	AT_PREFIX = 345, PREFIX_LEN = 155,
};

/* Octal digits, ended by a blank, a NUL or the field's end. False = something else, or 4 GB. */
static bool parse_octal(const unsigned char *field, size_t len, uint32_t *value)
{
	uint32_t v = 0;
	size_t i = 0;

	while (i < len && field[i] == ' ')
		i++;
	if (i == len || field[i] < '0' || field[i] > '7')
		return false;
	for (; i < len && field[i] >= '0' && field[i] <= '7'; i++) {
		if (v >> 29)
			return false;
		v = v << 3 | (uint32_t)(field[i] - '0');
	}
	if (i < len && field[i] != ' ' && field[i] != '\0')
		return false;
	*value = v;
	return true;
}

static uint32_t header_checksum(const unsigned char *h)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < BLOCK; i++)
		sum += i >= AT_CHECKSUM && i < AT_CHECKSUM + CHECKSUM_LEN ? ' ' : h[i];
	return sum;
}

static bool all_zero(const unsigned char *h)
{
	size_t i;

	for (i = 0; i < BLOCK; i++)
		if (h[i])
			return false;
	return true;
}

/* Skip what does not change where a path leads: slashes, and "." as a part. */
static const char *skip_dots(const char *path)
{
	for (;;) {
		if (path[0] == '/')
			path++;
		else if (path[0] == '.' && (path[1] == '/' || path[1] == '\0'))
			path++;
		else
			return path;
	}
}

static void header_path(const unsigned char *h, char *path)
{
	char whole[ARCHIVE_PATH_MAX];
	size_t n = strnlen((const char *)h + AT_PREFIX, PREFIX_LEN), m;

	memcpy(whole, h + AT_PREFIX, n);
	if (n)
		whole[n++] = '/';
	m = strnlen((const char *)h + AT_NAME, NAME_LEN);
	memcpy(whole + n, h + AT_NAME, m);
	n += m;
	while (n && whole[n - 1] == '/')
		n--;
	whole[n] = '\0';
	str_copy(path, skip_dots(whole), ARCHIVE_PATH_MAX);
}

int archive_header(const void *block, struct archive_file *out, const char **why)
{
	const unsigned char *h = block;
	uint32_t checksum;

	memset(out, 0, sizeof(*out));
	if (all_zero(h))
		return 0;
	*why = "no ustar magic";
	if (memcmp(h + AT_MAGIC, "ustar", 5) != 0)
		return -EINVAL;
	*why = "wrong checksum";
	if (!parse_octal(h + AT_CHECKSUM, CHECKSUM_LEN, &checksum) ||
	    checksum != header_checksum(h))
		return -EINVAL;
	*why = "unreadable size";
	if (!parse_octal(h + AT_SIZE, SIZE_LEN, &out->size))
		return -EINVAL;
	header_path(h, out->path);
	switch (h[AT_TYPE]) {
	case '0':
	case '\0':
		return 1;
	case '5':
		out->directory = true;
		out->size = 0;
		return 1;
	case '1': /* links carry a size in some archives, but no contents */
	case '2':
		out->size = 0;
		return 2;
	}
	return 2;
}

static int complain(struct archive *a, uint32_t sector, const char *why)
{
	a->complaint = why;
	a->complaint_sector = sector;
	return -EINVAL;
}

static int add_file(struct archive *a, struct archive_file ***tail, const struct archive_file *f,
		    uint32_t sector)
{
	struct archive_file *file;

	if (a->nfiles >= ARCHIVE_MAX_FILES)
		return -ENOSPC;
	file = kmalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return -ENOMEM;
	*file = *f;
	file->sector = sector;
	file->next = NULL;
	address_space_init(&file->mapping, file->path, &archive_aops, file);
	**tail = file;
	*tail = &file->next;
	a->nfiles++;
	return 0;
}

int archive_index(struct archive *a, void *buf)
{
	struct archive_file **tail = &a->files;
	uint32_t sector = 0;

	a->files = NULL;
	a->nfiles = 0;
	a->complaint = NULL;
	while (sector < a->nsectors) {
		struct archive_file f;
		uint32_t blocks;
		int kind;

		if (a->read(a->dev, sector, 1, buf))
			return -EIO;
		kind = archive_header(buf, &f, &a->complaint);
		if (kind == 0) {
			a->complaint = NULL;
			return 0;
		}
		if (kind < 0)
			return complain(a, sector, a->complaint);
		a->complaint = NULL;
		blocks = f.size / BLOCK + (f.size % BLOCK != 0);
		if (blocks > a->nsectors - sector - 1)
			return complain(a, sector, "a file longer than the device");
		if (kind == 1 && f.path[0]) {
			int error = add_file(a, &tail, &f, sector + 1);

			if (error == -ENOSPC)
				return complain(a, sector, "too many files");
			if (error)
				return error;
		}
		sector += 1 + blocks;
	}
	return complain(a, a->nsectors, "no end of archive");
}

void archive_release(struct archive *a)
{
	struct archive_file *f = a->files, *next;

	for (; f; f = next) {
		next = f->next;
		kfree(f);
	}
	a->files = NULL;
	a->nfiles = 0;
}

/* Compare paths part by part, so that "a//b/./c" is "a/b/c". */
static bool same_path(const char *stored, const char *path)
{
	path = skip_dots(path);
	for (;;) {
		while (*path && *path != '/') {
			if (*stored++ != *path++)
				return false;
		}
		path = skip_dots(path);
		if (!*path)
			return !*stored;
		if (*stored++ != '/')
			return false;
	}
}

struct archive_file *archive_lookup(const struct archive *a, const char *path)
{
	struct archive_file *f;

	for (f = a->files; f; f = f->next)
		if (same_path(f->path, path))
			return f;
	return NULL;
}

int archive_fill_page(const struct archive *a, const struct archive_file *f, unsigned long index,
		      void *page)
{
	uint32_t start, len, sectors;

	if (index >= (f->size + PAGE_SIZE - 1) / PAGE_SIZE)
		return -EINVAL;
	start = (uint32_t)index * (uint32_t)PAGE_SIZE;
	len = min(f->size - start, (uint32_t)PAGE_SIZE);
	sectors = (len + BLOCK - 1) / BLOCK;
	if (a->read(a->dev, f->sector + (uint32_t)index * (uint32_t)SECTORS_PER_PAGE, sectors,
		    page))
		return -EIO;
	memset((char *)page + len, 0, PAGE_SIZE - len);
	return 0;
}
