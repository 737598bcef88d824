/*
 * kernel/files.h - descriptor tables and the file system calls' bodies; where a path leads.
 *
 * Interface: files_create / files_get / files_copy / files_put, fd_get, fd_install, file_open,
 * the do_* bodies of open, close, read, write, lseek, dup, fcntl.
 * Invariants: a table holds one reference for each of its descriptors; whoever uses a file found by
 * fd_get() holds a reference of his own, so that a close in another thread cannot free it under
 * him. What a path leads to: kernel/namei.h, opening it: kernel/open.h.
 */
#ifndef KERNEL_FILES_H
#define KERNEL_FILES_H

#include "kernel/spinlock.h"
#include "mm/file.h"

#define NR_OPEN	 256 /* descriptors a table has */
#define PATH_MAX 1024 /* longest path, terminator included */

/* Linux/i386 ABI */
#define O_ACCMODE   3
#define O_RDONLY    0
#define O_WRONLY    1
#define O_RDWR	    2
#define O_CREAT	    0100
#define O_EXCL	    0200
#define O_NOCTTY    0400
#define O_TRUNC	    01000
#define O_APPEND    02000
#define O_NONBLOCK  04000
#define O_LARGEFILE 0100000
#define O_DIRECTORY 0200000
#define O_NOFOLLOW  0400000
#define O_CLOEXEC   02000000
#define FMODE_READ  1
#define FMODE_WRITE 2
#define FD_CLOEXEC  1
#define SEEK_SET    0
#define SEEK_CUR    1
#define SEEK_END    2

struct files_struct {
	volatile int count; /* atomic: tasks that share the table */
	struct spinlock lock;
	/* protected by lock */
	struct file *fd[NR_OPEN];
	uint32_t close_on_exec[NR_OPEN / 32];
};

/* An empty table with one reference; NULL = no memory. Context: may sleep. */
struct files_struct *files_create(void);
/* One more task shares it (clone with CLONE_FILES). Context: any. */
struct files_struct *files_get(struct files_struct *files);
/* A table of its own with the same files (fork); NULL = no memory. Context: may sleep. */
struct files_struct *files_copy(struct files_struct *files);
/* One sharer less; the last closes every file. Context: may sleep. */
void files_put(struct files_struct *files);
/* exec: close what is marked close-on-exec. Context: may sleep. */
void files_close_on_exec(struct files_struct *files);

/* The current task's file behind @fd with a reference of the caller's own, or NULL = not open.
 * Context: any. Locks: takes files->lock. */
struct file *fd_get(unsigned fd);
/* Put @file in the lowest free slot not below @from; takes over the caller's reference. The
 * descriptor, or -EMFILE (then the reference stays the caller's). Locks: takes files->lock. */
int fd_install(struct file *file, unsigned from, bool cloexec);

/* Open by path, in kernel memory. 0 and a file with one reference in *out, or -errno: -ENOENT,
 * -EROFS, -EISDIR, -EACCES, -ENOMEM ... Context: may sleep. */
int file_open(const char *path, unsigned flags, struct file **out);
/* Read @n bytes at @pos into kernel memory, from regular files. The bytes read
 * (less than @n only at the end), or -errno; -EINVAL = not such a file. Context: may sleep. */
long file_read_kernel(struct file *file, void *buf, size_t n, uint64_t pos);
/* The length of a seekable file in bytes, or -ESPIPE. */
int64_t file_size(struct file *file);

/* Bodies of system calls, for the current task. Result or -errno. Context: may sleep. */
struct inode;
long do_open(const char *path, unsigned flags);
long do_openat(struct inode *base, const char *path, unsigned flags, unsigned mode);
long do_close(unsigned fd);
long do_read(unsigned fd, unsigned long ubuf, size_t count);
long do_write(unsigned fd, unsigned long ubuf, size_t count);
/* The same at @pos, the file's own position untouched; -ESPIPE where there is none. */
long do_pread(unsigned fd, unsigned long ubuf, size_t count, int64_t pos);
long do_pwrite(unsigned fd, unsigned long ubuf, size_t count, int64_t pos);
/* The new position goes to *result. */
long do_llseek(unsigned fd, int64_t offset, int whence, uint64_t *result);
long do_dup(unsigned fd, unsigned from);
long do_dup2(unsigned fd, unsigned newfd);
long do_fcntl(unsigned fd, unsigned cmd, unsigned long arg);
long do_ioctl(unsigned fd, unsigned cmd, unsigned long arg);

#endif
