/*
 * kernel/token.h - tokens: the exact list of switches of one run, as text.
 *
 * DESIGN section 5, facts/systematic-exploration.md section 9. A token is what the default policy
 * would not have done, plus a 16-bit rolling fingerprint of every step, so that a replay stops at
 * the first divergence. It binds scenario, design, point table and CPU count. Generated, never
 * written by hand; every line begins with "kswapd23-token", so that it can be cut from a log:
 *
 *	kswapd23-token 1 scenario=s design=d cpus=4 points=7e113a20 steps=57 end=deadlock tasks=A,B
 *	kswapd23-token go A@4>B B@9>A B@31>irq
 *	kswapd23-token fp 1f2e3c4d ...
 *	kswapd23-token end
 *
 * "A@4>B": at A's 4th point (from 0) B goes on. "-@0>B": B starts. Text before the word
 * "kswapd23-token" in a line, and lines without it, are ignored.
 *
 * Interface: token_record (after a run), token_print, token_parse, and for the replay
 * token_next / token_print_at.
 */
#ifndef KERNEL_TOKEN_H
#define KERNEL_TOKEN_H

#include "kernel/control.h"

#define TOKEN_MAX_SWITCHES 512
#define TOKEN_MAX_PRINTS   2048
#define TOKEN_NAME_LEN	   40

struct token_switch {
	uint8_t task; /* who is at the point; CTL_IRQ = irq, TOKEN_NOBODY = the start */
	uint8_t next;
	uint16_t nth;
};

#define TOKEN_NOBODY 255

struct token {
	char scenario[TOKEN_NAME_LEN], design[TOKEN_NAME_LEN];
	int ncpus;
	unsigned points; /* ctl_points_hash() of the machine that made it */
	int ntasks;
	char task[CTL_MAX_TASKS][16];
	unsigned steps;
	enum ctl_verdict end;
	int nswitches;
	struct token_switch sw[TOKEN_MAX_SWITCHES];
	int nprints;
	uint16_t print[TOKEN_MAX_PRINTS];
};

/* Make the token of the run that just ended. -ENOSPC: the run was too long to be recorded whole
 * (the token then holds its beginning). Context: no run is on. */
int token_record(struct token *t, const char *scenario, const char *design);
/* Print it with report(). */
void token_print(const struct token *t);
/* Parse @len bytes of @text; on an error -EINVAL with one clear line in @err. Context: any. */
int token_parse(struct token *t, const char *text, size_t len, char *err, size_t errsize);
/* Does it belong to this scenario, design, machine and point table? 0, or -EINVAL and a line. */
int token_fits(const struct token *t, const char *scenario, const char *design, char *err,
	       size_t errsize);
/* Whom does the token want at @task's @nth point; -1 = it says nothing: the default. */
int token_next(const struct token *t, int task, unsigned nth);

#endif
