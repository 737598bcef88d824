/*
 * mm/anon_vma.c - anon_vmas: made at an area's first anonymous page, copied by split, move and fork, undone by
 * munmap. See mm/anon_vma.h for what they are; facts/linux-6.x-vma-locking.md a.6.
 *
 * Whatever must be allocated is allocated before the family's lock is taken: page stealing takes that lock
 * for reading, so nobody who has it may ask for memory.
 */
#include "mm/anon_vma.h"

#include "kernel/refcount.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/sync.h"
#include "mm/fault.h"
#include "mm/slab.h"
#include "mm/vma.h"

static struct kmem_cache *anon_vma_cachep, *chain_cachep;

void anon_vma_init(void)
{
	anon_vma_cachep = kmem_cache_create("anon_vma", sizeof(struct anon_vma), NULL, NULL, 0);
	chain_cachep = kmem_cache_create("anon_vma_chain", sizeof(struct anon_vma_chain), NULL, NULL, 0);
	BUG_ON(!anon_vma_cachep || !chain_cachep);
}

/* --- life ------------------------------------------------------------------------------------------- */

/* @parent NULL: the first of a family. NULL = no memory. */
static struct anon_vma *anon_vma_alloc(struct anon_vma *parent)
{
	struct anon_vma *av = kmem_cache_alloc(anon_vma_cachep, GFP_KERNEL);

	if (!av)
		return NULL;
	init_rwsem(&av->rwsem, LC_ANON_VMA, NULL);
	list_init(&av->chains);
	av->refcount = 1;
	av->active_vmas = 0;
	av->parent = parent ? parent : av;
	av->root = parent ? parent->root : av;
	av->children = parent ? 0 : 1;
	if (parent)
		BUG_ON(!anon_vma_get(av->root));
	return av;
}

static void free_anon_vma(struct rcu_head *head)
{
	kmem_cache_free(anon_vma_cachep, container_of(head, struct anon_vma, rcu));
}

bool anon_vma_get(struct anon_vma *av)
{
	return ref_get_unless_zero(&av->refcount);
}

/* Who looks from a page under RCU may still read it, so it is not reused before a grace period. */
void anon_vma_put(struct anon_vma *av)
{
	struct anon_vma *root = av->root;
	int left = __atomic_sub_fetch(&av->refcount, 1, __ATOMIC_ACQ_REL);

	BUG_ON(left < 0);
	if (left)
		return;
	BUG_ON(!list_empty(&av->chains));
	call_rcu(&av->rcu, free_anon_vma);
	if (root != av)
		anon_vma_put(root);
}

/* --- links ------------------------------------------------------------------------------------------ */

/* @n chain objects as a list by ->next; NULL = no memory (or @n is 0). */
static struct anon_vma_chain *alloc_chains(unsigned n)
{
	struct anon_vma_chain *list = NULL;

	while (n--) {
		struct anon_vma_chain *avc = kmem_cache_alloc(chain_cachep, GFP_KERNEL);

		if (!avc) {
			while (list) {
				avc = list;
				list = avc->next;
				kmem_cache_free(chain_cachep, avc);
			}
			return NULL;
		}
		avc->next = list;
		list = avc;
	}
	return list;
}

/* Needs the family's lock. */
static void link_chain(struct anon_vma_chain *avc, struct vm_area_struct *vma, struct anon_vma *av)
{
	avc->vma = vma;
	avc->anon_vma = av;
	avc->next = vma->anon_vma_chain;
	vma->anon_vma_chain = avc;
	list_add_tail(&avc->same_anon_vma, &av->chains);
}

static unsigned count_chains(const struct vm_area_struct *vma)
{
	unsigned n = 0;

	for (const struct anon_vma_chain *avc = vma->anon_vma_chain; avc; avc = avc->next)
		n++;
	return n;
}

static bool has_one_chain(const struct vm_area_struct *vma)
{
	return vma->anon_vma_chain && !vma->anon_vma_chain->next;
}

void anon_vma_lock_write(struct vm_area_struct *vma)
{
	if (vma->anon_vma)
		down_write(&vma->anon_vma->root->rwsem);
}

void anon_vma_unlock_write(struct vm_area_struct *vma)
{
	if (vma->anon_vma)
		up_write(&vma->anon_vma->root->rwsem);
}

/* --- the first anonymous page --------------------------------------------------------------------- */

/* Could the two have been one area, but for what mprotect changes? Then they may become one again, and should
 * not be kept apart by their anon_vmas. */
