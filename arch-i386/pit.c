/*
 * arch-i386/pit.c - the 8254 timer chip, used only as a stop-watch during start-up.
 *
 * Channel 2 counts down at 1.193182 MHz behind the speaker gate (port 0x61); its output bit tells
 * when it has reached zero. The scheduler's ticks come from the local APICs.
 */
#include "arch-i386/io.h"
#include "arch-i386/machine.h"

#define PIT_HZ	     1193182u
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND  0x43
#define GATE_PORT    0x61

/* Wait @us microseconds, at most 50000. Context: start-up, atomic. */
void pit_delay_us(unsigned us)
{
	unsigned count = us * (PIT_HZ / 1000) / 1000 + 1;

	outb(GATE_PORT, (inb(GATE_PORT) & 0xFC) | 1); /* gate on, speaker off */
	outb(PIT_COMMAND, 0xB0);		      /* channel 2, both bytes, mode 0 */
	outb(PIT_CHANNEL2, count & 0xFF);
	outb(PIT_CHANNEL2, count >> 8);
	while (!(inb(GATE_PORT) & 0x20))
		cpu_relax();
}
