/*
 * kernel/servers/ext2_dir.c - the entries of one directory: find, add, take away, list. See
 * ext2_internal.h.
 *
 * Each block is a chain of entries that ends exactly at its end. A chain is judged entry by entry as
 * it is walked: rec_len at least what the name needs, a multiple of 4, inside the block; so every
 * walk goes forward and ends.
 */
#include "kernel/errno.h"
#include "kernel/servers/ext2_internal.h"
#include "kernel/string.h"

#define HEAD EXT2_DIRENT_HEAD

static uint32_t blocks_of(const struct ext2_fs *fs, const struct ext2_node *dir)
{
	return dir->raw->i_size >> fs->block_bits;
}

static int read_dir_block(struct ext2_fs *fs, struct ext2_node *dir, uint32_t index,
			  struct ext2_buffer **out)
{
	struct ext2_extent run;
	int error = ext2_map_node(fs, dir, index, 1, false, &run);

	*out = NULL;
	if (error)
		return error;
	if (!run.block)
		return ext2_damage(fs, "directory inode %u has a hole at block %u: run e2fsck",
				   dir->ino, index);
	return ext2_bread(fs, run.block, out);
}

static unsigned name_len_of(const struct ext2_fs *fs, const struct ext2_dirent *e)
{
	return ext2_has_filetype(fs) ? e->name_len : e->name_len | (unsigned)e->file_type << 8;
}

/* The entry at @at of a directory block; NULL = it cannot be one, which is told. */
static struct ext2_dirent *entry_at(struct ext2_fs *fs, const struct ext2_node *dir,
				    const struct ext2_buffer *b, uint32_t at)
{
	struct ext2_dirent *e = (struct ext2_dirent *)(void *)(b->data + at);
	const char *wrong = NULL;

	if (at + HEAD > fs->block_size || e->rec_len < HEAD + 4 || (e->rec_len & 3))
		wrong = "length";
	else if (e->rec_len > fs->block_size - at)
		wrong = "length beyond the block";
	else if (name_len_of(fs, e) > EXT2_NAME_MAX ||
		 EXT2_DIRENT_LEN(name_len_of(fs, e)) > e->rec_len)
		wrong = "length of name";
	else if (e->inode > fs->inodes)
		wrong = "inode";
	else if (e->inode && !e->name_len)
		wrong = "empty name";
	if (!wrong)
		return e;
	ext2_damage(fs, "directory inode %u: entry at byte %u of block %u is damaged (%s): run e2fsck",
		    dir->ino, at, b->block, wrong);
	return NULL;
}

/* --- walking ----------------------------------------------------------------------------------- */

/* Looks at one entry: 1 = stop here. */
typedef int look_at(struct ext2_fs *fs, const struct ext2_dirent *e, void *arg);

/* Until @look says stop: 0 and the spot, -ENOENT = nobody did. */
static int walk_dir(struct ext2_fs *fs, struct ext2_node *dir, look_at *look, void *arg,
		    struct ext2_spot *spot)
{
	uint32_t n = blocks_of(fs, dir), i, at;

	for (i = 0; i < n; i++) {
		int error = read_dir_block(fs, dir, i, &spot->buf);

		if (error)
			return error;
		spot->prev = NULL;
		for (at = 0; at < fs->block_size; at += spot->entry->rec_len) {
			spot->entry = entry_at(fs, dir, spot->buf, at);
			if (!spot->entry) {
				ext2_bput(fs, spot->buf);
				return -EUCLEAN;
			}
			if (look(fs, spot->entry, arg))
				return 0;
			spot->prev = spot->entry;
		}
		ext2_bput(fs, spot->buf);
	}
	spot->buf = NULL;
	return -ENOENT;
}

struct wanted {
	const char *name;
	unsigned len;
	uint32_t ino;
};

static int is_name(struct ext2_fs *fs, const struct ext2_dirent *e, void *arg)
{
	const struct wanted *w = arg;

	return e->inode && e->name_len == w->len && name_len_of(fs, e) == w->len &&
	       e->name[0] == w->name[0] && !memcmp(e->name, w->name, w->len);
}

int ext2_dir_find(struct ext2_fs *fs, struct ext2_node *dir, const char *name, unsigned len,
		  struct ext2_spot *spot)
{
	struct wanted w = { .name = name, .len = len };

	return walk_dir(fs, dir, is_name, &w, spot);
}

/* --- adding ------------------------------------------------------------------------------------ */

