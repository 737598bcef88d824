/*
 * kernel/servers/ext2.h - the second extended file system: what stands on the disk, and nothing of
 * tasks, messages or pages. The ext2 server (ext2_server.c) is its one user in the kernel; unit
 * tests and the fuzzer use it over memory.
 *
 * One struct ext2_fs is one mounted file system. Metadata goes through its own small cache of block
 * buffers, in pages given at mount; contents of regular files never do: callers ask where a file's
 * blocks lie (ext2_map) and move the bytes themselves.
 * Invariants
 *  1. Nothing on the disk is believed. Numbers are checked where they are used; what is damaged is
 *     told with one line, marks the superblock (EXT2_STATE_ERROR) as Linux does, and the operation
 *     ends with -EUCLEAN. No damage leads to a crash or to a loop longer than the file system.
 *  2. An operation that fails with -ENOSPC has changed nothing.
 *  3. The first change takes EXT2_STATE_VALID off the superblock on the disk; ext2_unmount() puts
 *     it back. Between operations no buffer is in use.
 *  4. Only one task at a time is in here; there is no lock.
 * Every function returns 0 (or what it says) or -errno; -EIO: the disk failed, -EUCLEAN: damage,
 * -EROFS: mounted read-only. Context: may sleep in disk->read / write.
 */
#ifndef KERNEL_SERVERS_EXT2_H
#define KERNEL_SERVERS_EXT2_H

#include "kernel/types.h"

#define EXT2_CACHE_PAGES 32 /* most pages a cache can have */
#define EXT2_CACHE_LEAST 8  /* fewer than this many pages are refused */

/* Where sectors of 512 bytes come from. */
struct ext2_disk {
	uint32_t nsectors;
	/* Move @n sectors (one block at most) between the disk and @buf, which lies in one of the
	 * pages given at mount. 0 or -EIO. */
	int (*read)(struct ext2_disk *disk, uint32_t sector, uint32_t n, void *buf);
	int (*write)(struct ext2_disk *disk, uint32_t sector, uint32_t n, const void *buf);
	/* One line for people, no newline. */
	void (*complain)(struct ext2_disk *disk, const char *line);
	uint32_t (*now)(struct ext2_disk *disk); /* seconds since 1970 */
};

/* What everybody may know of an inode. */
struct ext2_attr {
	uint32_t ino, mode, nlink, uid, gid;
	uint64_t size;
	uint32_t atime, mtime, ctime;
	uint32_t sectors; /* of 512 bytes in use */
	uint32_t generation;
};

struct ext2_statfs {
	uint32_t block_size, blocks, free_blocks, available_blocks, inodes, free_inodes;
};

/* A run of a file's blocks: @count blocks from @block of the disk on; block 0 = a hole. */
struct ext2_extent {
	uint32_t block, count;
};

struct ext2_fs; /* ext2_internal.h */

/* Bytes of a struct ext2_fs, for who makes room for one. */
size_t ext2_fs_size(void);
/* Mount @disk in @fs (ext2_fs_size() bytes) with a cache of @npages pages. 0; -EINVAL: no ext2 or
 * one we do not know, -EUCLEAN: its superblock is damaged; told in one line. Unknown read-only
 * features, and @read_only, mount it read-only. Reads two blocks. */
int ext2_mount(struct ext2_fs *fs, struct ext2_disk *disk, void *const *pages, unsigned npages,
	       bool read_only);
/* All changed buffers and the superblock to the disk. */
int ext2_sync(struct ext2_fs *fs);
/* Sync and mark it clean; what comes after is refused with -EROFS. */
int ext2_unmount(struct ext2_fs *fs);
bool ext2_is_read_only(const struct ext2_fs *fs);
uint32_t ext2_block_size(const struct ext2_fs *fs);
uint32_t ext2_inodes(const struct ext2_fs *fs);
unsigned ext2_errors(const struct ext2_fs *fs); /* damages met since the mount */
unsigned ext2_pinned(const struct ext2_fs *fs); /* buffers in use: 0 between operations */
int ext2_statfs(struct ext2_fs *fs, struct ext2_statfs *out);

