/*
 * kernel/procfiles.c - the generated files. Contracts in the header.
 *
 * One function per file appends text to a page; what does not fit is cut off.
 */
#include "kernel/procfiles.h"

#include "kernel/archive.h"
#include "kernel/arch.h"
#include "kernel/cmdline.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/log.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/string.h"
#include "kernel/system.h"
#include "kernel/uaccess.h"
#include "mm/accounts.h"
#include "mm/design/design.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/vmscan.h"
#include "swap/swap.h"

struct text {
	size_t len;
	char buf[PAGE_SIZE - sizeof(size_t)];
};
_Static_assert(sizeof(struct text) == PAGE_SIZE, "a generated file is one page");

static void add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *t, const char *fmt, ...)
{
	size_t room = sizeof(t->buf) - t->len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintk(t->buf + t->len, room, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->len += min((size_t)n, room ? room - 1 : 0);
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
	add(t, "MemTotal:  %8lu kB\n", kb(max_mapnr));
	add(t, "MemFree:   %8lu kB\n", kb((unsigned long)nr_free_pages));
	add(t, "Cached:    %8lu kB\n", kb(page_cache_size));
	add(t, "SwapTotal: %8lu kB\n", kb(swap.total));
	add(t, "SwapFree:  %8lu kB\n", kb(swap.free));
	add(t, "freepages: min %d low %d high %d\n", freepages.min, freepages.low, freepages.high);
}

static void write_swaps(struct text *t)
{
	int n = swap_report(t->buf, sizeof(t->buf));

	if (n > 0)
		t->len = min((size_t)n, sizeof(t->buf) - 1);
}

static void write_vmstat(struct text *t)
{
	const struct vm_events *e = &vm_events;
	const struct vmscan_events *s = &vmscan_events;

	add(t, "faults %lu\nfaults_anon %lu\nfaults_zero %lu\nfaults_cow %lu\n", e->faults, e->anon,
	    e->zero, e->cow);
	add(t, "faults_nopage %lu\nfaults_swapin %lu\nfaults_major %lu\n", e->nopage, e->swapin,
	    e->major);
	add(t, "steals %lu\nscans %lu\nanon_out %lu\nfile_out %lu\nmethod_calls %lu\n", s->steals,
	    s->scans, s->anon_out, s->file_out, s->method_calls);
	add(t, "unmapped %lu\nshrunk %lu\nsteal_failed %lu\n", s->unmapped, s->shrunk, s->failed);
	add(t, "free_pages %d\npage_cache %lu\ntasks %d\n", nr_free_pages, page_cache_size,
	    count_tasks());
}

static void write_version(struct text *t)
{
	add(t, "%s version %s %s\n", SYSTEM_NAME, SYSTEM_RELEASE, SYSTEM_VERSION);
}

/* What init's banner says: one `name value` a line. */
static void write_system(struct text *t)
{
	add(t, "name %s\nrelease %s\n", SYSTEM_NAME, SYSTEM_RELEASE);
	add(t, "design %s\nletter %s\nsummary %s\n", vm_design->name, vm_design->letter,
	    vm_design->summary);
	add(t, "holes %s\n", holes_faithful ? "faithful" : "mended");
	add(t, "cpus %d\nmemory_kb %lu\nfree_kb %lu\n", nr_cpus, kb(max_mapnr),
	    kb((unsigned long)nr_free_pages));
}

static void write_files(struct text *t)
{
	const struct archive_file *f;
	unsigned n;

	for (n = 0; (f = archive_nth(n)); n++)
		if (!f->directory)
			add(t, "%8u /%s\n", f->size, f->path);
}

static void write_kmsg(struct text *t)
{
	t->len = printk_log_copy(t->buf, sizeof(t->buf));
}

/* One line a task: pid, parent, state, name, pages. Taken off the list under tasklist_lock. */
static void write_tasks(struct text *t)
{
	struct task_struct *p;

	spin_lock(&tasklist_lock);
	for_each_task(p)
		add(t, "%5d %5d %c %-15s\n", p->pid, p->parent ? p->parent->pid : 0,
		    p->state == TASK_RUNNING	      ? 'R'
		    : p->state == TASK_INTERRUPTIBLE   ? 'S'
		    : p->state == TASK_UNINTERRUPTIBLE ? 'D'
						       : 'Z',
		    p->comm);
	spin_unlock(&tasklist_lock);
}

/* The first reader opens the books, later ones compare with that moment (mm/accounts.h). */
static void write_accounts(struct text *t)
{
	static bool opened;
	int wrong = vm_accounts(!opened);

	if (wrong < 0)
		add(t, "the machine does not come to rest\n");
	else if (!opened)
		add(t, "opened\n");
	else if (wrong)
		add(t, "%d leaks or broken invariants, see the kernel's report\n", wrong);
	else
		add(t, "balanced: pages, slab objects and swap slots all accounted for\n");
	opened = true;
}

static const struct {
	const char *name;
	void (*write)(struct text *t);
} procfiles[] = {
	{ "meminfo", write_meminfo }, { "swaps", write_swaps },	  { "vmstat", write_vmstat },
	{ "version", write_version }, { "system", write_system }, { "files", write_files },
	{ "kmsg", write_kmsg },	      { "tasks", write_tasks },
	{ "accounts", write_accounts },
};

/* --- as files -------------------------------------------------------------------------------- */

static long procfile_read(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	const struct text *t = file->private_data;

	if (*pos >= t->len)
		return 0;
	count = min(count, t->len - (size_t)*pos);
	if (copy_to_user(ubuf, t->buf + *pos, count))
		return -EFAULT;
	*pos += count;
	return (long)count;
}

static void procfile_release(struct file *file)
{
	free_pages(file->private_data, 0);
}

static int64_t procfile_size(struct file *file)
{
	const struct text *t = file->private_data;

	return (int64_t)t->len;
}

static const struct file_operations procfile_fops = {
	.read = procfile_read,
	.release = procfile_release,
	.size = procfile_size,
};

int procfile_open(const char *name, unsigned flags, struct file **out)
{
	struct text *t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(procfiles); i++)
		if (!strcmp(procfiles[i].name, name))
			break;
	if (i == ARRAY_SIZE(procfiles))
		return -ENOENT;
	if ((flags & O_ACCMODE) != O_RDONLY)
		return -EACCES;
	t = get_zeroed_page(GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	procfiles[i].write(t);
	*out = file_alloc(&procfile_fops, procfiles[i].name);
	if (!*out) {
		free_pages(t, 0);
		return -ENOMEM;
	}
	(*out)->private_data = t;
	return 0;
}
