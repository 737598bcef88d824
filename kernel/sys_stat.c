/*
 * kernel/sys_stat.c - system calls that tell what a file is, without reading it; and statfs.
 *
 * Files of the root file system are what their inode says. A device is a character or block device,
 * a generated file of /proc a regular file of length 0, a pipe or what else is open without a name a
 * FIFO or character device.
 */
#include "kernel/devices.h"
#include "kernel/errno.h"
#include "kernel/inode.h"
#include "kernel/namei.h"
#include "kernel/open.h"
#include "kernel/procfiles.h"
#include "kernel/servers/block.h"
#include "kernel/string.h"
#include "kernel/user_path.h"

#define S_IFBLK	 0060000
#define ROOT_DEV (3u << 8 | 2u) /* hda2, as Linux numbers it */

struct file_kind {
	uint32_t mode, ino, nlink, uid, gid, rdev, blocks, atime, mtime, ctime;
	uint64_t size;
};

static void inode_kind(const struct inode *inode, struct file_kind *k)
{
	*k = (struct file_kind){
		.mode = inode->i_mode, .ino = inode->i_ino, .nlink = inode->i_nlink,
		.uid = inode->i_uid, .gid = inode->i_gid, .blocks = inode->i_blocks,
		.atime = inode->i_atime, .mtime = inode->i_mtime, .ctime = inode->i_ctime,
		.size = inode->i_size,
	};
}

static int device_kind(const char *name, struct file_kind *k)
{
	const struct block_dev *dev = block_find(name);
	unsigned n;

	*k = (struct file_kind){ .nlink = 1 };
	if (dev) {
		k->mode = S_IFBLK | 0660;
		k->rdev = block_devno(dev);
		k->ino = k->rdev;
		return 0;
	}
	for (n = 0; device_nth(n) && strcmp(device_nth(n), name); n++)
		;
	k->mode = S_IFCHR | 0666;
	k->ino = n + 1;
	k->rdev = 10u << 8 | n;
	return device_nth(n) ? 0 : -ENOENT;
}

static int proc_kind(const char *name, struct file_kind *k)
{
	unsigned n;

	for (n = 0; procfile_nth(n) && strcmp(procfile_nth(n), name); n++)
		;
	*k = (struct file_kind){ .mode = S_IFREG | 0444, .ino = n + 1, .nlink = 1 };
	return procfile_nth(n) ? 0 : -ENOENT;
}

static int path_kind(const struct path *p, struct file_kind *k)
{
	switch (p->kind) {
	case PATH_DEVICE:
		return device_kind(p->name, k);
	case PATH_PROC:
		return proc_kind(p->name, k);
	default:
		inode_kind(p->inode, k);
		return 0;
	}
}

static int open_kind(const struct file *file, struct file_kind *k)
{
	const struct inode *inode = file_inode(file);

	if (inode)
		inode_kind(inode, k);
	else if (!file->name || (device_kind(file->name, k) && proc_kind(file->name, k)))
		*k = (struct file_kind){ .mode = S_IFIFO | 0600, .ino = 1, .nlink = 1 };
	return 0;
}

/* struct stat of Linux/i386 (calls 106-108): 64 bytes. */
struct user_stat {
	uint32_t dev, ino;
	uint16_t mode, nlink, uid, gid;
	uint32_t rdev, size, blksize, blocks;
	uint32_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns, unused[2];
};
_Static_assert(sizeof(struct user_stat) == 64, "struct stat of Linux/i386");

/* struct stat64 of Linux/i386 (calls 195-197): 96 bytes, 64-bit fields at 4-byte boundaries. */
struct user_stat64 {
	uint32_t dev[2], pad0, ino32, mode, nlink, uid, gid, rdev[2], pad1;
	uint32_t size[2], blksize, blocks[2];
	uint32_t atime, atime_ns, mtime, mtime_ns, ctime, ctime_ns, ino[2];
};
_Static_assert(sizeof(struct user_stat64) == 96, "struct stat64 of Linux/i386");

typedef long fill(const struct file_kind *k, unsigned long ubuf);

static long fill_stat(const struct file_kind *k, unsigned long ubuf)
{
	struct user_stat st = {
		.dev = ROOT_DEV, .ino = k->ino, .mode = (uint16_t)k->mode,
		.nlink = (uint16_t)k->nlink, .uid = (uint16_t)k->uid, .gid = (uint16_t)k->gid,
		.rdev = k->rdev, .size = (uint32_t)k->size, .blksize = PAGE_SIZE,
		.blocks = k->blocks, .atime = k->atime, .mtime = k->mtime, .ctime = k->ctime,
	};

	if (k->size > 0x7fffffff)
		return -EOVERFLOW;
	return copy_to_user(ubuf, &st, sizeof(st));
}

