/*
 * kernel/namecache.h - which inode a name in a directory leads to, as far as somebody asked lately.
 *
 * A small table, newest wins, so that a path walk asks the server seldom. Names longer than
 * NAMECACHE_NAME, "." and ".." are not kept.
 * Invariant: an entry is entered and removed under namespace_sem, removed before its inode can be
 * freed. So who finds an entry, takes the inode from the inode cache, and finds the same entry
 * still there, has the right inode.
 */
#ifndef KERNEL_NAMECACHE_H
#define KERNEL_NAMECACHE_H

#include "kernel/types.h"

#define NAMECACHE_NAME 27u

/* The inode's number, or 0 = not known. Context: atomic. */
uint32_t namecache_find(uint32_t dir, const char *name, unsigned len);
/* Locks: need namespace_sem. */
void namecache_enter(uint32_t dir, const char *name, unsigned len, uint32_t ino);
void namecache_remove(uint32_t dir, const char *name, unsigned len);
void namecache_clear(void);

#endif
