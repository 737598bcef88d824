/*
 * tests/programs/pipetest.c - pipes, poll and select: order, whole writes, ends, sharing, waiting.
 * The same on Linux; how much a pipe holds differs and is not looked at.
 */
#include "sig.h"

#define POLLIN	 1
#define POLLOUT	 4
#define POLLERR	 8
#define POLLHUP	 16
#define POLLNVAL 32

struct pollfd {
	int fd;
	int16_t events, revents;
};

static int fds[2];

static void open_pipe(void)
{
	expect(sys(SYS_pipe, fds), 0);
}

static void close_pipe(void)
{
	sys(SYS_close, fds[0]);
	sys(SYS_close, fds[1]);
}

static void basics(void)
{
	char buf[16];
	int n = 0, bad[2] = { -1, -1 };

	open_pipe();
	expect(sys(SYS_write, fds[1], "hello", 5), 5);
	expect(sys(SYS_ioctl, fds[0], FIONREAD, &n), 0);
	check(n == 5, "%d", n);
	expect(sys(SYS_read, fds[0], buf, 3), 3);
	expect(sys(SYS_write, fds[1], "", 0), 0);
	expect(sys(SYS_read, fds[0], buf + 3, sizeof(buf) - 3), 2);
	check(!memcmp(buf, "hello", 5));
	expect(sys(SYS_read, fds[1], buf, 1), -EBADF);
	expect(sys(SYS_write, fds[0], buf, 1), -EBADF);
	expect(sys(SYS_lseek, fds[0], 0, SEEK_SET), -29); /* ESPIPE */
	expect(sys(SYS_write, fds[1], (void *)8, 4), -EFAULT);
	expect(sys(SYS_write, fds[1], "abc", 3), 3);
	expect(sys(SYS_read, fds[0], (void *)8, 4), -EFAULT);
	expect(sys(SYS_close, fds[1]), 0);
	expect(sys(SYS_read, fds[0], buf, 16), 3);
	expect(sys(SYS_read, fds[0], buf, 16), 0);
	expect(sys(SYS_read, fds[0], buf, 16), 0);
	sys(SYS_close, fds[0]);
	expect(sys(SYS_pipe, (void *)8), -EFAULT);
	expect(sys(SYS_pipe2, bad, 0x1234567), -EINVAL);
}

/* --- no reader ----------------------------------------------------------------------------------- */

static int write_to_nobody(void *arg)
{
	if (arg)
		handle_flags(SIGPIPE, SIG_IGN, 0, 0);
	sys(SYS_close, fds[0]);
	return (int)-sys(SYS_write, fds[1], "x", 1);
}

static void broken(void)
{
	int status;

	open_pipe();
	sys(SYS_close, fds[0]);
	fds[0] = 99;
	status = in_child(write_to_nobody, 0);
	check(status == SIGPIPE, "%x", status);
	status = in_child(write_to_nobody, (void *)1);
	check(status == EPIPE << 8, "%x", status);
	sys(SYS_close, fds[1]);
}

/* --- without waiting ------------------------------------------------------------------------------- */

static void nonblocking(void)
{
	static char block[4096];
	char c;
	long n, total = 0, back = 0;

	expect(sys(SYS_pipe2, fds, O_NONBLOCK | O_CLOEXEC), 0);
	expect(sys(SYS_read, fds[0], &c, 1), -EAGAIN);
	while ((n = sys(SYS_write, fds[1], block, sizeof(block))) > 0)
		total += n;
	check(n == -EAGAIN && total > 0 && total % 4096 == 0, "%d after %d", (int)n, (int)total);
	/* a short write goes in as a whole or not at all */
	expect(sys(SYS_read, fds[0], block, 100), 100);
	expect(sys(SYS_write, fds[1], block, 4096), -EAGAIN);
	sys(SYS_fcntl, fds[0], F_SETFL, 0);
	sys(SYS_close, fds[1]);
	while ((n = sys(SYS_read, fds[0], block, sizeof(block))) > 0)
		back += n;
	check(n == 0 && back == total - 100, "%d of %d", (int)back, (int)total);
	sys(SYS_close, fds[0]);
}

/* --- through a pipe -------------------------------------------------------------------------------- */

#define STREAM 300000

