/*
 * mm/msync.c - sys_msync: what was written through shared mappings goes home now.
 *
 * As on Linux: MS_ASYNC moves the dirty bits to the pages and lets kflushd know; MS_SYNC writes the
 * file and waits; MS_INVALIDATE has nothing to do, since mappings and read() see the same pages,
 * but is refused for locked areas. Facts c, row msync: mmap_sem and kernel_lock are held. For the
 * writing they are given up (ours): the file is pinned, and the walk goes on at the address behind.
 */
#include "kernel/errno.h"
#include "kernel/task.h"
#include "mm/filemap.h"
#include "mm/inode.h"
#include "mm/vma.h"
#include "mm/writeback.h"

#define MS_ASYNC      1u
#define MS_INVALIDATE 2u
#define MS_SYNC	      4u

static bool is_shared_file(const struct vm_area_struct *vma)
{
	return vma->vm_file && vma->vm_file->f_mapping && (vma->vm_flags & VM_SHARED);
}

static int write_file(struct file *file)
{
	struct address_space *mapping = file->f_mapping;

	return mapping->write_back ? filemap_fsync(mapping_inode(mapping))
				   : filemap_sync_pages(mapping);
}

/* One area's part; gives mm_lock up and takes it again when it has to wait. */
static long sync_area(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start,
		      unsigned long end, unsigned flags)
{
	struct file *file;
	long error;

	if ((flags & MS_INVALIDATE) && (vma->vm_flags & VM_LOCKED))
		return -EBUSY;
	if (!is_shared_file(vma))
		return 0;
	filemap_sync(vma, start, end - start);
	if (!(flags & MS_SYNC)) {
		wakeup_kflushd();
		return 0;
	}
	file = get_file(vma->vm_file);
	vm_design->mm_unlock(mm, MM_MSYNC);
	error = write_file(file);
	fput(file);
	vm_design->mm_lock(mm, MM_MSYNC);
	return error;
}

/* Unmapped parts are passed over and reported at the end. mm_lock held. */
static long sync_range(struct mm_struct *mm, unsigned long start, unsigned long end, unsigned flags)
{
	long hole = 0, error = 0;

	while (start < end && !error) {
		struct vm_area_struct *vma = find_vma(mm, start);
		unsigned long stop;

		if (!vma || vma->vm_start >= end)
			return -ENOMEM;
		if (vma->vm_start > start) {
			hole = -ENOMEM;
			start = vma->vm_start;
		}
		stop = min(end, vma->vm_end);
		error = sync_area(mm, vma, start, stop, flags);
		start = stop;
	}
	return error ? error : hole;
}

long sys_msync(unsigned long start, size_t len, unsigned flags)
{
	struct mm_struct *mm = current->mm;
	unsigned long end;
	long error;

	if ((start & ~PAGE_MASK) || (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)))
		return -EINVAL;
	if ((flags & MS_ASYNC) && (flags & MS_SYNC))
		return -EINVAL;
	if (!mm)
		return -EINVAL;
	if (len > TASK_SIZE || start > TASK_SIZE - PAGE_ALIGN(len))
		return -ENOMEM;
	end = start + PAGE_ALIGN(len);
	if (start == end)
		return 0;
	vm_design->mm_lock(mm, MM_MSYNC);
	error = sync_range(mm, start, end, flags);
	vm_design->mm_unlock(mm, MM_MSYNC);
	return error;
}
