/*
 * kernel/servers/ext2_alloc.c - groups and their bitmaps: who has which block and inode. See
 * ext2_internal.h.
 *
 * A bit is set before the block is used and cleared last. Every number is checked against the
 * places where the file system keeps its own tables, so that not even a damaged pointer or bitmap
 * makes a file write over them.
 */
#include "kernel/errno.h"
#include "kernel/servers/ext2_internal.h"
#include "kernel/string.h"

#define DESC_PER_BLOCK(fs) ((fs)->block_size / (uint32_t)sizeof(struct ext2_group_desc))

uint32_t ext2_group_first_block(const struct ext2_fs *fs, uint32_t group)
{
	return fs->first_block + group * fs->group_blocks;
}

static uint32_t blocks_in_group(const struct ext2_fs *fs, uint32_t group)
{
	return min(fs->group_blocks, fs->blocks - ext2_group_first_block(fs, group));
}

static bool is_power_of(uint32_t n, uint32_t base)
{
	while (n > 1 && n % base == 0)
		n /= base;
	return n == 1;
}

/* Blocks at the start of a group that hold a superblock and descriptors. */
static uint32_t super_blocks(const struct ext2_fs *fs, uint32_t group)
{
	bool sparse = fs->sb.s_rev_level &&
		      (fs->sb.s_feature_ro_compat & EXT2_ROCOMPAT_SPARSE_SUPER);

	if (sparse && group > 1 && !is_power_of(group, 3) && !is_power_of(group, 5) &&
	    !is_power_of(group, 7))
		return 0;
	return 1 + (fs->ngroups + DESC_PER_BLOCK(fs) - 1) / DESC_PER_BLOCK(fs);
}

/* Do the group's own tables lie in the group, apart from each other and from the superblock? */
static bool group_is_sound(const struct ext2_fs *fs, uint32_t group,
			   const struct ext2_group_desc *gd)
{
	uint32_t first = ext2_group_first_block(fs, group), end = first + blocks_in_group(fs, group);
	uint32_t table = gd->bg_inode_table, table_end = table + fs->itable_blocks;

	first += super_blocks(fs, group);
	if (gd->bg_block_bitmap < first || gd->bg_block_bitmap >= end)
		return false;
	if (gd->bg_inode_bitmap < first || gd->bg_inode_bitmap >= end)
		return false;
	if (table < first || table >= end || fs->itable_blocks > end - table)
		return false;
	return gd->bg_block_bitmap != gd->bg_inode_bitmap &&
	       (gd->bg_block_bitmap < table || gd->bg_block_bitmap >= table_end) &&
	       (gd->bg_inode_bitmap < table || gd->bg_inode_bitmap >= table_end);
}

int ext2_group(struct ext2_fs *fs, uint32_t group, struct ext2_buffer **buf,
	       struct ext2_group_desc **out)
{
	uint32_t per_block = DESC_PER_BLOCK(fs);
	int error = ext2_bread(fs, fs->first_block + 1 + group / per_block, buf);

	if (error)
		return error;
	*out = (struct ext2_group_desc *)(void *)(*buf)->data + group % per_block;
	if (group_is_sound(fs, group, *out))
		return 0;
	ext2_bput(fs, *buf);
	*buf = NULL;
	return ext2_damage(fs, "descriptor of group %u is damaged: run e2fsck", group);
}

/* --- blocks ------------------------------------------------------------------------------------ */

static uint32_t group_of(const struct ext2_fs *fs, uint32_t block)
{
	return (block - fs->first_block) / fs->group_blocks;
}

static bool is_inside(const struct ext2_fs *fs, uint32_t block)
{
	return block > fs->first_block && block < fs->blocks;
}

/* Does the block belong to the tables of its group? */
static bool is_table(const struct ext2_fs *fs, uint32_t group, const struct ext2_group_desc *gd,
		     uint32_t block)
{
	return block - ext2_group_first_block(fs, group) < super_blocks(fs, group) ||
	       block == gd->bg_block_bitmap || block == gd->bg_inode_bitmap ||
	       block - gd->bg_inode_table < fs->itable_blocks;
}

