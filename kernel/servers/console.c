/*
 * kernel/servers/console.c - the console server and the client side of it.
 *
 * The server task owns the line discipline; clients send it messages and typed characters come as a
 * message too. It never waits for a client or for typing: a read that finds nothing is answered
 * with -EAGAIN and the client sleeps on read_queue, where a signal can break it off.
 * Invariant: at most one input message is under way (input_posted), so it can live in a static.
 * Whose the terminal is (console_tty.c) does not concern the server, except for the signal keys.
 */
#include "kernel/servers/console.h"

#include "kernel/arch.h"
#include "kernel/devices.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/log.h"
#include "kernel/poll.h"
#include "kernel/port.h"
#include "kernel/printk.h"
#include "kernel/servers/console_tty.h"
#include "kernel/servers/tty_line.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/timer.h"
#include "kernel/uaccess.h"
#include "kernel/wait.h"

#define RAW_RING 1024u /* a power of two */
#define CHUNK	 256   /* characters a message carries; they lie on the client's stack */

enum console_op { OP_INPUT, OP_WRITE, OP_READ, OP_GET, OP_SET, OP_SET_FLUSH, OP_FLUSH, OP_COUNT };

struct console_call {
	struct message msg;
	enum console_op op;
	char *buf;  /* kernel memory */
	size_t n;   /* characters */
	struct tty_termios t; /* OP_SET: wanted; OP_GET, OP_READ: in force */
};

static struct port console_port;
static DECLARE_WAIT_QUEUE_HEAD(read_queue);
static volatile bool readable; /* written by the server; a hint for sleepers */

/* Typed and not yet seen by the server. */
static struct spinlock raw_lock = SPINLOCK_INIT(LC_MISC, "console input");
/* protected by raw_lock, interrupts off */
static char raw[RAW_RING];
static unsigned raw_head, raw_tail;
static bool input_posted, server_up;

static void input_done(struct message *msg)
{
	(void)msg; /* nobody waits for it */
}

static struct console_call input_call = { .msg = { .done = input_done }, .op = OP_INPUT };

/* --- interrupt side -------------------------------------------------------------------------- */

void console_input(char c)
{
	unsigned long flags = spin_lock_irqsave(&raw_lock);
	bool post = false;

	if (raw_head - raw_tail < RAW_RING)
		raw[raw_head++ % RAW_RING] = c;
	if (server_up && !input_posted)
		post = input_posted = true;
	spin_unlock_irqrestore(&raw_lock, flags);
	if (post)
		port_post(&console_port, &input_call.msg);
}

/* --- server side ----------------------------------------------------------------------------- */

static struct tty_line tty; /* the server's */

static bool next_raw(char *c)
{
	unsigned long flags = spin_lock_irqsave(&raw_lock);
	bool any = raw_head != raw_tail;

	if (any)
		*c = raw[raw_tail++ % RAW_RING];
	spin_unlock_irqrestore(&raw_lock, flags);
	return any;
}

/* The terminal, and the screen, start a new line at its beginning for each newline; a program that
 * switched that off gets the movement that keeps the column. */
static void write_out(const char *s, size_t n)
{
	size_t i, from = 0;

	if ((tty.t.oflag & TTY_OPOST) && (tty.t.oflag & TTY_ONLCR)) {
		console_write(s, n);
		return;
	}
	for (i = 0; i < n; i++) {
		if (s[i] != '\n')
			continue;
		console_write(s + from, i - from);
		console_write("\033D", 2);
		from = i + 1;
	}
	console_write(s + from, n - from);
}

static void take_input(void)
{
	static const int signals[] = {
		[TTY_INTERRUPT] = SIGINT,
		[TTY_QUIT] = SIGQUIT,
		[TTY_SUSPEND] = SIGTSTP,
	};
	char c;

	while (next_raw(&c)) {
		enum tty_event event = tty_input(&tty, c);

		if (tty.necho)
			write_out(tty.echo, tty.necho);
		if (event >= TTY_INTERRUPT)
			terminal_signal(signals[event]);
	}
}

static void note_readable(void)
{
	bool now = tty_readable(&tty);

	__atomic_store_n(&readable, now, __ATOMIC_SEQ_CST);
	if (now)
		wake_up_all(&read_queue);
}

