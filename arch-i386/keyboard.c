/*
 * arch-i386/keyboard.c - the PC keyboard (scan code set 1, US layout) as a source of characters.
 *
 * Shift, Caps Lock and Ctrl are honoured (Ctrl-C is character 3); Enter is \r and Backspace DEL, and
 * the keys for the cursor send the escape sequences of a Linux console. Other special keys make no
 * character. State belongs to the interrupt handler, which runs on the boot CPU only.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"

#define KBD_DATA    0x60
#define KBD_STATUS  0x64
#define OUTPUT_FULL 0x01
#define RELEASED    0x80
#define KEY_CTRL    0x1D
#define KEY_LSHIFT  0x2A
#define KEY_RSHIFT  0x36
#define KEY_CAPS    0x3A

static const char plain[] = "\0\033"
			    "1234567890-=\177\t"
			    "qwertyuiop[]\r\0"
			    "asdfghjkl;'`\0\\"
			    "zxcvbnm,./\0*\0 ";
static const char shifted[] = "\0\033"
			      "!@#$%^&*()_+\177\t"
			      "QWERTYUIOP{}\r\0"
			      "ASDFGHJKL:\"~\0|"
			      "ZXCVBNM<>?\0*\0 ";

/* Keys behind an 0xE0 that send more than a character. */
static const struct {
	uint8_t code;
	const char *text;
} sequences[] = {
	{ 0x48, "\033[A" },  { 0x50, "\033[B" },  { 0x4D, "\033[C" },	 { 0x4B, "\033[D" },
	{ 0x47, "\033[1~" }, { 0x52, "\033[2~" }, { 0x53, "\033[3~" }, { 0x4F, "\033[4~" },
	{ 0x49, "\033[5~" }, { 0x51, "\033[6~" },
};

static bool shift, ctrl, caps, extended;

static void extended_key(uint8_t code)
{
	const char *s;

	for (unsigned i = 0; i < ARRAY_SIZE(sequences); i++)
		if (sequences[i].code == code)
			for (s = sequences[i].text; *s; s++)
				console_input(*s);
}

static void key(uint8_t code)
{
	char c;

	if (code >= sizeof(plain) - 1)
		return;
	c = shift ? shifted[code] : plain[code];
	if (caps && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
		c ^= 0x20;
	if (ctrl && c >= '@' && c <= 'z')
		c &= 0x1F;
	if (c)
		console_input(c);
}

static void scan_code(uint8_t code)
{
	bool down = !(code & RELEASED);

	if (code == 0xE0) {
		extended = true;
		return;
	}
	code &= (uint8_t)~RELEASED;
	if (code == KEY_CTRL)
		ctrl = down;
	else if (!extended && (code == KEY_LSHIFT || code == KEY_RSHIFT))
		shift = down;
	else if (code == KEY_CAPS && down)
		caps = !caps;
	else if (down && (!extended || code == 0x1C || code == 0x35)) /* keypad Enter and / */
		key(code);
	else if (down)
		extended_key(code);
	extended = false;
}

void keyboard_interrupt(void)
{
	if (inb(KBD_STATUS) & OUTPUT_FULL)
		scan_code(inb(KBD_DATA));
}

void keyboard_init(void)
{
	/* What was typed at the BIOS would keep the interrupt line from rising. */
	for (int i = 0; i < 16 && (inb(KBD_STATUS) & OUTPUT_FULL); i++)
		inb(KBD_DATA);
	ioapic_enable(IRQ_KEYBOARD);
}
