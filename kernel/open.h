/*
 * kernel/open.h - opening what a path leads to; the file operations of regular files and
 * directories.
 */
#ifndef KERNEL_OPEN_H
#define KERNEL_OPEN_H

#include "mm/file.h"
#include "mm/inode.h"

/* Open @path, from @base on when it is relative (NULL = the current directory); a new file gets
 * @mode less the umask. 0 and a file with one reference in *out, or -errno. Context: may sleep.
 * Locks: takes namespace_sem, then i_sem. */
int file_open_at(struct inode *base, const char *path, unsigned flags, unsigned mode,
		 struct file **out);
/* The inode behind an open file of the file system, or NULL. No reference. */
struct inode *file_inode(const struct file *file);
/* Open @inode, whose reference is taken over in any case. */
int inode_open(struct inode *inode, unsigned flags, struct file **out);

#endif
