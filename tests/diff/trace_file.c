/*
 * tests/diff/trace_file.c - reading a trace file: is it one, is it whole, is it consistent? Then the names.
 *
 * Nothing in the file is believed: every length is compared with the file's size before it is used, every
 * offset with the table it points into, every record's numbers with their ranges. What is derived from
 * the records (operations, spans) is made by tests/diff/spans.c.
 */
#include "tests/diff/trace_internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int trace_error(char *err, size_t size, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err, size, fmt, ap);
	va_end(ap);
	for (char *c = err; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c > '~')
			*c = '?';
	return 2;
}

/* --- the tables --------------------------------------------------------------------------------------- */

/* Takes @n elements of @each bytes off the front of what is left; NULL = there are not so many. */
static const void *take(const uint8_t **at, size_t *left, uint64_t n, size_t each)
{
	const void *p = *at;

	if (n > *left / each)
		return NULL;
	*at += n * each;
	*left -= n * each;
	return p;
}

static bool is_string(const char *s, size_t size)
{
	return memchr(s, '\0', size) != NULL;
}

static const char *check_head(const struct tf_header *h, size_t n)
{
	if (n < sizeof(*h) || memcmp(h->magic, TF_MAGIC, sizeof(h->magic)))
		return "this is no trace";
	if (h->version != TRACE_VERSION)
		return "another version of the format: make the trace again";
	if (h->header_size != sizeof(*h) || h->record_size != sizeof(struct trace_disk_record))
		return "damaged: sizes in the head";
	if (h->file_size != n)
		return "damaged: cut short, or too long";
	if (trace_sum(TRACE_SUM_START, (const uint32_t *)(const void *)((const uint8_t *)h + TF_SUM_FROM),
		      (uint32_t)((n - TF_SUM_FROM) / 4)) != h->sum)
		return "damaged: the sum is wrong";
	if (h->cpus < 1 || h->cpus > TF_MAX_CPUS || h->nr_classes > TF_MAX_CLASSES || h->tick_end < h->tick_start ||
	    h->tick_end - h->tick_start > TF_MAX_TICKS)
		return "damaged: numbers in the head";
	if (!is_string(h->design, sizeof(h->design)) || !is_string(h->holes, sizeof(h->holes)) ||
	    !is_string(h->workload, sizeof(h->workload)) || !is_string(h->cmdline, sizeof(h->cmdline)))
		return "damaged: names in the head";
	return NULL;
}

static bool offsets_ok(const struct trace *t, const uint32_t *offset, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (offset[i] >= t->head.strings_size)
			return false;
	return true;
}

static bool names_ok(const struct trace *t)
{
	const struct tf_header *h = &t->head;

	if (!h->strings_size || h->strings_size % 8 || t->strings[0] || t->strings[h->strings_size - 1])
		return false;
	for (uint32_t i = 0; i < h->strings_size; i++)
		if (t->strings[i] && ((unsigned char)t->strings[i] < ' ' || (unsigned char)t->strings[i] > '~'))
			return false;
	for (uint32_t i = 0; i < h->nr_classes; i++)
		if (t->class[i].name >= h->strings_size || t->class[i].protects >= h->strings_size)
			return false;
	for (uint32_t i = 0; i < h->nr_symbols; i++)
		if (t->symbol[i].name >= h->strings_size || t->symbol[i].file >= h->strings_size ||
		    (i && t->symbol[i].address < t->symbol[i - 1].address))
			return false;
	return offsets_ok(t, t->syscalls, h->nr_syscalls) && offsets_ok(t, t->labels, h->nr_labels);
}

/* The parts behind the head, in their order. */
static bool find_tables(struct trace *t)
{
	const struct tf_header *h = &t->head;
	const uint8_t *at = (const uint8_t *)t->memory + sizeof(*h);
	size_t left = t->size - sizeof(*h);

	t->class = take(&at, &left, h->nr_classes, sizeof(*t->class));
	t->symbol = t->class ? take(&at, &left, h->nr_symbols, sizeof(*t->symbol)) : NULL;
	t->syscalls = t->symbol ? take(&at, &left, h->nr_syscalls, 4) : NULL;
	t->labels = t->syscalls ? take(&at, &left, h->nr_labels, 4) : NULL;
	if (!t->labels)
		return false;
	if (h->has_totals) {
		if ((at - (const uint8_t *)t->memory) % 8)
			return false;
		t->kernel_total = take(&at, &left, 2ull * h->nr_classes, sizeof(*t->kernel_total));
		if (!t->kernel_total)
			return false;
	}
	t->strings = take(&at, &left, h->strings_size, 1);
	if (!t->strings || (at - (const uint8_t *)t->memory) % 8 || h->nr_records > TF_MAX_RECORDS)
		return false;
	t->rec = take(&at, &left, h->nr_records, sizeof(*t->rec));
	t->nr_rec = (uint32_t)h->nr_records;
	return t->rec && !left;
}

