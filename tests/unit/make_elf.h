/*
 * tests/unit/make_elf.h - small ELF files made in memory, for tests of who reads them. Include unit.h
 * first.
 */
#ifndef TESTS_UNIT_MAKE_ELF_H
#define TESTS_UNIT_MAKE_ELF_H

#include <elf.h>

/* A good executable with a text and a data segment; its size. @image has room for 3 pages. */
#define ELF_SIZE  0x1100u
#define ELF_ENTRY 0x08048080u
#define ELF_DATA  0x0804a000u

static inline Elf32_Phdr *elf_phdr(void *image, int n)
{
	return (Elf32_Phdr *)(void *)((char *)image + sizeof(Elf32_Ehdr)) + n;
}

static inline void make_elf(void *image)
{
	Elf32_Ehdr *h = image;

	memset(image, 0, ELF_SIZE);
	memcpy(h->e_ident, "\177ELF\1\1\1", 7);
	h->e_type = ET_EXEC;
	h->e_machine = EM_386;
	h->e_version = 1;
	h->e_entry = ELF_ENTRY;
	h->e_phoff = sizeof(*h);
	h->e_ehsize = sizeof(*h);
	h->e_phentsize = sizeof(Elf32_Phdr);
	h->e_phnum = 2;
	*elf_phdr(image, 0) =
		(Elf32_Phdr){ PT_LOAD, 0, 0x08048000, 0, 0x100, 0x100, PF_R | PF_X, 0x1000 };
	*elf_phdr(image, 1) =
		(Elf32_Phdr){ PT_LOAD, 0x1000, ELF_DATA, 0, 0x100, 0x3000, PF_R | PF_W, 0x1000 };
	memset((char *)image + 0x80, 0x90, 0x80);
	memset((char *)image + 0x1000, 0xda, 0x100);
}

#endif
