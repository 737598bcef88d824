/*
 * kernel/files.c - descriptor tables, paths, and the bodies of the file system calls.
 *
 * files->lock is a leaf: references are taken under it and dropped after it, since the last fput()
 * may sleep.
 */
#include "kernel/files.h"

#include "kernel/errno.h"
#include "kernel/open.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/uaccess.h"
#include "mm/slab.h"

/* --- tables ---------------------------------------------------------------------------------- */

struct files_struct *files_create(void)
{
	struct files_struct *files = kzalloc(sizeof(*files), GFP_KERNEL);

	if (!files)
		return NULL;
	files->count = 1;
	spin_lock_init(&files->lock, LC_MISC, "files");
	return files;
}

struct files_struct *files_get(struct files_struct *files)
{
	__atomic_fetch_add(&files->count, 1, __ATOMIC_ACQ_REL);
	return files;
}

struct files_struct *files_copy(struct files_struct *files)
{
	struct files_struct *copy = files_create();
	unsigned i;

	if (!copy)
		return NULL;
	spin_lock(&files->lock);
	for (i = 0; i < NR_OPEN; i++)
		if (files->fd[i])
			copy->fd[i] = get_file(files->fd[i]);
	memcpy(copy->close_on_exec, files->close_on_exec, sizeof(copy->close_on_exec));
	spin_unlock(&files->lock);
	return copy;
}

