/*
 * kernel/pipe.h - pipes: one page of bytes between those who write and those who read.
 *
 * A write of at most PIPE_BUF bytes goes in as a whole or waits; longer ones may mix with others'.
 * Reading an empty pipe waits while somebody could write, else it is the end of file; writing with
 * nobody left to read is SIGPIPE and -EPIPE. With O_NONBLOCK what would wait is -EAGAIN.
 */
#ifndef KERNEL_PIPE_H
#define KERNEL_PIPE_H

#include "mm/file.h"

#define PIPE_BUF 4096 /* bytes a pipe holds, and the longest write that is never torn */

/* A new pipe: its read end and its write end, one reference each; @flags may hold O_NONBLOCK.
 * 0 or -ENOMEM. Context: may sleep. */
int pipe_create(unsigned flags, struct file **read_end, struct file **write_end);
/* Body of pipe and pipe2: two descriptors of the current task, read end first, written to user
 * memory. 0 or -errno; then nothing is left open. Context: may sleep. */
long do_pipe(unsigned long ufds, unsigned flags);

#endif
