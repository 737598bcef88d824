/*
 * tests/programs/torture_ops.c - what a task of the torture run does to its address space, and what
 * must be true afterwards. See torture.h.
 *
 * Lack of memory (-ENOMEM, -EAGAIN) is no mistake of the kernel's: it is counted as refused, and the
 * call is made again until it is obeyed, for the state of the pages must be known. Any other
 * unexpected result is a mistake and ends the run.
 */
#include "torture.h"

#define MREMAP_FIXED 2
#define PAD_SNAPSHOT 0x5002

unsigned random_below(struct task *t, unsigned n)
{
	return random_next(&t->seed) % n;
}

void mistake(struct task *t, const char *what, const struct area *a, long got, long want)
{
	printf("torture: MISTAKE: task %u (worker %u thread %u writer %u): %s: %ld, not %ld; area "
	       "%u at %x, %u pages\n",
	       t->nr, t->worker, t->thread, t->who, what, got, want, a ? a->id : 0,
	       a ? (unsigned)(uintptr_t)a->base : 0, a ? a->npages : 0);
	count(&control->failed_ops);
	control->stop = 1;
}

/* Not every change can be made to every area: only those made are counted. */
static void did(enum op op)
{
	count(&control->ops[op]);
}

/* --- ranges ---------------------------------------------------------------------------------- */

/* A run of at most 16 pages that are all mapped, readable if @access; 0 = none found here. */
static unsigned mapped_run(struct task *t, struct area *a, unsigned *first, bool access)
{
	unsigned i = random_below(t, a->npages), want = 1 + random_below(t, 16), n = 0;

	*first = i;
	while (n < want && i + n < a->npages && a->page[i + n].mapped &&
	       (!access || a->page[i + n].prot != PROT_NONE))
		n++;
	return n;
}

static unsigned count_mapped(const struct area *a)
{
	unsigned i, n = 0;

	for (i = 0; i < a->npages; i++)
		n += a->page[i].mapped;
	return n;
}

static bool is_locked(const struct task *t, const struct area *a)
{
	return t->locked_area == a;
}

bool map_area_pages(struct task *t, struct area *a, unsigned i, unsigned n)
{
	int flags = MAP_FIXED | (is_shared(a) ? MAP_SHARED : MAP_PRIVATE);
	unsigned long offset = a->kind == PAD ? (a->id - AREA_PAD) * 512 : 0;
	long r;

	if (a->fd < 0)
		flags |= MAP_ANONYMOUS;
	else
		offset += a->first + i;
	INSIST(r, sys(SYS_mmap2, page_at(a, i), n * PAGE, PROT_READ | PROT_WRITE, flags, a->fd,
		      offset));
	if (r != (long)page_at(a, i)) {
		mistake(t, "mmap", a, r, (long)page_at(a, i));
		return false;
	}
	for (; n--; i++) {
		page_is_fresh(a, i);
		a->page[i].mapped = true;
		a->page[i].prot = PROT_READ | PROT_WRITE;
	}
	return true;
}

/* --- unmap, map, protect --------------------------------------------------------------------- */

static void op_unmap(struct task *t, struct area *a)
{
	unsigned i = random_below(t, a->npages), n = 1 + random_below(t, 16), k;
	long r;

	if (a->kind == COMMON || count_mapped(a) * 4 < a->npages * 3)
		return;
	if (n > a->npages - i)
		n = a->npages - i;
	INSIST(r, sys(SYS_munmap, page_at(a, i), n * PAGE));
	if (r)
		mistake(t, "munmap", a, r, 0);
	did(OP_UNMAP);
	for (k = i; k < i + n; k++) {
		a->page[k].mapped = false;
		page_is_fresh(a, k);
	}
}

