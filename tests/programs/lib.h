/*
 * tests/programs/lib.h - the few functions the ring-3 test programs share: system calls, text,
 * checks.
 *
 * The programs are ordinary static Linux/i386 executables without a C library, so the same file
 * runs on this kernel and on Linux, which is the oracle. System calls return a result or -errno, as
 * the kernel gives it. Numbers and structures are those of Linux/i386.
 */
#ifndef TESTS_PROGRAMS_LIB_H
#define TESTS_PROGRAMS_LIB_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- the kernel's side (arch-i386/user/crt0.asm) --------------------------------------------- */

int main(int argc, char **argv, char **envp);
long syscall6(long nr, long a, long b, long c, long d, long e, long f);
/* A thread that runs fn(arg) on the stack that ends at @stack_top and exits with its result.
 * Returns its pid or -errno. @flags: CLONE_*, with the signal for its end. */
long thread_create(unsigned flags, void *stack_top, int (*fn)(void *), void *arg);

#define SYS_exit	   1
#define SYS_fork	   2
#define SYS_read	   3
#define SYS_write	   4
#define SYS_open	   5
#define SYS_close	   6
#define SYS_waitpid	   7
#define SYS_link	   9
#define SYS_unlink	   10
#define SYS_execve	   11
#define SYS_chdir	   12
#define SYS_lseek	   19
#define SYS_getpid	   20
#define SYS_sync	   36
#define SYS_kill	   37
#define SYS_rename	   38
#define SYS_mkdir	   39
#define SYS_rmdir	   40
#define SYS_dup		   41
#define SYS_pipe	   42
#define SYS_brk		   45
#define SYS_fcntl	   55
#define SYS_dup2	   63
#define SYS_getppid	   64
#define SYS_gettimeofday   78
#define SYS_symlink	   83
#define SYS_swapon	   87
#define SYS_reboot	   88
#define SYS_munmap	   91
#define SYS_truncate	   92
#define SYS_ftruncate	   93
#define SYS_wait4	   114
#define SYS_swapoff	   115
#define SYS_sysinfo	   116
#define SYS_fsync	   118
#define SYS_uname	   122
#define SYS_mprotect	   125
#define SYS_msync	   144
#define SYS_mlock	   150
#define SYS_munlock	   151
#define SYS_mlockall	   152
#define SYS_munlockall	   153
#define SYS_sched_yield	   158
#define SYS_nanosleep	   162
#define SYS_mremap	   163
#define SYS_rt_sigaction   174
#define SYS_rt_sigprocmask 175
#define SYS_mmap2	   192
#define SYS_mincore	   218
#define SYS_madvise	   219

/* A system call with 0 to 6 arguments. */
#define sys(...) SYS_PICK(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)
#define SYS_PICK(nr, a, b, c, d, e, f, ...)                                                        \
	syscall6((long)(nr), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

#define EPERM	     1
#define ENOENT	     2
#define ESRCH	     3
#define EINTR	     4
#define ENOEXEC	     8
#define EBADF	     9
#define ECHILD	     10
#define EAGAIN	     11
#define ENOMEM	     12
#define EACCES	     13
#define EFAULT	     14
#define EBUSY	     16
#define EEXIST	     17
#define ENODEV	     19
#define ENOTDIR	     20
#define EISDIR	     21
#define EINVAL	     22
#define EMFILE	     24
#define EFBIG	     27
#define ENOSPC	     28
#define EROFS	     30
#define ENAMETOOLONG 36
#define ENOSYS	     38
#define ENOTEMPTY    39
#define ELOOP	     40

#define SIGILL	4
#define SIGTRAP 5
#define SIGBUS	7
#define SIGFPE	8
#define SIGKILL 9
#define SIGSEGV 11
#define SIGTERM 15
#define SIGCHLD 17

#define O_RDONLY  0
#define O_WRONLY  1
#define O_RDWR	  2
#define O_CREAT	  0100
#define O_TRUNC	  01000
#define O_APPEND  02000
#define SEEK_SET  0
#define SEEK_CUR  1
#define SEEK_END  2
#define WNOHANG	  1
#define TIOCSCTTY 0x540E

#define PROT_NONE      0
#define PROT_READ      1
#define PROT_WRITE     2
#define PROT_EXEC      4
#define MAP_SHARED     0x01
#define MAP_PRIVATE    0x02
#define MAP_FIXED      0x10
#define MAP_ANONYMOUS  0x20
#define MAP_FAILED(p)  ((unsigned long)(p) >= (unsigned long)-4095L)
#define MS_SYNC	       4
#define MREMAP_MAYMOVE 1
#define MADV_WILLNEED  3
#define MADV_DONTNEED  4

#define CLONE_VM    0x100u
#define CLONE_FS    0x200u
#define CLONE_FILES 0x400u
/* A thread that is waited for as a child is. */
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD)

#define PAGE 4096UL

/* Status of waitpid. */
#define EXITED(status)	  (((status) & 0x7f) == 0)
#define EXIT_CODE(status) (((status) >> 8) & 0xff)
#define SIGNAL_OF(status) ((status) & 0x7f)

/* --- shorthand ------------------------------------------------------------------------------- */

void exit(int status) __attribute__((noreturn));
long wait_for(long pid, int *status); /* waitpid without options; retried after EINTR */
void sleep_ms(unsigned ms);
/* Anonymous private memory, readable and writable; NULL = none. */
void *map_pages(size_t pages);

/* --- text ------------------------------------------------------------------------------------ */

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
/* A decimal number; @def when there is none. */
long number(const char *s, long def);

/* %d %u %x %ld %lu %lx %s %c %p %%, with width and 0. One write() a call, at most 512 bytes. */
int printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Print the first @lines lines of a file, each behind @prefix; false = it cannot be opened. */
bool print_file(const char *path, const char *prefix, unsigned lines);
/* Read a small file: at most @size - 1 bytes, terminated; its length or -errno. */
long read_file(const char *path, char *buf, size_t size);

/* --- checks ---------------------------------------------------------------------------------- */

extern int failures, checks;
/* Count a check; tell when it fails. */
#define check(cond, ...) check_that((cond), __LINE__, #cond, "" __VA_ARGS__)
void check_that(bool ok, int line, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The result of a system call. */
#define expect(call, want) check_value((call), (want), __LINE__, #call)
void check_value(long got, long want, int line, const char *what);
/* Run fn(arg) in a child; its wait status. */
int in_child(int (*fn)(void *), void *arg);
/* "NAME: PASS (n checks)" or FAIL; the program's exit status. */
int test_end(const char *name);

/* A small random generator; the same seed gives the same numbers. */
uint32_t random_next(uint32_t *state);

#endif
