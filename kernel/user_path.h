/*
 * kernel/user_path.h - paths and directory descriptors of system calls.
 */
#ifndef KERNEL_USER_PATH_H
#define KERNEL_USER_PATH_H

#include "kernel/files.h"
#include "kernel/syscall.h"
#include "kernel/uaccess.h"

#define AT_FDCWD	    (-100)
#define AT_SYMLINK_NOFOLLOW 0x100ul
#define AT_REMOVEDIR	    0x200ul
#define AT_SYMLINK_FOLLOW   0x400ul
#define AT_EMPTY_PATH	    0x1000ul

/* A path in kernel memory and where it begins. */
struct user_path {
	struct inode *base; /* with a reference; NULL = the current directory */
	char text[PATH_MAX];
};

/* 0; -EFAULT, -ENAMETOOLONG; -EBADF, -ENOTDIR: @dirfd is no directory though the path is relative.
 * Give it back with put_user_path() when it was 0. Context: may sleep. */
long get_user_path(struct user_path *p, long dirfd, unsigned long upath);
void put_user_path(struct user_path *p);

#endif