static bool might_be_one(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	return a->vm_end == b->vm_start && a->vm_file == b->vm_file &&
	       !((a->vm_flags ^ b->vm_flags) & ~(unsigned)VM_ACCESS) &&
	       b->vm_pgoff == a->vm_pgoff + ((b->vm_start - a->vm_start) >> PAGE_SHIFT);
}

/* The neighbour's, if it has only that one: else pages of ours would be searched in areas of other processes
 * that never had them (f17). */
static struct anon_vma *reusable(const struct vm_area_struct *near, const struct vm_area_struct *a,
				 const struct vm_area_struct *b)
{
	struct anon_vma *av;

	if (!near)
		return NULL;
	sync_point(SP_READ, near); /* f6: mmap_lock keeps it */
	if (!KMEM_ALIVE(near) || !might_be_one(a, b))
		return NULL;
	av = __atomic_load_n(&near->anon_vma, __ATOMIC_ACQUIRE);
	return av && has_one_chain(near) ? av : NULL;
}

/* Needs mmap_lock, which keeps the neighbours where they are. */
static struct anon_vma *find_neighbours(struct vm_area_struct *vma)
{
	struct vm_area_struct *next = shared_read(vma->vm_next), *prev;
	struct anon_vma *av = reusable(next, vma, next);

	if (av)
		return av;
	find_vma_prev(vma->vm_mm, vma->vm_start, &prev);
	return reusable(prev, prev, vma);
}

/* @avc goes into use if @vma still has no anon_vma; true = it did. */
static bool first_anon_vma(struct vm_area_struct *vma, struct anon_vma *av, struct anon_vma_chain *avc)
{
	struct mm_struct *mm = vma->vm_mm;
	bool first;

	down_write(&av->root->rwsem);
	vm_design->pte_lock(mm, vma->vm_start, PT_ANON_VMA);
	first = !vma->anon_vma;
	if (first) {
		link_chain(avc, vma, av);
		av->active_vmas++;
		__atomic_store_n(&vma->anon_vma, av, __ATOMIC_RELEASE);
	}
	vm_design->pte_unlock(mm, vma->vm_start, PT_ANON_VMA);
	up_write(&av->root->rwsem);
	return first;
}

int anon_vma_prepare(struct vm_area_struct *vma)
{
	struct anon_vma_chain *avc;
	struct anon_vma *av, *fresh = NULL;

	if (likely(__atomic_load_n(&vma->anon_vma, __ATOMIC_ACQUIRE)))
		return 0;
	avc = alloc_chains(1);
	if (!avc)
		return -ENOMEM;
	av = find_neighbours(vma);
	if (!av)
		av = fresh = anon_vma_alloc(NULL);
	if (!av) {
		kmem_cache_free(chain_cachep, avc);
		return -ENOMEM;
	}
	if (!first_anon_vma(vma, av, avc)) { /* another thread's fault was faster */
		kmem_cache_free(chain_cachep, avc);
		if (fresh)
			anon_vma_put(fresh);
	}
	return 0;
}

int anon_vma_fault_prepare(struct fault_ctx *fc, struct vm_area_struct *vma)
{
	int error;

	if (!anon_vmas_used() || likely(__atomic_load_n(&vma->anon_vma, __ATOMIC_ACQUIRE)))
		return VM_FAULT_OK;
	if (fc && !vm_design->anon_prepare_begin(fc))
		return VM_FAULT_RETRY;
	error = anon_vma_prepare(vma);
	if (fc)
		vm_design->anon_prepare_end(fc);
	return error ? VM_FAULT_OOM : VM_FAULT_OK;
}

/* --- copies ----------------------------------------------------------------------------------------- */

/* An anon_vma whose own areas are gone and that has one child at most can serve as that child: so a chain of
 * forks whose parents exit does not grow for ever. */
static bool serves_as_child(const struct anon_vma *av)
{
	return av->children < 2 && av->active_vmas == 0;
}

/* Link @dst to all of @src's with the objects of @list, as many as there are links. @forked: take one that
 * serves as the child's own, if there is one. */
