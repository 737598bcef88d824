/*
 * mm/invariants.c - the invariants of address spaces: vma lists, page tables, rss. See
 * invariants.h; pages and swap slots are in mm/invariants_pages.c.
 */
#include "mm/invariants.h"

#include <stdarg.h>

#include "kernel/printk.h"
#include "kernel/watch.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/rmap.h"
#include "mm/slab.h"

#define TABLE_SPAN (1UL << 22)
#define TABLE_PTES 1024u

int invariant_failed(const char *key, const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintk(text, sizeof(text), fmt, ap);
	va_end(ap);
	watch_complain(WATCH_INVARIANTS, "%s", key);
	report("%s: %s\n", key, text);
	return 1;
}

int invariant_page_failed(const char *key, const struct page *page, const char *fmt, ...)
{
	char what[60], text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintk(what, sizeof(what), fmt, ap);
	va_end(ap);
	return invariant_failed(key, "%s%s", what, page_describe(page, text, sizeof(text)));
}

/* The same with the address space in the key. */
static int mm_failed(const struct mm_struct *mm, const char *what, const char *text,
		     unsigned long a, unsigned long b)
{
	char key[80];

	snprintk(key, sizeof(key), "invariant: %s (%s)", what, mm->name);
	return invariant_failed(key, "%s %#lx %#lx", text, a, b);
}

void for_each_pte(struct mm_struct *mm,
		  void (*f)(struct mm_struct *mm, unsigned long addr, pte_t pte, void *arg),
		  void *arg)
{
	for (unsigned long addr = 0; addr < TASK_SIZE; addr += TABLE_SPAN) {
		const pte_t *table = pte_lookup(mm, addr);

		for (unsigned i = 0; table && i < TABLE_PTES; i++)
			if (!pte_none(table[i]))
				f(mm, addr + i * PAGE_SIZE, table[i], arg);
	}
}

/* --- the list of areas -------------------------------------------------------------------- */

static int check_areas(struct mm_struct *mm)
{
	const struct vm_area_struct *vma;
	unsigned long end = 0;
	int n = 0;

	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		if (kmem_is_freed(vma))
			return mm_failed(mm, "areas", "a freed area in the list after", end, 0);
		if (vma->vm_mm != mm)
			return mm_failed(mm, "areas", "another mm's area", vma->vm_start,
					 vma->vm_end);
		if (vma->vm_start < end || vma->vm_start >= vma->vm_end ||
		    vma->vm_end > TASK_SIZE)
			return mm_failed(mm, "areas", "out of order:", vma->vm_start, vma->vm_end);
		end = vma->vm_end;
		if (++n > MAX_MAP_COUNT)
			return mm_failed(mm, "areas", "an endless list", 0, 0);
	}
	if (n != mm->map_count)
		return mm_failed(mm, "areas", "in the list, in map_count:", (unsigned long)n,
				 (unsigned long)mm->map_count);
	return 0;
}

/* The range tree says the same as the list, address by address where something begins or ends. */
static int check_tree(struct mm_struct *mm)
{
	const struct range_tree *tree = &mm->mm_tree;
	const struct vm_area_struct *vma;
	unsigned long end = 0;

	if (vm_design->lookup != LOOKUP_RANGE_TREE)
		return 0;
	if (range_tree_check(tree) < 0)
		return mm_failed(mm, "tree", "nodes out of order", 0, 0);
	for (vma = mm->mmap; vma; vma = vma->vm_next) {
		if (range_tree_find(tree, end) != vma || range_tree_walk(tree, vma->vm_start) != vma ||
		    range_tree_walk(tree, vma->vm_end - 1) != vma || vma->detached)
			return mm_failed(mm, "tree", "not as the list has it:", vma->vm_start, vma->vm_end);
		if (vma->vm_start > end && range_tree_walk(tree, vma->vm_start - 1))
			return mm_failed(mm, "tree", "an area in a gap before", vma->vm_start, vma->vm_end);
		end = vma->vm_end;
	}
	if (range_tree_find(tree, end))
		return mm_failed(mm, "tree", "an area behind the last one:", end, 0);
	return 0;
}

/* --- ptes against areas, rss -------------------------------------------------------------- */

struct pte_walk {
	const struct vm_area_struct *vma; /* the first that ends above the address */
	long present;
	int failures;
};

/* An entry that may be written stands in an area that may be (f5); the reverse map of its page leads back to
 * it (f3, f4, f6), without which the page could never be stolen. */
static int check_present(struct mm_struct *mm, const struct vm_area_struct *vma, unsigned long addr, pte_t pte)
{
	const struct page *page = phys_to_page(pte_phys(pte));
	int failures = 0;

	if (pte_write(pte) && !(vma->vm_flags & VM_WRITE))
		failures += mm_failed(mm, "writable pte in a read-only area", "address, entry:", addr, pte);
	return failures + check_rmap_of_pte(vma, addr, page);
}

static void check_pte(struct mm_struct *mm, unsigned long addr, pte_t pte, void *arg)
{
	struct pte_walk *w = arg;
	unsigned long nr = pte_phys(pte) >> PAGE_SHIFT;

	while (w->vma && w->vma->vm_end <= addr)
		w->vma = w->vma->vm_next;
	if (!w->vma || addr < w->vma->vm_start)
		w->failures += mm_failed(mm, "pte outside every area", "address, entry:", addr,
					 pte);
	if (pte_present(pte) && nr < max_mapnr && !PageReserved(mem_map + nr)) {
		w->present++;
		if (w->vma && addr >= w->vma->vm_start)
			w->failures += check_present(mm, w->vma, addr, pte);
	}
}

int vm_invariants_check_mm(struct mm_struct *mm)
{
	int failures = check_areas(mm);
	struct pte_walk w = { .vma = mm->mmap };

	if (failures) /* the list cannot be relied on */
		return failures;
	w.failures = check_tree(mm);
	for_each_pte(mm, check_pte, &w);
	if (w.present != mm->rss)
		w.failures += mm_failed(mm, "rss", "rss, present entries:",
					(unsigned long)mm->rss, (unsigned long)w.present);
	return w.failures;
}

int vm_invariants_check(void)
{
	struct list_head *pos;
	int failures = 0;

	list_for_each(pos, &mmlist)
		failures += vm_invariants_check_mm(list_entry(pos, struct mm_struct, mmlist));
	failures += check_pages_and_swap();
	failures += check_counters();
	return failures;
}
