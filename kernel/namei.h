/*
 * kernel/namei.h - from a path to what it leads to.
 *
 * A path is walked component by component from the root, the current directory or a directory in
 * hand. "." and ".." are where they are, symbolic links are followed up to MAX_LINKS times, ".."
 * of the root is the root. Everybody may everything (all programs are root's), so the only question
 * of rights is whether the file system may be written.
 * What is in /dev and /proc is no part of the file system: the names in those directories lead to
 * devices (kernel/devices.h) and generated files (kernel/procfiles.h).
 */
#ifndef KERNEL_NAMEI_H
#define KERNEL_NAMEI_H

#include "mm/inode.h"

#define MAX_LINKS 8 /* symbolic links in one path; then -ELOOP */

enum path_kind {
	PATH_INODE,  /* of the file system */
	PATH_DEVICE, /* a name in /dev */
	PATH_PROC,   /* a name in /proc */
};

/* What a path leads to. Give it back with path_put(). */
struct path {
	enum path_kind kind;
	struct inode *inode; /* with a reference; NULL for the other kinds */
	const char *name;    /* of the other kinds; points into the walk's path */
	char *text;	     /* the walk's own copy of the path, when it met links; may be NULL */
};

/* A walk in its last but one step: the directory, and the last component. */
struct walk {
	enum path_kind kind;
	struct inode *at;  /* where it stands, with a reference */
	const char *rest;  /* what is still to be walked */
	const char *name;  /* the last component, @len bytes; len 0 = none ("/", "", "a/") */
	unsigned len;
	bool slash;	   /* something must be a directory: slashes follow the name */
	unsigned links;	   /* followed so far */
	char *text;
};

/* Begin at @base (NULL = the current directory; ignored for absolute paths). -ENOENT: empty path,
 * or nothing is mounted. In any case walk_end() later. */
int walk_begin(struct walk *w, struct inode *base, const char *path);
/* Go on up to the last component. Then kind, at, name, len, slash are set. 0, -ENOENT, -ENOTDIR,
 * -ELOOP, -ENAMETOOLONG, -EIO, -EUCLEAN. Context: may sleep. Locks: takes namespace_sem. */
int walk_to_parent(struct walk *w);
/* Go on with the text of the symbolic link @link (reference taken over): walk_to_parent() next. */
int walk_into_link(struct walk *w, struct inode *link);
void walk_end(struct walk *w);
/* Is the last component "." or ".." or none at all? Such a name cannot be made or taken away. */
bool walk_ends_in_dots(const struct walk *w);

/* The whole way. @follow: also a link that the last component names. */
int path_lookup(struct inode *base, const char *path, bool follow, struct path *out);
/* The same when it must end in the file system: else -EPERM. */
int path_inode(struct inode *base, const char *path, bool follow, struct inode **out);
void path_put(struct path *p);

/* The child @name of @dir, with a reference. -ENOENT. Locks: takes namespace_sem unless it is
 * cached / needs it. */
int dir_lookup(struct inode *dir, const char *name, unsigned len, struct inode **out);
int dir_lookup_locked(struct inode *dir, const char *name, unsigned len, struct inode **out);
/* The child @name of @dir, of which the server just told @attr. -ENOMEM. Needs namespace_sem. */
struct ext2_attr;
int dir_take(const struct inode *dir, const char *name, unsigned len, const struct ext2_attr *attr,
	     struct inode **out);

#endif
