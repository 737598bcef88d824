/* tests/host/symbols.h - names of what lies at an address, from the running file's symbol table. */
#ifndef TESTS_HOST_SYMBOLS_H
#define TESTS_HOST_SYMBOLS_H

#include <stdint.h>

/* The variable at @addr, and how far into it; NULL = none. kernel/printk.h's symbol_lookup() is the same
 * for code. */
const char *symbol_lookup_data(uintptr_t addr, uintptr_t *offset);

#endif
