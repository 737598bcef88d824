/*
 * kernel/servers/ext2_internal.h - what the files of the ext2 core share. See ext2.h for the whole.
 *
 * Buffers: ext2_bread() and ext2_bnew() pin, ext2_bput() lets go; a pinned buffer stays where it
 * is. No operation holds more than EXT2_MAX_PINS at a time, the smallest cache has more.
 */
#ifndef KERNEL_SERVERS_EXT2_INTERNAL_H
#define KERNEL_SERVERS_EXT2_INTERNAL_H

#include "kernel/list.h"
#include "kernel/servers/ext2.h"
#include "kernel/servers/ext2_format.h"

#define EXT2_MAX_PINS	 8u
#define EXT2_MAX_BUFFERS (EXT2_CACHE_PAGES * 4u)
#define EXT2_HASH_SIZE	 64u
#define EXT2_TOLD_MAX	 20u /* damages told one by one */

struct ext2_buffer {
	uint32_t block;
	bool valid, dirty; /* valid: in the hash, data is block's */
	unsigned pins;
	uint8_t *data;
	struct ext2_buffer *next_hash;
	struct list_head lru; /* fs->lru: most recently used first */
};

struct ext2_fs {
	struct ext2_disk *disk;
	struct ext2_super_block sb; /* ours is the newest; on disk after ext2_sync() */
	/* constant after the mount */
	uint32_t block_size, block_bits, sectors_per_block;
	uint32_t ngroups, group_blocks, inode_size, itable_blocks;
	uint32_t blocks, first_block, inodes, first_ino;
	uint64_t max_size;     /* longest file */
	uint16_t mount_state;  /* s_state as it was found */

	bool read_only;
	bool marked;   /* the disk says that it is not clean */
	bool sb_dirty;
	unsigned errors;
	uint32_t generation; /* of the last new inode */
	uint32_t next_goal;  /* where the last block was taken, for files without one */

	unsigned nbuffers, pinned;
	struct ext2_buffer buffer[EXT2_MAX_BUFFERS];
	struct ext2_buffer *hash[EXT2_HASH_SIZE];
	struct list_head lru;
};

/* --- ext2_super.c ------------------------------------------------------------------------------ */

