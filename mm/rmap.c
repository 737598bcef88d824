/*
 * mm/rmap.c - reverse maps: entries that come and go, the walk from a page to its entries, aging, unmapping.
 *
 * See mm/rmap.h. The walk takes a page that the caller has locked; the lock keeps its identity, and while
 * anybody maps it, its anon_vma. Each entry is looked at without a lock first, and again under its table's.
 */
#include "mm/rmap.h"

#include "kernel/printk.h"
#include "kernel/sync.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/slab.h"
#include "mm/vma.h"
#include "mm/writeback.h"

/* --- entries come and go ---------------------------------------------------------------------------- */

void __page_add_new_anon(struct page *page, struct vm_area_struct *vma, unsigned long addr)
{
	BUG_ON(!vma->anon_vma);
	page->anon_vma = vma->anon_vma;
	page->anon_index = vma_index(vma, addr);
	__atomic_store_n(&page->mapcount, 1, __ATOMIC_RELEASE);
	page_set(page, PG_anon);
	anon_lru_add(page);
}

/* The root's, since entries with this page's slot may stand in every process of the family. */
void __page_add_anon(struct page *page, struct vm_area_struct *vma, unsigned long addr)
{
	lock_assert_held(&page->lock);
	BUG_ON(!vma->anon_vma);
	if (!page_anon_mapped(page)) {
		page->anon_vma = vma->anon_vma->root;
		page->anon_index = vma_index(vma, addr);
		page_set(page, PG_anon);
	}
	__atomic_fetch_add(&page->mapcount, 1, __ATOMIC_ACQ_REL);
}

void __page_remove_anon(struct page *page)
{
	BUG_ON(__atomic_fetch_sub(&page->mapcount, 1, __ATOMIC_ACQ_REL) <= 0);
}

void page_anon_freed(struct page *page)
{
	BUG_ON(page->mapcount);
	if (page_test(page, PG_lru))
		anon_lru_del(page);
	page->anon_vma = NULL;
	page_clear(page, PG_anon);
}

/* --- the walk ----------------------------------------------------------------------------------------- */

/* What is done with one entry; false = the walk is over. */
struct rmap_walk {
	struct page *page;
	bool (*visit)(struct rmap_walk *w, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep);
	int referenced;
	enum unmap_result result;
};

/* Where @index would stand in @vma; false = it does not reach there. */
static bool index_to_addr(const struct vm_area_struct *vma, unsigned long index, unsigned long *addr)
{
	unsigned long off = index - vma->vm_pgoff;

	if (off >= (vma->vm_end - vma->vm_start) >> PAGE_SHIFT)
		return false;
	*addr = vma->vm_start + (off << PAGE_SHIFT);
	return true;
}

static bool maps(pte_t entry, const struct page *page)
{
	return pte_present(entry) && pte_phys(entry) == page_to_phys(page);
}

/* The entry of @vma for the page, if it maps the page now. */
static bool visit_vma(struct rmap_walk *w, struct vm_area_struct *vma, unsigned long index)
{
	unsigned long addr;
	pte_t *ptep;

	if (!KMEM_ALIVE(vma) || !index_to_addr(vma, index, &addr))
		return true;
	ptep = pte_lookup(vma->vm_mm, addr);
	if (!ptep || !maps(pte_read(ptep), w->page))
		return true;
	return w->visit(w, vma, addr, ptep);
}

/* Needs the family's lock. */
static void walk_anon(struct rmap_walk *w, struct anon_vma *av)
{
	struct list_head *pos;

	list_for_each(pos, &av->chains) {
		struct anon_vma_chain *avc = list_entry(pos, struct anon_vma_chain, same_anon_vma);

		if (!visit_vma(w, avc->vma, w->page->anon_index))
			return;
	}
}

/* Needs the lock of the mapping's list. */
static void walk_file(struct rmap_walk *w, struct address_space *mapping)
{
	for (struct vm_area_struct *vma = mapping->i_mmap; vma; vma = vma->vm_next_share)
		if (!visit_vma(w, vma, w->page->index))
			return;
}

/* The page's anon_vma with a reference, NULL = nobody maps it. A page that is mapped after rcu_read_lock keeps
 * its anon_vma's memory until rcu_read_unlock at least. */
static struct anon_vma *page_get_anon_vma(struct page *page)
{
	struct anon_vma *av = NULL;

	rcu_read_lock();
	if (page_anon_mapped(page)) {
		av = __atomic_load_n(&page->anon_vma, __ATOMIC_ACQUIRE);
		if (!anon_vma_get(av))
			av = NULL;
	}
	rcu_read_unlock();
	return av;
}

/* The mapping whose areas may map @page: a file's; NULL = none. */
static struct address_space *page_file(const struct page *page)
{
	return PageSwapCache(page) || page_test(page, PG_anon) ? NULL : page->mapping;
}

/* Find the list, lock it by the design's bracket, walk. With ctx->try nothing is waited for; false = it was
 * not to be had. */
