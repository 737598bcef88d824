/*
 * tests/programs/make_bad.c - damages a good executable in every way of bad_names.h. A build tool,
 * for the host: make_bad GOOD DIRECTORY writes DIRECTORY/NAME for each.
 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bad_names.h"

static unsigned char image[1 << 20];
static size_t size;

static Elf32_Ehdr *header(void)
{
	return (Elf32_Ehdr *)(void *)image;
}

static Elf32_Phdr *phdr(int n)
{
	return (Elf32_Phdr *)(void *)(image + header()->e_phoff) + n;
}

/* The nth loadable segment. */
static Elf32_Phdr *load(int n)
{
	for (int i = 0; i < header()->e_phnum; i++)
		if (phdr(i)->p_type == PT_LOAD && n-- == 0)
			return phdr(i);
	fprintf(stderr, "make_bad: the good program has too few segments\n");
	exit(1);
}

static void swap_segments(void)
{
	Elf32_Phdr first = *load(0), *a = load(0), *b = load(1);

	*a = *b;
	*b = first;
}

static void all_types(Elf32_Word type)
{
	for (int i = 0; i < header()->e_phnum; i++)
		if (phdr(i)->p_type == PT_LOAD)
			phdr(i)->p_type = type;
}

#define IS(n) (!strcmp(name, n))

static void damage_header(const char *name)
{
	Elf32_Ehdr *h = header();

	if (IS("magic"))
		image[1] = 'F';
	else if (IS("class-64"))
		h->e_ident[EI_CLASS] = ELFCLASS64;
	else if (IS("big-endian"))
		h->e_ident[EI_DATA] = ELFDATA2MSB;
	else if (IS("machine"))
		h->e_machine = EM_SPARC;
	else if (IS("type-rel"))
		h->e_type = ET_REL;
	else if (IS("type-dyn"))
		h->e_type = ET_DYN;
	else if (IS("phentsize"))
		h->e_phentsize = 31;
	else if (IS("phnum-0"))
		h->e_phnum = 0;
	else if (IS("phnum-huge"))
		h->e_phnum = 0xffff;
	else if (IS("phoff-huge"))
		h->e_phoff = 0x7fffffff;
	else if (IS("phoff-wraps"))
		h->e_phoff = 0xfffffff0;
	else if (IS("entry-0"))
		h->e_entry = 0;
	else if (IS("entry-kernel"))
		h->e_entry = 0xc0100000;
	else if (IS("entry-hole"))
		h->e_entry = 0x40000000;
}

static void damage_segments(const char *name, Elf32_Phdr *first, Elf32_Phdr *second)
{
	if (IS("interp"))
		phdr(header()->e_phnum - 1)->p_type = PT_INTERP;
	else if (IS("no-load"))
		all_types(PT_NOTE);
	else if (IS("overlap"))
		second->p_vaddr = first->p_vaddr + (second->p_offset & 0xfff);
	else if (IS("out-of-order"))
		swap_segments();
	else if (IS("memsz-huge"))
		first->p_memsz = 0xb0000000;
	else if (IS("memsz-wraps"))
		first->p_memsz = 0xffffffff;
	else if (IS("filesz-huge"))
		first->p_filesz = first->p_memsz = 0x10000000;
	else if (IS("filesz-over-memsz"))
		first->p_memsz = first->p_filesz - 1;
	else if (IS("offset-huge"))
		first->p_offset += 0x10000000;
	else if (IS("offset-wraps"))
		first->p_offset = 0xfffff000;
	else if (IS("vaddr-0"))
		first->p_vaddr &= 0xfff;
	else if (IS("vaddr-kernel"))
		first->p_vaddr = 0xc0000000 + (first->p_vaddr & 0xfff);
	else if (IS("vaddr-boundary"))
		first->p_vaddr = 0xbffff000 + (first->p_vaddr & 0xfff);
	else if (IS("misaligned"))
		first->p_vaddr += 4;
}

static void damage(const char *name)
{
	Elf32_Phdr *first = load(0), *second = load(1);

	damage_segments(name, first, second);
	if (IS("empty"))
		size = 0;
	else if (IS("one-byte"))
		size = 1;
	else if (IS("header-cut"))
		size = sizeof(Elf32_Ehdr) - 1;
	else if (IS("phdrs-cut"))
		size = sizeof(Elf32_Ehdr) + 20;
	else if (IS("contents-cut"))
		size = second->p_offset;
	else if (IS("zero-code"))
		memset(image + (header()->e_entry - second->p_vaddr) + second->p_offset, 0, 64);
	damage_header(name);
	if (IS("text"))
		size = (size_t)sprintf((char *)image, "#!/bin/hello\n");
}

static void read_good(const char *path)
{
	FILE *f = fopen(path, "rb");

	memset(image, 0, sizeof(image));
	size = f ? fread(image, 1, sizeof(image), f) : 0;
	if (f)
		fclose(f);
	if (size < sizeof(Elf32_Ehdr) || size == sizeof(image)) {
		fprintf(stderr, "make_bad: %s: not a small executable\n", path);
		exit(1);
	}
}

static void write_bad(const char *directory, const char *name)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "wb");
	if (!f || fwrite(image, 1, size, f) != size || fclose(f)) {
		fprintf(stderr, "make_bad: cannot write %s\n", path);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "make_bad GOOD DIRECTORY\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(bad_names) / sizeof(bad_names[0]); i++) {
		read_good(argv[1]);
		damage(bad_names[i].name);
		write_bad(argv[2], bad_names[i].name);
	}
	return 0;
}
