/*
 * tests/host/symbols.c - function names for reports, from the test program's own ELF symbol table.
 *
 * The kernel's table (kernel/symbols.c) is made by its linker step; here the running file is read
 * once. Static functions are found too, so reports name the same functions as in Bochs.
 */
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/printk.h"
#include "symbols.h"

static const ElfW(Sym) * symbols;
static size_t nr_symbols;
static const char *names;
static uintptr_t load_base;

static int first_object(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	(void)unused;
	load_base = info->dlpi_addr;
	return 1;
}

static void find_tables(const unsigned char *file)
{
	const ElfW(Ehdr) *eh = (const void *)file;
	const ElfW(Shdr) *sh = (const void *)(file + eh->e_shoff);
	int i;

	for (i = 0; i < eh->e_shnum; i++) {
		if (sh[i].sh_type != SHT_SYMTAB)
			continue;
		symbols = (const void *)(file + sh[i].sh_offset);
		nr_symbols = sh[i].sh_size / sizeof(*symbols);
		names = (const char *)(file + sh[sh[i].sh_link].sh_offset);
	}
}

static void load_symbols(void)
{
	static bool tried;
	struct stat st;
	void *file;
	int fd;

	if (tried)
		return;
	tried = true;
	fd = open("/proc/self/exe", O_RDONLY);
	if (fd < 0)
		return;
	if (!fstat(fd, &st)) {
		file = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (file != MAP_FAILED)
			find_tables(file);
	}
	close(fd);
	dl_iterate_phdr(first_object, NULL);
}

static const char *lookup(uintptr_t pc, uintptr_t *offset, int type)
{
	size_t i;

	load_symbols();
	for (i = 0; i < nr_symbols; i++) {
		uintptr_t start = (uintptr_t)symbols[i].st_value + load_base;

		if ((symbols[i].st_info & 15) != type || pc < start ||
		    pc - start >= symbols[i].st_size)
			continue;
		if (offset)
			*offset = pc - start;
		return names + symbols[i].st_name;
	}
	return NULL;
}

const char *symbol_lookup(uintptr_t pc, uintptr_t *offset)
{
	return lookup(pc, offset, STT_FUNC);
}

const char *symbol_lookup_data(uintptr_t addr, uintptr_t *offset)
{
	return lookup(addr, offset, STT_OBJECT);
}
