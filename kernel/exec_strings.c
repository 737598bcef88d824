/*
 * kernel/exec_strings.c - argv and envp for execve. Contracts in the header.
 *
 * Single pages, never a large block: exec must work when memory is short and in pieces. The path
 * comes first (AT_EXECFN), then argv, then envp.
 */
#include "kernel/exec_strings.h"

#include "kernel/errno.h"
#include "kernel/string.h"
#include "kernel/task.h"
#include "kernel/uaccess.h"
#include "mm/mm.h"

#define STRINGS_MAX (EXEC_MAX_PAGES * PAGE_SIZE)
#define MAX_STRINGS 4096u /* argv and envp together: their pointers take at most 4 pages */

/* --- gathering ------------------------------------------------------------------------------- */

/* Room for @n more bytes, at most to the end of a page: where, and how many. */
static char *room_for(struct exec_strings *s, size_t n, size_t *part)
{
	size_t index = s->used / PAGE_SIZE, offset = s->used % PAGE_SIZE;

	if (!s->page[index])
		s->page[index] = get_free_pages(GFP_KERNEL, 0);
	*part = min(n, (size_t)PAGE_SIZE - offset);
	return s->page[index] ? s->page[index] + offset : NULL;
}

/* Append @len bytes from kernel memory, or from @user when @kernel is NULL. */
static int append(struct exec_strings *s, const char *kernel, unsigned long user, size_t len)
{
	size_t done = 0;

	if (len > STRINGS_MAX - s->used)
		return -E2BIG;
	while (done < len) {
		size_t part;
		char *to = room_for(s, len - done, &part);

		if (!to)
			return -ENOMEM;
		if (kernel)
			memcpy(to, kernel + done, part);
		else if (copy_from_user(to, user + done, part))
			return -EFAULT;
		s->used += part;
		done += part;
	}
	return 0;
}

static int append_user(struct exec_strings *s, unsigned long user)
{
	long len;
	int error;

	if (user >= TASK_SIZE)
		return -EFAULT;
	len = arch_strnlen_user(user, STRINGS_MAX);
	if (len < 0)
		return -EFAULT;
	if (len == (long)STRINGS_MAX)
		return -E2BIG;
	/* The string may have changed since it was measured (another thread): its end is ours, and
	 * a NUL inside would shift all later strings by one. */
	error = append(s, NULL, user, (size_t)len);
	if (error)
		return error;
	for (size_t at = s->used - (size_t)len; at < s->used; at++) {
		char *c = s->page[at / PAGE_SIZE] + at % PAGE_SIZE;

		if (*c == '\0')
			*c = ' ';
	}
	return append(s, "", 0, 1);
}

static int gather_user(struct exec_strings *s, unsigned long vector, unsigned *count)
{
	for (;; vector += sizeof(uint32_t)) {
		uint32_t user;
		int error = get_user_u32(&user, vector);

		if (error || user == 0)
			return error;
		if (s->argc + s->envc >= MAX_STRINGS)
			return -E2BIG;
		error = append_user(s, user);
		if (error)
			return error;
		(*count)++;
	}
}

static int gather_kernel(struct exec_strings *s, const char *const *vector, unsigned *count)
{
	for (; *vector; vector++) {
		int error = append(s, *vector, 0, strlen(*vector) + 1);

		if (error)
			return error;
		(*count)++;
	}
	return 0;
}

static int gather(struct exec_strings *s, const struct exec_vector *v, unsigned *count)
{
	if (v->user)
		return gather_user(s, v->user, count);
	return v->kernel ? gather_kernel(s, v->kernel, count) : 0;
}

int exec_strings_gather(struct exec_strings *s, const char *path, const struct exec_vector *argv,
			const struct exec_vector *envp)
{
	int error;

	memset(s, 0, sizeof(*s));
	error = append(s, path, 0, strlen(path) + 1);
	if (!error)
		error = gather(s, argv, &s->argc);
	if (!error)
		error = gather(s, envp, &s->envc);
	return error;
}

void exec_strings_release(struct exec_strings *s)
{
	size_t i;

	for (i = 0; i < EXEC_MAX_PAGES; i++)
		if (s->page[i])
			free_pages(s->page[i], 0);
	memset(s, 0, sizeof(*s));
}

/* --- laying out ------------------------------------------------------------------------------ */

