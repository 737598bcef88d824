/*
 * mm/slab_internal.h - the structures of the object caches, shared by mm/slab.c, mm/slab_debug.c
 * and their tests.
 *
 * A slab is 2^order frames cut into objects. Its descriptor lies at its beginning, or, for objects
 * of SLAB_OFF_SIZE bytes and more, in an object of the cache "slab_mgmt". The table ctl[] has a
 * word for each object: the free list, and who took or freed it last; nothing of that lies in the
 * objects.
 *
 *	| descriptor, ctl[] | red | object | red | red | object | red | ... |
 */
#ifndef MM_SLAB_INTERNAL_H
#define MM_SLAB_INTERNAL_H

#include "kernel/list.h"
#include "kernel/spinlock.h"
#include "mm/slab.h"

#define MAX_CACHES    64
#define SLAB_OFF_SIZE 512u /* from this object size on the descriptor lies elsewhere */
#define SLAB_END      0xffffu
#define RED_SIZE      8u /* bytes of each red zone; also the alignment of objects */
#define RED_USED      0x5a2cf071u
#define RED_FREE      0x170fc2a5u
#define POISON_LIMIT  4096u /* larger objects are not poisoned: too dear */

struct kmem_ctl {
	uint16_t next; /* in the free list, SLAB_END = last */
	uint8_t free;
	uint8_t marked;	 /* red zones and, while free, poison stand as they should */
	int pid;	 /* of the last user or freer */
	uintptr_t place; /* where in the code */
};

struct kmem_slab {
	struct list_head link; /* c_spinlock: full, partial, free or aside list */
	struct kmem_cache *cache;
	char *first; /* the first object */
	uint16_t inuse, first_free, last_free; /* first freed, first taken again */
	bool aside; /* made before the page pool was opened */
	struct kmem_ctl ctl[];
};

struct kmem_cache {
	/* constant */
	const char *name; /* NULL = this place in the table is free */
	size_t size;	  /* what the user asked for */
	size_t stride;	  /* from object to object */
	unsigned flags, order, num; /* num objects in 2^order frames */
	bool red, off_slab;
	size_t first_offset; /* of the first object, from the slab's begin */
	void (*ctor)(void *);
	void (*dtor)(void *);
	/* c_spinlock */
	struct spinlock lock;
	struct list_head full, partial, free, aside;
	unsigned long inuse, slabs;
};

extern struct kmem_cache kmem_caches[MAX_CACHES];

static inline void *slab_object(const struct kmem_slab *slab, unsigned idx)
{
	return slab->first + idx * slab->cache->stride;
}

/* The slab that @obj lies in and its number there; NULL = no slab's memory, or not an object's
 * start. */
struct kmem_slab *slab_of(const void *obj, unsigned *idx);

/* --- slab_debug.c ------------------------------------------------------------------------- */

extern bool slab_debugging; /* mark and check; slab_set_debugging() */

/* Mark an object as free / as handed out: red zones, poison, the sanitizer. It belongs to the
 * caller. */
void slab_mark_free(struct kmem_cache *cache, void *obj, struct kmem_ctl *ctl);
/* @who: what its entry said before, which still tells who freed it. Complains about writes after
 * the free. */
void slab_mark_used(struct kmem_cache *cache, void *obj, struct kmem_ctl *ctl,
		    const struct kmem_ctl *who);
/* A slab is born: all objects free. A slab is given back: its frames may be touched again. */
void slab_mark_new(struct kmem_slab *slab);
void slab_mark_gone(struct kmem_slab *slab);
/* Both red zones say @want; complains when not. */
bool slab_red_ok(const struct kmem_cache *cache, const void *obj, uint32_t want);

#endif
