/*
 * mm/vm_init.h - how the address-space half of the VM starts: called by mm_init() when pages and
 * slab caches can be had.
 */
#ifndef MM_VM_INIT_H
#define MM_VM_INIT_H

/* Caches "vm_area_struct" and "mm_struct", the zero page. Panics without memory.
 * Context: boot CPU, before tasks. */
void vm_init(void);

/* The parts of vm_init. */
void vma_cache_init(void);
void mm_cache_init(void);
void zero_page_init(void);

#endif