/* Fill a hole, or map over what is there. */
static void op_fill(struct task *t, struct area *a)
{
	unsigned i = random_below(t, a->npages), n = 1 + random_below(t, 16), k;

	if (a->kind == COMMON)
		return;
	for (k = 0; k < a->npages && random_below(t, 8); k++, i = (i + 1) % a->npages)
		if (!a->page[i].mapped)
			break;
	if (n > a->npages - i)
		n = a->npages - i;
	if (map_area_pages(t, a, i, n))
		did(OP_FILL);
}

static bool protect(struct task *t, struct area *a, unsigned i, unsigned n, int prot)
{
	long r;

	INSIST(r, sys(SYS_mprotect, page_at(a, i), n * PAGE, prot));
	if (r) {
		mistake(t, "mprotect", a, r, 0);
		return false;
	}
	while (n--)
		a->page[i++].prot = (uint8_t)prot;
	return true;
}

static void op_protect(struct task *t, struct area *a)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
				     PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE };
	unsigned i, n = mapped_run(t, a, &i, false);

	if (a->kind != COMMON && n && protect(t, a, i, n, prots[random_below(t, 5)]))
		did(OP_PROTECT);
}

/* --- mremap ---------------------------------------------------------------------------------- */

/* Make the area one whole piece again, which mremap wants. */
static bool mend_area(struct task *t, struct area *a)
{
	unsigned i;

	for (i = 0; i < a->npages; i++)
		if (!a->page[i].mapped && !map_area_pages(t, a, i, 1))
			return false;
	return protect(t, a, 0, a->npages, PROT_READ | PROT_WRITE);
}

/* -EFAULT: it is still several areas to the kernel. */
static bool obeyed(struct task *t, struct area *a, const char *what, long r, char *want)
{
	if (r == (long)want)
		return true;
	if (r == -EFAULT)
		count(&control->refused);
	else
		mistake(t, what, a, r, (long)want);
	return false;
}

static void op_move(struct task *t, struct area *a)
{
	char *to = a->base == a->window ? a->window + AREA_WINDOW / 2 : a->window, *old = a->base;
	unsigned char resident;
	long r;

	if (a->kind == COMMON || is_locked(t, a) || !mend_area(t, a))
		return;
	INSIST(r, sys(SYS_mremap, a->base, a->npages * PAGE, a->npages * PAGE,
		      MREMAP_MAYMOVE | MREMAP_FIXED, to));
	if (!obeyed(t, a, "mremap to another place", r, to))
		return;
	a->base = to;
	did(OP_MOVE);
	r = sys(SYS_mincore, old, PAGE, &resident);
	if (r != -ENOMEM)
		mistake(t, "mincore of what was moved away", a, r, -ENOMEM);
}

static void op_resize(struct task *t, struct area *a)
{
	unsigned n = a->npages, want, i;
	long r;

	if (a->kind == COMMON || is_locked(t, a) || !mend_area(t, a))
		return;
	want = n < a->size ? a->size : n - random_below(t, n / 2);
	INSIST(r, sys(SYS_mremap, a->base, n * PAGE, want * PAGE, 0, 0));
	if (!obeyed(t, a, "mremap to another size", r, a->base))
		return;
	a->npages = want;
	did(OP_RESIZE);
	for (i = want; i < n; i++) {
		a->page[i].mapped = false;
		page_is_fresh(a, i);
	}
	for (i = n; i < want; i++) {
		page_is_fresh(a, i);
		a->page[i].mapped = true;
		a->page[i].prot = PROT_READ | PROT_WRITE;
	}
	if (a->hot >= want)
		a->hot = 0;
}

/* --- mlock, msync, madvise ------------------------------------------------------------------- */

static void unlock_pages(struct task *t)
{
	size_t at;
	long r;

	/* page by page: some may have been unmapped meanwhile, and the call ends at a hole */
	for (at = 0; t->locked_area && at < t->locked_len; at += PAGE) {
		r = sys(SYS_munlock, t->locked_at + at, PAGE);
		if (r && r != -ENOMEM)
			mistake(t, "munlock", t->locked_area, r, 0);
	}
	t->locked_area = NULL;
}

