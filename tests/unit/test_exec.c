/*
 * tests/unit/test_exec.c - the ELF check, field by field and with random bytes; execve as a whole:
 * what is in memory and on the stack afterwards, and that a refused one changes nothing.
 */
#include "unit.h"

#include "ext2_image.h"
#include "make_elf.h"
#include "vmtest.h"

#include "kernel/elf.h"
#include "kernel/exec.h"
#include "kernel/inode.h"
#include "kernel/uaccess.h"

static unsigned char elf[3 * PAGE_SIZE];

static int check(const char **why)
{
	struct elf_image im;

	return elf_check(elf, ELF_HEAD_SIZE, ELF_SIZE, &im, why);
}

START_TEST(test_good)
{
	struct elf_image im;
	const char *why;

	make_elf(elf);
	ck_assert_int_eq(elf_check(elf, ELF_HEAD_SIZE, ELF_SIZE, &im, &why), 0);
	ck_assert_int_eq(im.nsegments, 2);
	ck_assert_uint_eq(im.entry, ELF_ENTRY);
	ck_assert_uint_eq(im.phdr_addr, 0x08048034);
	ck_assert_uint_eq(im.start_code, 0x08048000);
	ck_assert_uint_eq(im.end_code, 0x08048100);
	ck_assert_uint_eq(im.start_data, ELF_DATA);
	ck_assert_uint_eq(im.end_data, ELF_DATA + 0x100);
	ck_assert_uint_eq(im.end_mem, ELF_DATA + 0x3000);
	ck_assert_uint_eq(im.segment[0].prot, PROT_READ | PROT_EXEC);
	ck_assert_uint_eq(im.segment[1].prot, PROT_READ | PROT_WRITE);
	ck_assert(im.exec_stack);
}
END_TEST

/* Two segments that meet in one page of memory are fine if it is one page of the file, too. */
START_TEST(test_shared_page)
{
	const char *why;

	make_elf(elf);
	*elf_phdr(elf, 1) =
		(Elf32_Phdr){ PT_LOAD, 0x200, 0x08048200, 0, 0x100, 0x3000, PF_R | PF_W, 4 };
	ck_assert_int_eq(check(&why), 0);
	elf_phdr(elf, 1)->p_offset = 0x1200 - 0x1000 + 0x1000; /* another page of the file */
	elf_phdr(elf, 1)->p_filesz = elf_phdr(elf, 1)->p_memsz = 1;
	elf_phdr(elf, 1)->p_offset = 0x200;
	ck_assert_int_eq(check(&why), 0);
	elf_phdr(elf, 0)->p_memsz = 0x180; /* zeroes that the second mapping would hide */
	elf_phdr(elf, 0)->p_flags |= PF_W;
	ck_assert_int_eq(check(&why), -ENOEXEC);
	ck_assert_str_eq(why, "two segments in one page");
}
END_TEST

/* One 32-bit word of the file replaced by a nasty value: any answer but a crash, and never a plan
 * that leaves user memory or the file. */
static void check_plan(uint64_t file_size, size_t len)
{
	struct elf_image im;
	const char *why;
	int i;

	if (elf_check(elf, len, file_size, &im, &why)) {
		ck_assert_ptr_nonnull(why);
		return;
	}
	ck_assert_int_ge(im.nsegments, 1);
	ck_assert_int_le(im.nsegments, ELF_MAX_SEGMENTS);
	for (i = 0; i < im.nsegments; i++) {
		const struct elf_segment *s = &im.segment[i];

		ck_assert_uint_ge(s->vaddr, PAGE_SIZE);
		ck_assert_uint_lt((uint64_t)s->vaddr + s->memsz, TASK_SIZE);
		ck_assert_uint_le((uint64_t)s->offset + s->filesz, file_size);
		ck_assert_uint_le(s->filesz, s->memsz);
		ck_assert_uint_eq(s->vaddr % PAGE_SIZE, s->offset % PAGE_SIZE);
		if (i)
			ck_assert_uint_ge(s->vaddr, s[-1].vaddr + s[-1].memsz);
	}
}

START_TEST(test_every_word)
{
	static const uint32_t nasty[] = { 0,	      1,	  0xfff,      0x1000,
					  0x7fffffff, 0x80000000, 0xbffff000, 0xc0000000,
					  0xfffff000, 0xffffffff };
	size_t at, i;

	for (at = 0; at < sizeof(Elf32_Ehdr) + 2 * sizeof(Elf32_Phdr); at += 2)
		for (i = 0; i < ARRAY_SIZE(nasty); i++) {
			make_elf(elf);
			memcpy(elf + at, &nasty[i], 4);
			check_plan(ELF_SIZE, ELF_HEAD_SIZE);
		}
}
END_TEST

