/*
 * kernel/servers/console.c - the console server and the client side of it.
 *
 * The server task owns the line discipline; clients send it messages and typed characters come as a
 * message too. It never waits for a client or for typing: a read that finds nothing is answered
 * with -EAGAIN and the client sleeps on read_queue, where a signal can break it off.
 * Invariant: at most one input message is under way (input_posted), so it can live in a static.
 */
#include "kernel/servers/console.h"

#include "kernel/arch.h"
#include "kernel/devices.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/log.h"
#include "kernel/port.h"
#include "kernel/printk.h"
#include "kernel/servers/tty_line.h"
#include "kernel/signal.h"
#include "kernel/string.h"
#include "kernel/uaccess.h"
#include "kernel/wait.h"

#define RAW_RING 256u /* a power of two */
#define CHUNK	 256  /* characters a message carries; they lie on the client's stack */

enum console_op { OP_INPUT, OP_WRITE, OP_READ, OP_GET_FLAGS, OP_SET_FLAGS };

struct console_call {
	struct message msg;
	enum console_op op;
	char *buf;  /* kernel memory */
	size_t n;   /* characters */
	unsigned lflag;
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

static void take_input(void)
{
	char c;

	while (next_raw(&c)) {
		enum tty_event event = tty_input(&tty, c);

		if (tty.necho)
			console_write(tty.echo, tty.necho);
		if (event == TTY_INTERRUPT)
			signal_foreground(SIGINT);
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
		console_write(call->buf, call->n);
		return (long)call->n;
	case OP_READ:
		return tty_readable(&tty) ? (long)tty_read(&tty, call->buf, call->n) : -EAGAIN;
	case OP_GET_FLAGS:
		call->lflag = tty.lflag;
		return 0;
	case OP_SET_FLAGS:
		tty.lflag = call->lflag;
		return 0;
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

/* --- client side ----------------------------------------------------------------------------- */

static long console_file_write(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	char buf[CHUNK];
	size_t done = 0;

	(void)file, (void)pos;
	while (done < count) {
		struct console_call call = { .op = OP_WRITE, .buf = buf };

		call.n = min(count - done, sizeof(buf));
		if (copy_from_user(buf, ubuf + done, call.n))
			return done ? (long)done : -EFAULT;
		port_call(&console_port, &call.msg);
		done += call.n;
	}
	return (long)done;
}

static long console_file_read(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	char buf[CHUNK];
	struct console_call call = { .op = OP_READ, .buf = buf, .n = min(count, sizeof(buf)) };
	long n;

	(void)pos;
	for (;;) {
		n = port_call(&console_port, &call.msg);
		if (n != -EAGAIN || (file->f_flags & O_NONBLOCK))
			break;
		n = wait_event_interruptible(&read_queue, readable);
		if (n)
			break;
	}
	if (n <= 0)
		return n;
	return copy_to_user(ubuf, buf, (size_t)n) ? -EFAULT : n;
}

#define TCGETS	   0x5401
#define TCSETS	   0x5402
#define TCSETSW	   0x5403
#define TCSETSF	   0x5404
#define TIOCGPGRP  0x540F
#define TIOCSPGRP  0x5410
#define TIOCGWINSZ 0x5413

/* struct termios of Linux/i386: 36 bytes for these calls. */
struct user_termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line, cc[19];
};
_Static_assert(sizeof(struct user_termios) == 36, "struct termios of Linux/i386");

#define HONOURED (TTY_ISIG | TTY_ICANON | TTY_ECHO)

static long get_termios(unsigned long ubuf)
{
	struct console_call call = { .op = OP_GET_FLAGS };
	struct user_termios t = {
		.iflag = 0400 /* ICRNL */,
		.oflag = 5 /* OPOST ONLCR */,
		.cflag = 0277 /* 38400, 8 bits */,
		.cc = { 3, 28, 127, 21, 4, 0, 1 },
	};

	port_call(&console_port, &call.msg);
	t.lflag = call.lflag;
	return copy_to_user(ubuf, &t, sizeof(t));
}

static long set_termios(unsigned long ubuf)
{
	struct console_call call = { .op = OP_SET_FLAGS };
	struct user_termios t;

	if (copy_from_user(&t, ubuf, sizeof(t)))
		return -EFAULT;
	call.lflag = t.lflag & HONOURED;
	return port_call(&console_port, &call.msg);
}

static long console_ioctl(struct file *file, unsigned cmd, unsigned long arg)
{
	static const uint16_t size[4] = { 25, 80, 0, 0 };

	(void)file;
	switch (cmd) {
	case TCGETS:
		return get_termios(arg);
	case TCSETS:
	case TCSETSW:
	case TCSETSF:
		return set_termios(arg);
	case TIOCGWINSZ:
		return copy_to_user(arg, size, sizeof(size));
	case TIOCGPGRP: /* no job control: whoever asks is in the foreground */
		return put_user_u32(arg, (uint32_t)current->pid);
	case TIOCSPGRP:
		return 0;
	}
	return -ENOTTY;
}

static const struct file_operations console_fops = {
	.read = console_file_read,
	.write = console_file_write,
	.ioctl = console_ioctl,
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