/* --- the records --------------------------------------------------------------------------------------- */

static bool obj_ok(const struct trace *t, const struct trace_disk_record *r)
{
	switch (r->event) {
	case TF_LOCK_WANT:
	case TF_LOCK_GOT:
	case TF_LOCK_DROP:
		return r->obj >> 16 < t->head.nr_classes;
	case TF_LOCK_INIT:
		return r->obj >> 16 < t->head.nr_classes && r->arg < t->head.nr_labels;
	case TF_OP_ENTER:
	case TF_OP_LEAVE:
		return r->obj >> 16 < TF_NR_OP_KINDS;
	case TF_NOTE:
		if (r->obj >= TF_NR_NOTES)
			return false;
		if (r->obj == TF_NOTE_TASK || r->obj == TF_NOTE_MARK)
			return r->arg < t->head.nr_labels;
		return r->obj != TF_NOTE_FAULT || r->arg < TF_NR_FAULTS;
	case TF_MILESTONE:
		return r->arg < t->head.nr_labels;
	default:
		return true;
	}
}

static int check_records(const struct trace *t, const char *path, char *err, size_t size)
{
	for (uint32_t i = 0; i < t->nr_rec; i++) {
		const struct trace_disk_record *r = &t->rec[i];

		if (r->seq != i)
			return trace_error(err, size, "%s: event %u is missing (found %u in its place)", path, i,
					   r->seq);
		if (r->event >= TF_NR_EVENTS || r->cpu >= t->head.cpus || !obj_ok(t, r) ||
		    r->tick < t->head.tick_start || r->tick - t->head.tick_start > TF_MAX_TICKS)
			return trace_error(err, size, "%s: damaged: event %u makes no sense", path, i);
	}
	return 0;
}

/* --- opening ---------------------------------------------------------------------------------------------- */

int trace_read(struct trace *t, const char *path, const void *data, size_t n, char *err, size_t size)
{
	const char *why;
	int status;

	memset(t, 0, sizeof(*t));
	t->memory = malloc(n + 8);
	if (!t->memory)
		return trace_error(err, size, "%s: no memory for %zu bytes", path, n);
	memcpy(t->memory, data, n);
	t->size = n;
	if (n >= sizeof(t->head))
		memcpy(&t->head, t->memory, sizeof(t->head));
	why = n < sizeof(t->head) ? "this is no trace" : check_head(t->memory, n);
	if (!why && (!find_tables(t) || !names_ok(t)))
		why = "damaged: tables of names";
	if (why) {
		trace_close(t);
		return trace_error(err, size, "%s: %s", path, why);
	}
	status = check_records(t, path, err, size);
	if (!status && t->head.lost)
		status = trace_error(err, size, "%s: %llu events were lost: run it again with more room (TRACE_MEM=)",
				     path, (unsigned long long)t->head.lost);
	if (!status)
		status = trace_derive(t, path, err, size);
	if (status)
		trace_close(t);
	return status;
}

int trace_open(struct trace *t, const char *path, char *err, size_t size)
{
	FILE *f = fopen(path, "rb");
	void *data = NULL;
	long n = -1;
	int status;

	memset(t, 0, sizeof(*t));
	if (!f)
		return trace_error(err, size, "%s: %s", path, strerror(errno));
	if (!fseek(f, 0, SEEK_END) && (n = ftell(f)) >= 0 && n < TF_MAX_FILE && !fseek(f, 0, SEEK_SET))
		data = malloc((size_t)n + 1);
	if (!data || fread(data, 1, (size_t)n, f) != (size_t)n)
		status = trace_error(err, size, "%s: cannot be read", path);
	else
		status = trace_read(t, path, data, (size_t)n, err, size);
	free(data);
	fclose(f);
	return status;
}

