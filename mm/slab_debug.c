/*
 * mm/slab_debug.c - what the object caches remember and check: poison, red zones, who used an
 * object last, stale pointers, leak accounting. See mm/slab.h.
 *
 * A complaint has a key that depends on the cache and the function only ("uaf: vm_area_struct used
 * after free in swap_out_vma"), so that scenarios and named holes can be matched with it.
 */
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/watch.h"
#include "mm/asan.h"
#include "mm/page.h"
#include "mm/slab_internal.h"

bool slab_debugging = true;

static unsigned corruptions;

void slab_set_debugging(bool on)
{
	slab_debugging = on || UNDER_ASAN;
	if (slab_debugging)
		slab_cpu_keep(false);
}

static void complain(const char *what, const struct kmem_cache *c, const void *obj,
		     const struct kmem_ctl *who)
{
	unsigned idx;
	struct kmem_slab *slab = slab_of(obj, &idx);

	corruptions++;
	if (!watch_complain(WATCH_RULES, "uaf: object of cache %s %s", c->name, what))
		return;
	if (!who && slab)
		who = &slab->ctl[idx];
	report("slab: object %u of cache %s %s", slab ? idx : 0, c->name, what);
	if (who && who->place)
		report("; last %s by pid %d in %pS", who->free ? "freed" : "taken", who->pid,
		       (void *)who->place);
	report("\n");
}

/* --- red zones and poison ----------------------------------------------------------------- */

static void set_red(const struct kmem_cache *c, void *obj, uint32_t value)
{
	uint32_t red[2] = { value, value };
	size_t size = ALIGN_UP(c->size, (size_t)RED_SIZE);

	if (!c->red)
		return;
	memcpy((char *)obj - RED_SIZE, red, RED_SIZE);
	memcpy((char *)obj + size, red, RED_SIZE);
}

bool slab_red_ok(const struct kmem_cache *c, const void *obj, uint32_t want)
{
	uint32_t red[2] = { want, want };
	size_t size = ALIGN_UP(c->size, (size_t)RED_SIZE);

	if (!c->red)
		return true;
	if (memcmp((const char *)obj - RED_SIZE, red, RED_SIZE)) {
		complain("written before its begin", c, obj, NULL);
		return false;
	}
	if (memcmp((const char *)obj + size, red, RED_SIZE)) {
		complain("written past its end", c, obj, NULL);
		return false;
	}
	return true;
}

static bool poison_ok(const struct kmem_cache *c, const void *obj)
{
	const unsigned char *p = obj;

	if (c->flags & SLAB_NO_POISON)
		return true;
	for (size_t i = 0; i < c->size; i++)
		if (p[i] != POISON_FREE)
			return false;
	return true;
}

void slab_mark_free(struct kmem_cache *c, void *obj, struct kmem_ctl *ctl)
{
	if (ctl->marked)
		slab_red_ok(c, obj, RED_USED);
	ctl->marked = 1;
	set_red(c, obj, RED_FREE);
	if (c->flags & SLAB_NO_POISON)
		return;
	memset(obj, POISON_FREE, c->size);
	asan_poison(obj, c->size);
}

void slab_mark_used(struct kmem_cache *c, void *obj, struct kmem_ctl *ctl,
		    const struct kmem_ctl *who)
{
	if (!(c->flags & SLAB_NO_POISON)) {
		asan_unpoison(obj, c->size);
		if (who->marked && !poison_ok(c, obj))
			complain("written after it was freed", c, obj, who);
		memset(obj, POISON_NEW, c->size);
	}
	if (who->marked)
		slab_red_ok(c, obj, RED_FREE);
	ctl->marked = 1;
	set_red(c, obj, RED_USED);
}

void slab_mark_new(struct kmem_slab *slab)
{
	struct kmem_cache *c = slab->cache;

	for (unsigned i = 0; i < c->num; i++) {
		void *obj = slab_object(slab, i);

		slab->ctl[i].marked = 1;
		set_red(c, obj, RED_FREE);
		if (c->flags & SLAB_NO_POISON)
			continue;
		memset(obj, POISON_FREE, c->size);
		asan_poison(obj, c->size);
	}
}

void slab_mark_gone(struct kmem_slab *slab)
{
	struct kmem_cache *c = slab->cache;

	for (unsigned i = 0; i < c->num; i++)
		if (slab->ctl[i].marked && !(c->flags & SLAB_NO_POISON)) {
			asan_unpoison(slab_object(slab, i), c->size);
			if (!poison_ok(c, slab_object(slab, i)))
				complain("written after it was freed", c, slab_object(slab, i),
					 &slab->ctl[i]);
		}
}

/* --- stale pointers ----------------------------------------------------------------------- */

struct kmem_slab *slab_of(const void *obj, unsigned *idx)
{
	uintptr_t offset = (uintptr_t)obj - (uintptr_t)phys_to_virt(0); /* @obj may be any number */
	struct kmem_slab *slab;
	struct page *page;

	*idx = 0;
	if (!obj || offset >> PAGE_SHIFT >= max_mapnr)
		return NULL;
	page = mem_map + (offset >> PAGE_SHIFT);
	if (!page_test(page, PG_slab))
		return NULL;
	slab = (struct kmem_slab *)page->private;
	if ((const char *)obj < slab->first)
		return NULL;
	offset = (uintptr_t)obj - (uintptr_t)slab->first;
	*idx = (unsigned)(offset / slab->cache->stride);
	if (offset % slab->cache->stride || *idx >= slab->cache->num) {
		*idx = 0;
		return NULL;
	}
	return slab;
}

