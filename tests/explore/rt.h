/*
 * tests/explore/rt.h - the explorer's runtime: what the compiler's hooks see of the kernel, and how
 * the kernel is put back to an earlier moment of a run.
 *
 * The kernel's objects are compiled with -fsanitize=thread, so each load and store calls a hook; the
 * hooks are ours (rt_hooks.c), not libtsan's. Two kinds of objects are linked (explore.mk):
 *   tracked    mm/, swap/, most of kernel/, scenarios: an access counts for dependence and races
 *   observers  locks, scheduler, controller, watchers, trace, the modelled machine: their stores are
 *              only logged for undoing; what they mean for order is reported by name (rt_sync.c)
 * All kernel data of both lies in one region (region.ld), frames and stacks included.
 *
 * Undo log (rt_log.c). Everything that changes during a run is logged with its old contents: words,
 * ranges (stacks when they are switched to, copies of pages), shadow entries. rt_undo_to() takes the log
 * back to a mark, newest first; so the region, the stacks and the shadow are as they were, and a run can
 * go on from there another way. Nothing is copied that did not change.
 *
 * Shadow (rt.c). For each 32-bit word of the region: when it was last touched, the epoch of its last
 * write and of each task's last read since. A *segment* is what happens between two decisions of the
 * schedule; an *epoch* is a piece of a segment that no release of a lock divides. Epochs are numbered
 * along the run; rt_epoch_node[] says in which segment each lies. A *stamp* names an epoch for good:
 * stamps are never used twice, so a word that carries the present one was touched in it.
 *
 * Races. Each task has a clock: up to which epoch of each other task its present comes after, by locks,
 * wake-ups, atomic operations and I/O. A touch that conflicts with one beyond the clock is a race, unless
 * both are marked (atomic or volatile).
 *
 * Invariants: nothing here allocates; nothing here calls the kernel; engine data is outside the region.
 */
#ifndef TESTS_EXPLORE_RT_H
#define TESTS_EXPLORE_RT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RT_TASKS      13      /* CTL_MAX_TASKS and "irq" */
#define RT_MAX_EPOCHS 0xfff0u
#define RT_MAX_NODES  4096
#define RT_READERS    4 /* of whom a report knows where they read */

/* rt_shadow.bytes: masks of the four bytes of the word. */
#define RT_READ(mask)	    (mask)	   /* read in the epoch of the stamp */
#define RT_WRITTEN(mask)    ((mask) << 4)  /* the same, written */
#define RT_LAST_WRITE(mask) ((mask) << 8)  /* what the last write wrote */
#define RT_READ_SINCE(mask) ((mask) << 12) /* what was read since */
#define RT_EPOCH_BYTES	    0xff
/* rt_shadow.flags */
#define RT_CHANGED     1	     /* written in the segment of the stamp */
#define RT_MARKED      2	     /* the last write was marked */
#define RT_FREED       4	     /* it is in an object that was freed */
#define RT_PLAIN(task) (8u << (task)) /* this task has read it since, and that read was not */

struct rt_shadow {
	uint32_t stamp; /* of the last touch */
	uint16_t bytes, flags;
	uint16_t w;	      /* epoch of the last write; 0 = before the run */
	uint16_t r[RT_TASKS]; /* epoch of each task's last read since that write */
	uint32_t w_pc;	  /* where it was written last; above that the mask of the bytes read since without a mark */
	uint32_t r_pc[RT_READERS]; /* where the tasks that read it last did so; above that the task */
};

/* Code lies below 2^28, so the two pcs have room for four bits more. */
#define RT_PC(pc)	   ((pc) & 0x0fffffffu)
#define RT_PC_AND(pc, n)   ((uint32_t)(pc) | (uint32_t)(n) << 28)
#define RT_PLAIN_MASK(wpc) ((wpc) >> 28)

/* --- the region -------------------------------------------------------------------------------- */

extern char rt_region_start[], rt_tracked_end[], rt_region_end[]; /* region.ld */
extern char rt_stacks_start[];
extern char rt_statistics_start[],
	rt_statistics_end[]; /* inside: tracked objects' STATISTIC data */
extern struct rt_shadow *rt_shadow;
extern uint32_t rt_words; /* words that have a shadow, 0 while nothing is recorded */
extern bool rt_on;	  /* log */
void rt_watch(bool on);	  /* also record; otherwise stores are only logged */