static long fill_stat64(const struct file_kind *k, unsigned long ubuf)
{
	struct user_stat64 st = {
		.dev = { ROOT_DEV, 0 }, .ino32 = k->ino, .ino = { k->ino, 0 }, .mode = k->mode,
		.nlink = k->nlink, .uid = k->uid, .gid = k->gid, .rdev = { k->rdev, 0 },
		.size = { (uint32_t)k->size, (uint32_t)(k->size >> 32) }, .blksize = PAGE_SIZE,
		.blocks = { k->blocks, 0 },
		.atime = k->atime, .mtime = k->mtime, .ctime = k->ctime,
	};

	return copy_to_user(ubuf, &st, sizeof(st));
}

static long stat_path(long dirfd, unsigned long upath, bool follow, unsigned long ubuf, fill *out)
{
	struct user_path p;
	struct file_kind k;
	struct path found;
	long error = get_user_path(&p, dirfd, upath);

	if (error)
		return error;
	error = path_lookup(p.base, p.text, follow, &found);
	if (!error) {
		error = path_kind(&found, &k);
		path_put(&found);
	}
	put_user_path(&p);
	return error ? error : out(&k, ubuf);
}

static long stat_fd(unsigned long fd, unsigned long ubuf, fill *out)
{
	struct file *file = fd_get((unsigned)fd);
	struct file_kind k;

	if (!file)
		return -EBADF;
	open_kind(file, &k);
	fput(file);
	return out(&k, ubuf);
}

long sc_stat(const struct syscall_frame *f)
{
	return stat_path(AT_FDCWD, f->arg[0], true, f->arg[1], fill_stat);
}

long sc_lstat(const struct syscall_frame *f)
{
	return stat_path(AT_FDCWD, f->arg[0], false, f->arg[1], fill_stat);
}

long sc_fstat(const struct syscall_frame *f)
{
	return stat_fd(f->arg[0], f->arg[1], fill_stat);
}

long sc_stat64(const struct syscall_frame *f)
{
	return stat_path(AT_FDCWD, f->arg[0], true, f->arg[1], fill_stat64);
}

long sc_lstat64(const struct syscall_frame *f)
{
	return stat_path(AT_FDCWD, f->arg[0], false, f->arg[1], fill_stat64);
}

long sc_fstat64(const struct syscall_frame *f)
{
	return stat_fd(f->arg[0], f->arg[1], fill_stat64);
}

/* With AT_EMPTY_PATH and an empty path: the file behind the descriptor. */
long sc_fstatat64(const struct syscall_frame *f)
{
	char first;

	if (f->arg[3] & AT_EMPTY_PATH) {
		if (copy_from_user(&first, f->arg[1], 1))
			return -EFAULT;
		if (!first)
			return stat_fd(f->arg[0], f->arg[2], fill_stat64);
	}
	return stat_path((int32_t)f->arg[0], f->arg[1], !(f->arg[3] & AT_SYMLINK_NOFOLLOW),
			 f->arg[2], fill_stat64);
}

#define W_OK 2ul
#define X_OK 1ul

/* Everybody is root: what is there may be read and written, but for a read-only file system and
 * files that are no program. */
static long access_common(long dirfd, unsigned long upath, unsigned long mode)
{
	struct user_path p;
	struct file_kind k;
	struct path found;
	long error;

	if (mode & ~7ul)
		return -EINVAL;
	error = get_user_path(&p, dirfd, upath);
	if (error)
		return error;
	error = path_lookup(p.base, p.text, true, &found);
	if (!error) {
		error = path_kind(&found, &k);
		if (!error && (mode & W_OK) && found.kind == PATH_INODE && root_mount.read_only)
			error = -EROFS;
		if (!error && (mode & X_OK) && !S_ISDIR(k.mode) && !(k.mode & 0111))
			error = -EACCES;
		path_put(&found);
	}
	put_user_path(&p);
	return error;
}

long sc_access(const struct syscall_frame *f)
{
	return access_common(AT_FDCWD, f->arg[0], f->arg[1]);
}

long sc_faccessat(const struct syscall_frame *f)
{
	return access_common((int32_t)f->arg[0], f->arg[1], f->arg[2]);
}

/* --- readlink ------------------------------------------------------------------------------------ */

