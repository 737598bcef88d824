/*
 * kernel/inode.c - the inode cache: iget, iput, and the end of the root file system. See
 * kernel/inode.h.
 *
 * inode_lock is a leaf: nothing sleeps under it and no other lock is taken.
 */
#include "kernel/inode.h"

#include "kernel/errno.h"
#include "kernel/namecache.h"
#include "kernel/printk.h"
#include "kernel/servers/block.h"
#include "kernel/servers/ext2_format.h"
#include "kernel/string.h"
#include "mm/slab.h"

#define HASH_SIZE 64u
#define NR_UNUSED 128u

DECLARE_MUTEX(namespace_sem, LC_NAMESPACE);
struct ext2_mount root_mount;
struct inode *root_inode;
uint32_t dev_ino, proc_ino;

static struct spinlock inode_lock = SPINLOCK_INIT(LC_MISC, "inodes");
/* protected by inode_lock */
static struct list_head hash[HASH_SIZE];
static struct list_head all = LIST_HEAD_INIT(all), unused = LIST_HEAD_INIT(unused);
static unsigned nr_unused;

static struct kmem_cache *inode_cache;

/* --- finding ----------------------------------------------------------------------------------- */

/* One user more; an unused inode is in use again. inode_lock held. */
static void take(struct inode *inode)
{
	if (inode->i_count++ > 0)
		return;
	list_del(&inode->i_unused);
	nr_unused--;
}

static struct inode *find_locked(uint32_t ino)
{
	struct list_head *pos, *head = &hash[ino % HASH_SIZE];

	list_for_each(pos, head) {
		struct inode *inode = list_entry(pos, struct inode, i_hash);

		if (inode->i_ino == ino) {
			take(inode);
			return inode;
		}
	}
	return NULL;
}

struct inode *inode_find(uint32_t ino)
{
	struct inode *inode;

	if (!inode_cache)
		return NULL;
	spin_lock(&inode_lock);
	inode = find_locked(ino);
	spin_unlock(&inode_lock);
	return inode;
}

struct inode *iget_again(struct inode *inode)
{
	spin_lock(&inode_lock);
	BUG_ON(inode->i_count < 1);
	inode->i_count++;
	spin_unlock(&inode_lock);
	return inode;
}

/* --- making ------------------------------------------------------------------------------------ */

static void copy_attr(struct inode *inode, const struct ext2_attr *a)
{
	inode->i_mode = a->mode;
	inode->i_nlink = a->nlink;
	inode->i_uid = a->uid;
	inode->i_gid = a->gid;
	inode->i_size = a->size;
	inode->i_atime = a->atime;
	inode->i_mtime = a->mtime;
	inode->i_ctime = a->ctime;
	inode->i_blocks = a->sectors;
}

void inode_refresh(struct inode *dir, const struct ext2_attr *attr)
{
	if (attr->ino != dir->i_ino)
		return; /* it could not be read again */
	dir->i_nlink = attr->nlink;
	dir->i_size = attr->size;
	dir->i_mtime = attr->mtime;
	dir->i_ctime = attr->ctime;
	dir->i_blocks = attr->sectors;
}

static struct inode *make(const struct ext2_attr *attr)
{
	struct inode *inode = kmem_cache_zalloc(inode_cache, GFP_KERNEL);

	if (!inode)
		return NULL;
	inode->i_ino = attr->ino;
	inode->i_op = &ext2_inode_ops;
	inode->i_sb = &root_mount;
	inode->i_count = 1;
	sema_init(&inode->i_sem, 1, LC_INODE_SEM, "inode");
	spin_lock_init(&inode->i_map_lock, LC_MISC, "inode map");
	list_init(&inode->i_unused);
	copy_attr(inode, attr);
	address_space_init(&inode->i_data, inode->i_name, &ext2_aops, inode);
	return inode;
}

/* The inode is nobody's and in no list. */
static void destroy(struct inode *inode)
{
	inode_drop_pages(inode);
	kmem_cache_free(inode_cache, inode);
}

