/*
 * mm/pad.c - the demonstration driver: mapped pages written home through swapout() under a lock L.
 *
 * Realises DESIGN section 6 ("the ingredients") and S2: process A's stealer calls swapout(), which
 * sleeps for L; process B holds L in its ioctl and allocates. See mm/pad.h for the interface.
 * Invariants
 *  1. L is the only lock of the driver. It is a semaphore: block I/O and allocation happen under it.
 *  2. User memory is copied before L is taken or after it was dropped, never under it: a copy may
 *     fault, and a fault may come to want L (nopage reads a page home).
 *  3. Under L the driver allocates with GFP_BUFFER: the allocator may wait and drop clean pages, but
 *     starts no I/O, and so never calls our own swapout() from under L. PAD_SNAPSHOT_KERNEL breaks
 *     this on purpose (scenario driver-recursion).
 */
#include "kernel/cmdline.h"
#include "kernel/devices.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/servers/block.h"
#include "kernel/string.h"
#include "kernel/sync.h"
#include "kernel/uaccess.h"
#include "mm/design/design.h"
#include "mm/filemap.h"
#include "mm/mm.h"
#include "mm/pad.h"
#include "mm/slab.h"

#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

volatile unsigned long pad_swapout_calls;

static void pad_lock(struct pad *pad)
{
	down(&pad->lock);
	milestone(MS_DRV_LOCK, pad->lock.info.label);
}

static void pad_unlock(struct pad *pad)
{
	up(&pad->lock);
	milestone(MS_DRV_UNLOCK, pad->lock.info.label);
}

/* --- pages home and back ------------------------------------------------------------------------ */

/* Write a page home. The caller's reference keeps it the same page; L orders us against a reader. */
static int pad_write_page(struct pad *pad, struct page *page)
{
	unsigned long index = page->index;
	int error;

	pad_lock(pad);
	error = block_write(pad->store, index * SECTORS_PER_PAGE, SECTORS_PER_PAGE,
			    page_to_phys(page));
	if (!error) {
		pad->writes[index]++;
		pad->total_writes++;
	}
	pad_unlock(pad);
	return error;
}

static int pad_readpage(struct file *file, struct page *page)
{
	struct pad *pad = file->private_data;
	int error = 0;

	pad_lock(pad);
	if (pad->writes[page->index])
		error = block_read(pad->store, page->index * SECTORS_PER_PAGE, SECTORS_PER_PAGE,
				   page_to_phys(page));
	else
		arch_clear_page(page_to_phys(page));
	pad_unlock(pad);
	page_set(page, error ? PG_error : PG_uptodate);
	UnlockPage(page);
	return error;
}

static int pad_writepage(struct page *page)
{
	int error = pad_write_page(page->mapping->host, page);

	UnlockPage(page);
	return error;
}

static const struct address_space_operations pad_aops = {
	.readpage = pad_readpage,
	.writepage = pad_writepage,
};

/* --- the methods of a mapping ---------------------------------------------------------------------- */

static struct page *pad_nopage(struct vm_area_struct *vma, unsigned long addr, int write_access)
{
	struct pad *pad = vma->vm_file->private_data;
	unsigned long index = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	struct page *page;
	int error;

	(void)write_access;
	if (index >= pad->npages)
		return NULL;
	page = read_cache_page(&pad->mapping, index, vma->vm_file, &error);
	if (!page && error == -ENOMEM)
		return NOPAGE_OOM;
	return page;
}

/* 2.3.24's form: the stealer pinned the file. */
static int pad_swapout(struct page *page, struct file *file)
{
	__atomic_fetch_add(&pad_swapout_calls, 1, __ATOMIC_RELAXED);
	return pad_write_page(file->private_data, page);
}

/* The form until 2.3.23: the vma may be gone as soon as we sleep, so what we need of it is copied
 * first, and the file is pinned by ourselves. */
static int careful_swapout(struct vm_area_struct *vma, struct page *page)
{
	struct file *file = get_file(vma->vm_file);
	int error = pad_swapout(page, file);

	fput(file);
	return error;
}

/* The same by an author who did not know that (S0 warns him): when the page is written, the vma may be
 * nobody's, and its file gone. What a real one would then have written into nobody knows; this one looks
 * first, so that the touch is told and the machine lives. */
static int careless_swapout(struct vm_area_struct *vma, struct page *page)
{
	int error = pad_write_page(page->mapping->host, page);

	if (KMEM_ALIVE(vma))
		vma->vm_file->f_pos = ((uint64_t)page->index + 1) << PAGE_SHIFT;
	return error;
}

