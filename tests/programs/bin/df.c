/*
 * tests/programs/bin/df.c - shows how full the file system of a path (/) is.
 */
#include "util.h"

#include <linux.h>

int main(int argc, char **argv)
{
	static char root[] = "/";
	static char *standard[] = { root };
	char **paths = argc > 1 ? argv + 1 : standard;
	int n = argc > 1 ? argc - 1 : 1, i, bad = 0;

	set_program(argv[0]);
	printf("Path            1K-blocks      Used Available Use%%    Inodes     IFree\n");
	for (i = 0; i < n; i++) {
		struct statfs s;
		unsigned long total, used;

		if (statfs(paths[i], &s)) {
			complain_errno("%s", paths[i]);
			bad = 1;
			continue;
		}
		total = s.f_blocks * (s.f_bsize / 1024);
		used = (s.f_blocks - s.f_bfree) * (s.f_bsize / 1024);
		printf("%-15s %9lu %9lu %9lu %3lu%% %9lu %9lu\n", paths[i], total, used,
		       (unsigned long)s.f_bavail * (s.f_bsize / 1024),
		       total ? (used * 100 + total - 1) / total : 0, (unsigned long)s.f_files,
		       (unsigned long)s.f_ffree);
	}
	return finish(bad);
}
