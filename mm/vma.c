/*
 * mm/vma.c - the vma list: looking an area up, linking and unlinking, the methods of its driver.
 *
 * Realises S0 rules 1-3 and caveat 1, facts section c "vma list". The list is sorted by address;
 * from AVL_MIN_MAP_COUNT areas on a tree stands beside it and stays until it is empty. Nothing here
 * takes a lock: the brackets are the callers', the assertions (assert_list) the design's.
 */
#include "mm/vma.h"

#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/watch.h"
#include "mm/avl.h"
#include "mm/slab.h"
#include "mm/vm_init.h"
#include "mm/vma_lock.h"

static struct kmem_cache *vm_area_cachep;

void vma_cache_init(void)
{
	vm_area_cachep =
		kmem_cache_create("vm_area_struct", sizeof(struct vm_area_struct), NULL, NULL, 0);
	BUG_ON(!vm_area_cachep);
}

/* Its lock, in designs where it has one. NULL, and the vma is gone, when there is no memory. */
static struct vm_area_struct *with_lock(struct vm_area_struct *vma)
{
	if (vma && vm_design->vma_lock && vma_lock_alloc(vma)) {
		kmem_cache_free(vm_area_cachep, vma);
		return NULL;
	}
	return vma;
}

struct vm_area_struct *vm_area_alloc(void)
{
	return with_lock(kmem_cache_zalloc(vm_area_cachep, GFP_KERNEL));
}

/* The copy keeps its own lock and reverse maps, and is on no list. */
void vm_area_copy(struct vm_area_struct *to, const struct vm_area_struct *from)
{
	struct vma_lock *lock = to->vm_lock;
	struct anon_vma *anon_vma = to->anon_vma;
	struct anon_vma_chain *chain = to->anon_vma_chain;

	*to = *from;
	to->anon_vma = anon_vma;
	to->anon_vma_chain = chain;
	to->vm_lock = lock;
	to->vm_lock_seq = VMA_LOCK_SEQ_NONE;
	to->detached = true;
	to->vm_next = NULL;
	to->vm_avl_left = NULL;
	to->vm_avl_right = NULL;
	to->vm_avl_height = 0;
	to->vm_next_share = NULL;
	to->vm_pprev_share = NULL;
	memset(&to->design, 0, sizeof(to->design));
}

struct vm_area_struct *vm_area_dup(const struct vm_area_struct *orig)
{
	struct vm_area_struct *vma = kmem_cache_alloc(vm_area_cachep, GFP_KERNEL);

	if (!vma)
		return NULL;
	vma->vm_lock = NULL;
	vma->anon_vma = NULL;
	vma->anon_vma_chain = NULL;
	vm_area_copy(vma, orig);
	return with_lock(vma);
}

void vma_release(struct vm_area_struct *vma)
{
	BUG_ON(vma->vm_pprev_share);
	vma_lock_free(vma);
	kmem_cache_free(vm_area_cachep, vma);
}

/* --- looking up ----------------------------------------------------------------------------- */

static struct vm_area_struct *list_find(struct mm_struct *mm, unsigned long addr,
					struct vm_area_struct **prev)
{
	struct vm_area_struct *vma = mm->mmap, *before = NULL;

	while (vma && vma->vm_end <= addr) {
		before = vma;
		vma = vma->vm_next;
	}
	if (prev)
		*prev = before;
	return vma;
}

static struct vm_area_struct *tree_find(struct mm_struct *mm, unsigned long addr,
					struct vm_area_struct **prev)
{
	struct vm_area_struct *vma = range_tree_find(&mm->mm_tree, addr);
	unsigned long start = vma ? vma->vm_start : RANGE_LIMIT;

	if (prev)
		*prev = start ? range_tree_find_prev(&mm->mm_tree, start - 1) : NULL;
	return vma;
}

static struct vm_area_struct *look_up(struct mm_struct *mm, unsigned long addr,
				      struct vm_area_struct **prev)
{
	if (vma_tree_used())
		return tree_find(mm, addr, prev);
	return mm->mmap_avl ? avl_find(mm->mmap_avl, addr, prev) : list_find(mm, addr, prev);
}

/* The hint is read and written by the stealer (vmlist lock) and by faults (mmap_sem) at once: any
 * value is fine that names a listed vma (S0 caveat 1, R10). */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;

	assert_list(mm, false);
	if (vma_tree_used())
		return range_tree_find(&mm->mm_tree, addr);
	vma = shared_read(mm->mmap_cache);
	if (unlikely(watch_mask & WATCH_RULES) && vma && !KMEM_ALIVE(vma))
		vma = NULL;
	if (vma && addr < vma->vm_end && addr >= vma->vm_start)
		return vma;
	vma = look_up(mm, addr, NULL);
	if (vma)
		shared_write(mm->mmap_cache, vma);
	return vma;
}

struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev)
{
	assert_list(mm, false);
	return look_up(mm, addr, prev);
}

/* --- the range tree -------------------------------------------------------------------------- */

int vma_tree_reserve(struct mm_struct *mm, unsigned stores)
{
	return vma_tree_used() ? range_tree_reserve(&mm->mm_tree, stores, GFP_KERNEL) : 0;
}

