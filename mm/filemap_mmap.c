/*
 * mm/filemap_mmap.c - mapped files: generic_file_mmap and the methods of its two kinds of areas.
 *
 * A private mapping reads its pages from the page cache and copies what it writes (mm/nopage.c,
 * cow.c); its copies are anonymous memory. A shared one writes into the page cache itself: the
 * machine notes that in the entry's dirty bit, and from there it comes to page and file by
 *  - filemap_swapout, when the stealer takes a dirty entry away: the swapout() that 1999 shipped;
 *  - filemap_sync, for msync and, as the unmap method, for munmap and exit;
 *  - zap (mm/zap.c), for what was written after that by other threads.
 * Facts c "Stealer", row filemap_swapout, and b, rows 2.3.23 and 2.3.24: under 2.3.23 the method
 * gets the vma and must take its own reference on the file before anything can sleep, since
 * kernel_lock alone keeps the vma; under 2.3.24 and later the stealer pinned the file.
 *
 * Room on the disk: a page with PG_blocks has its blocks. An entry of a shared mapping is made
 * writable only for such a page; the first write to another one comes to filemap_nopage or
 * filemap_wppage, which ask for room, and the lack of it is a SIGBUS then and there. A write home
 * so never lacks room.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/filemap_io.h"

/* --- pages for faults ------------------------------------------------------------------------- */

#define MMAP_READ_PAGES 8u /* a fault reads this many at once, as 1999's page_cluster of 3 */

/* Is there no such page? A look that decides something is made when the page is in the cache, since
 * truncation that came before could not see it there (filemap_truncate.c). */
static bool beyond_end(const struct address_space *mapping, unsigned long index)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return index >= pages_of(mapping_inode(mapping)->i_size);
}

/* Room for the page's contents before anybody writes to it. */
static int reserve_shared(struct vm_area_struct *vma, struct page *page)
{
	struct inode *inode = mapping_inode(vma->vm_file->f_mapping);
	int error = 0;

	if (page_test(page, PG_blocks))
		return 0;
	/* With the lock truncation is not in between: either it comes and finds the page, and frees
	 * the blocks after that, or its new i_size is seen here and no block is taken beyond the
	 * end. */
	lock_page(page);
	if (page->mapping == &inode->i_data && !page_test(page, PG_blocks))
		error = beyond_end(&inode->i_data, page->index)
				? -EFAULT
				: inode->i_op->reserve_page(inode, page->index);
	if (!error)
		page_set(page, PG_blocks);
	UnlockPage(page);
	return error;
}

static struct page *filemap_nopage(struct vm_area_struct *vma, unsigned long addr, int write_access)
{
	struct file *file = vma->vm_file;
	unsigned long index = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	unsigned want = vma->vm_flags & VM_RAND_READ ? 1 : MMAP_READ_PAGES;
	struct page *page;
	int error;

	if (beyond_end(file->f_mapping, index))
		return NULL;
	page = filemap_get_page(file, index, want, &error);
	if (!page)
		return error == -ENOMEM ? NOPAGE_OOM : NULL;
	error = 0;
	if (write_access) /* only a shared mapping says so */
		error = reserve_shared(vma, page);
	if (!error && !beyond_end(file->f_mapping, index))
		return page;
	page_cache_release(page);
	return NULL;
}

static int filemap_around(struct vm_area_struct *vma, unsigned long index, struct page **pages,
			  int n)
{
	struct address_space *mapping = vma->vm_file->f_mapping;
	unsigned long end = pages_of(mapping_inode(mapping)->i_size);

	if (index >= end)
		return 0;
	return find_get_pages(mapping, index, pages, (int)min((unsigned long)n, end - index));
}

static int filemap_wppage(struct vm_area_struct *vma, struct page *page)
{
	return reserve_shared(vma, page);
}

/* --- the stealer's way ------------------------------------------------------------------------ */

/* The form from 2.3.24 on. The page was mapped by a dirty entry that is gone, from every TLB too,
 * and its reference is ours. A page without a mapping was cut off: it is nobody's any more. */
