/*
 * arch-i386/serial.c - the first serial port, 115200 8N1: output by polling, input by interrupt.
 *
 * Output waits for the transmit-holding bit without a bound: the port is timed in Bochs, and a
 * bound would lose characters. A port that is not there reads as all ones, so the wait ends at
 * once.
 * A write may take longer, with interrupts off, than the port's FIFO lasts when text is pasted. So who
 * waits for the port to take a character puts what has come meanwhile aside; the interrupt, or the boot
 * CPU's next tick, hands it on. Both are the boot CPU's, so characters stay in order.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"
#include "kernel/private_word.h"

#define COM1	      0x3F8
#define REG_DATA      (COM1 + 0)
#define REG_INTERRUPT (COM1 + 1)
#define REG_FIFO      (COM1 + 2)
#define REG_LINE      (COM1 + 3)
#define REG_MODEM     (COM1 + 4)
#define REG_STATUS    (COM1 + 5)
#define STATUS_INPUT  0x01
#define STATUS_EMPTY  0x20
#define STATUS_IDLE   0x40

void serial_init(void)
{
	outb(REG_INTERRUPT, 0);
	outb(REG_LINE, 0x80);
	outb(REG_DATA, 1); /* divisor 1 */
	outb(REG_INTERRUPT, 0);
	outb(REG_LINE, 0x03);
	outb(REG_FIFO, 0x07);
	outb(REG_MODEM, 0x0B); /* OUT2 connects the interrupt line */
}

void serial_enable_input(void)
{
	ioapic_enable(IRQ_SERIAL);
	outb(REG_INTERRUPT, 1);
	while (inb(REG_STATUS) != 0xFF && (inb(REG_STATUS) & STATUS_INPUT))
		inb(REG_DATA);
}

/* Characters that came and were not handed on yet. */
#define ASIDE 256
static struct {
	int word; /* private_lock; held with interrupts off */
	unsigned in, out;
	char text[ASIDE];
} input;

/* Empty the FIFO, however many come meanwhile: the interrupt line falls only then, and without a rise
 * there is no further interrupt. A port that is not there reads as all ones. Needs input.word. */
static void gather(void)
{
	uint8_t status;

	while (input.in - input.out < ASIDE && (status = inb(REG_STATUS)) != 0xFF &&
	       (status & STATUS_INPUT))
		input.text[input.in++ % ASIDE] = (char)inb(REG_DATA);
}

static void put(char c)
{
	uint8_t status;

	while (!((status = inb(REG_STATUS)) & STATUS_EMPTY)) {
		if ((status & STATUS_INPUT) && !arch_irqs_enabled() &&
		    !__atomic_exchange_n(&input.word, 1, __ATOMIC_ACQUIRE)) {
			gather();
			__atomic_store_n(&input.word, 0, __ATOMIC_RELEASE);
		}
		cpu_relax();
	}
	outb(REG_DATA, (uint8_t)c);
}

/* Context: any, takes no lock. */
void serial_write_char(char c)
{
	if (c == '\n')
		put('\r');
	put(c);
}

void serial_drain(void)
{
	while (!(inb(REG_STATUS) & STATUS_IDLE))
		cpu_relax();
}

/* Take the oldest character; false = there is none. */
static bool take(char *c)
{
	unsigned long flags = private_lock(&input.word);
	bool some;

	gather();
	some = input.in != input.out;
	if (some)
		*c = input.text[input.out++ % ASIDE];
	private_unlock(&input.word, flags);
	return some;
}

void serial_interrupt(void)
{
	char c;

	while (take(&c))
		console_input(c);
}

void serial_tick(void)
{
	if (__atomic_load_n(&input.in, __ATOMIC_RELAXED) != input.out)
		serial_interrupt();
}
