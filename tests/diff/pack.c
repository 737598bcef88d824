/*
 * tests/diff/pack.c - from the raw sectors that a machine wrote, and the kernel it ran, to a trace file.
 *
 * The kernel is the one of the run: the sum over its code and constants, which the machine computed over its own
 * memory, must be that of the file. The names of lock classes and system calls come from the kernel's
 * headers, those of functions and their sources from its symbol table.
 */
#include "tests/diff/lockdiff.h"
#include "tests/diff/trace_internal.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lock.h"
#include "kernel/syscall.h"
#include "kernel/trace.h"

_Static_assert((int)TF_NR_EVENTS == (int)NR_TRACE_EVENTS, "kernel/trace.h has other events");
_Static_assert((int)TF_OP_ENTER == (int)TE_OP_ENTER && (int)TF_LOCK_INIT == (int)TE_LOCK_INIT, "kernel/trace.h");
_Static_assert((int)TF_OP_IRQ == (int)OP_IRQ && (int)TF_NOTE_MARK == (int)NOTE_MARK, "kernel/trace.h");
_Static_assert((int)TF_F_STACK == (int)TF_STACK && (int)TF_F_COW == (int)TF_COW, "kernel/trace.h");
_Static_assert(TF_TAKEN == LOCK_TAKEN && TF_DOWNGRADE == TRACE_DOWNGRADE && TF_HANDED == TRACE_HANDED, "lock.h");

static const struct {
	const char *name, *protects;
	enum lock_kind kind;
	bool leaf;
} classes[] = {
#define LOCK_CLASS(id, nm, kd, lf, prot, why) { nm, prot, LK_##kd, lf },
#include "kernel/lock_classes.h"
};

static const char *const syscalls[NR_SYSCALLS] = {
#define SYSCALL(nr, nm) [nr] = #nm,
#include "kernel/syscalls.h"
};

/* --- the kernel ---------------------------------------------------------------------------------------------- */

struct elf {
	uint8_t *data;
	size_t size;
	const Elf32_Sym *sym;
	uint32_t nsym;
	const char *str;
	uint32_t str_size;
};

static void *read_whole(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	void *data = NULL;
	long n;

	if (!f)
		return NULL;
	if (!fseek(f, 0, SEEK_END) && (n = ftell(f)) > 0 && !fseek(f, 0, SEEK_SET) && (data = malloc((size_t)n))) {
		*size = (size_t)n;
		if (fread(data, 1, *size, f) != *size) {
			free(data);
			data = NULL;
		}
	}
	fclose(f);
	return data;
}

static bool find_symbols(struct elf *e)
{
	const Elf32_Ehdr *eh = (const Elf32_Ehdr *)(void *)e->data;
	const Elf32_Shdr *sh;

	if (e->size < sizeof(*eh) || memcmp(eh->e_ident, ELFMAG, SELFMAG) || eh->e_ident[EI_CLASS] != ELFCLASS32 ||
	    eh->e_shoff > e->size || (uint64_t)eh->e_shnum * sizeof(*sh) > e->size - eh->e_shoff)
		return false;
	sh = (const Elf32_Shdr *)(void *)(e->data + eh->e_shoff);
	for (int i = 0; i < eh->e_shnum; i++) {
		const Elf32_Shdr *str;

		if (sh[i].sh_type != SHT_SYMTAB || sh[i].sh_link >= eh->e_shnum)
			continue;
		str = &sh[sh[i].sh_link];
		if ((uint64_t)sh[i].sh_offset + sh[i].sh_size > e->size ||
		    (uint64_t)str->sh_offset + str->sh_size > e->size || !str->sh_size)
			return false;
		e->sym = (const Elf32_Sym *)(void *)(e->data + sh[i].sh_offset);
		e->nsym = sh[i].sh_size / sizeof(*e->sym);
		e->str = (const char *)e->data + str->sh_offset;
		e->str_size = str->sh_size;
		return e->str[e->str_size - 1] == '\0';
	}
	return false;
}

static const char *symbol_name(const struct elf *e, const Elf32_Sym *s)
{
	return s->st_name < e->str_size ? e->str + s->st_name : "";
}

static uint32_t symbol_value(const struct elf *e, const char *name)
{
	for (uint32_t i = 0; i < e->nsym; i++)
		if (!strcmp(symbol_name(e, &e->sym[i]), name))
			return e->sym[i].st_value;
	return 0;
}

/* The sum that the machine computed over @bytes from _kernel_start, computed over the file. */
static uint64_t image_sum(const struct elf *e, uint32_t bytes)
{
	const Elf32_Ehdr *eh = (const Elf32_Ehdr *)(void *)e->data;
	uint32_t start = symbol_value(e, "_kernel_start");
	uint8_t *image = calloc(1, bytes + 4);
	uint64_t sum = 0;

	if (!image)
		return 0;
	for (int i = 0; i < eh->e_phnum; i++) {
		const Elf32_Phdr *ph = (const Elf32_Phdr *)(void *)(e->data + eh->e_phoff) + i;
		uint32_t at, n;

		if (ph->p_type != PT_LOAD || ph->p_vaddr < start || ph->p_vaddr - start >= bytes ||
		    (uint64_t)ph->p_offset + ph->p_filesz > e->size)
			continue;
		at = ph->p_vaddr - start;
		n = ph->p_filesz < bytes - at ? ph->p_filesz : bytes - at;
		memcpy(image + at, e->data + ph->p_offset, n);
	}
	sum = trace_sum(TRACE_SUM_START, (const uint32_t *)(void *)image, bytes / 4);
	free(image);
	return sum;
}

