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

#define SLAB_CPU_MAX   16 /* objects a CPU keeps of one cache */
#define SLAB_CPU_BATCH 8

struct slab_at_hand {
	void *obj;
	struct kmem_ctl *ctl;
};

/* One CPU's free objects of one cache: mm/slab_cpu.c. */
struct slab_stock {
	uint32_t busy;
	unsigned n;
	struct slab_at_hand at[SLAB_CPU_MAX]; /* the last one is taken first */
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
	unsigned long inuse, slabs; /* inuse: what CPUs have at hand included */
	/* each its CPU's */
	struct slab_stock stock[NR_CPUS];
	bool stocked; /* some stock may hold something; written without a lock */
};

extern struct kmem_cache kmem_caches[MAX_CACHES];

static inline void *slab_object(const struct kmem_slab *slab, unsigned idx)
{
	return slab->first + idx * slab->cache->stride;
}

/* The slab that @obj lies in and its number there; NULL = no slab's memory, or not an object's
 * start. */
struct kmem_slab *slab_of(const void *obj, unsigned *idx);

/* --- slab_cpu.c --------------------------------------------------------------------------- */

/* Stocks are in use: ask before the next two. Context: atomic. Locks: take c_spinlock. */
extern bool slab_cpu_on;
void *slab_cpu_take(struct kmem_cache *c, uintptr_t place); /* NULL = no slab has a free object */
void slab_cpu_give(struct kmem_cache *c, void *obj, struct kmem_ctl *ctl, uintptr_t place);
void slab_cpu_drain(struct kmem_cache *c); /* all CPUs' objects of @c go back to their slabs */
unsigned long slab_cpu_count(const struct kmem_cache *c);

/* mm/slab.c, for the stocks: up to @n free objects off the slabs, how many; and back. */
unsigned slab_take_some(struct kmem_cache *c, struct slab_at_hand *at, unsigned n);
void slab_put_some(struct kmem_cache *c, const struct slab_at_hand *at, unsigned n);

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
