/*
 * kernel/exec_strings.h - argv and envp on their way from the old address space to the new one.
 *
 * Gathered into kernel pages before the old address space goes; then laid out on the new stack.
 */
#ifndef KERNEL_EXEC_STRINGS_H
#define KERNEL_EXEC_STRINGS_H

#include "kernel/elf.h"
#include "kernel/exec.h"

struct exec_strings {
	char *page[EXEC_MAX_PAGES];
	size_t used; /* bytes: all strings one after the other, with their terminators */
	unsigned argc, envc;
};

/* Gather. 0, -E2BIG, -EFAULT, -ENOMEM; release in any case. Context: may sleep. */
int exec_strings_gather(struct exec_strings *s, const char *path, const struct exec_vector *argv,
			const struct exec_vector *envp);
void exec_strings_release(struct exec_strings *s);
/* Write strings, auxv, envp, argv and argc below @top in the current address space, as Linux/i386
 * does. The new stack pointer, 16-byte aligned, goes to *sp. 0 or -EFAULT. Context: may sleep. */
int exec_strings_lay_out(const struct exec_strings *s, unsigned long top,
			 const struct elf_image *image, unsigned long *sp);

#endif