static void op_lock(struct task *t, struct area *a)
{
	unsigned char resident[16];
	unsigned i, n, k;
	long r;

	unlock_pages(t);
	n = mapped_run(t, a, &i, true);
	if (!n || a->kind == COMMON)
		return;
	r = sys(SYS_mlock, page_at(a, i), n * PAGE);
	t->locked_area = a;
	t->locked_at = page_at(a, i);
	t->locked_len = n * PAGE;
	if (r == -ENOMEM || r == -EAGAIN || r == -EPERM) {
		count(&control->refused);
		unlock_pages(t);
		return;
	}
	if (r) {
		mistake(t, "mlock", a, r, 0);
		return;
	}
	did(OP_LOCK);
	r = sys(SYS_mincore, page_at(a, i), n * PAGE, resident);
	if (r)
		mistake(t, "mincore", a, r, 0);
	for (k = 0; k < n && !r; k++)
		if (!(resident[k] & 1))
			mistake(t, "a locked page is not in memory", a, k, i);
}

static void op_sync(struct task *t, struct area *a)
{
	unsigned i, n = mapped_run(t, a, &i, false);
	long r;

	if (!n)
		return;
	r = sys(SYS_msync, page_at(a, i), n * PAGE, MS_SYNC);
	if (r)
		mistake(t, "msync", a, r, 0);
	did(OP_SYNC);
}

static void op_dontneed(struct task *t, struct area *a)
{
	unsigned i, n = mapped_run(t, a, &i, false);
	long r;

	if (!n || a->kind == COMMON || is_locked(t, a))
		return;
	INSIST(r, sys(SYS_madvise, page_at(a, i), n * PAGE, MADV_DONTNEED));
	if (r)
		mistake(t, "madvise", a, r, 0);
	did(OP_DONTNEED);
	for (; n--; i++)
		page_is_fresh(a, i);
}

/* --- a touch that must not succeed ------------------------------------------------------------ */

static int forbidden_read(void *at)
{
	return *(volatile char *)at & 0;
}

static int forbidden_write(void *at)
{
	*(volatile char *)at = 1;
	return 0;
}

static void op_probe(struct task *t, struct area *a)
{
	unsigned i, tries;
	int status = -1;
	long pid;

	for (tries = 0; tries < 64; tries++) {
		i = random_below(t, a->npages);
		if (!a->page[i].mapped || !(a->page[i].prot & PROT_WRITE))
			break;
	}
	if (tries == 64)
		return;
	pid = sys(SYS_fork);
	if (pid == 0)
		exit((a->page[i].mapped && a->page[i].prot ? forbidden_write
							   : forbidden_read)(page_at(a, i)));
	if (pid < 0) {
		if (!no_memory(pid))
			mistake(t, "fork", a, pid, 1);
		return;
	}
	count(&control->forks);
	did(OP_PROBE);
	wait_for(pid, &status);
	if (SIGNAL_OF(status) != SIGSEGV)
		mistake(t, "a forbidden access ended with status", a, status, SIGSEGV);
}

/* --- the rest -------------------------------------------------------------------------------- */

/* Memory for a moment, wherever the kernel likes; it grows, and may have to move for that. */
static void op_temp(struct task *t, struct area *a)
{
	unsigned n = 1 + random_below(t, 8), i;
	uint32_t *p = map_pages(n), sign = t->nr << 16;
	long r;

	(void)a;
	if (!p) {
		count(&control->refused);
		return;
	}
	for (i = 0; i < n; i++)
		p[i * 1024 + i] = sign | i;
	INSIST(r, sys(SYS_mremap, p, n * PAGE, 4 * n * PAGE, MREMAP_MAYMOVE, 0));
	if (MAP_FAILED(r)) {
		obeyed(t, NULL, "mremap of new memory", r, NULL);
		sys(SYS_munmap, p, n * PAGE);
		return;
	}
	p = (uint32_t *)r;
	for (i = 0; i < 4 * n; i++)
		if (p[i * 1024 + i % n] != (i < n ? sign | i : 0))
			mistake(t, "new memory after mremap", NULL, (long)p[i * 1024 + i],
				(long)(sign | i));
	r = sys(SYS_munmap, p, 4 * n * PAGE);
	if (r)
		mistake(t, "munmap of new memory", NULL, r, 0);
	did(OP_TEMP);
}