/* Out of the cache: nobody finds it any more. inode_lock held, we have the only reference. */
static void unlist(struct inode *inode)
{
	list_del(&inode->i_hash);
	list_del(&inode->i_all);
}

/* Forget the longest unused inode, when there are more than @keep. */
static bool forget_one(unsigned keep)
{
	struct inode *inode = NULL;

	spin_lock(&inode_lock);
	if (nr_unused > keep) {
		inode = list_first(&unused, struct inode, i_unused);
		take(inode);
	}
	spin_unlock(&inode_lock);
	if (!inode)
		return false;
	inode_push(inode);
	spin_lock(&inode_lock);
	if (inode->i_count > 1) { /* somebody wants it after all */
		inode->i_count--;
		spin_unlock(&inode_lock);
		return true;
	}
	unlist(inode);
	spin_unlock(&inode_lock);
	destroy(inode);
	return true;
}

struct inode *iget(const struct ext2_attr *attr)
{
	struct inode *inode = inode_find(attr->ino);

	lock_assert_held(&namespace_sem.info);
	if (inode)
		return inode;
	forget_one(NR_UNUSED);
	inode = make(attr);
	if (!inode)
		return NULL;
	spin_lock(&inode_lock);
	list_add(&inode->i_hash, &hash[attr->ino % HASH_SIZE]);
	list_add_tail(&inode->i_all, &all);
	spin_unlock(&inode_lock);
	return inode;
}

void inodes_forget_unused(void)
{
	down(&namespace_sem);
	while (forget_one(0))
		;
	up(&namespace_sem);
}

unsigned long inodes_unused(void)
{
	return nr_unused;
}

/* --- letting go -------------------------------------------------------------------------------- */

static void delete_inode(struct inode *inode)
{
	struct ext2_request req = { .op = EXT2_OP_DELETE, .ino = inode->i_ino };
	long error;

	inode_drop_pages(inode);
	error = ext2_call(&root_mount, &req);
	if (error && error != -EROFS && error != -ESTALE)
		printk("%s: inode %u cannot be freed: error %ld\n", root_mount.dev->name,
		       inode->i_ino, error);
}

enum last { NOT_LAST, LAST_KEPT, LAST_GONE, WRITEBACK_HAS_IT };

/* Drop one reference, if that is all there is to do. */
static enum last drop(struct inode *inode, bool may_release)
{
	enum last what = NOT_LAST;

	spin_lock(&inode_lock);
	BUG_ON(inode->i_count < 1);
	if (may_release && inode->i_count == 2 && inode->i_nlink == 0) {
		what = WRITEBACK_HAS_IT;
	} else if (--inode->i_count == 0) {
		if (inode->i_nlink == 0) {
			unlist(inode);
			what = LAST_GONE;
		} else {
			list_add_tail(&inode->i_unused, &unused);
			nr_unused++;
			what = LAST_KEPT;
		}
	}
	spin_unlock(&inode_lock);
	return what;
}

void iput(struct inode *inode)
{
	enum last what;

	if (!inode)
		return;
	what = drop(inode, true);
	if (what == WRITEBACK_HAS_IT) {
		/* What is dirty in a file without a name need not go home. */
		if (writeback_release(inode))
			drop(inode, false);
		what = drop(inode, false);
	}
	if (what != LAST_GONE)
		return;
	delete_inode(inode);
	destroy(inode);
}

/* --- telling the server ------------------------------------------------------------------------ */

int inode_push(struct inode *inode)
{
	struct ext2_request req = { .op = EXT2_OP_SETATTR };

	if (!__atomic_exchange_n(&inode->i_dirty, false, __ATOMIC_ACQ_REL))
		return 0;
	req.attr = (struct ext2_attr){
		.ino = inode->i_ino, .mode = inode->i_mode, .uid = inode->i_uid,
		.gid = inode->i_gid, .size = inode->i_size, .atime = inode->i_atime,
		.mtime = inode->i_mtime, .ctime = inode->i_ctime,
	};
	return (int)ext2_call(&root_mount, &req);
}

