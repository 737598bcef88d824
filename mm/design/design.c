/*
 * mm/design/design.c - the table of locking designs and the choice of one at boot (design=NAME).
 *
 * Interface: vm_design_select, vm_design_list, vm_hole_for; see mm/design/design.h.
 * Invariant: vm_design is written before the first mm exists and never again; the explorer, which
 * holds all designs in one binary, selects before each world is built.
 */
#include "kernel/printk.h"
#include "kernel/string.h"
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

const struct vm_hole *vm_hole_for(const char *key)
{
	for (int i = 0; i < vm_design->nr_holes; i++) {
		const struct vm_hole *hole = &vm_design->holes[i];

		if (hole->complaint[0] && !strncmp(key, hole->complaint, strlen(hole->complaint)))
			return hole;
	}
	return NULL;
}
