/*
 * tests/programs/bin/sh/parse.c - from text to a tree. Contracts in sh.h.
 *
 * A recursive descent, one function a rule of the grammar; what is wrong or missing leaves it all at
 * once through fail(), so that no rule needs to pass errors on.
 */
#include "sh.h"

#include <ctype.h>
#include <setjmp.h>

enum token_kind {
	T_END, T_NEWLINE, T_WORD, T_SEMI, T_AMP, T_AND, T_OR, T_PIPE, T_OPEN, T_CLOSE,
	T_LESS, T_GREAT, T_APPEND, T_DUP_IN, T_DUP_OUT
};

static struct {
	const char *p;	   /* behind the token */
	enum token_kind kind;
	char *word;	   /* T_WORD */
	const char *start; /* of the token */
	int fd;		   /* redirections: the number in front, -1 = none */
	const char *last;  /* behind the token before, for node.text */
} in;
static jmp_buf give_up;

static void fail(enum parse_result why) __attribute__((noreturn));
static void fail(enum parse_result why)
{
	longjmp(give_up, (int)why);
}

static const char *name_of_token(void)
{
	static char text[40];

	if (in.kind == T_END)
		return "end of text";
	if (in.kind == T_NEWLINE)
		return "newline";
	snprintf(text, sizeof(text), "%.*s", (int)(in.p - in.start), in.start);
	return text;
}

static void unexpected(void) __attribute__((noreturn));
static void unexpected(void)
{
	if (in.kind == T_END)
		fail(PARSE_INCOMPLETE);
	complain("syntax error: unexpected '%s'", name_of_token());
	fail(PARSE_ERROR);
}

/* --- words ----------------------------------------------------------------------------------------- */

static const char *single_end(const char *p)
{
	p = strchr(p, '\'');
	return p ? p + 1 : NULL;
}

static const char *double_end(const char *p)
{
	while (p && *p && *p != '"') {
		if (*p == '\\' && p[1])
			p += 2;
		else if (*p == '`' || (*p == '$' && (p[1] == '(' || p[1] == '{')))
			p = substitution_end(p);
		else
			p++;
	}
	return p && *p ? p + 1 : NULL;
}

const char *substitution_end(const char *p)
{
	char close = *p == '`' ? '`' : p[1] == '(' ? ')' : '}', open = p[1];
	int depth = 1;

	for (p += *p == '`' ? 1 : 2; p && *p;) {
		if (*p == close && --depth == 0)
			return p + 1;
		if (*p == open && close != '`')
			depth++;
		if (*p == '\\' && p[1])
			p += 2;
		else if (*p == '\'' && close != '}')
			p = single_end(p + 1);
		else if (*p == '"')
			p = double_end(p + 1);
		else
			p++;
	}
	return NULL;
}

const char *word_end(const char *p)
{
	while (p && *p && !strchr(" \t\n;&|()<>", *p)) {
		if (*p == '\\' && p[1])
			p += 2;
		else if (*p == '\'')
			p = single_end(p + 1);
		else if (*p == '"')
			p = double_end(p + 1);
		else if (*p == '`' || (*p == '$' && (p[1] == '(' || p[1] == '{')))
			p = substitution_end(p);
		else
			p++;
	}
	return p;
}

/* --- tokens ---------------------------------------------------------------------------------------- */

static enum token_kind operator_at(const char *p, int *length)
{
	static const struct {
		const char *text;
		enum token_kind kind;
	} operators[] = {
		{ "&&", T_AND }, { "||", T_OR }, { ">>", T_APPEND }, { ">&", T_DUP_OUT },
		{ "<&", T_DUP_IN }, { "&", T_AMP }, { "|", T_PIPE }, { ";", T_SEMI },
		{ "(", T_OPEN }, { ")", T_CLOSE }, { "<", T_LESS }, { ">", T_GREAT },
		{ "\n", T_NEWLINE },
	};
	size_t i;

