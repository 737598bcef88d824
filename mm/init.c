/*
 * mm/init.c - the order in which memory management starts.
 *
 * Frames first, then objects, then the page cache and the caches of files and address spaces. All
 * of it on the boot CPU before there are tasks; kswapd starts when tasks run (kswapd_start).
 */
#include "kernel/cmdline.h"
#include "mm/filemap.h"
#include "mm/mm.h"
#include "mm/mm_init.h"
#include "mm/slab.h"
#include "mm/vm_init.h"
#include "mm/vma_lock.h"
#include "swap/swap.h"

/* Frames set apart for the servers: a request chain needs a buffer, a message and a page table. */
#define SERVER_RESERVE 8

void mm_init(const struct boot_info *bi)
{
	page_alloc_init(bi);
	if (cmdline_long("poison", 0))
		page_poison_enable();
	page_reserve_set(SERVER_RESERVE);
	kmem_cache_init();
	range_tree_boot();
	vma_lock_boot();
	page_cache_init();
	swap_init();
	file_cache_init();
	vm_init();
}
