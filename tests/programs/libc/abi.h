/*
 * tests/programs/libc/abi.h - where newlib lets us choose, we choose what Linux/i386 has.
 *
 * Included ahead of everything (-include) when newlib is built and when a program is, so that both
 * agree. newlib would take 16 bits for an inode number and for an owner, and signal numbers of its
 * own. What it does not let us choose (errno, open's flags, struct stat, sigset_t) is translated by
 * the files of this directory.
 */
#ifndef TESTS_PROGRAMS_LIBC_ABI_H
#define TESTS_PROGRAMS_LIBC_ABI_H

#ifndef __ASSEMBLER__
typedef unsigned long __ino_t;
typedef unsigned long __dev_t;
typedef unsigned int __uid_t;
typedef unsigned int __gid_t;
#endif

#define __machine_ino_t_defined
#define __machine_dev_t_defined
#define __machine_uid_t_defined
#define __machine_gid_t_defined

/* newlib takes the numbers it finds (it asks for SIGTRAP). */
#define SIGHUP	  1
#define SIGINT	  2
#define SIGQUIT	  3
#define SIGILL	  4
#define SIGTRAP	  5
#define SIGABRT	  6
#define SIGIOT	  6
#define SIGBUS	  7
#define SIGFPE	  8
#define SIGKILL	  9
#define SIGUSR1	  10
#define SIGSEGV	  11
#define SIGUSR2	  12
#define SIGPIPE	  13
#define SIGALRM	  14
#define SIGTERM	  15
#define SIGCHLD	  17
#define SIGCONT	  18
#define SIGSTOP	  19
#define SIGTSTP	  20
#define SIGTTIN	  21
#define SIGTTOU	  22
#define SIGURG	  23
#define SIGXCPU	  24
#define SIGXFSZ	  25
#define SIGVTALRM 26
#define SIGPROF	  27
#define SIGWINCH  28
#define SIGIO	  29
#define SIGPWR	  30
#define SIGSYS	  31
#define NSIG	  32

/* sa_flags; newlib knows the first only */
#define SA_NOCLDWAIT 0x00000002
#define SA_SIGINFO   0x00000004
#define SA_RESTART   0x10000000
#define SA_NODEFER   0x40000000
#define SA_RESETHAND 0x80000000

#endif