/* One line about damage, the mark in the superblock; -EUCLEAN. */
int ext2_damage(struct ext2_fs *fs, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Before any change: -EROFS, or 0 and the disk says that it is in use. */
int ext2_want_write(struct ext2_fs *fs);
static inline uint32_t ext2_now(struct ext2_fs *fs)
{
	return fs->disk->now(fs->disk);
}
static inline bool ext2_has_filetype(const struct ext2_fs *fs)
{
	return fs->sb.s_rev_level && (fs->sb.s_feature_incompat & EXT2_INCOMPAT_FILETYPE);
}

/* --- ext2_buffer.c ----------------------------------------------------------------------------- */

void ext2_buffers_init(struct ext2_fs *fs, void *const *pages, unsigned npages);
/* The buffer of @block, read / zeroed and dirty, pinned. -EIO. */
int ext2_bread(struct ext2_fs *fs, uint32_t block, struct ext2_buffer **out);
int ext2_bnew(struct ext2_fs *fs, uint32_t block, struct ext2_buffer **out);
void ext2_bput(struct ext2_fs *fs, struct ext2_buffer *b); /* NULL is fine */
static inline void ext2_bdirty(struct ext2_buffer *b)
{
	b->dirty = true;
}
/* The block is free now: what is cached of it is never written. Not pinned. */
void ext2_bforget(struct ext2_fs *fs, uint32_t block);
int ext2_bsync(struct ext2_fs *fs);

/* --- ext2_alloc.c ------------------------------------------------------------------------------ */

/* Descriptor of @group, checked, in a pinned buffer. */
int ext2_group(struct ext2_fs *fs, uint32_t group, struct ext2_buffer **buf,
	       struct ext2_group_desc **out);
/* 0, or -EUCLEAN: @block of inode @ino cannot hold contents. */
int ext2_check_block(struct ext2_fs *fs, uint32_t block, uint32_t ino);
/* 1 = in use, 0 = free, or -errno. */
int ext2_block_used(struct ext2_fs *fs, uint32_t block);
int ext2_alloc_block(struct ext2_fs *fs, uint32_t goal, uint32_t *out);
int ext2_free_block(struct ext2_fs *fs, uint32_t block, uint32_t ino);
/* A new inode near @near, zeroed on disk but for its generation. */
int ext2_alloc_inode(struct ext2_fs *fs, uint32_t near, bool directory, uint32_t *out);
int ext2_free_inode(struct ext2_fs *fs, uint32_t ino, bool directory);
uint32_t ext2_group_first_block(const struct ext2_fs *fs, uint32_t group);

/* --- ext2_inode.c ------------------------------------------------------------------------------ */

/* An inode on disk, in its pinned buffer: put_node() when done, dirty_node() when changed. */
struct ext2_node {
	uint32_t ino;
	struct ext2_buffer *buf;
	struct ext2_inode *raw;
};
/* -ESTALE: not in use; -EUCLEAN: no inode number, or damaged. */
int ext2_get_node(struct ext2_fs *fs, uint32_t ino, struct ext2_node *n);
/* The same without a look at what is in it: for new ones. */
int ext2_get_raw_node(struct ext2_fs *fs, uint32_t ino, struct ext2_node *n);
/* And it must be a directory: -ENOTDIR. */
int ext2_get_dir(struct ext2_fs *fs, uint32_t ino, struct ext2_node *n);
static inline void ext2_dirty_node(struct ext2_node *n)
{
	n->buf->dirty = true;
}
void ext2_put_node(struct ext2_fs *fs, struct ext2_node *n);
void ext2_node_attr(const struct ext2_node *n, struct ext2_attr *out);
uint64_t ext2_node_size(const struct ext2_node *n);
bool ext2_is_type(const struct ext2_node *n, uint32_t type);
bool ext2_is_fast_link(const struct ext2_fs *fs, const struct ext2_node *n);
/* Set a fresh inode's mode, owner, links and times. */
void ext2_init_node(struct ext2_fs *fs, struct ext2_node *n, uint32_t mode, uint32_t uid,
		    uint32_t gid, uint32_t links);
/* ext2_delete() of a node in hand; puts it. */
int ext2_delete_node(struct ext2_fs *fs, struct ext2_node *n);

/* --- ext2_map.c -------------------------------------------------------------------------------- */

int ext2_map_node(struct ext2_fs *fs, struct ext2_node *n, uint32_t index, uint32_t max,
		  bool create, struct ext2_extent *out);
/* Free the blocks from the file's block @first on. */
int ext2_free_from(struct ext2_fs *fs, struct ext2_node *n, uint64_t first);

/* --- ext2_dir.c -------------------------------------------------------------------------------- */

/* An entry of a directory, in its pinned buffer. */
struct ext2_spot {
	struct ext2_buffer *buf;
	struct ext2_dirent *entry, *prev; /* prev: the one before it in the block, or NULL */
};
/* Find a name: 0 and *spot, -ENOENT. Let go with ext2_bput(spot->buf). */
int ext2_dir_find(struct ext2_fs *fs, struct ext2_node *dir, const char *name, unsigned len,
		  struct ext2_spot *spot);
/* Add a name that is not there. -ENOSPC: nothing changed. */
int ext2_dir_add(struct ext2_fs *fs, struct ext2_node *dir, const char *name, unsigned len,
		 uint32_t ino, uint32_t mode);
/* Take the entry away; the spot is put. */
void ext2_dir_remove(struct ext2_fs *fs, struct ext2_node *dir, struct ext2_spot *spot);
/* Let the entry name another inode; the spot is put. */
void ext2_dir_set(struct ext2_fs *fs, struct ext2_node *dir, struct ext2_spot *spot, uint32_t ino,
		  uint32_t mode);
/* Give an empty directory "." and "..". */
int ext2_dir_start(struct ext2_fs *fs, struct ext2_node *dir, uint32_t parent);
/* 1 = nothing but "." and "..", 0, or -errno. */
int ext2_dir_empty(struct ext2_fs *fs, struct ext2_node *dir);
/* The directory that ".." names. */
int ext2_dir_parent(struct ext2_fs *fs, struct ext2_node *dir, uint32_t *parent);

#endif
