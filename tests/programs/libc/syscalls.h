/*
 * tests/programs/libc/syscalls.h - the layer under newlib: from POSIX to Linux/i386 system calls.
 *
 * newlib calls open(), read(), sbrk() and so on; the files of this directory define them. They speak
 * newlib's errno and flags to the program and Linux's numbers to the kernel, so that the same
 * executable runs on this kernel and on Linux.
 */
#ifndef TESTS_PROGRAMS_LIBC_SYSCALLS_H
#define TESTS_PROGRAMS_LIBC_SYSCALLS_H

#include <stdint.h>
#include <sys/types.h>

/* arch-i386/user/newlib0.asm: result or -errno, in Linux's numbers */
long linux_syscall(long nr, long a, long b, long c, long d, long e, long f);
void linux_sigreturn(void);
void linux_rt_sigreturn(void);

/* A system call with up to 6 arguments: -1 and errno in newlib's numbers when it failed. */
#define call(...) result_of(raw_call(__VA_ARGS__))
/* The same, as the kernel says it: -errno in Linux's numbers. */
#define raw_call(...) CALL_PICK(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define CALL_PICK(nr, a, b, c, d, e, f, ...)                                                       \
	linux_syscall((long)(nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
long result_of(long raw);
/* newlib's number of an error that Linux calls @error. */
int errno_of_linux(int error);
void program_start(int argc, char **argv, char **envp) __attribute__((noreturn));

enum {
	SYS_exit = 1,
	SYS_fork = 2,
	SYS_read = 3,
	SYS_write = 4,
	SYS_open = 5,
	SYS_close = 6,
	SYS_link = 9,
	SYS_unlink = 10,
	SYS_execve = 11,
	SYS_chdir = 12,
	SYS_chmod = 15,
	SYS_lseek = 19,
	SYS_getpid = 20,
	SYS_getuid = 24,
	SYS_alarm = 27,
	SYS_pause = 29,
	SYS_utime = 30,
	SYS_access = 33,
	SYS_sync = 36,
	SYS_kill = 37,
	SYS_rename = 38,
	SYS_mkdir = 39,
	SYS_rmdir = 40,
	SYS_dup = 41,
	SYS_pipe = 42,
	SYS_times = 43,
	SYS_brk = 45,
	SYS_ioctl = 54,
	SYS_fcntl = 55,
	SYS_setpgid = 57,
	SYS_umask = 60,
	SYS_dup2 = 63,
	SYS_getppid = 64,
	SYS_getpgrp = 65,
	SYS_setsid = 66,
	SYS_gettimeofday = 78,
	SYS_symlink = 83,
	SYS_readlink = 85,
	SYS_swapon = 87,
	SYS_reboot = 88,
	SYS_munmap = 91,
	SYS_truncate = 92,
	SYS_ftruncate = 93,
	SYS_statfs = 99,
	SYS_wait4 = 114,
	SYS_swapoff = 115,
	SYS_sysinfo = 116,
	SYS_fsync = 118,
	SYS_clone = 120,
	SYS_uname = 122,
	SYS_mprotect = 125,
	SYS_getpgid = 132,
	SYS_msync = 144,
	SYS_mlock = 150,
	SYS_munlock = 151,
	SYS_sched_yield = 158,
	SYS_nanosleep = 162,
	SYS_mremap = 163,
	SYS_rt_sigaction = 174,
	SYS_rt_sigprocmask = 175,
	SYS_rt_sigpending = 176,
	SYS_rt_sigsuspend = 179,
	SYS_getcwd = 183,
	SYS_mmap2 = 192,
	SYS_stat64 = 195,
	SYS_lstat64 = 196,
	SYS_fstat64 = 197,
	SYS_madvise = 219,
	SYS_getdents64 = 220,
	SYS_clock_gettime = 265,
	SYS_getrandom = 355,
};

#endif
