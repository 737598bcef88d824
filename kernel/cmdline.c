/*
 * kernel/cmdline.c - parses the kernel command line against the list of known options.
 */
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/string.h"

static const struct {
	const char *name, *help;
} known[] = {
	{"design", "locking design of the VM, e.g. linux-2.3.30"},
	{"holes", "faithful or mended: known races of the design left open or closed"},
	{"scenario", "run this scenario instead of the first program"},
	{"mode", "of the scenario: controlled, free or sequential"},
	{"schedule", "a token: the exact switches to replay"},
	{"poison", "1: fill freed page frames, and complain when they are written to"},
	{"watch", "watchers: order,waits,rules,all,stats,none"},
	{"trace", "events to record"},
	{"tracefile", "write every event of the run to this disk at the end: hdb:SECTOR"},
	{"workload", "run /bin/workload with this name, then end"},
	{"lockcost", "a model: ticks that a lock costs when another CPU had it last; 0: none (default)"},
	{"cpus", "use at most this many CPUs"},
	{"mem", "use at most this much memory, in KB"},
	{"init", "first program"},
	{"args", "its arguments, separated by commas"},
	{"run",
	 "programs for /bin/init to run, separated by commas; their arguments follow colons"},
	{"pad", "partition of the demonstration driver /dev/pad"},
	{"root", "root device, e.g. hda1"},
	{"rootflags", "ro: mount the root file system read-only"},
	{"swap", "swap areas to switch on at boot, separated by commas"},
	{"panic", "halt: stand still after a panic; off: end the machine (default)"},
	{"report", "token: print the token of a scenario that completed, too"},
	{"steps", "most steps of a controlled run"},
};

#define MAX_OPTIONS 32
#define LINE_MAX    2048

static char line_copy[LINE_MAX];
static struct {
	const char *name, *value;
} given[MAX_OPTIONS];
static unsigned nr_given;
static char error_text[160];

static bool is_known(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(known[i].name, name))
			return true;
	return false;
}

static bool refuse(const char *why, const char *what)
{
	char *c;

	snprintk(error_text, sizeof(error_text), "command line: %s '%s'", why, what);
	for (c = error_text; *c; c++) /* one line, whatever was typed */
		if ((unsigned char)*c < ' ')
			*c = '?';
	return false;
}

static bool take_word(char *word)
{
	char *eq = strchr(word, '=');

	if (eq)
		*eq = '\0';
	if (!is_known(word))
		return refuse("unknown option", word);
	if (nr_given == MAX_OPTIONS)
		return refuse("too many options at", word);
	given[nr_given].name = word;
	given[nr_given++].value = eq ? eq + 1 : "1";
	return true;
}

bool cmdline_parse(const char *line)
{
	char *p = line_copy;

	nr_given = 0;
	error_text[0] = '\0';
	if (!str_copy(line_copy, line ? line : "", sizeof(line_copy)))
		return refuse("longer than 2047 characters:", line_copy);
	while (*p) {
		char *word;

		while (*p == ' ' || *p == '\t' || *p == '\n')
			p++;
		if (!*p)
			break;
		word = p;
		while (*p && *p != ' ' && *p != '\t' && *p != '\n')
			p++;
		if (*p)
			*p++ = '\0';
		if (!take_word(word))
			return false;
	}
	return true;
}

const char *cmdline_error(void)
{
	return error_text;
}

const char *cmdline_get(const char *name)
{
	unsigned i = nr_given;

	BUG_ON(!is_known(name));
	while (i-- > 0) /* the last one given wins */
		if (!strcmp(given[i].name, name))
			return given[i].value;
	return NULL;
}

long cmdline_long(const char *name, long def)
{
	const char *text = cmdline_get(name);
	long value;

	return text && str_to_long(text, &value) ? value : def;
}

const char *cmdline_text(void)
{
	static char text[1024];
	size_t n = 0;

	for (unsigned i = 0; i < nr_given && n < sizeof(text) - 1; i++)
		n += (size_t)snprintk(text + n, sizeof(text) - n, "%s%s=%s", i ? " " : "", given[i].name,
				      given[i].value);
	return text;
}

const char *cmdline_known(unsigned n, const char **help)
{
	if (n >= ARRAY_SIZE(known))
		return NULL;
	*help = known[n].help;
	return known[n].name;
}