/* The inode after @prev (with its reference given back) that satisfies @want, with a reference. */
static struct inode *next_inode(struct inode *prev, bool (*want)(const struct inode *))
{
	struct inode *found = NULL;
	struct list_head *pos;

	spin_lock(&inode_lock);
	for (pos = prev ? prev->i_all.next : all.next; pos != &all; pos = pos->next) {
		struct inode *inode = list_entry(pos, struct inode, i_all);

		if (want(inode)) {
			take(inode);
			found = inode;
			break;
		}
	}
	spin_unlock(&inode_lock);
	iput(prev);
	return found;
}

static bool is_dirty(const struct inode *inode)
{
	return inode->i_dirty;
}

static bool has_no_name(const struct inode *inode)
{
	return inode->i_nlink == 0 && inode->i_count > 0;
}

int inodes_push_all(void)
{
	struct inode *inode = NULL;
	int first = 0;

	while ((inode = next_inode(inode, is_dirty))) {
		int error = inode_push(inode);

		if (error && !first)
			first = error;
	}
	return first;
}

/* --- mounting ---------------------------------------------------------------------------------- */

static uint32_t find_special(const char *name)
{
	struct ext2_request req = { .op = EXT2_OP_LOOKUP, .ino = root_inode->i_ino, .name = name,
				    .len = (unsigned)strlen(name) };

	return ext2_call(&root_mount, &req) ? 0 : S_ISDIR(req.attr.mode) ? req.attr.ino : 0;
}

static int get_root(void)
{
	struct ext2_request req = { .op = EXT2_OP_GETATTR, .ino = EXT2_ROOT_INO };
	long error = ext2_call(&root_mount, &req);

	if (!error && !S_ISDIR(req.attr.mode))
		error = -ENOTDIR;
	if (error) {
		printk("%s: the root directory is damaged: run e2fsck\n", root_mount.dev->name);
		return (int)error;
	}
	down(&namespace_sem);
	root_inode = iget(&req.attr);
	up(&namespace_sem);
	return root_inode ? 0 : -ENOMEM;
}

int root_mount_on(const struct block_dev *dev, bool read_only)
{
	unsigned i;
	int error;

	for (i = 0; i < HASH_SIZE; i++)
		list_init(&hash[i]);
	namecache_clear();
	inode_cache = kmem_cache_create("inode", sizeof(struct inode), NULL, NULL, 0);
	if (!inode_cache)
		return -ENOMEM;
	error = ext2_start(&root_mount, dev, read_only);
	if (!error)
		error = get_root();
	if (error)
		return error;
	dev_ino = find_special("dev");
	proc_ino = find_special("proc");
	return 0;
}

/* Files that are open and have no name any more: their users do not outlive the system. */
static void free_nameless(void)
{
	struct inode *inode = NULL;

	while ((inode = next_inode(inode, has_no_name))) {
		struct ext2_request req = { .op = EXT2_OP_DELETE, .ino = inode->i_ino };

		ext2_call(&root_mount, &req);
	}
}

static bool is_being_written(const struct inode *inode)
{
	return inode->i_write_end && inode->i_count > 0;
}

/* A write that does not come to its end took room beyond the end of its file. */
static void cut_short_writes(void)
{
	struct inode *inode = NULL;

	while ((inode = next_inode(inode, is_being_written)))
		inode->i_op->truncate(inode, inode->i_size);
}

void root_unmount(void)
{
	struct ext2_request req = { .op = EXT2_OP_UNMOUNT };
	long error;

	if (!root_inode)
		return;
	root_mount.closing = true;
	writeback_all();
	inodes_push_all();
	cut_short_writes();
	free_nameless();
	error = ext2_call(&root_mount, &req);
	if (error)
		printk("%s: cannot be written home: error %ld\n", root_mount.dev->name, error);
}