/* --- strings --------------------------------------------------------------------------------------------------- */

struct strings {
	char *text;
	uint32_t size, room;
};

static void make_room(struct strings *s, uint32_t n)
{
	if (s->size + n <= s->room)
		return;
	s->room = (s->room + n) * 2 + 4096;
	s->text = realloc(s->text, s->room);
	if (!s->text)
		exit(say_error("no memory"));
}

static void add_nul(struct strings *s)
{
	make_room(s, 1);
	s->text[s->size++] = '\0';
}

static uint32_t add_string(struct strings *s, const char *text)
{
	uint32_t n = (uint32_t)strlen(text) + 1, at = s->size;

	if (n == 1 && s->size)
		return 0;
	make_room(s, n);
	memcpy(s->text + at, text, n);
	for (char *c = s->text + at; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			*c = '?';
	s->size += n;
	return at;
}

static int by_address(const void *a, const void *b)
{
	const struct tf_symbol *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

/* "cow.constprop.0" -> "cow": the parts into which the compiler splits a function keep its name. */
static uint32_t add_function(struct strings *s, const char *name)
{
	char buf[80];

	snprintf(buf, sizeof(buf), "%s", name);
	if (strchr(buf + 1, '.'))
		*strchr(buf + 1, '.') = '\0';
	return add_string(s, buf);
}

static uint32_t add_symbols(const struct elf *e, struct tf_symbol *out, struct strings *s)
{
	uint32_t n = 0, file = 0;

	for (uint32_t i = 0; i < e->nsym; i++) {
		const Elf32_Sym *sym = &e->sym[i];
		unsigned type = ELF32_ST_TYPE(sym->st_info), bind = ELF32_ST_BIND(sym->st_info);
		const char *name = symbol_name(e, sym);

		if (type == STT_FILE)
			file = add_string(s, name);
		if (type != STT_FUNC || !*name)
			continue;
		out[n++] = (struct tf_symbol){ sym->st_value, add_function(s, name), bind == STB_LOCAL ? file : 0 };
	}
	qsort(out, n, sizeof(*out), by_address);
	/* Objects are linked one behind the other: a global function between two local ones of one file is in
	 * that file. */
	for (uint32_t i = 0, below = 0; i < n; i++) {
		uint32_t k = i;

		while (k < n && !out[k].file)
			k++;
		if (out[i].file)
			below = out[i].file;
		else if (k < n && out[k].file == below)
			out[i].file = below;
	}
	return n;
}

/* --- the raw trace ----------------------------------------------------------------------------------------------- */

static const char *raw_fault(const struct trace_raw_head *h)
{
	if (h->magic != TRACE_RAW_MAGIC)
		return "the machine left no trace there";
	if (h->version != TRACE_VERSION || h->record_size != sizeof(struct trace_disk_record))
		return "a trace of another version";
	if (h->nr_records > TF_MAX_RECORDS || h->nr_labels > TRACE_RAW_LABELS || h->cpus > TF_MAX_CPUS)
		return "damaged head";
	return NULL;
}

static int write_file(const char *path, struct tf_header *h, const struct tf_class *class, const struct tf_symbol *symbol,
		      const uint32_t *calls, const uint32_t *labels, const struct trace_raw_head *raw,
		      const struct strings *s, const struct trace_disk_record *rec)
{
	struct part {
		const void *data;
		size_t size;
	} parts[] = {
		{ h, sizeof(*h) },
		{ class, h->nr_classes * sizeof(*class) },
		{ symbol, h->nr_symbols * sizeof(*symbol) },
		{ calls, h->nr_syscalls * 4 },
		{ labels, h->nr_labels * 4 },
		{ raw->total, h->has_totals ? h->nr_classes * sizeof(raw->total[0]) : 0 },
		{ s->text, s->size },
		{ rec, h->nr_records * sizeof(*rec) },
	};
	size_t n = 0, at = 0;
	uint8_t *all;
	FILE *f;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		n += parts[i].size;
	h->file_size = n;
	all = malloc(n);
	if (!all)
		return say_error("no memory for %zu bytes", n);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); at += parts[i++].size)
		memcpy(all + at, parts[i].data, parts[i].size);
	h->sum = trace_sum(TRACE_SUM_START, (const uint32_t *)(void *)(all + TF_SUM_FROM), (uint32_t)((n - TF_SUM_FROM) / 4));
	memcpy(all, h, sizeof(*h));
	f = fopen(path, "wb");
	if (!f || fwrite(all, 1, n, f) != n || fclose(f))
		return say_error("%s: cannot be written", path);
	free(all);
	return 0;
}

