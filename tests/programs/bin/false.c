/*
 * tests/programs/bin/false.c - fails.
 */
#include "util.h"

int main(void)
{
	return 1;
}
