/*
 * kernel/fs_struct.h - where a program stands in the tree of names, and what its new files may be:
 * current directory and umask. Threads (CLONE_FS) share it, a fork copies it, exec keeps it.
 */
#ifndef KERNEL_FS_STRUCT_H
#define KERNEL_FS_STRUCT_H

#include "kernel/spinlock.h"
#include "mm/inode.h"

struct fs_struct {
	volatile int count; /* atomic: tasks that share it */
	struct spinlock lock;
	/* protected by lock */
	struct inode *cwd; /* with a reference; NULL = the root */
	unsigned umask;
};

/* One with the root as current directory; NULL = no memory. Context: may sleep. */
struct fs_struct *fs_create(void);
struct fs_struct *fs_get(struct fs_struct *fs);
/* A copy with one reference; NULL = no memory. Context: may sleep. */
struct fs_struct *fs_copy(struct fs_struct *fs);
void fs_put(struct fs_struct *fs); /* NULL is fine. Context: may sleep. */

/* The current task's directory with a reference of the caller's; NULL = nothing is mounted. */
struct inode *fs_cwd(void);
/* Make @dir, whose reference is taken over, the current directory. */
void fs_set_cwd(struct inode *dir);
unsigned fs_umask(void);
/* Set it; returns the one before. */
unsigned fs_set_umask(unsigned mask);

#endif