#define AT_NULL	    0
#define AT_PHDR	    3
#define AT_PHENT    4
#define AT_PHNUM    5
#define AT_PAGESZ   6
#define AT_BASE	    7
#define AT_FLAGS    8
#define AT_ENTRY    9
#define AT_UID	    11
#define AT_EUID	    12
#define AT_GID	    13
#define AT_EGID	    14
#define AT_PLATFORM 15
#define AT_HWCAP    16
#define AT_CLKTCK   17
#define AT_SECURE   23
#define AT_RANDOM   25
#define AT_EXECFN   31
#define NR_AUX	    18

/* Writes 32-bit words upwards; the first failure sticks. */
struct word_writer {
	unsigned long at;
	int error;
};

static void put_word(struct word_writer *w, unsigned long value)
{
	if (!w->error)
		w->error = put_user_u32(w->at, (uint32_t)value);
	w->at += sizeof(uint32_t);
}

static void put_aux(struct word_writer *w, unsigned long type, unsigned long value)
{
	put_word(w, type);
	put_word(w, value);
}

/* The addresses of @count strings, the first of which is at *at in the user's copy; *at moves
 * on. */
static void put_pointers(struct word_writer *w, const struct exec_strings *s, unsigned count,
			 unsigned long base, size_t *at)
{
	while (count--) {
		put_word(w, base + *at);
		while (s->page[*at / PAGE_SIZE][*at % PAGE_SIZE])
			(*at)++;
		(*at)++;
	}
	put_word(w, 0);
}

static void put_auxv(struct word_writer *w, const struct elf_image *im, unsigned long execfn,
		     unsigned long random, unsigned long platform)
{
	put_aux(w, AT_HWCAP, 0);
	put_aux(w, AT_PAGESZ, PAGE_SIZE);
	put_aux(w, AT_CLKTCK, HZ);
	put_aux(w, AT_PHDR, im->phdr_addr);
	put_aux(w, AT_PHENT, 32);
	put_aux(w, AT_PHNUM, im->phdr_addr ? im->phnum : 0);
	put_aux(w, AT_BASE, 0);
	put_aux(w, AT_FLAGS, 0);
	put_aux(w, AT_ENTRY, im->entry);
	put_aux(w, AT_UID, 0);
	put_aux(w, AT_EUID, 0);
	put_aux(w, AT_GID, 0);
	put_aux(w, AT_EGID, 0);
	put_aux(w, AT_SECURE, 0);
	put_aux(w, AT_RANDOM, random);
	put_aux(w, AT_EXECFN, execfn);
	put_aux(w, AT_PLATFORM, platform);
	put_aux(w, AT_NULL, 0);
}

static int copy_strings(const struct exec_strings *s, unsigned long base)
{
	size_t at;

	for (at = 0; at < s->used; at += PAGE_SIZE)
		if (copy_to_user(base + at, s->page[at / PAGE_SIZE],
				 min(s->used - at, (size_t)PAGE_SIZE)))
			return -EFAULT;
	return 0;
}

int exec_strings_lay_out(const struct exec_strings *s, unsigned long top,
			 const struct elf_image *image, unsigned long *sp)
{
	static const char platform[8] = "i686";
	/* Constant: a run must repeat to the tick (libraries make stack canaries of it). */
	static const uint8_t random[16] = { 0x6b, 0x73, 0x77, 0x61, 0x70, 0x64, 0x32, 0x33,
					    0x19, 0x99, 0x10, 0x13, 0x23, 0x30, 0x86, 0x00 };
	unsigned long base = (top - sizeof(uint32_t) - s->used) & ~3UL;
	unsigned long platform_at = base - sizeof(platform);
	unsigned long random_at = platform_at - sizeof(random);
	size_t words = 1 + s->argc + 1 + s->envc + 1 + 2 * NR_AUX;
	struct word_writer w = { .at = (random_at - words * sizeof(uint32_t)) & ~15UL };
	size_t at = 0;
	int error = copy_strings(s, base);

	if (!error)
		error = copy_to_user(platform_at, platform, sizeof(platform));
	if (!error)
		error = copy_to_user(random_at, random, sizeof(random));
	if (error)
		return error;
	*sp = w.at;
	put_word(&w, s->argc);
	while (s->page[at / PAGE_SIZE][at % PAGE_SIZE]) /* the path itself is no argument */
		at++;
	at++;
	put_pointers(&w, s, s->argc, base, &at);
	put_pointers(&w, s, s->envc, base, &at);
	put_auxv(&w, image, base, random_at, platform_at);
	return w.error;
}