START_TEST(test_every_length)
{
	size_t len;

	for (len = 0; len <= 256; len++) {
		unsigned char *copy = malloc(len ? len : 1); /* so that a sanitizer sees its end */
		struct elf_image im;
		const char *why;

		make_elf(elf);
		memcpy(copy, elf, len);
		ck_assert_int_eq(elf_check(copy, len, len, &im, &why), -ENOEXEC);
		free(copy);
	}
}
END_TEST

START_TEST(test_fuzz)
{
	unsigned round, k;

	srand(99);
	for (round = 0; round < 200000; round++) {
		make_elf(elf);
		for (k = 1 + (unsigned)rand() % 4; k--;)
			elf[(unsigned)rand() % 116] = (unsigned char)rand();
		check_plan((unsigned)rand() % 0x2000, ELF_HEAD_SIZE);
	}
}
END_TEST

/* --- execve ---------------------------------------------------------------------------------- */

static uint32_t word_at(unsigned long addr)
{
	uint32_t w = 0;

	ck_assert_int_eq(get_user_u32(&w, addr), 0);
	return w;
}

static void string_at(unsigned long addr, const char *want)
{
	char buf[64];

	ck_assert_int_ge(strncpy_from_user(buf, addr, sizeof(buf)), 0);
	ck_assert_str_eq(buf, want);
}

static uint32_t aux_value(unsigned long auxv, uint32_t type)
{
	for (; word_at(auxv); auxv += 8)
		if (word_at(auxv) == type)
			return word_at(auxv + 4);
	ck_abort_msg("no auxv entry %u", type);
	return 0;
}

static void check_stack(unsigned long sp)
{
	ck_assert_uint_eq(sp % 16, 0);
	ck_assert_uint_eq(word_at(sp), 3);
	string_at(word_at(sp + 4), "prog");
	string_at(word_at(sp + 8), "two words");
	string_at(word_at(sp + 12), "");
	ck_assert_uint_eq(word_at(sp + 16), 0);
	string_at(word_at(sp + 20), "A=b");
	ck_assert_uint_eq(word_at(sp + 24), 0);
	ck_assert_uint_eq(aux_value(sp + 28, 6), PAGE_SIZE);
	ck_assert_uint_eq(aux_value(sp + 28, 9), ELF_ENTRY);
	ck_assert_uint_eq(aux_value(sp + 28, 3), 0x08048034);
	ck_assert_uint_eq(aux_value(sp + 28, 5), 2);
	string_at(aux_value(sp + 28, 31), "/bin/prog");
	string_at(aux_value(sp + 28, 15), "i686");
}

static void check_memory(void)
{
	struct mm_struct *mm = current->mm;
	unsigned long a;

	ck_assert_uint_eq(word_at(ELF_ENTRY), 0x90909090);
	ck_assert_uint_eq(word_at(ELF_DATA + 0xfc), 0xdadadada);
	for (a = ELF_DATA + 0x100; a < ELF_DATA + 0x3000; a += 4) /* the file's page went on */
		ck_assert_uint_eq(word_at(a), 0);
	ck_assert_int_eq(put_user_u32(ELF_DATA + 0x2000, 1), 0);
	ck_assert_int_eq(put_user_u32(ELF_ENTRY, 0), -EFAULT);
	ck_assert_uint_eq(mm->brk, ELF_DATA + 0x3000);
	ck_assert_uint_eq(mm->start_brk, mm->brk);
	ck_assert_int_eq(sys_brk(mm->brk + 0x2000), (long)(ELF_DATA + 0x5000));
}

static void execve_good(void *arg)
{
	static const char *const argv[] = { "prog", "two words", "", NULL }, *const envp[] = {
		"A=b", NULL
	};
	struct exec_vector av = { .kernel = argv }, ev = { .kernel = envp };
	unsigned long entry, sp;
	struct mm_struct *first;
	int i;

	(void)arg;
	block_start();
	ck_assert_int_eq(root_mount_on(block_find("hda"), false), 0);
	first = vt_enter("first");
	for (i = 0; i < 3; i++) { /* from any program to any other */
		ck_assert_int_eq(do_execve("/bin/prog", &av, &ev, &entry, &sp), 0);
		ck_assert_uint_eq(entry, ELF_ENTRY);
		ck_assert_ptr_ne(current->mm, NULL);
		check_stack(sp);
		check_memory();
	}
	(void)first;
	ck_assert_str_eq(current->comm, "prog");
	vt_leave();
}

