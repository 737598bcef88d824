/*
 * kernel/archive_files.h - the root archive's files as the page cache sees them.
 */
#ifndef KERNEL_ARCHIVE_FILES_H
#define KERNEL_ARCHIVE_FILES_H

#include "mm/file.h"

/* readpage: fills a page from the root archive. There is no writepage: pages are never dirty. */
extern const struct address_space_operations archive_aops;

#endif