/* --- inodes ---------------------------------------------------------------------------------- */

/* -ESTALE: not in use. */
int ext2_getattr(struct ext2_fs *fs, uint32_t ino, struct ext2_attr *out);
/* Write mode's permission bits, uid, gid, times and, for a regular file, size from @attr. */
int ext2_setattr(struct ext2_fs *fs, const struct ext2_attr *attr);
/* The run of at most @max blocks at the file's block @index. @fill: holes among that many blocks
 * from @index on get new blocks; -ENOSPC, -EFBIG = not even the first did. *sectors (may be NULL)
 * = i_blocks then. */
int ext2_map(struct ext2_fs *fs, uint32_t ino, uint32_t index, uint32_t max, uint32_t fill,
	     struct ext2_extent *out, uint32_t *sectors);
/* Free every block wholly beyond @size and record the size. *sectors as above. */
int ext2_truncate(struct ext2_fs *fs, uint32_t ino, uint64_t size, uint32_t *sectors);
/* Free an inode without links, and its blocks. */
int ext2_delete(struct ext2_fs *fs, uint32_t ino);

/* --- names: @len 1..255 bytes without '/' and NUL ---------------------------------------------- */

int ext2_lookup(struct ext2_fs *fs, uint32_t dir, const char *name, unsigned len,
		struct ext2_attr *out);
/* A regular file, FIFO or directory by @mode's type; *out is the new inode. -EEXIST, -ENOSPC,
 * -EMLINK. A directory gets "." and "..". */
int ext2_create(struct ext2_fs *fs, uint32_t dir, const char *name, unsigned len, uint32_t mode,
		uint32_t uid, uint32_t gid, struct ext2_attr *out);
int ext2_symlink(struct ext2_fs *fs, uint32_t dir, const char *name, unsigned len, const char *text,
		 unsigned text_len, struct ext2_attr *out);
/* Bytes put in @buf, at most @size. -EINVAL: no link. */
int ext2_readlink(struct ext2_fs *fs, uint32_t ino, char *buf, unsigned size);
int ext2_link(struct ext2_fs *fs, uint32_t ino, uint32_t dir, const char *name, unsigned len);
/* Take the name away; *out is what it named, with its links counted anew: at 0 the caller calls
 * ext2_delete() when nobody uses it any more. -EISDIR. */
int ext2_unlink(struct ext2_fs *fs, uint32_t dir, const char *name, unsigned len,
		struct ext2_attr *out);
/* -ENOTDIR, -ENOTEMPTY, -EINVAL ("."). */
int ext2_rmdir(struct ext2_fs *fs, uint32_t dir, const char *name, unsigned len,
	       struct ext2_attr *out);
/* *victim is what the new name named before, ino 0 = nothing. -EINVAL: into itself. */
int ext2_rename(struct ext2_fs *fs, uint32_t old_dir, const char *old_name, unsigned old_len,
		uint32_t new_dir, const char *new_name, unsigned new_len, struct ext2_attr *victim);
/* The name of inode @ino in @dir (not "." or ".."); its length, at most 255, not terminated. */
int ext2_name_of(struct ext2_fs *fs, uint32_t dir, uint32_t ino, char *name);

/* One entry of a directory, for ext2_readdir. */
struct ext2_entry {
	uint32_t ino;
	uint16_t name_len;
	uint8_t type; /* EXT2_FT_* */
	uint64_t next; /* position behind it */
	char name[];  /* name_len bytes; the next entry follows at a multiple of 8 */
};
/* Entries from position @pos (0 = the start) on into @buf (8-byte aligned): bytes used, 0 = end.
 * @size at least 512. */
int ext2_readdir(struct ext2_fs *fs, uint32_t dir, uint64_t pos, void *buf, unsigned size);

#endif