static void execve_bad(void *arg)
{
	struct exec_vector none = { 0 }, wild = { .user = 8 }, wild2 = { .user = 0xC0000000UL };
	unsigned long entry, sp;
	struct mm_struct *mm;

	(void)arg;
	block_start();
	ck_assert_int_eq(root_mount_on(block_find("hda"), false), 0);
	mm = vt_enter("old");
	ck_assert_int_eq(do_execve("/nosuch", &none, &none, &entry, &sp), -ENOENT);
	ck_assert_int_eq(do_execve("/bin", &none, &none, &entry, &sp), -EACCES);
	ck_assert_int_eq(do_execve("/bin/data", &none, &none, &entry, &sp), -EACCES);
	ck_assert_int_eq(do_execve("/bin/prog/x", &none, &none, &entry, &sp), -ENOTDIR);
	ck_assert_int_eq(do_execve("/bin/text", &none, &none, &entry, &sp), -ENOEXEC);
	ck_assert_int_eq(do_execve("/bin/empty", &none, &none, &entry, &sp), -ENOEXEC);
	ck_assert_int_eq(do_execve("/bin/huge", &none, &none, &entry, &sp), -ENOEXEC);
	ck_assert_int_eq(do_execve("/bin/prog", &wild, &none, &entry, &sp), -EFAULT);
	ck_assert_int_eq(do_execve("/bin/prog", &none, &wild2, &entry, &sp), -EFAULT);
	ck_assert_ptr_eq(current->mm, mm);
	ck_assert_str_ne(current->comm, "prog");
	vt_leave();
}

/* Too many, too long, unterminated vectors. */
static void execve_long(void *arg)
{
	struct exec_vector av = { .user = 0x20000000UL }, none = { 0 };
	unsigned long entry, sp, i, strings = 0x21000000UL;

	(void)arg;
	block_start();
	ck_assert_int_eq(root_mount_on(block_find("hda"), false), 0);
	vt_enter("old");
	ck_assert_int_eq(sys_mmap_pgoff(av.user, PAGES(8), RW, ANON_AT, NULL, 0), (long)av.user);
	ck_assert_int_eq(sys_mmap_pgoff(strings, PAGES(40), RW, ANON_AT, NULL, 0), (long)strings);
	for (i = 0; i < PAGES(40); i += 8)
		ck_assert_uint_eq(arch_copy_to_user(strings + i, "abcdefgh", 8), 0);
	put_user_u32(av.user, (uint32_t)strings); /* one string of 40 pages without an end */
	ck_assert_int_eq(do_execve("/bin/prog", &av, &none, &entry, &sp), -E2BIG);
	put_user_u32(strings + PAGES(30), 0); /* 30 pages */
	ck_assert_int_eq(do_execve("/bin/prog", &av, &none, &entry, &sp), -E2BIG);
	for (i = 0; i < PAGES(8); i += 4) /* pointers to the end of their memory */
		put_user_u32(av.user + i, (uint32_t)(strings + PAGES(30) - 1));
	ck_assert_int_eq(do_execve("/bin/prog", &av, &none, &entry, &sp), -E2BIG);
	put_user_u32(av.user + 4 * 3000, 0); /* 3000 of them are fine */
	ck_assert_int_eq(do_execve("/bin/prog", &av, &none, &entry, &sp), 0);
	ck_assert_uint_eq(word_at(sp), 3000);
	string_at(word_at(sp + 4 * 3000), "h");
	vt_leave();
}

static void with_disk(void (*body)(void *))
{
	struct image im;
	uint32_t bin;

	make_elf(elf);
	image_open(&im, 256, PLAIN " -b 1024");
	bin = image_create(&im, EXT2_ROOT_INO, "bin", 0040755, NULL, 0);
	image_create(&im, bin, "prog", 0100755, elf, ELF_SIZE);
	image_create(&im, bin, "data", 0100644, elf, ELF_SIZE);
	image_create(&im, bin, "text", 0100755, "#!/bin/sh\n", 10);
	image_create(&im, bin, "empty", 0100755, NULL, 0);
	elf_phdr(elf, 1)->p_memsz = 0xb8000000;
	image_create(&im, bin, "huge", 0100755, elf, ELF_SIZE);
	ck_assert_int_eq(ext2_unmount(im.fs), 0);
	image_to_disk(&im);
	vt_run("linux-2.3.30", body, NULL);
}

START_TEST(test_execve)
{
	with_disk(execve_good);
}
END_TEST

START_TEST(test_execve_bad)
{
	with_disk(execve_bad);
}
END_TEST

START_TEST(test_execve_long)
{
	with_disk(execve_long);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("exec");
	TCase *tc = tcase_create("exec");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_good);
	tcase_add_test(tc, test_shared_page);
	tcase_add_test(tc, test_every_word);
	tcase_add_test(tc, test_every_length);
	tcase_add_test(tc, test_fuzz);
	tcase_add_test(tc, test_execve);
	tcase_add_test(tc, test_execve_bad);
	tcase_add_test(tc, test_execve_long);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
