/*
 * kernel/servers/tty_line.h - the line discipline of the console: from typed characters to what a
 * program reads. Pure: it tells what to echo and whom to signal, and does neither.
 *
 * Settings are Linux/i386's struct termios. Canonical mode: a line is edited (VERASE and ^H, VKILL,
 * VWERASE, VLNEXT) until newline, VEOL or VEOF ends it. Otherwise each character can be read at
 * once. Invariant: while canonical, only whole lines enter the input ring; VEOF ends one without a
 * newline, stored as a mark that is no character, so that an empty one reads as end of file.
 */
#ifndef KERNEL_SERVERS_TTY_LINE_H
#define KERNEL_SERVERS_TTY_LINE_H

#include "kernel/types.h"

#define TTY_LINE_MAX 256
#define TTY_RING     2048u /* a power of two */

/* bits of struct termios that are honoured */
#define TTY_INLCR  0000100u /* iflag */
#define TTY_IGNCR  0000200u
#define TTY_ICRNL  0000400u
#define TTY_OPOST  0000001u /* oflag */
#define TTY_ONLCR  0000004u
#define TTY_ISIG   0000001u /* lflag */
#define TTY_ICANON 0000002u
#define TTY_ECHO   0000010u
#define TTY_ECHOE  0000020u
#define TTY_ECHOK  0000040u
#define TTY_ECHONL 0000100u
#define TTY_NOFLSH 0000200u
#define TTY_TOSTOP 0000400u
#define TTY_ECHOCTL 0001000u
#define TTY_ECHOKE 0004000u
#define TTY_IEXTEN 0100000u

/* indices of cc[] */
#define TTY_VINTR   0
#define TTY_VQUIT   1
#define TTY_VERASE  2
#define TTY_VKILL   3
#define TTY_VEOF    4
#define TTY_VTIME   5
#define TTY_VMIN    6
#define TTY_VSUSP   10
#define TTY_VEOL    11
#define TTY_VWERASE 14
#define TTY_VLNEXT  15

struct tty_termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line, cc[19]; /* cc 0 = that key is switched off */
};
_Static_assert(sizeof(struct tty_termios) == 36, "struct termios of Linux/i386");

struct tty_line {
	struct tty_termios t;
	char line[TTY_LINE_MAX]; /* being typed */
	unsigned len;
	bool literal;		 /* the next character is taken as it is (VLNEXT) */
	uint16_t ring[TTY_RING]; /* may be read: characters, or a mark */
	unsigned head, tail;	 /* free-running; head - tail = entries in the ring */
	char echo[4 * TTY_LINE_MAX]; /* set by tty_input: what to show */
	unsigned necho;
};

enum tty_event {
	TTY_NOTHING,
	TTY_READY,     /* something can be read */
	TTY_INTERRUPT, /* VINTR: SIGINT to the foreground */
	TTY_QUIT,      /* VQUIT: SIGQUIT */
	TTY_SUSPEND    /* VSUSP: SIGTSTP */
};

void tty_init(struct tty_line *tty);
/* New settings. Leaving canonical mode makes the unfinished line readable. */
void tty_set(struct tty_line *tty, const struct tty_termios *t);
/* Drop what was typed and not yet read. */
void tty_flush(struct tty_line *tty);
/* One typed character. Fills echo/necho. A character that finds no room is dropped, with a bell. */
enum tty_event tty_input(struct tty_line *tty, char c);
/* Is there anything to read (end of file included)? */
bool tty_readable(const struct tty_line *tty);
/* Characters that can be read (FIONREAD). */
unsigned tty_available(const struct tty_line *tty);
/* Read at most @n > 0 characters, at most to the end of a line in canonical mode. 0 = end of file.
 * Only if readable. */
size_t tty_read(struct tty_line *tty, char *buf, size_t n);

#endif