static inline uint32_t rt_word_of(uintptr_t addr)
{
	return (uint32_t)((addr - (uintptr_t)rt_region_start) >> 2);
}

static inline uintptr_t rt_addr_of(uint32_t word)
{
	return (uintptr_t)rt_region_start + ((uintptr_t)word << 2);
}

void rt_init(void);
void rt_start(void); /* log and record from now on; the log and all clocks begin anew */

/* --- the log ------------------------------------------------------------------------------------- */

extern uint32_t *rt_log; /* where the next entry goes; a mark is its value at some moment */

void rt_log_init(void);
void rt_log_begin(void);
void rt_log_room(size_t words);
static inline void rt_log_word(void *addr);	/* an aligned word is about to change */
void rt_log_range(void *addr, size_t bytes);	/* so is a range, both ends rounded to words */
void rt_log_contents(void *addr, size_t bytes); /* the same, of a frame's contents */
void rt_log_tracked(uint32_t word);		/* a tracked word */
/* The tracked words and parts of frames that the running segment has changed, as far as they are known: word,
 * number of words; some of them more than once. */
struct rt_change {
	uint32_t word, n;
};
extern struct rt_change rt_changes[];
extern uint32_t rt_nchanges;
#define RT_MAX_CHANGES (1u << 16)
void rt_log_shadow(uint32_t word);
void rt_undo_to(uint32_t *mark);
/* f(kind, word index, words, old contents, arg) for the entries of the log between two marks, newest first.
 * RT_TOUCHED: the first touch of a word in an epoch (no contents); RT_WORD: its first write there;
 * RT_CONTENTS: a part of a frame. */
enum rt_entry { RT_TOUCHED, RT_WORD, RT_CONTENTS };
typedef void rt_visit(enum rt_entry kind, uint32_t word, uint32_t n, const uint32_t *old,
		      void *arg);

/*
 * The entries, as their tags, the last words, tell by the low two bits:
 *   0  old value, address                     a word of an observer
 *   1  old words..., address, n << 2 | 1      a range; with RT_LOG_CONTENTS, of a frame's contents
 *   2  old shadow entry, word index << 2 | 2
 *   3  old value, address | 3                 a tracked word, once for each epoch
 */
#define RT_SHADOW_WORDS (sizeof(struct rt_shadow) / 4)
#define RT_LOG_CONTENTS 0x80000000u

static inline uint32_t rt_range_words(uint32_t tag)
{
	return (tag & ~RT_LOG_CONTENTS) >> 2;
}

static inline void rt_log_word(void *addr)
{
	if (!rt_on)
		return;
	rt_log[0] = *(uint32_t *)addr;
	rt_log[1] = (uint32_t)(uintptr_t)addr;
	rt_log += 2;
}

/* Inline, so that @f is: it is called for each entry of each step. */
static inline __attribute__((always_inline)) void rt_log_walk(uint32_t *from, uint32_t *to,
							      rt_visit *f, void *arg)
{
	uint32_t *p = to;

	while (p > from) {
		uint32_t tag = p[-1], n;

		switch (tag & 3) {
		case 1:
			n = rt_range_words(tag);
			p -= n + 2;
			if (tag & RT_LOG_CONTENTS)
				f(RT_CONTENTS, rt_word_of(p[n]), n, p, arg);
			break;
		case 2:
			p -= RT_SHADOW_WORDS + 1;
			f(RT_TOUCHED, tag >> 2, 1, NULL, arg);
			break;
		case 3:
			p -= 2;
			f(RT_WORD, rt_word_of(tag & ~3u), 1, p, arg);
			break;
		default:
			p -= 2;
		}
	}
}

/* --- segments and what they touched ---------------------------------------------------------- */

extern uint32_t rt_stamp;	/* of the present epoch */
extern uint32_t rt_first_stamp; /* of the first epoch of the running segment */
extern int rt_task;		/* whose segment it is */
extern int rt_node;		/* its index in the run */
extern uint16_t rt_epoch;	/* the newest */
extern uint16_t rt_epoch_node[];
extern uint8_t rt_epoch_task[];

/* A new segment of @task begins at node @node; @epoch: the newest before it. */
void rt_begin_segment(int task, int node, uint16_t epoch);

