/*
 * kernel/servers/ext2_inode.c - inodes: where they lie, whether they can be true, what they say.
 * See ext2_internal.h.
 *
 * There is no copy of an inode here: a struct ext2_node points into the buffer of the inode table.
 */
#include "kernel/errno.h"
#include "kernel/servers/ext2_internal.h"
#include "kernel/string.h"

#define TYPE_MASK 0170000u
#define TYPE_REG  0100000u
#define TYPE_DIR  0040000u
#define TYPE_LNK  0120000u
#define SIZE_2G	  0x80000000u
#define XATTR_MAGIC 0xEA020000u

bool ext2_is_type(const struct ext2_node *n, uint32_t type)
{
	return (n->raw->i_mode & TYPE_MASK) == type;
}

uint64_t ext2_node_size(const struct ext2_node *n)
{
	uint64_t high = ext2_is_type(n, TYPE_REG) ? n->raw->i_size_high : 0;

	return high << 32 | n->raw->i_size;
}

bool ext2_is_fast_link(const struct ext2_fs *fs, const struct ext2_node *n)
{
	uint32_t xattr = n->raw->i_file_acl ? fs->sectors_per_block : 0;

	return ext2_is_type(n, TYPE_LNK) && n->raw->i_blocks == xattr;
}

int ext2_get_raw_node(struct ext2_fs *fs, uint32_t ino, struct ext2_node *n)
{
	uint32_t index, per_block = fs->block_size / fs->inode_size;
	struct ext2_group_desc *gd;
	struct ext2_buffer *b;
	uint32_t block;
	int error;

	n->buf = NULL;
	n->ino = ino;
	if (!ino || ino > fs->inodes || (ino < fs->first_ino && ino != EXT2_ROOT_INO))
		return ext2_damage(fs, "%u is no inode of a file: run e2fsck", ino);
	error = ext2_group(fs, (ino - 1) / fs->sb.s_inodes_per_group, &b, &gd);
	if (error)
		return error;
	index = (ino - 1) % fs->sb.s_inodes_per_group;
	block = gd->bg_inode_table + index / per_block;
	ext2_bput(fs, b);
	error = ext2_bread(fs, block, &n->buf);
	if (!error)
		n->raw = (struct ext2_inode *)(void *)(n->buf->data +
						       index % per_block * fs->inode_size);
	return error;
}

void ext2_put_node(struct ext2_fs *fs, struct ext2_node *n)
{
	ext2_bput(fs, n->buf);
	n->buf = NULL;
}

/* Why it cannot be an inode in use; NULL = it can. */
static const char *check_node(const struct ext2_fs *fs, const struct ext2_node *n)
{
	uint64_t size = ext2_node_size(n);

	switch (n->raw->i_mode & TYPE_MASK) {
	case TYPE_REG:
		return size > fs->max_size ? "longer than a file can be" : NULL;
	case TYPE_DIR:
		if (size & (fs->block_size - 1))
			return "a directory whose length is no number of blocks";
		return size >> fs->block_bits > fs->blocks ? "a directory longer than the disk" : NULL;
	case TYPE_LNK:
		if (!size || size >= (ext2_is_fast_link(fs, n) ? EXT2_FAST_LINK : fs->block_size))
			return "a symbolic link of impossible length";
		return NULL;
	case 0010000u: /* FIFO */
	case 0020000u: /* devices */
	case 0060000u:
	case 0140000u: /* socket */
		return NULL;
	}
	return "of no known kind";
}

int ext2_get_node(struct ext2_fs *fs, uint32_t ino, struct ext2_node *n)
{
	const char *wrong;
	int error = ext2_get_raw_node(fs, ino, n);

	if (error)
		return error;
	if (!n->raw->i_mode || (!n->raw->i_links_count && n->raw->i_dtime)) {
		ext2_put_node(fs, n);
		return -ESTALE;
	}
	wrong = check_node(fs, n);
	if (!wrong)
		return 0;
	ext2_put_node(fs, n);
	return ext2_damage(fs, "inode %u is damaged (%s): run e2fsck", ino, wrong);
}

int ext2_get_dir(struct ext2_fs *fs, uint32_t ino, struct ext2_node *n)
{
	int error = ext2_get_node(fs, ino, n);

	if (error || ext2_is_type(n, TYPE_DIR))
		return error;
	ext2_put_node(fs, n);
	return -ENOTDIR;
}

/* --- attributes -------------------------------------------------------------------------------- */

void ext2_node_attr(const struct ext2_node *n, struct ext2_attr *out)
{
	const struct ext2_inode *raw = n->raw;

	*out = (struct ext2_attr){
		.ino = n->ino,
		.mode = raw->i_mode,
		.nlink = raw->i_links_count,
		.uid = raw->i_uid | (uint32_t)raw->l_uid_high << 16,
		.gid = raw->i_gid | (uint32_t)raw->l_gid_high << 16,
		.size = ext2_node_size(n),
		.atime = raw->i_atime,
		.mtime = raw->i_mtime,
		.ctime = raw->i_ctime,
		.sectors = raw->i_blocks,
		.generation = raw->i_generation,
	};
}

static void set_owner(struct ext2_inode *raw, uint32_t uid, uint32_t gid)
{
	raw->i_uid = (uint16_t)uid;
	raw->l_uid_high = (uint16_t)(uid >> 16);
	raw->i_gid = (uint16_t)gid;
	raw->l_gid_high = (uint16_t)(gid >> 16);
}