void vma_tree_store(struct mm_struct *mm, unsigned long start, unsigned long end,
		    struct vm_area_struct *vma)
{
	if (vma_tree_used())
		BUG_ON(range_tree_store(&mm->mm_tree, start, end, vma)); /* reserved before */
}

/* The listed area that @vma will stand behind; NULL = none. In the tree an area may still own what was just
 * cut off it, so it is asked below @vma's start only, and the list for the rest. */
static struct vm_area_struct *find_place(struct mm_struct *mm, const struct vm_area_struct *vma)
{
	struct vm_area_struct *prev = NULL;

	if (!vma_tree_used())
		look_up(mm, vma->vm_start, &prev);
	else if (vma->vm_start)
		prev = range_tree_find_prev(&mm->mm_tree, vma->vm_start - 1);
	return prev;
}

/* --- linking -------------------------------------------------------------------------------- */

void build_mmap_avl(struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	mm->mmap_avl = NULL;
	for (vma = mm->mmap; vma; vma = vma->vm_next)
		avl_insert(&mm->mmap_avl, vma);
}

void insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma)
{
	struct vm_area_struct *prev, *next;

	assert_list(mm, true);
	prev = find_place(mm, vma);
	next = prev ? prev->vm_next : mm->mmap;
	BUG_ON(vma->vm_start >= vma->vm_end || (prev && prev->vm_end > vma->vm_start) ||
	       (next && next->vm_start < vma->vm_end));
	if (vma->vm_mm != mm) /* reverse maps may be looking at it */
		vma->vm_mm = mm;
	vma->vm_next = next;
	if (prev)
		prev->vm_next = vma;
	else
		mm->mmap = vma;
	mm->map_count++;
	vma->detached = false;
	if (vma_tree_used())
		vma_tree_store(mm, vma->vm_start, vma->vm_end, vma);
	else if (mm->mmap_avl)
		avl_insert(&mm->mmap_avl, vma);
	else if (mm->map_count >= AVL_MIN_MAP_COUNT)
		build_mmap_avl(mm);
	vma_file_link(vma);
}

void unlink_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *prev)
{
	assert_list(mm, true);
	if (prev)
		prev->vm_next = vma->vm_next;
	else
		mm->mmap = vma->vm_next;
	vma->vm_next = NULL;
	vma->detached = true;
	if (mm->mmap_avl)
		avl_remove(&mm->mmap_avl, vma);
	mm->map_count--;
	shared_write(mm->mmap_cache, NULL);
}

/* --- the file's list of mappings ------------------------------------------------------------ */

void vma_file_link(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file ? vma->vm_file->f_mapping : NULL;

	if (!mapping)
		return;
	vm_design->file_link_begin(vma);
	vma->vm_next_share = mapping->i_mmap;
	if (mapping->i_mmap)
		mapping->i_mmap->vm_pprev_share = &vma->vm_next_share;
	mapping->i_mmap = vma;
	vma->vm_pprev_share = &mapping->i_mmap;
	vm_design->file_link_end(vma);
}

void vma_file_unlink(struct vm_area_struct *vma)
{
	if (!vma->vm_pprev_share)
		return;
	vm_design->file_link_begin(vma);
	if (vma->vm_next_share)
		vma->vm_next_share->vm_pprev_share = vma->vm_pprev_share;
	*vma->vm_pprev_share = vma->vm_next_share;
	vma->vm_next_share = NULL;
	vma->vm_pprev_share = NULL;
	vm_design->file_link_end(vma);
}

void vma_file_put_shared(struct vm_area_struct *vma)
{
	if (vma->vm_file)
		BUG_ON(__atomic_fetch_sub(&vma->vm_file->f_count, 1, __ATOMIC_ACQ_REL) <= 1);
}

/* --- the driver's methods ------------------------------------------------------------------- */

void vma_open(struct vm_area_struct *vma)
{
	if (!vma->vm_ops || !vma->vm_ops->open)
		return;
	vm_design->method_begin(vma, VM_OPEN);
	milestone(MS_METHOD_ENTER, "open");
	vma->vm_ops->open(vma);
	milestone(MS_METHOD_LEAVE, "open");
	vm_design->method_end(vma, VM_OPEN);
}

void vma_close(struct vm_area_struct *vma)
{
	if (!vma->vm_ops || !vma->vm_ops->close)
		return;
	vm_design->method_begin(vma, VM_CLOSE);
	milestone(MS_METHOD_ENTER, "close");
	vma->vm_ops->close(vma);
	milestone(MS_METHOD_LEAVE, "close");
	vm_design->method_end(vma, VM_CLOSE);
}

void vma_unmap(struct vm_area_struct *vma, unsigned long start, size_t len)
{
	vm_design->method_begin(vma, VM_UNMAP);
	if (vma->vm_ops && vma->vm_ops->unmap) {
		milestone(MS_METHOD_ENTER, "unmap");
		vma->vm_ops->unmap(vma, start, len);
		milestone(MS_METHOD_LEAVE, "unmap");
	}
	vm_design->method_end(vma, VM_UNMAP);
}