static uint8_t file_type(const struct ext2_fs *fs, uint32_t mode)
{
	static const uint8_t types[16] = {
		[001] = EXT2_FT_FIFO, [002] = EXT2_FT_CHR,     [004] = EXT2_FT_DIR,
		[006] = EXT2_FT_BLK,  [010] = EXT2_FT_REG,     [012] = EXT2_FT_SYMLINK,
		[014] = EXT2_FT_SOCK,
	};

	return ext2_has_filetype(fs) ? types[mode >> 12 & 15] : 0;
}

static void write_entry(const struct ext2_fs *fs, struct ext2_dirent *e, const char *name,
			unsigned len, uint32_t ino, uint32_t mode)
{
	e->inode = ino;
	e->name_len = (uint8_t)len;
	e->file_type = file_type(fs, mode);
	memcpy(e->name, name, len);
}

/* The directory changed: its times, and an index of names, which we do not keep, no longer holds. */
static void touch(struct ext2_fs *fs, struct ext2_node *dir)
{
	dir->raw->i_mtime = dir->raw->i_ctime = ext2_now(fs);
	dir->raw->i_flags &= ~EXT2_INDEX_FL;
	ext2_dirty_node(dir);
}

static uint32_t used_part(const struct ext2_fs *fs, const struct ext2_dirent *e)
{
	return e->inode ? EXT2_DIRENT_LEN(name_len_of(fs, e)) : 0;
}

static int has_room(struct ext2_fs *fs, const struct ext2_dirent *e, void *arg)
{
	return e->rec_len - used_part(fs, e) >= *(const uint32_t *)arg;
}

/* A fresh block at the end, one free entry long. */
static int append_block(struct ext2_fs *fs, struct ext2_node *dir, struct ext2_spot *spot)
{
	struct ext2_extent run;
	int error = ext2_map_node(fs, dir, blocks_of(fs, dir), 1, true, &run);

	if (!error)
		error = ext2_bnew(fs, run.block, &spot->buf);
	if (error)
		return error;
	spot->prev = NULL;
	spot->entry = (struct ext2_dirent *)(void *)spot->buf->data;
	spot->entry->rec_len = (uint16_t)fs->block_size;
	dir->raw->i_size += fs->block_size;
	return 0;
}

int ext2_dir_add(struct ext2_fs *fs, struct ext2_node *dir, const char *name, unsigned len,
		 uint32_t ino, uint32_t mode)
{
	uint32_t need = EXT2_DIRENT_LEN(len), used;
	struct ext2_spot spot;
	int error = walk_dir(fs, dir, has_room, &need, &spot);

	if (error == -ENOENT)
		error = append_block(fs, dir, &spot);
	if (error)
		return error;
	used = used_part(fs, spot.entry);
	if (used) {
		struct ext2_dirent *next =
			(struct ext2_dirent *)(void *)((uint8_t *)spot.entry + used);

		next->rec_len = (uint16_t)(spot.entry->rec_len - used);
		spot.entry->rec_len = (uint16_t)used;
		spot.entry = next;
	}
	write_entry(fs, spot.entry, name, len, ino, mode);
	spot.buf->dirty = true;
	ext2_bput(fs, spot.buf);
	touch(fs, dir);
	return 0;
}

int ext2_dir_start(struct ext2_fs *fs, struct ext2_node *dir, uint32_t parent)
{
	uint32_t dot = EXT2_DIRENT_LEN(1);
	struct ext2_dirent *dotdot;
	struct ext2_spot spot;
	int error = append_block(fs, dir, &spot);

	if (error)
		return error;
	spot.entry->rec_len = (uint16_t)dot;
	write_entry(fs, spot.entry, ".", 1, dir->ino, 0040000);
	dotdot = (struct ext2_dirent *)(void *)(spot.buf->data + dot);
	dotdot->rec_len = (uint16_t)(fs->block_size - dot);
	write_entry(fs, dotdot, "..", 2, parent, 0040000);
	ext2_bput(fs, spot.buf);
	touch(fs, dir);
	return 0;
}

/* --- changing ---------------------------------------------------------------------------------- */

void ext2_dir_remove(struct ext2_fs *fs, struct ext2_node *dir, struct ext2_spot *spot)
{
	if (spot->prev)
		spot->prev->rec_len = (uint16_t)(spot->prev->rec_len + spot->entry->rec_len);
	else
		spot->entry->inode = 0;
	spot->buf->dirty = true;
	ext2_bput(fs, spot->buf);
	touch(fs, dir);
}

void ext2_dir_set(struct ext2_fs *fs, struct ext2_node *dir, struct ext2_spot *spot, uint32_t ino,
		  uint32_t mode)
{
	spot->entry->inode = ino;
	spot->entry->file_type = file_type(fs, mode);
	spot->buf->dirty = true;
	ext2_bput(fs, spot->buf);
	touch(fs, dir);
}