static bool rmap_walk(struct steal_ctx *ctx, struct rmap_walk *w)
{
	struct address_space *mapping = page_file(w->page);
	struct anon_vma *av = mapping ? NULL : page_get_anon_vma(w->page);
	bool done;

	if (!mapping && !av)
		return true;
	ctx->anon_vma = av;
	ctx->mapping = mapping;
	vm_design->walk_begin(ctx);
	done = ctx->walk_locked;
	if (done && av)
		walk_anon(w, av);
	else if (done)
		walk_file(w, mapping);
	vm_design->walk_end(ctx);
	if (av)
		anon_vma_put(av);
	return done;
}

/* --- aging -------------------------------------------------------------------------------------------- */

/* The TLB may still think it was used; as ever that is not worth a flush. */
static bool make_entry_old(struct rmap_walk *w, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep)
{
	vm_design->pte_lock(vma->vm_mm, addr, PT_STEAL);
	if (maps(pte_read(ptep), w->page) && pte_young(pte_read(ptep))) {
		__atomic_fetch_and(ptep, ~(pte_t)_PAGE_ACCESSED, __ATOMIC_ACQ_REL);
		w->referenced++;
	}
	vm_design->pte_unlock(vma->vm_mm, addr, PT_STEAL);
	vmscan_events.scans++;
	return true;
}

int page_referenced(struct page *page)
{
	struct steal_ctx ctx = { .try = true };
	struct rmap_walk w = { .page = page, .visit = make_entry_old };

	lock_assert_held(&page->lock);
	if (!rmap_walk(&ctx, &w))
		return 1;
	return w.referenced;
}

/* --- unmapping ---------------------------------------------------------------------------------------- */

/* The entry is ours and maps the page: clear it, or put the page's slot there. Entry: PT_STEAL. */
static void clear_entry(struct rmap_walk *w, struct mm_struct *mm, unsigned long addr, pte_t *ptep)
{
	struct swp_entry slot = { 0 };
	struct page *page = w->page;
	pte_t entry;

	if (PageSwapCache(page)) {
		slot.val = (uint32_t)page->index;
		swap_duplicate(slot);
	}
	sync_point(SP_WRITE, ptep);
	entry = ptep_get_and_clear(ptep);
	set_pte(ptep, slot.val);
	arch_flush_tlb_page(&mm->arch, addr); /* before it is written or freed */
	if (pte_dirty(entry)) {
		if (slot.val)
			page_set(page, PG_dirty);
		else
			set_page_dirty(page);
	}
	mm_rss_add_locked(mm, -1);
	page_remove_anon(page);
	vmscan_events.unmapped++;
}

static bool unmap_entry(struct rmap_walk *w, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep)
{
	struct mm_struct *mm = vma->vm_mm;
	bool ours;
	pte_t entry;

	if (__atomic_load_n(&vma->vm_flags, __ATOMIC_RELAXED) & (VM_LOCKED | VM_RESERVED)) {
		w->result = UNMAP_LOCKED;
		return false;
	}
	milestone(MS_WALK_ENTER, mm->name);
	vm_design->pte_lock(mm, addr, PT_STEAL);
	entry = pte_read(ptep);
	ours = maps(entry, w->page);
	if (ours && pte_young(entry)) {
		w->result = UNMAP_AGAIN;
		ours = false;
	}
	if (ours)
		clear_entry(w, mm, addr, ptep);
	vm_design->pte_unlock(mm, addr, PT_STEAL);
	if (ours)
		__free_page(w->page); /* the entry's reference; we have one too */
	milestone(MS_WALK_LEAVE, mm->name);
	return w->result == UNMAP_DONE;
}

enum unmap_result try_to_unmap(struct steal_ctx *ctx, struct page *page)
{
	struct rmap_walk w = { .page = page, .visit = unmap_entry, .result = UNMAP_DONE };

	lock_assert_held(&page->lock);
	/* Its slot is what the entries get: without one the contents would be lost. */
	BUG_ON(page_test(page, PG_anon) && !PageSwapCache(page));
	ctx->try = false;
	rmap_walk(ctx, &w);
	/* An entry that mremap moved meanwhile may have been missed at both places. */
	if (w.result == UNMAP_DONE && page_anon_mapped(page))
		w.result = UNMAP_AGAIN;
	return w.result;
}

/* --- for invariants ----------------------------------------------------------------------------------- */

bool rmap_finds(const struct page *page, const struct vm_area_struct *vma, unsigned long addr)
{
	struct anon_vma *av = page->anon_vma;
	struct list_head *pos;
	unsigned long there;

	if (!av || kmem_is_freed(av) || !index_to_addr(vma, page->anon_index, &there) || there != addr)
		return false;
	list_for_each(pos, &av->chains)
		if (list_entry(pos, struct anon_vma_chain, same_anon_vma)->vma == vma)
			return true;
	return false;
}
