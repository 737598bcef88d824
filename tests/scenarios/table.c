/* tests/scenarios/table.c - every scenario; add yours here. */
#include "kernel/scenario.h"

extern const struct scenario scenario_swapout_deadlock, scenario_driver_recursion,
	scenario_driver_writer, scenario_swapout_third, scenario_swapout_kswapd,
	scenario_swapout_behind, scenario_swapout_freed_vma, scenario_panic_report,
	scenario_list_change;

const struct scenario *const scenarios[] = {
	&scenario_swapout_deadlock,
	&scenario_swapout_third,
	&scenario_swapout_kswapd,
	&scenario_swapout_behind,
	&scenario_driver_recursion,
	&scenario_driver_writer,
	&scenario_swapout_freed_vma,
	&scenario_list_change,
	&scenario_panic_report,
	NULL,
};
