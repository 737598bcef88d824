/*
 * swap/report.c - what swap tells: totals, a table for people, and complaints about misuse.
 *
 * A complaint is something that correct code never does to an entry and that can be survived: the
 * 1999 kernel printed a line and went on, and its known races show as just these lines (R12, R13,
 * R14, R17). The key of each kind begins with "swap: " and names no entry, so that a design's holes
 * can be matched with it.
 */
#include "kernel/printk.h"
#include "kernel/watch.h"
#include "mm/design/design.h"
#include "swap/swap_internal.h"

volatile unsigned swap_complaints;

static const char *const result_text[NR_SLOT_RESULTS] = {
	[SLOT_OK] = "a good entry",
	[SLOT_NO_AREA] = "an entry of no area",
	[SLOT_BAD_OFFSET] = "an entry beyond its area",
	[SLOT_BAD_PAGE] = "a bad page",
	[SLOT_UNUSED] = "an unused entry",
	[SLOT_PERMANENT] = "an entry with too many references",
};

void swap_complain(const char *what, struct swp_entry entry, uintptr_t place)
{
	__atomic_fetch_add(&swap_complaints, 1, __ATOMIC_RELAXED);
	if (watch_complain(WATCH_RULES, "swap: %s", what))
		printk("swap: %s (page %lu of %s) in %pS\n", what, swp_offset(entry),
		       swap_area_name(entry), (void *)place);
}

void swap_complain_slot(const char *op, enum slot_result why, struct swp_entry entry,
			uintptr_t place)
{
	char what[64];

	snprintk(what, sizeof(what), "%s %s", op, result_text[why]);
	swap_complain(what, entry, place);
}

const char *swap_area_name(struct swp_entry entry)
{
	unsigned type = swp_type(entry);

	return type < MAX_SWAPFILES && swap_info[type].name[0] ? swap_info[type].name : "(no area)";
}

void swap_point_slow(const volatile void *obj)
{
	const struct task_struct *t = current;

	for (int i = 0; i < t->nheld; i++)
		if (lock_is_quiet(t->held[i].lock))
			return;
	ctl_point(SP_WRITE, (const void *)obj, CALLER_PLACE());
}

/* Numbers for people: a count that changes while we add is off by one, no more. */
void si_swapinfo(struct sysinfo_swap *out)
{
	out->total = out->free = 0;
	for (int i = 0; i < nr_swapfiles; i++) {
		if (!swap_writable(&swap_info[i]))
			continue;
		out->total += swap_info[i].pages;
		out->free += swap_info[i].pages - swap_info[i].inuse;
	}
}

int swap_report(char *buf, size_t size)
{
	const unsigned long kb = PAGE_SIZE / 1024;
	int len = snprintk(buf, size, "%-12s %8s %8s %8s %9s %9s\n", "area", "KB", "used",
			   "priority", "pages.out", "pages.in");

	for (int i = 0; i < nr_swapfiles && len < (int)size; i++) {
		const struct swap_info_struct *si = &swap_info[i];

		if (si->flags & SWP_USED)
			len += snprintk(buf + len, size - (size_t)len,
					"%-12s %8lu %8lu %8d %9lu %9lu%s\n", si->name,
					si->pages * kb, si->inuse * kb, si->prio, si->pages_out,
					si->pages_in, swap_writable(si) ? "" : " (going)");
	}
	return len < (int)size ? len : (int)size - 1;
}
