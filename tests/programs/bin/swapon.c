/*
 * tests/programs/bin/swapon.c - puts swap areas into use; -p PRIORITY, -a: all there are, -s: shows those in use.
 */
#include "util.h"

#include <linux.h>

static int show(void)
{
	fputs(read_proc("/proc/swaps"), stdout);
	return finish(0);
}

/* Every partition that holds swap space; those in use already are no failure. */
static int all(int flags)
{
	static const char *const devices[] = { "/dev/hdb1", "/dev/hdb2", "/dev/hdb3", "/dev/hdb4" };
	size_t i;
	int bad = 0;

	for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (swapon(devices[i], flags) && errno != EBUSY && errno != ENOENT) {
			complain_errno("%s", devices[i]);
			bad = 1;
		}
	return bad;
}

int main(int argc, char **argv)
{
	static const char how[] = "swapon [-p PRIORITY] DEVICE..., swapon -a, or swapon -s";
	int c, flags = 0, bad = 0;
	bool every = false;

	set_program(argv[0]);
	while ((c = getopt(argc, argv, "p:as")) != -1) {
		switch (c) {
		case 'p': flags = SWAP_FLAG_PREFER | (int)number_arg(optarg, "priority", 0, 32767); break;
		case 'a': every = true; break;
		case 's': return show();
		default: usage(how);
		}
	}
	if (every)
		return all(flags);
	if (optind == argc)
		return show();
	for (; optind < argc; optind++)
		if (swapon(argv[optind], flags)) {
			complain_errno("%s", argv[optind]);
			bad = 1;
		}
	return bad;
}
