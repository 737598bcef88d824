/*
 * kernel/dir_ops.c - changing names and attributes. See kernel/dir_ops.h.
 *
 * Under namespace_sem: look, ask the server, make the copies in memory follow. The last iput() of
 * what lost its last name comes after it, since freeing takes long.
 */
#include "kernel/dir_ops.h"

#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/fs_struct.h"
#include "kernel/inode.h"
#include "kernel/namecache.h"
#include "kernel/namei.h"
#include "kernel/servers/ext2_format.h"
#include "kernel/string.h"
#include "kernel/timer.h"

/* --- new names ---------------------------------------------------------------------------------- */

/* A walk to where a name is to be made. @dir_ok: slashes may follow it. */
static int walk_to_new(struct walk *w, struct inode *base, const char *path, bool dir_ok)
{
	int error = walk_begin(w, base, path);

	if (!error)
		error = walk_to_parent(w);
	if (error)
		return error;
	if (w->kind != PATH_INODE)
		return -EPERM;
	if (walk_ends_in_dots(w))
		return -EEXIST;
	return w->slash && !dir_ok ? -ENOENT : 0;
}

/* Send a request that makes the name @w stands at. */
static long make_name(struct walk *w, struct ext2_request *req)
{
	long error;

	req->ino = w->at->i_ino;
	req->name = w->name;
	req->len = w->len;
	down(&namespace_sem);
	error = ext2_call(&root_mount, req);
	if (!error)
		inode_refresh(w->at, &req->dir_attr);
	up(&namespace_sem);
	return error;
}

static long make_inode(struct inode *base, const char *path, unsigned mode)
{
	struct ext2_request req = { .op = EXT2_OP_CREATE, .attr.mode = mode };
	struct walk w;
	long error = walk_to_new(&w, base, path, S_ISDIR(mode));

	if (!error)
		error = make_name(&w, &req);
	walk_end(&w);
	return error;
}

long do_mkdir(struct inode *base, const char *path, unsigned mode)
{
	return make_inode(base, path, S_IFDIR | (mode & 01777 & ~fs_umask()));
}

long do_mknod(struct inode *base, const char *path, unsigned mode)
{
	unsigned type = mode & S_IFMT ? mode & S_IFMT : S_IFREG;

	if (type != S_IFREG && type != S_IFIFO)
		return -EPERM; /* devices are in /dev, all of them */
	return make_inode(base, path, type | (mode & 07777 & ~fs_umask()));
}

long do_symlink(const char *text, struct inode *base, const char *path)
{
	struct ext2_request req = {
		.op = EXT2_OP_SYMLINK, .buf = (void *)(uintptr_t)text, /* only read */
		.size = (unsigned)strlen(text),
	};
	struct walk w;
	long error = walk_to_new(&w, base, path, false);

	if (!error)
		error = make_name(&w, &req);
	walk_end(&w);
	return error;
}

long do_link(struct inode *old_base, const char *old, bool follow, struct inode *base,
	     const char *path)
{
	struct ext2_request req = { .op = EXT2_OP_LINK };
	struct inode *inode;
	struct walk w;
	long error = path_inode(old_base, old, follow, &inode);

	if (error)
		return error;
	req.ino2 = inode->i_ino;
	error = walk_to_new(&w, base, path, false);
	if (!error)
		error = make_name(&w, &req);
	if (!error) {
		__atomic_fetch_add(&inode->i_nlink, 1, __ATOMIC_RELAXED);
		inode->i_ctime = wall_clock();
	}
	walk_end(&w);
	iput(inode);
	return error;
}

/* --- names that go ------------------------------------------------------------------------------ */

/* The inode lost a name; @attr tells what is left. */
static void lost_name(struct inode *inode, const struct ext2_attr *attr)
{
	inode->i_nlink = attr->nlink;
	inode->i_ctime = attr->ctime;
}

static long remove_name(struct walk *w, enum ext2_op op)
{
	struct ext2_request req = {
		.op = op, .ino = w->at->i_ino, .name = w->name, .len = w->len,
	};
	struct inode *victim = NULL;
	long error;

	down(&namespace_sem);
	error = dir_lookup_locked(w->at, w->name, w->len, &victim);
	if (!error && w->slash && !S_ISDIR(victim->i_mode))
		error = -ENOTDIR;
	if (!error)
		error = ext2_call(&root_mount, &req);
	if (!error) {
		namecache_remove(w->at->i_ino, w->name, w->len);
		lost_name(victim, &req.attr);
		inode_refresh(w->at, &req.dir_attr);
	}
	up(&namespace_sem);
	iput(victim);
	return error;
}

static long remove_path(struct inode *base, const char *path, enum ext2_op op)
{
	struct walk w;
	long error = walk_begin(&w, base, path);

	if (!error)
		error = walk_to_parent(&w);
	if (!error && w.kind != PATH_INODE)
		error = -EPERM;
	if (!error && walk_ends_in_dots(&w))
		error = op == EXT2_OP_UNLINK ? -EISDIR
			: w.len == 2	     ? -ENOTEMPTY
			: w.len == 1	     ? -EINVAL
					     : -EBUSY;
	if (!error)
		error = remove_name(&w, op);
	walk_end(&w);
	return error;
}

long do_unlink(struct inode *base, const char *path)
{
	return remove_path(base, path, EXT2_OP_UNLINK);
}

long do_rmdir(struct inode *base, const char *path)
{
	return remove_path(base, path, EXT2_OP_RMDIR);
}

/* --- rename ------------------------------------------------------------------------------------- */

