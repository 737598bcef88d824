/*
 * mm/slab.c - object caches: taking, giving back, growing and trimming. See mm/slab.h for the
 * interface and the invariants, mm/slab_debug.c for poison, red zones and reports.
 *
 * A cache keeps its slabs on three lists: full, partial, free. An object comes from the first
 * partial slab, else from a free one, else from a new one. The caches stand in a fixed table and
 * are never moved, so that reclaim may look at all of them without a lock over the table.
 */
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/watch.h"
#include "mm/page.h"
#include "mm/page_alloc.h"
#include "mm/slab_internal.h"

struct kmem_cache kmem_caches[MAX_CACHES];

static struct kmem_cache *slab_mgmt; /* descriptors of the slabs of large objects */

#define KMALLOC_MIN_SHIFT 5
#define KMALLOC_CACHES	  13 /* 32 .. 131072 */
static struct kmem_cache *general[KMALLOC_CACHES];
static const char *const general_names[KMALLOC_CACHES] = {
	"size-32",   "size-64",	  "size-128",	"size-256",   "size-512",
	"size-1024", "size-2048", "size-4096",	"size-8192",  "size-16384",
	"size-32768", "size-65536", "size-131072",
};

/* --- geometry ----------------------------------------------------------------------------- */

static size_t header_size(const struct kmem_cache *c, unsigned num)
{
	size_t n = sizeof(struct kmem_slab) + num * sizeof(struct kmem_ctl);

	return c->off_slab ? 0 : ALIGN_UP(n, (size_t)RED_SIZE);
}

static unsigned objects_that_fit(const struct kmem_cache *c, size_t stride)
{
	size_t bytes = PAGE_SIZE << c->order;
	unsigned num = (unsigned)(bytes / stride);

	while (num > 0 && header_size(c, num) + num * stride > bytes)
		num--;
	return num;
}

/* Cut: order 0 for whatever fits a page. Red zones, unless they would cost an object a slab. */
static void lay_out(struct kmem_cache *c)
{
	size_t size = ALIGN_UP(c->size, (size_t)RED_SIZE);
	unsigned plain;

	c->off_slab = size >= SLAB_OFF_SIZE;
	while ((PAGE_SIZE << c->order) < size)
		c->order++;
	plain = objects_that_fit(c, size);
	c->stride = size + 2 * RED_SIZE;
	c->num = objects_that_fit(c, c->stride);
	c->red = c->num > 0 && (c->num == plain || size < SLAB_OFF_SIZE);
	if (!c->red) {
		c->stride = size;
		c->num = plain;
	}
	c->first_offset = header_size(c, c->num) + (c->red ? RED_SIZE : 0);
	if (size > POISON_LIMIT)
		c->flags |= SLAB_NO_POISON;
}

/* --- making and ending caches ------------------------------------------------------------- */

