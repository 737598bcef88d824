/*
 * kernel/servers/tty_line.c - the line discipline. Contracts in the header.
 */
#include "kernel/servers/tty_line.h"

#include "kernel/string.h"

#define CTRL_C	  0x03
#define CTRL_H	  0x08
#define CTRL_U	  0x15
#define DEL	  0x7f
#define BELL	  0x07

void tty_init(struct tty_line *tty)
{
	memset(tty, 0, sizeof(*tty));
	tty->lflag = TTY_ISIG | TTY_ICANON | TTY_ECHO;
}

static unsigned room(const struct tty_line *tty)
{
	return TTY_RING - (tty->head - tty->tail);
}

static void put(struct tty_line *tty, char c)
{
	tty->ring[tty->head++ % TTY_RING] = c;
}

static void echo(struct tty_line *tty, const char *s)
{
	if (!(tty->lflag & TTY_ECHO))
		return;
	while (*s && tty->necho < sizeof(tty->echo))
		tty->echo[tty->necho++] = *s++;
}

/* Show a character: control characters as ^X. */
static void echo_char(struct tty_line *tty, char c)
{
	char text[3] = { c, 0, 0 };

	if ((unsigned char)c < ' ' && c != '\n' && c != '\t') {
		text[0] = '^';
		text[1] = (char)(c + '@');
	}
	echo(tty, text);
}

static enum tty_event refuse(struct tty_line *tty)
{
	echo(tty, (const char[]){ BELL, 0 });
	return TTY_NOTHING;
}

/* The line is whole: move it where it can be read, with @end behind it. */
static enum tty_event end_line(struct tty_line *tty, char end)
{
	unsigned i;

	if (room(tty) < tty->len + 1)
		return refuse(tty);
	for (i = 0; i < tty->len; i++)
		put(tty, tty->line[i]);
	put(tty, end);
	tty->len = 0;
	return TTY_READY;
}

static enum tty_event erase(struct tty_line *tty)
{
	unsigned char gone;

	if (tty->len == 0)
		return TTY_NOTHING;
	gone = (unsigned char)tty->line[--tty->len];
	echo(tty, gone < ' ' && gone != '\t' ? "\b \b\b \b" : "\b \b");
	return TTY_NOTHING;
}

static enum tty_event canonical(struct tty_line *tty, char c)
{
	switch (c) {
	case CTRL_H:
	case DEL:
		return erase(tty);
	case CTRL_U:
		tty->len = 0;
		echo(tty, "^U\n");
		return TTY_NOTHING;
	case TTY_EOF:
		return end_line(tty, TTY_EOF);
	case '\n':
		echo_char(tty, c);
		return end_line(tty, c);
	}
	if (tty->len == TTY_LINE_MAX - 1)
		return refuse(tty);
	tty->line[tty->len++] = c;
	echo_char(tty, c);
	return TTY_NOTHING;
}

enum tty_event tty_input(struct tty_line *tty, char c)
{
	tty->necho = 0;
	if (c == '\r')
		c = '\n';
	if ((tty->lflag & TTY_ISIG) && c == CTRL_C) {
		tty->len = 0;
		echo(tty, "^C\n");
		return TTY_INTERRUPT;
	}
	if (tty->lflag & TTY_ICANON)
		return canonical(tty, c);
	if (room(tty) == 0)
		return refuse(tty);
	put(tty, c);
	echo_char(tty, c);
	return TTY_READY;
}

bool tty_readable(const struct tty_line *tty)
{
	return tty->head != tty->tail;
}

size_t tty_read(struct tty_line *tty, char *buf, size_t n)
{
	size_t done = 0;

	while (done < n && tty_readable(tty)) {
		char c = tty->ring[tty->tail % TTY_RING];

		if (c == TTY_EOF && (tty->lflag & TTY_ICANON)) {
			/* It ends this read; swallowed now, or by the next read when this one
			 * stops exactly before it. */
			tty->tail++;
			break;
		}
		tty->tail++;
		buf[done++] = c;
		if (c == '\n' && (tty->lflag & TTY_ICANON))
			break;
	}
	return done;
}
