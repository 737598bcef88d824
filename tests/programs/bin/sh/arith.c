/*
 * tests/programs/bin/sh/arith.c - $((...)): sums of longs, with C's operators and their order.
 */
#include "sh.h"

#include <ctype.h>

static const char *p;
static bool wrong;

static void skip_blanks(void)
{
	while (isspace((unsigned char)*p))
		p++;
}

static long binary(int level);

static long variable(void)
{
	char name[64];
	const char *value;
	size_t n = 0;

	for (; isalnum((unsigned char)*p) || *p == '_'; p++)
		if (n < sizeof(name) - 1)
			name[n++] = *p;
	name[n] = '\0';
	value = get_variable(name);
	return value ? strtol(value, NULL, 0) : 0;
}

static long unary(void)
{
	long value = 0;
	char *end;

	skip_blanks();
	switch (*p) {
	case '-': p++; return -unary();
	case '+': p++; return unary();
	case '!': p++; return !unary();
	case '~': p++; return ~unary();
	case '(':
		p++;
		value = binary(0);
		skip_blanks();
		if (*p == ')')
			p++;
		else
			wrong = true;
		return value;
	}
	if (isdigit((unsigned char)*p)) {
		value = strtol(p, &end, 0);
		p = end;
	} else if (isalpha((unsigned char)*p) || *p == '_') {
		value = variable();
	} else {
		wrong = true;
	}
	return value;
}

/* Longest first where one begins another. */
static const struct {
	const char *text;
	int level;
} operators[] = {
	{ "||", 0 }, { "&&", 1 }, { "==", 5 }, { "!=", 5 }, { "<<", 7 }, { ">>", 7 }, { "<=", 6 },
	{ ">=", 6 }, { "|", 2 }, { "^", 3 }, { "&", 4 }, { "<", 6 }, { ">", 6 }, { "+", 8 },
	{ "-", 8 }, { "*", 9 }, { "/", 9 }, { "%", 9 },
};
#define NR_OPERATORS (sizeof(operators) / sizeof(operators[0]))
#define LEVELS	     10

static size_t operator_here(void)
{
	size_t i;

	skip_blanks();
	for (i = 0; i < NR_OPERATORS; i++)
		if (!strncmp(p, operators[i].text, strlen(operators[i].text)))
			break;
	return i;
}

static long apply(const char *op, long a, long b)
{
	if ((op[0] == '/' || op[0] == '%') && b == 0) {
		complain("division by zero");
		wrong = true;
		return 0;
	}
	switch (op[0] + (op[1] << 8)) {
	case '|' + ('|' << 8): return a || b;
	case '&' + ('&' << 8): return a && b;
	case '=' + ('=' << 8): return a == b;
	case '!' + ('=' << 8): return a != b;
	case '<' + ('<' << 8): return a << (b & 31);
	case '>' + ('>' << 8): return a >> (b & 31);
	case '<' + ('=' << 8): return a <= b;
	case '>' + ('=' << 8): return a >= b;
	case '|': return a | b;
	case '^': return a ^ b;
	case '&': return a & b;
	case '<': return a < b;
	case '>': return a > b;
	case '+': return (long)((unsigned long)a + (unsigned long)b);
	case '-': return (long)((unsigned long)a - (unsigned long)b);
	case '*': return (long)((unsigned long)a * (unsigned long)b);
	case '/': return b == -1 ? (long)-(unsigned long)a : a / b;
	default: return b == -1 ? 0 : a % b;
	}
}

static long binary(int level)
{
	long value = level < LEVELS ? binary(level + 1) : unary();
	size_t i;

	if (level == LEVELS)
		return value;
	while (!wrong && (i = operator_here()) < NR_OPERATORS && operators[i].level == level) {
		p += strlen(operators[i].text);
		value = apply(operators[i].text, value, binary(level + 1));
	}
	return value;
}

bool evaluate(const char *text, long *value)
{
	p = text;
	wrong = false;
	skip_blanks();
	*value = *p ? binary(0) : 0;
	skip_blanks();
	if (wrong || *p) {
		complain("not a sum: %s", text);
		return false;
	}
	return true;
}
