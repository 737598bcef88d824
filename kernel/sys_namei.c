/*
 * kernel/sys_namei.c - system calls on names, attributes and whole file systems: from registers to
 * kernel/dir_ops.h.
 */
#include "kernel/dir_list.h"
#include "kernel/dir_ops.h"
#include "kernel/errno.h"
#include "kernel/fs_struct.h"
#include "kernel/inode.h"
#include "kernel/namei.h"
#include "kernel/open.h"
#include "kernel/string.h"
#include "kernel/timer.h"
#include "kernel/user_path.h"
#include "mm/slab.h"

/* --- paths --------------------------------------------------------------------------------------- */

static long get_base(struct user_path *p, long dirfd)
{
	struct file *file;
	struct inode *inode;
	long error = 0;

	p->base = NULL;
	if (dirfd == AT_FDCWD || p->text[0] == '/')
		return 0;
	file = fd_get((unsigned)dirfd);
	if (!file)
		return -EBADF;
	inode = file_inode(file);
	if (inode && S_ISDIR(inode->i_mode))
		p->base = iget_again(inode);
	else
		error = -ENOTDIR;
	fput(file);
	return error;
}

long get_user_path(struct user_path *p, long dirfd, unsigned long upath)
{
	long error = strncpy_from_user(p->text, upath, sizeof(p->text));

	return error < 0 ? error : get_base(p, dirfd);
}

void put_user_path(struct user_path *p)
{
	iput(p->base);
}

static long dirfd_of(unsigned long arg)
{
	return (int32_t)arg;
}

/* --- making and removing ------------------------------------------------------------------------- */

long sc_openat(const struct syscall_frame *f)
{
	struct user_path p;
	long result = get_user_path(&p, dirfd_of(f->arg[0]), f->arg[1]);

	if (result)
		return result;
	result = do_openat(p.base, p.text, (unsigned)f->arg[2], (unsigned)f->arg[3]);
	put_user_path(&p);
	return result;
}

static long make_common(long dirfd, unsigned long upath, unsigned long mode,
			long (*make)(struct inode *, const char *, unsigned))
{
	struct user_path p;
	long error = get_user_path(&p, dirfd, upath);

	if (error)
		return error;
	error = make(p.base, p.text, (unsigned)mode);
	put_user_path(&p);
	return error;
}

long sc_mkdir(const struct syscall_frame *f)
{
	return make_common(AT_FDCWD, f->arg[0], f->arg[1], do_mkdir);
}

long sc_mkdirat(const struct syscall_frame *f)
{
	return make_common(dirfd_of(f->arg[0]), f->arg[1], f->arg[2], do_mkdir);
}

long sc_mknod(const struct syscall_frame *f)
{
	return make_common(AT_FDCWD, f->arg[0], f->arg[1], do_mknod);
}

static long remove_common(long dirfd, unsigned long upath,
			  long (*take_away)(struct inode *, const char *))
{
	struct user_path p;
	long error = get_user_path(&p, dirfd, upath);

	if (error)
		return error;
	error = take_away(p.base, p.text);
	put_user_path(&p);
	return error;
}

long sc_unlink(const struct syscall_frame *f)
{
	return remove_common(AT_FDCWD, f->arg[0], do_unlink);
}

long sc_rmdir(const struct syscall_frame *f)
{
	return remove_common(AT_FDCWD, f->arg[0], do_rmdir);
}

long sc_unlinkat(const struct syscall_frame *f)
{
	if (f->arg[2] & ~AT_REMOVEDIR)
		return -EINVAL;
	return remove_common(dirfd_of(f->arg[0]), f->arg[1],
			     f->arg[2] & AT_REMOVEDIR ? do_rmdir : do_unlink);
}

/* --- two paths ----------------------------------------------------------------------------------- */

/* Two paths are too much for a kernel stack. */
struct two_paths {
	struct user_path old, new;
};

