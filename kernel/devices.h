/*
 * kernel/devices.h - the registry of character and block devices: what stands under /dev.
 *
 * A driver registers a name and its file operations once, at boot; opening /dev/NAME makes a file
 * with those operations and private_data = @priv, then calls ops->open() when there is one.
 * Block devices ("hda", "hdb1" ...) need no registration: they are found by the block server's
 * name, and read and written in any length at any offset.
 * Registered by us: null, zero, console (and tty, the same).
 */
#ifndef KERNEL_DEVICES_H
#define KERNEL_DEVICES_H

#include "mm/file.h"

#define MAX_DEVICES 16

/* @name must outlive the kernel and be new. 0, -EEXIST, -EINVAL (empty or with '/'), -ENOSPC.
 * Context: any. Locks: takes a leaf. */
int device_register(const char *name, const struct file_operations *ops, void *priv);
/* Make a file for the device called @name (without "/dev/"). 0 and *out, -ENOENT, -ENOMEM, or what
 * ops->open() said. Context: may sleep. */
int device_open(const char *name, unsigned flags, struct file **out);
/* Name of the nth registered device, NULL after the last. */
const char *device_nth(unsigned n);
/* "/dev/hdb1" or "hdb1" -> "hdb1"; NULL when the path leads elsewhere. */
const char *device_name_of(const char *path);

/* Register null and zero. Boot, once. */
void devices_init(void);

#endif
