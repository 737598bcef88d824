/*
 * kernel/servers/ext2_map.c - from a file's block to the disk's, through up to three indirect
 * blocks; filling holes, and freeing from some block on. See ext2_internal.h.
 *
 * Invariants: a walk is as deep as the index says, so no loop among indirect blocks can hold it. A
 * freeing walk enters an indirect block only if its bit says "in use" and clears the bit behind
 * itself, so it enters each block of the disk once at most and ends at the first wrong pointer.
 */
#include "kernel/errno.h"
#include "kernel/servers/ext2_internal.h"

#define MAX_DEPTH 4

/* The way to a block: depth pointers, the first in the inode, each into the next table. */
struct way {
	unsigned depth;
	uint32_t at[MAX_DEPTH];
};

static unsigned pointer_bits(const struct ext2_fs *fs)
{
	return fs->block_bits - 2;
}

static int find_way(const struct ext2_fs *fs, uint32_t index, struct way *w)
{
	unsigned bits = pointer_bits(fs), level;
	uint64_t rest = index, span = 1;

	w->depth = 1;
	w->at[0] = index;
	if (rest < EXT2_NDIR_BLOCKS)
		return 0;
	rest -= EXT2_NDIR_BLOCKS;
	for (level = 1; level < MAX_DEPTH; level++) {
		span <<= bits;
		if (rest < span)
			break;
		rest -= span;
	}
	if (level == MAX_DEPTH || (uint64_t)index << fs->block_bits > fs->max_size)
		return -EFBIG;
	w->depth = level + 1;
	w->at[0] = EXT2_NDIR_BLOCKS + level - 1;
	for (; level > 0; level--) {
		w->at[level] = (uint32_t)rest & ((1u << bits) - 1);
		rest >>= bits;
	}
	return 0;
}

/* Where a walk stands: the table that holds the pointer; buf NULL = the inode itself. */
struct place {
	struct ext2_buffer *buf;
	uint32_t *slot;
	unsigned level; /* of the slot: depth - 1 = it names the block itself */
};

static int read_table(struct ext2_fs *fs, uint32_t ino, uint32_t block, struct ext2_buffer **out)
{
	int error = ext2_check_block(fs, block, ino);

	return error ? error : ext2_bread(fs, block, out);
}

/* As far down as there are tables. Let go with ext2_bput(p->buf). */
static int walk(struct ext2_fs *fs, struct ext2_node *n, const struct way *w, struct place *p)
{
	*p = (struct place){ .slot = &n->raw->i_block[w->at[0]] };
	while (p->level + 1 < w->depth && *p->slot) {
		struct ext2_buffer *b;
		int error = read_table(fs, n->ino, *p->slot, &b);

		ext2_bput(fs, p->buf);
		p->buf = NULL;
		if (error)
			return error;
		p->buf = b;
		p->level++;
		p->slot = (uint32_t *)(void *)b->data + w->at[p->level];
	}
	return 0;
}

/* --- holes ------------------------------------------------------------------------------------- */

/* Where a new block had best lie: behind the one before it, else near the inode's other blocks. */
static uint32_t choose_goal(struct ext2_fs *fs, const struct ext2_node *n, const struct way *w,
			    const struct place *p)
{
	uint32_t group = (n->ino - 1) / fs->sb.s_inodes_per_group;

	if (p->level + 1 == w->depth && w->at[p->level] > 0 && p->slot[-1])
		return p->slot[-1] + 1;
	if (p->level > 0)
		return p->buf->block + 1;
	if (w->at[0] > 0 && n->raw->i_block[w->at[0] - 1])
		return fs->next_goal;
	return ext2_group_first_block(fs, group) + 1;
}

static void free_all(struct ext2_fs *fs, const uint32_t *blocks, unsigned count, uint32_t ino)
{
	while (count-- > 0)
		ext2_free_block(fs, blocks[count], ino);
}

/* Zeroed tables that lead from blocks[0] down to the last of @blocks. */
static int make_tables(struct ext2_fs *fs, const struct way *w, unsigned level,
		       const uint32_t *blocks, unsigned count)
{
	unsigned i;

	for (i = 0; i + 1 < count; i++) {
		struct ext2_buffer *b;
		int error = ext2_bnew(fs, blocks[i], &b);

		if (error)
			return error;
		((uint32_t *)(void *)b->data)[w->at[level + 1 + i]] = blocks[i + 1];
		ext2_bput(fs, b);
	}
	return 0;
}

/* The missing tables and the block itself: all of them, or nothing. */
static int fill_hole(struct ext2_fs *fs, struct ext2_node *n, const struct way *w,
		     struct place *p)
{
	uint32_t blocks[MAX_DEPTH], goal = choose_goal(fs, n, w, p);
	unsigned want = w->depth - p->level, got;
	int error = 0;

	for (got = 0; got < want && !error; got += !error) {
		error = ext2_alloc_block(fs, goal, &blocks[got]);
		goal = blocks[got] + 1;
	}
	if (!error)
		error = make_tables(fs, w, p->level, blocks, want);
	if (error) {
		free_all(fs, blocks, got, n->ino);
		return error;
	}
	ext2_bforget(fs, blocks[want - 1]);
	*p->slot = blocks[0];
	if (p->buf)
		p->buf->dirty = true;
	n->raw->i_blocks += want * fs->sectors_per_block;
	ext2_dirty_node(n);
	fs->next_goal = goal;
	return 0;
}

/* --- mapping ----------------------------------------------------------------------------------- */