static long readlink_common(long dirfd, unsigned long upath, unsigned long ubuf, size_t size)
{
	struct ext2_request req = { .op = EXT2_OP_READLINK };
	struct inode *inode = NULL;
	struct user_path p;
	long n;

	if (!size || size > 0x7fffffff)
		return -EINVAL;
	n = get_user_path(&p, dirfd, upath);
	if (n)
		return n;
	n = path_inode(p.base, p.text, false, &inode);
	if (n == -EPERM)
		n = -EINVAL; /* a device */
	put_user_path(&p);
	if (!n) {
		req.ino = inode->i_ino;
		req.buf = p.text; /* it has served */
		req.size = (unsigned)min(size, sizeof(p.text));
		n = ext2_call(&root_mount, &req);
	}
	iput(inode);
	if (n > 0 && copy_to_user(ubuf, p.text, (size_t)n))
		return -EFAULT;
	return n;
}

long sc_readlink(const struct syscall_frame *f)
{
	return readlink_common(AT_FDCWD, f->arg[0], f->arg[1], f->arg[2]);
}

long sc_readlinkat(const struct syscall_frame *f)
{
	return readlink_common((int32_t)f->arg[0], f->arg[1], f->arg[2], f->arg[3]);
}

/* --- statfs -------------------------------------------------------------------------------------- */

#define EXT2_SUPER_MAGIC 0xEF53u

/* struct statfs of Linux/i386. */
struct user_statfs {
	uint32_t type, bsize, blocks, bfree, bavail, files, ffree, fsid[2], namelen, frsize, spare[5];
};
_Static_assert(sizeof(struct user_statfs) == 64, "struct statfs of Linux/i386");

/* struct statfs64: counts of 64 bits, written as two words. */
struct user_statfs64 {
	uint32_t type, bsize, blocks[2], bfree[2], bavail[2], files[2], ffree[2], fsid[2], namelen,
		frsize, spare[5];
};
_Static_assert(sizeof(struct user_statfs64) == 84, "struct statfs64 of Linux/i386");

static long statfs_out(unsigned long ubuf, bool wide)
{
	struct ext2_request req = { .op = EXT2_OP_STATFS };
	const struct ext2_statfs *s = &req.statfs;
	long error = root_inode ? ext2_call(&root_mount, &req) : -ENOSYS;

	if (error)
		return error;
	if (wide) {
		struct user_statfs64 st = {
			.type = EXT2_SUPER_MAGIC, .bsize = s->block_size, .blocks = { s->blocks, 0 },
			.bfree = { s->free_blocks, 0 }, .bavail = { s->available_blocks, 0 },
			.files = { s->inodes, 0 }, .ffree = { s->free_inodes, 0 }, .namelen = 255,
			.frsize = s->block_size,
		};

		return copy_to_user(ubuf, &st, sizeof(st));
	}
	struct user_statfs st = {
		.type = EXT2_SUPER_MAGIC, .bsize = s->block_size, .blocks = s->blocks,
		.bfree = s->free_blocks, .bavail = s->available_blocks, .files = s->inodes,
		.ffree = s->free_inodes, .namelen = 255, .frsize = s->block_size,
	};

	return copy_to_user(ubuf, &st, sizeof(st));
}

static long statfs_path(unsigned long upath, unsigned long ubuf, bool wide)
{
	char path[PATH_MAX];
	struct path p;
	long error = strncpy_from_user(path, upath, sizeof(path));

	if (error < 0)
		return error;
	error = path_lookup(NULL, path, true, &p);
	if (error)
		return error;
	path_put(&p);
	return statfs_out(ubuf, wide);
}

static long statfs_fd(unsigned long fd, unsigned long ubuf, bool wide)
{
	struct file *file = fd_get((unsigned)fd);

	if (!file)
		return -EBADF;
	fput(file);
	return statfs_out(ubuf, wide);
}

long sc_statfs(const struct syscall_frame *f)
{
	return statfs_path(f->arg[0], f->arg[1], false);
}

long sc_fstatfs(const struct syscall_frame *f)
{
	return statfs_fd(f->arg[0], f->arg[1], false);
}

/* The second argument is the size of the structure. */
long sc_statfs64(const struct syscall_frame *f)
{
	if (f->arg[1] != sizeof(struct user_statfs64))
		return -EINVAL;
	return statfs_path(f->arg[0], f->arg[2], true);
}

long sc_fstatfs64(const struct syscall_frame *f)
{
	if (f->arg[1] != sizeof(struct user_statfs64))
		return -EINVAL;
	return statfs_fd(f->arg[0], f->arg[2], true);
}
