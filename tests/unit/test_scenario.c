/*
 * tests/unit/test_scenario.c - the scenario framework with the real scenarios, on the modelled
 * machine: the documented deadlock under its story, its absence where the lock is dropped first,
 * the order watcher's view of tasks that never meet, and a token that leads back into the deadlock.
 * DESIGN sections 5 and 6. (Free runs need a device that interrupts a busy CPU: tests/boot/.)
 */
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include "kernel/scenario.h"
#include "kernel/servers/block.h"
#include "kernel/trace.h"
#include "kernel/watch.h"
#include "mm/vmscan.h"

#define END_EXIT     7 /* the test is over, and tasks may be stuck: nothing is taken down */
#define PAD_START    64
#define PAD_SECTORS  2048
#define SWAP_START   64
#define SWAP_SECTORS 4096

static const char *scenario_name, *mode, *which_schedule;
static int want_status;
static enum ctl_verdict want_verdict;

/* --- disks as the image builder makes them --------------------------------------------------- */

static void put_le32(unsigned char *p, uint32_t v)
{
	int i;

	for (i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> 8 * i);
}

static void partition(int disk, int nth, uint32_t start, uint32_t sectors, unsigned char type)
{
	unsigned char *sector = host_disk_data(disk), *e = sector + 446 + 16 * (nth - 1);

	sector[510] = 0x55;
	sector[511] = 0xaa;
	e[4] = type;
	put_le32(e + 8, start);
	put_le32(e + 12, sectors);
}

/* facts d, "Swap header" */
static void make_swap(int disk, uint32_t start, uint32_t sectors)
{
	unsigned char *page = host_disk_data(disk) + 512 * start;

	put_le32(page + 1024, 1);
	put_le32(page + 1028, sectors / 8 - 1);
	memcpy(page + 4086, "SWAPSPACE2", 10);
}

static void make_disks(void)
{
	int hda = host_disk_add(PAD_START + PAD_SECTORS);
	int hdb = host_disk_add(SWAP_START + SWAP_SECTORS);

	partition(hda, 3, PAD_START, PAD_SECTORS, 0x83);
	partition(hdb, 1, SWAP_START, SWAP_SECTORS, 0x82);
	make_swap(hdb, SWAP_START, SWAP_SECTORS);
}

/* --- running --------------------------------------------------------------------------------- */

static void body(void *unused)
{
	int status;

	(void)unused;
	block_start();
	kswapd_start();
	watch_mask = WATCH_ALL;
	trace_setup("all");
	status = scenario_run(scenario_find(scenario_name), mode, which_schedule);
	if (getenv("SHOW")) {
		puts(host_output());
		fflush(stdout); /* we leave by _exit */
	}
	ck_assert_int_eq(scenario_result.verdict, want_verdict);
	ck_assert_int_eq(status, want_status);
	ck_assert(scenario_result.as_expected == (status == 0));
	if (getenv("RESULT_FILE")) {
		FILE *f = fopen(getenv("RESULT_FILE"), "a");

		fprintf(f, "%016llx %u\n", (unsigned long long)scenario_result.hash, ctl_steps());
		fclose(f);
	}
	if (getenv("TOKEN_FILE")) {
		FILE *f = fopen(getenv("TOKEN_FILE"), "w");

		fputs(host_output(), f);
		fclose(f);
	}
	_exit(END_EXIT);
}

static void run(int cpus, const char *design, const char *scenario, enum ctl_verdict verdict)
{
	char cmdline[120];

	make_disks();
	snprintf(cmdline, sizeof(cmdline), "scenario=%s design=%s", scenario, design);
	host_boot(cpus, 16384, cmdline);
	host_output_clear();
	scenario_name = scenario;
	want_verdict = verdict;
	host_run(body, NULL);
	ck_abort_msg("the scenario's main task did not come back: %s", host_output());
}

START_TEST(test_the_documented_deadlock)
{
	run(_i, "vmlist-held", "swapout-deadlock", CTL_DEADLOCK);
}
END_TEST

START_TEST(test_as_shipped_in_2_3_23)
{
	run(_i, "linux-2.3.23", "swapout-deadlock", CTL_COMPLETED);
}
END_TEST

START_TEST(test_as_shipped_in_2_3_30)
{
	run(_i, "linux-2.3.30", "swapout-deadlock", CTL_COMPLETED);
}
END_TEST

