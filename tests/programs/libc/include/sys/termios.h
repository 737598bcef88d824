/*
 * tests/programs/libc/include/sys/termios.h - the terminal, with Linux/i386's numbers.
 */
#ifndef TESTS_PROGRAMS_LIBC_SYS_TERMIOS_H
#define TESTS_PROGRAMS_LIBC_SYS_TERMIOS_H

#include <sys/types.h>

typedef unsigned int tcflag_t;
typedef unsigned char cc_t;
typedef unsigned int speed_t;

#define NCCS 19

/* As TCGETS and TCSETS take it. */
struct termios {
	tcflag_t c_iflag, c_oflag, c_cflag, c_lflag;
	cc_t c_line;
	cc_t c_cc[NCCS];
};

#define VINTR  0
#define VQUIT  1
#define VERASE 2
#define VKILL  3
#define VEOF   4
#define VTIME  5
#define VMIN   6
#define VSUSP  10

#define BRKINT 0000002
#define INPCK  0000020
#define ISTRIP 0000040
#define INLCR  0000100
#define ICRNL  0000400
#define IXON   0002000
#define OPOST  0000001
#define ONLCR  0000004
#define CS8    0000060
#define ISIG   0000001
#define ICANON 0000002
#define ECHO   0000010
#define ECHOE  0000020
#define ECHOK  0000040
#define TOSTOP 0000400
#define IEXTEN 0100000

#define TCSANOW	  0
#define TCSADRAIN 1
#define TCSAFLUSH 2

#define TCGETS	   0x5401
#define TCSETS	   0x5402
#define TIOCGPGRP  0x540F
#define TIOCSPGRP  0x5410
#define TIOCGWINSZ 0x5413

struct winsize {
	unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};

int tcgetattr(int fd, struct termios *t);
int tcsetattr(int fd, int when, const struct termios *t);
pid_t tcgetpgrp(int fd);
int tcsetpgrp(int fd, pid_t group);
int ioctl(int fd, unsigned long request, ...);

#endif