void ext2_init_node(struct ext2_fs *fs, struct ext2_node *n, uint32_t mode, uint32_t uid,
		    uint32_t gid, uint32_t links)
{
	struct ext2_inode *raw = n->raw;

	raw->i_mode = (uint16_t)mode;
	raw->i_links_count = (uint16_t)links;
	set_owner(raw, uid, gid);
	raw->i_atime = raw->i_mtime = raw->i_ctime = ext2_now(fs);
	ext2_dirty_node(n);
}

int ext2_getattr(struct ext2_fs *fs, uint32_t ino, struct ext2_attr *out)
{
	struct ext2_node n;
	int error = ext2_get_node(fs, ino, &n);

	if (error)
		return error;
	ext2_node_attr(&n, out);
	ext2_put_node(fs, &n);
	return 0;
}

/* A file longer than 2 GB needs its mark in the superblock. */
static void set_size(struct ext2_fs *fs, struct ext2_node *n, uint64_t size)
{
	n->raw->i_size = (uint32_t)size;
	if (!ext2_is_type(n, TYPE_REG))
		return;
	n->raw->i_size_high = (uint32_t)(size >> 32);
	if (size >= SIZE_2G && fs->sb.s_rev_level)
		fs->sb.s_feature_ro_compat |= EXT2_ROCOMPAT_LARGE_FILE;
}

static int check_size(const struct ext2_fs *fs, uint64_t size)
{
	uint64_t limit = fs->sb.s_rev_level ? fs->max_size : min(fs->max_size, SIZE_2G - 1ull);

	return size > limit ? -EFBIG : 0;
}

int ext2_setattr(struct ext2_fs *fs, const struct ext2_attr *attr)
{
	struct ext2_node n;
	int error = ext2_want_write(fs);

	if (!error)
		error = ext2_get_node(fs, attr->ino, &n);
	if (error)
		return error;
	if (ext2_is_type(&n, TYPE_REG)) {
		error = check_size(fs, attr->size);
		if (!error)
			set_size(fs, &n, attr->size);
	}
	n.raw->i_mode = (uint16_t)((n.raw->i_mode & TYPE_MASK) | (attr->mode & 07777));
	set_owner(n.raw, attr->uid, attr->gid);
	n.raw->i_atime = attr->atime;
	n.raw->i_mtime = attr->mtime;
	n.raw->i_ctime = attr->ctime;
	ext2_dirty_node(&n);
	ext2_put_node(fs, &n);
	return error;
}

/* --- shorter, and gone -------------------------------------------------------------------------- */

int ext2_truncate(struct ext2_fs *fs, uint32_t ino, uint64_t size, uint32_t *sectors)
{
	struct ext2_node n;
	int error = ext2_want_write(fs);

	if (!error)
		error = check_size(fs, size);
	if (!error)
		error = ext2_get_node(fs, ino, &n);
	if (error)
		return error;
	if (ext2_is_type(&n, TYPE_REG)) {
		set_size(fs, &n, size);
		n.raw->i_mtime = n.raw->i_ctime = ext2_now(fs);
		ext2_dirty_node(&n);
		error = ext2_free_from(fs, &n, (size + fs->block_size - 1) >> fs->block_bits);
		if (sectors)
			*sectors = n.raw->i_blocks;
	} else {
		error = -EINVAL;
	}
	ext2_put_node(fs, &n);
	return error;
}

/* The block of extended attributes, which several inodes may share: word 0 magic, word 1 users. */
static int drop_xattr(struct ext2_fs *fs, struct ext2_node *n)
{
	uint32_t block = n->raw->i_file_acl, *words;
	struct ext2_buffer *b;
	bool last;
	int error = ext2_check_block(fs, block, n->ino);

	if (!error)
		error = ext2_bread(fs, block, &b);
	if (error)
		return error;
	words = (uint32_t *)(void *)b->data;
	if (words[0] != XATTR_MAGIC) {
		ext2_bput(fs, b);
		return ext2_damage(fs, "inode %u: its attribute block is none", n->ino);
	}
	last = words[1] <= 1;
	if (!last) {
		words[1]--;
		b->dirty = true;
	}
	ext2_bput(fs, b);
	n->raw->i_file_acl = 0;
	if (n->raw->i_blocks >= fs->sectors_per_block)
		n->raw->i_blocks -= fs->sectors_per_block;
	return last ? ext2_free_block(fs, block, n->ino) : 0;
}

int ext2_delete_node(struct ext2_fs *fs, struct ext2_node *n)
{
	bool directory = ext2_is_type(n, TYPE_DIR);
	bool has_blocks = ext2_is_type(n, TYPE_REG) || directory ||
			  (ext2_is_type(n, TYPE_LNK) && !ext2_is_fast_link(fs, n));
	int error = has_blocks ? ext2_free_from(fs, n, 0) : 0;

	if (!error && n->raw->i_file_acl)
		error = drop_xattr(fs, n);
	/* Whatever could not be freed: the inode is gone, e2fsck finds the rest. */
	n->raw->i_dtime = ext2_now(fs);
	n->raw->i_links_count = 0;
	if (!error)
		set_size(fs, n, 0);
	ext2_dirty_node(n);
	ext2_put_node(fs, n);
	if (!error)
		error = ext2_free_inode(fs, n->ino, directory);
	return error;
}

int ext2_delete(struct ext2_fs *fs, uint32_t ino)
{
	struct ext2_node n;
	int error = ext2_want_write(fs);

	if (!error)
		error = ext2_get_node(fs, ino, &n);
	if (error)
		return error;
	if (n.raw->i_links_count || ino == EXT2_ROOT_INO) {
		ext2_put_node(fs, &n);
		return -EBUSY;
	}
	return ext2_delete_node(fs, &n);
}
