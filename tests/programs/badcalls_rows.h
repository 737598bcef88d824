/*
 * tests/programs/badcalls_rows.h - what each system call takes, one letter an argument; read by
 * badcalls.c, which draws bad values by these letters.
 *
 *	P  pointer that the call must use: never a success when it is not usable
 *	p  pointer that it may not use (0, length 0, an answer that needs none)
 *	s  path or other string		v  argv, envp, iovec: a table of pointers
 *	f  file descriptor		n  length or count
 *	i  small number, command	g  flags: single bits and all
 *	o  file offset			a  address of a mapping
 *	k  process (never somebody else's)	t  struct timespec or timeval, never a long one
 *	u  struct user_desc; may be absent	0  not used
 * before them: '!' = may end or ruin its caller, so each try gets a process of its own;
 * 'z' = may sleep for good (is then ended from outside).
 * A row for a call that the kernel has not got is harmless; a call without a row fails the test.
 */
#ifndef BADCALLS_ROWS_H
#define BADCALLS_ROWS_H

static const struct {
	const char *name, *args;
} rows[] = {
	/* tasks */
	{ "exit", "!i" }, { "exit_group", "!i" }, { "fork", "!" }, { "vfork", "!" },
	{ "clone", "!gppup" }, { "execve", "!svv" }, { "waitpid", "kpg" }, { "wait4", "kpgp" },
	{ "waitid", "ikpgp" }, { "getpid", "" }, { "getppid", "" }, { "gettid", "" },
	{ "getuid", "" }, { "getgid", "" }, { "geteuid", "" }, { "getegid", "" },
	{ "getuid32", "" }, { "getgid32", "" }, { "geteuid32", "" }, { "getegid32", "" },
	{ "setuid", "i" }, { "setgid", "i" }, { "setuid32", "i" }, { "setgid32", "i" },
	{ "setresuid32", "iii" }, { "setresgid32", "iii" }, { "getgroups", "np" },
	{ "getgroups32", "np" }, { "setpgid", "ki" }, { "getpgid", "k" }, { "getpgrp", "" },
	{ "setsid", "" }, { "getsid", "k" }, { "nice", "i" }, { "getpriority", "ik" },
	{ "setpriority", "iki" }, { "sched_yield", "" }, { "sched_getaffinity", "knP" },
	{ "sched_setaffinity", "knP" }, { "sched_getparam", "kP" }, { "sched_getscheduler", "k" },
	{ "sched_setscheduler", "kiP" }, { "sched_setparam", "kP" },
	{ "sched_get_priority_max", "i" }, { "sched_get_priority_min", "i" },
	{ "sched_rr_get_interval", "kP" }, { "restart_syscall", "" }, { "getresuid32", "PPP" },
	{ "getresgid32", "PPP" }, { "getresuid", "PPP" }, { "getresgid", "PPP" }, { "prctl", "ippii" }, { "personality", "i" },
	{ "getrlimit", "iP" }, { "ugetrlimit", "iP" }, { "setrlimit", "iP" },
	{ "prlimit64", "kipp" }, { "getrusage", "iP" }, { "times", "p" },
	{ "set_tid_address", "p" }, { "set_thread_area", "!P" }, { "get_thread_area", "P" },
	{ "set_robust_list", "pn" }, { "futex", "zPiitpi" }, { "umask", "i" },
	{ "capget", "Pp" }, { "arch_prctl", "ip" }, { "rseq", "pngi" }, { "membarrier", "ig" },
	/* signals */
	{ "kill", "!ki" }, { "tkill", "!ki" }, { "tgkill", "!kki" }, { "signal", "!ip" }, { "sgetmask", "" }, { "ssetmask", "i" },
	{ "sigaction", "!ipp" }, { "rt_sigaction", "!ippn" }, { "sigprocmask", "ipp" },
	{ "rt_sigprocmask", "ippn" }, { "sigpending", "P" }, { "rt_sigpending", "pn" },
	{ "sigsuspend", "!zppi" }, { "rt_sigsuspend", "!zpn" }, { "sigreturn", "!p" },
	{ "rt_sigreturn", "!p" }, { "sigaltstack", "!pp" }, { "pause", "!z" }, { "alarm", "!n" },
	{ "setitimer", "!ipp" }, { "getitimer", "iP" }, { "rt_sigtimedwait", "zpptn" },
	{ "rt_sigqueueinfo", "!kip" }, { "signalfd", "fpn" },
	/* time */
	{ "time", "p" }, { "stime", "P" }, { "gettimeofday", "pp" }, { "settimeofday", "pp" },
	{ "nanosleep", "tp" }, { "clock_gettime", "iP" }, { "clock_settime", "iP" },
	{ "clock_getres", "ip" }, { "clock_gettime64", "iP" }, { "clock_getres_time64", "ip" }, { "clock_getres64", "ip" },
	{ "clock_nanosleep", "iitp" }, { "clock_nanosleep64", "iitp" }, { "adjtimex", "P" },
	/* memory */
	{ "brk", "!a" }, { "mmap", "!P" }, { "mmap2", "!angifn" }, { "munmap", "!an" },
	{ "mprotect", "!ang" }, { "mremap", "!anng" "a" }, { "msync", "ang" }, { "mlock", "an" },
	{ "munlock", "an" }, { "mlockall", "g" }, { "munlockall", "" }, { "mincore", "anp" },
	{ "madvise", "!ani" }, { "memfd_create", "sg" }, { "swapon", "sg" }, { "swapoff", "s" },
	/* descriptors */
	{ "read", "fpn" }, { "write", "fpn" }, { "readv", "fvn" }, { "writev", "fvn" },
	{ "pread64", "fpnoo" }, { "pwrite64", "fpnoo" }, { "preadv", "fvnoo" },
	{ "pwritev", "fvnoo" }, { "open", "sgi" }, { "openat", "fsgi" }, { "creat", "si" },
	{ "close", "f" }, { "dup", "f" }, { "dup2", "ff" }, { "dup3", "ffg" }, { "pipe", "P" },
	{ "pipe2", "Pg" }, { "lseek", "foi" }, { "llseek", "fooPi" }, { "ioctl", "fip" },
	{ "fcntl", "fip" }, { "fcntl64", "fip" }, { "flock", "fi" }, { "fsync", "f" },
	{ "fdatasync", "f" }, { "ftruncate", "fo" }, { "ftruncate64", "foo" },
	{ "sendfile", "ffpn" }, { "sendfile64", "ffpn" }, { "poll", "zpni" },
	{ "ppoll", "zpntpn" }, { "select", "zP" }, { "newselect", "znppp" "t" },
	{ "pselect6", "znppp" "tp" }, { "epoll_create1", "g" }, { "eventfd2", "ig" },
	{ "fadvise64", "foni" }, { "fadvise64_64", "foooi" }, { "fallocate", "fioo" },
	/* files and directories */
	{ "access", "si" }, { "faccessat", "fsi" }, { "stat", "sP" }, { "lstat", "sP" },
	{ "fstat", "fP" }, { "stat64", "sP" }, { "lstat64", "sP" }, { "fstat64", "fP" },
	{ "fstatat64", "fsPg" }, { "statx", "fsggP" }, { "readlink", "spn" },
	{ "readlinkat", "fspn" }, { "link", "ss" }, { "linkat", "fsfsg" }, { "unlink", "s" },
	{ "unlinkat", "fsg" }, { "symlink", "ss" }, { "symlinkat", "sfs" }, { "rename", "ss" },
	{ "renameat", "fsfs" }, { "renameat2", "fsfsg" }, { "mkdir", "si" }, { "mkdirat", "fsi" },
	{ "mknod", "sii" }, { "mknodat", "fsii" }, { "rmdir", "s" }, { "chdir", "s" },
	{ "fchdir", "f" }, { "chroot", "s" }, { "getcwd", "pn" }, { "chmod", "si" },
	{ "fchmod", "fi" }, { "fchmodat", "fsi" }, { "chown", "sii" }, { "lchown", "sii" },
	{ "fchown", "fii" }, { "chown32", "sii" }, { "lchown32", "sii" }, { "fchown32", "fii" },
	{ "fchownat", "fsiig" }, { "truncate", "so" }, { "truncate64", "soo" }, { "utime", "sp" },
	{ "utimes", "sp" }, { "utimensat", "fspg" }, { "utimensat_time64", "fspg" },
	{ "futimesat", "fsp" }, { "statfs", "sP" }, { "fstatfs", "fP" }, { "statfs64", "snp" },
	{ "fstatfs64", "fnp" }, { "readdir", "fPi" }, { "getdents", "fpn" },
	{ "getdents64", "fpn" }, { "sync", "" }, { "syncfs", "f" }, { "mount", "sssgp" },
	{ "umount", "s" }, { "umount2", "sg" },
	/* the machine */
	{ "sysinfo", "P" }, { "uname", "P" }, { "reboot", "iiip" }, { "syslog", "ipn" },
	{ "sethostname", "pn" }, { "getrandom", "png" }, { "getcpu", "ppp" }, { "vhangup", "" },
};

#endif
