/*
 * kernel/procfiles.c - the generated files. Contracts in the header.
 *
 * One function per file appends text to its pages; what does not fit is cut off. /proc/watch can be
 * written as well.
 */
#include "kernel/procfiles.h"

#include "kernel/arch.h"
#include "kernel/cmdline.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/log.h"
#include "kernel/procfiles_internal.h"
#include "kernel/lockcost.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/string.h"
#include "kernel/system.h"
#include "kernel/uaccess.h"
#include "kernel/watch.h"
#include "mm/accounts.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/pad.h"
#include "mm/slab.h"
#include "mm/vma_lock.h"
#include "mm/vmscan.h"
#include "mm/writeback.h"
#include "swap/swap.h"

uint64_t kernel_entry_ticks;

void text_add(struct text *t, const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n, i;

	va_start(ap, fmt);
	n = vsnprintk(line, sizeof(line), fmt, ap);
	va_end(ap);
	n = min(n, (int)sizeof(line) - 1);
	for (i = 0; i < n && t->len < t->npages * PAGE_SIZE; i++, t->len++)
		t->page[t->len / PAGE_SIZE][t->len % PAGE_SIZE] = line[i];
}

/* --- the files ------------------------------------------------------------------------------- */

static unsigned long kb(unsigned long pages)
{
	return pages << (PAGE_SHIFT - 10);
}

static void write_meminfo(struct text *t)
{
	struct sysinfo_swap swap;

	si_swapinfo(&swap);
	text_add(t, "MemTotal:  %8lu kB\n", kb(max_mapnr));
	text_add(t, "MemFree:   %8lu kB\n", kb((unsigned long)nr_free_pages));
	text_add(t, "Cached:    %8lu kB\n", kb(page_cache_size));
	text_add(t, "SwapTotal: %8lu kB\n", kb(swap.total));
	text_add(t, "SwapFree:  %8lu kB\n", kb(swap.free));
	text_add(t, "freepages: min %d low %d high %d\n", freepages.min, freepages.low, freepages.high);
}

static void write_swaps(struct text *t)
{
	int n = swap_report(t->page[0], PAGE_SIZE);

	if (n > 0)
		t->len = min((size_t)n, (size_t)PAGE_SIZE - 1);
}

static void write_file_vmstat(struct text *t)
{
	const struct writeback_events *w = &writeback_events;

	text_add(t, "swapout_calls_filemap %lu\nfile_pages_in %lu\nfile_read_requests %lu\n",
		 w->filemap_swapouts, w->pages_in, w->read_requests);
	text_add(t, "file_pages_ahead %lu\nfile_pages_out %lu\nfile_write_requests %lu\n", w->ahead,
		 w->pages_out, w->write_requests);
	text_add(t, "file_write_errors %lu\ndirty_pages %lu\nwriters_throttled %lu\n",
		 w->write_errors, nr_dirty_pages, w->throttled);
	text_add(t, "shrink_written %lu\nfaults_around %lu\n", vmscan_events.written,
		 vm_events.around);
}

static void write_vmstat(struct text *t)
{
	const struct vm_events *e = &vm_events;
	const struct vmscan_events *s = &vmscan_events;

	text_add(t, "faults %lu\nfaults_anon %lu\nfaults_zero %lu\nfaults_cow %lu\n", e->faults, e->anon,
	    e->zero, e->cow);
	text_add(t, "faults_nopage %lu\nfaults_swapin %lu\nfaults_major %lu\n", e->nopage, e->swapin,
	    e->major);
	text_add(t, "steals %lu\nscans %lu\nanon_out %lu\nfile_out %lu\nmethod_calls %lu\n", s->steals,
	    s->scans, s->anon_out, s->file_out, s->method_calls);
	text_add(t, "unmapped %lu\nshrunk %lu\nsteal_failed %lu\n", s->unmapped, s->shrunk, s->failed);
	text_add(t, "swapout_methods %d\n", vm_design->writeback == WRITEBACK_METHOD);
	text_add(t, "pswpin %lu\npswpout %lu\nswapout_calls_pad %lu\n", swap_pages_in, swap_pages_out,
	    pad_swapout_calls);
	write_file_vmstat(t);
	text_add(t, "vma_lock_success %lu\nvma_lock_abort %lu\nvma_lock_retry %lu\nvma_lock_miss %lu\n",
		 vma_lock_events.success, vma_lock_events.abort, vma_lock_events.retry,
		 vma_lock_events.miss);
	text_add(t, "free_pages %d\npage_cache %lu\ntasks %d\n", nr_free_pages, page_cache_size,
	    count_tasks());
}

