/*
 * tests/programs/bin/true.c - succeeds.
 */
#include "util.h"

int main(void)
{
	return 0;
}
