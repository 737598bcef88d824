/*
 * mm/flush.c - who writes dirty pages home by himself: kflushd, kupdate, a writer who made too
 * many, sync and fsync. See mm/writeback.h and mm/inode.h.
 *
 * dirty_mappings lists the files with dirty pages, the longest dirty first; each is entered by its
 * first dirty page, with a reference on its inode. Whoever wants to write one takes it *off* the
 * list and so owns that reference; afterwards he puts it back, if it is dirty still, or gives the
 * reference back. So no two tasks deal with one entry, and no lock is held while pages are written.
 *
 * kupdate looks every 5 seconds for files that have been dirty for 30, as in 1999. kflushd is woken
 * when an eighth of memory is dirty and writes until half of that is left; from a quarter on the
 * writers write, too.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/timer.h"
#include "kernel/wait.h"
#include "mm/filemap.h"
#include "mm/inode.h"
#include "mm/writeback.h"

#define UPDATE_INTERVAL (5 * HZ)
#define OLD_AGE		(30 * HZ)
#define ROUND_PAGES	64ul /* of one file, before the next one's turn */

static struct list_head dirty_mappings = LIST_HEAD_INIT(dirty_mappings); /* pagecache_lock */
static const struct inode_operations *fs_ops; /* of the last file that was dirty; pagecache_lock */
static volatile int flushing;		      /* tasks inside; atomic */
static DECLARE_WAIT_QUEUE_HEAD(kflushd_wait);
static volatile bool kflushd_called;

/* --- the list --------------------------------------------------------------------------------- */

bool __dirty_mapping_add(struct address_space *mapping)
{
	lock_assert_held(&pagecache_lock.info);
	if (!list_empty(&mapping->dirty_link))
		return false;
	mapping->dirtied_when = jiffies;
	list_add_tail(&mapping->dirty_link, &dirty_mappings);
	fs_ops = mapping_inode(mapping)->i_op;
	return true;
}

/* The mapping that was entered first, if that was before @before; its reference is ours now. */
static struct address_space *take_mapping(unsigned long before)
{
	struct address_space *mapping = NULL;

	spin_lock(&pagecache_lock);
	if (!list_empty(&dirty_mappings)) {
		mapping = list_first(&dirty_mappings, struct address_space, dirty_link);
		if (time_after(mapping->dirtied_when, before))
			mapping = NULL;
		else
			list_del(&mapping->dirty_link);
	}
	spin_unlock(&pagecache_lock);
	return mapping;
}

/* Back on the list with its reference, or the reference goes. */
static void put_mapping(struct address_space *mapping)
{
	bool back;

	spin_lock(&pagecache_lock);
	back = mapping->nrdirty && __dirty_mapping_add(mapping);
	spin_unlock(&pagecache_lock);
	if (!back)
		iput(mapping_inode(mapping));
}

bool writeback_release(struct inode *inode)
{
	bool was;

	spin_lock(&pagecache_lock);
	was = !list_empty(&inode->i_data.dirty_link);
	list_del(&inode->i_data.dirty_link);
	spin_unlock(&pagecache_lock);
	return was;
}

/* --- writing files ---------------------------------------------------------------------------- */

static void flush_enter(void)
{
	__atomic_fetch_add(&flushing, 1, __ATOMIC_ACQ_REL);
}

static void flush_leave(void)
{
	__atomic_fetch_sub(&flushing, 1, __ATOMIC_ACQ_REL);
}

bool writeback_at_rest(void)
{
	return !flushing;
}

/* Write files that were entered at or before @before, at most @pages of each in turn, until at most
 * @target pages are dirty. */
static void flush_files(unsigned long before, unsigned long target, unsigned long pages)
{
	struct address_space *mapping;

	while (nr_dirty_pages > target && (mapping = take_mapping(before))) {
		int error = 0; /* kept in wb_error for who asks */

		write_dirty_pages(mapping, pages, &error);
		put_mapping(mapping);
	}
}

/* --- the tasks -------------------------------------------------------------------------------- */

static unsigned long background_limit(void)
{
	return max_mapnr / 8;
}

void wakeup_kflushd(void)
{
	if (kflushd_called)
		return;
	kflushd_called = true;
	wake_up(&kflushd_wait);
}

void balance_dirty(struct address_space *mapping)
{
	int error = 0;

	if (nr_dirty_pages <= background_limit())
		return;
	wakeup_kflushd();
	if (nr_dirty_pages <= 2 * background_limit())
		return;
	vm_event(&writeback_events.throttled, 1);
	write_dirty_pages(mapping, 2 * MAX_CLUSTER_PAGES, &error); /* errors wait in wb_error */
}

static void kflushd(void *unused)
{
	(void)unused;
	for (;;) {
		wait_event(&kflushd_wait, kflushd_called);
		flush_enter();
		kflushd_called = false;
		flush_files(jiffies, background_limit() / 2, ROUND_PAGES);
		flush_leave();
	}
}

static void sync_old_files(void)
{
	flush_enter();
	flush_files(jiffies - OLD_AGE, 0, ~0ul);
	if (fs_ops)
		fs_ops->sync(NULL);
	flush_leave();
}

static void kupdate(void *unused)
{
	(void)unused;
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		schedule_timeout(UPDATE_INTERVAL);
		sync_old_files();
	}
}

static void start_task(void (*body)(void *), const char *name)
{
	struct task_struct *t = kthread_create(body, NULL, name);

	if (!t)
		panic("no memory for %s", name);
	wake_up_process(t);
}

void writeback_start(void)
{
	start_task(kflushd, "kflushd");
	start_task(kupdate, "kupdate");
}

/* --- asked for -------------------------------------------------------------------------------- */

int filemap_fsync(struct inode *inode)
{
	int error = filemap_sync_pages(&inode->i_data);
	int synced = inode->i_op->sync(inode);

	return error ? error : synced;
}

/* Each file once: what is dirtied from now on is not waited for. */
void writeback_all(void)
{
	unsigned long n = 0, files = 0;
	struct list_head *pos;
	struct address_space *mapping;

	flush_enter();
	spin_lock(&pagecache_lock);
	list_for_each(pos, &dirty_mappings)
		files++;
	spin_unlock(&pagecache_lock);
	for (; n < files && (mapping = take_mapping(jiffies)); n++) {
		int error = filemap_sync_pages(mapping);

		if (error) /* nobody reads our answer: the next fsync shall still hear of it */
			mapping->wb_error = error;
		put_mapping(mapping);
	}
	if (fs_ops)
		fs_ops->sync(NULL);
	flush_leave();
}
