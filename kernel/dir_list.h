/*
 * kernel/dir_list.h - listing directories: the readdir methods, and what getdents makes of them.
 *
 * readdir(file, pos, buf, size) fills @buf (8-byte aligned, at least 512 bytes) with struct
 * ext2_entry from position @pos on: bytes used, 0 = the end, or -errno.
 */
#ifndef KERNEL_DIR_LIST_H
#define KERNEL_DIR_LIST_H

#include "mm/file.h"

int list_directory(struct file *file, uint64_t pos, void *buf, unsigned size);
int list_devices(struct file *file, uint64_t pos, void *buf, unsigned size);   /* /dev */
int list_procfiles(struct file *file, uint64_t pos, void *buf, unsigned size); /* /proc */

/* Bodies of getdents and getdents64 for the current task: bytes put in user memory, or -errno.
 * Context: may sleep. */
long do_getdents(unsigned fd, unsigned long ubuf, size_t count, bool wide);

#endif
