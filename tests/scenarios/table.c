/* tests/scenarios/table.c - every scenario; add yours here. */
#include "kernel/scenario.h"

extern const struct scenario scenario_swapout_deadlock, scenario_driver_recursion,
	scenario_panic_report;

const struct scenario *const scenarios[] = {
	&scenario_swapout_deadlock,
	&scenario_driver_recursion,
	&scenario_panic_report,
	NULL,
};
