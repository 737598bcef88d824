/*
 * mm/design/design.c - the table of locking designs and the choice of one at boot (design=NAME).
 *
 * Interface: vm_design_select, vm_design_list, vm_hole_for, _open, _text; see mm/design/design.h.
 * Invariant: vm_design is written before the first mm exists and never again; the explorer, which
 * holds all designs in one binary, selects before each world is built.
 */
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/watch.h"
#include "mm/design/design.h"

extern const struct vm_design design_linux_2_3_22, design_vmlist_held, design_vmlist_shared;
extern const struct vm_design design_linux_2_3_23, design_linux_2_3_30, design_linux_2_4_3;

const struct vm_design *const vm_designs[] = {
	&design_linux_2_3_22,
	&design_vmlist_held,
	&design_vmlist_shared,
	&design_linux_2_3_23,
	&design_linux_2_3_30,
	&design_linux_2_4_3,
};
const int nr_vm_designs = ARRAY_SIZE(vm_designs);

const struct vm_design *vm_design = &design_linux_2_3_30;
bool holes_faithful;

int vm_design_select(const char *name)
{
	for (int i = 0; i < nr_vm_designs; i++) {
		if (!strcmp(vm_designs[i]->name, name)) {
			vm_design = vm_designs[i];
			watch_explain = vm_hole_text;
			return 0;
		}
	}
	return -1;
}

void vm_design_list(void)
{
	for (int i = 0; i < nr_vm_designs; i++)
		report("  %-14s %-4s %s\n", vm_designs[i]->name, vm_designs[i]->letter,
		       vm_designs[i]->summary);
}

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
		size_t len = matching_prefix(vm_design->holes[i].complaint, key);

		if (len > best_len) {
			best = &vm_design->holes[i];
			best_len = len;
		}
	}
	return best;
}

bool vm_hole_open(const struct vm_hole *hole)
{
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