static void handle_input(void)
{
	unsigned long flags;

	/* The message first, then its flag, then the ring: a character that comes later posts
	 * anew. */
	message_reply(&input_call.msg, 0);
	flags = spin_lock_irqsave(&raw_lock);
	input_posted = false;
	spin_unlock_irqrestore(&raw_lock, flags);
	take_input();
}

static long handle(struct console_call *call)
{
	switch (call->op) {
	case OP_WRITE:
		write_out(call->buf, call->n);
		return (long)call->n;
	case OP_READ:
		call->t = tty.t;
		return tty_readable(&tty) ? (long)tty_read(&tty, call->buf, call->n) : -EAGAIN;
	case OP_GET:
		call->t = tty.t;
		return 0;
	case OP_SET_FLUSH:
		tty_flush(&tty);
		/* fall through */
	case OP_SET:
		tty_set(&tty, &call->t);
		return 0;
	case OP_FLUSH:
		tty_flush(&tty);
		return 0;
	case OP_COUNT:
		return (long)tty_available(&tty);
	case OP_INPUT:
		break;
	}
	return -EINVAL;
}

static void console_server(void *unused)
{
	(void)unused;
	port_serve(&console_port);
	for (;;) {
		struct message *msg = port_receive(&console_port);
		struct console_call *call = container_of(msg, struct console_call, msg);

		if (call->op == OP_INPUT) {
			current->calls = NULL; /* it was interrupted, it waits for nothing here */
			handle_input();
			note_readable();
		} else {
			long result = handle(call);

			note_readable();
			message_reply(msg, result);
		}
	}
}

/* --- client side: writing -------------------------------------------------------------------- */

static long console_file_write(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	char buf[CHUNK];
	size_t done = 0;
	long error = terminal_may_write();

	(void)file, (void)pos;
	if (error)
		return error;
	while (done < count) {
		struct console_call call = { .op = OP_WRITE, .buf = buf };

		/* So that ^C ends also a program that does nothing but write. */
		if (signal_pending(current))
			return done ? (long)done : -ERESTARTSYS;
		call.n = min(count - done, sizeof(buf));
		if (copy_from_user(buf, ubuf + done, call.n))
			return done ? (long)done : -EFAULT;
		port_call(&console_port, &call.msg);
		done += call.n;
	}
	return (long)done;
}

/* --- client side: reading -------------------------------------------------------------------- */

/* Sleep until something can be read, at most @ticks. 0, -EAGAIN = time is up, -ERESTARTSYS. */
static long wait_readable(long ticks)
{
	struct wait_queue w = WAIT_QUEUE_INIT(w);
	long error = 0;

	for (;;) {
		prepare_to_wait(&read_queue, &w, TASK_INTERRUPTIBLE);
		if (readable)
			break;
		error = signal_pending(current) ? -ERESTARTSYS : ticks == 0 ? -EAGAIN : 0;
		if (error)
			break;
		wait_set(WAIT_EVENT, &read_queue, wait_here());
		ticks = schedule_timeout(ticks);
	}
	finish_wait(&read_queue, &w);
	return error;
}

#define DECISECOND (HZ / 10)

/* How long to wait when nothing is there and @done characters were read: VTIME's rules. 0 = not. */
static long patience(const struct tty_termios *t, size_t done)
{
	long vtime = t->cc[TTY_VTIME] * (long)DECISECOND;

	if (t->lflag & TTY_ICANON)
		return MAX_SCHEDULE_TIMEOUT;
	if (t->cc[TTY_VMIN] == 0)
		return vtime;
	return vtime && done ? vtime : MAX_SCHEDULE_TIMEOUT;
}

/* Has a read of @count got enough? A line, or VMIN characters. */
static bool is_enough(const struct tty_termios *t, size_t done, size_t count)
{
	return (t->lflag & TTY_ICANON) || done >= min(count, max((size_t)t->cc[TTY_VMIN], (size_t)1));
}