/* --- questions --------------------------------------------------------------------------------- */

static bool is_dots(const struct ext2_dirent *e)
{
	return e->name[0] == '.' &&
	       (e->name_len == 1 || (e->name_len == 2 && e->name[1] == '.'));
}

static int is_child(struct ext2_fs *fs, const struct ext2_dirent *e, void *unused)
{
	(void)fs, (void)unused;
	return e->inode && !is_dots(e);
}

int ext2_dir_empty(struct ext2_fs *fs, struct ext2_node *dir)
{
	struct ext2_spot spot;
	int error = walk_dir(fs, dir, is_child, NULL, &spot);

	if (error)
		return error == -ENOENT ? 1 : error;
	ext2_bput(fs, spot.buf);
	return 0;
}

int ext2_dir_parent(struct ext2_fs *fs, struct ext2_node *dir, uint32_t *parent)
{
	struct ext2_spot spot;
	int error = ext2_dir_find(fs, dir, "..", 2, &spot);

	if (error == -ENOENT)
		return ext2_damage(fs, "directory inode %u has no '..': run e2fsck", dir->ino);
	if (error)
		return error;
	*parent = spot.entry->inode;
	ext2_bput(fs, spot.buf);
	return 0;
}

static int is_inode(struct ext2_fs *fs, const struct ext2_dirent *e, void *arg)
{
	return e->inode == ((const struct wanted *)arg)->ino && is_child(fs, e, NULL);
}

int ext2_name_of(struct ext2_fs *fs, uint32_t dir, uint32_t ino, char *name)
{
	struct wanted w = { .ino = ino };
	struct ext2_spot spot;
	struct ext2_node n;
	int len, error = ext2_get_dir(fs, dir, &n);

	if (error)
		return error;
	error = walk_dir(fs, &n, is_inode, &w, &spot);
	ext2_put_node(fs, &n);
	if (error)
		return error;
	len = spot.entry->name_len;
	memcpy(name, spot.entry->name, (size_t)len);
	ext2_bput(fs, spot.buf);
	return len;
}

/* --- listing ----------------------------------------------------------------------------------- */

struct listing {
	uint8_t *buf;
	unsigned size, used;
};

/* False = no room. */
static bool list_entry_out(const struct ext2_fs *fs, struct listing *l, const struct ext2_dirent *e,
			   uint64_t next)
{
	unsigned need = (unsigned)ALIGN_UP(sizeof(struct ext2_entry) + e->name_len, 8u);
	struct ext2_entry *out = (struct ext2_entry *)(void *)(l->buf + l->used);

	if (l->size - l->used < need)
		return false;
	out->ino = e->inode;
	out->name_len = e->name_len;
	out->type = ext2_has_filetype(fs) ? e->file_type : EXT2_FT_UNKNOWN;
	out->next = next;
	memcpy(out->name, e->name, e->name_len);
	l->used += need;
	return true;
}

/* The entries of one block from byte @from on. 1 = the listing is full. The position may lie inside
 * an entry by now, since others change the directory: the chain is walked from the block's start. */
static int list_block(struct ext2_fs *fs, struct ext2_node *dir, uint32_t index, uint32_t from,
		      struct listing *l)
{
	struct ext2_buffer *b;
	uint32_t at;
	int result = read_dir_block(fs, dir, index, &b);

	if (result)
		return result;
	for (at = 0; at < fs->block_size && !result;) {
		struct ext2_dirent *e = entry_at(fs, dir, b, at);
		uint32_t end;

		if (!e) {
			result = -EUCLEAN;
			break;
		}
		end = at + e->rec_len;
		if (at >= from && e->inode &&
		    !list_entry_out(fs, l, e, ((uint64_t)index << fs->block_bits) + end))
			result = 1;
		at = end;
	}
	ext2_bput(fs, b);
	return result;
}

int ext2_readdir(struct ext2_fs *fs, uint32_t dir, uint64_t pos, void *buf, unsigned size)
{
	struct listing l = { .buf = buf, .size = size };
	struct ext2_node n;
	uint32_t i, end;
	int result = ext2_get_dir(fs, dir, &n);

	if (result)
		return result;
	end = n.raw->i_links_count ? blocks_of(fs, &n) : 0; /* without links: removed */
	for (i = (uint32_t)min(pos >> fs->block_bits, (uint64_t)end); i < end && !result; i++) {
		result = list_block(fs, &n, i, (uint32_t)pos & (fs->block_size - 1), &l);
		pos = 0;
	}
	ext2_put_node(fs, &n);
	return result < 0 && !l.used ? result : (int)l.used;
}
