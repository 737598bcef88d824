/*
 * kernel/servers/ext2_format.h - the second extended file system as it lies on the disk.
 *
 * Facts of the format, in the words of its documentation: little-endian words at fixed places. The
 * machine and the host are little-endian too, so the structures are read where they lie.
 * Layout: the first KB is free; superblock at byte 1024; then, group by group, [superblock copy and
 * group descriptors,] block bitmap, inode bitmap, inode table, data.
 */
#ifndef KERNEL_SERVERS_EXT2_FORMAT_H
#define KERNEL_SERVERS_EXT2_FORMAT_H

#include "kernel/types.h"

#define EXT2_MAGIC	  0xEF53
#define EXT2_SUPER_OFFSET 1024u
#define EXT2_SUPER_SIZE	  1024u

#define EXT2_ROOT_INO	    2u
#define EXT2_GOOD_FIRST_INO 11u /* revision 0: the first inode for files */
#define EXT2_GOOD_INODE_SIZE 128u

#define EXT2_STATE_VALID 1u /* was unmounted cleanly */
#define EXT2_STATE_ERROR 2u /* damage was met */

#define EXT2_ERRORS_CONTINUE 1u
#define EXT2_ERRORS_RO	     2u
#define EXT2_ERRORS_PANIC    3u

#define EXT2_INCOMPAT_FILETYPE	   0x0002u
#define EXT2_ROCOMPAT_SPARSE_SUPER 0x0001u
#define EXT2_ROCOMPAT_LARGE_FILE   0x0002u

struct ext2_super_block {
	uint32_t s_inodes_count, s_blocks_count, s_r_blocks_count;
	uint32_t s_free_blocks_count, s_free_inodes_count;
	uint32_t s_first_data_block;
	uint32_t s_log_block_size, s_log_frag_size;
	uint32_t s_blocks_per_group, s_frags_per_group, s_inodes_per_group;
	uint32_t s_mtime, s_wtime;
	uint16_t s_mnt_count, s_max_mnt_count;
	uint16_t s_magic, s_state, s_errors, s_minor_rev_level;
	uint32_t s_lastcheck, s_checkinterval, s_creator_os, s_rev_level;
	uint16_t s_def_resuid, s_def_resgid;
	/* from revision 1 on */
	uint32_t s_first_ino;
	uint16_t s_inode_size, s_block_group_nr;
	uint32_t s_feature_compat, s_feature_incompat, s_feature_ro_compat;
	uint8_t s_uuid[16];
	char s_volume_name[16];
	char s_last_mounted[64];
	uint32_t s_rest[206];
};
_Static_assert(sizeof(struct ext2_super_block) == EXT2_SUPER_SIZE, "superblock");

struct ext2_group_desc {
	uint32_t bg_block_bitmap, bg_inode_bitmap, bg_inode_table;
	uint16_t bg_free_blocks_count, bg_free_inodes_count, bg_used_dirs_count, bg_flags;
	uint32_t bg_reserved[3];
};
_Static_assert(sizeof(struct ext2_group_desc) == 32, "group descriptor");

/* Places in i_block. */
#define EXT2_NDIR_BLOCKS 12
#define EXT2_IND_BLOCK	 12
#define EXT2_DIND_BLOCK	 13
#define EXT2_TIND_BLOCK	 14
#define EXT2_N_BLOCKS	 15
#define EXT2_FAST_LINK	 60u /* a link's text shorter than this stands in i_block */

#define EXT2_IMMUTABLE_FL 0x10u
#define EXT2_APPEND_FL	  0x20u
#define EXT2_INDEX_FL	  0x1000u

struct ext2_inode {
	uint16_t i_mode, i_uid;
	uint32_t i_size, i_atime, i_ctime, i_mtime, i_dtime;
	uint16_t i_gid, i_links_count;
	uint32_t i_blocks; /* 512-byte sectors, those of indirect blocks included */
	uint32_t i_flags, i_osd1;
	uint32_t i_block[EXT2_N_BLOCKS];
	uint32_t i_generation, i_file_acl;
	uint32_t i_size_high; /* regular files; directories: an ACL, unused */
	uint32_t i_faddr;
	uint8_t l_frag, l_fsize;
	uint16_t l_pad, l_uid_high, l_gid_high;
	uint32_t l_reserved;
};
_Static_assert(sizeof(struct ext2_inode) == EXT2_GOOD_INODE_SIZE, "inode");

#define EXT2_LINK_MAX 32000u

/* A directory entry: 8 bytes, then the name, up to a multiple of 4; entries fill each block. */
#define EXT2_NAME_MAX	 255u
#define EXT2_DIRENT_HEAD 8u
#define EXT2_DIRENT_LEN(name_len) (((name_len) + EXT2_DIRENT_HEAD + 3u) & ~3u)

struct ext2_dirent {
	uint32_t inode; /* 0 = not in use */
	uint16_t rec_len;
	uint8_t name_len, file_type; /* without FILETYPE: the length's high byte */
	char name[];
};

#define EXT2_FT_UNKNOWN 0
#define EXT2_FT_REG	1
#define EXT2_FT_DIR	2
#define EXT2_FT_CHR	3
#define EXT2_FT_BLK	4
#define EXT2_FT_FIFO	5
#define EXT2_FT_SOCK	6
#define EXT2_FT_SYMLINK 7

#endif
