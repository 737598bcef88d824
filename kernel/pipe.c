/*
 * kernel/pipe.c - pipes. Contract in the header.
 *
 * A pipe's sleeping lock is held while bytes are copied (user memory may have to be read in first),
 * never while a reader waits for bytes or a writer for room: those sleep on the pipe's two queues,
 * woken after every change with the lock given back. What a sleeper tests is read without the lock:
 * the waker wrote it before it looked at the queue.
 */
#include "kernel/pipe.h"

#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/poll.h"
#include "kernel/printk.h"
#include "kernel/semaphore.h"
#include "kernel/signal.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"
#include "mm/slab.h"

struct pipe {
	int ends; /* atomic: who drops the last one frees it, and nobody is inside the lock then */
	struct semaphore lock;
	/* protected by lock; the numbers are read by sleepers without it */
	char *page;
	size_t start, length; /* of the bytes in page, which is a ring */
	int readers, writers; /* ends that are open */
	struct wait_queue_head for_bytes, for_room;
};

/* Numbers that are read without the lock. */
static size_t bytes_in(const struct pipe *p)
{
	return __atomic_load_n(&p->length, __ATOMIC_SEQ_CST);
}

static size_t room_in(const struct pipe *p)
{
	return PIPE_BUF - bytes_in(p);
}

static int open_ends(const int *count)
{
	return __atomic_load_n(count, __ATOMIC_SEQ_CST);
}

static void set_length(struct pipe *p, size_t length)
{
	lock_assert_held(&p->lock.info);
	__atomic_store_n(&p->length, length, __ATOMIC_SEQ_CST);
}

/* --- copying (lock held) ----------------------------------------------------------------------------- */

/* Bytes in one piece from ring position @at on, of @n. */
static size_t piece(size_t at, size_t n)
{
	return min(n, PIPE_BUF - at);
}

/* The number of bytes moved, or -EFAULT if not one. */
static long take_bytes(struct pipe *p, unsigned long ubuf, size_t count)
{
	size_t done = 0, n;

	count = min(count, p->length);
	for (; done < count; done += n) {
		n = piece(p->start, count - done);
		if (copy_to_user(ubuf + done, p->page + p->start, n))
			break;
		p->start = (p->start + n) % PIPE_BUF;
		set_length(p, p->length - n);
	}
	return done || !count ? (long)done : -EFAULT;
}

static long put_bytes(struct pipe *p, unsigned long ubuf, size_t count)
{
	size_t done = 0, n;

	count = min(count, PIPE_BUF - p->length);
	for (; done < count; done += n) {
		size_t at = (p->start + p->length) % PIPE_BUF;

		n = piece(at, count - done);
		if (copy_from_user(p->page + at, ubuf + done, n))
			break;
		set_length(p, p->length + n);
	}
	return done || !count ? (long)done : -EFAULT;
}

/* --- reading ----------------------------------------------------------------------------------------- */

static long pipe_read(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	struct pipe *p = file->private_data;
	long n = 0;

	(void)pos;
	down(&p->lock);
	while (p->length == 0 && p->writers) {
		up(&p->lock);
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&p->for_bytes, bytes_in(p) || !open_ends(&p->writers)))
			return -ERESTARTSYS;
		down(&p->lock);
	}
	n = take_bytes(p, ubuf, count);
	up(&p->lock);
	if (n > 0)
		wake_up_all(&p->for_room);
	return n;
}

/* --- writing ----------------------------------------------------------------------------------------- */

/* Wait with the lock given back until @room bytes fit or nobody reads. 0, -EAGAIN, -ERESTARTSYS. */
static long wait_for_room(struct file *file, struct pipe *p, size_t room)
{
	long error = 0;

	up(&p->lock);
	if (file->f_flags & O_NONBLOCK)
		error = -EAGAIN;
	else if (wait_event_interruptible(&p->for_room, room_in(p) >= room || !open_ends(&p->readers)))
		error = -ERESTARTSYS;
	down(&p->lock);
	return error;
}

/* Room that has to be there before the next bytes go in: all of a short write, one byte of a long
 * one. */
static size_t room_needed(size_t count)
{
	return count <= PIPE_BUF ? count : 1;
}

static long write_locked(struct file *file, struct pipe *p, unsigned long ubuf, size_t count)
{
	size_t done = 0, needed = room_needed(count);
	long n = 0;

	while (done < count) {
		if (!p->readers) {
			send_signal(current, SIGPIPE);
			n = -EPIPE;
		} else if (PIPE_BUF - p->length < needed) {
			n = wait_for_room(file, p, needed);
		} else {
			n = put_bytes(p, ubuf + done, count - done);
			if (n > 0) {
				done += (size_t)n;
				wake_up_all(&p->for_bytes);
			}
		}
		if (n < 0)
			break;
		/* The last bytes of a torn write need not fit at once either. */
		if (done)
			needed = 1;
	}
	return done ? (long)done : n;
}

static long pipe_write(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	struct pipe *p = file->private_data;
	long n;

	(void)pos;
	down(&p->lock);
	n = write_locked(file, p, ubuf, count);
	up(&p->lock);
	return n;
}

