/*
 * tests/programs/bin/sh/memory.c - arenas, and the shell's variables. Contracts in sh.h.
 */
#include "sh.h"

#include <ctype.h>

/* --- arenas ---------------------------------------------------------------------------------------- */

#define CHUNK 2048

struct chunk {
	struct chunk *next;
	size_t used, size;
	char data[] __attribute__((aligned(8)));
};

struct arena {
	struct arena *below;
	struct chunk *chunks;
};

static struct arena *top;

void arena_push(void)
{
	struct arena *a = must_alloc(NULL, sizeof(*a));

	a->below = top;
	a->chunks = NULL;
	top = a;
}

void arena_pop(void)
{
	struct arena *a = top;

	while (a->chunks) {
		struct chunk *c = a->chunks;

		a->chunks = c->next;
		free(c);
	}
	top = a->below;
	free(a);
}

void *arena_alloc(size_t n)
{
	struct chunk *c = top->chunks;

	n = (n + 7) & ~(size_t)7;
	if (!c || c->size - c->used < n) {
		size_t size = n > CHUNK ? n : CHUNK;

		c = must_alloc(NULL, sizeof(*c) + size);
		c->next = top->chunks;
		c->used = 0;
		c->size = size;
		top->chunks = c;
	}
	c->used += n;
	return c->data + c->used - n;
}

char *arena_copy(const char *text, size_t n)
{
	char *copy = arena_alloc(n + 1);

	memcpy(copy, text, n);
	copy[n] = '\0';
	return copy;
}

/* --- variables --------------------------------------------------------------------------------------- */

static struct variable {
	struct variable *next;
	char *name, *value;
	bool exported;
} *variables;

static struct variable *find(const char *name)
{
	struct variable *v;

	for (v = variables; v; v = v->next)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

const char *get_variable(const char *name)
{
	struct variable *v = find(name);

	return v ? v->value : NULL;
}

void set_variable(const char *name, const char *value, bool exported)
{
	struct variable *v = find(name);
	char *copy = strdup(value);

	if (!v) {
		v = must_alloc(NULL, sizeof(*v));
		*v = (struct variable){ variables, strdup(name), NULL, false };
		variables = v;
	}
	free(v->value);
	v->value = copy;
	v->exported |= exported;
}

void export_variable(const char *name)
{
	struct variable *v = find(name);

	if (v)
		v->exported = true;
	else
		set_variable(name, "", true);
}

void unset_variable(const char *name)
{
	struct variable **v = &variables, *gone;

	while (*v && strcmp((*v)->name, name) != 0)
		v = &(*v)->next;
	gone = *v;
	if (!gone)
		return;
	*v = gone->next;
	free(gone->name);
	free(gone->value);
	free(gone);
}

bool is_assignment(const char *word)
{
	const char *p = word;

	if (!isalpha((unsigned char)*p) && *p != '_')
		return false;
	while (isalnum((unsigned char)*p) || *p == '_')
		p++;
	return *p == '=';
}

char **make_environment(void)
{
	struct variable *v;
	char **env;
	int n = 0;

	for (v = variables; v; v = v->next)
		n += v->exported;
	env = must_alloc(NULL, sizeof(*env) * (size_t)(n + 1));
	env[n] = NULL;
	for (v = variables; v; v = v->next)
		if (v->exported) {
			env[--n] = must_alloc(NULL, strlen(v->name) + strlen(v->value) + 2);
			sprintf(env[n], "%s=%s", v->name, v->value);
		}
	return env;
}

void list_variables(bool exported_only)
{
	struct variable *v;

	for (v = variables; v; v = v->next)
		if (v->exported || !exported_only)
			printf("%s%s=%s\n", exported_only ? "export " : "", v->name, v->value);
	fflush(stdout);
}