static int filemap_swapout(struct page *page, struct file *file)
{
	struct address_space *mapping = file->f_mapping;
	int error = 0;

	vm_event(&writeback_events.filemap_swapouts, 1);
	set_page_dirty(page); /* until we have the lock, others shall see that it is newer */
	lock_page(page);
	if (page->mapping == mapping && clear_page_dirty(page))
		error = write_page_home(page);
	else
		UnlockPage(page);
	return error;
}

/* The form until 2.3.23. */
static int filemap_swapout_vma(struct vm_area_struct *vma, struct page *page)
{
	struct file *file = get_file(vma->vm_file);
	int error = filemap_swapout(page, file);

	fput(file);
	return error;
}

/* --- dirty bits ------------------------------------------------------------------------------- */

#define SYNC_BATCH 32

struct sync_walk {
	struct mm_struct *mm;
	int n;
	struct page *pages[SYNC_BATCH];
};

/* Take the dirty bits of entries from *@ptep, @addr on until @end or until the batch is full. */
static unsigned long take_dirty_bits(struct sync_walk *w, pte_t *ptep, unsigned long addr,
				     unsigned long end)
{
	for (; addr < end && w->n < SYNC_BATCH; addr += PAGE_SIZE, ptep++) {
		pte_t entry = pte_read(ptep);
		struct page *page;

		if (!pte_present(entry) || !pte_dirty(entry))
			continue;
		page = phys_to_page(pte_phys(entry));
		if (PageReserved(page))
			continue;
		__atomic_fetch_and(ptep, ~(pte_t)_PAGE_DIRTY, __ATOMIC_ACQ_REL);
		w->pages[w->n++] = page;
	}
	return addr;
}

/* Inside the pte lock, which keeps the entries and so the pages: flush first, or a CPU could go on
 * writing through an entry that it knows as dirty and would not mark again. */
static void sync_batch(struct sync_walk *w, unsigned long start, unsigned long end)
{
	if (!w->n)
		return;
	arch_flush_tlb_range(&w->mm->arch, start, end);
	while (w->n)
		set_page_dirty(w->pages[--w->n]);
}

void filemap_sync(struct vm_area_struct *vma, unsigned long start, unsigned long len)
{
	struct sync_walk w = { .mm = vma->vm_mm };
	unsigned long addr = start, end = start + len;

	while (addr < end) {
		unsigned long stop = min(end, (addr & ~((4UL << 20) - 1)) + (4UL << 20)),
			      from = addr;
		pte_t *ptep = pte_lookup(w.mm, addr);

		if (ptep) {
			vm_design->pte_lock(w.mm, addr, PT_MSYNC);
			stop = take_dirty_bits(&w, ptep, addr, stop);
			sync_batch(&w, from, stop);
			vm_design->pte_unlock(w.mm, addr, PT_MSYNC);
		}
		addr = stop;
	}
}

static void filemap_unmap(struct vm_area_struct *vma, unsigned long start, size_t len)
{
	filemap_sync(vma, start, len);
}

/* --- mmap() ----------------------------------------------------------------------------------- */

static const struct vm_operations_struct file_shared_mmap = {
	.unmap = filemap_unmap,
	.nopage = filemap_nopage,
	.around = filemap_around,
	.wppage = filemap_wppage,
	.swapout_vma = filemap_swapout_vma,
	.swapout = filemap_swapout,
};

static const struct vm_operations_struct file_private_mmap = {
	.nopage = filemap_nopage,
	.around = filemap_around,
};

int generic_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct address_space *mapping = file->f_mapping;
	bool written = (vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE);

	if (!mapping || !mapping->a_ops->readpage)
		return -ENOEXEC;
	if (written && !mapping->a_ops->writepage)
		return -EINVAL;
	mapping->write_back = true;
	vma->vm_truncate_count = mapping->truncate_count;
	vma->vm_ops = written ? &file_shared_mmap : &file_private_mmap;
	return 0;
}