/* Both names are known; namespace_sem held. *victim: what the new name named, with a reference. */
static long rename_locked(struct walk *from, struct walk *to, struct inode **victim)
{
	struct ext2_request req = {
		.op = EXT2_OP_RENAME,
		.ino = from->at->i_ino, .name = from->name, .len = from->len,
		.ino2 = to->at->i_ino, .name2 = to->name, .len2 = to->len,
	};
	struct inode *moved;
	long error = dir_lookup_locked(from->at, from->name, from->len, &moved);

	if (error)
		return error;
	if ((from->slash || to->slash) && !S_ISDIR(moved->i_mode))
		error = -ENOTDIR;
	if (!error)
		error = dir_lookup_locked(to->at, to->name, to->len, victim);
	if (error == -ENOENT)
		error = 0;
	if (!error)
		error = ext2_call(&root_mount, &req);
	if (!error && *victim != moved) {
		namecache_remove(from->at->i_ino, from->name, from->len);
		namecache_remove(to->at->i_ino, to->name, to->len);
		if (*victim)
			lost_name(*victim, &req.attr);
		moved->i_ctime = wall_clock();
		inode_refresh(from->at, &req.dir_attr);
		inode_refresh(to->at, &req.dir2_attr);
	}
	iput(moved);
	return error;
}

static long rename_walks(struct walk *from, struct walk *to)
{
	struct inode *victim = NULL;
	long error;

	if (from->kind != PATH_INODE || to->kind != PATH_INODE)
		return -EPERM;
	if (walk_ends_in_dots(from) || walk_ends_in_dots(to))
		return -EBUSY;
	down(&namespace_sem);
	error = rename_locked(from, to, &victim);
	up(&namespace_sem);
	iput(victim);
	return error;
}

long do_rename(struct inode *old_base, const char *old, struct inode *new_base, const char *path)
{
	struct walk from, to;
	long error = walk_begin(&from, old_base, old);

	if (!error)
		error = walk_to_parent(&from);
	if (!error) {
		error = walk_begin(&to, new_base, path);
		if (!error)
			error = walk_to_parent(&to);
		if (!error)
			error = rename_walks(&from, &to);
		walk_end(&to);
	}
	walk_end(&from);
	return error;
}

/* --- the current directory ---------------------------------------------------------------------- */

long do_fchdir(struct inode *dir)
{
	if (!S_ISDIR(dir->i_mode))
		return -ENOTDIR;
	fs_set_cwd(iget_again(dir));
	return 0;
}

long do_chdir(const char *path)
{
	struct path p;
	long error = path_lookup(NULL, path, true, &p);

	if (error)
		return error;
	error = p.kind == PATH_INODE ? do_fchdir(p.inode) : -ENOTDIR;
	path_put(&p);
	return error;
}

/* One step up: the name of @dir in its parent before buf[*at], and the parent. */
static long name_in_parent(struct inode **dir, char *buf, unsigned *at)
{
	char name[EXT2_NAME_MAX + 1];
	struct ext2_request req = {
		.op = EXT2_OP_NAME_OF, .ino2 = (*dir)->i_ino, .buf = name,
	};
	struct inode *parent;
	long n = dir_lookup(*dir, "..", 2, &parent);

	if (n)
		return n;
	req.ino = parent->i_ino;
	n = ext2_call(&root_mount, &req);
	iput(*dir);
	*dir = parent;
	if (n < 0)
		return n;
	if ((unsigned)n + 1 > *at)
		return -ERANGE;
	*at -= (unsigned)n + 1;
	buf[*at] = '/';
	memcpy(buf + *at + 1, name, (size_t)n);
	return 0;
}

long do_getcwd(char *buf, unsigned size)
{
	struct inode *dir = fs_cwd();
	unsigned at = size;
	long error = 0;

	if (!dir)
		return -ENOENT;
	if (size < 2) {
		iput(dir);
		return -ERANGE;
	}
	buf[--at] = '\0';
	if (dir == root_inode)
		buf[--at] = '/';
	while (!error && dir != root_inode)
		error = name_in_parent(&dir, buf, &at);
	iput(dir);
	if (error)
		return error;
	memmove(buf, buf + at, size - at);
	return (long)(size - at);
}

/* --- attributes --------------------------------------------------------------------------------- */

long inode_truncate(struct inode *inode, int64_t size)
{
	long error;

	if (size < 0)
		return -EINVAL;
	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	if (root_mount.read_only)
		return -EROFS;
	down(&inode->i_sem);
	error = vmtruncate(inode, (uint64_t)size);
	up(&inode->i_sem);
	return error;
}

/* The copy in memory was changed; so the server's, at once, that a full stop loses less. */
static long push_change(struct inode *inode)
{
	inode->i_ctime = wall_clock();
	inode->i_op->update(inode);
	return inode_push(inode);
}

long inode_chmod(struct inode *inode, unsigned mode)
{
	if (root_mount.read_only)
		return -EROFS;
	down(&inode->i_sem);
	inode->i_mode = (inode->i_mode & S_IFMT) | (mode & 07777);
	up(&inode->i_sem);
	return push_change(inode);
}

long inode_chown(struct inode *inode, uint32_t uid, uint32_t gid)
{
	if (root_mount.read_only)
		return -EROFS;
	down(&inode->i_sem);
	if (uid != ~0u)
		inode->i_uid = uid;
	if (gid != ~0u)
		inode->i_gid = gid;
	up(&inode->i_sem);
	return push_change(inode);
}

long inode_utimes(struct inode *inode, uint32_t atime, uint32_t mtime)
{
	if (root_mount.read_only)
		return -EROFS;
	down(&inode->i_sem);
	if (atime != KEEP_TIME)
		inode->i_atime = atime;
	if (mtime != KEEP_TIME)
		inode->i_mtime = mtime;
	up(&inode->i_sem);
	return push_change(inode);
}