static void link_all(struct vm_area_struct *dst, struct vm_area_struct *src, struct anon_vma_chain *list,
		     bool forked)
{
	struct anon_vma *root = src->anon_vma->root;

	down_write(&root->rwsem);
	for (struct anon_vma_chain *from = src->anon_vma_chain; from; from = from->next) {
		struct anon_vma_chain *avc = list;

		list = avc->next;
		BUG_ON(from->anon_vma->root != root);
		link_chain(avc, dst, from->anon_vma);
		if (forked && !dst->anon_vma && serves_as_child(from->anon_vma))
			dst->anon_vma = from->anon_vma;
	}
	if (!forked)
		dst->anon_vma = src->anon_vma;
	if (dst->anon_vma)
		dst->anon_vma->active_vmas++;
	up_write(&root->rwsem);
}

static int clone_links(struct vm_area_struct *dst, struct vm_area_struct *src, bool forked)
{
	struct anon_vma_chain *list;

	BUG_ON(dst->anon_vma || dst->anon_vma_chain);
	if (!anon_vmas_used() || !src->anon_vma)
		return 0;
	list = alloc_chains(count_chains(src));
	if (!list)
		return -ENOMEM;
	link_all(dst, src, list, forked);
	return 0;
}

int anon_vma_clone(struct vm_area_struct *dst, struct vm_area_struct *src)
{
	return clone_links(dst, src, false);
}

/* The child's pages of its own. */
static int give_own(struct vm_area_struct *child, struct anon_vma *parent)
{
	struct anon_vma_chain *avc = alloc_chains(1);
	struct anon_vma *av = avc ? anon_vma_alloc(parent) : NULL;

	if (!av) {
		if (avc)
			kmem_cache_free(chain_cachep, avc);
		return -ENOMEM;
	}
	down_write(&av->root->rwsem);
	link_chain(avc, child, av);
	parent->children++;
	av->active_vmas++;
	child->anon_vma = av;
	up_write(&av->root->rwsem);
	return 0;
}

int anon_vma_fork(struct vm_area_struct *child, struct vm_area_struct *parent)
{
	int error = clone_links(child, parent, true);

	if (error || !parent->anon_vma || !anon_vmas_used() || child->anon_vma)
		return error;
	error = give_own(child, parent->anon_vma);
	if (error)
		unlink_anon_vmas(child);
	return error;
}

/* --- the end ---------------------------------------------------------------------------------------- */

/* @avc is off its anon_vma; was it the last? Needs the family's lock. */
static bool unlink_one(struct anon_vma_chain *avc)
{
	struct anon_vma *av = avc->anon_vma;

	list_del(&avc->same_anon_vma);
	if (!list_empty(&av->chains))
		return false;
	av->parent->children--;
	return true;
}

void unlink_anon_vmas(struct vm_area_struct *vma)
{
	struct anon_vma_chain *avc, *next;
	struct rw_semaphore *rwsem;

	if (!vma->anon_vma_chain)
		return;
	rwsem = &vma->anon_vma_chain->anon_vma->root->rwsem;
	down_write(rwsem);
	if (vma->anon_vma)
		vma->anon_vma->active_vmas--;
	vma->anon_vma = NULL;
	for (avc = vma->anon_vma_chain; avc; avc = avc->next)
		if (!unlink_one(avc))
			avc->anon_vma = NULL; /* it lives on */
	up_write(rwsem);
	/* The lock may go with its root, so references are given back outside. */
	for (avc = vma->anon_vma_chain; avc; avc = next) {
		next = avc->next;
		if (avc->anon_vma)
			anon_vma_put(avc->anon_vma);
		kmem_cache_free(chain_cachep, avc);
	}
	vma->anon_vma_chain = NULL;
}

bool anon_vma_compatible(const struct vm_area_struct *a, const struct vm_area_struct *b)
{
	if (a->anon_vma == b->anon_vma)
		return true;
	/* The one that is joined has links of a single anon_vma: nobody else's pages come with them. */
	return (!a->anon_vma && has_one_chain(b)) || (!b->anon_vma && has_one_chain(a));
}

void anon_vma_merge(struct vm_area_struct *keep, struct vm_area_struct *gone)
{
	if (keep->anon_vma || !gone->anon_vma) {
		unlink_anon_vmas(gone);
		return;
	}
	anon_vma_lock_write(gone);
	for (struct anon_vma_chain *avc = gone->anon_vma_chain; avc; avc = avc->next)
		avc->vma = keep;
	keep->anon_vma_chain = gone->anon_vma_chain;
	keep->anon_vma = gone->anon_vma;
	gone->anon_vma_chain = NULL;
	gone->anon_vma = NULL;
	anon_vma_unlock_write(keep);
}
