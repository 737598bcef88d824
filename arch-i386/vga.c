/*
 * arch-i386/vga.c - the 80 x 25 text screen: scrolling, tabs, backspace, the hardware cursor, and the
 * escape sequences that line editors and full-screen programs use (ECMA-48, as terminals of the VT100
 * kind understand them): cursor up, down, left, right, to a column or place; erase line and screen;
 * colours. Others are read over.
 *
 * Takes no lock: the ordinary console calls it under console_lock, reports call it when the machine
 * stands still. Whatever the state, the cursor stays inside the screen.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/string.h"

#define COLUMNS	    80
#define ROWS	    25
#define TEXT_AT	    0xB8000u
#define BLANK	    0x0720u /* grey on black */
#define CRTC	    0x3D4
#define BIOS_CURSOR 0x450u /* column, row as the BIOS left them */

static volatile uint16_t *const screen = (volatile uint16_t *)(KERNEL_BASE + TEXT_AT);
static unsigned row, column;
static uint16_t colour = BLANK & 0xFF00;

/* An escape sequence being read: ESC, or ESC [ with numbers. */
#define MAX_NUMBERS 4
static enum { TEXT, ESCAPE, SEQUENCE } reading;
static unsigned number[MAX_NUMBERS], nr_numbers;

/* Continue below what the BIOS and the loader wrote. On boot_pgd: page 0 is still mapped. */
void vga_init(void)
{
	const uint8_t *cursor = phys_to_virt(BIOS_CURSOR);

	row = cursor[1] < ROWS ? cursor[1] : ROWS - 1;
	column = 0;
}

static void scroll(void)
{
	memmove((void *)screen, (const void *)(screen + COLUMNS), (ROWS - 1) * COLUMNS * 2);
	for (unsigned i = 0; i < COLUMNS; i++)
		screen[(ROWS - 1) * COLUMNS + i] = BLANK;
}

static void newline(void)
{
	column = 0;
	if (row + 1 < ROWS)
		row++;
	else
		scroll();
}

static void put(char c)
{
	switch (c) {
	case '\n':
		newline();
		return;
	case '\r':
		column = 0;
		return;
	case '\b':
		if (column)
			column--;
		return;
	case '\t':
		do
			put(' ');
		while (column % 8);
		return;
	case '\033':
		reading = ESCAPE;
		return;
	}
	if ((unsigned char)c < ' ' || c == 0x7F)
		return;
	screen[row * COLUMNS + column] = colour | (unsigned char)c;
	if (++column == COLUMNS)
		newline();
}

/* --- escape sequences ------------------------------------------------------------------------ */

static void blank(unsigned from, unsigned to)
{
	while (from < to)
		screen[from++] = colour | ' ';
}

/* What of the line or screen: 0 = from the cursor on, 1 = up to it, 2 = all. */
static void erase(unsigned what, unsigned start, unsigned end)
{
	unsigned at = row * COLUMNS + column;

	blank(what == 0 ? at : start, what == 1 ? at + 1 : end);
}

/* One of the numbers of an `m` sequence. Terminals count colours red, green, blue; VGA the other
 * way. */
static void set_colour(unsigned n)
{
	static const uint8_t vga[8] = { 0, 4, 2, 6, 1, 5, 3, 7 };

	if (n == 0)
		colour = BLANK & 0xFF00;
	else if (n == 1)
		colour |= 0x0800;
	else if (n == 7)
		colour = 0x7000;
	else if (n >= 30 && n <= 37)
		colour = (colour & 0xF8FF) | (uint16_t)(vga[n - 30] << 8);
	else if (n >= 40 && n <= 47)
		colour = (colour & 0x8FFF) | (uint16_t)(vga[n - 40] << 12);
}

static void set_colours(void)
{
	for (unsigned i = 0; i < max(nr_numbers, 1u); i++)
		set_colour(number[i]);
}

static void move_to(unsigned r, unsigned c)
{
	row = min(r, ROWS - 1u);
	column = min(c, COLUMNS - 1u);
}

static void do_sequence(char c)
{
	unsigned first = number[0], n = max(first, 1u), line = row * COLUMNS;

	switch (c) {
	case 'A':
		move_to(row - min(n, row), column);
		break;
	case 'B':
		move_to(row + min(n, ROWS + 0u), column);
		break;
	case 'C':
		move_to(row, column + min(n, COLUMNS + 0u));
		break;
	case 'D':
		move_to(row, column - min(n, column));
		break;
	case 'G':
		move_to(row, n - 1);
		break;
	case 'H':
	case 'f':
		move_to(n - 1, max(number[1], 1u) - 1);
		break;
	case 'J':
		erase(first, 0, ROWS * COLUMNS);
		break;
	case 'K':
		erase(first, line, line + COLUMNS);
		break;
	case 'm':
		set_colours();
		break;
	}
}

static void after_escape(char c)
{
	unsigned keep = column;

	reading = TEXT;
	if (c == '[') {
		reading = SEQUENCE;
		nr_numbers = 0;
		memset(number, 0, sizeof(number));
	} else if (c == 'D') { /* down, in the same column */
		newline();
		column = keep;
	}
}

static void in_sequence(char c)
{
	if (c >= '0' && c <= '9') {
		if (nr_numbers == 0)
			nr_numbers = 1;
		if (number[nr_numbers - 1] < 1000)
			number[nr_numbers - 1] = number[nr_numbers - 1] * 10 + (unsigned)(c - '0');
	} else if (c == ';') {
		nr_numbers = min(max(nr_numbers, 1u) + 1, MAX_NUMBERS + 0u);
	} else if (c >= '@') {
		reading = TEXT;
		do_sequence(c);
	}
}

static void take(char c)
{
	if (reading == ESCAPE)
		after_escape(c);
	else if (reading == SEQUENCE)
		in_sequence(c);
	else
		put(c);
}

void vga_write(const char *s, size_t n)
{
	unsigned at;

	while (n--)
		take(*s++);
	at = row * COLUMNS + column;
	outb(CRTC, 14);
	outb(CRTC + 1, at >> 8 & 0xFF);
	outb(CRTC, 15);
	outb(CRTC + 1, at & 0xFF);
}
