/*
 * tests/unit/vmmodel.h - an address space as an array of pages, and random operations on both.
 * Include unit.h and vmtest.h first.
 *
 * The window crosses two page tables. The model says of each page whether it is mapped, with which
 * protection, locked or not, and what its first word must read; that is all a program can see.
 */
#ifndef TESTS_UNIT_VMMODEL_H
#define TESTS_UNIT_VMMODEL_H

#define WINDOW	 256
#define WIN_BASE (0x20400000UL - PAGES(WINDOW / 2))

struct model_page {
	bool mapped, locked;
	unsigned prot;
	uint32_t word;
};

struct model {
	struct mm_struct *mm;
	uint32_t seed;
	uint32_t stamp;
	struct model_page page[WINDOW];
	unsigned long done[8]; /* operations that succeeded, by kind */
};

static inline unsigned long page_at(unsigned i)
{
	return WIN_BASE + PAGES(i);
}

static inline bool may_write(const struct model_page *p)
{
	return p->mapped && (p->prot & PROT_WRITE);
}

/* Everything the list says, against the array. */
static void model_compare(const struct model *m)
{
	struct vm_area_struct *vma = m->mm->mmap;
	unsigned long total = 0;

	vt_check_mm(m->mm);
	for (unsigned i = 0; i < WINDOW; i++) {
		const struct model_page *p = &m->page[i];
		bool mapped;

		while (vma && vma->vm_end <= page_at(i))
			vma = vma->vm_next;
		mapped = vma && vma->vm_start <= page_at(i);
		ck_assert_msg(mapped == p->mapped, "page %u: mapped %d, model %d", i, mapped,
			      p->mapped);
		total += mapped;
		if (!mapped)
			continue;
		ck_assert_uint_eq(vma->vm_flags & VM_ACCESS, p->prot);
		ck_assert_int_eq(!!(vma->vm_flags & VM_LOCKED), p->locked);
	}
	ck_assert_uint_eq(m->mm->total_vm, total);
}

/* Access one page as a program would. */
static void model_access(struct model *m, unsigned i)
{
	struct model_page *p = &m->page[i];
	uint32_t got = 0;
	bool ok = vt_peek(page_at(i), &got);

	ck_assert_msg(ok == (p->mapped && p->prot), "page %u: readable %d", i, ok);
	if (ok)
		ck_assert_msg(got == p->word, "page %u: reads %u, model %u", i, got, p->word);
	if (vt_random(&m->seed) % 2) {
		ok = vt_poke(page_at(i), ++m->stamp);
		ck_assert_msg(ok == may_write(p), "page %u: writable %d", i, ok);
		if (ok)
			p->word = m->stamp;
	}
}

static void model_range(struct model *m, unsigned *first, unsigned *n)
{
	*first = vt_random(&m->seed) % WINDOW;
	*n = 1 + vt_random(&m->seed) % (vt_random(&m->seed) % 4 ? 8 : 64);
	if (*n > WINDOW - *first)
		*n = WINDOW - *first;
}

static unsigned model_prot(struct model *m)
{
	static const unsigned prots[] = {
		RW, RW, RW, PROT_READ, 0, RW | PROT_EXEC, PROT_READ | PROT_EXEC};

	return prots[vt_random(&m->seed) % ARRAY_SIZE(prots)];
}

/* The pages from @first on that are mapped without a hole, at most @n. */
static unsigned mapped_run(const struct model *m, unsigned first, unsigned n)
{
	unsigned i = 0;

	while (i < n && m->page[first + i].mapped)
		i++;
	return i;
}

static void op_mmap(struct model *m)
{
	unsigned first, n, prot = model_prot(m), locked = vt_random(&m->seed) % 8 == 0;

	model_range(m, &first, &n);
	ck_assert_uint_eq(vt_mmap(page_at(first), PAGES(n) - vt_random(&m->seed) % PAGE_SIZE, prot,
				  ANON_AT | (locked ? MAP_LOCKED : 0)),
			  page_at(first));
	for (unsigned i = first; i < first + n; i++)
		m->page[i] = (struct model_page){true, locked, prot, 0};
	m->done[0]++;
}

static void op_munmap(struct model *m)
{
	unsigned first, n;

	model_range(m, &first, &n);
	ck_assert_int_eq(sys_munmap(page_at(first), PAGES(n)), 0);
	memset(&m->page[first], 0, n * sizeof(m->page[0]));
	m->done[1]++;
}

static void op_mprotect(struct model *m)
{
	unsigned first, n, run, prot = model_prot(m);

	model_range(m, &first, &n);
	run = mapped_run(m, first, n);
	ck_assert_int_eq(sys_mprotect(page_at(first), PAGES(n), prot), run == n ? 0 : -ENOMEM);
	for (unsigned i = first; i < first + run; i++)
		m->page[i].prot = prot;
	m->done[2] += run == n;
}

