/*
 * tests/unit/test_holes.c - from a complaint to the named hole of the design in force (mm/design/design.c).
 */
#include "unit.h"

#include "kernel/watch.h"
#include "mm/design/design.h"

static const char *hole_of(const char *key)
{
	const struct vm_hole *hole = vm_hole_for(key);

	return hole ? hole->id : "none";
}

START_TEST(test_several_prefixes)
{
	ck_assert_int_eq(vm_design_select("linux-2.3.30"), 0);
	ck_assert_str_eq(hole_of("rule: 1999.rule3 in unuse_range"), "R17");
	ck_assert_str_eq(hole_of("swap: undead entry after swapoff's search"), "R17");
	ck_assert_str_eq(hole_of("invariant: rss (torture)"), "N4");
	ck_assert_str_eq(hole_of("rule: 1999.rule5 in vmlist_access_lock"), "none");
	ck_assert_str_eq(hole_of("invariant: "), "none"); /* less than a prefix */
	ck_assert_str_eq(hole_of(""), "none");
}
END_TEST

START_TEST(test_longest_prefix_wins)
{
	ck_assert_int_eq(vm_design_select("vmlist-held"), 0);
	ck_assert_str_eq(hole_of("order: driver lock -> reclaim -> vmlist lock"), "R1");
	ck_assert_str_eq(hole_of("order: kernel_lock under page_table_lock"), "N6");
	ck_assert_str_eq(hole_of("waits: driver lock + vmlist lock"), "R1");
	ck_assert_str_eq(hole_of("waits: mmap_sem + vmlist lock"), "R4");
}
END_TEST

START_TEST(test_open_and_text)
{
	char text[160];
	bool before = holes_faithful;

	ck_assert_int_eq(vm_design_select("vmlist-held"), 0);
	holes_faithful = false;
	ck_assert(vm_hole_open(vm_hole_for("order: "))); /* it is what the design is */
	ck_assert(!vm_hole_open(vm_hole_for("rule: 1999.rule2")));
	holes_faithful = true;
	ck_assert(vm_hole_open(vm_hole_for("rule: 1999.rule2")));
	holes_faithful = before;
	ck_assert_ptr_nonnull(watch_explain);
	ck_assert_str_eq(
		watch_explain("rule: 1999.rule2 in vma_fixup", text, sizeof(text)),
		"R9, sys_mlock: the middle split writes vm_flags before it takes the vmlist lock");
	ck_assert_ptr_null(watch_explain("stall", text, sizeof(text)));
}
END_TEST

/* No two holes of a design claim the same prefix: one complaint, one name. */
START_TEST(test_prefixes_differ)
{
	for (int d = 0; d < nr_vm_designs; d++) {
		const struct vm_design *design = vm_designs[d];

		for (int i = 0; i < design->nr_holes; i++)
			for (int j = 0; j < i; j++)
				ck_assert_msg(!design->holes[i].complaint[0] ||
						      strcmp(design->holes[i].complaint,
							     design->holes[j].complaint),
					      "%s: %s and %s", design->name, design->holes[i].id,
					      design->holes[j].id);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("holes");
	TCase *tc = tcase_create("holes");

	tcase_add_test(tc, test_several_prefixes);
	tcase_add_test(tc, test_longest_prefix_wins);
	tcase_add_test(tc, test_open_and_text);
	tcase_add_test(tc, test_prefixes_differ);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
