/*
 * kernel/namei.c - the walk. See kernel/namei.h.
 */
#include "kernel/namei.h"

#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/fs_struct.h"
#include "kernel/inode.h"
#include "kernel/namecache.h"
#include "kernel/servers/ext2_format.h"
#include "kernel/string.h"
#include "mm/slab.h"

/* --- one step ---------------------------------------------------------------------------------- */

static void set_name(struct inode *inode, const char *name, unsigned len)
{
	unsigned n = min(len, (unsigned)sizeof(inode->i_name) - 1);

	if (inode->i_name[0])
		return;
	memcpy(inode->i_name, name, n);
	inode->i_name[n] = '\0';
}

int dir_take(const struct inode *dir, const char *name, unsigned len, const struct ext2_attr *attr,
	     struct inode **out)
{
	*out = iget(attr);
	if (!*out)
		return -ENOMEM;
	set_name(*out, name, len);
	namecache_enter(dir->i_ino, name, len, attr->ino);
	return 0;
}

/* Without asking the server and without a lock. The entry is looked at again, since the inode that
 * we found may be one that took the number over after the name was gone. */
static struct inode *lookup_cached(const struct inode *dir, const char *name, unsigned len)
{
	uint32_t ino = namecache_find(dir->i_ino, name, len);
	struct inode *inode = ino ? inode_find(ino) : NULL;

	if (inode && namecache_find(dir->i_ino, name, len) != ino) {
		iput(inode);
		inode = NULL;
	}
	return inode;
}

int dir_lookup_locked(struct inode *dir, const char *name, unsigned len, struct inode **out)
{
	struct ext2_request req = {
		.op = EXT2_OP_LOOKUP, .ino = dir->i_ino, .name = name, .len = len,
	};
	long error;

	*out = lookup_cached(dir, name, len);
	if (*out)
		return 0;
	error = ext2_call(&root_mount, &req);
	return error ? (int)error : dir_take(dir, name, len, &req.attr, out);
}

int dir_lookup(struct inode *dir, const char *name, unsigned len, struct inode **out)
{
	int error;

	*out = lookup_cached(dir, name, len);
	if (*out)
		return 0;
	down(&namespace_sem);
	error = dir_lookup_locked(dir, name, len, out);
	up(&namespace_sem);
	return error;
}

/* --- the walk ---------------------------------------------------------------------------------- */

static int start_at(struct walk *w, struct inode *base)
{
	if (w->rest[0] == '/')
		w->at = root_inode ? iget_again(root_inode) : NULL;
	else
		w->at = base ? iget_again(base) : fs_cwd();
	return w->at ? 0 : -ENOENT;
}

/* Devices and generated files need no disk: so they are there before it is, and without it. */
static bool is_special_path(struct walk *w, const char *path)
{
	if (str_has_prefix(path, "/dev/") && path[5] && path[5] != '.' && path[5] != '/') {
		w->kind = PATH_DEVICE;
		w->name = path + 5;
	} else if (str_has_prefix(path, "/proc/") && path[6] && path[6] != '.' && path[6] != '/') {
		w->kind = PATH_PROC;
		w->name = path + 6;
	} else {
		return false;
	}
	w->len = (unsigned)strlen(w->name);
	return true;
}

int walk_begin(struct walk *w, struct inode *base, const char *path)
{
	*w = (struct walk){ .rest = path };
	if (!path[0])
		return -ENOENT;
	if (is_special_path(w, path))
		return 0;
	return start_at(w, base);
}

void walk_end(struct walk *w)
{
	iput(w->at);
	kfree(w->text);
}

