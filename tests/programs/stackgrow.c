/*
 * tests/programs/stackgrow.c - the stack grows as it is used, keeps its contents, and only so.
 */
#include "lib.h"

#define DEPTH 512 /* frames of a page and more: 2 MB */

static int descend(unsigned depth)
{
	volatile uint32_t frame[1024];
	unsigned i;
	int bad = 0;

	for (i = 0; i < 1024; i += 64)
		frame[i] = depth * 7919 + i;
	if (depth)
		bad = descend(depth - 1);
	for (i = 0; i < 1024; i += 64)
		if (frame[i] != depth * 7919 + i)
			bad++;
	return bad;
}

/* Far below the stack pointer there is nothing, even if the stack could grow to there. */
static int touch_below(void *arg)
{
	volatile char here;

	*(&here - (uintptr_t)arg) = 1;
	return 0;
}

static volatile bool forever = true;

static int without_end(void *arg)
{
	volatile char frame[8192];

	frame[0] = 1;
	return forever ? without_end(arg) + frame[0] : 0;
}

/* The kernel itself must be able to grow it: a buffer that was never touched. */
static int kernel_grows(void *arg)
{
	volatile char buf[16384];
	long fd = sys(SYS_open, "/dev/zero", O_RDONLY);

	(void)arg;
	return sys(SYS_read, fd, buf, sizeof(buf)) == (long)sizeof(buf) && buf[0] == 0 ? 0 : 1;
}

int main(int argc, char **argv, char **envp)
{
	int status;

	(void)argv, (void)envp;
	check(descend(DEPTH) == 0, "wrong words on the stack");
	status = in_child(kernel_grows, NULL);
	check(status == 0, "read() into a fresh stack: status %x", status);
	status = in_child(touch_below, (void *)(64UL << 20));
	check(SIGNAL_OF(status) == SIGSEGV, "64 MB below the stack: status %x", status);
	if (argc > 1) { /* fills memory up to the limit of the stack */
		status = in_child(without_end, NULL);
		check(SIGNAL_OF(status) != 0, "endless recursion: status %x", status);
	}
	return test_end("stackgrow");
}