static int pad_swapout_vma(struct vm_area_struct *vma, struct page *page)
{
	struct pad *pad = page->mapping->host;

	return pad->careless ? careless_swapout(vma, page) : careful_swapout(vma, page);
}

static const struct vm_operations_struct pad_vm_ops = {
	.nopage = pad_nopage,
	.swapout_vma = pad_swapout_vma,
	.swapout = pad_swapout,
};

/* --- the methods of the file ------------------------------------------------------------------------ */

static int pad_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct pad *pad = file->private_data;
	unsigned long pages = (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;

	if (vma->vm_pgoff >= pad->npages || pages > pad->npages - vma->vm_pgoff)
		return -EINVAL;
	vma->vm_ops = &pad_vm_ops;
	return 0;
}

long pad_snapshot(struct pad *pad, unsigned long ubuf, unsigned gfp)
{
	size_t bytes = pad->npages * sizeof(pad->writes[0]);
	uint32_t *copy;
	long error = 0;

	pad_lock(pad);
	copy = get_free_pages(gfp, 0); /* a table that nobody changes while it is copied */
	if (copy)
		memcpy(copy, pad->writes, bytes);
	pad_unlock(pad);
	if (!copy)
		return -ENOMEM;
	if (copy_to_user(ubuf, copy, bytes))
		error = -EFAULT;
	free_pages(copy, 0);
	return error;
}

/* mmap_sem before L, the order in which a fault takes the two. */
long pad_unpin(struct pad *pad, unsigned long addr)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	long error = -EINVAL;

	vm_design->mm_lock(mm, MM_LOCK);
	pad_lock(pad);
	vma = find_vma(mm, addr);
	if (vma && vma->vm_start == addr && (vma->vm_flags & VM_LOCKED))
		error = do_munlock(mm, addr, vma->vm_end - addr);
	pad_unlock(pad);
	vm_design->mm_unlock(mm, MM_LOCK);
	return error;
}

static long pad_get_info(struct pad *pad, unsigned long ubuf)
{
	struct pad_info info = { .npages = pad->npages };

	pad_lock(pad);
	info.writes = pad->total_writes;
	pad_unlock(pad);
	return copy_to_user(ubuf, &info, sizeof(info)) ? -EFAULT : 0;
}

static long pad_ioctl(struct file *file, unsigned cmd, unsigned long arg)
{
	struct pad *pad = file->private_data;

	switch (cmd) {
	case PAD_INFO:
		return pad_get_info(pad, arg);
	case PAD_SNAPSHOT:
		return pad_snapshot(pad, arg, GFP_BUFFER);
	case PAD_SNAPSHOT_KERNEL:
		return pad_snapshot(pad, arg, GFP_KERNEL);
	case PAD_UNPIN:
		return pad_unpin(pad, arg);
	default:
		return -ENOTTY;
	}
}

static int pad_file_open(struct file *file)
{
	struct pad *pad = file->private_data;

	file->f_mapping = &pad->mapping;
	return 0;
}

static const struct file_operations pad_fops = {
	.open = pad_file_open,
	.mmap = pad_mmap,
	.ioctl = pad_ioctl,
};

/* --- making one ---------------------------------------------------------------------------------------- */

struct pad *pad_create(const struct block_dev *store, unsigned long npages)
{
	struct pad *pad;

	if (!npages || npages > PAD_MAX_PAGES || store->nsectors / SECTORS_PER_PAGE < npages)
		return NULL;
	pad = kzalloc(sizeof(*pad), GFP_KERNEL);
	if (!pad)
		return NULL;
	pad->writes = get_zeroed_page(GFP_KERNEL);
	if (!pad->writes) {
		kfree(pad);
		return NULL;
	}
	sema_init(&pad->lock, 1, LC_DRIVER, "L");
	pad->store = store;
	pad->npages = npages;
	address_space_init(&pad->mapping, "pad", &pad_aops, pad);
	return pad;
}

struct file *pad_open(struct pad *pad)
{
	struct file *file = file_alloc(&pad_fops, "pad");

	if (!file)
		return NULL;
	file->private_data = pad;
	file->f_mode = 3;
	pad_file_open(file);
	return file;
}

void pad_init(void)
{
	const char *name = cmdline_get("pad");
	const struct block_dev *store = block_find(name ? name : "hda3");
	struct pad *pad;

	if (!store) {
		if (name)
			printk("pad: no partition %s: /dev/pad is absent\n", name);
		return;
	}
	pad = pad_create(store, min(store->nsectors / SECTORS_PER_PAGE, PAD_MAX_PAGES));
	if (!pad || device_register("pad", &pad_fops, pad))
		printk("pad: cannot make /dev/pad on %s\n", store->name);
}
