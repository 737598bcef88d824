/*
 * tests/programs/torture.c - the torture run: starts the workers, switches swap areas off and on,
 * looks at the stopped machine after each phase, prints the figures and judges. See torture.h.
 *
 * torture [TOUCHES [SEED [PAGES [WORKERS [MEGABYTES [BETWEEN [noioctl]]]]]]]: TOUCHES of pages by all tasks together; fails
 * when fewer than PAGES (default: a tenth of the touches) went out to swap or came in, or a driver's
 * swapout() was called less than a hundredth as often. WORKERS processes (4) of one to three threads
 * use MEGABYTES (20) of anonymous memory, beside /dev/pad and two files. A task changes its address
 * space after every BETWEEN (40) touches; with noioctl never by the pad's ioctl.
 *
 * Fails on: a wrong byte, an unexpected result, a death, a broken invariant, a complaint of a watcher (of
 * a design with its holes open: one that no named hole explains), or a run that was too gentle.
 * On Linux it runs as well, without pad, swapoff and the test of gentleness: that tries the checker.
 */
#include "torture.h"

#define FILE_PAGES 384 /* of the shared and the private file each */
#define PAD_PAGES  1024

struct plan plan;
struct control *control;

static long worker_pid[MAX_TASKS], swapper_pid;
static unsigned alive;
static char text[4096];

/* --- figures --------------------------------------------------------------------------------- */

/* The value of a line `name value` of /proc/vmstat; 0 = there is no such line. */
static unsigned long vmstat(const char *name)
{
	const char *line = text;
	size_t len = strlen(name);
	char digits[16];
	size_t n = 0;

	if (read_file("/proc/vmstat", text, sizeof(text)) < 0)
		return 0;
	while (line && (strncmp(line, name, len) || line[len] != ' ')) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	for (line = line ? line + len + 1 : ""; *line >= '0' && *line <= '9' && n < 15; line++)
		digits[n++] = *line;
	digits[n] = '\0';
	return (unsigned long)number(digits, 0);
}

static const char *const figures[] = {
	"pswpout",	 "pswpin",	  "swapout_calls_pad", "swapout_calls_filemap",
	"faults",	 "faults_anon",	  "faults_zero",       "faults_cow",
	"faults_nopage", "faults_swapin", "faults_major",      "steals",
	"anon_out",	 "file_out",	  "unmapped",	       "shrunk",
	"steal_failed",	 "shrink_written"
};
#define NFIGURES (sizeof(figures) / sizeof(figures[0]))
enum { PAGES_OUT, PAGES_IN, PAD_CALLS, FILE_CALLS, FILE_WRITES = NFIGURES - 1 };

static unsigned long before[NFIGURES];

static unsigned long figure(unsigned n)
{
	return vmstat(figures[n]) - before[n];
}

static void show_figures(void)
{
	static const char *const names[NR_OPS] = {
		"munmap", "mmap",      "mprotect", "mremap-move",   "mremap-size", "mlock", "msync",
		"fork",	  "forbidden", "madvise",  "mmap-anywhere", "ioctl",	   "read"
	};
	unsigned i;

	printf("torture: %u touches, %u checks, %u forks, %u touches by children, %u calls refused "
	       "for lack of memory\n",
	       control->touches, control->checks, control->forks, control->child_touches,
	       control->refused);
	for (i = 0; i < NR_OPS; i++)
		printf("%s%s %u%s", i ? "" : "torture: changes: ", names[i], control->ops[i],
		       i + 1 < NR_OPS ? ", " : "\n");
	printf("torture: swapoff %u times, %u refused, %u KB were on the areas\n",
	       control->swapoffs, control->swapoffs_refused, control->swapped_back_kb);
	for (i = 0; i < NFIGURES && !plan.oracle; i++)
		printf("%s%s %lu%s", i ? "" : "torture: figures: ", figures[i], figure(i),
		       i + 1 < NFIGURES ? ", " : "\n");
}

/* --- swapoff and swapon, in a process of its own ----------------------------------------------- */

/* "name KB used ..." in /proc/swaps. */
static uint32_t used_kb(const char *name)
{
	const char *line = text;
	uint32_t value = 0;
	int field;

	if (read_file("/proc/swaps", text, sizeof(text)) < 0)
		return 0;
	while (line && strncmp(line, name, strlen(name))) {
		line = strchr(line, '\n');
		for (line = line ? line + 1 : NULL; line && *line == ' '; line++)
			;
	}
	if (!line)
		return 0;
	for (line += strlen(name), field = 0; field < 2; field++) {
		while (*line == ' ')
			line++;
		for (value = 0; *line >= '0' && *line <= '9'; line++)
			value = value * 10 + (uint32_t)(*line - '0');
	}
	return value;
}

