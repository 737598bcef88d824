/*
 * kernel/servers/console.h - the console server: the one task between programs and the terminal.
 *
 * Programs see /dev/console (and /dev/tty): a line-disciplined terminal with echo, backspace, ^U,
 * ^D and ^C (SIGINT to every program but init); raw when ICANON is switched off. Characters that
 * console_input() (an interrupt) brings are posted to the server, which owns the line being typed.
 * Kernel messages do not pass here: printk works without any task.
 */
#ifndef KERNEL_SERVERS_CONSOLE_H
#define KERNEL_SERVERS_CONSOLE_H

/* Start the server and register its devices. Boot, once; a kernel task. */
void console_start(void);

#endif
