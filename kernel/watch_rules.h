/*
 * kernel/watch_rules.h - the numbered rules of the source documents as assertions.
 *
 * RULE(R1999_1, condition, place) says at the place where it matters that a rule is kept. When it
 * is not, the report names the rule, says in our own words what it means and what the task holds;
 * once for each rule and place. The machine goes on. Off (one test) without `watch=rules`.
 * Rules 4 and 5 of 1999 are checked by the watcher itself, from the locks flagged ROLE_VMLIST; the
 * others need to know a vma list and are written where the VM changes or scans it.
 * Sources: S0 (1999), S1 (2.4), S3 (2024); facts/linux-2.3-2.4-locking.md section b.
 */
#ifndef KERNEL_WATCH_RULES_H
#define KERNEL_WATCH_RULES_H

#include "kernel/lock.h"
#include "kernel/watch.h"

/* X(id, "name", "what it asks", "what goes wrong without it") */
#define RULES(X)                                                                                   \
	X(R1999_1, "1999.rule1", "who changes a listed vma holds the mm's mmap_sem",               \
	  "another thread's system call or fault would see a half-changed list")                   \
	X(R1999_2, "1999.rule2", "who changes a listed vma also holds the mm's vmlist lock",       \
	  "a page stealer, which does not take mmap_sem, would walk a changing list")              \
	X(R1999_3, "1999.rule3", "who scans a vma list holds mmap_sem, or (stealer) vmlist lock",  \
	  "the vma in hand could be unlinked and freed while it is looked at")                     \
	X(R1999_4, "1999.rule4", "nothing done under a vmlist lock may lead to page stealing",     \
	  "the stealer may want this very lock, or sleep for somebody who wants it")               \
	X(R1999_5, "1999.rule5", "who holds the vmlist lock of one mm takes no other mm's",        \
	  "two tasks doing so crosswise wait for each other for ever")                             \
	X(R24_1, "2.4.rule1", "who changes a listed vma holds mmap_sem for writing",               \
	  "a fault that holds it for reading would see a half-changed list")                       \
	X(R24_2, "2.4.rule2", "who changes a listed vma also holds page_table_lock",               \
	  "the page stealer walks the list under that lock alone")                                 \
	X(R24_3, "2.4.rule3", "who scans a vma list holds mmap_sem for reading, or (stealer) "     \
	  "page_table_lock", "the vma in hand could be unlinked and freed while it is looked at")  \
	X(R24_4, "2.4.rule4", "a stack grows under mmap_sem for reading plus page_table_lock",     \
	  "two faults, or a fault and the stealer, would disagree where the area begins")          \
	X(R2024_1, "2024.rule1", "who changes the vma tree holds mmap_lock for writing",           \
	  "readers of the tree rely on it or on RCU")                                              \
	X(R2024_2, "2024.rule2", "who changes a vma's fields has also write-locked that vma",      \
	  "a fault that holds only the vma's read lock would use the old and the new value")       \
	X(R2024_3, "2024.rule3", "who uses a vma holds mmap_lock, the vma's lock, or a rmap lock", \
	  "nothing else keeps the vma from being freed")                                           \
	X(R2024_4, "2024.rule4", "who holds a vma's lock does not wait for mmap_lock",             \
	  "the owner of mmap_lock may be waiting for just that vma's readers to leave")            \
	X(R2024_5, "2024.rule5", "who write-locks a vma holds mmap_lock for writing",              \
	  "the lock ends with that section: without it nobody would ever take it back")            \
	X(R2024_6, "2024.rule6", "who holds a page lock does not write-lock a vma",                \
	  "a fault that holds the vma for reading may sleep for just that page")                   \
	X(R2024_7, "2024.rule7", "nothing done under a reverse map's lock may lead to page "       \
	  "stealing", "the stealer takes the locks of the reverse maps to find a page's entries")  \
	X(R2024_8, "2024.rule8", "page tables are freed when no lookup reaches the area",          \
	  "a fault or a walk by reverse map could install an entry in a table that is gone")

enum rule_id {
#define X(id, name, asks, wrong) id,
	RULES(X)
#undef X
	NR_RULES
};

#define RULE(id, cond, place)                                                                      \
	do {                                                                                       \
		if (unlikely(watch_mask & WATCH_RULES) && !(cond))                                 \
			rule_broken((id), #cond, (place), __func__);                               \
	} while (0)

/* What RULE calls. @place: the code address to name and to tell one breach from another; @func: the
 * function that noticed. Context: any. */
void rule_broken(enum rule_id id, const char *cond, uintptr_t place, const char *func);
const char *rule_name(enum rule_id id);
const char *rule_asks(enum rule_id id);
/* How many distinct places broke rule @id. */
unsigned rule_breaches(enum rule_id id);
void rules_reset(void);

/* Does the current task hold a lock that is flagged ROLE_VMLIST? Returns its record, or NULL. */
const struct held_lock *rule_held_vmlist(void);

#endif
