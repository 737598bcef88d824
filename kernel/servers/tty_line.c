/*
 * kernel/servers/tty_line.c - the line discipline. Contracts in the header.
 */
#include "kernel/servers/tty_line.h"

#include "kernel/string.h"

#define CTRL(c)	    ((c) & 0x1f)
#define BELL	    0x07
#define DEL	    0x7f
#define MARK_EOF    0x100 /* in the ring: the line ended by VEOF */

void tty_init(struct tty_line *tty)
{
	static const struct tty_termios usual = {
		.iflag = TTY_ICRNL,
		.oflag = TTY_OPOST | TTY_ONLCR,
		.cflag = 0277, /* 38400 baud, 8 bits, receiver on */
		.lflag = TTY_ISIG | TTY_ICANON | TTY_ECHO | TTY_ECHOE | TTY_ECHOK | TTY_ECHOCTL |
			 TTY_ECHOKE | TTY_IEXTEN,
		.cc = { [TTY_VINTR] = CTRL('C'), [TTY_VQUIT] = CTRL('\\'), [TTY_VERASE] = DEL,
			[TTY_VKILL] = CTRL('U'), [TTY_VEOF] = CTRL('D'), [TTY_VMIN] = 1,
			[TTY_VSUSP] = CTRL('Z'), [TTY_VWERASE] = CTRL('W'),
			[TTY_VLNEXT] = CTRL('V') },
	};

	memset(tty, 0, sizeof(*tty));
	tty->t = usual;
}

/* --- the ring -------------------------------------------------------------------------------- */

static unsigned room(const struct tty_line *tty)
{
	return TTY_RING - (tty->head - tty->tail);
}

static void put(struct tty_line *tty, uint16_t c)
{
	tty->ring[tty->head++ % TTY_RING] = c;
}

/* What was typed becomes readable; there is room. */
static void put_line(struct tty_line *tty)
{
	unsigned i;

	for (i = 0; i < tty->len; i++)
		put(tty, (unsigned char)tty->line[i]);
	tty->len = 0;
}

void tty_flush(struct tty_line *tty)
{
	tty->tail = tty->head;
	tty->len = 0;
}

void tty_set(struct tty_line *tty, const struct tty_termios *t)
{
	bool was_canonical = tty->t.lflag & TTY_ICANON;

	tty->t = *t;
	tty->literal = false;
	if (was_canonical && !(t->lflag & TTY_ICANON) && room(tty) >= tty->len)
		put_line(tty);
}

bool tty_readable(const struct tty_line *tty)
{
	return tty->head != tty->tail;
}

unsigned tty_available(const struct tty_line *tty)
{
	unsigned i, n = 0;

	for (i = tty->tail; i != tty->head; i++)
		n += tty->ring[i % TTY_RING] != MARK_EOF;
	return n;
}

/* --- echo ------------------------------------------------------------------------------------ */

static void show(struct tty_line *tty, const char *s)
{
	while (*s && tty->necho < sizeof(tty->echo))
		tty->echo[tty->necho++] = *s++;
}

static bool is_control(char c)
{
	return ((unsigned char)c < ' ' && c != '\n' && c != '\t') || c == DEL;
}

/* Show a character: control characters as ^X. */
static void echo_char(struct tty_line *tty, char c)
{
	char text[3] = { c, 0, 0 };

	if (!(tty->t.lflag & TTY_ECHO) && !(c == '\n' && (tty->t.lflag & TTY_ECHONL)))
		return;
	if (is_control(c) && (tty->t.lflag & TTY_ECHOCTL)) {
		text[0] = '^';
		text[1] = c == DEL ? '?' : (char)(c + '@');
	}
	show(tty, text);
}

static enum tty_event refuse(struct tty_line *tty)
{
	if (tty->t.lflag & TTY_ECHO)
		show(tty, (const char[]){ BELL, 0 });
	return TTY_NOTHING;
}

/* --- editing --------------------------------------------------------------------------------- */

/* Take back the last character, on the screen too. */
static void erase(struct tty_line *tty)
{
	char gone;

	if (tty->len == 0)
		return;
	gone = tty->line[--tty->len];
	if (!(tty->t.lflag & TTY_ECHO))
		return;
	if (!(tty->t.lflag & TTY_ECHOE))
		echo_char(tty, (char)tty->t.cc[TTY_VERASE]);
	else
		show(tty, is_control(gone) && (tty->t.lflag & TTY_ECHOCTL) ? "\b \b\b \b"
									   : "\b \b");
}

static void erase_word(struct tty_line *tty)
{
	while (tty->len && tty->line[tty->len - 1] == ' ')
		erase(tty);
	while (tty->len && tty->line[tty->len - 1] != ' ')
		erase(tty);
}