	for (i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (!strncmp(p, operators[i].text, strlen(operators[i].text))) {
			*length = (int)strlen(operators[i].text);
			return operators[i].kind;
		}
	*length = 0;
	return T_WORD;
}

static void advance(void)
{
	const char *p = in.p, *digits;
	int length;

	in.last = p;
	while (*p == ' ' || *p == '\t' || (*p == '\\' && p[1] == '\n'))
		p += *p == '\\' ? 2 : 1;
	if (*p == '#')
		while (*p && *p != '\n')
			p++;
	in.start = p;
	in.fd = -1;
	if (!*p) {
		in.kind = T_END;
		in.p = p;
		return;
	}
	for (digits = p; isdigit((unsigned char)*digits);)
		digits++;
	if (digits > p && (*digits == '<' || *digits == '>')) {
		in.fd = atoi(p);
		p = digits;
	}
	in.kind = operator_at(p, &length);
	if (in.kind != T_WORD) {
		in.p = p + length;
		return;
	}
	in.p = word_end(p);
	if (!in.p)
		fail(PARSE_INCOMPLETE);
	in.word = arena_copy(p, (size_t)(in.p - p));
}

static bool at_word(const char *text)
{
	return in.kind == T_WORD && !strcmp(in.word, text);
}

static void want_word(const char *text)
{
	if (!at_word(text))
		unexpected();
	advance();
}

static void skip_newlines(void)
{
	while (in.kind == T_NEWLINE)
		advance();
}

/* --- the grammar -------------------------------------------------------------------------------------- */

static struct node *parse_list(void);
static struct node *parse_and_or(void);

static struct node *new_node(enum node_kind kind, struct node *a, struct node *b)
{
	struct node *n = arena_alloc(sizeof(*n));

	memset(n, 0, sizeof(*n));
	n->kind = kind;
	n->a = a;
	n->b = b;
	return n;
}

static void add_word(struct words *words, char *word)
{
	char **more = arena_alloc(sizeof(char *) * (size_t)(words->n + 1));

	if (words->n)
		memcpy(more, words->word, sizeof(char *) * (size_t)words->n);
	more[words->n++] = word;
	words->word = more;
}

static bool parse_redirection(struct node *n)
{
	struct redirection *r, **end;
	enum token_kind kind = in.kind;

	if (kind < T_LESS)
		return false;
	r = arena_alloc(sizeof(*r));
	r->next = NULL;
	r->fd = in.fd >= 0 ? in.fd : kind == T_LESS || kind == T_DUP_IN ? 0 : 1;
	r->how = kind == T_LESS ? '<' : kind == T_GREAT ? '>' : kind == T_APPEND ? 'a' : '&';
	advance();
	if (in.kind != T_WORD)
		unexpected();
	r->word = in.word;
	advance();
	for (end = &n->redirections; *end; end = &(*end)->next)
		;
	*end = r;
	return true;
}

/* if LIST; then LIST; [elif LIST; then LIST;]... [else LIST;] fi - behind the `if`. */
static struct node *parse_if(void)
{
	struct node *n = new_node(N_IF, NULL, NULL);

	n->a = parse_list();
	want_word("then");
	n->b = parse_list();
	if (at_word("elif")) {
		advance();
		n->c = parse_if();
		return n;
	}
	if (at_word("else")) {
		advance();
		n->c = parse_list();
	}
	want_word("fi");
	return n;
}

static struct node *parse_loop_body(void)
{
	struct node *body;

	want_word("do");
	body = parse_list();
	want_word("done");
	return body;
}

static struct node *parse_for(void)
{
	struct node *n = new_node(N_FOR, NULL, NULL);

	if (in.kind != T_WORD)
		unexpected();
	n->text = in.word;
	advance();
	skip_newlines();
	if (at_word("in")) {
		n->in_given = true;
		for (advance(); in.kind == T_WORD; advance())
			add_word(&n->words, in.word);
	}
	if (in.kind == T_SEMI)
		advance();
	skip_newlines();
	n->a = parse_loop_body();
	return n;
}

static struct node *parse_simple(void)
{
	struct node *n = new_node(N_SIMPLE, NULL, NULL);
	bool some = false;

