/*
 * tests/programs/oracle/stdio.c - the C library: text, numbers, streams, the heap, time.
 */
#include "oracle.h"

#include <ctype.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <sys/stat.h>
#include <time.h>

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void numbers(void)
{
	char text[32];
	char *end;
	int i, values[] = { 5, -3, 99, 0, 7, 5, 12 };

	printf("%d %5d|%-5d|%05d %x %X %o %c %s %.3s %%\n", -7, 42, 42, 42, 255, 255, 8, 'c', "text", "cut");
	printf("%lld %llx %.3f %e %g\n", 1234567890123ll, 0xfedcba9876543210ull, 3.14159, 12345.678, 0.0001);
	printf("%ld %lu %ld\n", strtol("-123abc", &end, 10), strtoul("ff", NULL, 16), strtol("0777", NULL, 0));
	errno = 0;
	SHOW(strtol("99999999999", NULL, 10) == 2147483647L);
	printf("%s: %s\n", "errno", strerror(errno));
	sscanf("12 abc 7.5", "%d %s", &i, text);
	printf("%d %s\n", i, text);
	qsort(values, 7, sizeof(int), by_value);
	for (i = 0; i < 7; i++)
		printf("%d ", values[i]);
	printf("\n%.6f %.6f %.6f\n", sqrt(2.0), 1.0 / 3.0, atof("2.5e3"));
	printf("%d %d %s\n", toupper('q'), isdigit('7') != 0, strstr("haystack", "st"));
}

static void streams(void)
{
	char line[64];
	FILE *f = fopen("stdio.tmp", "w+");
	int n;

	if (!f) {
		SHOW(-1);
		return;
	}
	for (n = 0; n < 1000; n++)
		fprintf(f, "line %d\n", n);
	SHOW(ftell(f));
	SHOW(fseek(f, 5000, SEEK_SET));
	printf("%s", fgets(line, sizeof(line), f));
	SHOW(fseek(f, -9, SEEK_END));
	printf("%s", fgets(line, sizeof(line), f));
	SHOW(fgets(line, sizeof(line), f) == NULL);
	SHOW(feof(f) != 0);
	rewind(f);
	SHOW(fscanf(f, "line %d", &n));
	SHOW(fclose(f));
	f = fopen("stdio.tmp", "a");
	fputs("appended\n", f);
	fclose(f);
	f = fopen("stdio.tmp", "r");
	for (n = 0; fgets(line, sizeof(line), f); n++)
		;
	printf("%d lines, last %s", n, line);
	SHOW(fputs("no", f) < 0);
	fclose(f);
	SHOW(rename("stdio.tmp", "stdio.new"));
	SHOW(remove("stdio.new"));
	SHOW(fopen("nosuchdir/file", "w") == NULL);
	printf("%s\n", strerror(errno));
	SHOW(fopen("/", "w") == NULL);
	printf("%s\n", strerror(errno));
}

/* Blocks of many sizes, each with its own pattern. */
static void heap(void)
{
	static char *block[500];
	unsigned seed = 7, i, wrong = 0, round;

	for (round = 0; round < 4000; round++) {
		size_t size;

		seed = seed * 1103515245u + 12345u;
		i = (seed >> 16) % 500;
		size = (seed >> 8) % 5000 + 1;
		if (block[i] && (unsigned char)block[i][0] != (i & 0xff))
			wrong++;
		block[i] = round % 3 ? realloc(block[i], size) : (free(block[i]), malloc(size));
		if (!block[i])
			wrong++;
		else
			memset(block[i], (int)i, size);
	}
	printf("heap: %u wrong\n", wrong);
	SHOW(malloc(0x7fffffff) == NULL);
	SHOW(calloc(1000, 1000) != NULL);
}

static void others(void)
{
	jmp_buf place;
	volatile int times = 0;
	time_t t = 941414400;
	struct tm *tm = gmtime(&t);
	char text[64];

	if (setjmp(place) < 3)
		longjmp(place, ++times);
	printf("jumped %d times\n", times);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %a", tm);
	printf("%s %ld\n", text, (long)mktime(tm));
	printf("%s\n", getenv("NOSUCH") ? "set" : "not set");
	setenv("MADE", "value", 1);
	printf("%s\n", getenv("MADE"));
	unsetenv("MADE");
	printf("%s\n", getenv("MADE") ? "set" : "not set");
	for (errno = 1; errno <= 34; errno++)
		printf("%d %s\n", errno, strerror(errno));
}

static void at_end(void)
{
	printf("atexit\n");
}

int main(void)
{
	atexit(at_end);
	numbers();
	streams();
	heap();
	others();
	return 42;
}
