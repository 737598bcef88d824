/*
 * mm/page_lock.c - the page lock: the PG_locked bit, who holds it, and who sleeps for it.
 *
 * Interface: mm/page.h. The lock guards a page's identity, its contents while I/O runs, and the
 * sharing test (S1); it sleeps, and it may be released by an interrupt: the task that starts the
 * I/O hands it over (page_lock_to_io), and from then on "the I/O" holds it.
 * Sleepers wait on one of a few hashed queues, chosen by the page's number in its world, so that a
 * scenario's pages collide in the same way wherever it runs. A wake-up wakes the whole queue and
 * everybody looks again; there is no hand-over to the first, as there was none in 1999.
 */
#include "kernel/lock_fast.h"
#include "kernel/printk.h"
#include "kernel/sync.h"
#include "kernel/wait.h"
#include "kernel/watch.h"
#include "mm/filemap.h"
#include "mm/page.h"

#define PAGE_QUEUES 64

static struct wait_queue_head page_queue[PAGE_QUEUES];

void page_lock_init(void)
{
	for (int i = 0; i < PAGE_QUEUES; i++)
		init_waitqueue_head(&page_queue[i], "page");
}

static struct wait_queue_head *queue_of(const struct page *page)
{
	return &page_queue[page->lock.ordinal % PAGE_QUEUES];
}

/* Into the queue. A sync point: who looked at the page before this has looked too early. */
static void wait_for(struct page *page, struct wait_queue *w)
{
	sync_point(SP_WRITE, queue_of(page));
	prepare_to_wait(queue_of(page), w, TASK_UNINTERRUPTIBLE);
}

static void lock_page_slow(struct page *page, uintptr_t place)
{
	struct wait_queue w = WAIT_QUEUE_INIT(w);

	lock_contended(&page->lock, LOCK_WRITE, place);
	for (;;) {
		wait_for(page, &w);
		if (!page_test_and_set(page, PG_locked))
			break;
		lock_waiting(&page->lock, LOCK_WRITE, place);
		schedule();
	}
	finish_wait(queue_of(page), &w);
}

void lock_page(struct page *page)
{
	uintptr_t place = CALLER_PLACE();

	might_sleep();
	lock_want(&page->lock, LOCK_WRITE, place);
	if (page_test_and_set(page, PG_locked))
		lock_page_slow(page, place);
	lock_got(&page->lock, LOCK_WRITE, place);
}

int TryLockPage(struct page *page)
{
	uintptr_t place = CALLER_PLACE();

	if (!observed()) {
		if (page_test_and_set(page, PG_locked))
			return 1;
		lock_own(&page->lock, place, 0);
		return 0;
	}
	lock_want(&page->lock, LOCK_WRITE | LOCK_TRY, place);
	if (page_test_and_set(page, PG_locked))
		return 1;
	lock_got(&page->lock, LOCK_WRITE | LOCK_TRY, place);
	return 0;
}

void UnlockPage(struct page *page)
{
	uintptr_t place = CALLER_PLACE();
	char buf[160];

	if (observed())
		lock_dropped(&page->lock, place);
	else
		lock_disown(&page->lock, place, 0);
	if (!page_test_and_clear(page, PG_locked))
		panic("unlocking a page that is not locked, in %pS: %s", (void *)place,
		      page_describe(page, buf, sizeof(buf)));
	if (waitqueue_active(queue_of(page)))
		wake_up_all(queue_of(page));
	lock_released(&page->lock, place);
}

void page_lock_to_io(struct page *page)
{
	BUG_ON(!PageLocked(page));
	lock_handed_over(&page->lock);
}

void wait_on_page(struct page *page)
{
	uintptr_t place = CALLER_PLACE();
	struct wait_queue w = WAIT_QUEUE_INIT(w);

	might_sleep();
	if (!PageLocked(page))
		return;
	lock_want(&page->lock, LOCK_WRITE, place);
	for (;;) {
		wait_for(page, &w);
		if (!PageLocked(page))
			break;
		lock_waiting(&page->lock, LOCK_WRITE, place);
		schedule();
	}
	finish_wait(queue_of(page), &w);
}

bool page_lock_seize(struct page *page)
{
	if (lock_held_by_current(&page->lock))
		return true;
	if (!TryLockPage(page))
		return true;
	if (watch_complain(WATCH_RULES, "page lock: seized while another held it"))
		report("page lock: page %lu entered the page cache while %s had it locked\n",
		       page_nr(page), page->lock.owner ? page->lock.owner->comm : "the I/O");
	lock_got(&page->lock, LOCK_WRITE | LOCK_TRY, CALLER_PLACE());
	return false;
}