	for (;; some = true) {
		if (parse_redirection(n))
			continue;
		if (in.kind != T_WORD)
			break;
		if (n->words.n == 0 && is_assignment(in.word))
			add_word(&n->assigned, in.word);
		else
			add_word(&n->words, in.word);
		advance();
	}
	if (!some)
		unexpected();
	return n;
}

static bool at_reserved(void)
{
	static const char *const words[] = { "then", "elif", "else", "fi", "do", "done", "}" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (at_word(words[i]))
			return true;
	return false;
}

static struct node *parse_compound(void)
{
	struct node *n;

	if (in.kind == T_OPEN) {
		advance();
		n = new_node(N_SUBSHELL, parse_list(), NULL);
		if (in.kind != T_CLOSE)
			unexpected();
		advance();
	} else if (at_word("{")) {
		advance();
		n = new_node(N_GROUP, parse_list(), NULL);
		want_word("}");
	} else if (at_word("if")) {
		advance();
		n = parse_if();
	} else if (at_word("while") || at_word("until")) {
		n = new_node(at_word("while") ? N_WHILE : N_UNTIL, NULL, NULL);
		advance();
		n->a = parse_list();
		n->b = parse_loop_body();
	} else if (at_word("for")) {
		advance();
		n = parse_for();
	} else {
		return NULL;
	}
	while (parse_redirection(n))
		;
	return n;
}

static struct node *parse_command(void)
{
	const char *start = in.start;
	struct node *n;

	if (at_reserved())
		unexpected();
	n = parse_compound();
	if (!n)
		n = parse_simple();
	if (n->kind != N_FOR)
		n->text = arena_copy(start, (size_t)(in.last - start));
	return n;
}

static struct node *parse_pipeline(void)
{
	const char *start = in.start;
	struct node *n;

	if (at_word("!")) {
		advance();
		return new_node(N_NOT, parse_pipeline(), NULL);
	}
	n = parse_command();
	if (in.kind == T_PIPE) {
		advance();
		skip_newlines();
		n = new_node(N_PIPE, n, parse_pipeline());
		n->text = arena_copy(start, (size_t)(in.last - start));
	}
	return n;
}

static struct node *parse_and_or(void)
{
	struct node *n = parse_pipeline();

	while (in.kind == T_AND || in.kind == T_OR) {
		enum node_kind kind = in.kind == T_AND ? N_AND : N_OR;

		advance();
		skip_newlines();
		n = new_node(kind, n, parse_pipeline());
	}
	return n;
}

/* and_or and what ends it: `;`, `&`, or the end of the line, which is left alone. */
static struct node *parse_ended(void)
{
	const char *start = in.start;
	struct node *n = parse_and_or();

	if (in.kind == T_AMP) {
		n = new_node(N_BACKGROUND, n, NULL);
		n->text = arena_copy(start, (size_t)(in.last - start));
		advance();
	} else if (in.kind == T_SEMI) {
		advance();
	} else if (in.kind == T_WORD) {
		unexpected();
	}
	return n;
}

/* Up to a reserved word or a closing parenthesis, over any number of lines; at least one command. */
static struct node *parse_list(void)
{
	struct node *n = NULL;

	for (skip_newlines(); !at_reserved() && in.kind != T_CLOSE; skip_newlines()) {
		struct node *next = parse_ended();

		n = n ? new_node(N_THEN, n, next) : next;
	}
	if (!n)
		unexpected();
	return n;
}

enum parse_result parse_next(const char **text, struct node **tree)
{
	int why = setjmp(give_up);
	struct node *n = NULL;

	*tree = NULL;
	if (why) {
		/* the rest of a wrong line is not worth reading */
		if (why == PARSE_ERROR)
			*text = strchr(in.p, '\n') ? strchr(in.p, '\n') + 1 : in.p + strlen(in.p);
		return (enum parse_result)why;
	}
	in.p = *text;
	advance();
	if (in.kind == T_END)
		return PARSE_END;
	while (in.kind != T_NEWLINE && in.kind != T_END) {
		struct node *next = parse_ended();

		n = n ? new_node(N_THEN, n, next) : next;
		if (in.kind == T_CLOSE)
			unexpected();
	}
	*text = in.p;
	*tree = n;
	return PARSE_OK;
}