/* The conductor wants no swapoff for a while, and to know that there is none. True = it does. */
static bool answer_hold(void)
{
	uint32_t hold = control->hold;

	control->held = hold;
	return hold != 0;
}

static void off_and_on(uint32_t *seed)
{
	static const char *const areas[] = { "/dev/hdb1", "/dev/hdb2", "/dev/hdb3", "/dev/hdb4" };
	unsigned pick =
		random_next(seed) % 8; /* the large ones take long, and seldom get their map back */
	const char *area = areas[pick < 2 ? pick : 2 + pick % 2];
	uint32_t kb = used_kb(area + 5);
	long r = sys(SYS_swapoff, area);
	unsigned flags;

	if (r == -ENOMEM || r == -EINVAL) {
		count(&control->swapoffs_refused);
		return;
	}
	if (r == 0) {
		count(&control->swapoffs);
		__atomic_fetch_add(&control->swapped_back_kb, kb, __ATOMIC_RELAXED);
		sleep_ms(random_next(seed) % 100);
		flags = 0x8000 | (random_next(seed) % 3); /* SWAP_FLAG_PREFER */
		/* The header and the map want pages, which may have to wait. */
		while ((r = sys(SYS_swapon, area, flags)) == -ENOMEM) {
			count(&control->refused);
			answer_hold();
			sleep_ms(100);
		}
	}
	if (r) {
		printf("torture: MISTAKE: swapoff or swapon of %s: %ld\n", area, r);
		count(&control->failed_ops);
		control->stop = 1;
	}
}

static int swapper(void)
{
	uint32_t seed = plan.seed ^ 0x5A5A5A5A;

	while (!control->done && !control->stop) {
		if (!answer_hold())
			off_and_on(&seed);
		sleep_ms(200 + random_next(&seed) % 500);
	}
	return 0;
}

/* --- the conductor ----------------------------------------------------------------------------- */

static void end_all(void)
{
	count(&control->failed_ops);
	control->stop = 1;
}

#define failed(...) (printf(__VA_ARGS__), end_all())

/* Who has ended? Deaths end the run. */
static void look_after_workers(void)
{
	unsigned w;
	int status;

	for (w = 0; w < plan.workers; w++) {
		if (!worker_pid[w] ||
		    sys(SYS_waitpid, worker_pid[w], &status, WNOHANG) != worker_pid[w])
			continue;
		worker_pid[w] = 0;
		alive--;
		if (status && !control->stop)
			failed("torture: MISTAKE: worker %u ended with status %x\n", w,
			       (unsigned)status);
	}
}

/* The kernel's choice of read-ahead holds in the first phase only: mostly it brings pages that nobody asks for. */
static void change_readahead(unsigned phase)
{
	static const char *const clusters[] = { "2", "0", "1", "0" };
	long fd = sys(SYS_open, "/proc/page-cluster", O_WRONLY);

	if (fd < 0 || sys(SYS_write, fd, clusters[phase % 4], 1) != 1)
		failed("torture: MISTAKE: /proc/page-cluster: %ld\n", fd);
	sys(SYS_close, fd);
}

static void end_of_phase(unsigned phase)
{
	printf("torture: %u%%: pages out %lu, in %lu; swapout() %lu and %lu; forks %u, swapoffs "
	       "%u\n",
	       (phase + 1) * 100 / PHASES, figure(PAGES_OUT), figure(PAGES_IN), figure(PAD_CALLS),
	       figure(FILE_CALLS), control->forks, control->swapoffs);
	control->hold = phase + 1; /* a number, so that an old answer is not taken for a new one */
	while (swapper_pid && control->held != phase + 1 && !control->stop) {
		sleep_ms(20);
		look_after_workers();
	}
	control->rest = phase + 1;
	while (control->resting != plan.tasks && !control->stop) {
		sleep_ms(20);
		look_after_workers();
	}
	if (!plan.oracle &&
	    (read_file("/proc/invariants", text, sizeof(text)) < 0 || strcmp(text, "clean\n"))) {
		printf("torture: the stopped machine: %s", text);
		if (!plan.faithful) /* open holes may do that, and the run goes on */
			failed("torture: MISTAKE: invariants after phase %u of %d\n", phase + 1,
			       PHASES);
	}
	if (!plan.oracle)
		change_readahead(phase + 1);
	control->hold = 0;
	control->reached = control->resting = 0;
	control->phase = phase + 1;
}

