/*
 * kernel/dir_list.c - listing directories. See kernel/dir_list.h.
 *
 * Entries are gathered in a page of ours and then copied out, so that no user memory is touched
 * while anybody waits for us. The position of an entry that did not fit is where the next call
 * goes on.
 */
#include "kernel/dir_list.h"

#include "kernel/devices.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/inode.h"
#include "kernel/procfiles.h"
#include "kernel/servers/block.h"
#include "kernel/servers/ext2_format.h"
#include "kernel/string.h"
#include "kernel/uaccess.h"
#include "mm/slab.h"

int list_directory(struct file *file, uint64_t pos, void *buf, unsigned size)
{
	const struct inode *inode = file->private_data;
	struct ext2_request req = {
		.op = EXT2_OP_READDIR, .ino = inode->i_ino, .pos = pos, .buf = buf, .size = size,
	};

	return (int)ext2_call(&root_mount, &req);
}

/* --- directories that are not on the disk ------------------------------------------------------- */

/* The @n-th name, NULL after the last; sets *type. */
typedef const char *nth_name(uint64_t n, uint8_t *type);

static const char *nth_device(uint64_t n, uint8_t *type)
{
	const struct block_dev *dev;
	const char *name = NULL;
	unsigned i, chars = 0;

	while (device_nth(chars))
		chars++;
	*type = EXT2_FT_CHR;
	i = (unsigned)n;
	if (i < chars)
		return device_nth(i);
	*type = EXT2_FT_BLK;
	dev = block_nth(i - chars);
	if (dev)
		name = dev->name;
	return name;
}

static const char *nth_procfile(uint64_t n, uint8_t *type)
{
	*type = EXT2_FT_REG;
	return procfile_nth((unsigned)n);
}

/* Position n is "." for 0, ".." for 1, then the names. Inode numbers: the position, above the
 * file system's own first ones. */
static int list_names(struct file *file, uint64_t pos, uint8_t *buf, unsigned size, nth_name *nth)
{
	const struct inode *inode = file->private_data;
	unsigned used = 0;

	for (;; pos++) {
		uint8_t type = EXT2_FT_DIR;
		const char *name = pos == 0 ? "." : pos == 1 ? ".." : nth(pos - 2, &type);
		struct ext2_entry *e = (struct ext2_entry *)(void *)(buf + used);
		unsigned len, need;

		if (!name)
			break;
		len = (unsigned)strlen(name);
		need = (unsigned)ALIGN_UP(sizeof(*e) + len, 8u);
		if (need > size - used)
			break;
		e->ino = pos == 0 ? inode->i_ino : pos == 1 ? EXT2_ROOT_INO : 0x10000u + (uint32_t)pos;
		e->name_len = (uint16_t)len;
		e->type = type;
		e->next = pos + 1;
		memcpy(e->name, name, len);
		used += need;
	}
	return (int)used;
}

int list_devices(struct file *file, uint64_t pos, void *buf, unsigned size)
{
	return list_names(file, pos, buf, size, nth_device);
}

int list_procfiles(struct file *file, uint64_t pos, void *buf, unsigned size)
{
	return list_names(file, pos, buf, size, nth_procfile);
}

/* --- getdents ------------------------------------------------------------------------------------- */

/* struct linux_dirent: the type stands in the last byte of the record. */
struct user_dirent {
	uint32_t ino, off;
	uint16_t reclen;
};
#define DIRENT_HEAD 10u

/* struct linux_dirent64. */
struct user_dirent64 {
	uint32_t ino[2], off[2];
	uint16_t reclen;
	uint8_t type;
};
#define DIRENT64_HEAD 19u

static uint8_t user_type(uint8_t type)
{
	static const uint8_t types[] = {
		[EXT2_FT_REG] = 8,  [EXT2_FT_DIR] = 4,  [EXT2_FT_CHR] = 2,	 [EXT2_FT_BLK] = 6,
		[EXT2_FT_FIFO] = 1, [EXT2_FT_SOCK] = 12, [EXT2_FT_SYMLINK] = 10,
	};

	return type < ARRAY_SIZE(types) ? types[type] : 0;
}

/* The record in @out (288 bytes); its length. */
static unsigned make_record(const struct ext2_entry *e, bool wide, uint8_t *out)
{
	unsigned head = wide ? DIRENT64_HEAD : DIRENT_HEAD;
	unsigned len = (unsigned)ALIGN_UP(head + e->name_len + 1u + !wide, wide ? 8u : 4u);

	memset(out, 0, len);
	if (wide) {
		struct user_dirent64 d = {
			{ e->ino, 0 }, { (uint32_t)e->next, (uint32_t)(e->next >> 32) },
			(uint16_t)len, user_type(e->type),
		};

		memcpy(out, &d, DIRENT64_HEAD);
	} else {
		struct user_dirent d = { e->ino, (uint32_t)e->next, (uint16_t)len };

		memcpy(out, &d, DIRENT_HEAD);
		out[len - 1] = user_type(e->type);
	}
	memcpy(out + head, e->name, e->name_len);
	return len;
}

struct dents {
	unsigned long ubuf;
	size_t room, done;
	bool wide;
};

/* Copy records out until there is no room: 1 = full. */
static int copy_records(struct file *file, struct dents *d, const uint8_t *buf, unsigned used)
{
	unsigned at = 0;

	while (at < used) {
		const struct ext2_entry *e = (const struct ext2_entry *)(const void *)(buf + at);
		uint8_t record[288];
		unsigned len = make_record(e, d->wide, record);

		if (len > d->room - d->done)
			return d->done ? 1 : -EINVAL;
		if (copy_to_user(d->ubuf + d->done, record, len))
			return -EFAULT;
		d->done += len;
		file->f_pos = e->next;
		at += (unsigned)ALIGN_UP(sizeof(*e) + e->name_len, 8u);
	}
	return 0;
}

static long list_out(struct file *file, struct dents *d)
{
	uint8_t *buf = get_free_pages(GFP_KERNEL, 0);
	int used = 0, full = 0;

	if (!buf)
		return -ENOMEM;
	while (!full) {
		used = file->f_op->readdir(file, file->f_pos, buf, PAGE_SIZE);
		if (used <= 0)
			break;
		full = copy_records(file, d, buf, (unsigned)used);
	}
	free_pages(buf, 0);
	if (d->done)
		return (long)d->done;
	return used < 0 ? used : full < 0 ? full : 0;
}

long do_getdents(unsigned fd, unsigned long ubuf, size_t count, bool wide)
{
	struct dents d = { .ubuf = ubuf, .room = count, .wide = wide };
	struct file *file = fd_get(fd);
	long n;

	if (!file)
		return -EBADF;
	n = file->f_op->readdir ? list_out(file, &d) : -ENOTDIR;
	fput(file);
	return n;
}
