/*
 * mm/invariants_rmap.c - the invariants of reverse maps, for designs with anon_vmas: from each mapped
 * page the way back
 * leads to each entry that maps it; and the lists of anonymous pages. See mm/invariants.h.
 */
#include "kernel/printk.h"
#include "mm/filemap.h"
#include "mm/invariants.h"
#include "mm/rmap.h"

static int rmap_failed(const struct mm_struct *mm, const char *what, const struct page *page, unsigned long addr)
{
	char key[80];

	snprintk(key, sizeof(key), "invariant: %s (%s)", what, mm->name);
	return invariant_page_failed(key, page, "%#lx maps ", addr);
}

static bool on_share_list(const struct address_space *mapping, const struct vm_area_struct *vma)
{
	const struct vm_area_struct *v = mapping->i_mmap;

	while (v && v != vma)
		v = v->vm_next_share;
	return v;
}

int check_rmap_of_pte(const struct vm_area_struct *vma, unsigned long addr, const struct page *page)
{
	if (!anon_vmas_used() || PageReserved(page))
		return 0;
	if (page_test(page, PG_anon))
		return rmap_finds(page, vma, addr) ? 0 : rmap_failed(vma->vm_mm, "reverse map", page, addr);
	if (PageSwapCache(page) || (!page->mapping && !vma->vm_ops))
		return rmap_failed(vma->vm_mm, "reverse map", page, addr);
	if (page->mapping && (!on_share_list(page->mapping, vma) || page->index != vma_index(vma, addr)))
		return rmap_failed(vma->vm_mm, "reverse map", page, addr);
	return 0;
}

int check_mapcount(const struct page *page)
{
	int entries = (int)page->found - (page->pprev_hash != NULL);

	if (!page_test(page, PG_anon))
		return 0;
	if (page->mapcount != entries)
		return invariant_page_failed("invariant: mapcount", page, "%d entries, mapcount %d: ", entries,
					     page->mapcount);
	if (!page_test(page, PG_lru))
		return invariant_page_failed("invariant: lru", page, "on no list: ");
	return 0;
}

static void check_listed(struct page *page, void *arg)
{
	int *failures = arg;

	if (!page_test(page, PG_anon) || !page_test(page, PG_lru) || page->pprev_hash)
		*failures += invariant_failed("invariant: lru", "page %lu does not belong on an anon list",
					      page_nr(page));
}

int check_anon_lists(void)
{
	int failures = 0, listed = anon_lru_for_each(check_listed, &failures);

	if (listed != anon_lru_pages())
		failures += invariant_failed("invariant: lru", "anon lists count %d, %d are there",
					     anon_lru_pages(), listed);
	return failures;
}
