/*
 * arch-i386/vga.c - the 80 x 25 text screen: scrolling, tabs, backspace, the hardware cursor.
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
	}
	if ((unsigned char)c < ' ')
		return;
	screen[row * COLUMNS + column] = 0x0700 | (unsigned char)c;
	if (++column == COLUMNS)
		newline();
}

void vga_write(const char *s, size_t n)
{
	unsigned at;

	while (n--)
		put(*s++);
	at = row * COLUMNS + column;
	outb(CRTC, 14);
	outb(CRTC + 1, at >> 8 & 0xFF);
	outb(CRTC, 15);
	outb(CRTC + 1, at & 0xFF);
}