static void conduct(void)
{
	unsigned phase = 0, w;
	int status;

	while (alive && !control->stop) {
		sleep_ms(50);
		look_after_workers();
		if (phase < PHASES && control->reached == plan.tasks)
			end_of_phase(phase++);
	}
	for (w = 0; w < plan.workers; w++)
		if (worker_pid[w] && wait_for(worker_pid[w], &status) < 0)
			printf("torture: worker %u is lost\n", w);
	control->done = 1;
	if (swapper_pid && (wait_for(swapper_pid, &status) != swapper_pid || status))
		failed("torture: MISTAKE: the swapper ended with status %x\n", (unsigned)status);
}

static bool start(void)
{
	unsigned w;

	for (w = 0; w < plan.workers; w++) {
		worker_pid[w] = sys(SYS_fork);
		if (worker_pid[w] == 0)
			exit(worker(w));
		if (worker_pid[w] < 0)
			return false;
		alive++;
	}
	if (plan.oracle)
		return true;
	swapper_pid = sys(SYS_fork);
	if (swapper_pid == 0)
		exit(swapper());
	return swapper_pid > 0;
}

/* --- the verdict ------------------------------------------------------------------------------- */

/* Lines "HOLE open|- ...": a hole that is not open, or none, explains nothing. With holes open this
 * alone decides: what else went wrong is the harm that the holes do. */