static void write_page_cluster(struct text *t)
{
	text_add(t, "%d\n", __atomic_load_n(&page_cluster, __ATOMIC_RELAXED));
}

/* 1999's /proc/sys/vm/page-cluster. 0 or -EINVAL. */
static int set_page_cluster(const char *words)
{
	if (words[0] < '0' || words[0] > '0' + PAGE_CLUSTER_MAX || (words[1] && strcmp(words + 1, "\n")))
		return -EINVAL;
	__atomic_store_n(&page_cluster, words[0] - '0', __ATOMIC_RELAXED);
	return 0;
}

static void write_version(struct text *t)
{
	text_add(t, "%s version %s %s\n", SYSTEM_NAME, SYSTEM_RELEASE, SYSTEM_VERSION);
}

/* What init's banner says: one `name value` a line. */
static void write_system(struct text *t)
{
	text_add(t, "name %s\nrelease %s\n", SYSTEM_NAME, SYSTEM_RELEASE);
	text_add(t, "design %s\nletter %s\nsummary %s\n", vm_design_word(), vm_design->letter,
	    vm_design->summary);
	text_add(t, "holes %s\n", holes_faithful ? "faithful" : "mended");
	if (lock_cost_ticks)
		text_add(t, "lockcost %u\n", lock_cost_ticks);
	text_add(t, "ticks_since_entry %lu\n", (unsigned long)(arch_ticks() - kernel_entry_ticks));
	text_add(t, "cpus %d\nmemory_kb %lu\nfree_kb %lu\n", nr_cpus, kb(max_mapnr),
	    kb((unsigned long)nr_free_pages));
}

static void write_kmsg(struct text *t)
{
	size_t pos = 0, n;
	unsigned i;

	for (i = 0; i < t->npages; i++) {
		n = printk_log_read(&pos, t->page[i], PAGE_SIZE);
		t->len += n;
		if (n < PAGE_SIZE)
			break;
	}
}

/* The first reader opens the books, later ones compare with that moment (mm/accounts.h). */
static void write_accounts(struct text *t)
{
	static bool opened;
	int wrong = vm_accounts(!opened);

	if (wrong < 0)
		text_add(t, "the machine does not come to rest\n");
	else if (!opened)
		text_add(t, "opened\n");
	else if (wrong)
		text_add(t, "%d leaks or broken invariants, see the kernel's report\n", wrong);
	else
		text_add(t, "balanced: pages, slab objects and swap slots all accounted for\n");
	opened = true;
}

/* All address spaces, pages and swap slots against the invariants, at an instant of rest. */
static void write_invariants(struct text *t)
{
	int wrong = vm_invariants_now();

	if (wrong < 0)
		text_add(t, "the machine does not come to rest\n");
	else if (wrong)
		text_add(t, "%d broken, see the kernel's report\n", wrong);
	else
		text_add(t, "clean\n");
}

/* What the watchers said: one line a complaint, with the hole of the design that explains it, and
 * "open" when that hole is. */
static void write_complaints(struct text *t)
{
	const struct watch_complaint *c;
	unsigned n;

	for (n = 0; (c = watch_complaint(n)); n++) {
		const struct vm_hole *hole = vm_hole_for(c->key);

		text_add(t, "%-8s %s %u x %s\n", hole ? hole->id : "unnamed",
		    hole && vm_hole_open(hole) ? "open" : "-", c->count, c->key);
	}
}

static void write_cmdline(struct text *t)
{
	text_add(t, "%s\n", cmdline_text());
}