START_TEST(test_the_driver_alone)
{
	run(_i, "linux-2.3.30", "driver-recursion", CTL_DEADLOCK);
}
END_TEST

START_TEST(test_one_after_the_other)
{
	mode = "sequential";
	run(_i, "vmlist-held", "swapout-deadlock", CTL_COMPLETED);
}
END_TEST

/* The token that the story's run printed leads there without the story. */
START_TEST(test_record)
{
	setenv("TOKEN_FILE", getenv("TOKEN_PATH"), 1);
	run(2, "vmlist-held", "swapout-deadlock", CTL_DEADLOCK);
}
END_TEST

static void hand_over_token(void)
{
	static char text[65536];
	FILE *f = fopen(getenv("TOKEN_PATH"), "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, sizeof(text), f);
	fclose(f);
	scenario_set_schedule(text, n);
	which_schedule = "file";
}

START_TEST(test_replay)
{
	hand_over_token();
	run(2, "vmlist-held", "swapout-deadlock", CTL_DEADLOCK);
}
END_TEST

START_TEST(test_a_token_is_refused_elsewhere)
{
	hand_over_token();
	want_status = 2; /* another number of CPUs: could not run */
	run(3, "vmlist-held", "swapout-deadlock", CTL_NONE);
}
END_TEST

START_TEST(test_bad_words)
{
	mode = "fast";
	want_status = 2;
	run(1, "vmlist-held", "swapout-deadlock", CTL_NONE);
}
END_TEST

START_TEST(test_results_agree)
{
	char first[64], line[64];
	FILE *f = fopen(getenv("RESULT_FILE"), "r");
	int n = 1;

	ck_assert_ptr_nonnull(f);
	ck_assert_ptr_nonnull(fgets(first, sizeof(first), f));
	for (; fgets(line, sizeof(line), f); n++)
		ck_assert_str_eq(line, first);
	fclose(f);
	ck_assert_int_eq(n, 5);
}
END_TEST

START_TEST(test_the_list)
{
	host_boot(1, 4096, "");
	ck_assert_ptr_null(scenario_find("no-such"));
	scenario_list();
	ck_assert(strstr(host_output(), "swapout-deadlock") != NULL);
}
END_TEST

START_TEST(test_an_unknown_scenario)
{
	host_boot(1, 4096, "scenario=swapout-deadlok");
	scenario_chosen();
}
END_TEST

static void no_results(void)
{
	unsetenv("RESULT_FILE");
}

int main(void)
{
	Suite *suite = suite_create("scenario");
	TCase *same = tcase_create("same"), *tc = tcase_create("scenario");
	char result_file[] = "/tmp/kswapd23-result-XXXXXX";
	char token_file[] = "/tmp/kswapd23-token-XXXXXX";
	int status;

	if (mkstemp(result_file) < 0 || mkstemp(token_file) < 0)
		return EXIT_FAILURE;
	setenv("RESULT_FILE", result_file, 1);
	setenv("TOKEN_PATH", token_file, 1);
	tcase_set_timeout(same, 60);
	tcase_add_loop_exit_test(same, test_the_documented_deadlock, END_EXIT, 1, 6);
	tcase_add_test(same, test_results_agree);
	suite_add_tcase(suite, same);
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, no_results, NULL);
	tcase_add_loop_exit_test(tc, test_as_shipped_in_2_3_23, END_EXIT, 1, 4);
	tcase_add_loop_exit_test(tc, test_as_shipped_in_2_3_30, END_EXIT, 1, 4);
	tcase_add_loop_exit_test(tc, test_the_driver_alone, END_EXIT, 1, 3);
	tcase_add_loop_exit_test(tc, test_one_after_the_other, END_EXIT, 1, 3);
	tcase_add_exit_test(tc, test_record, END_EXIT);
	tcase_add_exit_test(tc, test_replay, END_EXIT);
	tcase_add_exit_test(tc, test_a_token_is_refused_elsewhere, END_EXIT);
	tcase_add_exit_test(tc, test_bad_words, END_EXIT);
	tcase_add_test(tc, test_the_list);
	tcase_add_exit_test(tc, test_an_unknown_scenario, 2);
	suite_add_tcase(suite, tc);
	status = unit_run(suite);
	remove(result_file);
	remove(token_file);
	return status;
}