/* A bit for each node that the running segment conflicts with, that enabled it, or that released a lock it
 * took: found while it runs. */
extern uint32_t rt_before[];
/* Lock edges of the running segment, for the schedule's clocks (facts section 3, "Locks"): it took a
 * lock that was last taken in segment .taken and last released in segment .released; -1 = none. */
struct rt_lock_edge {
	int taken, released;
};
extern struct rt_lock_edge rt_edges[];
extern int rt_nedges;

void rt_dep(int node);	   /* the running segment conflicts with segment @node */
void rt_enabler(int node); /* segment @node enabled the running one: order without a race */
bool rt_conflicts(int node);
bool rt_enabled_by(int node);
/* A lock was taken that @owner and @place stand for: an edge, no conflict. */
void rt_lock_taken(uintptr_t owner, uintptr_t place);

/* --- accesses; @mask: which bytes of the word; @marked: atomic or volatile; @pc: whose ---------- */

void rt_slow_read(uint32_t word, unsigned mask, bool marked, uintptr_t pc);
void rt_slow_write(uint32_t word, unsigned mask, bool marked, uintptr_t pc);
void rt_plain_write(uintptr_t addr); /* while nothing is recorded, and for statistics */

static inline bool rt_is_statistic(uintptr_t addr)
{
	return addr - (uintptr_t)rt_statistics_start <
	       (uintptr_t)(rt_statistics_end - rt_statistics_start);
}

static inline __attribute__((always_inline)) void rt_read_at(uintptr_t addr, unsigned mask,
							     bool marked, uintptr_t pc)
{
	uint32_t word = rt_word_of(addr);
	struct rt_shadow *sh = &rt_shadow[word];

	if (word < rt_words && (sh->stamp != rt_stamp || (RT_READ(mask) & ~sh->bytes)))
		rt_slow_read(word, mask, marked, pc);
}

static inline __attribute__((always_inline)) void rt_write_at(uintptr_t addr, unsigned mask,
							      bool marked, uintptr_t pc)
{
	uint32_t word = rt_word_of(addr);
	struct rt_shadow *sh = &rt_shadow[word];

	if (word >= rt_words)
		rt_plain_write(addr);
	else if (sh->stamp != rt_stamp || (RT_WRITTEN(mask) & ~sh->bytes))
		rt_slow_write(word, mask, marked, pc);
}

void rt_read(uintptr_t addr); /* marked, by the runtime itself */
void rt_write(uintptr_t addr);
/* The contents of the frame at @addr, as one object; a write is logged as a range. */
void rt_contents(uintptr_t addr, size_t n, bool write);

/* --- clocks, races, freed memory (rt_race.c) ------------------------------------------------------ */

/* @key: a lock, a task, a word: whatever orders. */
void rt_acquire(uintptr_t key);
void rt_release(uintptr_t key); /* a new epoch begins */
void rt_race_begin(void);	/* a run begins: all clocks are zero */
void rt_new_epoch(void);
/* These bytes of the word are touched for the first time in this epoch. */
void rt_check_read(struct rt_shadow *sh, uint32_t word, unsigned mask, bool marked, uintptr_t pc);
void rt_check_write(struct rt_shadow *sh, uint32_t word, unsigned mask, bool marked, uintptr_t pc);
void rt_check_freed(const struct rt_shadow *sh, uint32_t word, uintptr_t pc);

/* --- stacks ---------------------------------------------------------------------------------------- */

extern uintptr_t rt_stack_low; /* of the stack that is running; its own stores need no log */
#define RT_STACK_BYTES (64u << 10)
static inline bool rt_on_own_stack(uintptr_t addr)
{
	return addr - rt_stack_low < RT_STACK_BYTES;
}

/* Leave the kernel's context for the engine's, and back. @sp receives / gives the stack pointer. */
void rt_to_engine(uintptr_t **sp); /* on a kernel stack; returns when the engine comes back */
void rt_to_kernel(uintptr_t *sp);  /* on the engine's stack; returns at the next rt_to_engine() */
/* Does what lies at @addr of the region still count, with the running stack's pointer at @sp? No: a stack
 * below its pointer. */
bool rt_is_live(uintptr_t addr, const uintptr_t *sp);
/* Start fn() on a fresh stack in the region; returns at the next rt_to_engine(). */
void rt_enter_kernel(void (*fn)(void));

#endif
