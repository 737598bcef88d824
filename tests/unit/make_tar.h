/*
 * tests/unit/make_tar.h - ustar archives and small ELF files made in memory, for tests of who reads
 * them. Include unit.h first.
 */
#ifndef TESTS_UNIT_MAKE_TAR_H
#define TESTS_UNIT_MAKE_TAR_H

#include <elf.h>
#include <stdio.h>

#define TAR_BLOCK 512u

struct tar {
	unsigned char *at;
	size_t size, used;
};

static inline void tar_checksum(unsigned char *h)
{
	unsigned sum = 0, i;

	memset(h + 148, ' ', 8);
	for (i = 0; i < TAR_BLOCK; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
	h[155] = ' ';
}

/* One header; returns it so that a test can damage it (and mend its checksum). */
static inline unsigned char *tar_add(struct tar *t, const char *path, char type, const void *data,
				     size_t n)
{
	unsigned char *h = t->at + t->used;
	size_t blocks = (n + TAR_BLOCK - 1) / TAR_BLOCK;

	ck_assert_uint_le(t->used + (1 + blocks) * TAR_BLOCK, t->size);
	memset(h, 0, TAR_BLOCK);
	strncpy((char *)h, path, 100);
	memcpy(h + 100, "0000644", 8);
	snprintf((char *)h + 124, 12, "%011o", (unsigned)n);
	memcpy(h + 136, "00000000000", 12);
	h[156] = (unsigned char)type;
	memcpy(h + 257, "ustar\00000", 8);
	tar_checksum(h);
	memset(h + TAR_BLOCK, 0, blocks * TAR_BLOCK);
	if (n)
		memcpy(h + TAR_BLOCK, data, n);
	t->used += (1 + blocks) * TAR_BLOCK;
	return h;
}

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
