/*
 * tests/programs/ttytest.c - the console, typed at by tests/boot/t-console.sh: each step says what it
 * waits for ("step N: ..."), and what came of it ("got ...").
 */
#include "sig.h"

#define SIGQUIT 3
#define SIGTTOU 22

#define TCGETS	   0x5401
#define TCSETS	   0x5402
#define TCSETSF	   0x5404
#define TIOCGPGRP  0x540F
#define TIOCSPGRP  0x5410
#define TIOCGWINSZ 0x5413

#define ISIG   1u
#define ICANON 2u
#define ECHO   8u
#define ICRNL  0400u
#define VTIME  5
#define VMIN   6

struct termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line, cc[19];
};

struct pollfd {
	int fd;
	int16_t events, revents;
};

static volatile int interrupts;

static void on_interrupt(int signo)
{
	(void)signo;
	interrupts++;
}

/* "got 5: a b \n": what was read, so that every byte can be seen. */
static void tell(const char *buf, long n)
{
	char text[200];
	size_t len = 0;

	for (long i = 0; i < n && len < sizeof(text) - 8; i++) {
		unsigned char c = (unsigned char)buf[i];

		if (c >= ' ' && c < 127) {
			text[len++] = (char)c;
		} else {
			text[len++] = '<';
			text[len++] = "0123456789abcdef"[c >> 4];
			text[len++] = "0123456789abcdef"[c & 15];
			text[len++] = '>';
		}
	}
	text[len] = '\0';
	printf("got %ld: %s\n", n, text);
}

static void read_line(int step, const char *what)
{
	char buf[128] = { 0 };

	printf("step %d: %s\n", step, what);
	tell(buf, sys(SYS_read, 0, buf, sizeof(buf)));
}

/* --- the foreground ------------------------------------------------------------------------------ */

static int spin(void *arg)
{
	while (!arg)
		__asm__ volatile("");
	return 0;
}

static int read_console(void *arg)
{
	char c;

	(void)arg;
	return sys(SYS_read, 0, &c, 1) == 1 ? c : 99;
}

static long start_job(int (*fn)(void *), bool foreground)
{
	long pid = sys(SYS_fork);

	if (pid == 0) {
		sys(SYS_setpgid, 0, 0);
		handle_flags(SIGTTOU, SIG_IGN, 0, 0);
		if (foreground)
			sys(SYS_ioctl, 0, TIOCSPGRP, &(int){ (int)sys(SYS_getpid) });
		handle_flags(SIGTTOU, SIG_DFL, 0, 0);
		handle_flags(SIGINT, SIG_DFL, 0, 0);
		exit(fn(0));
	}
	sys(SYS_setpgid, pid, pid);
	if (foreground)
		check(sys(SYS_ioctl, 0, TIOCSPGRP, &(int){ (int)pid }) == 0);
	return pid;
}

static void take_back(void)
{
	int mine = (int)sys(SYS_getpgrp), now = 0;

	check(sys(SYS_ioctl, 0, TIOCSPGRP, &mine) == 0);
	check(sys(SYS_ioctl, 0, TIOCGPGRP, &now) == 0 && now == mine);
}

static int status_of(long pid)
{
	int status = -1;

	expect(sys(SYS_waitpid, pid, &status, WUNTRACED), pid);
	return status;
}

static void jobs(void)
{
	long pid = start_job(spin, true);

	printf("step 4: ^C to a program that spins\n");
	printf("got status %x\n", status_of(pid));
	take_back();
	check(interrupts == 1, "we were not in the foreground: %d", interrupts);
	pid = start_job(spin, true);
	printf("step 5: ^Z, then ^\\\n");
	printf("got status %x\n", status_of(pid));
	sys(SYS_kill, -pid, SIGCONT);
	printf("step 6: it goes on\n");
	printf("got status %x\n", status_of(pid));
	take_back();
	/* a reader in the background is stopped, and reads when it is in the foreground */
	pid = start_job(read_console, false);
	printf("step 7: a reader in the background\n");
	printf("got status %x\n", status_of(pid));
	sys(SYS_ioctl, 0, TIOCSPGRP, &(int){ (int)pid });
	sys(SYS_kill, -pid, SIGCONT);
	printf("step 8: now it reads\n");
	printf("got status %x\n", status_of(pid));
	take_back();
	read_line(9, "the rest of the line");
}

/* --- raw ------------------------------------------------------------------------------------------- */

static long ticks_now(void)
{
	uint32_t tms[4];

	return sys(SYS_times, tms);
}

static void raw(void)
{
	struct termios saved, t;
	struct pollfd p = { 0, 1, 0 };
	char buf[16] = { 0 };
	long before, n;

	expect(sys(SYS_ioctl, 0, TCGETS, &saved), 0);
	t = saved;
	t.lflag &= ~(ICANON | ECHO | ISIG);
	t.iflag &= ~ICRNL;
	t.cc[VMIN] = 3;
	t.cc[VTIME] = 0;
	expect(sys(SYS_ioctl, 0, TCSETSF, &t), 0);
	printf("step 10: three bytes at least: cursor up\n");
	tell(buf, sys(SYS_read, 0, buf, sizeof(buf)));
	t.cc[VMIN] = 1;
	sys(SYS_ioctl, 0, TCSETS, &t);
	printf("step 11: Enter\n");
	tell(buf, sys(SYS_read, 0, buf, sizeof(buf)));
	printf("step 12: ^C as a character\n");
	tell(buf, sys(SYS_read, 0, buf, sizeof(buf)));
	t.cc[VMIN] = 0;
	t.cc[VTIME] = 3;
	sys(SYS_ioctl, 0, TCSETS, &t);
	before = ticks_now();
	n = sys(SYS_read, 0, buf, sizeof(buf));
	before = ticks_now() - before;
	check(n == 0 && before >= 30 && before < 60, "%ld after %ld ticks", n, before);
	t.cc[VTIME] = 0;
	sys(SYS_ioctl, 0, TCSETS, &t);
	expect(sys(SYS_read, 0, buf, sizeof(buf)), 0);
	expect(sys(SYS_poll, &p, 1, 50), 0);
	printf("step 13: poll, then any key\n");
	expect(sys(SYS_poll, &p, 1, -1), 1);
	check(p.revents == 1);
	tell(buf, sys(SYS_read, 0, buf, sizeof(buf)));
	expect(sys(SYS_ioctl, 0, TCSETSF, &saved), 0);
}

int main(int argc, char **argv, char **envp)
{
	uint16_t window[4] = { 0 };
	int before;

	(void)argc, (void)argv, (void)envp;
	handle_flags(SIGTTOU, SIG_IGN, 0, 0);
	handle_flags(SIGINT, (void *)on_interrupt, 0, 0);
	expect(sys(SYS_ioctl, 0, TIOCGWINSZ, window), 0);
	check(window[0] == 25 && window[1] == 80);
	read_line(1, "a line, edited");
	read_line(2, "end of file");
	before = interrupts;
	printf("step 3: ^C to a reader\n");
	expect(sys(SYS_read, 0, window, 1), -EINTR);
	check(interrupts == before + 1);
	jobs();
	raw();
	read_line(14, "from the keyboard");
	return test_end("ttytest");
}
