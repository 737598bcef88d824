/*
 * kernel/printk.c - the message log and the two ways out of the kernel: printk and report.
 *
 * printk formats into the log ring and to the console, both under console_lock (interrupts off, a
 * leaf). report writes by polling from a buffer of its own and takes no lock, so it works from
 * watchers, panics and interrupts, whatever anybody holds.
 * Invariant: the ring keeps the newest LOG_SIZE characters; log_written counts all ever written.
 */
#include "kernel/arch.h"
#include "kernel/format.h"
#include "kernel/log.h"
#include "kernel/printk.h"
#include "kernel/spinlock.h"
#include "kernel/string.h"
#include "kernel/task.h"

#define LOG_SIZE 16384u /* a power of two */

static struct spinlock console_lock = SPINLOCK_INIT(LC_CONSOLE, NULL);
/* protected by console_lock */
static char log_ring[LOG_SIZE];
static size_t log_written;

volatile bool printk_unlocked;

/* Collects a line's pieces so that the device sees few, long writes. */
struct chunk_sink {
	struct format_sink sink;
	void (*write)(const char *s, size_t n);
	size_t used;
	char buf[128];
};

static void chunk_flush(struct chunk_sink *c)
{
	if (c->used)
		c->write(c->buf, c->used);
	c->used = 0;
}

static void chunk_put(struct format_sink *sink, const char *s, size_t n)
{
	struct chunk_sink *c = container_of(sink, struct chunk_sink, sink);

	while (n) {
		size_t part = min(n, sizeof(c->buf) - c->used);

		memcpy(c->buf + c->used, s, part);
		c->used += part;
		s += part;
		n -= part;
		if (c->used == sizeof(c->buf))
			chunk_flush(c);
	}
}

static int chunk_format(void (*write)(const char *, size_t), const char *fmt, va_list ap)
{
	struct chunk_sink c = {.sink = {chunk_put}, .write = write};
	int n = format_to(&c.sink, fmt, ap);

	chunk_flush(&c);
	return n;
}

static void log_and_console(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		log_ring[log_written++ & (LOG_SIZE - 1)] = s[i];
	if (printk_unlocked)
		arch_emergency_write(s, n);
	else
		arch_console_write(s, n);
}

int printk(const char *fmt, ...)
{
	unsigned long flags = 0;
	bool locked = !printk_unlocked && current; /* the arch talks before there are tasks */
	va_list ap;
	int n;

	if (locked)
		flags = spin_lock_irqsave(&console_lock);
	va_start(ap, fmt);
	n = chunk_format(log_and_console, fmt, ap);
	va_end(ap);
	if (locked)
		spin_unlock_irqrestore(&console_lock, flags);
	return n;
}

/* Which CPU writes a report: its number + 1, 0 = none; how deep, and its interrupt flag before. A
 * plain word and not a spin lock: a report may come from inside the lock code itself. */
static struct {
	int cpu; /* atomic */
	int depth;
	unsigned long flags;
} reporter;

#define REPORT_PATIENCE 100000000u /* turns of the wait; a long report is some ten million */

void report_begin(void)
{
	unsigned long flags = arch_irq_save();
	int me = arch_cpu_id() + 1, nobody = 0;

	if (__atomic_load_n(&reporter.cpu, __ATOMIC_RELAXED) == me) {
		reporter.depth++;
		return;
	}
	for (unsigned n = 0; n < REPORT_PATIENCE; n++) {
		nobody = 0;
		if (__atomic_compare_exchange_n(&reporter.cpu, &nobody, me, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			break;
		arch_tlb_poll(); /* the reporter may be waiting for our acknowledgement */
		cpu_relax();
	}
	__atomic_store_n(&reporter.cpu, me, __ATOMIC_RELAXED);
	reporter.depth = 1;
	reporter.flags = flags;
}

void report_end(void)
{
	unsigned long flags = reporter.flags;

	if (reporter.cpu != arch_cpu_id() + 1 || --reporter.depth > 0)
		return;
	__atomic_store_n(&reporter.cpu, 0, __ATOMIC_RELEASE);
	arch_irq_restore(flags);
}

void report(const char *fmt, ...)
{
	va_list ap;

	report_begin();
	va_start(ap, fmt);
	chunk_format(arch_emergency_write, fmt, ap);
	va_end(ap);
	report_end();
}

void console_write(const char *s, size_t n)
{
	unsigned long flags = spin_lock_irqsave(&console_lock);

	arch_console_write(s, n);
	spin_unlock_irqrestore(&console_lock, flags);
}

size_t printk_log_read(size_t *pos, char *buf, size_t size)
{
	unsigned long flags = spin_lock_irqsave(&console_lock);
	size_t first = log_written - min(log_written, (size_t)LOG_SIZE), n, i;

	if (*pos < first)
		*pos = first;
	n = min(size, log_written - *pos);
	for (i = 0; i < n; i++)
		buf[i] = log_ring[(*pos + i) & (LOG_SIZE - 1)];
	*pos += n;
	spin_unlock_irqrestore(&console_lock, flags);
	return n;
}

size_t printk_log_copy(char *buf, size_t size)
{
	unsigned long flags = spin_lock_irqsave(&console_lock);
	size_t have = min(log_written, (size_t)LOG_SIZE), n = min(have, size), i;

	for (i = 0; i < n; i++)
		buf[i] = log_ring[(log_written - n + i) & (LOG_SIZE - 1)];
	spin_unlock_irqrestore(&console_lock, flags);
	return n;
}
