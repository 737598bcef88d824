/*
 * mm/nopage.c - the first touch of a page that a file or driver supplies.
 *
 * Realises facts section c (do_no_page row): nopage() sleeps and reads; then rss and the entry, in
 * 2.3.23 without a lock. A private mapping that is written at its first touch gets its copy at
 * once, so nopage() is asked for the shared page in any case.
 * Ours, and much younger than 1999: where the area's methods can say which pages are cached
 * (around), a fault maps the window of AROUND_PAGES that it lies in; what it costs is shared by 16
 * pages. A design with cached_first looks for the page in the cache before it asks anybody: a page that is there
 * needs no lock that is given up over a wait. A read maps the whole window then, a write the one page or its copy.
 */
#include "mm/fault_parts.h"

/* What the vma's nopage() says, in the design's bracket. */
static struct page *ask_driver(struct vm_area_struct *vma, unsigned long addr, int write_access)
{
	struct page *page;

	vm_design->method_begin(vma, VM_NOPAGE);
	milestone(MS_METHOD_ENTER, "nopage");
	page = vma->vm_ops->nopage(vma, addr, write_access);
	milestone(MS_METHOD_LEAVE, "nopage");
	vm_design->method_end(vma, VM_NOPAGE);
	return page;
}

/* A private copy of @page, whose reference is dropped; NULL = no memory. */
static struct page *private_copy(struct page *page)
{
	struct page *copy = alloc_page(GFP_USER);

	if (copy) {
		arch_copy_page(page_to_phys(copy), page_to_phys(page));
		page_set(copy, PG_uptodate);
		vm_count(&vm_events.cow);
	}
	page_cache_release(page);
	return copy;
}

/* --- fault-around ----------------------------------------------------------------------------- */

#define AROUND_PAGES 16 /* aligned, so all in one page table */

/* Give back the pages whose entries are taken: NULL in @pages. How many are left. Only faults fill
 * entries, and they are kept out (or the entry is looked at again under the pte lock). */
static int keep_wanted(const pte_t *ptes, struct page **pages, int n)
{
	int wanted = 0;

	for (int i = 0; i < n; i++) {
		if (!pages[i])
			continue;
		if (pte_none(pte_read(ptes + i))) {
			wanted++;
			continue;
		}
		page_cache_release(pages[i]);
		pages[i] = NULL;
	}
	return wanted;
}

static pte_t around_pte(const struct vm_area_struct *vma, const struct page *page)
{
	pte_t entry =
		mk_pte(page, vma->vm_flags) & ~(pte_t)_PAGE_ACCESSED; /* nobody asked for it yet */

	return room_is_certain(vma, page) ? entry : entry & ~(pte_t)_PAGE_RW;
}

/* Map what is in the page cache at @addr, whose own entry stands at @ptep, and beside it. True = there is an
 * entry for @addr itself now. */
static bool map_around(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long base = max(addr & ~(AROUND_PAGES * PAGE_SIZE - 1), vma->vm_start);
	unsigned long end = min((addr & ~(AROUND_PAGES * PAGE_SIZE - 1)) + AROUND_PAGES * PAGE_SIZE,
				vma->vm_end);
	pte_t *ptes = ptep - ((addr - base) >> PAGE_SHIFT);
	struct page *pages[AROUND_PAGES];
	int n = vma->vm_ops->around(vma, vma->vm_pgoff + ((base - vma->vm_start) >> PAGE_SHIFT),
				    pages, (int)((end - base) >> PAGE_SHIFT));
	int own = (int)((addr - base) >> PAGE_SHIFT);
	bool mapped = own < n && pages[own];
	int wanted = keep_wanted(ptes, pages, n), lost = 0;

	if (!wanted)
		return mapped;
	mm_rss_add(mm, wanted);
	vm_design->pte_lock(mm, addr, PT_NO_PAGE);
	for (int i = 0; i < n; i++) {
		if (!pages[i])
			continue;
		if (pte_changed(PT_NO_PAGE, ptes + i, 0)) {
			page_cache_release(
				pages[i]); /* not its last reference: the cache has one */
			lost++;
			continue;
		}
		install_pte(ptes + i, around_pte(vma, pages[i]));
	}
	vm_design->pte_unlock(mm, addr, PT_NO_PAGE);
	if (lost)
		mm_rss_add(mm, -lost);
	vm_count_n(&vm_events.around, (unsigned long)(wanted - lost));
	return mapped;
}

