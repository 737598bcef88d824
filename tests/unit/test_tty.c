/*
 * tests/unit/test_tty.c - the console's line discipline. kernel/servers/tty_line.h.
 */
#include "unit.h"

#include "kernel/servers/tty_line.h"

static struct tty_line tty;
static char shown[2048];

static enum tty_event type(const char *s)
{
	enum tty_event last = TTY_NOTHING;

	for (; *s; s++) {
		last = tty_input(&tty, *s);
		strncat(shown, tty.echo, tty.necho);
	}
	return last;
}

static void reads(const char *want)
{
	char buf[512];
	size_t n;

	ck_assert(tty_readable(&tty));
	n = tty_read(&tty, buf, sizeof(buf) - 1);
	buf[n] = '\0';
	ck_assert_str_eq(buf, want);
}

static void start(void)
{
	tty_init(&tty);
	shown[0] = '\0';
}

START_TEST(test_lines)
{
	ck_assert_int_eq(type("hel"), TTY_NOTHING);
	ck_assert(!tty_readable(&tty));
	ck_assert_int_eq(type("lo\r"), TTY_READY);
	ck_assert_int_eq(type("second\n"), TTY_READY);
	ck_assert_str_eq(shown, "hello\nsecond\n");
	reads("hello\n");
	reads("second\n");
	ck_assert(!tty_readable(&tty));
}
END_TEST

START_TEST(test_editing)
{
	type("abc\x7f\x08x\n");
	ck_assert_str_eq(shown, "abc\b \b\b \bx\n");
	reads("ax\n");
	type("\x7f\x7fhidden\x15yes\n");
	reads("yes\n");
	shown[0] = '\0';
	type("one two  \x17\x17x\n"); /* ^W: both words */
	ck_assert_str_eq(shown, "one two  \b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \bx\n");
	reads("x\n");
	type("a\x16\x03\x16\x04z\n"); /* ^V: taken as they are */
	reads("a\x03\x04z\n");
	shown[0] = '\0';
	type("\x01\x7f");
	ck_assert_str_eq(shown, "^A\b \b\b \b");
}
END_TEST

START_TEST(test_end_of_file)
{
	char c;

	ck_assert_int_eq(type("\x04"), TTY_READY);
	reads("");
	ck_assert(!tty_readable(&tty));
	type("part\x04");
	reads("part");
	ck_assert(!tty_readable(&tty));
	type("xy\n");
	ck_assert_uint_eq(tty_read(&tty, &c, 1), 1);
	reads("y\n");
}
END_TEST

/* A read that takes exactly what stands before the mark takes the mark with it. */
START_TEST(test_end_of_file_behind_full_read)
{
	char buf[4];

	type("four\x04");
	ck_assert_uint_eq(tty_read(&tty, buf, 4), 4);
	ck_assert(!tty_readable(&tty));
	type("ab\n");
	ck_assert_uint_eq(tty_available(&tty), 3);
	reads("ab\n");
}
END_TEST

START_TEST(test_interrupt)
{
	ck_assert_int_eq(type("lost\x03"), TTY_INTERRUPT);
	type("kept\n");
	reads("kept\n");
	ck_assert_int_eq(type("\x1c"), TTY_QUIT);
	type("line\nlost");
	ck_assert_int_eq(type("\x1a"), TTY_SUSPEND);
	ck_assert(!tty_readable(&tty)); /* whole lines go, too */
	tty.t.lflag |= TTY_NOFLSH;
	type("line\nstill");
	ck_assert_int_eq(type("\x03"), TTY_INTERRUPT);
	type("\n");
	reads("line\n");
	reads("still\n");
	tty.t.lflag &= ~TTY_ISIG;
	type("\x03\n");
	reads("\x03\n");
}
END_TEST

START_TEST(test_raw)
{
	tty.t.lflag = 0;
	ck_assert_int_eq(type("a"), TTY_READY);
	ck_assert_str_eq(shown, "");
	reads("a");
	type("\x04\x7f\n");
	reads("\x04\x7f\n");
	tty.t.iflag = 0; /* Enter as it is typed */
	type("\r\x1b[A");
	reads("\r\x1b[A");
}
END_TEST

/* The unfinished line becomes readable when line editing is switched off; a flush drops all. */
START_TEST(test_change_of_mode)
{
	struct tty_termios t = tty.t;

	type("half");
	t.lflag &= ~(TTY_ICANON | TTY_ECHO);
	tty_set(&tty, &t);
	reads("half");
	shown[0] = '\0';
	type("x");
	ck_assert_str_eq(shown, "");
	tty_flush(&tty);
	ck_assert(!tty_readable(&tty));
}
END_TEST

START_TEST(test_full)
{
	unsigned i, total = 0;
	char buf[64];

	for (i = 0; i < 2 * TTY_LINE_MAX; i++)
		tty_input(&tty, 'a');
	ck_assert_uint_eq(tty.len, TTY_LINE_MAX - 1);
	ck_assert_int_eq(tty.echo[0], 7);
	for (i = 0; i < 100; i++) { /* nobody reads */
		tty_input(&tty, 'b');
		tty_input(&tty, '\n');
	}
	ck_assert_uint_le(tty.head - tty.tail, TTY_RING);
	while (tty_readable(&tty))
		total += (unsigned)tty_read(&tty, buf, sizeof(buf));
	ck_assert_uint_ge(total, TTY_LINE_MAX);
	ck_assert_uint_le(total, TTY_RING);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tty");
	TCase *tc = tcase_create("tty");

	tcase_add_checked_fixture(tc, start, NULL);
	tcase_add_test(tc, test_lines);
	tcase_add_test(tc, test_editing);
	tcase_add_test(tc, test_end_of_file);
	tcase_add_test(tc, test_interrupt);
	tcase_add_test(tc, test_end_of_file_behind_full_read);
	tcase_add_test(tc, test_raw);
	tcase_add_test(tc, test_change_of_mode);
	tcase_add_test(tc, test_full);
	suite_add_tcase(s, tc);
	return unit_run(s);
}