static bool is_dots(const char *name, unsigned len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

bool walk_ends_in_dots(const struct walk *w)
{
	return w->kind == PATH_INODE && (!w->len || is_dots(w->name, w->len));
}

/* The next component: name, len, slash; rest behind it and its slashes. */
static int next_component(struct walk *w)
{
	const char *p = w->rest;

	while (*p == '/')
		p++;
	w->name = p;
	while (*p && *p != '/')
		p++;
	w->len = (unsigned)(p - w->name);
	w->slash = *p == '/';
	while (*p == '/')
		p++;
	w->rest = p;
	return w->len > EXT2_NAME_MAX ? -ENAMETOOLONG : 0;
}

/* Does the walk leave the file system here, for a device or a generated file? */
static bool enters_special(struct walk *w)
{
	uint32_t ino = w->at->i_ino;

	if ((ino != dev_ino && ino != proc_ino) || !w->len || is_dots(w->name, w->len))
		return false;
	w->kind = ino == dev_ino ? PATH_DEVICE : PATH_PROC;
	w->len = (unsigned)strlen(w->name); /* with all that follows */
	return true;
}

int walk_into_link(struct walk *w, struct inode *link)
{
	struct ext2_request req = { .op = EXT2_OP_READLINK, .ino = link->i_ino };
	size_t rest = strlen(w->rest);
	char *text;
	long n;

	if (++w->links > MAX_LINKS) {
		iput(link);
		return -ELOOP;
	}
	text = kmalloc(PATH_MAX, GFP_KERNEL);
	req.buf = text;
	req.size = PATH_MAX;
	n = text ? ext2_call(&root_mount, &req) : -ENOMEM;
	iput(link);
	if (n >= 0 && (size_t)n + rest + 2 > PATH_MAX)
		n = -ENAMETOOLONG;
	if (n < 0) {
		kfree(text);
		return (int)n;
	}
	text[n] = '\0';
	if (w->slash)
		text[n++] = '/';
	memcpy(text + n, w->rest, rest + 1);
	kfree(w->text);
	w->text = text;
	w->rest = text;
	if (is_special_path(w, text) || text[0] != '/')
		return text[0] ? 0 : -ENOENT;
	iput(w->at);
	w->at = NULL;
	return start_at(w, NULL);
}

/* Into the directory that the component in hand names. */
static int step(struct walk *w)
{
	struct inode *child;
	int error;

	if (w->len == 1 && w->name[0] == '.')
		return 0;
	error = dir_lookup(w->at, w->name, w->len, &child);
	if (error)
		return error;
	if (S_ISLNK(child->i_mode))
		return walk_into_link(w, child);
	iput(w->at);
	w->at = child;
	return 0;
}

int walk_to_parent(struct walk *w)
{
	while (w->kind == PATH_INODE) {
		int error = next_component(w);

		if (!error && !S_ISDIR(w->at->i_mode))
			error = -ENOTDIR;
		if (error)
			return error;
		if (enters_special(w) || !w->rest[0])
			return 0;
		error = step(w);
		if (error)
			return error;
	}
	return 0;
}

/* --- the whole way ----------------------------------------------------------------------------- */

/* What the last component names; 1 = it is a link and the walk goes on. */
static int last_step(struct walk *w, bool follow, struct inode **out)
{
	int error;

	if (!w->len || (w->len == 1 && w->name[0] == '.')) {
		*out = iget_again(w->at);
		return 0;
	}
	error = dir_lookup(w->at, w->name, w->len, out);
	if (error)
		return error;
	if (S_ISLNK((*out)->i_mode) && (follow || w->slash)) {
		struct inode *link = *out;

		*out = NULL;
		error = walk_into_link(w, link);
		return error ? error : 1;
	}
	if (w->slash && !S_ISDIR((*out)->i_mode)) {
		iput(*out);
		*out = NULL;
		return -ENOTDIR;
	}
	return 0;
}

int path_lookup(struct inode *base, const char *path, bool follow, struct path *out)
{
	struct walk w;
	int error = walk_begin(&w, base, path);

	*out = (struct path){ PATH_INODE, NULL, NULL, NULL };
	if (!error) {
		do {
			error = walk_to_parent(&w);
			if (!error && w.kind == PATH_INODE)
				error = last_step(&w, follow, &out->inode);
		} while (error > 0);
	}
	if (!error && w.kind != PATH_INODE) {
		out->kind = w.kind;
		out->name = w.name;
		out->text = w.text;
		w.text = NULL;
	}
	walk_end(&w);
	return error;
}

int path_inode(struct inode *base, const char *path, bool follow, struct inode **out)
{
	struct path p;
	int error = path_lookup(base, path, follow, &p);

	if (error) /* p holds nothing then, whatever stands in it */
		return error;
	if (p.kind != PATH_INODE) {
		path_put(&p);
		return -EPERM;
	}
	*out = p.inode;
	return 0;
}

void path_put(struct path *p)
{
	iput(p->inode);
	kfree(p->text);
}
