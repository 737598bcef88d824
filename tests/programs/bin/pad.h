/*
 * tests/programs/bin/pad.h - the demonstration driver as programs see it (mm/pad.h is the kernel's side).
 */
#ifndef TESTS_PROGRAMS_BIN_PAD_H
#define TESTS_PROGRAMS_BIN_PAD_H

#include <stdint.h>

#define PAD_DEVICE	    "/dev/pad"
#define PAD_INFO	    0x5001 /* arg: struct pad_info to fill */
#define PAD_SNAPSHOT	    0x5002 /* arg: npages 32-bit words: how often each page was written home */
#define PAD_MAX_PAGES	    1024

struct pad_info {
	uint32_t npages, writes;
};

#endif
