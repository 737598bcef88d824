/*
 * mm/mm_init.h - the set-up functions of mm/ that only mm/init.c calls.
 */
#ifndef MM_MM_INIT_H
#define MM_MM_INIT_H

void file_cache_init(void);

#endif
