/*
 * kernel/servers/ext2_server.c - the ext2 server's task: one request at a time. See the header.
 */
#include "kernel/servers/ext2_server.h"

#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/sched.h"
#include "kernel/servers/block.h"
#include "kernel/timer.h"
#include "mm/page.h"
#include "mm/slab.h"

#define CACHE_PAGES 24 /* 96 KB: bitmaps, inode tables and indirect blocks of the files in use */

/* --- the disk ---------------------------------------------------------------------------------- */

static struct ext2_mount *mount_of(struct ext2_disk *disk)
{
	return container_of(disk, struct ext2_mount, disk);
}

static int read_sectors(struct ext2_disk *disk, uint32_t sector, uint32_t n, void *buf)
{
	return block_read(mount_of(disk)->dev, sector, n, virt_to_phys(buf)) ? -EIO : 0;
}

static int write_sectors(struct ext2_disk *disk, uint32_t sector, uint32_t n, const void *buf)
{
	paddr_t frame = virt_to_phys((void *)(uintptr_t)buf); /* only read */

	return block_write(mount_of(disk)->dev, sector, n, frame) ? -EIO : 0;
}

static void complain(struct ext2_disk *disk, const char *line)
{
	printk("%s: %s\n", mount_of(disk)->dev->name, line);
}

static uint32_t now(struct ext2_disk *disk)
{
	(void)disk;
	return wall_clock();
}

/* --- requests ---------------------------------------------------------------------------------- */

static long serve_name(struct ext2_fs *fs, struct ext2_request *r)
{
	switch (r->op) {
	case EXT2_OP_LOOKUP:
		return ext2_lookup(fs, r->ino, r->name, r->len, &r->attr);
	case EXT2_OP_CREATE:
		return ext2_create(fs, r->ino, r->name, r->len, r->attr.mode, r->attr.uid,
				   r->attr.gid, &r->attr);
	case EXT2_OP_SYMLINK:
		return ext2_symlink(fs, r->ino, r->name, r->len, r->buf, r->size, &r->attr);
	case EXT2_OP_READLINK:
		return ext2_readlink(fs, r->ino, r->buf, r->size);
	case EXT2_OP_LINK:
		return ext2_link(fs, r->ino2, r->ino, r->name, r->len);
	case EXT2_OP_UNLINK:
		return ext2_unlink(fs, r->ino, r->name, r->len, &r->attr);
	case EXT2_OP_RMDIR:
		return ext2_rmdir(fs, r->ino, r->name, r->len, &r->attr);
	case EXT2_OP_RENAME:
		return ext2_rename(fs, r->ino, r->name, r->len, r->ino2, r->name2, r->len2,
				   &r->attr);
	case EXT2_OP_NAME_OF:
		return ext2_name_of(fs, r->ino, r->ino2, r->buf);
	case EXT2_OP_READDIR:
		return ext2_readdir(fs, r->ino, r->pos, r->buf, r->size);
	default:
		return -ENOSYS;
	}
}

static long serve(struct ext2_fs *fs, struct ext2_request *r)
{
	switch (r->op) {
	case EXT2_OP_GETATTR:
		return ext2_getattr(fs, r->ino, &r->attr);
	case EXT2_OP_SETATTR:
		return ext2_setattr(fs, &r->attr);
	case EXT2_OP_MAP:
		return ext2_map(fs, r->ino, r->index, r->count, r->fill, &r->extent, &r->sectors);
	case EXT2_OP_TRUNCATE:
		return ext2_truncate(fs, r->ino, r->pos, &r->sectors);
	case EXT2_OP_DELETE:
		return ext2_delete(fs, r->ino);
	case EXT2_OP_SYNC:
		return ext2_sync(fs);
	case EXT2_OP_UNMOUNT:
		return ext2_unmount(fs);
	case EXT2_OP_STATFS:
		return ext2_statfs(fs, &r->statfs);
	default:
		return serve_name(fs, r);
	}
}

/* The directories changed with their names: their users' copies follow. */
static void tell_directories(struct ext2_fs *fs, struct ext2_request *r)
{
	switch (r->op) {
	case EXT2_OP_RENAME:
		ext2_getattr(fs, r->ino2, &r->dir2_attr);
		/* fall through */
	case EXT2_OP_CREATE:
	case EXT2_OP_SYMLINK:
	case EXT2_OP_LINK:
	case EXT2_OP_UNLINK:
	case EXT2_OP_RMDIR:
		ext2_getattr(fs, r->ino, &r->dir_attr);
		break;
	default:
		break;
	}
}

static void server_main(void *arg)
{
	struct ext2_mount *m = arg;

	port_serve(&m->port);
	for (;;) {
		struct message *msg = port_receive(&m->port);
		struct ext2_request *r = container_of(msg, struct ext2_request, msg);
		long result = serve(m->fs, r);

		if (!result)
			tell_directories(m->fs, r);
		BUG_ON(ext2_pinned(m->fs)); /* between requests no buffer is in use */
		message_reply(msg, result);
	}
}

long ext2_call(struct ext2_mount *m, struct ext2_request *req)
{
	return port_call(&m->port, &req->msg);
}

/* --- mounting ---------------------------------------------------------------------------------- */

static void free_cache(void **pages)
{
	unsigned i;

	for (i = 0; i < CACHE_PAGES; i++)
		free_pages(pages[i], 0);
}

static int mount_with(struct ext2_mount *m, void **pages, bool read_only)
{
	unsigned i;
	int error;

	for (i = 0; i < CACHE_PAGES; i++) {
		pages[i] = get_free_pages(GFP_KERNEL, 0);
		if (!pages[i])
			return -ENOMEM;
	}
	m->fs = kmalloc(ext2_fs_size(), GFP_KERNEL);
	if (!m->fs)
		return -ENOMEM;
	error = ext2_mount(m->fs, &m->disk, pages, CACHE_PAGES, read_only);
	if (error)
		kfree(m->fs);
	return error;
}

int ext2_start(struct ext2_mount *m, const struct block_dev *dev, bool read_only)
{
	void *pages[CACHE_PAGES] = { NULL };
	struct task_struct *server;
	int error;

	m->dev = dev;
	m->disk = (struct ext2_disk){
		.nsectors = dev->nsectors, .read = read_sectors, .write = write_sectors,
		.complain = complain, .now = now,
	};
	error = mount_with(m, pages, read_only);
	if (error) {
		free_cache(pages);
		return error;
	}
	m->block_size = ext2_block_size(m->fs);
	m->block_bits = (uint32_t)__builtin_ctz(m->block_size);
	m->read_only = ext2_is_read_only(m->fs);
	port_init(&m->port, "ext2");
	server = kthread_create(server_main, m, "ext2");
	if (!server)
		panic("no memory for the ext2 server");
	wake_up_process(server);
	return 0;
}
