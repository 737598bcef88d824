/*
 * kernel/servers/tty_line.h - the line discipline of the console: from typed characters to what a
 * program reads. Pure: it tells what to echo and whom to signal, and does neither.
 *
 * Invariant: in canonical mode only whole lines are in the input ring; ^D ends one without a
 * newline, stored as TTY_EOF, so that an empty one reads as end of file.
 */
#ifndef KERNEL_SERVERS_TTY_LINE_H
#define KERNEL_SERVERS_TTY_LINE_H

#include "kernel/types.h"

#define TTY_LINE_MAX 256
#define TTY_RING     1024u /* a power of two */
#define TTY_EOF	     0x04

/* c_lflag bits of Linux/i386 that are honoured */
#define TTY_ISIG   0000001u
#define TTY_ICANON 0000002u
#define TTY_ECHO   0000010u

struct tty_line {
	unsigned lflag;
	char line[TTY_LINE_MAX]; /* being typed */
	unsigned len;
	char ring[TTY_RING]; /* may be read */
	unsigned head, tail; /* free-running; head - tail = characters in the ring */
	char echo[8];	     /* set by tty_input: what to show */
	unsigned necho;
};

enum tty_event { TTY_NOTHING, TTY_READY /* something can be read */, TTY_INTERRUPT /* ^C */ };

void tty_init(struct tty_line *tty);
/* One typed character. Fills echo/necho. A character that finds no room is dropped, with a bell. */
enum tty_event tty_input(struct tty_line *tty, char c);
/* Is there anything to read (end of file included)? */
bool tty_readable(const struct tty_line *tty);
/* Read at most @n > 0 characters, at most to the end of a line. 0 = end of file. Only if
 * readable. */
size_t tty_read(struct tty_line *tty, char *buf, size_t n);

#endif
