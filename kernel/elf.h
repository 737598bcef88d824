/*
 * kernel/elf.h - what an ELF32 i386 executable must be to be loaded: a pure check of its headers.
 *
 * elf_check() reads headers only, believes none of them, and turns them into a plan of mappings
 * that the loader (kernel/exec.c) can follow without further tests: every address below TASK_SIZE,
 * every file range inside the file, segments ascending and disjoint.
 */
#ifndef KERNEL_ELF_H
#define KERNEL_ELF_H

#include "kernel/types.h"

#define ELF_MAX_SEGMENTS 8
#define ELF_HEAD_SIZE	 1024 /* bytes of the file's start that the check wants to see */

/* One loadable segment. Bytes [vaddr, vaddr + filesz) come from the file at @offset, the rest up to
 * vaddr + memsz is zero; vaddr and offset are equal modulo the page size. */
struct elf_segment {
	uint32_t vaddr, filesz, memsz, offset;
	unsigned prot; /* PROT_* */
};

struct elf_image {
	uint32_t entry;
	int nsegments; /* >= 1 */
	struct elf_segment segment[ELF_MAX_SEGMENTS];
	uint32_t phdr_addr; /* where the program headers are in memory, 0 = nowhere (for AT_PHDR) */
	uint16_t phnum;
	uint32_t start_code, end_code, start_data, end_data, end_mem;
	bool exec_stack; /* PT_GNU_STACK asks for it, or is missing */
};

/* Judge a file of @file_size bytes by its first @len bytes (at most ELF_HEAD_SIZE). 0 and *out, or
 * -ENOEXEC and a phrase for people in *why. Context: any. */
int elf_check(const void *head, size_t len, uint64_t file_size, struct elf_image *out,
	      const char **why);

#endif
