/*
 * kernel/servers/ext2_super.c - mounting: what is checked before anything is believed; the clean
 * mark; and what is done about damage. See ext2.h.
 *
 * Only what all else is computed from is checked here; group descriptors are checked when they are
 * used, so that mounting reads two blocks whatever the size.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/servers/ext2_internal.h"
#include "kernel/string.h"

#define KNOWN_INCOMPAT	EXT2_INCOMPAT_FILETYPE
#define KNOWN_RO_COMPAT (EXT2_ROCOMPAT_SPARSE_SUPER | EXT2_ROCOMPAT_LARGE_FILE)
#define MAX_LOG_BLOCK	2 /* 4 KB */

size_t ext2_fs_size(void)
{
	return sizeof(struct ext2_fs);
}

bool ext2_is_read_only(const struct ext2_fs *fs)
{
	return fs->read_only;
}

uint32_t ext2_block_size(const struct ext2_fs *fs)
{
	return fs->block_size;
}

uint32_t ext2_inodes(const struct ext2_fs *fs)
{
	return fs->inodes;
}

unsigned ext2_errors(const struct ext2_fs *fs)
{
	return fs->errors;
}

unsigned ext2_pinned(const struct ext2_fs *fs)
{
	return fs->pinned;
}

static void tell(struct ext2_fs *fs, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void tell(struct ext2_fs *fs, const char *fmt, ...)
{
	char line[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintk(line, sizeof(line), fmt, ap);
	va_end(ap);
	fs->disk->complain(fs->disk, line);
}

int ext2_damage(struct ext2_fs *fs, const char *fmt, ...)
{
	char line[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintk(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (fs->errors < EXT2_TOLD_MAX)
		fs->disk->complain(fs->disk, line);
	else if (fs->errors == EXT2_TOLD_MAX)
		fs->disk->complain(fs->disk, "more damage, not told one by one: run e2fsck");
	fs->errors++;
	fs->sb.s_state |= EXT2_STATE_ERROR;
	fs->mount_state |= EXT2_STATE_ERROR;
	fs->sb_dirty = true;
	if (fs->sb.s_errors == EXT2_ERRORS_RO || fs->sb.s_errors == EXT2_ERRORS_PANIC) {
		if (!fs->read_only)
			tell(fs, "read-only from here on, as its superblock asks");
		fs->read_only = true;
	}
	return -EUCLEAN;
}

/* --- the superblock ---------------------------------------------------------------------------- */

/* Put ours into its buffer. */
static int store_super(struct ext2_fs *fs)
{
	struct ext2_buffer *b;
	uint32_t block = EXT2_SUPER_OFFSET >> fs->block_bits;
	int error = ext2_bread(fs, block, &b);

	if (error)
		return error;
	memcpy(b->data + (EXT2_SUPER_OFFSET & (fs->block_size - 1)), &fs->sb, sizeof(fs->sb));
	b->dirty = true;
	ext2_bput(fs, b);
	fs->sb_dirty = false;
	return 0;
}

int ext2_want_write(struct ext2_fs *fs)
{
	int error;

	if (fs->read_only)
		return -EROFS;
	fs->sb_dirty = true;
	if (fs->marked)
		return 0;
	fs->sb.s_state &= (uint16_t)~EXT2_STATE_VALID;
	fs->sb.s_mtime = fs->sb.s_wtime = ext2_now(fs);
	if (fs->sb.s_mnt_count < 0xffff)
		fs->sb.s_mnt_count++;
	error = store_super(fs);
	if (!error)
		error = ext2_bsync(fs);
	fs->marked = !error;
	return error;
}

int ext2_sync(struct ext2_fs *fs)
{
	int error = 0;

	if (fs->sb_dirty && (fs->marked || !fs->read_only)) {
		fs->sb.s_wtime = ext2_now(fs);
		error = store_super(fs);
	}
	return error ? error : ext2_bsync(fs);
}

int ext2_unmount(struct ext2_fs *fs)
{
	int error = ext2_sync(fs);

	if (!error && fs->marked) {
		/* A file system that was not clean when we got it is not clean now. */
		fs->sb.s_state = fs->mount_state;
		fs->sb_dirty = true;
		error = ext2_sync(fs);
	}
	fs->read_only = true;
	fs->marked = false;
	return error;
}

int ext2_statfs(struct ext2_fs *fs, struct ext2_statfs *out)
{
	const struct ext2_super_block *sb = &fs->sb;

	*out = (struct ext2_statfs){
		.block_size = fs->block_size,
		.blocks = sb->s_blocks_count - sb->s_first_data_block,
		.free_blocks = sb->s_free_blocks_count,
		.inodes = sb->s_inodes_count,
		.free_inodes = sb->s_free_inodes_count,
	};
	if (sb->s_free_blocks_count > sb->s_r_blocks_count)
		out->available_blocks = sb->s_free_blocks_count - sb->s_r_blocks_count;
	return 0;
}

/* --- mounting ---------------------------------------------------------------------------------- */

/* Is this something we can use at all? -EINVAL with a line. */
static int check_kind(struct ext2_fs *fs)
{
	const struct ext2_super_block *sb = &fs->sb;
	uint32_t unknown = sb->s_feature_incompat & ~KNOWN_INCOMPAT;

	if (sb->s_magic != EXT2_MAGIC) {
		tell(fs, "no ext2 file system: magic is %04x, not %04x", sb->s_magic, EXT2_MAGIC);
		return -EINVAL;
	}
	if (sb->s_rev_level > 1) {
		tell(fs, "ext2 of revision %u, we know 0 and 1", sb->s_rev_level);
		return -EINVAL;
	}
	if (sb->s_rev_level && unknown) {
		tell(fs, "ext2 with unknown features (incompat %x): make it with mke2fs -O none,"
			 "filetype,sparse_super",
		     unknown);
		return -EINVAL;
	}
	if (sb->s_log_block_size > MAX_LOG_BLOCK) {
		tell(fs, "ext2 with blocks of 1024 << %u bytes, we know 1, 2 and 4 KB",
		     sb->s_log_block_size);
		return -EINVAL;
	}
	return 0;
}

/* Why the sizes cannot be; NULL = they can. */
static const char *check_geometry(const struct ext2_fs *fs)
{
	const struct ext2_super_block *sb = &fs->sb;
	uint32_t bits = 8 * fs->block_size, size = fs->inode_size;

	if (sb->s_first_data_block != (fs->block_size == 1024 ? 1 : 0))
		return "first data block";
	if (!sb->s_blocks_per_group || sb->s_blocks_per_group > bits)
		return "blocks per group";
	if (!sb->s_inodes_per_group || sb->s_inodes_per_group > bits)
		return "inodes per group";
	if (size < EXT2_GOOD_INODE_SIZE || size > fs->block_size || (size & (size - 1)))
		return "inode size";
	if (sb->s_inodes_per_group % (fs->block_size / size))
		return "inodes per group";
	if (sb->s_blocks_count <= sb->s_first_data_block + 4 ||
	    sb->s_blocks_count > fs->disk->nsectors / fs->sectors_per_block)
		return "number of blocks, against the partition";
	if ((uint64_t)sb->s_inodes_per_group * fs->ngroups != sb->s_inodes_count)
		return "number of inodes";
	if (fs->first_ino < EXT2_GOOD_FIRST_INO || fs->first_ino > sb->s_inodes_per_group)
		return "first inode";
	if (fs->itable_blocks + 3 > sb->s_blocks_per_group)
		return "inode table";
	return NULL;
}

/* 12 + n + n^2 + n^3 blocks, and no more than i_blocks can count and a page index can reach. */
static uint64_t longest_file(const struct ext2_fs *fs)
{
	uint64_t n = fs->block_size / 4, blocks = EXT2_NDIR_BLOCKS + n + n * n + n * n * n;

	blocks = min(blocks, ((uint64_t)1 << 32) / fs->sectors_per_block - 1);
	return (blocks << fs->block_bits) - 1;
}

static void set_geometry(struct ext2_fs *fs)
{
	const struct ext2_super_block *sb = &fs->sb;

	fs->inode_size = sb->s_rev_level ? sb->s_inode_size : EXT2_GOOD_INODE_SIZE;
	fs->first_ino = sb->s_rev_level ? sb->s_first_ino : EXT2_GOOD_FIRST_INO;
	fs->blocks = sb->s_blocks_count;
	fs->first_block = sb->s_first_data_block;
	fs->inodes = sb->s_inodes_count;
	fs->group_blocks = sb->s_blocks_per_group;
	if (fs->group_blocks && fs->blocks > fs->first_block)
		fs->ngroups = (fs->blocks - fs->first_block - 1) / fs->group_blocks + 1;
	if (fs->inode_size)
		fs->itable_blocks = sb->s_inodes_per_group / (fs->block_size / fs->inode_size ?: 1);
	fs->max_size = longest_file(fs);
	fs->generation = sb->s_wtime;
}

/* The superblock alone, before the block size is known; @scratch is one of the cache's pages. */
static int load_super(struct ext2_fs *fs, void *scratch)
{
	int error = fs->disk->nsectors < 8 ? -EINVAL
					   : fs->disk->read(fs->disk, EXT2_SUPER_OFFSET / 512,
							    EXT2_SUPER_SIZE / 512, scratch);

	if (error)
		tell(fs, "cannot read the superblock");
	else
		memcpy(&fs->sb, scratch, sizeof(fs->sb));
	return error;
}

static int check_super(struct ext2_fs *fs)
{
	const char *wrong;
	int error = check_kind(fs);

	if (error)
		return error;
	fs->block_bits = 10 + fs->sb.s_log_block_size;
	fs->block_size = 1u << fs->block_bits;
	fs->sectors_per_block = fs->block_size / 512;
	set_geometry(fs);
	wrong = check_geometry(fs);
	if (!wrong)
		return 0;
	tell(fs, "ext2 superblock damaged (%s): run e2fsck", wrong);
	return -EUCLEAN;
}

static void tell_state(struct ext2_fs *fs)
{
	uint32_t unknown = fs->sb.s_feature_ro_compat & ~KNOWN_RO_COMPAT;

	if (fs->sb.s_rev_level && unknown && !fs->read_only) {
		tell(fs, "ext2 with unknown features (ro_compat %x): mounted read-only", unknown);
		fs->read_only = true;
	}
	if (fs->sb.s_state & EXT2_STATE_ERROR)
		tell(fs, "ext2 with errors: run e2fsck");
	else if (!(fs->sb.s_state & EXT2_STATE_VALID))
		tell(fs, "ext2 was not unmounted cleanly: run e2fsck");
}

int ext2_mount(struct ext2_fs *fs, struct ext2_disk *disk, void *const *pages, unsigned npages,
	       bool read_only)
{
	struct ext2_group_desc *gd;
	struct ext2_buffer *b;
	int error;

	memset(fs, 0, sizeof(*fs));
	fs->disk = disk;
	if (npages < EXT2_CACHE_LEAST || npages > EXT2_CACHE_PAGES)
		return -EINVAL;
	error = load_super(fs, pages[0]);
	if (!error)
		error = check_super(fs);
	if (error)
		return error;
	fs->mount_state = fs->sb.s_state;
	fs->read_only = read_only;
	ext2_buffers_init(fs, pages, npages);
	tell_state(fs);
	fs->read_only |= read_only;
	error = ext2_group(fs, 0, &b, &gd);
	ext2_bput(fs, b);
	return error;
}