/* --- the rest ---------------------------------------------------------------------------------------- */

static unsigned pipe_poll(struct file *file, struct poll_table *table)
{
	struct pipe *p = file->private_data;
	unsigned mask = 0;

	if (file->f_mode & FMODE_READ) {
		poll_wait(table, &p->for_bytes);
		if (bytes_in(p))
			mask |= POLLIN | POLLRDNORM;
		if (!open_ends(&p->writers))
			mask |= POLLHUP;
	}
	if (file->f_mode & FMODE_WRITE) {
		poll_wait(table, &p->for_room);
		if (room_in(p) == PIPE_BUF)
			mask |= POLLOUT | POLLWRNORM;
		if (!open_ends(&p->readers))
			mask |= POLLERR;
	}
	return mask;
}

#define FIONREAD 0x541B

static long pipe_ioctl(struct file *file, unsigned cmd, unsigned long arg)
{
	if (cmd != FIONREAD)
		return -ENOTTY;
	return put_user_u32(arg, (uint32_t)bytes_in(file->private_data));
}

static void pipe_free(struct pipe *p)
{
	free_pages(p->page, 0);
	kfree(p);
}

static void pipe_put(struct pipe *p)
{
	if (__atomic_sub_fetch(&p->ends, 1, __ATOMIC_ACQ_REL) == 0)
		pipe_free(p);
}

static void pipe_release(struct file *file)
{
	struct pipe *p = file->private_data;

	down(&p->lock);
	__atomic_fetch_sub(file->f_mode & FMODE_READ ? &p->readers : &p->writers, 1,
			   __ATOMIC_SEQ_CST);
	up(&p->lock);
	wake_up_all(&p->for_bytes);
	wake_up_all(&p->for_room);
	pipe_put(p);
}

static const struct file_operations read_fops = {
	.read = pipe_read,
	.ioctl = pipe_ioctl,
	.poll = pipe_poll,
	.release = pipe_release,
};
static const struct file_operations write_fops = {
	.write = pipe_write,
	.ioctl = pipe_ioctl,
	.poll = pipe_poll,
	.release = pipe_release,
};

/* --- making one -------------------------------------------------------------------------------------- */

static struct pipe *pipe_alloc(void)
{
	struct pipe *p = kzalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return NULL;
	p->page = get_free_pages(GFP_KERNEL, 0);
	if (!p->page) {
		kfree(p);
		return NULL;
	}
	sema_init(&p->lock, 1, LC_PIPE, NULL);
	init_waitqueue_head(&p->for_bytes, "pipe: bytes");
	init_waitqueue_head(&p->for_room, "pipe: room");
	return p;
}

static struct file *open_end(struct pipe *p, const struct file_operations *ops, unsigned mode,
			     unsigned flags)
{
	struct file *file = file_alloc(ops, "pipe");

	if (!file)
		return NULL;
	file->f_mode = mode;
	file->f_flags = flags;
	file->private_data = p;
	p->ends++;
	return file;
}

int pipe_create(unsigned flags, struct file **read_end, struct file **write_end)
{
	struct pipe *p = pipe_alloc();

	if (!p)
		return -ENOMEM;
	flags &= O_NONBLOCK;
	*read_end = open_end(p, &read_fops, FMODE_READ, O_RDONLY | flags);
	if (!*read_end) {
		pipe_free(p);
		return -ENOMEM;
	}
	p->readers = 1;
	*write_end = open_end(p, &write_fops, FMODE_WRITE, O_WRONLY | flags);
	if (!*write_end) {
		fput(*read_end); /* frees the pipe: it was the only end */
		return -ENOMEM;
	}
	p->writers = 1;
	return 0;
}

static int install_both(struct file *read_end, struct file *write_end, bool cloexec, int32_t fds[2])
{
	fds[0] = fd_install(read_end, 0, cloexec);
	if (fds[0] < 0) {
		fput(read_end);
		fput(write_end);
		return fds[0];
	}
	fds[1] = fd_install(write_end, 0, cloexec);
	if (fds[1] < 0) {
		do_close((unsigned)fds[0]);
		fput(write_end);
		return fds[1];
	}
	return 0;
}

long do_pipe(unsigned long ufds, unsigned flags)
{
	struct file *read_end, *write_end;
	int32_t fds[2];
	int error;

	if (flags & ~(unsigned)(O_NONBLOCK | O_CLOEXEC))
		return -EINVAL;
	error = pipe_create(flags, &read_end, &write_end);
	if (!error)
		error = install_both(read_end, write_end, flags & O_CLOEXEC, fds);
	if (!error && copy_to_user(ufds, fds, sizeof(fds))) {
		do_close((unsigned)fds[0]);
		do_close((unsigned)fds[1]);
		error = -EFAULT;
	}
	return error;
}

long sc_pipe(const struct syscall_frame *f)
{
	return do_pipe(f->arg[0], 0);
}

long sc_pipe2(const struct syscall_frame *f)
{
	return do_pipe(f->arg[0], (unsigned)f->arg[1]);
}