/* The driver allocates under the lock that its swapout() wants. */
static void op_ioctl(struct task *t, struct area *a)
{
	static uint32_t writes[1024];
	long r;

	if (a->kind != PAD || plan.oracle || plan.no_ioctl)
		return;
	r = sys(SYS_ioctl, a->fd, PAD_SNAPSHOT, writes);
	if (r == -ENOMEM)
		count(&control->refused);
	else if (r)
		mistake(t, "ioctl", a, r, 0);
	else
		did(OP_IOCTL);
}

/* read() and the mappings show the same bytes. */
static void op_read(struct task *t, struct area *a)
{
	static char buffer[MAX_TASKS][PAGE];
	unsigned i = random_below(t, a->npages);
	long r;

	if (a->kind != SHARED_FILE)
		return;
	r = sys(SYS_lseek, a->fd, (a->first + i) * PAGE, SEEK_SET);
	if (r != (long)((a->first + i) * PAGE))
		mistake(t, "lseek", a, r, (long)((a->first + i) * PAGE));
	r = sys(SYS_read, a->fd, buffer[t->nr], PAGE);
	if (r == (long)PAGE) {
		check_copy(t, a, i, buffer[t->nr], true);
		did(OP_READ);
	} else if (!no_memory(r)) {
		mistake(t, "read", a, r, PAGE);
	}
}

static void op_fork(struct task *t, struct area *a)
{
	(void)a;
	fork_child(t);
	did(OP_FORK);
}

static const struct {
	unsigned weight;
	void (*change)(struct task *t, struct area *a);
} ops[NR_OPS] = {
	[OP_UNMAP] = { 12, op_unmap },	   [OP_FILL] = { 10, op_fill },
	[OP_PROTECT] = { 16, op_protect }, [OP_MOVE] = { 5, op_move },
	[OP_RESIZE] = { 5, op_resize },	   [OP_LOCK] = { 8, op_lock },
	[OP_SYNC] = { 6, op_sync },	   [OP_FORK] = { 4, op_fork },
	[OP_PROBE] = { 3, op_probe },	   [OP_DONTNEED] = { 3, op_dontneed },
	[OP_TEMP] = { 10, op_temp },	   [OP_IOCTL] = { 8, op_ioctl },
	[OP_READ] = { 10, op_read },
};

/* The kernel's list of areas and ours agree about every page of @a's present window. */
static void check_mapped(struct task *t, enum op op, struct area *a)
{
	unsigned char resident[AREA_WINDOW / 2 / PAGE];
	unsigned i, n;

	for (i = 0; i < a->size; i += n) {
		bool mapped = a->page[i].mapped;
		long want = mapped ? 0 : -ENOMEM, r;

		for (n = 1; i + n < a->size && mapped && a->page[i + n].mapped; n++)
			;
		r = sys(SYS_mincore, page_at(a, i), n * PAGE, resident);
		if (r == want)
			continue;
		printf("torture: after change %u, pages %u to %u of %u:\n", op, i, i + n - 1,
		       a->size);
		mistake(t, "mincore", a, r, want);
		return;
	}
}

void change_something(struct task *t)
{
	struct area *a = &t->area[random_below(t, t->nareas)];
	unsigned total = 0, op, pick;

	for (op = 0; op < NR_OPS; op++)
		total += ops[op].weight;
	pick = random_below(t, total);
	for (op = 0; pick >= ops[op].weight; op++)
		pick -= ops[op].weight;
	ops[op].change(t, a);
	check_mapped(t, op, a);
}