static const struct procfile {
	const char *name;
	void (*write)(struct text *t);
	unsigned npages;
	int (*set)(const char *words); /* what was written to it; NULL = read-only */
} procfiles[] = {
	{ "meminfo", write_meminfo, 1, NULL },
	{ "swaps", write_swaps, 1, NULL },
	{ "vmstat", write_vmstat, 1, NULL },
	{ "page-cluster", write_page_cluster, 1, set_page_cluster },
	{ "version", write_version, 1, NULL },
	{ "system", write_system, 1, NULL },
	{ "cmdline", write_cmdline, 2, NULL },
	{ "kmsg", write_kmsg, 4, NULL },
	{ "tasks", write_tasks, 4, NULL },
	{ "locks", write_locks, 3, NULL },
	{ "lockwaits", write_lock_waits, 1, NULL },
	{ "lock_stat", write_lock_stat, 7, set_lock_stat },
	{ "order", write_order, 8, NULL },
	{ "watch", write_watch, 1, set_watch },
	{ "designs", write_designs, 2, NULL },
	{ "holes", write_holes, 2, NULL },
	{ "scenarios", write_scenarios, 2, NULL },
	{ "accounts", write_accounts, 1, NULL },
	{ "invariants", write_invariants, 1, NULL },
	{ "complaints", write_complaints, 3, NULL },
};

/* --- as files -------------------------------------------------------------------------------- */

static void text_free(struct text *t)
{
	while (t->npages)
		free_pages(t->page[--t->npages], 0);
	kfree(t);
}

static struct text *text_alloc(unsigned npages)
{
	struct text *t = kzalloc(sizeof(*t), GFP_KERNEL);

	for (; t && t->npages < npages; t->npages++) {
		t->page[t->npages] = get_zeroed_page(GFP_KERNEL);
		if (!t->page[t->npages]) {
			text_free(t);
			return NULL;
		}
	}
	return t;
}

static long procfile_read(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	const struct text *t = file->private_data;
	size_t done = 0;

	if (*pos >= t->len)
		return 0;
	count = min(count, t->len - (size_t)*pos);
	while (done < count) {
		size_t at = (size_t)*pos, n = min(count - done, PAGE_SIZE - at % PAGE_SIZE);

		if (copy_to_user(ubuf + done, t->page[at / PAGE_SIZE] + at % PAGE_SIZE, n))
			return -EFAULT;
		done += n;
		*pos += n;
	}
	return (long)done;
}

/* The whole of a write() is one setting. */
static long procfile_write(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	struct text *t = file->private_data;
	char words[80];
	int error;

	(void)pos;
	if (count >= sizeof(words))
		return -EINVAL;
	if (copy_from_user(words, ubuf, count))
		return -EFAULT;
	words[count] = '\0';
	error = t->set ? t->set(words) : -EACCES;
	return error ? error : (long)count;
}

static void procfile_release(struct file *file)
{
	text_free(file->private_data);
}

static int64_t procfile_size(struct file *file)
{
	const struct text *t = file->private_data;

	return (int64_t)t->len;
}

static const struct file_operations procfile_fops = {
	.read = procfile_read,
	.write = procfile_write,
	.release = procfile_release,
	.size = procfile_size,
};

int procfile_open(const char *name, unsigned flags, struct file **out)
{
	const struct procfile *p = procfiles;
	struct text *t;

	while (p < procfiles + ARRAY_SIZE(procfiles) && strcmp(p->name, name) != 0)
		p++;
	if (p == procfiles + ARRAY_SIZE(procfiles))
		return -ENOENT;
	if ((flags & O_ACCMODE) != O_RDONLY && !p->set)
		return -EACCES;
	t = text_alloc(p->npages);
	if (!t)
		return -ENOMEM;
	t->set = p->set;
	p->write(t);
	*out = file_alloc(&procfile_fops, p->name);
	if (!*out) {
		text_free(t);
		return -ENOMEM;
	}
	(*out)->private_data = t;
	return 0;
}

const char *procfile_nth(unsigned n)
{
	return n < ARRAY_SIZE(procfiles) ? procfiles[n].name : NULL;
}