static void kill_line(struct tty_line *tty)
{
	if (!(tty->t.lflag & TTY_ECHOKE) || !(tty->t.lflag & TTY_ECHOE)) {
		tty->len = 0;
		echo_char(tty, (char)tty->t.cc[TTY_VKILL]);
		if (tty->t.lflag & TTY_ECHOK)
			echo_char(tty, '\n');
		return;
	}
	while (tty->len)
		erase(tty);
}

/* The line is whole: move it where it can be read, with @end behind it. */
static enum tty_event end_line(struct tty_line *tty, uint16_t end)
{
	if (room(tty) < tty->len + 1)
		return refuse(tty);
	put_line(tty);
	put(tty, end);
	return TTY_READY;
}

static enum tty_event add(struct tty_line *tty, char c)
{
	tty->literal = false;
	if (tty->len == TTY_LINE_MAX - 1)
		return refuse(tty);
	tty->line[tty->len++] = c;
	echo_char(tty, c);
	return TTY_NOTHING;
}

/* Is @c the key cc[@which]? */
static bool is_key(const struct tty_line *tty, char c, int which)
{
	return c && (uint8_t)c == tty->t.cc[which];
}

static enum tty_event canonical(struct tty_line *tty, char c)
{
	if (c == '\n') {
		enum tty_event event = end_line(tty, '\n');

		if (event == TTY_READY)
			echo_char(tty, c);
		return event;
	}
	if (is_key(tty, c, TTY_VERASE) || c == CTRL('H')) {
		erase(tty);
	} else if (is_key(tty, c, TTY_VKILL)) {
		kill_line(tty);
	} else if (is_key(tty, c, TTY_VWERASE) && (tty->t.lflag & TTY_IEXTEN)) {
		erase_word(tty);
	} else if (is_key(tty, c, TTY_VLNEXT) && (tty->t.lflag & TTY_IEXTEN)) {
		tty->literal = true;
		if (tty->t.lflag & TTY_ECHO)
			show(tty, "^\b");
	} else if (is_key(tty, c, TTY_VEOF)) {
		return end_line(tty, MARK_EOF);
	} else if (is_key(tty, c, TTY_VEOL)) {
		echo_char(tty, c);
		return end_line(tty, (unsigned char)c);
	} else {
		return add(tty, c);
	}
	return TTY_NOTHING;
}

static enum tty_event raw(struct tty_line *tty, char c)
{
	if (room(tty) == 0)
		return refuse(tty);
	put(tty, (unsigned char)c);
	echo_char(tty, c);
	return TTY_READY;
}

/* --- input ----------------------------------------------------------------------------------- */

static enum tty_event signal_key(struct tty_line *tty, char c)
{
	if (is_key(tty, c, TTY_VINTR))
		return TTY_INTERRUPT;
	if (is_key(tty, c, TTY_VQUIT))
		return TTY_QUIT;
	if (is_key(tty, c, TTY_VSUSP))
		return TTY_SUSPEND;
	return TTY_NOTHING;
}

enum tty_event tty_input(struct tty_line *tty, char c)
{
	enum tty_event event;

	tty->necho = 0;
	if (tty->literal)
		return add(tty, c);
	if (c == '\r') {
		if (tty->t.iflag & TTY_IGNCR)
			return TTY_NOTHING;
		if (tty->t.iflag & TTY_ICRNL)
			c = '\n';
	} else if (c == '\n' && (tty->t.iflag & TTY_INLCR)) {
		c = '\r';
	}
	event = tty->t.lflag & TTY_ISIG ? signal_key(tty, c) : TTY_NOTHING;
	if (event != TTY_NOTHING) {
		if (!(tty->t.lflag & TTY_NOFLSH))
			tty_flush(tty);
		echo_char(tty, c);
		echo_char(tty, '\n');
		return event;
	}
	return tty->t.lflag & TTY_ICANON ? canonical(tty, c) : raw(tty, c);
}

/* --- reading --------------------------------------------------------------------------------- */

static bool ends_line(const struct tty_line *tty, uint16_t c)
{
	return c == '\n' || c == MARK_EOF || (c && c == tty->t.cc[TTY_VEOL]);
}

size_t tty_read(struct tty_line *tty, char *buf, size_t n)
{
	bool lines = tty->t.lflag & TTY_ICANON;
	size_t done = 0;

	while (tty_readable(tty)) {
		uint16_t c = tty->ring[tty->tail % TTY_RING];

		/* A mark right behind the last wanted character goes with it: left alone, the next
		 * read would take it for the end of the file. */
		if (done == n && c != MARK_EOF)
			break;
		tty->tail++;
		if (c != MARK_EOF)
			buf[done++] = (char)c;
		if (lines && ends_line(tty, c))
			break;
		if (done == n && (!lines || !tty_readable(tty)))
			break;
	}
	return done;
}