bool kmem_is_freed(const void *obj)
{
	unsigned idx;
	struct kmem_slab *slab = slab_of(obj, &idx);

	return !slab || __atomic_load_n(&slab->ctl[idx].free, __ATOMIC_ACQUIRE);
}

bool kmem_check_alive(const void *obj, const char *func)
{
	unsigned idx;
	struct kmem_slab *slab;

	if (likely(!kmem_is_freed(obj)))
		return true;
	slab = slab_of(obj, &idx);
	if (!watch_complain(WATCH_RULES, "uaf: %s used after free in %s",
			    slab ? slab->cache->name : "object", func))
		return false;
	if (slab)
		report("uaf: %s uses object %u of cache %s, freed by pid %d in %pS\n", func, idx,
		       slab->cache->name, slab->ctl[idx].pid, (void *)slab->ctl[idx].place);
	else
		report("uaf: %s uses an object whose slab is gone\n", func);
	return false;
}

/* --- accounting --------------------------------------------------------------------------- */

unsigned long kmem_cache_inuse(const struct kmem_cache *c)
{
	return c->inuse - slab_cpu_count(c);
}

const char *kmem_cache_name(const struct kmem_cache *c)
{
	return c->name;
}

size_t kmem_cache_size(const struct kmem_cache *c)
{
	return c->size;
}

struct kmem_cache *kmem_cache_nth(unsigned n)
{
	for (unsigned i = 0; i < MAX_CACHES; i++)
		if (kmem_caches[i].name && n-- == 0)
			return &kmem_caches[i];
	return NULL;
}

unsigned long slab_objects(void)
{
	unsigned long n = 0;

	for (unsigned i = 0; i < MAX_CACHES; i++)
		if (kmem_caches[i].name)
			n += kmem_cache_inuse(&kmem_caches[i]);
	return n;
}

unsigned long slab_pages(void)
{
	unsigned long n = 0;

	for (unsigned i = 0; i < MAX_CACHES; i++)
		if (kmem_caches[i].name)
			n += kmem_caches[i].slabs << kmem_caches[i].order;
	return n;
}

unsigned slab_corruptions(void)
{
	return corruptions;
}

/* --- walks -------------------------------------------------------------------------------- */

/* f(slab, arg) for every slab of @c. */
static void for_each_slab(struct kmem_cache *c, void (*f)(struct kmem_slab *, void *), void *arg)
{
	struct list_head *lists[] = { &c->full, &c->partial, &c->free, &c->aside };
	struct list_head *pos;

	for (unsigned i = 0; i < ARRAY_SIZE(lists); i++)
		list_for_each(pos, lists[i])
			f(list_entry(pos, struct kmem_slab, link), arg);
}

struct verify {
	int faults;
	unsigned long inuse, slabs;
};

static void verify_slab(struct kmem_slab *slab, void *arg)
{
	struct verify *v = arg;
	struct kmem_cache *c = slab->cache;
	unsigned used = 0, chain = 0;

	for (unsigned i = 0; i < c->num; i++) {
		void *obj = slab_object(slab, i);

		used += !slab->ctl[i].free;
		if (!slab->ctl[i].marked)
			continue;
		v->faults += !slab_red_ok(c, obj, slab->ctl[i].free ? RED_FREE : RED_USED);
		if (!slab->ctl[i].free)
			continue;
		asan_unpoison(obj, c->size);
		if (!poison_ok(c, obj)) {
			complain("written after it was freed", c, obj, NULL);
			v->faults++;
		}
		if (!(c->flags & SLAB_NO_POISON))
			asan_poison(obj, c->size);
	}
	for (unsigned i = slab->first_free; i != SLAB_END && chain <= c->num; i = slab->ctl[i].next)
		chain++;
	if (used != slab->inuse || chain + used != c->num) {
		report("slab: a slab of %s says %u in use, has %u, and %u free of %u\n", c->name,
		       slab->inuse, used, chain, c->num);
		v->faults++;
	}
	v->inuse += used;
	v->slabs++;
}

int slab_verify(void)
{
	int faults = 0;

	for (unsigned i = 0; i < MAX_CACHES; i++) {
		struct kmem_cache *c = &kmem_caches[i];
		struct verify v = { 0 };

		if (!c->name)
			continue;
		if (c->stocked)
			slab_cpu_drain(c);
		for_each_slab(c, verify_slab, &v);
		if (v.inuse != c->inuse || v.slabs != c->slabs) {
			report("slab: cache %s counts %lu objects in %lu slabs, has %lu in %lu\n",
			       c->name, c->inuse, c->slabs, v.inuse, v.slabs);
			v.faults++;
		}
		faults += v.faults;
	}
	return faults;
}

void slab_report(void)
{
	report("cache              size  in use   total  slabs pages\n");
	for (unsigned i = 0; i < MAX_CACHES; i++) {
		const struct kmem_cache *c = &kmem_caches[i];

		if (c->name && c->slabs)
			report("%-16s %6lu %7lu %7lu %6lu %5lu\n", c->name, (unsigned long)c->size,
			       c->inuse, c->slabs * c->num, c->slabs, c->slabs << c->order);
	}
}

struct users {
	unsigned left;
};

static void report_slab_users(struct kmem_slab *slab, void *arg)
{
	struct users *u = arg;

	for (unsigned i = 0; i < slab->cache->num && u->left; i++)
		if (!slab->ctl[i].free) {
			report("  %s: taken by pid %d in %pS\n", slab->cache->name,
			       slab->ctl[i].pid, (void *)slab->ctl[i].place);
			u->left--;
		}
}

void slab_report_users(struct kmem_cache *c, unsigned most)
{
	struct users u = { .left = most };

	for_each_slab(c, report_slab_users, &u);
}
