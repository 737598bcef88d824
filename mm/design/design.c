/*
 * mm/design/design.c - the table of locking designs and the choice of one at boot (design=NAME).
 *
 * Interface: vm_design_select, vm_design_list, vm_design_word, vm_hole_for, _open, _text; see design.h.
 * Invariant: vm_design is written before the first mm exists and never again; the explorer, which
 * holds all designs in one binary, selects before each world is built.
 */
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/watch.h"
#include "mm/design/design.h"

extern const struct vm_design design_linux_2_3_22, design_vmlist_held, design_vmlist_shared;
extern const struct vm_design design_linux_2_3_23, design_linux_2_3_30, design_linux_2_4_3;
extern const struct vm_design design_linux_6_12;

const struct vm_design *const vm_designs[] = {
	&design_linux_2_3_22,
	&design_vmlist_held,
	&design_vmlist_shared,
	&design_linux_2_3_23,
	&design_linux_2_3_30,
	&design_linux_2_4_3,
	&design_linux_6_12,
};
const int nr_vm_designs = ARRAY_SIZE(vm_designs);

const struct vm_design *vm_design = &design_linux_2_3_30;
bool holes_faithful;

/* --- holes opened again ---------------------------------------------------------------------------- */

uint32_t vm_reopened;

static const char *const reopen_ids[NR_REOPENS] = {
	[REOPEN_F1] = "f1", [REOPEN_F3] = "f3",	  [REOPEN_F4] = "f4",	[REOPEN_F5] = "f5",
	[REOPEN_F6] = "f6", [REOPEN_F11] = "f11", [REOPEN_F12] = "f12", [REOPEN_F15] = "f15",
};

static bool is_closed(const struct vm_hole *hole)
{
	return str_has_prefix(hole->mend, "closed");
}

/* Which of the holes that @design closed is called @id, @len long; -1 = none. */
static int reopen_find(const struct vm_design *design, const char *id, size_t len)
{
	for (int i = 0; i < NR_REOPENS; i++) {
		if (strlen(reopen_ids[i]) != len || strncmp(reopen_ids[i], id, len))
			continue;
		for (int k = 0; k < design->nr_holes; k++)
			if (is_closed(&design->holes[k]) && !strcmp(design->holes[k].id, reopen_ids[i]))
				return i;
	}
	return -1;
}

/* The holes that can be opened again, as " +f1 +f3"; returns @buf. */
static const char *reopen_list(const struct vm_design *design, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (int k = 0; k < design->nr_holes; k++) {
		if (!is_closed(&design->holes[k]) || len >= size)
			continue;
		snprintk(buf + len, size - len, " +%s", design->holes[k].id);
		len = strlen(buf);
	}
	return buf;
}

/* @ids: what follows the design's name, "" or "+f1+f4". 0, or -1 after one line. */
static int reopen(const struct vm_design *design, const char *ids, uint32_t *mask)
{
	char known[80];

	*mask = 0;
	while (*ids == '+') {
		const char *id = ids + 1, *end = strchr(id, '+');
		size_t len = end ? (size_t)(end - id) : strlen(id);
		int which = reopen_find(design, id, len);

		if (which < 0) {
			report("design %s has no hole '%.*s' to open again; it has:%s\n", design->name,
			       (int)min(len, (size_t)16), id, reopen_list(design, known, sizeof(known)));
			return -1;
		}
		*mask |= 1u << which;
		ids = id + len;
	}
	return 0;
}

/* --- the choice ------------------------------------------------------------------------------------- */

static char design_word[40];

const char *vm_design_word(void)
{
	return design_word[0] ? design_word : vm_design->name;
}

int vm_design_select(const char *name)
{
	for (int i = 0; i < nr_vm_designs; i++) {
		size_t len = strlen(vm_designs[i]->name);
		uint32_t mask;

		if (strncmp(vm_designs[i]->name, name, len) || (name[len] && name[len] != '+'))
			continue;
		if (strlen(name) >= sizeof(design_word) || reopen(vm_designs[i], name + len, &mask))
			return -1;
		vm_design = vm_designs[i];
		vm_reopened = mask;
		str_copy(design_word, name, sizeof(design_word));
		watch_explain = vm_hole_text;
		return 0;
	}
	return -1;
}

void vm_design_list(void)
{
	char known[80];

	for (int i = 0; i < nr_vm_designs; i++) {
		report("  %-14s %-4s %s\n", vm_designs[i]->name, vm_designs[i]->letter,
		       vm_designs[i]->summary);
		if (reopen_list(vm_designs[i], known, sizeof(known))[0])
			report("  %-19s with a hole that it closed opened again:%s\n", "", known);
	}
}

/* --- holes and complaints ---------------------------------------------------------------------------- */

/* The length of the prefix among @prefixes that @key begins with; 0 = none does. */
static size_t matching_prefix(const char *prefixes, const char *key)
{
	size_t best = 0;

	while (*prefixes) {
		const char *end = strchr(prefixes, '|');
		size_t len = end ? (size_t)(end - prefixes) : strlen(prefixes);

		if (len > best && !strncmp(key, prefixes, len))
			best = len;
		prefixes += end ? len + 1 : len;
	}
	return best;
}

const struct vm_hole *vm_hole_for(const char *key)
{
	const struct vm_hole *best = NULL;
	size_t best_len = 0;

	for (int i = 0; i < vm_design->nr_holes; i++) {
		const struct vm_hole *hole = &vm_design->holes[i];
		size_t len = matching_prefix(hole->complaint, key);

		if (is_closed(hole) && !vm_hole_open(hole))
			continue;
		if (len > best_len) {
			best = hole;
			best_len = len;
		}
	}
	return best;
}

bool vm_hole_open(const struct vm_hole *hole)
{
	if (is_closed(hole))
		return reopened((enum vm_reopen)reopen_find(vm_design, hole->id, strlen(hole->id)));
	return holes_faithful || str_has_prefix(hole->mend, "none");
}

const char *vm_hole_text(const char *key, char *buf, size_t size)
{
	const struct vm_hole *hole = vm_hole_for(key);

	if (!hole)
		return NULL;
	snprintk(buf, size, "%s, %s: %s", hole->id, hole->site, hole->what);
	return buf;
}