/* Move what is there, at most a chunk. The characters, 0 = end of file, or -errno. */
static long read_chunk(struct console_call *call, char *buf, unsigned long ubuf, size_t count)
{
	long n;

	call->buf = buf;
	call->n = min(count, (size_t)CHUNK);
	n = port_call(&console_port, &call->msg);
	return n > 0 && copy_to_user(ubuf, buf, (size_t)n) ? -EFAULT : n;
}

static long console_file_read(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	char buf[CHUNK];
	struct console_call call = { .op = OP_READ };
	size_t done = 0;
	long n, ticks;

	(void)pos;
	for (;;) {
		n = terminal_may_read();
		if (n)
			break;
		n = read_chunk(&call, buf, ubuf + done, count - done);
		if (n > 0)
			done += (size_t)n;
		if (n >= 0 && is_enough(&call.t, done, count))
			break;
		if (n < 0 && n != -EAGAIN)
			break;
		ticks = file->f_flags & O_NONBLOCK ? 0 : patience(&call.t, done);
		n = wait_readable(ticks);
		if (n == -EAGAIN && !(file->f_flags & O_NONBLOCK))
			n = 0; /* VTIME is up: with what there is */
		else if (!n)
			continue;
		break;
	}
	return done ? (long)done : n;
}

static unsigned console_poll(struct file *file, struct poll_table *table)
{
	(void)file;
	poll_wait(table, &read_queue);
	return POLLOUT | POLLWRNORM | (readable ? POLLIN | POLLRDNORM : 0);
}

/* --- client side: ioctl ---------------------------------------------------------------------- */

#define TCGETS	   0x5401
#define TCSETS	   0x5402
#define TCSETSW	   0x5403
#define TCSETSF	   0x5404
#define TCSBRK	   0x5409
#define TCXONC	   0x540A
#define TCFLSH	   0x540B
#define TIOCOUTQ   0x5411
#define FIONREAD   0x541B
#define TCSBRKP	   0x5425

static long simple_call(enum console_op op)
{
	struct console_call call = { .op = op };

	return port_call(&console_port, &call.msg);
}

static long get_termios(unsigned long ubuf)
{
	struct console_call call = { .op = OP_GET };

	port_call(&console_port, &call.msg);
	return copy_to_user(ubuf, &call.t, sizeof(call.t));
}

static long set_termios(unsigned long ubuf, bool flush)
{
	struct console_call call = { .op = flush ? OP_SET_FLUSH : OP_SET };
	long error = terminal_may_change();

	if (error)
		return error;
	if (copy_from_user(&call.t, ubuf, sizeof(call.t)))
		return -EFAULT;
	terminal_set_tostop(call.t.lflag & TTY_TOSTOP);
	return port_call(&console_port, &call.msg);
}

static long console_ioctl(struct file *file, unsigned cmd, unsigned long arg)
{
	(void)file;
	switch (cmd) {
	case TCGETS:
		return get_termios(arg);
	case TCSETS:
	case TCSETSW: /* output is never behind */
		return set_termios(arg, false);
	case TCSETSF:
		return set_termios(arg, true);
	case TCSBRK:
	case TCSBRKP:
	case TCXONC:
		return 0;
	case TCFLSH: /* 0 = input, 1 = output, 2 = both */
		return arg == 1 ? 0 : arg > 2 ? -EINVAL : simple_call(OP_FLUSH);
	case TIOCOUTQ:
		return put_user_u32(arg, 0);
	case FIONREAD:
		return put_user_u32(arg, (uint32_t)simple_call(OP_COUNT));
	}
	return terminal_ioctl(cmd, arg);
}

static int console_open(struct file *file)
{
	(void)file;
	terminal_take_if_free();
	return 0;
}

static const struct file_operations console_fops = {
	.read = console_file_read,
	.write = console_file_write,
	.ioctl = console_ioctl,
	.poll = console_poll,
	.open = console_open,
};

void console_start(void)
{
	struct task_struct *server;

	tty_init(&tty);
	port_init(&console_port, "console");
	server = kthread_create(console_server, NULL, "console");
	if (!server)
		panic("no memory for the console server");
	wake_up_process(server);
	spin_lock_irq(&raw_lock);
	server_up = true;
	spin_unlock_irq(&raw_lock);
	device_register("console", &console_fops, NULL);
	device_register("tty", &console_fops, NULL);
}
