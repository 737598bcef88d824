/*
 * mm/mm_struct.c - birth and death of address spaces.
 *
 * Realises facts section c "mm lifetime" and R22. mm_users counts the tasks that share the address
 * space (the last one runs exit_mmap), mm_count the references to the struct, all users together
 * counting as one (the last one frees it). A stealer holds one or the other, as its design says.
 * Every finished mm stands in mmlist; the final mmput takes it off under mmlist_lock in the same
 * step that makes mm_users 0, so that who finds an mm there can still raise mm_users.
 */
#include "mm/vma.h"

#include "kernel/refcount.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "mm/anon_vma.h"
#include "mm/fault.h"
#include "mm/slab.h"
#include "mm/vm_init.h"

static struct kmem_cache *mm_cachep;

struct list_head mmlist = LIST_HEAD_INIT(mmlist);
struct spinlock mmlist_lock = SPINLOCK_INIT(LC_MMLIST, NULL);

/* The kernel's own: the page directory of boot, no areas, never freed, never locked. */
struct mm_struct init_mm = {
	.mm_users = 1,
	.mm_count = 1,
	.mmlist = LIST_HEAD_INIT(init_mm.mmlist),
	.name = "init_mm",
};

void mm_cache_init(void)
{
	mm_cachep = kmem_cache_create("mm_struct", sizeof(struct mm_struct), NULL, NULL, 0);
	BUG_ON(!mm_cachep);
}

void vm_init(void)
{
	vma_cache_init();
	mm_cache_init();
	anon_vma_init();
	zero_page_init();
}

/* --- alloc ---------------------------------------------------------------------------------- */

struct mm_struct *mm_alloc_private(const char *name)
{
	struct mm_struct *mm = kmem_cache_zalloc(mm_cachep, GFP_KERNEL);
	struct page *pgd;

	if (!mm)
		return NULL;
	pgd = pgd_alloc();
	if (!pgd) {
		kmem_cache_free(mm_cachep, mm);
		return NULL;
	}
	mm->arch.pgd = page_to_phys(pgd);
	mm->mm_users = 1;
	mm->mm_count = 1;
	list_init(&mm->mmlist);
	str_copy(mm->name, name ? name : "", sizeof(mm->name));
	mm->owner_pid = current ? current->pid : 0;
	trace_note(NOTE_MM, mm->arch.pgd >> PAGE_SHIFT, 0);
	vm_design->mm_init_locks(mm);
	trace_note(NOTE_MM_END, mm->arch.pgd >> PAGE_SHIFT, 0);
	return mm;
}

void mm_publish(struct mm_struct *mm)
{
	spin_lock(&mmlist_lock);
	list_add_tail(&mm->mmlist, &mmlist);
	spin_unlock(&mmlist_lock);
}

struct mm_struct *mm_alloc(const char *name)
{
	struct mm_struct *mm = mm_alloc_private(name);

	if (mm)
		mm_publish(mm);
	return mm;
}

/* --- references ----------------------------------------------------------------------------- */

/* R22: the mm was chosen, but is it still there? Under a spin lock nobody comes between. */
static void life_point(const volatile int *count)
{
	if (!spinlocks_held())
		sync_point(SP_WRITE, count);
}

bool mmget_unless_dying(struct mm_struct *mm)
{
	return ref_get_unless_zero(&mm->mm_users);
}

void mmget(struct mm_struct *mm)
{
	life_point(&mm->mm_users);
	BUG_ON(__atomic_fetch_add(&mm->mm_users, 1, __ATOMIC_ACQ_REL) <= 0);
}

/* One user less; true = it was the last, and the mm is off mmlist. */
static bool drop_user(struct mm_struct *mm)
{
	int users = __atomic_load_n(&mm->mm_users, __ATOMIC_RELAXED);
	bool last;

	while (users > 1)
		if (__atomic_compare_exchange_n(&mm->mm_users, &users, users - 1, false,
						__ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return false;
	spin_lock(&mmlist_lock);
	users = __atomic_sub_fetch(&mm->mm_users, 1, __ATOMIC_ACQ_REL);
	BUG_ON(users < 0);
	last = users == 0;
	if (last)
		list_del(&mm->mmlist);
	spin_unlock(&mmlist_lock);
	return last;
}

void mmput(struct mm_struct *mm)
{
	if (!drop_user(mm))
		return;
	might_sleep();
	exit_mmap(mm);
	mm_drop(mm);
}

void mm_grab(struct mm_struct *mm)
{
	life_point(&mm->mm_count);
	BUG_ON(__atomic_fetch_add(&mm->mm_count, 1, __ATOMIC_ACQ_REL) <= 0);
}

void mm_drop(struct mm_struct *mm)
{
	int left = __atomic_sub_fetch(&mm->mm_count, 1, __ATOMIC_ACQ_REL);

	BUG_ON(left < 0 || (left == 0 && mm == &init_mm));
	if (left)
		return;
	pgd_free(phys_to_page(mm->arch.pgd));
	kmem_cache_free(mm_cachep, mm);
}

/* --- rss ------------------------------------------------------------------------------------ */

/* A load, an addition, a store, as 1999 compiled it: two CPUs doing so at once lose one of the
 * changes unless the design's lock keeps them apart. */
static inline void change_rss(struct mm_struct *mm, long n)
{
	long rss = shared_read(mm->rss);

	shared_write(mm->rss, rss + n);
}

/* Entries of two tables may be changed at once: then the counter is atomic. */
static inline bool rss_is_atomic(void)
{
	return vm_design->table_lock == TABLE_LOCK_PER_TABLE;
}

void mm_rss_add_locked(struct mm_struct *mm, long n)
{
	if (rss_is_atomic())
		__atomic_fetch_add(&mm->rss, n, __ATOMIC_RELAXED);
	else
		change_rss(mm, n);
}

void mm_rss_add(struct mm_struct *mm, long n)
{
	if (rss_is_atomic()) {
		mm_rss_add_locked(mm, n);
		return;
	}
	vm_design->pte_lock(mm, 0, PT_RSS);
	change_rss(mm, n);
	vm_design->pte_unlock(mm, 0, PT_RSS);
}
