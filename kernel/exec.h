/*
 * kernel/exec.h - execve: a static ELF32 program takes the place of the current one; and the first
 * program of the system.
 */
#ifndef KERNEL_EXEC_H
#define KERNEL_EXEC_H

#include "kernel/types.h"

/* Longest argv + envp strings: with their pointers they fit the 32 pages that a new stack has. */
#define EXEC_MAX_PAGES 24

/* Where argv / envp strings come from: user memory (address of a vector) or the kernel's own. */
struct exec_vector {
	unsigned long user; /* user address of a NULL-ended vector; 0 = empty or see kernel */
	const char *const *kernel; /* NULL-ended; used when user is 0 */
};

/* Replace the current task's program with the file at @path (kernel memory). On success the new
 * program's start is in *entry and *sp and the old address space is gone. -errno: nothing changed:
 * -ENOENT, -ENOEXEC (one line says why), -E2BIG, -EFAULT, -ENOMEM.
 * Context: may sleep; no lock held. */
int do_execve(const char *path, const struct exec_vector *argv, const struct exec_vector *envp,
	      unsigned long *entry, unsigned long *sp);

/* Start the first program: `init=` (default /bin/init). Mounts the root, registers the
 * devices, starts the console server. Called once by a kernel task when block, mm and swap are up.
 * Returns at once; when there is no root file system or no such program, says so in one clear line and
 * the machine is ended with status 1. */
void user_init(void);

#endif