static void judge_complaints(void)
{
	bool unexplained = false;
	const char *line;

	print_file("/proc/complaints", "torture: complaint ", 64);
	if (read_file("/proc/complaints", text, sizeof(text)) <= 0)
		text[0] = '\0';
	for (line = text; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
		unexplained |= !strncmp(line, "unnamed", 7) || strncmp(line + 9, "open", 4);
	if (plan.faithful && (control->wrong_pages || control->failed_ops)) {
		printf("torture: harm done by open holes: %u wrong pages, %u mistakes\n",
		       control->wrong_pages, control->failed_ops);
		control->wrong_pages = control->failed_ops = 0;
	}
	if (unexplained)
		failed("torture: MISTAKE: a complaint that no open hole of this design explains\n");
}

static void judge_gentleness(void)
{
	unsigned long least = plan.minimum / 100;

	if (plan.faithful) /* it may have ended early */
		return;
	if (figure(PAGES_OUT) < plan.minimum || figure(PAGES_IN) < plan.minimum)
		failed("torture: TOO GENTLE: pages out %lu, in %lu\n", figure(PAGES_OUT),
		       figure(PAGES_IN));
	if (!vmstat("swapout_methods")) { /* the mark-and-write-later designs */
		if ((plan.pad || plan.shared) && figure(FILE_WRITES) < least)
			failed("torture: TOO GENTLE: %lu dirty file pages written, not %lu\n",
			       figure(FILE_WRITES), least);
	} else if (plan.pad && figure(PAD_CALLS) < least)
		failed("torture: TOO GENTLE: %lu calls of the pad's swapout(), not %lu\n",
		       figure(PAD_CALLS), least);
	if (vmstat("swapout_methods") && plan.shared && figure(FILE_CALLS) < least)
		failed("torture: TOO GENTLE: %lu calls of filemap_swapout(), not %lu\n",
		       figure(FILE_CALLS), least);
	if (plan.workers < 3)
		failed("torture: TOO GENTLE: %u address spaces, not 3\n", plan.workers);
	if (!control->swapoffs)
		failed("torture: TOO GENTLE: no swapoff\n");
	if (control->touches < plan.touches / plan.tasks / PHASES * PHASES * plan.tasks)
		failed("torture: MISTAKE: %u touches, not %lu\n", control->touches, plan.touches);
}

/* --- files, pad, control page ------------------------------------------------------------------ */

/* A file of zeroes, or of stamped cells. False = files cannot be made here. */
static bool make_file(const char *path, bool stamped)
{
	long fd = sys(SYS_open, path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	static uint32_t page[CELLS];
	unsigned i, k;

	if (fd < 0)
		return false;
	for (i = 0; i < FILE_PAGES; i++) {
		for (k = 0; k < CELLS; k++)
			page[k] = stamped ? cell_value(AREA_CONTENT, i, 1, WHO_FILE, k) : 0;
		if (sys(SYS_write, fd, page, PAGE) != (long)PAGE)
			return false;
	}
	sys(SYS_close, fd);
	return true;
}

static void make_files(void)
{
	static const char *const shared[] = { "/tmp/torture.shared", "/torture.shared" };
	static const char *const private[] = { "/tmp/torture.private", "/torture.private" };
	unsigned i;

	for (i = 0; i < 2 && !plan.shared; i++)
		if (make_file(private[i], true) && make_file(shared[i], false)) {
			plan.private = private[i];
			plan.shared = shared[i];
			plan.file_pages = FILE_PAGES;
		}
}

/* The whole pad is zero again, whatever an earlier run left; its last page is for control. */
static bool prepare_pad(void)
{
	long fd = sys(SYS_open, "/dev/pad", O_RDWR), r;

	if (fd < 0)
		return false;
	r = sys(SYS_mmap2, 0, PAD_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (MAP_FAILED(r))
		return false;
	memset((void *)r, 0, PAD_PAGES * PAGE);
	sys(SYS_munmap, r, PAD_PAGES * PAGE);
	r = sys(SYS_mmap2, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAD_PAGES - 1);
	sys(SYS_close, fd);
	plan.pad = "/dev/pad";
	plan.pad_pages = PAD_PAGES;
	control = (struct control *)r;
	return !MAP_FAILED(r);
}

static bool holes_faithful(void)
{
	const char *line = text;

	if (read_file("/proc/system", text, sizeof(text)) < 0)
		return false;
	while (line && strncmp(line, "holes ", 6)) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return line && !strncmp(line + 6, "faithful", 8);
}

static bool prepare(void)
{
	unsigned i;
	long r;

	for (i = 0; i < plan.workers; i++)
		plan.tasks += threads_of(i);
	plan.oracle = sys(SYS_open, "/proc/system", O_RDONLY) < 0;
	plan.faithful = holes_faithful();
	make_files();
	if (plan.oracle) {
		r = sys(SYS_mmap2, 0, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			0);
		control = (struct control *)r;
		return !MAP_FAILED(r);
	}
	for (i = 0; i < NFIGURES; i++)
		before[i] = vmstat(figures[i]);
	return prepare_pad();
}

int main(int argc, char **argv, char **envp)
{
	(void)envp;
	plan.touches = (unsigned long)number(argc > 1 ? argv[1] : NULL, 100000);
	plan.seed = (uint32_t)number(argc > 2 ? argv[2] : NULL, 1);
	plan.minimum = (unsigned long)number(argc > 3 ? argv[3] : NULL, (long)plan.touches / 10);
	plan.workers = (unsigned)number(argc > 4 ? argv[4] : NULL, 4);
	plan.megabytes = (unsigned long)number(argc > 5 ? argv[5] : NULL, 20);
	plan.between = (unsigned)number(argc > 6 ? argv[6] : NULL, 40);
	plan.no_ioctl = argc > 7 && !strcmp(argv[7], "noioctl");
	if (!plan.between || !plan.workers || plan.workers > 7 || !plan.touches) {
		printf("torture [TOUCHES [SEED [PAGES [WORKERS [MEGABYTES [BETWEEN "
		       "[noioctl]]]]]]]: 1 to 7 workers\n");
		return 2;
	}
	if (!prepare()) {
		printf("torture: no /dev/pad to map: boot with pad=, or look at its partition\n");
		return 2;
	}
	printf("torture: %lu touches by %u tasks in %u address spaces, seed %u, %lu MB, %s%s\n",
	       plan.touches, plan.tasks, plan.workers, plan.seed, plan.megabytes,
	       plan.pad ? "pad" : "no pad", plan.shared ? ", files" : ", no files");
	if (!start())
		failed("torture: MISTAKE: cannot start the workers\n");
	conduct();
	show_figures();
	if (!plan.oracle) {
		judge_complaints();
		judge_gentleness();
	}
	if (plan.shared) {
		sys(SYS_unlink, plan.shared);
		sys(SYS_unlink, plan.private);
	}
	printf("torture: %s, seed %u: %u wrong pages, %u mistakes\n",
	       control->wrong_pages || control->failed_ops ? "FAIL" : "PASS", plan.seed,
	       control->wrong_pages, control->failed_ops);
	return control->wrong_pages || control->failed_ops;
}