static void op_mlock(struct model *m)
{
	unsigned first, n, run;
	bool on = vt_random(&m->seed) % 2;
	long result;

	model_range(m, &first, &n);
	run = mapped_run(m, first, n);
	result = on ? sys_mlock(page_at(first), PAGES(n)) : sys_munlock(page_at(first), PAGES(n));
	ck_assert_int_eq(result, run == n ? 0 : -ENOMEM);
	for (unsigned i = first; i < first + run; i++)
		m->page[i].locked = on;
	m->done[3] += run == n;
}

/* Is the range in one area? The model does not know areas. */
static bool in_one_area(const struct model *m, unsigned first, unsigned n)
{
	const struct vm_area_struct *vma = m->mm->mmap;

	while (vma && vma->vm_end <= page_at(first))
		vma = vma->vm_next;
	return vma && vma->vm_start <= page_at(first) && vma->vm_end >= page_at(first + n);
}

static void op_mremap_move(struct model *m)
{
	unsigned from, n, to, want;
	struct model_page moved[WINDOW];
	long expect = 0, result;
	bool overlap;

	model_range(m, &from, &n);
	to = vt_random(&m->seed) % WINDOW;
	want = 1 + vt_random(&m->seed) % 12;
	if (to + want > WINDOW)
		return;
	overlap = from < to + want && to < from + n;
	/* shrinking looks only at the part that stays; the rest must not be a hole altogether */
	if (overlap)
		expect = -EINVAL;
	else if (want < n ? !in_one_area(m, from, want) : !in_one_area(m, from, n))
		expect = -EFAULT;
	memcpy(moved, m->page, sizeof(moved));
	result = sys_mremap(page_at(from), PAGES(n), PAGES(want), MREMAP_MAYMOVE | MREMAP_FIXED,
			    page_at(to));
	ck_assert_int_eq(result, expect ? expect : (long)page_at(to));
	if (overlap)
		return;
	/* The target is unmapped in any case, and so is the cut-off part when there is one. */
	memset(&m->page[to], 0, want * sizeof(m->page[0]));
	if (want < n && mapped_run(m, from, n) == 0 && expect) {
		bool any = false;

		for (unsigned i = 0; i < n; i++)
			any |= moved[from + i].mapped;
		if (!any)
			return;
	}
	if (want < n)
		memset(&m->page[from + want], 0, (n - want) * sizeof(m->page[0]));
	if (expect)
		return;
	memset(&m->page[from], 0, min(n, want) * sizeof(m->page[0]));
	for (unsigned i = 0; i < want; i++) {
		m->page[to + i] = moved[from];
		m->page[to + i].word = i < n ? moved[from + i].word : 0;
	}
	m->done[4]++;
}

static void op_mremap_here(struct model *m)
{
	unsigned from, n, want, i;
	long result;

	model_range(m, &from, &n);
	want = 1 + vt_random(&m->seed) % 12;
	if (from + want > WINDOW || !in_one_area(m, from, n))
		return;
	result = sys_mremap(page_at(from), PAGES(n), PAGES(want), 0, 0);
	if (want <= n) {
		ck_assert_int_eq(result, (long)page_at(from));
		memset(&m->page[from + want], 0, (n - want) * sizeof(m->page[0]));
		return;
	}
	for (i = from + n; i < from + want; i++)
		if (m->page[i].mapped)
			break;
	ck_assert_int_eq(result, i == from + want ? (long)page_at(from) : -ENOMEM);
	if (result == -ENOMEM)
		return;
	for (i = from + n; i < from + want; i++) {
		m->page[i] = m->page[from];
		m->page[i].word = 0;
	}
	m->done[5]++;
}

static void op_dontneed(struct model *m)
{
	unsigned first, n;

	model_range(m, &first, &n);
	n = mapped_run(m, first, min(n, 4u));
	for (unsigned i = first; i < first + n; i++)
		if (m->page[i].locked)
			return;
	if (!n)
		return;
	ck_assert_int_eq(sys_madvise(page_at(first), PAGES(n), 4), 0);
	for (unsigned i = first; i < first + n; i++)
		m->page[i].word = 0;
	m->done[6]++;
}

static void model_step(struct model *m)
{
	unsigned what = vt_random(&m->seed) % 100;

	if (what < 20)
		op_mmap(m);
	else if (what < 32)
		op_munmap(m);
	else if (what < 46)
		op_mprotect(m);
	else if (what < 54)
		op_mlock(m);
	else if (what < 62)
		op_mremap_move(m);
	else if (what < 68)
		op_mremap_here(m);
	else if (what < 70)
		op_dontneed(m);
	for (int i = 0; i < 4; i++)
		model_access(m, vt_random(&m->seed) % WINDOW);
}

/* @steps operations in the current mm, which is empty; everything is compared now and then. */
static void model_run(struct model *m, int steps)
{
	for (int i = 0; i < steps; i++) {
		model_step(m);
		if (i % 64 == 0)
			model_compare(m);
	}
	model_compare(m);
	for (unsigned i = 0; i < WINDOW; i++)
		model_access(m, i);
	for (unsigned i = 0; i < 7; i++)
		ck_assert_uint_gt(m->done[i], 0);
}

#endif