static int produce(void *arg)
{
	static unsigned char buf[9000];
	uint32_t seed = 7, at = 0;

	(void)arg;
	sys(SYS_close, fds[0]);
	while (at < STREAM) {
		uint32_t n = 1 + random_next(&seed) % sizeof(buf), i;

		if (n > STREAM - at)
			n = STREAM - at;
		for (i = 0; i < n; i++)
			buf[i] = (unsigned char)((at + i) * 31 >> 3);
		if (sys(SYS_write, fds[1], buf, n) != (long)n)
			return 1;
		at += n;
	}
	return 0;
}

static void stream(void)
{
	static unsigned char buf[5000];
	uint32_t seed = 9, at = 0, wrong = 0;
	int status = 0;
	long pid, n;

	open_pipe();
	pid = sys(SYS_fork);
	if (pid == 0)
		exit(produce(0));
	sys(SYS_close, fds[1]);
	while ((n = sys(SYS_read, fds[0], buf, 1 + random_next(&seed) % sizeof(buf))) > 0)
		for (long i = 0; i < n; i++, at++)
			wrong += buf[i] != (unsigned char)(at * 31 >> 3);
	check(n == 0 && at == STREAM && wrong == 0, "%u bytes, %u wrong", at, wrong);
	expect(wait_for(pid, &status), pid);
	check(status == 0, "%x", status);
	sys(SYS_close, fds[0]);
}

/* Several writers of records that fit: none is torn. */
#define WRITERS 4
#define RECORD	700
#define RECORDS 40

static int write_records(void *arg)
{
	char record[RECORD];

	memset(record, 'a' + (int)(long)arg, sizeof(record));
	for (int i = 0; i < RECORDS; i++)
		if (sys(SYS_write, fds[1], record, sizeof(record)) != RECORD)
			return 1;
	return 0;
}

