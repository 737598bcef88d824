/*
 * kernel/archive_files.c - the root: an archive in a partition, its files opened, read and mapped
 * through the page cache.
 *
 * Read only: a mapping may be private, or shared without write permission. The client allocates the
 * page-cache page before it asks the block server, so the server never waits for memory.
 */
#include "kernel/archive_files.h"

#include "kernel/archive.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/printk.h"
#include "kernel/servers/block.h"
#include "kernel/string.h"
#include "kernel/uaccess.h"
#include "mm/filemap.h"
#include "mm/mm.h"

static struct archive root;

static int read_device(void *dev, uint32_t sector, uint32_t n, void *buf)
{
	return block_read(dev, sector, n, virt_to_phys(buf)) ? -EIO : 0;
}

int archive_mount(const struct block_dev *dev)
{
	void *buf = get_free_pages(GFP_KERNEL, 0);
	int error;

	if (!buf)
		return -ENOMEM;
	root.read = read_device;
	root.dev = (void *)(uintptr_t)dev; /* read only: nothing casts it back to write */
	root.nsectors = dev->nsectors;
	error = archive_index(&root, buf);
	free_pages(buf, 0);
	if (root.complaint)
		printk("%s: archive damaged at sector %u: %s; %u files before it\n", dev->name,
		       root.complaint_sector, root.complaint, root.nfiles);
	else if (error)
		printk("%s: cannot read the archive: error %d\n", dev->name, error);
	return root.nfiles ? 0 : error ? error : -ENOENT;
}

const struct archive_file *archive_nth(unsigned n)
{
	const struct archive_file *f = root.files;

	while (f && n--)
		f = f->next;
	return f;
}

/* --- pages ----------------------------------------------------------------------------------- */

static int archive_readpage(struct file *file, struct page *page)
{
	const struct archive_file *f = page->mapping->host;
	int error = archive_fill_page(&root, f, page->index, page_address(page));

	(void)file;
	page_set(page, error ? PG_error : PG_uptodate);
	UnlockPage(page);
	return error;
}

const struct address_space_operations archive_aops = { .readpage = archive_readpage };

static struct page *archive_nopage(struct vm_area_struct *vma, unsigned long addr,
				   int write_access)
{
	struct archive_file *f = archive_file_of(vma->vm_file);
	unsigned long index = ((addr - vma->vm_start) >> PAGE_SHIFT) + vma->vm_pgoff;
	struct page *page;
	int error;

	(void)write_access; /* a private writer's copy is the VM's work */
	if (index >= ((unsigned long)f->size + PAGE_SIZE - 1) >> PAGE_SHIFT)
		return NULL;
	page = read_cache_page(&f->mapping, index, vma->vm_file, &error);
	if (!page)
		return error == -ENOMEM ? NOPAGE_OOM : NULL;
	return page;
}

static const struct vm_operations_struct archive_vm_ops = { .nopage = archive_nopage };

static int archive_mmap(struct file *file, struct vm_area_struct *vma)
{
	(void)file;
	if (vma->vm_flags & VM_SHARED) {
		if (vma->vm_flags & VM_WRITE)
			return -EACCES;
		vma->vm_flags &= ~(unsigned)VM_MAYWRITE;
	}
	vma->vm_ops = &archive_vm_ops;
	return 0;
}

/* --- reading --------------------------------------------------------------------------------- */

/* Where to copy to: kernel memory, or user memory when @kernel is NULL. */
struct destination {
	char *kernel;
	unsigned long user;
};

static int copy_out(const struct destination *d, size_t at, const void *src, size_t n)
{
	if (!d->kernel)
		return copy_to_user(d->user + at, src, n);
	memcpy(d->kernel + at, src, n);
	return 0;
}

static long read_pages(struct file *file, const struct destination *d, size_t count, uint64_t pos)
{
	struct archive_file *f = archive_file_of(file);
	size_t done = 0;

	if (pos >= f->size)
		return 0;
	count = min(count, (size_t)(f->size - (uint32_t)pos));
	while (done < count) {
		unsigned long at = (unsigned long)pos + done, offset = at & ~PAGE_MASK;
		size_t part = min(count - done, (size_t)(PAGE_SIZE - offset));
		struct page *page;
		int error = -EIO;

		page = read_cache_page(&f->mapping, at >> PAGE_SHIFT, file, &error);
		if (page) {
			error = copy_out(d, done, (char *)page_address(page) + offset, part);
			page_cache_release(page);
		}
		if (error)
			return done ? (long)done : error;
		done += part;
	}
	return (long)done;
}

static long archive_file_read(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	struct destination d = { .user = ubuf };
	long n = read_pages(file, &d, count, *pos);

	if (n > 0)
		*pos += (uint64_t)n;
	return n;
}

long archive_read_kernel(struct file *file, void *buf, size_t n, uint64_t pos)
{
	struct destination d = { .kernel = buf };

	return read_pages(file, &d, n, pos);
}

static int64_t archive_size(struct file *file)
{
	return archive_file_of(file)->size;
}

/* --- opening --------------------------------------------------------------------------------- */

static const struct file_operations archive_fops = {
	.read = archive_file_read,
	.mmap = archive_mmap,
	.size = archive_size,
};

struct archive_file *archive_file_of(const struct file *file)
{
	return file->f_op == &archive_fops ? file->private_data : NULL;
}

int archive_open(const char *path, unsigned flags, struct file **out)
{
	struct archive_file *f = archive_lookup(&root, path);
	bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);

	if (!f)
		return flags & O_CREAT ? -EROFS : -ENOENT;
	if (f->directory)
		return -EISDIR;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	if (writes)
		return -EROFS;
	*out = file_alloc(&archive_fops, f->path);
	if (!*out)
		return -ENOMEM;
	(*out)->private_data = f;
	(*out)->f_mapping = &f->mapping;
	return 0;
}