struct kmem_cache *kmem_cache_create(const char *name, size_t size, void (*ctor)(void *),
				     void (*dtor)(void *), unsigned flags)
{
	struct kmem_cache *c = NULL;

	BUG_ON(!name || size == 0 || size > KMALLOC_MAX);
	for (unsigned i = 0; i < MAX_CACHES && !c; i++) {
		const char *none = NULL;

		if (__atomic_compare_exchange_n(&kmem_caches[i].name, &none, "?", false,
						__ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			c = &kmem_caches[i];
	}
	if (!c)
		return NULL;
	c->size = size;
	c->flags = flags;
	c->order = 0;
	c->ctor = ctor;
	c->dtor = dtor;
	c->inuse = c->slabs = 0;
	list_init(&c->full);
	list_init(&c->partial);
	list_init(&c->free);
	list_init(&c->aside);
	spin_lock_init(&c->lock, LC_KMEM_CACHE, name);
	lay_out(c);
	__atomic_store_n(&c->name, name, __ATOMIC_RELEASE);
	return c;
}

int kmem_cache_destroy(struct kmem_cache *c)
{
	unsigned long left = kmem_cache_inuse(c);

	if (left) {
		printk("slab: cache %s still has %lu objects in use\n", c->name, left);
		return -EBUSY;
	}
	kmem_cache_shrink(c);
	BUG_ON(c->slabs);
	__atomic_store_n(&c->name, NULL, __ATOMIC_RELEASE);
	return 0;
}

/* --- growing ------------------------------------------------------------------------------ */

static void run_on_all(struct kmem_slab *slab, void (*f)(void *))
{
	for (unsigned i = 0; f && i < slab->cache->num; i++)
		f(slab_object(slab, i));
}

static void init_slab(struct kmem_cache *c, struct kmem_slab *slab, struct page *page)
{
	slab->cache = c;
	slab->first = (char *)page_address(page) + c->first_offset;
	slab->inuse = 0;
	slab->first_free = 0;
	slab->last_free = (uint16_t)(c->num - 1);
	slab->aside = false;
	for (unsigned i = 0; i < c->num; i++)
		slab->ctl[i] = (struct kmem_ctl){
			.next = (uint16_t)(i + 1 < c->num ? i + 1 : SLAB_END), .free = 1
		};
	for (unsigned long i = 0; i < 1ul << c->order; i++) {
		page[i].private = (uintptr_t)slab;
		page_set(&page[i], PG_slab);
	}
	if (c->flags & SLAB_NO_POISON)
		run_on_all(slab, c->ctor);
	if (slab_debugging)
		slab_mark_new(slab);
}

/* A new empty slab on the free list. No lock is held while pages are asked for. */
static bool grow(struct kmem_cache *c, unsigned gfp)
{
	struct page *page = alloc_pages(gfp, c->order);
	struct kmem_slab *slab;
	unsigned long flags;

	if (!page)
		return false;
	slab = c->off_slab ? kmem_cache_alloc(slab_mgmt, gfp) : page_address(page);
	if (!slab) {
		free_pages_page(page, c->order);
		return false;
	}
	init_slab(c, slab, page);
	flags = spin_lock_irqsave(&c->lock);
	list_add(&slab->link, &c->free);
	__atomic_fetch_add(&c->slabs, 1, __ATOMIC_RELAXED); /* reap looks without the lock */
	spin_unlock_irqrestore(&c->lock, flags);
	return true;
}

/* An empty slab that is on no list any more goes back to the page allocator. */
static void release_slab(struct kmem_slab *slab)
{
	struct kmem_cache *c = slab->cache;
	struct page *page = virt_to_page(slab->first - c->first_offset);

	slab_mark_gone(slab);
	if (c->flags & SLAB_NO_POISON)
		run_on_all(slab, c->dtor);
	for (unsigned long i = 0; i < 1ul << c->order; i++) {
		page_clear(&page[i], PG_slab);
		page[i].private = 0;
	}
	if (c->off_slab)
		kmem_cache_free(slab_mgmt, slab);
	free_pages_page(page, c->order);
}

/* --- taking and giving back --------------------------------------------------------------- */

static struct list_head *list_for(struct kmem_cache *c, const struct kmem_slab *slab)
{
	if (slab->aside)
		return &c->aside;
	if (slab->inuse == 0)
		return &c->free;
	return slab->inuse == c->num ? &c->full : &c->partial;
}

/* To the list where it belongs by now. */
static void move_slab(struct kmem_cache *c, struct kmem_slab *slab)
{
	list_del(&slab->link);
	list_add(&slab->link, list_for(c, slab));
}

static int my_pid(void)
{
	const struct task_struct *t = current;

	return t ? t->pid : 0;
}

/* Take the first free object of the best slab; *who = what its entry @ctl said before. NULL =
 * none. */
static void *take_object(struct kmem_cache *c, uintptr_t place, struct kmem_ctl **ctl,
			 struct kmem_ctl *who)
{
	struct kmem_slab *slab;
	unsigned idx;

	if (!list_empty(&c->partial))
		slab = list_first(&c->partial, struct kmem_slab, link);
	else if (!list_empty(&c->free))
		slab = list_first(&c->free, struct kmem_slab, link);
	else
		return NULL;
	idx = slab->first_free;
	*ctl = &slab->ctl[idx];
	*who = **ctl;
	slab->first_free = who->next;
	**ctl = (struct kmem_ctl){ .next = SLAB_END, .pid = my_pid(), .place = place };
	slab->inuse++;
	c->inuse++;
	if (slab->inuse == 1 || slab->inuse == c->num)
		move_slab(c, slab);
	return slab_object(slab, idx);
}

/* No memory for a new slab: what other CPUs have at hand of this cache is the last that there is. */
static __attribute__((noinline)) void *take_back(struct kmem_cache *c, uintptr_t place)
{
	void *obj;

	if (!slab_cpu_on)
		return NULL;
	slab_cpu_drain(c);
	obj = slab_cpu_take(c, place);
	if (obj && c->ctor && !(c->flags & SLAB_NO_POISON))
		c->ctor(obj);
	return obj;
}

static inline void *cache_alloc(struct kmem_cache *c, unsigned gfp, uintptr_t place)
{
	struct kmem_ctl who, *ctl;
	unsigned long flags;
	void *obj;

	if (unlikely(watch_mask))
		reclaim_note(gfp);
	if (likely(slab_cpu_on)) {
		obj = slab_cpu_take(c, place);
		if (likely(obj))
			goto got;
	}
	do {
		flags = spin_lock_irqsave(&c->lock);
		obj = take_object(c, place, &ctl, &who);
		spin_unlock_irqrestore(&c->lock, flags);
	} while (unlikely(!obj) && grow(c, gfp));
	if (unlikely(!obj))
		return take_back(c, place);
	if (unlikely(slab_debugging))
		slab_mark_used(c, obj, ctl, &who);
got:
	if (c->ctor && !(c->flags & SLAB_NO_POISON))
		c->ctor(obj);
	return obj;
}

static void bad_free(const struct kmem_cache *c, const void *obj, const char *why, uintptr_t place)
{
	unsigned idx;
	struct kmem_slab *slab = slab_of(obj, &idx);

	if (!slab)
		panic("slab: freeing %p to cache %s in %pS: %s", obj, c ? c->name : "?",
		      (void *)place, why);
	panic("slab: freeing object %u of cache %s in %pS: %s; last %s by pid %d in %pS", idx,
	      slab->cache->name, (void *)place, why, slab->ctl[idx].free ? "freed" : "taken",
	      slab->ctl[idx].pid, (void *)slab->ctl[idx].place);
}

/* Put a checked and marked object on its slab's free list. */
static bool put_object(struct kmem_slab *slab, unsigned idx, uintptr_t place)
{
	struct kmem_ctl *ctl = &slab->ctl[idx];
	struct kmem_cache *c = slab->cache;

	if (ctl->free)
		return false;
	*ctl = (struct kmem_ctl){
		.next = SLAB_END, .free = 1, .marked = ctl->marked, .pid = my_pid(), .place = place
	};
	if (slab->first_free == SLAB_END)
		slab->first_free = (uint16_t)idx;
	else
		slab->ctl[slab->last_free].next = (uint16_t)idx;
	slab->last_free = (uint16_t)idx;
	c->inuse--;
	if (slab->inuse-- == c->num || slab->inuse == 0)
		move_slab(c, slab);
	return true;
}

/* --- for the CPUs' stocks; interrupts are off ------------------------------------------------ */

unsigned slab_take_some(struct kmem_cache *c, struct slab_at_hand *at, unsigned n)
{
	struct kmem_ctl who;
	unsigned got = 0;

	spin_lock(&c->lock);
	while (got < n && (at[got].obj = take_object(c, 0, &at[got].ctl, &who))) {
		*at[got].ctl = who; /* to everybody outside it is as free as before */
		at[got].ctl->next = SLAB_END;
		at[got].ctl->marked = 0;
		got++;
	}
	spin_unlock(&c->lock);
	return got;
}

void slab_put_some(struct kmem_cache *c, const struct slab_at_hand *at, unsigned n)
{
	spin_lock(&c->lock);
	for (unsigned i = 0; i < n; i++) {
		struct kmem_ctl who = *at[i].ctl;
		unsigned idx;
		struct kmem_slab *slab = slab_of(at[i].obj, &idx);

		at[i].ctl->free = 0;
		put_object(slab, idx, who.place);
		at[i].ctl->pid = who.pid;
	}
	spin_unlock(&c->lock);
}

static inline void cache_free(struct kmem_cache *c, void *obj, uintptr_t place)
{
	unsigned long flags;
	unsigned idx;
	struct kmem_slab *slab = slab_of(obj, &idx);
	bool done;

	if (!slab || (c && slab->cache != c))
		bad_free(c, obj, slab ? "it is another cache's" : "it is no object", place);
	if (slab->ctl[idx].free)
		bad_free(c, obj, "it is free already", place);
	c = slab->cache;
	if (c->dtor && !(c->flags & SLAB_NO_POISON))
		c->dtor(obj);
	if (unlikely(slab_debugging))
		slab_mark_free(c, obj, &slab->ctl[idx]);
	else
		slab->ctl[idx].marked = 0;
	if (likely(slab_cpu_on)) {
		slab_cpu_give(c, obj, &slab->ctl[idx], place);
		return;
	}
	flags = spin_lock_irqsave(&c->lock);
	done = put_object(slab, idx, place);
	spin_unlock_irqrestore(&c->lock, flags);
	if (!done)
		bad_free(c, obj, "another CPU freed it at the same time", place);
}

void *kmem_cache_alloc(struct kmem_cache *cache, unsigned gfp)
{
	return cache_alloc(cache, gfp, CALLER_PLACE());
}

void *kmem_cache_zalloc(struct kmem_cache *cache, unsigned gfp)
{
	void *obj = cache_alloc(cache, gfp, CALLER_PLACE());

	return obj ? memset(obj, 0, cache->size) : NULL;
}

void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
	cache_free(cache, obj, CALLER_PLACE());
}

/* --- the general caches ------------------------------------------------------------------- */

static struct kmem_cache *general_for(size_t size)
{
	unsigned i = 0;

	if (size == 0 || size > KMALLOC_MAX)
		return NULL;
	while (((size_t)1 << (KMALLOC_MIN_SHIFT + i)) < size)
		i++;
	return general[i];
}

void *kmalloc(size_t size, unsigned gfp)
{
	struct kmem_cache *c = general_for(size);

	return c ? cache_alloc(c, gfp, CALLER_PLACE()) : NULL;
}

void *kzalloc(size_t size, unsigned gfp)
{
	struct kmem_cache *c = general_for(size);
	void *obj = c ? cache_alloc(c, gfp, CALLER_PLACE()) : NULL;

	return obj ? memset(obj, 0, size) : NULL;
}

void kfree(const void *obj)
{
	if (obj)
		cache_free(NULL, (void *)(uintptr_t)obj, CALLER_PLACE());
}

/* --- trimming ----------------------------------------------------------------------------- */

int kmem_cache_shrink(struct kmem_cache *c)
{
	int freed = 0;

	if (c->stocked)
		slab_cpu_drain(c);
	for (;;) {
		unsigned long flags = spin_lock_irqsave(&c->lock);
		struct kmem_slab *slab = NULL;

		if (!list_empty(&c->free)) {
			slab = list_first(&c->free, struct kmem_slab, link);
			list_del(&slab->link);
			__atomic_fetch_sub(&c->slabs, 1, __ATOMIC_RELAXED);
		}
		spin_unlock_irqrestore(&c->lock, flags);
		if (!slab)
			return freed;
		release_slab(slab);
		freed += 1 << c->order;
	}
}

int kmem_cache_reap(unsigned gfp)
{
	int freed = 0;

	(void)gfp;
	for (unsigned i = MAX_CACHES; i-- > 0;) { /* descriptors' cache, made first, comes last */
		struct kmem_cache *c = &kmem_caches[i];

		if (__atomic_load_n(&c->name, __ATOMIC_ACQUIRE) && __atomic_load_n(&c->slabs, __ATOMIC_RELAXED) &&
		    !(c->flags & SLAB_NO_REAP))
			freed += kmem_cache_shrink(c);
	}
	return freed;
}

/* --- the page pool ------------------------------------------------------------------------ */

static void set_list_aside(struct kmem_cache *c, struct list_head *list)
{
	while (!list_empty(list)) {
		struct kmem_slab *slab = list_first(list, struct kmem_slab, link);

		slab->aside = true;
		move_slab(c, slab);
	}
}

void kmem_cache_set_aside(void)
{
	for (unsigned i = 0; i < MAX_CACHES; i++) {
		struct kmem_cache *c = &kmem_caches[i];
		unsigned long flags;

		if (!c->name)
			continue;
		flags = spin_lock_irqsave(&c->lock);
		set_list_aside(c, &c->full);
		set_list_aside(c, &c->partial);
		set_list_aside(c, &c->free);
		spin_unlock_irqrestore(&c->lock, flags);
	}
}

void kmem_cache_take_back(void)
{
	for (unsigned i = 0; i < MAX_CACHES; i++) {
		struct kmem_cache *c = &kmem_caches[i];
		unsigned long flags;

		if (!c->name)
			continue;
		flags = spin_lock_irqsave(&c->lock);
		while (!list_empty(&c->aside)) {
			struct kmem_slab *slab = list_first(&c->aside, struct kmem_slab, link);

			slab->aside = false;
			move_slab(c, slab);
		}
		spin_unlock_irqrestore(&c->lock, flags);
	}
}

void kmem_cache_init(void)
{
	size_t most = PAGE_SIZE / SLAB_OFF_SIZE;

	memset(kmem_caches, 0, sizeof(kmem_caches));
	slab_mgmt = kmem_cache_create("slab_mgmt",
				      sizeof(struct kmem_slab) + most * sizeof(struct kmem_ctl),
				      NULL, NULL, 0);
	BUG_ON(!slab_mgmt || slab_mgmt->off_slab);
	for (unsigned i = 0; i < KMALLOC_CACHES; i++)
		general[i] = kmem_cache_create(general_names[i],
					       (size_t)1 << (KMALLOC_MIN_SHIFT + i), NULL, NULL, 0);
}
