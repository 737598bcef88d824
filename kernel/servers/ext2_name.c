/*
 * kernel/servers/ext2_name.c - the operations on names: look up, create, link, unlink, rename. See
 * ext2.h.
 *
 * Each one first looks at all it needs and takes all the room it needs; only then does it change
 * what others see. What fails gives the room back.
 */
#include "kernel/errno.h"
#include "kernel/servers/ext2_internal.h"
#include "kernel/string.h"

#define TYPE_MASK 0170000u
#define TYPE_DIR  0040000u
#define TYPE_LNK  0120000u
#define MAX_TREE  4096 /* deeper than any path we walk */

static bool is_dir(const struct ext2_node *n)
{
	return ext2_is_type(n, TYPE_DIR);
}

static bool is_dots(const char *name, unsigned len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

static int check_name(unsigned len)
{
	return len == 0 ? -ENOENT : len > EXT2_NAME_MAX ? -ENAMETOOLONG : 0;
}

/* The inode that an entry names: that it is not in use is damage here. */
static int get_named(struct ext2_fs *fs, uint32_t dir, uint32_t ino, struct ext2_node *n)
{
	int error = ext2_get_node(fs, ino, n);

	if (error == -ESTALE)
		return ext2_damage(fs, "directory inode %u names inode %u, which is not in use", dir,
				   ino);
	if (!error && !n->raw->i_links_count) {
		ext2_put_node(fs, n);
		return ext2_damage(fs, "directory inode %u names inode %u, which has no links", dir,
				   ino);
	}
	return error;
}

int ext2_lookup(struct ext2_fs *fs, uint32_t dir, const char *name, unsigned len,
		struct ext2_attr *out)
{
	struct ext2_spot spot;
	struct ext2_node d, n;
	uint32_t ino;
	int error = check_name(len);

	if (!error)
		error = ext2_get_dir(fs, dir, &d);
	if (error)
		return error;
	error = d.raw->i_links_count ? ext2_dir_find(fs, &d, name, len, &spot) : -ENOENT;
	ext2_put_node(fs, &d);
	if (error)
		return error;
	ino = spot.entry->inode;
	ext2_bput(fs, spot.buf);
	error = get_named(fs, dir, ino, &n);
	if (error)
		return error;
	ext2_node_attr(&n, out);
	ext2_put_node(fs, &n);
	return 0;
}

/* --- new names --------------------------------------------------------------------------------- */

/* A directory that may get the name @name. -EEXIST, -ENOENT (it was removed), -EROFS. */
static int open_for_new(struct ext2_fs *fs, uint32_t dir, const char *name, unsigned len,
			struct ext2_node *d)
{
	struct ext2_spot spot;
	int error = check_name(len);

	if (!error)
		error = ext2_get_dir(fs, dir, d);
	if (error)
		return error;
	if (!d->raw->i_links_count)
		error = -ENOENT;
	else
		error = ext2_dir_find(fs, d, name, len, &spot);
	if (!error) {
		ext2_bput(fs, spot.buf);
		error = -EEXIST;
	} else if (error == -ENOENT && d->raw->i_links_count) {
		error = ext2_want_write(fs);
	}
	if (error)
		ext2_put_node(fs, d);
	return error;
}

/* An inode that got no name after all. */
static void drop_new(struct ext2_fs *fs, struct ext2_node *n)
{
	n->raw->i_links_count = 0;
	ext2_delete_node(fs, n);
}

static int new_node(struct ext2_fs *fs, uint32_t near, uint32_t mode, uint32_t uid, uint32_t gid,
		    struct ext2_node *n)
{
	bool directory = (mode & TYPE_MASK) == TYPE_DIR;
	uint32_t ino;
	int error = ext2_alloc_inode(fs, near, directory, &ino);

	if (!error)
		error = ext2_get_raw_node(fs, ino, n);
	if (error)
		return error;
	ext2_init_node(fs, n, mode, uid, gid, directory ? 2 : 1);
	return 0;
}

/* Give the new inode its name in @d; both are put. */
static int enter_new(struct ext2_fs *fs, struct ext2_node *d, struct ext2_node *n,
		     const char *name, unsigned len, struct ext2_attr *out)
{
	int error = ext2_dir_add(fs, d, name, len, n->ino, n->raw->i_mode);

	if (error) {
		drop_new(fs, n);
	} else {
		if (is_dir(n))
			d->raw->i_links_count++;
		ext2_node_attr(n, out);
		ext2_put_node(fs, n);
	}
	ext2_put_node(fs, d);
	return error;
}

int ext2_create(struct ext2_fs *fs, uint32_t dir, const char *name, unsigned len, uint32_t mode,
		uint32_t uid, uint32_t gid, struct ext2_attr *out)
{
	bool directory = (mode & TYPE_MASK) == TYPE_DIR;
	struct ext2_node d, n;
	int error = open_for_new(fs, dir, name, len, &d);

	if (error)
		return error;
	if (directory && d.raw->i_links_count >= EXT2_LINK_MAX)
		error = -EMLINK;
	if (!error)
		error = new_node(fs, dir, mode, uid, gid, &n);
	if (error) {
		ext2_put_node(fs, &d);
		return error;
	}
	error = directory ? ext2_dir_start(fs, &n, dir) : 0;
	if (error) {
		drop_new(fs, &n);
		ext2_put_node(fs, &d);
		return error;
	}
	return enter_new(fs, &d, &n, name, len, out);
}

/* The text of a link: in the inode, or in a block of its own. */
static int write_link(struct ext2_fs *fs, struct ext2_node *n, const char *text, unsigned len)
{
	struct ext2_extent run;
	struct ext2_buffer *b;
	int error;

	if (len < EXT2_FAST_LINK) {
		memcpy(n->raw->i_block, text, len);
	} else {
		error = ext2_map_node(fs, n, 0, 1, true, &run);
		if (!error)
			error = ext2_bnew(fs, run.block, &b);
		if (error)
			return error;
		memcpy(b->data, text, len);
		ext2_bput(fs, b);
	}
	n->raw->i_size = len;
	ext2_dirty_node(n);
	return 0;
}

int ext2_symlink(struct ext2_fs *fs, uint32_t dir, const char *name, unsigned len, const char *text,
		 unsigned text_len, struct ext2_attr *out)
{
	struct ext2_node d, n;
	int error = text_len == 0			? -ENOENT
		    : text_len >= fs->block_size ? -ENAMETOOLONG
						 : open_for_new(fs, dir, name, len, &d);

	if (error)
		return error;
	error = new_node(fs, dir, TYPE_LNK | 0777, 0, 0, &n);
	if (error) {
		ext2_put_node(fs, &d);
		return error;
	}
	error = write_link(fs, &n, text, text_len);
	if (error) {
		drop_new(fs, &n);
		ext2_put_node(fs, &d);
		return error;
	}
	return enter_new(fs, &d, &n, name, len, out);
}

int ext2_readlink(struct ext2_fs *fs, uint32_t ino, char *buf, unsigned size)
{
	struct ext2_extent run;
	struct ext2_buffer *b;
	struct ext2_node n;
	int error = ext2_get_node(fs, ino, &n);

	if (error)
		return error;
	if (!ext2_is_type(&n, TYPE_LNK)) {
		ext2_put_node(fs, &n);
		return -EINVAL;
	}
	size = min(size, n.raw->i_size);
	if (ext2_is_fast_link(fs, &n)) {
		memcpy(buf, n.raw->i_block, size);
	} else {
		error = ext2_map_node(fs, &n, 0, 1, false, &run);
		if (!error && !run.block)
			error = ext2_damage(fs, "symbolic link inode %u has no text", ino);
		if (!error)
			error = ext2_bread(fs, run.block, &b);
		if (!error) {
			memcpy(buf, b->data, size);
			ext2_bput(fs, b);
		}
	}
	ext2_put_node(fs, &n);
	return error ? error : (int)size;
}

int ext2_link(struct ext2_fs *fs, uint32_t ino, uint32_t dir, const char *name, unsigned len)
{
	struct ext2_node d, n;
	int error = open_for_new(fs, dir, name, len, &d);

	if (error)
		return error;
	error = ext2_get_node(fs, ino, &n);
	if (!error) {
		if (is_dir(&n))
			error = -EPERM;
		else if (!n.raw->i_links_count)
			error = -ENOENT;
		else if (n.raw->i_links_count >= EXT2_LINK_MAX)
			error = -EMLINK;
		else
			error = ext2_dir_add(fs, &d, name, len, ino, n.raw->i_mode);
		if (!error) {
			n.raw->i_links_count++;
			n.raw->i_ctime = ext2_now(fs);
			ext2_dirty_node(&n);
		}
		ext2_put_node(fs, &n);
	}
	ext2_put_node(fs, &d);
	return error;
}

/* --- names that go ----------------------------------------------------------------------------- */

/* An entry, its directory and what it names, all pinned. */
struct name {
	struct ext2_node dir, node;
	struct ext2_spot spot;
};

static void put_name(struct ext2_fs *fs, struct name *nm)
{
	ext2_bput(fs, nm->spot.buf);
	ext2_put_node(fs, &nm->node);
	ext2_put_node(fs, &nm->dir);
}

static int get_name(struct ext2_fs *fs, uint32_t dir, const char *name, unsigned len,
		    struct name *nm)
{
	int error = check_name(len);

	nm->node.buf = NULL;
	nm->spot.buf = NULL;
	if (!error)
		error = ext2_get_dir(fs, dir, &nm->dir);
	if (error)
		return error;
	error = ext2_dir_find(fs, &nm->dir, name, len, &nm->spot);
	if (!error) {
		error = get_named(fs, dir, nm->spot.entry->inode, &nm->node);
		if (error)
			ext2_bput(fs, nm->spot.buf);
	}
	if (error)
		ext2_put_node(fs, &nm->dir);
	return error;
}

/* One link less; a directory loses all of its. */
static void drop_link(struct ext2_fs *fs, struct ext2_node *n)
{
	if (is_dir(n))
		n->raw->i_links_count = 0;
	else if (n->raw->i_links_count)
		n->raw->i_links_count--;
	n->raw->i_ctime = ext2_now(fs);
	ext2_dirty_node(n);
}

static void lose_subdirectory(struct ext2_node *dir)
{
	if (dir->raw->i_links_count > 2)
		dir->raw->i_links_count--;
	ext2_dirty_node(dir);
}

/* The entry goes; *out tells what of the inode is left. Everything is put. */
static void remove_name(struct ext2_fs *fs, struct name *nm, struct ext2_attr *out)
{
	ext2_dir_remove(fs, &nm->dir, &nm->spot);
	nm->spot.buf = NULL;
	if (is_dir(&nm->node))
		lose_subdirectory(&nm->dir);
	drop_link(fs, &nm->node);
	ext2_node_attr(&nm->node, out);
	put_name(fs, nm);
}

int ext2_unlink(struct ext2_fs *fs, uint32_t dir, const char *name, unsigned len,
		struct ext2_attr *out)
{
	struct name nm;
	int error = get_name(fs, dir, name, len, &nm);

	if (error)
		return error;
	error = is_dir(&nm.node) ? -EISDIR : ext2_want_write(fs);
	if (error)
		put_name(fs, &nm);
	else
		remove_name(fs, &nm, out);
	return error;
}

static int may_rmdir(struct ext2_fs *fs, struct ext2_node *n)
{
	int empty;

	if (!is_dir(n))
		return -ENOTDIR;
	if (n->ino == EXT2_ROOT_INO)
		return -EBUSY;
	empty = ext2_dir_empty(fs, n);
	return empty < 0 ? empty : empty ? 0 : -ENOTEMPTY;
}

int ext2_rmdir(struct ext2_fs *fs, uint32_t dir, const char *name, unsigned len,
	       struct ext2_attr *out)
{
	struct name nm;
	int error;

	if (is_dots(name, len))
		return len == 1 ? -EINVAL : -ENOTEMPTY;
	error = get_name(fs, dir, name, len, &nm);
	if (error)
		return error;
	error = may_rmdir(fs, &nm.node);
	if (!error)
		error = ext2_want_write(fs);
	if (error)
		put_name(fs, &nm);
	else
		remove_name(fs, &nm, out);
	return error;
}

/* --- renaming ---------------------------------------------------------------------------------- */

/* Is @ino the directory @dir or above it? 1, 0 or -errno. */
static int is_above(struct ext2_fs *fs, uint32_t ino, uint32_t dir)
{
	int i;

	for (i = 0; i < MAX_TREE; i++) {
		struct ext2_node d;
		uint32_t parent = 0;
		int error;

		if (dir == ino)
			return 1;
		if (dir == EXT2_ROOT_INO)
			return 0;
		error = ext2_get_dir(fs, dir, &d);
		if (error)
			return error == -EUCLEAN || error == -EIO || i == 0 /* what was asked */
				       ? error
				       : ext2_damage(fs, "a '..' leads to inode %u, no directory", dir);
		error = ext2_dir_parent(fs, &d, &parent);
		ext2_put_node(fs, &d);
		if (error)
			return error;
		dir = parent;
	}
	return ext2_damage(fs, "the '..' of directories form a loop at inode %u", dir);
}

/* May @from (of old) take the place of @to? */
static int may_replace(struct ext2_fs *fs, const struct ext2_node *from, struct ext2_node *to)
{
	if (is_dir(from))
		return may_rmdir(fs, to);
	return is_dir(to) ? -EISDIR : 0;
}

/* The moved directory has another parent now. */
static int set_parent(struct ext2_fs *fs, struct ext2_node *moved, struct ext2_node *old_dir,
		      uint32_t new_dir)
{
	struct ext2_spot spot;
	int error = ext2_dir_find(fs, moved, "..", 2, &spot);

	if (error)
		return error;
	ext2_dir_set(fs, moved, &spot, new_dir, TYPE_DIR);
	lose_subdirectory(old_dir);
	return 0;
}

/* The new name: over an old one, or added. Its directory's links are counted anew. */
static int enter_new_name(struct ext2_fs *fs, struct ext2_node *moved, uint32_t new_dir,
			  const char *name, unsigned len, bool other_dir, struct ext2_attr *victim)
{
	bool directory = is_dir(moved);
	struct name nm;
	int error = get_name(fs, new_dir, name, len, &nm);

	if (!error) {
		ext2_dir_set(fs, &nm.dir, &nm.spot, moved->ino, moved->raw->i_mode);
		nm.spot.buf = NULL;
		drop_link(fs, &nm.node);
		ext2_node_attr(&nm.node, victim);
		if (directory && !other_dir)
			lose_subdirectory(&nm.dir);
		put_name(fs, &nm);
		return 0;
	}
	if (error == -ENOENT)
		error = ext2_get_dir(fs, new_dir, &nm.dir);
	if (error)
		return error;
	if (!nm.dir.raw->i_links_count)
		error = -ENOENT;
	else if (directory && other_dir && nm.dir.raw->i_links_count >= EXT2_LINK_MAX)
		error = -EMLINK;
	else
		error = ext2_dir_add(fs, &nm.dir, name, len, moved->ino, moved->raw->i_mode);
	if (!error && directory && other_dir) {
		nm.dir.raw->i_links_count++;
		ext2_dirty_node(&nm.dir);
	}
	ext2_put_node(fs, &nm.dir);
	return error;
}

/* Everything that forbids it; 1 = there is nothing to do: both are names of one file. */
static int may_rename(struct ext2_fs *fs, struct ext2_node *moved, uint32_t old_dir,
		      uint32_t new_dir, const char *name, unsigned len)
{
	struct name nm;
	int error = 0;

	if (is_dir(moved) && old_dir != new_dir) {
		int above = is_above(fs, moved->ino, new_dir);

		error = above > 0 ? -EINVAL : above;
	}
	if (!error)
		error = get_name(fs, new_dir, name, len, &nm);
	if (error)
		return error == -ENOENT ? 0 : error;
	error = nm.node.ino == moved->ino ? 1 : may_replace(fs, moved, &nm.node);
	put_name(fs, &nm);
	return error;
}

/* What stands in the directory where the old name was goes; found again, since adding the new name
 * may have moved entries. */
static int remove_old_name(struct ext2_fs *fs, struct ext2_node *dir, const char *name,
			   unsigned len)
{
	struct ext2_spot spot;
	int error = ext2_dir_find(fs, dir, name, len, &spot);

	if (!error)
		ext2_dir_remove(fs, dir, &spot);
	return error;
}

int ext2_rename(struct ext2_fs *fs, uint32_t old_dir, const char *old_name, unsigned old_len,
		uint32_t new_dir, const char *new_name, unsigned new_len, struct ext2_attr *victim)
{
	bool other_dir = old_dir != new_dir;
	struct name old;
	int error;

	memset(victim, 0, sizeof(*victim));
	if (is_dots(old_name, old_len) || is_dots(new_name, new_len))
		return -EBUSY;
	error = get_name(fs, old_dir, old_name, old_len, &old);
	if (error)
		return error;
	ext2_bput(fs, old.spot.buf);
	old.spot.buf = NULL;
	error = may_rename(fs, &old.node, old_dir, new_dir, new_name, new_len);
	if (!error)
		error = ext2_want_write(fs);
	if (!error)
		error = enter_new_name(fs, &old.node, new_dir, new_name, new_len, other_dir, victim);
	if (!error)
		error = remove_old_name(fs, &old.dir, old_name, old_len);
	if (!error && is_dir(&old.node) && other_dir)
		error = set_parent(fs, &old.node, &old.dir, new_dir);
	if (!error) {
		old.node.raw->i_ctime = ext2_now(fs);
		ext2_dirty_node(&old.node);
	}
	put_name(fs, &old);
	return error > 0 ? 0 : error;
}
