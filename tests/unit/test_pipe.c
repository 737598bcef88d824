/*
 * tests/unit/test_pipe.c - pipes: bytes in order through a small buffer, whole short writes, ends,
 * sleeping and being woken on several CPUs, and what the waits watcher says meanwhile.
 */
#include "unit.h"

#include "vmtest.h"

#include "kernel/completion.h"
#include "kernel/files.h"
#include "kernel/pipe.h"
#include "kernel/poll.h"
#include "kernel/signal.h"
#include "kernel/watch.h"

#define BASE 0x20000000UL
#define STREAM 50000u

static struct file *in, *out;

static void open_pipe(unsigned flags)
{
	ck_assert_int_eq(pipe_create(flags, &in, &out), 0);
}

static long pread_at(unsigned long at, size_t n)
{
	uint64_t pos = 0;

	return in->f_op->read(in, at, n, &pos);
}

static long pwrite_at(unsigned long at, size_t n)
{
	uint64_t pos = 0;

	return out->f_op->write(out, at, n, &pos);
}

static void fill(unsigned long at, unsigned from, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i += 4)
		ck_assert(vt_poke(at + i, from + i));
}

static void ends_body(void *arg)
{
	struct vm_snapshot before;

	(void)arg;
	vt_snapshot(&before);
	vt_enter("A");
	vt_mmap(BASE, PAGES(4), RW, ANON_AT);
	fill(BASE, 100, 64);
	open_pipe(O_NONBLOCK);
	ck_assert_int_eq(pread_at(BASE, 1), -EAGAIN);
	ck_assert_uint_eq(in->f_op->poll(in, NULL), 0);
	ck_assert_uint_eq(out->f_op->poll(out, NULL), POLLOUT | POLLWRNORM);
	ck_assert_int_eq(pwrite_at(BASE, 64), 64);
	ck_assert_uint_eq(in->f_op->poll(in, NULL), POLLIN | POLLRDNORM);
	ck_assert_int_eq(pread_at(BASE + PAGES(1), 24), 24);
	ck_assert_uint_eq(vt_word(BASE + PAGES(1) + 20), 120);
	/* a write that does not fit goes in not at all; a longer one as far as there is room */
	ck_assert_int_eq(pwrite_at(BASE, PIPE_BUF), -EAGAIN);
	ck_assert_int_eq(pwrite_at(BASE, PIPE_BUF + 1), PIPE_BUF - 40);
	ck_assert_int_eq(pwrite_at(BASE, 1), -EAGAIN);
	/* bad addresses lose nothing */
	ck_assert_int_eq(pread_at(8, 4), -EFAULT);
	ck_assert_int_eq(pread_at(BASE + PAGES(2), 40), 40);
	ck_assert_uint_eq(vt_word(BASE + PAGES(2)), 124);
	ck_assert_int_eq(pwrite_at(8, 4), -EFAULT);
	fput(out);
	ck_assert_int_eq(pread_at(BASE + PAGES(2), 8000), PIPE_BUF - 40);
	ck_assert_int_eq(pread_at(BASE, 1), 0);
	ck_assert_uint_eq(in->f_op->poll(in, NULL), POLLHUP);
	fput(in);
	/* nobody reads */
	open_pipe(0);
	fput(in);
	ck_assert_uint_eq(out->f_op->poll(out, NULL) & POLLERR, POLLERR);
	current->flags &= ~(unsigned)PF_KTHREAD; /* kernel tasks get no signals */
	ck_assert_int_eq(pwrite_at(BASE, 1), -EPIPE);
	ck_assert_uint_eq(current->pending_signals, (uint32_t)sig_bit(SIGPIPE));
	current->flags |= PF_KTHREAD;
	fput(out);
	vt_leave();
	ck_assert_int_eq(vm_leak_compare(&before), 0);
}

START_TEST(test_ends)
{
	vt_run("linux-2.3.30", ends_body, NULL);
}
END_TEST

/* --- two tasks ------------------------------------------------------------------------------------ */

static struct completion written;

static void writer(void *arg)
{
	unsigned at = 0, step = *(unsigned *)arg;
	struct mm_struct *mm = vt_enter("writer");

	vt_mmap(BASE, PAGES(3), RW, ANON_AT);
	while (at < STREAM) {
		unsigned n = min(step, STREAM - at);

		fill(BASE, at, n);
		ck_assert_int_eq(pwrite_at(BASE, n), n);
		at += n;
	}
	fput(out);
	vt_wear(NULL);
	mmput(mm);
	complete(&written);
}

static void stream_body(void *arg)
{
	unsigned at = 0;
	long n;

	init_completion(&written, "written");
	open_pipe(0);
	wake_up_process(kthread_create(writer, arg, "writer"));
	vt_enter("reader");
	vt_mmap(BASE, PAGES(2), RW, ANON_AT);
	while ((n = pread_at(BASE, 3000)) > 0) {
		for (long i = 0; i < n; i += 4)
			ck_assert_uint_eq(vt_word(BASE + (unsigned long)i), at + (unsigned)i);
		at += (unsigned)n;
	}
	ck_assert_int_eq(n, 0);
	ck_assert_uint_eq(at, STREAM);
	wait_for_completion(&written);
	fput(in);
	ck_assert_uint_eq(watch_complaints(WATCH_ALL), 0);
	vt_leave();
}

/* Short and long writes, on 1 and 3 CPUs, with CPUs that change at random locks. */
START_TEST(test_stream)
{
	unsigned step = _i & 1 ? 10000 : 400;

	host_boot(_i & 2 ? 3 : 1, 8192, "watch=all");
	if (_i & 4)
		host_set_seed(77);
	ck_assert_int_eq(host_run(stream_body, &step), HOST_DONE);
}
END_TEST

/* --- an empty pipe is no deadlock ------------------------------------------------------------------ */

static void empty_reader(void *arg)
{
	(void)arg;
	vt_enter("reader");
	vt_mmap(BASE, PAGES(1), RW, ANON_AT);
	pread_at(BASE, 1);
}

static void empty_body(void *arg)
{
	struct wait_cycle cycle;

	(void)arg;
	open_pipe(0);
	wake_up_process(kthread_create(empty_reader, NULL, "reader"));
	schedule_timeout(3 * HZ);
	ck_assert(!watch_find_cycle(NULL, &cycle));
	ck_assert_ptr_null(watch_deadlock());
	ck_assert_uint_eq(watch_complaints(WATCH_ALL), 0);
}

START_TEST(test_empty_is_no_deadlock)
{
	host_boot(2, 8192, "watch=all");
	ck_assert_int_eq(host_run(empty_body, NULL), HOST_DONE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("pipe");
	TCase *tc = tcase_create("pipe");

	tcase_add_test(tc, test_ends);
	tcase_add_loop_test(tc, test_stream, 0, 8);
	tcase_add_test(tc, test_empty_is_no_deadlock);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
