/*
 * mm/vma_lock.c - per-VMA locks and the sequence of mmap_lock. See mm/vma_lock.h.
 */
#include "mm/vma_lock.h"

#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/rwsem_fast.h"
#include "kernel/sync.h"
#include "kernel/watch_rules.h"
#include "mm/fault.h"
#include "mm/fault_parts.h"
#include "mm/range_tree.h"
#include "mm/slab.h"

static struct kmem_cache *lock_cachep;
struct vma_lock_events vma_lock_events;

void vma_lock_boot(void)
{
	lock_cachep = kmem_cache_create("vma_lock", sizeof(struct vma_lock), NULL, NULL, 0);
	BUG_ON(!lock_cachep);
}

/* --- birth and death -------------------------------------------------------------------------------- */

int vma_lock_alloc(struct vm_area_struct *vma)
{
	vma->vm_lock = kmem_cache_alloc(lock_cachep, GFP_KERNEL);
	if (!vma->vm_lock)
		return -ENOMEM;
	init_rwsem(&vma->vm_lock->sem, LC_VMA, NULL);
	vma->vm_lock_seq = VMA_LOCK_SEQ_NONE;
	vma->detached = true;
	return 0;
}

void vma_lock_free(struct vm_area_struct *vma)
{
	if (vma->vm_lock)
		kmem_cache_free(lock_cachep, vma->vm_lock);
	vma->vm_lock = NULL;
}

static void release_rcu(struct rcu_head *head)
{
	vma_release(container_of(head, struct vm_area_struct, vm_rcu));
}

void vma_free_rcu(struct vm_area_struct *vma)
{
	call_rcu(&vma->vm_rcu, release_rcu);
}

/* --- mmap_lock ---------------------------------------------------------------------------------------- */

void mmap_read_lock(struct mm_struct *mm)
{
	down_read(&mm->mmap_lock);
}

bool mmap_read_trylock(struct mm_struct *mm)
{
	return down_read_trylock(&mm->mmap_lock);
}

void mmap_read_unlock(struct mm_struct *mm)
{
	up_read(&mm->mmap_lock);
}

static inline unsigned read_seq(const struct mm_struct *mm)
{
	return __atomic_load_n(&mm->mm_lock_seq, __ATOMIC_ACQUIRE);
}

/* What the writer stored before is seen by who sees the new number. */
static void next_seq(struct mm_struct *mm)
{
	sync_point(SP_WRITE, &mm->mm_lock_seq);
	__atomic_store_n(&mm->mm_lock_seq, mm->mm_lock_seq + 1, __ATOMIC_RELEASE);
}

void mmap_write_lock(struct mm_struct *mm)
{
	down_write(&mm->mmap_lock);
	next_seq(mm); /* odd */
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

/* Before the semaphore is given back: a reader may get a vma an instant before mmap_lock is free. */
void vma_end_write_all(struct mm_struct *mm)
{
	BUG_ON(!(mm->mm_lock_seq & 1));
	next_seq(mm); /* even */
}

void mmap_write_unlock(struct mm_struct *mm)
{
	vma_end_write_all(mm);
	up_write(&mm->mmap_lock);
}

void mmap_write_downgrade(struct mm_struct *mm)
{
	vma_end_write_all(mm);
	downgrade_write(&mm->mmap_lock);
}

bool mmap_locked(const struct mm_struct *mm)
{
	return lock_held_by_current(&mm->mmap_lock.info) != NULL;
}

bool mmap_write_locked(const struct mm_struct *mm)
{
	const struct held_lock *h = lock_held_by_current(&mm->mmap_lock.info);

	return h && !(h->mode & LOCK_READ);
}

/* --- readers ------------------------------------------------------------------------------------------ */

static inline bool locked_under(const struct vm_area_struct *vma, unsigned seq)
{
	return __atomic_load_n(&vma->vm_lock_seq, __ATOMIC_RELAXED) == seq;
}

static inline bool start_read(struct mm_struct *mm, struct vm_area_struct *vma)
{

	/* A cheap guess: never trusted when it says "free". */
	if (locked_under(vma, __atomic_load_n(&mm->mm_lock_seq, __ATOMIC_RELAXED)))
		return false;
	if (unlikely(!rwsem_try_read(&vma->vm_lock->sem)))
		return false;
	/* With the rwsem in hand vm_lock_seq stands still: this look decides. */
	sync_point(SP_READ, &mm->mm_lock_seq);
	if (unlikely(locked_under(vma, read_seq(mm)))) {
		up_read(&vma->vm_lock->sem);
		return false;
	}
	return true;
}

bool vma_start_read(struct vm_area_struct *vma)
{
	return start_read(vma->vm_mm, vma);
}

void vma_start_read_locked(struct vm_area_struct *vma)
{
	bool ok;

	lock_assert_held(&vma->vm_mm->mmap_lock.info);
	ok = down_read_trylock(&vma->vm_lock->sem); /* writers of it need mmap_lock for writing */
	BUG_ON(!ok);
}

/* The vma may be freed as soon as a writer is let in: RCU keeps the lock until up_read is out of it. */
void vma_end_read(struct vm_area_struct *vma)
{
	rcu_read_lock();
	rwsem_end_read(&vma->vm_lock->sem);
	rcu_read_unlock();
}

bool vma_read_locked(const struct vm_area_struct *vma)
{
	return lock_held_by_current(&vma->vm_lock->sem.info) != NULL;
}

/* --- writers ------------------------------------------------------------------------------------------ */

bool vma_write_locked(const struct vm_area_struct *vma)
{
	return vma->vm_lock_seq == vma->vm_mm->mm_lock_seq;
}

void vma_start_write(struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;

	RULE(R2024_5, mmap_write_locked(mm), CALLER_PLACE());
	if (vma->vm_lock_seq == mm->mm_lock_seq)
		return;
	down_write(&vma->vm_lock->sem);
	__atomic_store_n(&vma->vm_lock_seq, mm->mm_lock_seq, __ATOMIC_RELAXED);
	up_write(&vma->vm_lock->sem);
}

/* --- a vma found without a lock ------------------------------------------------------------------------ */

/* 1 = held and right, 0 = go for mmap_lock, -1 = it left the tree before we held it: look again. */
static inline int try_hold(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long addr)
{
	if (!start_read(mm, vma))
		return 0;
	/* First of all: the bounds of a vma that left the tree mean nothing. */
	if (unlikely(vma->detached)) {
		vma_end_read(vma);
		return -1;
	}
	if (unlikely(addr < vma->vm_start || addr >= vma->vm_end)) {
		vma_end_read(vma);
		return 0;
	}
	return 1;
}

struct vm_area_struct *lock_vma_under_rcu(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;
	int held;

	rcu_read_lock();
	do {
		vma = range_tree_walk(&mm->mm_tree, addr);
		held = vma ? try_hold(mm, vma, addr) : 0;
		if (unlikely(held < 0))
			vm_count(&vma_lock_events.miss);
	} while (held < 0);
	rcu_read_unlock();
	if (held)
		return vma;
	vm_count(&vma_lock_events.abort);
	return NULL;
}
