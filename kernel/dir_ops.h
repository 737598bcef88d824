/*
 * kernel/dir_ops.h - bodies of the system calls that change names, attributes and the current
 * directory. @base: where relative paths begin, NULL = the current directory. 0 or -errno.
 * Context: may sleep. Locks: take namespace_sem, or i_sem.
 */
#ifndef KERNEL_DIR_OPS_H
#define KERNEL_DIR_OPS_H

#include "mm/inode.h"

long do_mkdir(struct inode *base, const char *path, unsigned mode);
long do_rmdir(struct inode *base, const char *path);
long do_unlink(struct inode *base, const char *path);
long do_symlink(const char *text, struct inode *base, const char *path);
/* @follow: link what a symbolic link at @old leads to, not the link. */
long do_link(struct inode *old_base, const char *old, bool follow, struct inode *base,
	     const char *path);
long do_rename(struct inode *old_base, const char *old, struct inode *new_base, const char *path);
/* A FIFO or a regular file. */
long do_mknod(struct inode *base, const char *path, unsigned mode);

long do_chdir(const char *path);
long do_fchdir(struct inode *dir);
/* The current directory's path in @buf of @size bytes: its length with the terminator. -ERANGE,
 * -ENOENT: it was removed. */
long do_getcwd(char *buf, unsigned size);

/* Of an inode in hand. */
long inode_truncate(struct inode *inode, int64_t size);
long inode_chmod(struct inode *inode, unsigned mode);
/* ~0 = leave as it is. */
long inode_chown(struct inode *inode, uint32_t uid, uint32_t gid);
#define KEEP_TIME (~0u)
long inode_utimes(struct inode *inode, uint32_t atime, uint32_t mtime);

#endif
