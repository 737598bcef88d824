/* tests/scenarios/table.c - every scenario; add yours here. */
#include "kernel/scenario.h"

extern const struct scenario scenario_swapout_deadlock, scenario_driver_recursion,
	scenario_driver_writer, scenario_swapout_third, scenario_swapout_kswapd,
	scenario_swapout_behind, scenario_swapout_freed_vma, scenario_panic_report,
	scenario_list_change, scenario_double_add, scenario_sharing_test, scenario_lookup_shrink,
	scenario_swapoff_munmap, scenario_swapoff_fault, scenario_swapoff_zap, scenario_exit_steal,
	scenario_alloc_under_vmlist, scenario_alloc_under_own_vmlist, scenario_protect_steal,
	scenario_fork_steal, scenario_move_steal, scenario_zap_steal, scenario_cow_steal, scenario_thread_fault;

const struct scenario *const scenarios[] = {
	&scenario_swapout_deadlock,
	&scenario_swapout_third,
	&scenario_swapout_kswapd,
	&scenario_swapout_behind,
	&scenario_driver_recursion,
	&scenario_driver_writer,
	&scenario_swapout_freed_vma,
	&scenario_list_change,
	&scenario_double_add,
	&scenario_sharing_test,
	&scenario_lookup_shrink,
	&scenario_swapoff_munmap,
	&scenario_swapoff_fault,
	&scenario_swapoff_zap,
	&scenario_exit_steal,
	&scenario_alloc_under_vmlist,
	&scenario_alloc_under_own_vmlist,
	&scenario_protect_steal,
	&scenario_fork_steal,
	&scenario_move_steal,
	&scenario_zap_steal,
	&scenario_cow_steal,
	&scenario_thread_fault,
	&scenario_panic_report,
	NULL,
};
