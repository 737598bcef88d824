/*
 * tests/host/machine.h - what the files of the host port tell each other.
 */
#ifndef TESTS_HOST_MACHINE_H
#define TESTS_HOST_MACHINE_H

#include "kernel/arch.h"

/* disk.c: complete the oldest transfer, in interrupt context; false = none is due. */
bool host_disk_interrupt(void);
/* mmu.c: drop the entries of the shootdown in flight, if it is for this CPU. */
void host_tlb_acknowledge(void);
/* output.c: say @why and end the process with status 2. */
void host_die(const char *why) __attribute__((noreturn));

#endif
