/*
 * tests/host/regs.h - the user registers of the modelled machine, which has no ring 3: just enough
 * that a test can play the program that makes a system call and meets a signal.
 */
#ifndef TESTS_HOST_REGS_H
#define TESTS_HOST_REGS_H

#include "kernel/arch.h"

#define HOST_FRAMES 8

struct pt_regs {
	unsigned long pc, sp;
	bool in_call; /* a system call is returning */
	long result;
	int again;    /* the call to make again: its number, -1 = the same, -2 = none */
	/* handlers entered and not yet left, the last one runs */
	int nframes;
	struct arch_signal frame[HOST_FRAMES];
};

/* The next arch_signal_enter() calls find a bad stack. */
extern unsigned host_bad_stacks;

#endif