/* How far the run goes on from p->slot, at the last level; holes count as a run, too. */
static int measure(struct ext2_fs *fs, uint32_t ino, const struct way *w, const struct place *p,
		   uint32_t max, struct ext2_extent *out)
{
	uint32_t left = w->depth == 1 ? EXT2_NDIR_BLOCKS - w->at[0]
				      : (fs->block_size / 4) - w->at[w->depth - 1];
	uint32_t first = *p->slot, i;

	left = min(left, max);
	for (i = 0; i < left && p->slot[i] == (first ? first + i : 0); i++) {
		int error = first ? ext2_check_block(fs, first + i, ino) : 0;

		if (error && i == 0)
			return error;
		if (error)
			break;
	}
	*out = (struct ext2_extent){ first, i };
	return 0;
}

int ext2_map_node(struct ext2_fs *fs, struct ext2_node *n, uint32_t index, uint32_t max,
		  bool create, struct ext2_extent *out)
{
	struct place p;
	struct way w;
	int error = find_way(fs, index, &w);

	if (!error)
		error = walk(fs, n, &w, &p);
	if (error)
		return error;
	if (create && (p.level + 1 < w.depth || !*p.slot)) {
		error = fill_hole(fs, n, &w, &p);
		if (!error && p.level + 1 < w.depth) {
			ext2_bput(fs, p.buf);
			error = walk(fs, n, &w, &p);
			if (error)
				return error;
		}
	}
	if (!error && p.level + 1 == w.depth)
		error = measure(fs, n->ino, &w, &p, max, out);
	else
		*out = (struct ext2_extent){ 0, 1 };
	ext2_bput(fs, p.buf);
	return error;
}

/* The blocks behind the first one, as far as there is room: what is missing is asked for again. */
static void fill_more(struct ext2_fs *fs, struct ext2_node *n, uint32_t index, uint32_t count)
{
	struct ext2_extent run;

	while (count-- > 0 && !ext2_map_node(fs, n, index, 1, true, &run))
		index++;
}

int ext2_map(struct ext2_fs *fs, uint32_t ino, uint32_t index, uint32_t max, uint32_t fill,
	     struct ext2_extent *out, uint32_t *sectors)
{
	struct ext2_node n;
	int error = fill ? ext2_want_write(fs) : 0;

	if (!error)
		error = ext2_get_node(fs, ino, &n);
	if (error)
		return error;
	if (!ext2_is_type(&n, 0100000u))
		error = -EINVAL;
	if (!error && fill)
		error = ext2_map_node(fs, &n, index, 1, true, out);
	if (!error && fill > 1)
		fill_more(fs, &n, index + 1, fill - 1);
	if (!error)
		error = ext2_map_node(fs, &n, index, max, false, out);
	if (sectors)
		*sectors = n.raw->i_blocks;
	ext2_put_node(fs, &n);
	return error;
}

/* --- freeing ----------------------------------------------------------------------------------- */

static int free_slots(struct ext2_fs *fs, struct ext2_node *n, uint32_t *slots, uint32_t count,
		      unsigned height, uint64_t first);

static void count_out(struct ext2_fs *fs, struct ext2_node *n)
{
	if (n->raw->i_blocks >= fs->sectors_per_block)
		n->raw->i_blocks -= fs->sectors_per_block;
	ext2_dirty_node(n);
}

/* Below the table @block, free from @first on; with @first 0 the table, too. */
static int free_table(struct ext2_fs *fs, struct ext2_node *n, uint32_t block, unsigned height,
		      uint64_t first)
{
	struct ext2_buffer *b;
	int error, used = ext2_block_used(fs, block);

	if (used < 0)
		return used;
	if (!used)
		return ext2_damage(fs, "inode %u: indirect block %u is not in use", n->ino, block);
	error = read_table(fs, n->ino, block, &b);
	if (error)
		return error;
	error = free_slots(fs, n, (uint32_t *)(void *)b->data, fs->block_size / 4, height - 1,
			   first);
	b->dirty = true;
	ext2_bput(fs, b);
	return error;
}

/* @slots of blocks (@height 0) or of tables of that height; @first counts blocks from slots[0]. */
static int free_slots(struct ext2_fs *fs, struct ext2_node *n, uint32_t *slots, uint32_t count,
		      unsigned height, uint64_t first)
{
	unsigned shift = height * pointer_bits(fs);
	uint32_t i = (uint32_t)(first >> shift);
	uint64_t rest = first - ((uint64_t)i << shift);

	for (; i < count; i++, rest = 0) {
		uint32_t block = slots[i];
		int error = block && height ? free_table(fs, n, block, height, rest) : 0;

		if (block && !error && !rest)
			error = ext2_free_block(fs, block, n->ino);
		if (error)
			return error;
		if (block && !rest) {
			slots[i] = 0;
			count_out(fs, n);
		}
	}
	return 0;
}

int ext2_free_from(struct ext2_fs *fs, struct ext2_node *n, uint64_t first)
{
	uint32_t *slots = n->raw->i_block;
	uint64_t start = EXT2_NDIR_BLOCKS, span = 1;
	unsigned height;
	int error = 0;

	ext2_dirty_node(n);
	if (first < EXT2_NDIR_BLOCKS)
		error = free_slots(fs, n, slots, EXT2_NDIR_BLOCKS, 0, first);
	for (height = 1; height < MAX_DEPTH && !error; height++) {
		span <<= pointer_bits(fs);
		if (first < start + span)
			error = free_slots(fs, n, slots + EXT2_NDIR_BLOCKS + height - 1, 1, height,
					   first > start ? first - start : 0);
		start += span;
	}
	return error;
}