void files_put(struct files_struct *files)
{
	unsigned i;

	if (__atomic_sub_fetch(&files->count, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	for (i = 0; i < NR_OPEN; i++)
		if (files->fd[i])
			fput(files->fd[i]);
	kfree(files);
}

static bool is_cloexec(const struct files_struct *files, unsigned fd)
{
	return files->close_on_exec[fd / 32] >> (fd % 32) & 1;
}

static void set_cloexec(struct files_struct *files, unsigned fd, bool on)
{
	uint32_t bit = (uint32_t)1 << (fd % 32);

	if (on)
		files->close_on_exec[fd / 32] |= bit;
	else
		files->close_on_exec[fd / 32] &= ~bit;
}

/* Empty slot @fd; the file that was there, its reference now the caller's. files->lock held. */
static struct file *take_out(struct files_struct *files, unsigned fd)
{
	struct file *file = files->fd[fd];

	files->fd[fd] = NULL;
	set_cloexec(files, fd, false);
	return file;
}

void files_close_on_exec(struct files_struct *files)
{
	unsigned i;

	for (i = 0; i < NR_OPEN; i++) {
		struct file *file = NULL;

		spin_lock(&files->lock);
		if (is_cloexec(files, i))
			file = take_out(files, i);
		spin_unlock(&files->lock);
		if (file)
			fput(file);
	}
}

struct file *fd_get(unsigned fd)
{
	struct files_struct *files = current->files;
	struct file *file;

	if (!files || fd >= NR_OPEN)
		return NULL;
	spin_lock(&files->lock);
	file = files->fd[fd];
	if (file)
		get_file(file);
	spin_unlock(&files->lock);
	return file;
}

/* Descriptors the current task may have: RLIMIT_NOFILE, never more than a table holds. */
static unsigned open_limit(void)
{
	return min(current->rlim[RLIMIT_NOFILE].cur, (uint32_t)NR_OPEN);
}

int fd_install(struct file *file, unsigned from, bool cloexec)
{
	struct files_struct *files = current->files;
	unsigned fd, limit = open_limit();

	if (from >= limit)
		return from >= NR_OPEN ? -EINVAL : -EMFILE;
	spin_lock(&files->lock);
	for (fd = from; fd < limit && files->fd[fd]; fd++)
		;
	if (fd < limit) {
		files->fd[fd] = file;
		set_cloexec(files, fd, cloexec);
	}
	spin_unlock(&files->lock);
	return fd < limit ? (int)fd : -EMFILE;
}

/* --- opening --------------------------------------------------------------------------------- */

int file_open(const char *path, unsigned flags, struct file **out)
{
	return file_open_at(NULL, path, flags, 0666, out);
}

long file_read_kernel(struct file *file, void *buf, size_t n, uint64_t pos)
{
	struct inode *inode = file_inode(file);

	if (!inode || !S_ISREG(inode->i_mode))
		return -EINVAL;
	return filemap_read_kernel(file, buf, n, pos);
}

int64_t file_size(struct file *file)
{
	return file->f_op->size ? file->f_op->size(file) : -ESPIPE;
}

long do_open(const char *path, unsigned flags)
{
	return do_openat(NULL, path, flags, 0666);
}

long do_openat(struct inode *base, const char *path, unsigned flags, unsigned mode)
{
	struct file *file;
	int fd, error = file_open_at(base, path, flags, mode, &file);

	if (error)
		return error;
	fd = fd_install(file, 0, flags & O_CLOEXEC);
	if (fd < 0)
		fput(file);
	return fd;
}

long do_close(unsigned fd)
{
	struct files_struct *files = current->files;
	struct file *file;

	if (fd >= NR_OPEN)
		return -EBADF;
	spin_lock(&files->lock);
	file = take_out(files, fd);
	spin_unlock(&files->lock);
	if (!file)
		return -EBADF;
	fput(file);
	return 0;
}

/* --- reading and writing --------------------------------------------------------------------- */

/* Linux never moves more than this in one call; also keeps the result positive. */
#define MAX_IO ((size_t)0x7ffff000)

typedef long file_io(struct file *file, unsigned long ubuf, size_t count, uint64_t *pos);

/* Who shares an open file shares its position: two calls at once follow each other, so that neither
 * overwrites what the other wrote. (In 1999 they raced; Linux locks since 3.14.) */
static bool has_position(const struct file *file)
{
	return file->f_op->size || file->f_op->readdir;
}

static long moved_io(struct file *file, file_io *io, unsigned long ubuf, size_t count)
{
	uint64_t pos;
	long n;

	if (!has_position(file)) {
		pos = 0;
		return io(file, ubuf, count, &pos);
	}
	down(&file->f_pos_sem);
	pos = file->f_pos;
	n = io(file, ubuf, count, &pos);
	if (n > 0)
		file->f_pos = pos;
	up(&file->f_pos_sem);
	return n;
}

/* At *@at, leaving the file's position alone. */
static long placed_io(struct file *file, file_io *io, unsigned long ubuf, size_t count, const int64_t *at)
{
	uint64_t pos = (uint64_t)*at;

	if (*at < 0)
		return -EINVAL;
	return file->f_op->size ? io(file, ubuf, count, &pos) : -ESPIPE;
}

/* @at: where, or NULL = where the file stands. */
static long checked_io(struct file *file, unsigned mode, file_io *io, unsigned long ubuf,
		       size_t count, const int64_t *at)
{
	if (!(file->f_mode & mode))
		return -EBADF;
	if (!io)
		return -EINVAL;
	count = min(count, MAX_IO);
	if (!access_ok(ubuf, count))
		return -EFAULT;
	if (count == 0)
		return 0;
	return at ? placed_io(file, io, ubuf, count, at) : moved_io(file, io, ubuf, count);
}

static long read_at(unsigned fd, unsigned long ubuf, size_t count, const int64_t *at)
{
	struct file *file = fd_get(fd);
	long n;

	if (!file)
		return -EBADF;
	n = checked_io(file, FMODE_READ, file->f_op->read, ubuf, count, at);
	fput(file);
	return n;
}

static long write_at(unsigned fd, unsigned long ubuf, size_t count, const int64_t *at)
{
	struct file *file = fd_get(fd);
	long n;

	if (!file)
		return -EBADF;
	n = checked_io(file, FMODE_WRITE, file->f_op->write, ubuf, count, at);
	fput(file);
	return n;
}

long do_read(unsigned fd, unsigned long ubuf, size_t count)
{
	return read_at(fd, ubuf, count, NULL);
}

long do_write(unsigned fd, unsigned long ubuf, size_t count)
{
	return write_at(fd, ubuf, count, NULL);
}

long do_pread(unsigned fd, unsigned long ubuf, size_t count, int64_t pos)
{
	return read_at(fd, ubuf, count, &pos);
}

long do_pwrite(unsigned fd, unsigned long ubuf, size_t count, int64_t pos)
{
	return write_at(fd, ubuf, count, &pos);
}

static long seek(struct file *file, int64_t offset, int whence, uint64_t *result)
{
	int64_t size = file_size(file), base;

	if (size < 0)
		return (long)size;
	switch (whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = (int64_t)file->f_pos;
		break;
	case SEEK_END:
		base = size;
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(base, offset, &base) || base < 0)
		return -EINVAL;
	*result = file->f_pos = (uint64_t)base;
	return 0;
}

long do_llseek(unsigned fd, int64_t offset, int whence, uint64_t *result)
{
	struct file *file = fd_get(fd);
	long error;

	if (!file)
		return -EBADF;
	down(&file->f_pos_sem);
	error = seek(file, offset, whence, result);
	up(&file->f_pos_sem);
	fput(file);
	return error;
}

long do_ioctl(unsigned fd, unsigned cmd, unsigned long arg)
{
	struct file *file = fd_get(fd);
	long result;

	if (!file)
		return -EBADF;
	result = file->f_op->ioctl ? file->f_op->ioctl(file, cmd, arg) : -ENOTTY;
	fput(file);
	return result;
}

/* --- descriptors ----------------------------------------------------------------------------- */

static long dup_from(unsigned fd, unsigned from, bool cloexec)
{
	struct file *file = fd_get(fd);
	int newfd;

	if (!file)
		return -EBADF;
	newfd = fd_install(file, from, cloexec);
	if (newfd < 0)
		fput(file);
	return newfd;
}

long do_dup(unsigned fd, unsigned from)
{
	return dup_from(fd, from, false);
}

long do_dup2(unsigned fd, unsigned newfd)
{
	struct files_struct *files = current->files;
	struct file *file, *old;

	if (newfd >= open_limit())
		return -EBADF;
	file = fd_get(fd);
	if (!file)
		return -EBADF;
	if (fd == newfd) {
		fput(file);
		return (long)newfd;
	}
	spin_lock(&files->lock);
	old = take_out(files, newfd);
	files->fd[newfd] = file;
	spin_unlock(&files->lock);
	if (old)
		fput(old);
	return (long)newfd;
}

#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_DUPFD_CLOEXEC 1030

static long cloexec_flag(unsigned fd, bool set, bool value)
{
	struct files_struct *files = current->files;
	long result = -EBADF;

	spin_lock(&files->lock);
	if (files->fd[fd]) {
		result = set ? 0 : is_cloexec(files, fd) ? FD_CLOEXEC : 0;
		if (set)
			set_cloexec(files, fd, value);
	}
	spin_unlock(&files->lock);
	return result;
}

static long status_flags(unsigned fd, bool set, unsigned long value)
{
	struct file *file = fd_get(fd);
	unsigned changeable = O_APPEND | O_NONBLOCK;
	long result;

	if (!file)
		return -EBADF;
	result = set ? 0 : (long)file->f_flags;
	if (set)
		file->f_flags = (file->f_flags & ~changeable) | ((unsigned)value & changeable);
	fput(file);
	return result;
}

long do_fcntl(unsigned fd, unsigned cmd, unsigned long arg)
{
	if (fd >= NR_OPEN)
		return -EBADF;
	switch (cmd) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (arg >= NR_OPEN)
			return -EINVAL;
		return dup_from(fd, (unsigned)arg, cmd == F_DUPFD_CLOEXEC);
	case F_GETFD:
	case F_SETFD:
		return cloexec_flag(fd, cmd == F_SETFD, arg & FD_CLOEXEC);
	case F_GETFL:
	case F_SETFL:
		return status_flags(fd, cmd == F_SETFL, arg);
	}
	return -EINVAL;
}
