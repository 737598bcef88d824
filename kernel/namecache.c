/*
 * kernel/namecache.c - a table of names, two places for each hash. See kernel/namecache.h.
 */
#include "kernel/namecache.h"

#include "kernel/spinlock.h"
#include "kernel/string.h"

#define NR_SETS 128u
#define WAYS	2u

struct entry {
	uint32_t dir, ino; /* ino 0 = free */
	uint8_t len;
	char name[NAMECACHE_NAME];
};

static struct spinlock lock = SPINLOCK_INIT(LC_MISC, "names");
static struct entry table[NR_SETS][WAYS]; /* protected by lock; newest first */

static struct entry *set_of(uint32_t dir, const char *name, unsigned len)
{
	uint32_t h = dir * 61u + len;
	unsigned i;

	for (i = 0; i < len; i++)
		h = h * 31u + (uint8_t)name[i];
	return table[(h ^ h >> 13) % NR_SETS];
}

static bool can_keep(const char *name, unsigned len)
{
	return len <= NAMECACHE_NAME &&
	       !(name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')));
}

static struct entry *find(struct entry *set, uint32_t dir, const char *name, unsigned len)
{
	unsigned i;

	for (i = 0; i < WAYS; i++)
		if (set[i].ino && set[i].dir == dir && set[i].len == len &&
		    !memcmp(set[i].name, name, len))
			return &set[i];
	return NULL;
}

uint32_t namecache_find(uint32_t dir, const char *name, unsigned len)
{
	const struct entry *e;
	struct entry *set;
	uint32_t ino;

	if (!can_keep(name, len))
		return 0;
	set = set_of(dir, name, len);
	spin_lock(&lock);
	e = find(set, dir, name, len);
	ino = e ? e->ino : 0;
	spin_unlock(&lock);
	return ino;
}

void namecache_enter(uint32_t dir, const char *name, unsigned len, uint32_t ino)
{
	struct entry *set, *e;

	if (!can_keep(name, len))
		return;
	set = set_of(dir, name, len);
	spin_lock(&lock);
	e = find(set, dir, name, len);
	if (!e) {
		e = &set[0];
		set[WAYS - 1] = set[0];
	}
	e->dir = dir;
	e->ino = ino;
	e->len = (uint8_t)len;
	memcpy(e->name, name, len);
	spin_unlock(&lock);
}

void namecache_remove(uint32_t dir, const char *name, unsigned len)
{
	struct entry *e;

	if (!can_keep(name, len))
		return;
	spin_lock(&lock);
	e = find(set_of(dir, name, len), dir, name, len);
	if (e)
		e->ino = 0;
	spin_unlock(&lock);
}

void namecache_clear(void)
{
	spin_lock(&lock);
	memset(table, 0, sizeof(table));
	spin_unlock(&lock);
}
