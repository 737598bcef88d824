/*
 * tests/explore/complaints.c - what the runtime complains of in a run: races, touches of freed memory.
 *
 * A complaint belongs to the event in which it arose, and is forgotten when the run goes back before that.
 * Its key names functions, not addresses. Races that are meant are listed here, each with its reason; all
 * others make the schedule fail, and say: mark it (shared_read, shared_write, atomic, volatile), lock it,
 * or list it.
 */
#include <stdio.h>
#include <string.h>

#include "kernel/printk.h"
#include "mm/page_alloc.h"
#include "mm/slab_internal.h"
#include "tests/explore/engine.h"
#include "tests/host/symbols.h"

#define MAX_COMPLAINTS 16

struct complaint {
	int node;
	bool race, allowed;
	uint32_t word;
	uintptr_t addr, pc, first_pc;
	bool writes, first_writes;
	int task, first;
};

static struct complaint list[MAX_COMPLAINTS];
static int nlist;

/* Unmarked on purpose, or for 1999's sake. "" = any function. */
static const struct {
	const char *a, *b;
	const char *why;
} meant[] = {
	{ "up", "",
	  "looks for waiters without the queue's lock; the waiter looks at the count after it "
	  "entered the queue (kernel/semaphore.c)" },
	{ "waitqueue_active", "",
	  "the same: who sleeps looks at the condition after he entered the queue" },
	{ "search_once", "?", "a task leaves its mm when it likes; kernel_lock, or a count, keeps the struct" },
	{ "lowest_pid_in", "?", "the same" },
	{ "unuse_tasks", "?", "the same" },
	{ "swap_area", "swap_list_remove", "SWP_USED, which it looks at, is set before and after" },
	{ "swap_area", "swap_list_insert", "the same" },
	{ "sys_swapoff", "swap_map_drop", "a number in a message" },
	{ "next_mm", "?", "the same" },
	{ "touch", "pte_alloc", "the machine reads the directory, whoever writes it" },
	{ "pte_alloc", "pte_alloc", "looks without the lock, and then again with it" },
	{ "assert_list", "", "asks whether anybody else can know of this mm" },
	{ "kmem_is_freed", "", "looks at a pointer that may be stale: that is its purpose" },
	{ "kmem_check_alive", "", "the same" },
	{ "consider", "swap_out",
	  "mm->swap_cnt says whose turn it is; a wrong turn costs nothing" },
	{ "task_free", "task_unlink",
	  "who dies left the list before he switched away, and who was switched to frees him: the switch is "
	  "the order, and runqueue_lock, under which it is made, counts for none here (rt_sync.c)" },
	{ NULL, NULL, NULL },
};

static const char *function(uintptr_t pc, char *buf, size_t size)
{
	static struct {
		uintptr_t pc;
		const char *name;
	} cache[256];
	unsigned i = (unsigned)(pc >> 2) % 256;

	if (cache[i].pc != pc) {
		cache[i].pc = pc;
		cache[i].name = symbol_lookup(pc, NULL);
	}
	snprintf(buf, size, "%s", cache[i].name ? cache[i].name : "?");
	buf[strcspn(buf, ".")] = '\0'; /* .isra.0 and the like are the compiler's */
	return buf;
}

static bool is(const char *want, const char *name)
{
	return !want[0] || !strcmp(want, name);
}

static bool is_meant(uintptr_t pc, uintptr_t other)
{
	char a[64], b[64];
	int i;

	function(pc, a, sizeof(a));
	function(other, b, sizeof(b));
	for (i = 0; meant[i].why; i++)
		if ((is(meant[i].a, a) && is(meant[i].b, b)) ||
		    (is(meant[i].a, b) && is(meant[i].b, a)))
			return true;
	return false;
}

static struct complaint *enter(void)
{
	struct complaint *c = &list[nlist];

	if (nlist == MAX_COMPLAINTS || rt_node < 0)
		return NULL;
	nlist++;
	memset(c, 0, sizeof(*c));
	c->node = rt_node;
	c->task = rt_task;
	return c;
}

void engine_freed_touched(uintptr_t addr, uintptr_t pc)
{
	struct complaint *c;
	int i;

	for (i = 0; i < nlist; i++)
		if (!list[i].race && list[i].pc == pc)
			return;
	c = enter();
	if (!c)
		return;
	c->addr = addr;
	c->pc = pc;
}

void engine_race(uint32_t word, int first, uintptr_t first_pc, bool first_writes, uintptr_t pc,
		 bool writes)
{
	struct complaint *c;
	int i;

	for (i = 0; i < nlist; i++)
		if (list[i].race && list[i].pc == pc && list[i].first_pc == first_pc)
			return;
	c = enter();
	if (!c)
		return;
	c->race = true;
	c->word = word;
	c->addr = rt_addr_of(word);
	c->first = first;
	c->first_pc = first_pc;
	c->first_writes = first_writes;
	c->pc = pc;
	c->writes = writes;
	c->allowed = is_meant(pc, first_pc);
}

void complaints_back_to(int node)
{
	while (nlist && list[nlist - 1].node >= node)
		nlist--;
}

