/*
 * kernel/syscall.h - the system call table: Linux/i386 numbers, one handler each.
 *
 * A handler gets the frame and returns a result or -errno. Handlers live in kernel/sys_*.c by
 * subject; kernel/syscalls.h lists them all, in the order of their numbers.
 */
#ifndef KERNEL_SYSCALL_H
#define KERNEL_SYSCALL_H

#include "kernel/types.h"

#define NR_SYSCALLS 512

struct pt_regs;

struct syscall_frame {
	struct pt_regs *regs;
	const unsigned long *arg; /* six, in the registers' frame */
};

#define SYSCALL(nr, name) long sc_##name(const struct syscall_frame *f);
#include "kernel/syscalls.h"

/* "mmap2"; NULL = no such call. For traces and reports. */
const char *syscall_name(unsigned nr);

#endif