static bool read_whole(char *buf, size_t size)
{
	size_t done = 0;

	while (done < size) {
		long n = sys(SYS_read, fds[0], buf + done, size - done);

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static void whole_writes(void)
{
	char record[RECORD];
	int seen[WRITERS] = { 0 }, torn = 0, status, i;

	open_pipe();
	for (i = 0; i < WRITERS; i++)
		if (sys(SYS_fork) == 0)
			exit(write_records((void *)(long)i));
	sys(SYS_close, fds[1]);
	while (read_whole(record, sizeof(record))) {
		for (i = 1; i < RECORD; i++)
			torn += record[i] != record[0];
		seen[(record[0] - 'a') % WRITERS]++;
	}
	for (i = 0; i < WRITERS; i++) {
		wait_for(-1, &status);
		check(status == 0 && seen[i] == RECORDS, "writer %d: %d records", i, seen[i]);
	}
	check(torn == 0, "%d bytes in wrong records", torn);
	sys(SYS_close, fds[0]);
}

/* --- poll and select ------------------------------------------------------------------------------- */

static int write_later(void *arg)
{
	sleep_ms(60);
	return sys(SYS_write, fds[1], "y", 1) == 1 ? (int)(long)arg : 99;
}

static void polls(void)
{
	struct pollfd p[3] = { { fds[0], POLLIN, 0 }, { -1, POLLIN, 7 }, { 98, POLLIN, 0 } };
	int status = 0;
	long pid;

	open_pipe();
	p[0].fd = fds[0];
	expect(sys(SYS_poll, p, 1, 0), 0);
	expect(sys(SYS_poll, p, 1, 30), 0);
	expect(sys(SYS_poll, p, 3, -1), 1);
	check(p[0].revents == 0 && p[1].revents == 0 && p[2].revents == POLLNVAL, "%x", p[2].revents);
	pid = sys(SYS_fork);
	if (pid == 0)
		exit(write_later(0));
	expect(sys(SYS_poll, p, 2, -1), 1);
	check(p[0].revents == POLLIN, "%x", p[0].revents);
	wait_for(pid, &status);
	p[1].fd = fds[1];
	p[1].events = POLLOUT | POLLIN;
	sys(SYS_read, fds[0], &status, 1);
	expect(sys(SYS_poll, p, 2, 1000), 1);
	check(p[0].revents == 0 && p[1].revents == POLLOUT, "%x %x", p[0].revents, p[1].revents);
	sys(SYS_close, fds[0]);
	p[0].fd = -1;
	expect(sys(SYS_poll, p, 2, 1000), 1);
	check((p[1].revents & POLLERR) != 0, "%x", p[1].revents);
	sys(SYS_close, fds[1]);
	expect(sys(SYS_poll, (void *)8, 1, 0), -EFAULT);
	open_pipe();
	p[0].fd = fds[0];
	sys(SYS_close, fds[1]);
	expect(sys(SYS_poll, p, 1, 1000), 1);
	check(p[0].revents == POLLHUP, "%x", p[0].revents);
	sys(SYS_close, fds[0]);
}

static void selects(void)
{
	uint32_t in[32] = { 0 }, out[32] = { 0 }, tv[2] = { 0, 30000 };
	int status;
	long pid;

	open_pipe();
	in[0] = 1u << fds[0];
	out[0] = 1u << fds[1];
	expect(sys(SYS_newselect, fds[1] + 1, in, out, 0, 0), 1);
	check(in[0] == 0 && out[0] == 1u << fds[1]);
	in[0] = 1u << fds[0];
	expect(sys(SYS_newselect, fds[1] + 1, in, 0, 0, tv), 0);
	check(in[0] == 0 && tv[0] == 0 && tv[1] == 0, "%u", tv[1]);
	pid = sys(SYS_fork);
	if (pid == 0)
		exit(write_later(0));
	in[0] = 1u << fds[0];
	tv[0] = 10;
	expect(sys(SYS_newselect, fds[0] + 1, in, 0, 0, tv), 1);
	check(in[0] == 1u << fds[0] && tv[0] == 9, "%u s left", tv[0]);
	wait_for(pid, &status);
	close_pipe();
	in[0] = 1u << 31;
	expect(sys(SYS_newselect, 32, in, 0, 0, 0), -EBADF);
	expect(sys(SYS_newselect, -1, in, 0, 0, 0), -EINVAL);
}

static volatile int rung;

static void ring(int signo)
{
	(void)signo;
	rung++;
}

/* A signal ends a poll although SA_RESTART is set, as everywhere. */
static void interrupted(void)
{
	struct pollfd p = { 0, POLLIN, 0 };
	uint32_t in[32] = { 0 }, value[4] = { 0, 0, 0, 40000 };

	open_pipe();
	p.fd = fds[0];
	handle_flags(SIGALRM, (void *)ring, SA_RESTART, 0);
	sys(SYS_setitimer, 0, value, 0);
	expect(sys(SYS_poll, &p, 1, -1), -EINTR);
	in[0] = 1u << fds[0];
	sys(SYS_setitimer, 0, value, 0);
	expect(sys(SYS_newselect, fds[0] + 1, in, 0, 0, 0), -EINTR);
	check(rung == 2);
	/* ignored: not disturbed */
	handle_flags(SIGALRM, SIG_IGN, 0, 0);
	sys(SYS_setitimer, 0, value, 0);
	expect(sys(SYS_poll, &p, 1, 120), 0);
	close_pipe();
}

/* A chain: each passes on what it reads, plus one. */
static void chain(void)
{
	int first[2], status, i;
	uint32_t value = 1;

	open_pipe();
	first[0] = fds[0];
	first[1] = fds[1];
	for (i = 0; i < 8; i++) {
		int in = fds[0];

		open_pipe();
		if (sys(SYS_fork) == 0) {
			uint32_t v = 0;

			sys(SYS_close, first[1]);
			while (sys(SYS_read, in, &v, 4) == 4) {
				v++;
				sys(SYS_write, fds[1], &v, 4);
			}
			exit(0);
		}
		sys(SYS_close, in);
		sys(SYS_close, fds[1]);
	}
	for (i = 0; i < 50; i++) {
		uint32_t got = 0;

		sys(SYS_write, first[1], &value, 4);
		sys(SYS_read, fds[0], &got, 4);
		check(got == value + 8, "%u", got);
		value = got;
	}
	sys(SYS_close, first[1]);
	expect(sys(SYS_read, fds[0], &value, 4), 0);
	for (i = 0; i < 8; i++)
		wait_for(-1, &status);
	sys(SYS_close, fds[0]);
}

int main(int argc, char **argv, char **envp)
{
	(void)argc, (void)argv, (void)envp;
	basics();
	broken();
	nonblocking();
	stream();
	whole_writes();
	polls();
	selects();
	interrupted();
	chain();
	return test_end("pipetest");
}