/* Is the page looked for in the cache before anybody is asked? */
static bool look_first(const struct vm_area_struct *vma)
{
	return vm_design->cached_first && vma->vm_ops->around;
}

/* The page for a write at @addr, with a reference, if it is cached and may be written at once; else NULL. */
static struct page *cached_page(struct vm_area_struct *vma, unsigned long addr)
{
	unsigned long index = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	struct page *page;

	if (!vma->vm_ops->around(vma, index, &page, 1) || !page)
		return NULL;
	if (!(vma->vm_flags & VM_SHARED) || room_is_certain(vma, page))
		return page;
	page_cache_release(page); /* its file has to be asked, which may take long */
	return NULL;
}

/* --- one page --------------------------------------------------------------------------------- */

/* Put @page's entry in place; its reference goes into the entry. @anonymous: it is a copy, ours alone. */
static void install_page(struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
			 struct page *page, pte_t entry, bool anonymous)
{
	struct mm_struct *mm = vma->vm_mm;
	long counted = PageReserved(page) ? 0 : 1;
	bool lost;

	if (counted)
		mm_rss_add(mm, 1);
	vm_design->pte_lock(mm, addr, PT_NO_PAGE);
	lost = pte_changed(PT_NO_PAGE, ptep, 0);
	if (!lost) {
		if (anonymous)
			page_add_new_anon(page, vma, addr);
		install_pte(ptep, entry);
	}
	vm_design->pte_unlock(mm, addr, PT_NO_PAGE);
	if (lost) {
		if (counted)
			mm_rss_add(mm, -1);
		page_cache_release(page);
	}
}

/* The page that belongs at @addr, with a reference: from the cache, where the design looks there first, or from who
 * supplies it. */
static int find_page(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr,
		     int write_access, struct page **pagep)
{
	bool private_write = write_access && !(vma->vm_flags & VM_SHARED);
	struct page *page = NULL;

	if (write_access && look_first(vma))
		page = cached_page(vma, addr);
	if (!page && fc && !vm_design->fault_may_sleep(fc))
		return VM_FAULT_RETRY;
	trace_note(NOTE_FAULT, TF_FILE, 0);
	if (!page)
		page = ask_driver(vma, addr, write_access && !private_write);
	if (!page)
		return VM_FAULT_SIGBUS;
	if (page == NOPAGE_OOM)
		return VM_FAULT_OOM;
	vm_count(&vm_events.nopage);
	*pagep = private_write ? private_copy(page) : page;
	return *pagep ? VM_FAULT_OK : VM_FAULT_OOM;
}

int do_no_page(struct fault_ctx *fc, struct vm_area_struct *vma, unsigned long addr, pte_t *ptep,
	       int write_access)
{
	bool private_write = write_access && !(vma->vm_flags & VM_SHARED);
	struct page *page;
	pte_t entry;
	int error = VM_FAULT_OK;

	if (!vma->vm_ops || !vma->vm_ops->nopage)
		return do_anonymous_page(fc, vma, addr, ptep, write_access);
	if (private_write)
		error = anon_vma_fault_prepare(fc, vma);
	if (error != VM_FAULT_OK)
		return error;
	if (!write_access && look_first(vma) && map_around(vma, addr, ptep)) {
		trace_note(NOTE_FAULT, TF_FILE, 0);
		vm_count(&vm_events.nopage);
		return VM_FAULT_OK;
	}
	error = find_page(fc, vma, addr, write_access, &page);
	if (error != VM_FAULT_OK)
		return error;
	entry = mk_pte(page, vma->vm_flags);
	if (write_access)
		entry |= _PAGE_RW | _PAGE_DIRTY;
	else if (!room_is_certain(vma, page))
		entry &= ~(pte_t)_PAGE_RW;
	install_page(vma, addr, ptep, page, entry, private_write);
	if (vma->vm_ops->around && !private_write)
		map_around(vma, addr, ptep);
	return VM_FAULT_OK;
}