static int make_file(const struct trace_raw_head *raw, const struct trace_disk_record *rec, const struct elf *e,
		     const char *path)
{
	static struct tf_class class[TF_MAX_CLASSES];
	static uint32_t calls[NR_SYSCALLS], labels[TRACE_RAW_LABELS + 1];
	struct tf_symbol *symbol = malloc((e->nsym + 1) * sizeof(*symbol));
	struct strings s = { NULL, 0, 0 };
	struct tf_header h;
	int status;

	if (!symbol)
		return say_error("no memory");
	memset(&h, 0, sizeof(h));
	memcpy(h.magic, TF_MAGIC, sizeof(h.magic));
	h.version = TRACE_VERSION;
	h.header_size = sizeof(h);
	h.record_size = sizeof(*rec);
	h.cpus = raw->cpus;
	h.nr_records = raw->nr_records;
	h.lost = raw->lost;
	h.tick_start = raw->tick_start;
	h.tick_end = raw->tick_end;
	h.build = raw->kernel_sum;
	h.has_totals = raw->has_totals != 0;
	memcpy(h.design, raw->design, sizeof(h.design));
	memcpy(h.holes, raw->holes, sizeof(h.holes));
	memcpy(h.workload, raw->workload, sizeof(h.workload));
	memcpy(h.cmdline, raw->cmdline, sizeof(h.cmdline));
	add_string(&s, "");
	h.nr_classes = sizeof(classes) / sizeof(classes[0]);
	for (uint32_t i = 0; i < h.nr_classes; i++)
		class[i] = (struct tf_class){ .name = add_string(&s, classes[i].name),
					      .protects = add_string(&s, classes[i].protects),
					      .kind = (uint8_t)classes[i].kind, .leaf = classes[i].leaf };
	h.nr_symbols = add_symbols(e, symbol, &s);
	h.nr_syscalls = NR_SYSCALLS;
	for (uint32_t i = 0; i < NR_SYSCALLS; i++)
		calls[i] = syscalls[i] ? add_string(&s, syscalls[i]) : 0;
	h.nr_labels = raw->nr_labels + (raw->nr_labels & 1); /* what follows is aligned to 8 */
	for (uint32_t i = 0; i < raw->nr_labels; i++) {
		char label[TRACE_LABEL_LEN + 1] = "";

		memcpy(label, raw->labels[i], TRACE_LABEL_LEN);
		labels[i] = add_string(&s, label);
	}
	/* classes and symbols have 12 bytes each: together an even number of them */
	if ((h.nr_classes + h.nr_symbols) % 2)
		h.nr_symbols--;
	while (s.size % 8)
		add_nul(&s);
	h.strings_size = s.size;
	status = write_file(path, &h, class, symbol, calls, labels, raw, &s, rec);
	free(symbol);
	free(s.text);
	return status;
}

static int pack(FILE *f, const char *image, long long sector, struct elf *e, const char *kernel, const char *out)
{
	static union {
		struct trace_raw_head head;
		uint8_t bytes[TRACE_RAW_SECTORS * 512];
	} raw;
	struct trace_disk_record *rec;
	const char *fault;
	int status;

	if (fseek(f, sector * 512, SEEK_SET) || fread(&raw, sizeof(raw), 1, f) != 1)
		return say_error("%s: shorter than sector %lld", image, sector);
	fault = raw_fault(&raw.head);
	if (fault)
		return say_error("%s, sector %lld: %s", image, sector, fault);
	rec = malloc(raw.head.nr_records * sizeof(*rec) + 1);
	if (!rec || fread(rec, sizeof(*rec), raw.head.nr_records, f) != raw.head.nr_records)
		return say_error("%s: cut short", image);
	if (trace_sum(TRACE_SUM_START, (const uint32_t *)(void *)rec, raw.head.nr_records * (uint32_t)(sizeof(*rec) / 4)) !=
	    raw.head.sum)
		return say_error("%s: the records are damaged: their sum is wrong", image);
	if (raw.head.kernel_bytes > 64u << 20 || image_sum(e, raw.head.kernel_bytes) != raw.head.kernel_sum)
		return say_error("%s is not the kernel that made this trace", kernel);
	status = make_file(&raw.head, rec, e, out);
	free(rec);
	return status;
}

int cmd_pack(int argc, char **argv)
{
	struct elf e = { 0 };
	long long sector;
	FILE *f;
	int status;

	if (argc != 4)
		return say_error("usage: lockdiff pack IMAGE SECTOR KERNEL.elf OUT");
	sector = atoll(argv[1]);
	e.data = read_whole(argv[2], &e.size);
	if (!e.data || !find_symbols(&e))
		return say_error("%s: not a kernel with symbols", argv[2]);
	f = fopen(argv[0], "rb");
	if (!f)
		return say_error("%s: cannot be read", argv[0]);
	status = pack(f, argv[0], sector, &e, argv[2], argv[3]);
	fclose(f);
	free(e.data);
	return status;
}
