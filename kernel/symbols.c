/*
 * kernel/symbols.c - from a code address to a function's name, for panics and reports.
 *
 * The table is made from the first link of the kernel and linked in by the second
 * (arch-i386/kernel.mk); the first link and the host have none, so no code has a name there.
 * Invariant: kernel_symbols[] is sorted by address and lies behind the code, so that linking it in
 * moves no function.
 */
#include "kernel/printk.h"
#include "kernel/symbols.h"

const char *symbol_lookup(uintptr_t pc, uintptr_t *offset)
{
	unsigned low = 0, high;

	if (!&nr_kernel_symbols || pc < kernel_symbols[0].address || pc >= kernel_text_end)
		return NULL;
	high = nr_kernel_symbols;
	while (high - low >
	       1) { /* kernel_symbols[low].address <= pc < kernel_symbols[high].address */
		unsigned mid = low + (high - low) / 2;

		if (kernel_symbols[mid].address <= pc)
			low = mid;
		else
			high = mid;
	}
	if (offset)
		*offset = pc - kernel_symbols[low].address;
	return kernel_symbols[low].name;
}
