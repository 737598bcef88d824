/*
 * tests/programs/bin/sync.c - writes everything that is kept in memory back to the disk.
 */
#include "util.h"

int main(void)
{
	sync();
	return 0;
}
