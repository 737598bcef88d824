/*
 * tests/unit/fuzz/fuzz_tty.c - the console's line discipline (kernel/servers/tty_line.c).
 *
 * Input: characters as typed, with reads (0xF8 to 0xFF), and changes of the settings (0xF0 to 0xF7: then
 * bits of lflag and one key) in between. Held: nothing overflows, in canonical mode a read goes at most
 * to a line's end, the mark that ends a file never shows, and what is said to be readable is.
 */
#include "fuzz.h"

#include <string.h>

#include "kernel/servers/tty_line.h"

#define IS_CANONICAL(tty) ((tty)->t.lflag & TTY_ICANON)

static void check_state(const struct tty_line *t)
{
	must(t->len < TTY_LINE_MAX);
	must(t->head - t->tail <= TTY_RING);
	must(t->necho <= sizeof(t->echo));
	must(tty_readable(t) == (t->head != t->tail));
	must(tty_available(t) <= t->head - t->tail);
}

static void read_some(struct tty_line *t, size_t n)
{
	char *buf = malloc(n);
	unsigned before = t->head - t->tail, available = tty_available(t);
	size_t got;

	must(buf != NULL);
	got = tty_read(t, buf, n);
	must(got <= n && got <= available);
	must(t->head - t->tail < before); /* even an end of file is taken out */
	for (size_t i = 0; IS_CANONICAL(t) && i + 1 < got; i++)
		must(buf[i] != '\n');
	free(buf);
}

static void type(struct tty_line *t, char c)
{
	unsigned before = t->head - t->tail;
	enum tty_event event = tty_input(t, c);

	must(event != TTY_READY || t->head - t->tail > before);
	must(event != TTY_NOTHING || t->head - t->tail == before);
	must(event < TTY_INTERRUPT || (t->t.lflag & TTY_ISIG));
	must((t->t.lflag & (TTY_ECHO | TTY_ECHONL)) || t->necho == 0);
}

static void change_settings(struct tty_line *t, unsigned bits, unsigned key, unsigned c)
{
	struct tty_termios wanted = t->t;

	wanted.lflag = (bits & 1 ? TTY_ISIG : 0) | (bits & 2 ? TTY_ICANON : 0) |
		       (bits & 4 ? TTY_ECHO : 0) | (bits & 8 ? TTY_ECHOE | TTY_ECHOKE : 0) |
		       (bits & 16 ? TTY_ECHOK | TTY_ECHONL : 0) | (bits & 32 ? TTY_IEXTEN : 0) |
		       (bits & 64 ? TTY_NOFLSH : 0) | (bits & 128 ? TTY_ECHOCTL : 0);
	wanted.iflag = bits & 3 ? TTY_ICRNL : key & 1 ? TTY_IGNCR : TTY_INLCR;
	wanted.cc[key % sizeof(wanted.cc)] = (uint8_t)c;
	tty_set(t, &wanted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned sizes[] = {1, 2, 7, 255, 256, 257, 1024, 4096};
	static struct tty_line t;

	tty_init(&t);
	for (size_t i = 0; i < size; i++) {
		uint8_t c = data[i];

		if (c >= 0xF8) {
			if (tty_readable(&t))
				read_some(&t, sizes[c & 7]);
		} else if (c == 0xF7) {
			tty_flush(&t);
			must(!tty_readable(&t));
		} else if (c >= 0xF0 && i + 3 < size) {
			change_settings(&t, data[i + 1], data[i + 2], data[i + 3]);
			i += 3;
		} else {
			type(&t, (char)c);
		}
		check_state(&t);
	}
	while (tty_readable(&t))
		read_some(&t, 64);
	return 0;
}