static void key_of(const struct complaint *c, char *buf, size_t size)
{
	char a[64], b[64];

	function(c->pc, a, sizeof(a));
	if (!c->race) {
		snprintf(buf, size, "uaf: %s touches freed memory", a);
		return;
	}
	function(c->first_pc, b, sizeof(b));
	if (strcmp(a, b) <= 0)
		snprintf(buf, size, "race: %s %s, %s %s", a, c->writes ? "writes" : "reads", b,
			 c->first_writes ? "writes" : "reads");
	else
		snprintf(buf, size, "race: %s %s, %s %s", b, c->first_writes ? "writes" : "reads",
			 a, c->writes ? "writes" : "reads");
}

const char *complaint_key(void)
{
	static char key[160];
	int i;

	for (i = 0; i < nlist; i++) {
		if (list[i].race)
			continue;
		key_of(&list[i], key, sizeof(key));
		return key;
	}
	return "";
}

/* --- telling ------------------------------------------------------------------------------------------ */

static const char *task_name(int task)
{
	return ctl_name(task == RT_TASKS - 1 ? CTL_IRQ : task);
}

static bool name_task(uintptr_t addr, char *buf, size_t size)
{
	int t;

	for (t = 0; t < ctl_ntasks(); t++) {
		uintptr_t at = addr - (uintptr_t)ctl_task(t);

		if (ctl_task(t) && at < sizeof(struct task_struct)) {
			snprintf(buf, size, "task_struct of %s+%lu", ctl_name(t),
				 (unsigned long)at);
			return true;
		}
	}
	return false;
}

static bool name_object(uintptr_t addr, char *buf, size_t size)
{
	uintptr_t frame = addr & ~4095ul, at;
	unsigned idx;

	for (at = addr & ~3ul; at >= frame && at > addr - 1024; at -= 4) {
		struct kmem_slab *slab = slab_of((void *)at, &idx);

		if (slab && at + slab->cache->size > addr) {
			snprintf(buf, size, "%s+%lu", slab->cache->name,
				 (unsigned long)(addr - at));
			return true;
		}
	}
	return false;
}

/* "mm_struct+56", "low_on_memory+0": what lies at an address, as it is now. */
static const char *place(uintptr_t addr, char *buf, size_t size)
{
	uintptr_t at = addr - (uintptr_t)mem_map, offset;
	const char *name;

	if (at < max_mapnr * sizeof(struct page))
		snprintf(buf, size, "page %lu+%lu", (unsigned long)(at / sizeof(struct page)),
			 (unsigned long)(at % sizeof(struct page)));
	else if (!name_task(addr, buf, size) && !name_object(addr, buf, size)) {
		name = symbol_lookup_data(addr, &offset);
		snprintf(buf, size, "%s+%lu", name ? name : "?",
			 (unsigned long)(name ? offset : addr));
	}
	return buf;
}

static void describe(const struct complaint *c, char *buf, size_t size)
{
	char a[64], b[64], where[64];

	function(c->pc, a, sizeof(a));
	place(c->addr, where, sizeof(where));
	if (c->race)
		snprintf(buf, size, "%s%s %s %s in %s; %s %s it in %s, and nothing orders the two",
			 c->allowed ? "(meant) " : "", task_name(c->task),
			 c->writes ? "writes" : "reads", where, a, task_name(c->first),
			 c->first_writes ? "wrote" : "read", function(c->first_pc, b, sizeof(b)));
	else
		snprintf(buf, size, "%s touches %s in %s, which was freed", task_name(c->task),
			 where, a);
}

void complaints_print(void)
{
	char text[300];
	int i;

	for (i = 0; i < nlist; i++) {
		describe(&list[i], text, sizeof(text));
		printf("%s at step %d: %s\n", list[i].race ? "race" : "freed memory", list[i].node,
		       text);
	}
}

/* --- the races of a whole search ------------------------------------------------------------------ */

#define MAX_RACES 64

static struct {
	char key[160], text[300];
} races[MAX_RACES];
static int nraces;

void races_collect(void)
{
	char key[160];
	int i, k;

	for (i = 0; i < nlist && nraces < MAX_RACES; i++) {
		if (!list[i].race || list[i].allowed)
			continue;
		key_of(&list[i], key, sizeof(key));
		for (k = 0; k < nraces && strcmp(races[k].key, key); k++)
			;
		if (k < nraces)
			continue;
		snprintf(races[k].key, sizeof(races[k].key), "%s", key);
		describe(&list[i], races[k].text, sizeof(races[k].text));
		nraces++;
	}
}

int races_found(void)
{
	return nraces;
}

const char *race_key(int n)
{
	return races[n].key;
}

void races_print(void)
{
	int i;

	for (i = 0; i < nraces; i++)
		printf("%s\n    %s\n", races[i].key, races[i].text);
	if (nraces)
		printf("explore: mark what is meant (shared_read, shared_write, atomic, volatile), "
		       "lock the "
		       "rest, or list it in tests/explore/complaints.c\n");
}
