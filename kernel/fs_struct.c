/*
 * kernel/fs_struct.c - current directory and umask. See kernel/fs_struct.h.
 *
 * A kernel task has none: for it the root is the current directory.
 */
#include "kernel/fs_struct.h"

#include "kernel/inode.h"
#include "kernel/task.h"
#include "mm/slab.h"

#define DEFAULT_UMASK 022

struct fs_struct *fs_create(void)
{
	struct fs_struct *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	fs->count = 1;
	spin_lock_init(&fs->lock, LC_FS, "fs");
	fs->umask = DEFAULT_UMASK;
	return fs;
}

struct fs_struct *fs_get(struct fs_struct *fs)
{
	__atomic_fetch_add(&fs->count, 1, __ATOMIC_ACQ_REL);
	return fs;
}

struct fs_struct *fs_copy(struct fs_struct *fs)
{
	struct fs_struct *copy = fs_create();

	if (!copy)
		return NULL;
	spin_lock(&fs->lock);
	copy->cwd = fs->cwd ? iget_again(fs->cwd) : NULL;
	copy->umask = fs->umask;
	spin_unlock(&fs->lock);
	return copy;
}

void fs_put(struct fs_struct *fs)
{
	if (!fs || __atomic_sub_fetch(&fs->count, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	iput(fs->cwd);
	kfree(fs);
}

struct inode *fs_cwd(void)
{
	struct fs_struct *fs = current->fs;
	struct inode *dir = NULL;

	if (fs) {
		spin_lock(&fs->lock);
		if (fs->cwd)
			dir = iget_again(fs->cwd);
		spin_unlock(&fs->lock);
	}
	if (!dir && root_inode)
		dir = iget_again(root_inode);
	return dir;
}

void fs_set_cwd(struct inode *dir)
{
	struct fs_struct *fs = current->fs;
	struct inode *old;

	if (!fs) {
		iput(dir);
		return;
	}
	spin_lock(&fs->lock);
	old = fs->cwd;
	fs->cwd = dir;
	spin_unlock(&fs->lock);
	iput(old);
}

unsigned fs_umask(void)
{
	return current->fs ? current->fs->umask : DEFAULT_UMASK;
}

unsigned fs_set_umask(unsigned mask)
{
	struct fs_struct *fs = current->fs;
	unsigned old;

	if (!fs)
		return DEFAULT_UMASK;
	spin_lock(&fs->lock);
	old = fs->umask;
	fs->umask = mask & 0777;
	spin_unlock(&fs->lock);
	return old;
}
