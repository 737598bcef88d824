/*
 * mm/slab.h - object caches: kmem_cache_alloc and friends, kmalloc, and what the caches remember.
 *
 * Interface: kmem_cache_create / destroy, kmem_cache_alloc / free, kmalloc / kfree,
 * kmem_cache_shrink and kmem_cache_reap (page stealing trims the caches first), kmem_is_freed and
 * KMEM_ALIVE for code that may hold a stale pointer, kmem_cache_inuse and slab_report for leak
 * accounting.
 * Invariants
 *  1. While slab_set_debugging() is on (it is at start; a system without watchers turns it off), a
 *     free object holds nothing but poison: the free list lives in the slab's own table, so any
 *     write to a freed object is found when the object is handed out again, and told with the name
 *     of the cache and who freed it.
 *  2. c_spinlock is a leaf: it is dropped before pages are asked for (S0, "the kmem code asks for
 *     pages after dropping"), and before they are given back.
 *  3. Each object remembers who took or freed it last (code address and pid).
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include "kernel/types.h"
#include "mm/gfp.h"

struct kmem_cache;

/* Flags of kmem_cache_create. */
#define SLAB_NO_REAP   0x1u /* kmem_cache_reap leaves the empty slabs of this cache alone */
#define SLAB_NO_POISON 0x2u /* no poison: the constructor's work must survive in free objects */

#define POISON_FREE 0x6bu /* every byte of a freed object */
#define POISON_NEW  0x5au /* every byte of an object that was handed out and not yet written */

#define KMALLOC_MAX (128 * 1024UL)

/* A cache of objects of @size bytes (1..KMALLOC_MAX), aligned to 8, or to a page from PAGE_SIZE on.
 * @ctor (may be NULL) runs on each object when it is handed out (with SLAB_NO_POISON: once, when
 * its slab is made); @dtor when it is given back (with SLAB_NO_POISON: when the slab goes). Both
 * atomic.
 * @name must outlive the cache. NULL = no memory. Context: may sleep. */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, void (*ctor)(void *),
				     void (*dtor)(void *), unsigned flags);
/* Free a cache whose objects are all back. 0, or -EBUSY with one line that tells how many are not.
 * Context: may sleep. */
int kmem_cache_destroy(struct kmem_cache *cache);

/* One object, contents undefined (debugging: POISON_NEW; or as the constructor left it); NULL = no memory.
 * Context: may sleep if @gfp has __GFP_WAIT, else atomic. Locks: takes c_spinlock, drops it around
 * alloc_pages. */
void *kmem_cache_alloc(struct kmem_cache *cache, unsigned gfp);
/* The same, filled with zero. */
void *kmem_cache_zalloc(struct kmem_cache *cache, unsigned gfp);
/* Give @obj back. Freeing twice, or to the wrong cache, panics with what is known about the object.
 * Context: atomic, any. Locks: takes c_spinlock. */
void kmem_cache_free(struct kmem_cache *cache, void *obj);

/* @size bytes from the general caches (32 .. KMALLOC_MAX); NULL = no memory, too big, or 0. */
void *kmalloc(size_t size, unsigned gfp);
void *kzalloc(size_t size, unsigned gfp);
void kfree(const void *obj); /* NULL is fine. Context: atomic, any. */

/* Give the empty slabs of one cache / of all caches back; returns how many pages that freed.
 * Context: atomic, not from an interrupt. */
int kmem_cache_shrink(struct kmem_cache *cache);
int kmem_cache_reap(unsigned gfp);

/* Red zones and poison: marked and checked from now on, or not (under the address sanitizer:
 * always). Objects that were not marked when
 * they were freed are not checked. Context: any. */
void slab_set_debugging(bool on);

/* From now on each CPU keeps some free objects of its own at hand (unless they are marked and checked) / none
 * any more. Context: tasks run; nothing for scenarios. */
void slab_cpu_keep(bool keep);

/* --- who still uses what ------------------------------------------------------------------ */

/* Is @obj, once an object of some cache, free now (or its slab gone)? Lock-free: the answer is
 * exact only if nobody frees or takes it meanwhile. An address that is no object's start is
 * "freed". */
bool kmem_is_freed(const void *obj);
/* The way to look at an object that may be gone: true = alive. Else one complaint with the key
 * "uaf: CACHE used after free in FUNC", and a line that tells who freed it. Context: any. */
bool kmem_check_alive(const void *obj, const char *func);
#define KMEM_ALIVE(obj) kmem_check_alive((obj), __func__)

unsigned long kmem_cache_inuse(const struct kmem_cache *cache); /* objects handed out */
const char *kmem_cache_name(const struct kmem_cache *cache);
size_t kmem_cache_size(const struct kmem_cache *cache);
/* All caches in order of creation: NULL after the last. */
struct kmem_cache *kmem_cache_nth(unsigned n);
/* Objects handed out, of all caches; pages that all slabs take. */
unsigned long slab_objects(void);
unsigned long slab_pages(void);
/* Complaints (writes after free, red zones) since boot. */
unsigned slab_corruptions(void);
/* Walk every slab of every cache: poison and red zones intact, counts right. Returns the number of
 * faults, each reported in one line. Context: nothing else uses the caches. */
int slab_verify(void);
/* One line per cache with report(): name, object size, in use, total, slabs. */
void slab_report(void);
/* Tell with report() who holds the objects of @cache (at most @max lines). */
void slab_report_users(struct kmem_cache *cache, unsigned max);

void kmem_cache_init(void); /* after page_alloc_init(), before anybody creates a cache */

#endif
