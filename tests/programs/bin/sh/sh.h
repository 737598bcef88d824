/*
 * tests/programs/bin/sh/sh.h - the shell: a line becomes a tree (parse.c), its words are expanded
 * (expand.c, glob.c, arith.c), it is run (run.c, jobs.c, builtins.c); edit.c reads lines from a person.
 *
 * The language: pipelines, ; & && || ! ( ) { }, if, while, until, for; < > >> <& >&; quotes, $NAME
 * ${NAME} ${NAME:-word} $? $$ $! $# $0..$9 $@ $* $(command) `command` $((sum)); * ? [set]. No functions,
 * no here-documents, no case.
 */
#ifndef TESTS_PROGRAMS_BIN_SH_H
#define TESTS_PROGRAMS_BIN_SH_H

#include "util.h"

/* --- the tree ---------------------------------------------------------------------------------- */

enum node_kind {
	N_SIMPLE, N_PIPE, N_AND, N_OR, N_NOT, N_THEN /* one after the other */, N_BACKGROUND,
	N_SUBSHELL, N_GROUP, N_IF, N_WHILE, N_UNTIL, N_FOR
};

struct redirection {
	struct redirection *next;
	int fd;
	char how; /* '<', '>', 'a' for >>, '&' for <& and >& */
	char *word;
};

/* A word or a list of them, as written: quotes and dollars are still there. */
struct words {
	char **word;
	int n;
};

struct node {
	enum node_kind kind;
	struct node *a, *b, *c; /* if: condition, then, else; while: condition, body; for: a = body */
	struct words words;	/* of a simple command, of for */
	struct words assigned;	/* NAME=value in front of a simple command */
	bool in_given;		/* for NAME in ... */
	struct redirection *redirections;
	char *text; /* as it was written, for messages */
};

enum parse_result { PARSE_OK, PARSE_END /* nothing left */, PARSE_INCOMPLETE, PARSE_ERROR };

/* Parse the next command of *@text up to the end of its line, into the current arena; *text moves
 * behind it. *tree is NULL for an empty line. PARSE_ERROR has been complained about. */
enum parse_result parse_next(const char **text, struct node **tree);
/* The end of the word that starts at @p; NULL = it has no end yet. Understands all quoting. */
const char *word_end(const char *p);
/* p stands at `$(`, `${` or a backquote: behind the matching end, or NULL. */
const char *substitution_end(const char *p);

/* Memory that is freed together. Arenas are stacked; memory comes from the top one. */
void arena_push(void);
void arena_pop(void);
void *arena_alloc(size_t n);
char *arena_copy(const char *text, size_t n);

/* --- expansion --------------------------------------------------------------------------------- */

/* All expansions, fields, file names: an argv, NULL-terminated; *count may be NULL. NULL = failed
 * (complained). */
char **expand_words(const struct words *words, int *count);
/* One text: no fields, no file names. NULL = failed. */
char *expand_text(const char *word);
/* $((...)): false = not a sum (complained). */
bool evaluate(const char *text, long *value);
/* File names that match @pattern; marked[i] says that pattern[i] was quoted. Adds them, sorted, with
 * @add; how many. */
int glob(const char *pattern, const char *marked, void (*add)(const char *path));

const char *get_variable(const char *name);
void set_variable(const char *name, const char *value, bool exported);
void export_variable(const char *name);
void unset_variable(const char *name);
/* NAME=value as an assignment; false = it is not of that form. */
bool is_assignment(const char *word);
char **make_environment(void);
void list_variables(bool exported_only);

extern char **parameters; /* $0, $1 ...; NULL-terminated */
extern int nparameters;	  /* without $0 */

/* --- running ------------------------------------------------------------------------------------ */

extern int last_status;
extern pid_t last_background, shell_pid;
extern bool interactive;
extern volatile bool interrupted; /* ^C came: give up what runs */

enum leaving { LEAVE_NOTHING, LEAVE_BREAK, LEAVE_CONTINUE };
extern enum leaving leaving;
extern int leaving_loops; /* how many loops are still to be left */

/* Run a tree; its status. */
int run_node(struct node *n);
/* Run all commands of a text; the last status. */
int run_text(const char *text);
/* The same for a file: -1 = it cannot be read (complained). */
int run_file(const char *path);
/* Put redirections in force; false = failed (complained). With @saved, so that they can be undone. */
struct saved_fds {
	int fd[8], copy[8], n;
};
bool redirect(const struct redirection *r, struct saved_fds *saved);
void undo_redirections(struct saved_fds *saved);

/* A builtin's function, or NULL. */
typedef int (*builtin)(int argc, char **argv);
builtin find_builtin(const char *name);
/* Run a program in the foreground; its status. */
int run_program(char **argv, const char *text);
/* Find along PATH and become it; does not return. */
void exec_program(char **argv) __attribute__((noreturn));

/* --- jobs --------------------------------------------------------------------------------------- */

struct job;
struct job *job_new(const char *text);
/* Fork a process of @job; 0 in the child, which is ready to run; -1 = failed (complained). */
pid_t job_fork(struct job *job, bool background);
/* Wait until it has ended or stopped; its status. Gives the terminal back. */
int job_wait(struct job *job);
void job_in_background(struct job *job);
/* Notice what has ended; tell, if @tell. */
void jobs_reap(bool tell);
void jobs_list(void);
/* Job @number (0 = the last one), or NULL after a complaint. */
struct job *job_find(const char *spec);
int job_continue(struct job *job, bool foreground);
/* Wait for all of them, or for one process. */
int jobs_wait_all(void);
int jobs_wait_pid(pid_t pid);
pid_t job_group(const struct job *job);
void jobs_start(void);
/* In a child: the jobs of the parent are not ours. */
void jobs_forget(void);

/* --- a person ------------------------------------------------------------------------------------ */

/* Read a line from the terminal, with editing, history and completion; without its newline, malloc'ed.
 * NULL = end of input. "" after ^C. */
char *edit_line(const char *prompt);
void history_add(const char *line);
void history_list(void);

#endif
