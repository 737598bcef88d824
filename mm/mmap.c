/*
 * mm/mmap.c - do_mmap: find room, make an area, ask the driver, enter it in the list.
 *
 * Realises facts section c (do_mmap row): the vma is allocated, what was mapped there is unmapped
 * and the driver's mmap method runs while the vma is on no list; only then follows the list_change
 * section with insert and merge. After that the vma may have been merged away and is not looked at.
 * Results follow the Linux/i386 ABI (errno) where 1999 and today agree, else today's.
 */
#include "kernel/errno.h"
#include "kernel/task.h"
#include "mm/fault.h"
#include "mm/vma.h"

#define MAP_TYPE 0x0f

#define FILE_READ  1 /* bits of f_mode */
#define FILE_WRITE 2

/* Room for @len bytes at or after @addr; 0 = none. */
static unsigned long search_up(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	struct vm_area_struct *vma;

	for (vma = find_vma(mm, addr);; vma = vma->vm_next) {
		if (addr > TASK_SIZE - len)
			return 0;
		if (!vma || addr + len <= vma->vm_start)
			return addr;
		addr = vma->vm_end;
	}
}

unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	unsigned long found = 0;

	if (len > TASK_SIZE)
		return 0;
	if (addr && addr <= TASK_SIZE - len)
		found = search_up(mm, PAGE_ALIGN(addr), len);
	return found ? found : search_up(mm, TASK_UNMAPPED_BASE, len);
}

/* vm_flags of a mapping of @file (NULL = anonymous), or a -errno. */
static long mmap_flags(const struct mm_struct *mm, const struct file *file, unsigned prot,
		       unsigned flags)
{
	unsigned vm_flags = (prot & VM_ACCESS) | VM_MAYACCESS | mm->def_flags;

	if (flags & MAP_GROWSDOWN)
		vm_flags |= VM_GROWSDOWN;
	if (flags & MAP_LOCKED)
		vm_flags |= VM_LOCKED;
	switch (flags & MAP_TYPE) {
	case MAP_SHARED:
		if (!file)
			return -EINVAL; /* shared anonymous memory came with 2.4 */
		if ((prot & PROT_WRITE) && !(file->f_mode & FILE_WRITE))
			return -EACCES;
		vm_flags |= VM_SHARED | VM_MAYSHARE;
		if (!(file->f_mode & FILE_WRITE))
			vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
		break;
	case MAP_PRIVATE:
		break;
	default:
		return -EINVAL;
	}
	if (file && !(file->f_mode & FILE_READ))
		return -EACCES;
	return (long)vm_flags;
}

/* Checks that need no area: 0, or a -errno. *@addr becomes the place to map at. */
static long mmap_place(struct mm_struct *mm, unsigned long *addr, unsigned long len, unsigned flags,
		       unsigned long pgoff)
{
	if (!len)
		return -EINVAL;
	if (len > TASK_SIZE)
		return -ENOMEM;
	if (pgoff > 0xffffffffUL - (len >> PAGE_SHIFT))
		return -EOVERFLOW;
	if (flags & MAP_FIXED) {
		if (*addr & ~PAGE_MASK)
			return -EINVAL;
		return *addr > TASK_SIZE - len ? -ENOMEM : 0;
	}
	*addr = get_unmapped_area(mm, *addr, len);
	return *addr ? 0 : -ENOMEM;
}

/* Give the area its file and let the file's mmap method see it. 0 or -errno; then the file's
 * reference is dropped again and nothing is mapped. */
static int mmap_file(struct mm_struct *mm, struct vm_area_struct *vma, struct file *file)
{
	int error;

	vma->vm_file = get_file(file);
	error = file->f_op->mmap(file, vma);
	if (error) {
		zap_page_range(mm, vma->vm_start, vma->vm_end - vma->vm_start);
		vma->vm_file = NULL;
		fput(file);
	}
	return error;
}

/* f5: the area is entered with an ordinary area's permissions, unlocked, and gets its own afterwards, as
 * vm_page_prot was set until 6.5. */
static void insert_unfinished(struct mm_struct *mm, struct vm_area_struct *vma)
{
	unsigned flags = vma->vm_flags;

	vma->vm_flags = flags | VM_ACCESS;
	insert_vm_struct(mm, vma);
	sync_point(SP_WRITE, &vma->vm_flags);
	vma->vm_flags = flags;
}

/* Enter a finished area in the list; it may be merged away, so its bounds are read before. It is locked
 * first: a fault that finds it in the tree waits until all of this is over (f5). */
static void link_new_area(struct mm_struct *mm, struct vm_area_struct *vma, enum list_site site)
{
	unsigned long start = vma->vm_start, end = vma->vm_end;
	unsigned long pages = (end - start) >> PAGE_SHIFT;
	unsigned flags = vma->vm_flags;

	if (!reopened(REOPEN_F5))
		vma_write(vma);
	vmlist_begin(mm, site, vma);
	if (reopened(REOPEN_F5))
		insert_unfinished(mm, vma);
	else
		insert_vm_struct(mm, vma);
	merge_segments(mm, start, end);
	vmlist_end(mm, site, NULL);
	mm->total_vm += pages;
	if (flags & VM_LOCKED) {
		mm->locked_vm += pages;
		make_pages_present(mm, start, end);
	}
}