static struct two_paths *get_two_paths(long old_fd, unsigned long uold, long new_fd,
				       unsigned long unew, long *error)
{
	struct two_paths *p = kmalloc(sizeof(*p), GFP_KERNEL);

	if (!p) {
		*error = -ENOMEM;
		return NULL;
	}
	*error = get_user_path(&p->old, old_fd, uold);
	if (!*error) {
		*error = get_user_path(&p->new, new_fd, unew);
		if (!*error)
			return p;
		put_user_path(&p->old);
	}
	kfree(p);
	return NULL;
}

static void put_two_paths(struct two_paths *p)
{
	put_user_path(&p->old);
	put_user_path(&p->new);
	kfree(p);
}

static long rename_common(long old_fd, unsigned long uold, long new_fd, unsigned long unew)
{
	long error;
	struct two_paths *p = get_two_paths(old_fd, uold, new_fd, unew, &error);

	if (!p)
		return error;
	error = do_rename(p->old.base, p->old.text, p->new.base, p->new.text);
	put_two_paths(p);
	return error;
}

long sc_rename(const struct syscall_frame *f)
{
	return rename_common(AT_FDCWD, f->arg[0], AT_FDCWD, f->arg[1]);
}

long sc_renameat(const struct syscall_frame *f)
{
	return rename_common(dirfd_of(f->arg[0]), f->arg[1], dirfd_of(f->arg[2]), f->arg[3]);
}

static long link_common(long old_fd, unsigned long uold, long new_fd, unsigned long unew,
			bool follow)
{
	long error;
	struct two_paths *p = get_two_paths(old_fd, uold, new_fd, unew, &error);

	if (!p)
		return error;
	error = do_link(p->old.base, p->old.text, follow, p->new.base, p->new.text);
	put_two_paths(p);
	return error;
}

long sc_link(const struct syscall_frame *f)
{
	return link_common(AT_FDCWD, f->arg[0], AT_FDCWD, f->arg[1], false);
}

long sc_linkat(const struct syscall_frame *f)
{
	if (f->arg[4] & ~AT_SYMLINK_FOLLOW)
		return -EINVAL;
	return link_common(dirfd_of(f->arg[0]), f->arg[1], dirfd_of(f->arg[2]), f->arg[3],
			   f->arg[4] & AT_SYMLINK_FOLLOW);
}

static long symlink_common(unsigned long utext, long dirfd, unsigned long upath)
{
	long error;
	struct two_paths *p = get_two_paths(AT_FDCWD, utext, dirfd, upath, &error);

	if (!p)
		return error;
	error = do_symlink(p->old.text, p->new.base, p->new.text);
	put_two_paths(p);
	return error;
}

long sc_symlink(const struct syscall_frame *f)
{
	return symlink_common(f->arg[0], AT_FDCWD, f->arg[1]);
}

long sc_symlinkat(const struct syscall_frame *f)
{
	return symlink_common(f->arg[0], dirfd_of(f->arg[1]), f->arg[2]);
}

/* --- the current directory ----------------------------------------------------------------------- */

long sc_chdir(const struct syscall_frame *f)
{
	char path[PATH_MAX];
	long error = strncpy_from_user(path, f->arg[0], sizeof(path));

	return error < 0 ? error : do_chdir(path);
}

long sc_fchdir(const struct syscall_frame *f)
{
	struct file *file = fd_get((unsigned)f->arg[0]);
	struct inode *inode;
	long error;

	if (!file)
		return -EBADF;
	inode = file_inode(file);
	error = inode ? do_fchdir(inode) : -ENOTDIR;
	fput(file);
	return error;
}

long sc_getcwd(const struct syscall_frame *f)
{
	char buf[PATH_MAX];
	long n = do_getcwd(buf, (unsigned)min(f->arg[1], sizeof(buf)));

	if (n < 0)
		return n;
	return copy_to_user(f->arg[0], buf, (size_t)n) ? -EFAULT : n;
}

long sc_umask(const struct syscall_frame *f)
{
	return (long)fs_set_umask((unsigned)f->arg[0]);
}

long sc_getdents(const struct syscall_frame *f)
{
	return do_getdents((unsigned)f->arg[0], f->arg[1], f->arg[2], false);
}

long sc_getdents64(const struct syscall_frame *f)
{
	return do_getdents((unsigned)f->arg[0], f->arg[1], f->arg[2], true);
}
