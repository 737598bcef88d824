/*
 * kernel/devices.c - the device registry, the two simplest devices, and block devices as files.
 */
#include "kernel/devices.h"

#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/servers/block.h"
#include "kernel/spinlock.h"
#include "kernel/string.h"
#include "kernel/uaccess.h"

static struct spinlock devices_lock = SPINLOCK_INIT(LC_MISC, "devices");
/* protected by devices_lock; entries are never removed */
static struct device {
	const char *name;
	const struct file_operations *ops;
	void *priv;
} devices[MAX_DEVICES];
static unsigned nr_devices;

/* devices_lock held. */
static struct device *find_device(const char *name)
{
	unsigned i;

	for (i = 0; i < nr_devices; i++)
		if (!strcmp(devices[i].name, name))
			return &devices[i];
	return NULL;
}

int device_register(const char *name, const struct file_operations *ops, void *priv)
{
	int error = 0;

	if (!name[0] || strchr(name, '/'))
		return -EINVAL;
	spin_lock(&devices_lock);
	if (find_device(name))
		error = -EEXIST;
	else if (nr_devices == MAX_DEVICES)
		error = -ENOSPC;
	else
		devices[nr_devices++] = (struct device){ name, ops, priv };
	spin_unlock(&devices_lock);
	return error;
}

const char *device_nth(unsigned n)
{
	return n < nr_devices ? devices[n].name : NULL;
}

const char *device_name_of(const char *path)
{
	if (str_has_prefix(path, "/dev/"))
		path += 5;
	return path[0] && !strchr(path, '/') ? path : NULL;
}

/* --- block devices --------------------------------------------------------------------------- */

/* One piece of a transfer: at most a page, inside whole sectors of the bounce page. */
struct piece {
	uint32_t sector, nsectors;
	size_t offset, length; /* in the bounce page */
};

static struct piece next_piece(uint64_t pos, size_t count)
{
	struct piece p;

	p.sector = (uint32_t)(pos / SECTOR_SIZE);
	p.offset = (size_t)(pos % SECTOR_SIZE);
	p.length = min(count, (size_t)PAGE_SIZE - p.offset);
	p.nsectors = (uint32_t)((p.offset + p.length + SECTOR_SIZE - 1) / SECTOR_SIZE);
	return p;
}

static int64_t block_size(struct file *file)
{
	const struct block_dev *dev = file->private_data;

	return (int64_t)dev->nsectors * SECTOR_SIZE;
}

static int move_piece(const struct block_dev *dev, const struct piece *p, void *bounce, bool write,
		      unsigned long ubuf)
{
	paddr_t buffer = virt_to_phys(bounce);
	/* Sectors that are overwritten as a whole need not be read first. */
	bool whole = p->offset == 0 && p->length % SECTOR_SIZE == 0;
	int error = write && whole ? 0 : block_read(dev, p->sector, p->nsectors, buffer);

	if (error)
		return error;
	if (!write)
		return copy_to_user(ubuf, (char *)bounce + p->offset, p->length);
	error = copy_from_user((char *)bounce + p->offset, ubuf, p->length);
	return error ? error : block_write(dev, p->sector, p->nsectors, buffer);
}

static long block_transfer(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos,
			   bool write)
{
	const struct block_dev *dev = file->private_data;
	uint64_t size = (uint64_t)dev->nsectors * SECTOR_SIZE;
	size_t done = 0;
	void *bounce;
	int error = 0;

	if (*pos >= size)
		return write ? -ENOSPC : 0;
	count = (size_t)min((uint64_t)count, size - *pos);
	bounce = get_free_pages(GFP_KERNEL, 0);
	if (!bounce)
		return -ENOMEM;
	while (done < count && !error) {
		struct piece p = next_piece(*pos, count - done);

		error = move_piece(dev, &p, bounce, write, ubuf + done);
		if (!error) {
			done += p.length;
			*pos += p.length;
		}
	}
	free_pages(bounce, 0);
	return done ? (long)done : error;
}

static long block_file_read(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	return block_transfer(file, ubuf, count, pos, false);
}

static long block_file_write(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	return block_transfer(file, ubuf, count, pos, true);
}

static const struct file_operations block_fops = {
	.read = block_file_read,
	.write = block_file_write,
	.size = block_size,
};

static const struct file_operations no_fops;

/* --- opening --------------------------------------------------------------------------------- */

int device_open(const char *name, unsigned flags, struct file **out)
{
	const struct block_dev *bdev = NULL;
	struct device *d, found = { NULL, NULL, NULL };
	int error;

	spin_lock(&devices_lock);
	d = find_device(name);
	if (d)
		found = *d;
	spin_unlock(&devices_lock);
	if (!d) {
		bdev = block_find(name);
		if (!bdev)
			return -ENOENT;
		found = (struct device){ bdev->name, &block_fops, (void *)(uintptr_t)bdev };
	}
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	*out = file_alloc(found.ops, found.name);
	if (!*out)
		return -ENOMEM;
	(*out)->private_data = found.priv;
	error = found.ops->open ? found.ops->open(*out) : 0;
	if (error) {
		(*out)->f_op = &no_fops; /* what was not opened is not released */
		fput(*out);
	}
	return error;
}

/* --- null and zero --------------------------------------------------------------------------- */

static long null_read(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	(void)file, (void)ubuf, (void)count, (void)pos;
	return 0;
}

static long null_write(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	(void)file, (void)ubuf, (void)pos;
	return (long)count;
}

static long zero_read(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	(void)file, (void)pos;
	return clear_user(ubuf, count) ? -EFAULT : (long)count;
}

static const struct file_operations null_fops = { .read = null_read, .write = null_write };
static const struct file_operations zero_fops = { .read = zero_read, .write = null_write };

void devices_init(void)
{
	device_register("null", &null_fops, NULL);
	device_register("zero", &zero_fops, NULL);
}
