/*
 * kernel/servers/ext2_buffer.c - the metadata cache: a fixed number of block buffers, the least
 * recently used one makes room. See ext2_internal.h.
 *
 * A changed buffer is written when its place is wanted or at ext2_bsync(), in the order of the
 * disk. A failed write leaves it changed, and so it is tried again.
 */
#include "kernel/errno.h"
#include "kernel/servers/ext2_internal.h"
#include "kernel/string.h"

static unsigned hash_of(uint32_t block)
{
	return (block ^ block >> 6) % EXT2_HASH_SIZE;
}

void ext2_buffers_init(struct ext2_fs *fs, void *const *pages, unsigned npages)
{
	unsigned per_page = (unsigned)(PAGE_SIZE >> fs->block_bits), i;

	fs->nbuffers = npages * per_page;
	fs->pinned = 0;
	memset(fs->hash, 0, sizeof(fs->hash));
	list_init(&fs->lru);
	for (i = 0; i < fs->nbuffers; i++) {
		struct ext2_buffer *b = &fs->buffer[i];

		memset(b, 0, sizeof(*b));
		b->data = (uint8_t *)pages[i / per_page] + (i % per_page << fs->block_bits);
		list_add_tail(&b->lru, &fs->lru);
	}
}

static struct ext2_buffer *find(const struct ext2_fs *fs, uint32_t block)
{
	struct ext2_buffer *b = fs->hash[hash_of(block)];

	while (b && b->block != block)
		b = b->next_hash;
	return b;
}

static void unhash(struct ext2_fs *fs, struct ext2_buffer *b)
{
	struct ext2_buffer **at = &fs->hash[hash_of(b->block)];

	while (*at != b)
		at = &(*at)->next_hash;
	*at = b->next_hash;
	b->valid = b->dirty = false;
}

static void insert(struct ext2_fs *fs, struct ext2_buffer *b, uint32_t block)
{
	unsigned h = hash_of(block);

	b->block = block;
	b->next_hash = fs->hash[h];
	fs->hash[h] = b;
	b->valid = true;
}

static int write_buffer(struct ext2_fs *fs, struct ext2_buffer *b)
{
	int error = fs->disk->write(fs->disk, b->block * fs->sectors_per_block,
				    fs->sectors_per_block, b->data);

	if (!error)
		b->dirty = false;
	return error;
}

static void pin(struct ext2_fs *fs, struct ext2_buffer *b)
{
	if (b->pins++ == 0)
		fs->pinned++;
	list_del(&b->lru);
	list_add(&b->lru, &fs->lru);
}

/* An empty buffer: the oldest that nobody holds. A dirty one that cannot be written is passed by;
 * the clean ones behind it are as good. */
static int take_oldest(struct ext2_fs *fs, struct ext2_buffer **out)
{
	struct list_head *pos;
	int error = -EIO;

	for (pos = fs->lru.prev; pos != &fs->lru; pos = pos->prev) {
		struct ext2_buffer *b = list_entry(pos, struct ext2_buffer, lru);

		if (b->pins)
			continue;
		if (b->valid && b->dirty) {
			error = write_buffer(fs, b);
			if (error)
				continue;
		}
		if (b->valid)
			unhash(fs, b);
		*out = b;
		return 0;
	}
	return error;
}

int ext2_bread(struct ext2_fs *fs, uint32_t block, struct ext2_buffer **out)
{
	struct ext2_buffer *b = find(fs, block);
	int error;

	*out = NULL;
	if (!b) {
		error = take_oldest(fs, &b);
		if (!error)
			error = fs->disk->read(fs->disk, block * fs->sectors_per_block,
					       fs->sectors_per_block, b->data);
		if (error)
			return error;
		insert(fs, b, block);
	}
	pin(fs, b);
	*out = b;
	return 0;
}

int ext2_bnew(struct ext2_fs *fs, uint32_t block, struct ext2_buffer **out)
{
	struct ext2_buffer *b = find(fs, block);

	*out = NULL;
	if (!b) {
		int error = take_oldest(fs, &b);

		if (error)
			return error;
		insert(fs, b, block);
	}
	memset(b->data, 0, fs->block_size);
	b->dirty = true;
	pin(fs, b);
	*out = b;
	return 0;
}

void ext2_bput(struct ext2_fs *fs, struct ext2_buffer *b)
{
	if (b && --b->pins == 0)
		fs->pinned--;
}

void ext2_bforget(struct ext2_fs *fs, uint32_t block)
{
	struct ext2_buffer *b = find(fs, block);

	if (!b)
		return;
	if (b->pins)
		b->dirty = false; /* a damaged file system names it twice */
	else
		unhash(fs, b);
}

/* The first dirty buffer of a block not below @from. */
static struct ext2_buffer *next_dirty(struct ext2_fs *fs, uint32_t from)
{
	struct ext2_buffer *best = NULL;
	unsigned i;

	for (i = 0; i < fs->nbuffers; i++) {
		struct ext2_buffer *b = &fs->buffer[i];

		if (b->valid && b->dirty && b->block >= from && (!best || b->block < best->block))
			best = b;
	}
	return best;
}

int ext2_bsync(struct ext2_fs *fs)
{
	struct ext2_buffer *b;
	uint32_t from = 0;
	int first_error = 0;

	while ((b = next_dirty(fs, from))) {
		int error = write_buffer(fs, b);

		if (error && !first_error)
			first_error = error;
		from = b->block + 1;
	}
	return first_error;
}