void trace_close(struct trace *t)
{
	for (uint32_t i = 0; i < t->nr_op_names; i++)
		free(t->op_names[i]);
	free(t->op_names);
	free(t->lock);
	free(t->task);
	free(t->op);
	free(t->span);
	free(t->lock_index);
	free(t->memory);
	memset(t, 0, sizeof(*t));
}

int trace_comparable(const struct trace *a, const struct trace *b, char *err, size_t size)
{
	if (a->head.build != b->head.build)
		return trace_error(err, size, "these traces are of two different builds of the kernel (%016llx, %016llx)",
				   (unsigned long long)a->head.build, (unsigned long long)b->head.build);
	if (strcmp(a->head.workload, b->head.workload))
		return trace_error(err, size, "these traces are of two different workloads (%s, %s)", a->head.workload,
				   b->head.workload);
	if (a->head.cpus != b->head.cpus)
		return trace_error(err, size, "these traces are of machines with %u and %u CPUs", a->head.cpus,
				   b->head.cpus);
	return 0;
}

/* --- names -------------------------------------------------------------------------------------------------- */

const char *trace_class_name(const struct trace *t, unsigned class_id)
{
	return class_id < t->head.nr_classes ? t->strings + t->class[class_id].name : "?";
}

const char *trace_label_name(const struct trace *t, uint32_t label)
{
	return label < t->head.nr_labels ? t->strings + t->labels[label] : "";
}

const char *trace_task_name(const struct trace *t, unsigned pid)
{
	for (uint32_t i = 0; i < t->nr_task; i++)
		if (t->task[i].pid == pid)
			return t->task[i].name;
	return "";
}

/* A variable of the kernel that is the only one of its class needs no number. */
static bool is_the_only(const struct trace *t, uint32_t obj)
{
	if (!(obj & TRACE_STATIC))
		return !(obj & 0xffff);
	for (uint32_t i = 0; i < t->nr_lock; i++)
		if (t->lock[i].obj >> 16 == obj >> 16 && t->lock[i].obj != obj)
			return false;
	return true;
}

const char *trace_lock_name(const struct trace *t, uint32_t lock, char *buf, size_t size)
{
	const struct tf_lock *l = &t->lock[lock];
	const char *name = trace_class_name(t, l->obj >> 16);

	if (l->label)
		snprintf(buf, size, "%s(%s)#%u", name, trace_label_name(t, l->label), l->obj & 0xffff);
	else if (is_the_only(t, l->obj))
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "%s#%u", name, l->obj & 0xffff);
	return buf;
}

static const struct tf_symbol *symbol_at(const struct trace *t, uint32_t place)
{
	uint32_t low = 0, high = t->head.nr_symbols;

	if (!high || place < t->symbol[0].address)
		return NULL;
	while (high - low > 1) { /* symbol[low].address <= place < symbol[high].address */
		uint32_t mid = low + (high - low) / 2;

		if (t->symbol[mid].address <= place)
			low = mid;
		else
			high = mid;
	}
	return &t->symbol[low];
}

const char *trace_function(const struct trace *t, uint32_t place, const char **file)
{
	const struct tf_symbol *s = place ? symbol_at(t, place) : NULL;

	if (file)
		*file = s ? t->strings + s->file : "";
	return s ? t->strings + s->name : "?";
}

const char *trace_where(const struct trace *t, const struct trace_disk_record *r, const char **bracket)
{
	if (bracket)
		*bracket = r->caller ? trace_function(t, r->place, NULL) : NULL;
	return trace_function(t, r->caller ? r->caller : r->place, NULL);
}

const char *trace_op_name(const struct trace *t, uint32_t op)
{
	return op < t->nr_op_names ? t->op_names[op] : "?";
}

uint32_t trace_op_find(const struct trace *t, const char *name)
{
	for (uint32_t i = 0; i < t->nr_op_names; i++)
		if (!strcmp(t->op_names[i], name))
			return i;
	return TF_NONE;
}

uint32_t trace_lock_find(const struct trace *t, uint32_t obj)
{
	uint32_t mask = t->lock_slots - 1, h = obj * 2654435761u >> 8;

	for (uint32_t i = 0; i < t->lock_slots; i++) {
		uint32_t at = t->lock_index[(h + i) & mask];

		if (at == TF_NONE || t->lock[at].obj == obj)
			return at;
	}
	return TF_NONE;
}
