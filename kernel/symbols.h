/*
 * kernel/symbols.h - the kernel's symbol table, as the build generates it. Users call
 * symbol_lookup() of kernel/printk.h.
 */
#ifndef KERNEL_SYMBOLS_H
#define KERNEL_SYMBOLS_H

#include "kernel/types.h"

struct ksym {
	uintptr_t address;
	const char *name;
};

/* Weak: in the first link of the kernel, and on the host, there is no table. */
#define KSYM_WEAK __attribute__((weak))
extern const struct ksym kernel_symbols[] KSYM_WEAK; /* sorted by address */
extern const unsigned nr_kernel_symbols KSYM_WEAK;
extern const uintptr_t kernel_text_end KSYM_WEAK; /* first address behind the code */

#endif