unsigned long do_mmap_pgoff(struct mm_struct *mm, struct file *file, unsigned long addr,
			    unsigned long len, unsigned prot, unsigned flags, unsigned long pgoff)
{
	struct vm_area_struct *vma;
	long vm_flags, error;

	if (file && (!file->f_op || !file->f_op->mmap))
		return (unsigned long)-ENODEV;
	if (len > TASK_SIZE)
		return (unsigned long)-ENOMEM;
	len = PAGE_ALIGN(len);
	if (mm->map_count > MAX_MAP_COUNT)
		return (unsigned long)-ENOMEM;
	error = mmap_place(mm, &addr, len, flags, pgoff);
	if (error)
		return (unsigned long)error;
	vm_flags = mmap_flags(mm, file, prot, flags);
	if (vm_flags < 0)
		return (unsigned long)vm_flags;
	if ((vm_flags & VM_LOCKED) && lock_limit_exceeded(mm, len >> PAGE_SHIFT))
		return (unsigned long)-EAGAIN;

	vma = vm_area_alloc();
	if (!vma)
		return (unsigned long)-ENOMEM;
	vma->vm_mm = mm;
	vma->vm_start = addr;
	vma->vm_end = addr + len;
	vma->vm_flags = (unsigned)vm_flags;
	vma->vm_pgoff = file ? pgoff : addr >> PAGE_SHIFT;
	error = do_munmap(mm, addr, len);
	if (!error)
		error = vma_tree_reserve(mm, 1);
	if (!error && file)
		error = mmap_file(mm, vma, file);
	if (error) {
		vma_release(vma);
		return (unsigned long)error;
	}
	link_new_area(mm, vma, LIST_MMAP);
	return addr;
}

unsigned long do_brk(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	struct vm_area_struct *vma;
	int error;

	if (len > TASK_SIZE || (addr & ~PAGE_MASK) || addr > TASK_SIZE - len)
		return (unsigned long)-EINVAL;
	len = PAGE_ALIGN(len);
	if (!len)
		return addr;
	if (mm->map_count > MAX_MAP_COUNT)
		return (unsigned long)-ENOMEM;
	if ((mm->def_flags & VM_LOCKED) && lock_limit_exceeded(mm, len >> PAGE_SHIFT))
		return (unsigned long)-EAGAIN;
	vma = vm_area_alloc();
	if (!vma)
		return (unsigned long)-ENOMEM;
	vma->vm_mm = mm;
	vma->vm_start = addr;
	vma->vm_end = addr + len;
	vma->vm_flags = VM_DATA_FLAGS | mm->def_flags;
	vma->vm_pgoff = addr >> PAGE_SHIFT;
	error = do_munmap(mm, addr, len);
	if (!error)
		error = vma_tree_reserve(mm, 1);
	if (error) {
		vma_release(vma);
		return (unsigned long)error;
	}
	link_new_area(mm, vma, LIST_BRK);
	return addr;
}

long sys_mmap_pgoff(unsigned long addr, unsigned long len, unsigned prot, unsigned flags,
		    struct file *file, unsigned long pgoff)
{
	struct mm_struct *mm = current->mm;
	unsigned long result;

	if (!mm)
		return -EINVAL;
	if (flags & MAP_ANONYMOUS)
		file = NULL;
	else if (!file)
		return -EBADF;
	vm_design->mm_lock(mm, MM_MMAP);
	result = do_mmap_pgoff(mm, file, addr, len, prot, flags, pgoff);
	vm_design->mm_unlock(mm, MM_MMAP);
	return (long)result;
}

int setup_stack_area(struct mm_struct *mm)
{
	struct vm_area_struct *vma = vm_area_alloc();

	if (!vma)
		return -ENOMEM;
	vma->vm_mm = mm;
	vma->vm_start = STACK_TOP - STACK_START_PAGES * PAGE_SIZE;
	vma->vm_end = STACK_TOP;
	vma->vm_flags = VM_DATA_FLAGS | VM_GROWSDOWN;
	vma->vm_pgoff = vma->vm_start >> PAGE_SHIFT;
	vma->label = "stack";
	if (vma_tree_reserve(mm, 1)) {
		vma_release(vma);
		return -ENOMEM;
	}
	vm_design->mm_lock(mm, MM_EXEC);
	vma_write(vma);
	vmlist_begin(mm, LIST_EXEC, vma);
	insert_vm_struct(mm, vma);
	vmlist_end(mm, LIST_EXEC, vma);
	mm->total_vm += STACK_START_PAGES;
	vm_design->mm_unlock(mm, MM_EXEC);
	return 0;
}

struct mm_struct *mm_for_exec(const char *name)
{
	struct mm_struct *mm = mm_alloc_private(name);

	if (!mm)
		return NULL;
	if (setup_stack_area(mm)) {
		mmput(mm);
		return NULL;
	}
	mm_publish(mm);
	return mm;
}
