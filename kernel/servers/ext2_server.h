/*
 * kernel/servers/ext2_server.h - the ext2 server: a task behind a message port that owns a file
 * system's names, inodes and bitmaps. DESIGN section 2.
 *
 * Clients allocate before they call; the server allocates nothing after the mount: its cache and
 * its request table (the clients' stacks) are there. It calls the block server and nobody else.
 * Contents of files pass it by: ext2_pages.c asks where a page lies (EXT2_OP_MAP) and talks to the
 * block server itself, so that several readers' transfers overlap.
 * Interface: ext2_start() mounts; a client fills an ext2_request and sends it with ext2_call().
 */
#ifndef KERNEL_SERVERS_EXT2_SERVER_H
#define KERNEL_SERVERS_EXT2_SERVER_H

#include "kernel/port.h"
#include "kernel/servers/ext2.h"

struct block_dev;
struct task_struct;

/* What each one does, and what it uses of the request: the function of ext2.h of that name. */
enum ext2_op {
	EXT2_OP_GETATTR,  /* ino -> attr */
	EXT2_OP_SETATTR,  /* attr */
	EXT2_OP_LOOKUP,	  /* ino, name -> attr */
	EXT2_OP_CREATE,	  /* ino, name, attr.mode, uid, gid -> attr */
	EXT2_OP_SYMLINK,  /* ino, name, buf, size -> attr */
	EXT2_OP_READLINK, /* ino, buf, size -> length */
	EXT2_OP_LINK,	  /* ino2 (the file), ino, name */
	EXT2_OP_UNLINK,	  /* ino, name -> attr of what lost its name */
	EXT2_OP_RMDIR,	  /* the same */
	EXT2_OP_RENAME,	  /* ino, name, ino2, name2 -> attr of what was replaced */
	EXT2_OP_NAME_OF,  /* ino, ino2, buf (256 bytes) -> length */
	EXT2_OP_READDIR,  /* ino, pos, buf, size -> bytes */
	EXT2_OP_MAP,	  /* ino, index, count, fill -> extent, sectors */
	EXT2_OP_TRUNCATE, /* ino, pos = size -> sectors */
	EXT2_OP_DELETE,	  /* ino */
	EXT2_OP_SYNC,
	EXT2_OP_UNMOUNT,
	EXT2_OP_STATFS,	  /* -> statfs */
};

struct ext2_request {
	enum ext2_op op;
	uint32_t ino, ino2;
	const char *name, *name2; /* kernel memory, not terminated */
	unsigned len, len2;
	void *buf; /* kernel memory */
	unsigned size;
	uint64_t pos;
	uint32_t index, count, fill;
	struct ext2_attr attr;
	struct ext2_attr dir_attr, dir2_attr; /* of directories ino, ino2 after a change of names */
	struct ext2_extent extent;
	uint32_t sectors;
	struct ext2_statfs statfs;
	struct message msg;
};

/* A mounted file system; struct inode's i_sb. */
struct ext2_mount {
	const struct block_dev *dev;
	struct port port;
	struct ext2_fs *fs; /* the server's */
	/* constant after the mount */
	uint32_t block_size, block_bits;
	bool read_only;
	volatile bool closing; /* the system ends: no file grows any more */
	struct ext2_disk disk;
};

/* Mount @dev, with its server task running afterwards. 0, or -errno after one clear line.
 * Context: may sleep; boot. */
int ext2_start(struct ext2_mount *m, const struct block_dev *dev, bool read_only);
/* Send a request and wait for the answer. Context: may sleep, takes no lock but the port's. */
long ext2_call(struct ext2_mount *m, struct ext2_request *req);

#endif
