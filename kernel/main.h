/*
 * kernel/main.h - start-up, for the host port: everything that kernel_main() does before tasks run.
 */
#ifndef KERNEL_MAIN_H
#define KERNEL_MAIN_H

struct boot_info;

/* Command line, memory, design, watchers. Ends the machine with one clear line when the command
 * line is refused. Context: boot CPU, once, interrupts off. */
void kernel_init(const struct boot_info *bi);

#endif
