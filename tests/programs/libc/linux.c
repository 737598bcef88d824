/*
 * tests/programs/libc/linux.c - the terminal, and calls of Linux that POSIX does not know.
 */
#include "syscalls.h"

#include <errno.h>
#include <linux.h>
#include <stdarg.h>
#include <termios.h>
#include <unistd.h>

int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	long arg;

	va_start(ap, request);
	arg = va_arg(ap, long);
	va_end(ap);
	return call(SYS_ioctl, fd, request, arg);
}

int tcgetattr(int fd, struct termios *t)
{
	return ioctl(fd, TCGETS, t);
}

int tcsetattr(int fd, int when, const struct termios *t)
{
	return ioctl(fd, TCSETS + (unsigned long)when, t);
}

pid_t tcgetpgrp(int fd)
{
	int group;

	return ioctl(fd, TIOCGPGRP, &group) < 0 ? -1 : group;
}

int tcsetpgrp(int fd, pid_t group)
{
	int value = group;

	return ioctl(fd, TIOCSPGRP, &value);
}

int isatty(int fd)
{
	struct termios t;

	return tcgetattr(fd, &t) == 0;
}

int swapon(const char *path, int flags)
{
	return call(SYS_swapon, path, flags);
}

int swapoff(const char *path)
{
	return call(SYS_swapoff, path);
}

int uname(struct utsname *u)
{
	return call(SYS_uname, u);
}

int sysinfo(struct sysinfo *info)
{
	return call(SYS_sysinfo, info);
}

int statfs(const char *path, struct statfs *st)
{
	return call(SYS_statfs, path, st);
}

int reboot_machine(unsigned command, int status)
{
	return call(SYS_reboot, 0xfee1dead, 672274793, command, status);
}

int sched_yield(void)
{
	return call(SYS_sched_yield);
}
