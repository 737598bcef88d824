/*
 * kernel/elf.c - the check of an ELF32 i386 executable's headers. Contract in the header.
 *
 * Offsets and values are those of the System V ABI. The file may say anything: all arithmetic is
 * done in 64 bits, and every number is bounded before it is used.
 */
#include "kernel/elf.h"

#include "kernel/errno.h"
#include "kernel/string.h"
#include "mm/mm.h"

/* Segments end below here, so that the stack has 16 MB to grow into. */
#define ELF_LIMIT ((uint64_t)TASK_SIZE - 0x01000000u)

struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version, entry, phoff, shoff, flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
_Static_assert(sizeof(struct elf_header) == 52, "ELF header");

struct elf_phdr {
	uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
_Static_assert(sizeof(struct elf_phdr) == 32, "ELF program header");

#define ET_EXEC	     2
#define ET_DYN	     3
#define EM_386	     3
#define PT_LOAD	     1
#define PT_DYNAMIC   2
#define PT_INTERP    3
#define PT_GNU_STACK 0x6474e551u
#define PF_X	     1u
#define PF_W	     2u
#define PF_R	     4u

/* Each check returns NULL or what is wrong. */
static const char *check_header(const struct elf_header *h, size_t len)
{
	static const uint8_t ident[7] = {
		0x7f, 'E', 'L', 'F', 1 /* 32 bits */, 1 /* little endian */, 1
	};

	if (memcmp(h->ident, ident, 4) != 0)
		return "no ELF magic";
	if (memcmp(h->ident, ident, sizeof(ident)) != 0)
		return "not a 32-bit little-endian ELF file";
	if (h->machine != EM_386)
		return "not for i386";
	if (h->type == ET_DYN)
		return "position independent: only fixed-address executables are loaded";
	if (h->type != ET_EXEC)
		return "not an executable";
	if (h->phentsize != sizeof(struct elf_phdr) || h->phnum == 0)
		return "no program headers of the right size";
	if (h->phoff > len || (uint64_t)h->phnum * sizeof(struct elf_phdr) > len - h->phoff)
		return "program headers beyond the file's first bytes";
	return NULL;
}

static unsigned prot_of(uint32_t flags)
{
	return (flags & PF_R ? PROT_READ : 0u) | (flags & PF_W ? PROT_WRITE : 0u) |
	       (flags & PF_X ? PROT_EXEC : 0u);
}

static const char *check_segment(const struct elf_phdr *p, uint64_t file_size)
{
	if (p->filesz > p->memsz)
		return "a segment longer in the file than in memory";
	if ((uint64_t)p->offset + p->filesz > file_size)
		return "a segment beyond the end of the file";
	if (p->vaddr < PAGE_SIZE)
		return "a segment in the first page";
	if ((uint64_t)p->vaddr + p->memsz > ELF_LIMIT)
		return "a segment beyond user memory";
	if ((p->vaddr & ~(uint32_t)PAGE_MASK) != (p->offset & ~(uint32_t)PAGE_MASK))
		return "a segment whose address and file offset do not match";
	if (p->memsz > p->filesz && !(p->flags & PF_W))
		return "zero-filled memory in a read-only segment";
	return NULL;
}

static uint32_t page_of(uint32_t addr)
{
	return addr & (uint32_t)PAGE_MASK;
}

/* @s follows @prev. They may meet in a page only when that page is the same page of the file, all
 * of it: the later mapping replaces the earlier one there. */
static const char *check_order(const struct elf_segment *prev, const struct elf_segment *s)
{
	if (s->vaddr < prev->vaddr + prev->memsz)
		return "overlapping segments, or segments out of order";
	if (page_of(s->vaddr) > page_of(prev->vaddr + prev->memsz - 1))
		return NULL;
	if (prev->memsz != prev->filesz || page_of(s->vaddr) - page_of(prev->vaddr) !=
						   page_of(s->offset) - page_of(prev->offset))
		return "two segments in one page";
	return NULL;
}

static const char *add_segment(struct elf_image *im, const struct elf_phdr *p)
{
	struct elf_segment *s = &im->segment[im->nsegments];
	const char *wrong;

	if (im->nsegments == ELF_MAX_SEGMENTS)
		return "too many segments";
	*s = (struct elf_segment){ p->vaddr, p->filesz, p->memsz, p->offset, prot_of(p->flags) };
	wrong = im->nsegments ? check_order(s - 1, s) : NULL;
	if (wrong)
		return wrong;
	im->nsegments++;
	return NULL;
}

static void note_bounds(struct elf_image *im)
{
	int i;

	im->start_code = im->segment[0].vaddr;
	for (i = 0; i < im->nsegments; i++) {
		const struct elf_segment *s = &im->segment[i];

		im->end_mem = s->vaddr + s->memsz;
		if (s->prot & PROT_WRITE) {
			if (!im->start_data)
				im->start_data = s->vaddr;
			im->end_data = s->vaddr + s->filesz;
		} else {
			im->end_code = s->vaddr + s->filesz;
		}
	}
}

static bool in_segments(const struct elf_image *im, uint32_t addr, uint32_t len)
{
	int i;

	for (i = 0; i < im->nsegments; i++) {
		const struct elf_segment *s = &im->segment[i];

		if (addr >= s->vaddr && addr - s->vaddr < s->filesz &&
		    len <= s->filesz - (addr - s->vaddr))
			return true;
	}
	return false;
}

/* Where the program headers lie in memory, if a segment carries them. */
static uint32_t find_phdrs(const struct elf_image *im, const struct elf_header *h)
{
	uint32_t len = (uint32_t)h->phnum * (uint32_t)sizeof(struct elf_phdr);
	int i;

	for (i = 0; i < im->nsegments; i++) {
		const struct elf_segment *s = &im->segment[i];

		if (h->phoff >= s->offset && h->phoff - s->offset < s->filesz &&
		    len <= s->filesz - (h->phoff - s->offset))
			return s->vaddr + (h->phoff - s->offset);
	}
	return 0;
}

static const char *check_phdr(const struct elf_phdr *p, uint64_t file_size, struct elf_image *im)
{
	const char *wrong;

	switch (p->type) {
	case PT_INTERP:
		return "dynamically linked: only static executables are loaded";
	case PT_GNU_STACK:
		im->exec_stack = p->flags & PF_X;
		return NULL;
	case PT_LOAD:
		if (p->memsz == 0)
			return NULL;
		wrong = check_segment(p, file_size);
		return wrong ? wrong : add_segment(im, p);
	}
	return NULL;
}

int elf_check(const void *head, size_t len, uint64_t file_size, struct elf_image *out,
	      const char **why)
{
	struct elf_header h;
	struct elf_phdr p;
	unsigned i;

	memset(out, 0, sizeof(*out));
	out->exec_stack = true;
	*why = "too short for an ELF header";
	if (len < sizeof(h))
		return -ENOEXEC;
	memcpy(&h, head, sizeof(h));
	*why = check_header(&h, len);
	for (i = 0; !*why && i < h.phnum; i++) {
		memcpy(&p, (const char *)head + h.phoff + i * sizeof(p), sizeof(p));
		*why = check_phdr(&p, file_size, out);
	}
	if (*why)
		return -ENOEXEC;
	*why = "nothing to load";
	if (out->nsegments == 0)
		return -ENOEXEC;
	*why = "entry point outside the program";
	if (!in_segments(out, h.entry, 1))
		return -ENOEXEC;
	*why = NULL;
	out->entry = h.entry;
	out->phnum = h.phnum;
	out->phdr_addr = find_phdrs(out, &h);
	note_bounds(out);
	return 0;
}
