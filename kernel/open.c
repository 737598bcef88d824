/*
 * kernel/open.c - open. See kernel/open.h.
 */
#include "kernel/open.h"

#include "kernel/devices.h"
#include "kernel/dir_list.h"
#include "kernel/errno.h"
#include "kernel/files.h"
#include "kernel/fs_struct.h"
#include "kernel/inode.h"
#include "kernel/namecache.h"
#include "kernel/namei.h"
#include "kernel/procfiles.h"

static void release_inode(struct file *file)
{
	iput(file->private_data);
}

static int64_t inode_size(struct file *file)
{
	const struct inode *inode = file->private_data;

	return (int64_t)inode->i_size;
}

static long read_directory(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos)
{
	(void)file, (void)ubuf, (void)count, (void)pos;
	return -EISDIR;
}

static const struct file_operations regular_fops = {
	.read = generic_file_read,
	.write = generic_file_write,
	.mmap = generic_file_mmap,
	.release = release_inode,
	.size = inode_size,
};

static const struct file_operations directory_fops = {
	.read = read_directory,
	.release = release_inode,
	.size = inode_size,
	.readdir = list_directory,
};

static const struct file_operations dev_fops = {
	.read = read_directory,
	.release = release_inode,
	.size = inode_size,
	.readdir = list_devices,
};

static const struct file_operations proc_fops = {
	.read = read_directory,
	.release = release_inode,
	.size = inode_size,
	.readdir = list_procfiles,
};

struct inode *file_inode(const struct file *file)
{
	return file->f_op && file->f_op->release == release_inode ? file->private_data : NULL;
}

/* --- an inode ----------------------------------------------------------------------------------- */

static const struct file_operations *operations_of(const struct inode *inode)
{
	if (S_ISREG(inode->i_mode))
		return &regular_fops;
	if (inode->i_ino == dev_ino)
		return &dev_fops;
	return inode->i_ino == proc_ino ? &proc_fops : &directory_fops;
}

static bool wants_write(unsigned flags)
{
	return (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
}

static int may_open(const struct inode *inode, unsigned flags)
{
	if (S_ISLNK(inode->i_mode))
		return -ELOOP; /* O_NOFOLLOW */
	if (S_ISDIR(inode->i_mode))
		return wants_write(flags) || (flags & O_CREAT) ? -EISDIR : 0;
	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	if (!S_ISREG(inode->i_mode))
		return -ENXIO; /* a device or pipe of another system */
	return wants_write(flags) && root_mount.read_only ? -EROFS : 0;
}

static int cut_to_nothing(struct inode *inode)
{
	int error = 0;

	down(&inode->i_sem);
	if (inode->i_size)
		error = vmtruncate(inode, 0);
	up(&inode->i_sem);
	return error;
}

int inode_open(struct inode *inode, unsigned flags, struct file **out)
{
	struct file *file = NULL;
	int error = may_open(inode, flags);

	if (!error && (flags & O_TRUNC))
		error = cut_to_nothing(inode);
	if (!error) {
		file = file_alloc(operations_of(inode), inode->i_name);
		error = file ? 0 : -ENOMEM;
	}
	if (error) {
		iput(inode);
		return error;
	}
	file->private_data = inode;
	file->f_mapping = &inode->i_data;
	*out = file;
	return 0;
}

/* --- a path ------------------------------------------------------------------------------------- */

static int create(struct walk *w, unsigned mode, struct inode **out)
{
	struct ext2_request req = {
		.op = EXT2_OP_CREATE, .ino = w->at->i_ino, .name = w->name, .len = w->len,
		.attr.mode = S_IFREG | (mode & 07777 & ~fs_umask()),
	};
	long error = ext2_call(&root_mount, &req);

	if (error)
		return (int)error;
	inode_refresh(w->at, &req.dir_attr);
	/* Out of memory here leaves an empty file behind, as if its maker had ended just now. */
	return dir_take(w->at, w->name, w->len, &req.attr, out);
}

/* The inode of the last component, made if it is not there; *out NULL = it is a link, the walk goes
 * on. */
static int find_or_create(struct walk *w, unsigned flags, unsigned mode, struct inode **out)
{
	int error;

	if (walk_ends_in_dots(w)) {
		*out = iget_again(w->at);
		return flags & O_EXCL ? (iput(*out), -EEXIST) : 0;
	}
	down(&namespace_sem);
	error = dir_lookup_locked(w->at, w->name, w->len, out);
	if (!error && (flags & O_EXCL)) {
		iput(*out);
		error = -EEXIST;
	} else if (error == -ENOENT) {
		error = w->slash ? -EISDIR : create(w, mode, out);
	}
	up(&namespace_sem);
	if (!error && S_ISLNK((*out)->i_mode) && !(flags & O_NOFOLLOW)) {
		struct inode *link = *out;

		*out = NULL;
		error = walk_into_link(w, link);
	}
	return error;
}

static int open_special(enum path_kind kind, const char *name, unsigned flags, struct file **out)
{
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
		flags &= ~(unsigned)(O_CREAT | O_EXCL);
		if (open_special(kind, name, flags & ~(unsigned)O_TRUNC, out))
			return -EACCES;
		fput(*out);
		return -EEXIST;
	}
	return kind == PATH_DEVICE ? device_open(name, flags, out) : procfile_open(name, flags, out);
}

static int open_or_create(struct inode *base, const char *path, unsigned flags, unsigned mode,
			  struct file **out)
{
	struct inode *inode = NULL;
	struct walk w;
	int error = walk_begin(&w, base, path);

	while (!error && !inode) {
		error = walk_to_parent(&w);
		if (error || w.kind != PATH_INODE)
			break;
		error = find_or_create(&w, flags, mode, &inode);
	}
	if (!error)
		error = inode ? inode_open(inode, flags, out)
			      : open_special(w.kind, w.name, flags, out);
	walk_end(&w);
	return error;
}

static int open_existing(struct inode *base, const char *path, unsigned flags, struct file **out)
{
	struct path p;
	int error = path_lookup(base, path, !(flags & O_NOFOLLOW), &p);

	if (error)
		return error;
	if (p.kind == PATH_INODE) {
		error = inode_open(p.inode, flags, out);
		p.inode = NULL;
	} else {
		error = open_special(p.kind, p.name, flags, out);
	}
	path_put(&p);
	return error;
}

int file_open_at(struct inode *base, const char *path, unsigned flags, unsigned mode,
		 struct file **out)
{
	unsigned access = flags & O_ACCMODE;
	int error;

	if (access == O_ACCMODE)
		return -EINVAL;
	error = flags & O_CREAT ? open_or_create(base, path, flags, mode, out)
				: open_existing(base, path, flags, out);
	if (error)
		return error;
	(*out)->f_flags = flags & ~(unsigned)(O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC);
	(*out)->f_mode = access == O_RDONLY ? FMODE_READ
			 : access == O_WRONLY ? FMODE_WRITE
					      : FMODE_READ | FMODE_WRITE;
	return 0;
}