int ext2_check_block(struct ext2_fs *fs, uint32_t block, uint32_t ino)
{
	struct ext2_group_desc *gd;
	struct ext2_buffer *b;
	uint32_t group;
	bool table;
	int error;

	if (!is_inside(fs, block))
		return ext2_damage(fs, "inode %u: block %u is outside the file system", ino, block);
	group = group_of(fs, block);
	error = ext2_group(fs, group, &b, &gd);
	if (error)
		return error;
	table = is_table(fs, group, gd, block);
	ext2_bput(fs, b);
	if (!table)
		return 0;
	return ext2_damage(fs, "inode %u: block %u is one of the file system's tables", ino, block);
}

/* A group with one of its bitmaps, pinned. */
struct bitmap {
	struct ext2_buffer *gd_buf, *buf;
	struct ext2_group_desc *gd;
	uint32_t group;
};

static void put_bitmap(struct ext2_fs *fs, struct bitmap *m)
{
	ext2_bput(fs, m->buf);
	ext2_bput(fs, m->gd_buf);
}

static int get_bitmap(struct ext2_fs *fs, uint32_t group, bool inodes, struct bitmap *m)
{
	int error;

	m->buf = NULL;
	m->group = group;
	error = ext2_group(fs, group, &m->gd_buf, &m->gd);
	if (!error)
		error = ext2_bread(fs, inodes ? m->gd->bg_inode_bitmap : m->gd->bg_block_bitmap,
				   &m->buf);
	if (error)
		ext2_bput(fs, m->gd_buf);
	return error;
}

static bool test_bit(const uint8_t *bits, uint32_t n)
{
	return bits[n / 8] >> (n % 8) & 1;
}

/* The first clear bit of [from, end), or @end. */
static uint32_t find_clear(const uint8_t *bits, uint32_t from, uint32_t end)
{
	while (from < end) {
		if (from % 8 == 0 && bits[from / 8] == 0xff)
			from += 8;
		else if (test_bit(bits, from))
			from++;
		else
			return from;
	}
	return end;
}

static void flip(struct bitmap *m, uint32_t bit)
{
	m->buf->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	m->buf->dirty = m->gd_buf->dirty = true;
}

int ext2_block_used(struct ext2_fs *fs, uint32_t block)
{
	struct bitmap m;
	int used, error;

	if (!is_inside(fs, block))
		return 0;
	error = get_bitmap(fs, group_of(fs, block), false, &m);
	if (error)
		return error;
	used = test_bit(m.buf->data, block - ext2_group_first_block(fs, m.group));
	put_bitmap(fs, &m);
	return used;
}

/* Take the first free block of the group from bit @from on. 0 = *out, -ENOSPC = none here. */
static int take_block(struct ext2_fs *fs, struct bitmap *m, uint32_t from, uint32_t *out)
{
	uint32_t first = ext2_group_first_block(fs, m->group), end = blocks_in_group(fs, m->group);
	uint32_t bit = find_clear(m->buf->data, from, end);

	if (bit == end) {
		bit = find_clear(m->buf->data, 0, from);
		if (bit == from)
			bit = end;
	}
	if (bit == end) {
		ext2_damage(fs, "group %u: no free block where %u are counted", m->group,
			    m->gd->bg_free_blocks_count);
		return -ENOSPC;
	}
	if (is_table(fs, m->group, m->gd, first + bit))
		return ext2_damage(fs, "group %u: block bitmap has block %u, a table, as free",
				   m->group, first + bit);
	flip(m, bit);
	m->gd->bg_free_blocks_count--;
	if (fs->sb.s_free_blocks_count)
		fs->sb.s_free_blocks_count--;
	*out = first + bit;
	return 0;
}

