/*
 * kernel/watch_rules.c - the rules watcher: numbered rules of the source documents, as assertions.
 *
 * kernel/watch_rules.h lists them with their meanings (our words; S0, S1, S3). Rules 4 and 5 of
 * 1999 concern locks only and are checked here, by the role that a design gave its lock, not by
 * class: the vmlist lock is a semaphore in one design and page_table_lock in another.
 */
#include "kernel/watch_rules.h"

#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/watch_internal.h"

static const struct {
	const char *name, *asks, *wrong;
} rules[NR_RULES] = {
#define X(id, name, asks, wrong) { name, asks, wrong },
	RULES(X)
#undef X
};

static unsigned breaches[NR_RULES];

void rules_reset(void)
{
	memset(breaches, 0, sizeof(breaches));
}

const char *rule_name(enum rule_id id)
{
	return rules[id].name;
}

const char *rule_asks(enum rule_id id)
{
	return rules[id].asks;
}

unsigned rule_breaches(enum rule_id id)
{
	return breaches[id];
}

/* The key names the function, not the offset: two builds of one tree complain alike. */
void rule_broken(enum rule_id id, const char *cond, uintptr_t place, const char *func)
{
	uintptr_t off;
	const char *fn = symbol_lookup(place, &off);

	if (!watch_complain(WATCH_RULES, "rule: %s in %s", rules[id].name, fn ? fn : func))
		return;
	breaches[id]++;
	watch_report_rule(rules[id].name, rules[id].asks, rules[id].wrong, cond, func, place);
}

const struct held_lock *rule_held_vmlist(void)
{
	struct task_struct *t = current;
	int i;

	for (i = 0; i < t->nheld; i++)
		if (t->held[i].lock && (t->held[i].lock->role & ROLE_VMLIST))
			return &t->held[i];
	return NULL;
}

bool watch_holds_class(unsigned class_id)
{
	const struct task_struct *t = current;

	for (int i = 0; i < t->nheld; i++)
		if (t->held[i].lock && t->held[i].lock->class_id == class_id)
			return true;
	return false;
}

void rule_check_reclaim(uintptr_t place)
{
	RULE(R2024_7, !watch_holds_class(LC_I_MMAP) && !watch_holds_class(LC_ANON_VMA), place);
	RULE(R1999_4, !rule_held_vmlist(), place);
}

void rule_check_want(struct lock_info *li, unsigned mode, uintptr_t place)
{
	if (li->role & ROLE_VMLIST) {
		const struct held_lock *h = rule_held_vmlist();

		RULE(R1999_5, !h || h->lock == li, place);
	} else if (li->class_id == LC_MMAP_LOCK) {
		RULE(R2024_4, !watch_holds_class(LC_VMA), place);
	} else if (li->class_id == LC_VMA && !(mode & LOCK_READ)) {
		RULE(R2024_6, !watch_holds_class(LC_PAGE_LOCK), place);
	}
}
