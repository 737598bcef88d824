/*
 * tests/unit/fuzz/fuzz_elf.c - the judge of executables (kernel/elf.c).
 *
 * Input: four bytes file size, then the first bytes of the file. Whatever is accepted must be a plan
 * that execve can carry out without leaving user memory or the file.
 */
#include "fuzz.h"

#include "kernel/elf.h"
#include "mm/mm.h"

static void check_plan(const struct elf_image *im, uint64_t file_size)
{
	bool entry_inside = false;

	must(im->nsegments >= 1 && im->nsegments <= ELF_MAX_SEGMENTS);
	for (int i = 0; i < im->nsegments; i++) {
		const struct elf_segment *s = &im->segment[i];

		must(s->memsz > 0 && s->filesz <= s->memsz);
		must(s->vaddr >= PAGE_SIZE);
		must((uint64_t)s->vaddr + s->memsz <= TASK_SIZE - 0x01000000u);
		must((uint64_t)s->offset + s->filesz <= file_size);
		must(s->vaddr % PAGE_SIZE == s->offset % PAGE_SIZE);
		must(s->memsz == s->filesz || (s->prot & PROT_WRITE));
		must(!i || s->vaddr >= s[-1].vaddr + s[-1].memsz);
		if (im->entry >= s->vaddr && im->entry - s->vaddr < s->filesz)
			entry_inside = true;
	}
	must(entry_inside);
	must(im->end_mem > im->start_code);
	must(im->end_code <= im->end_mem && im->end_data <= im->end_mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = {data, size};
	uint64_t file_size = fuzz_u32(&in);
	struct elf_image im;
	const char *why = NULL;
	void *head = fuzz_copy(in.at, in.left);

	if (elf_check(head, in.left, file_size, &im, &why))
		fuzz_must_be_one_line(why);
	else
		check_plan(&im, file_size);
	free(head);
	return 0;
}