int ext2_alloc_block(struct ext2_fs *fs, uint32_t goal, uint32_t *out)
{
	uint32_t start, i;

	if (!is_inside(fs, goal))
		goal = fs->first_block + 1;
	start = group_of(fs, goal);
	for (i = 0; i < fs->ngroups; i++) {
		uint32_t group = (start + i) % fs->ngroups;
		struct bitmap m;
		int error = get_bitmap(fs, group, false, &m);

		if (error)
			return error;
		error = -ENOSPC;
		if (m.gd->bg_free_blocks_count)
			error = take_block(fs, &m, i ? 0 : goal - ext2_group_first_block(fs, group),
					   out);
		put_bitmap(fs, &m);
		if (error != -ENOSPC)
			return error;
	}
	return -ENOSPC;
}

int ext2_free_block(struct ext2_fs *fs, uint32_t block, uint32_t ino)
{
	struct bitmap m;
	uint32_t bit;
	int error = ext2_check_block(fs, block, ino);

	if (!error)
		error = get_bitmap(fs, group_of(fs, block), false, &m);
	if (error)
		return error;
	bit = block - ext2_group_first_block(fs, m.group);
	if (!test_bit(m.buf->data, bit)) {
		put_bitmap(fs, &m);
		return ext2_damage(fs, "inode %u: block %u is free already", ino, block);
	}
	flip(&m, bit);
	m.gd->bg_free_blocks_count++;
	fs->sb.s_free_blocks_count++;
	put_bitmap(fs, &m);
	ext2_bforget(fs, block);
	return 0;
}

/* --- inodes ------------------------------------------------------------------------------------ */

/* Clear what the inode's place held before. */
static int clear_inode(struct ext2_fs *fs, uint32_t ino)
{
	struct ext2_node n;
	uint32_t generation = ++fs->generation;
	int error = ext2_get_raw_node(fs, ino, &n);

	if (error)
		return error;
	memset(n.raw, 0, fs->inode_size);
	n.raw->i_generation = generation;
	ext2_dirty_node(&n);
	ext2_put_node(fs, &n);
	return 0;
}

static int take_inode(struct ext2_fs *fs, struct bitmap *m, bool directory, uint32_t *out)
{
	uint32_t per_group = fs->sb.s_inodes_per_group;
	uint32_t bit = find_clear(m->buf->data, m->group ? 0 : fs->first_ino - 1, per_group);
	int error;

	if (bit >= per_group) {
		ext2_damage(fs, "group %u: no free inode where %u are counted", m->group,
			    m->gd->bg_free_inodes_count);
		return -ENOSPC;
	}
	*out = m->group * per_group + bit + 1;
	error = clear_inode(fs, *out);
	if (error)
		return error;
	flip(m, bit);
	m->gd->bg_free_inodes_count--;
	m->gd->bg_used_dirs_count += directory;
	if (fs->sb.s_free_inodes_count)
		fs->sb.s_free_inodes_count--;
	return 0;
}

int ext2_alloc_inode(struct ext2_fs *fs, uint32_t near, bool directory, uint32_t *out)
{
	uint32_t start = (near - 1) / fs->sb.s_inodes_per_group, i;

	for (i = 0; i < fs->ngroups; i++) {
		struct bitmap m;
		int error = get_bitmap(fs, (start + i) % fs->ngroups, true, &m);

		if (error)
			return error;
		error = m.gd->bg_free_inodes_count ? take_inode(fs, &m, directory, out) : -ENOSPC;
		put_bitmap(fs, &m);
		if (error != -ENOSPC)
			return error;
	}
	return -ENOSPC;
}

int ext2_free_inode(struct ext2_fs *fs, uint32_t ino, bool directory)
{
	struct bitmap m;
	uint32_t bit = (ino - 1) % fs->sb.s_inodes_per_group;
	int error = get_bitmap(fs, (ino - 1) / fs->sb.s_inodes_per_group, true, &m);

	if (error)
		return error;
	if (!test_bit(m.buf->data, bit)) {
		put_bitmap(fs, &m);
		return ext2_damage(fs, "inode %u is free already", ino);
	}
	flip(&m, bit);
	m.gd->bg_free_inodes_count++;
	if (directory && m.gd->bg_used_dirs_count)
		m.gd->bg_used_dirs_count--;
	fs->sb.s_free_inodes_count++;
	put_bitmap(fs, &m);
	return 0;
}
