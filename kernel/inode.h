/*
 * kernel/inode.h - the inode cache, and the root file system as its clients see it.
 *
 * mm/inode.h is what the VM knows of an inode; here is what path walks and system calls need more.
 * Invariants
 *  1. One struct inode per number. Inodes come into being under namespace_sem only, so a number
 *     that is not in the cache has no user, and nobody makes it twice.
 *  2. An inode nobody refers to keeps its clean pages and waits, unused, for the next user; the
 *     longest unused ones are forgotten when there are more than NR_UNUSED.
 *  3. The inode in memory is the newest: i_op->update only marks it (i_dirty); the server is told
 *     when it is forgotten, synced, or the system ends. Links are counted by the server and copied
 *     here under namespace_sem.
 */
#ifndef KERNEL_INODE_H
#define KERNEL_INODE_H

#include "kernel/servers/ext2_server.h"
#include "mm/inode.h"

struct file;

extern struct semaphore namespace_sem; /* LC_NAMESPACE: who changes names, and who looks them up on
					* the disk, has it */
extern struct ext2_mount root_mount;
extern struct inode *root_inode; /* NULL: nothing is mounted */
extern uint32_t dev_ino, proc_ino; /* the directories /dev and /proc; 0 = there is none */

/* Mount the root file system. 0, or -errno after one clear line. Context: may sleep; boot. */
int root_mount_on(const struct block_dev *dev, bool read_only);
/* Everything to the disk, files without names freed, the file system marked clean and closed for
 * changes; when nothing is mounted, nothing. Context: may sleep; no lock held. */
void root_unmount(void);

/* The inode with these attributes, which the server just told, with a reference; NULL = no memory.
 * Context: may sleep. Locks: needs namespace_sem. */
struct inode *iget(const struct ext2_attr *attr);
/* The inode if it is in memory, with a reference, else NULL. Context: atomic. */
struct inode *inode_find(uint32_t ino);
/* The server changed the directory @dir and says how it is now. Locks: needs namespace_sem. */
void inode_refresh(struct inode *dir, const struct ext2_attr *attr);
/* All inodes the server has not been told of, or this one, are told. 0 or the first -errno. */
int inode_push(struct inode *inode);
int inodes_push_all(void);

/* Inodes that wait unused, for leak accounting. */
unsigned long inodes_unused(void);
/* Forget every unused inode and its pages (tests). Locks: takes namespace_sem. */
void inodes_forget_unused(void);

/* --- kernel/servers/ext2_pages.c --------------------------------------------------------------- */

extern const struct address_space_operations ext2_aops;
extern const struct inode_operations ext2_inode_ops;

#endif
