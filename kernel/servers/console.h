/*
 * kernel/servers/console.h - the console server: the one task between programs and the terminal.
 *
 * Programs see /dev/console (and /dev/tty): a terminal with Linux/i386's termios (tty_line.h), a
 * session it belongs to and a process group in its foreground, which gets SIGINT, SIGQUIT and
 * SIGTSTP from the keyboard. Readers in the background get SIGTTIN. Characters that console_input()
 * (an interrupt) brings are posted to the server, which owns the line being typed.
 * Until a session leader takes it (TIOCSCTTY, or by opening it), it belongs to init's session.
 * Kernel messages do not pass here: printk works without any task.
 */
#ifndef KERNEL_SERVERS_CONSOLE_H
#define KERNEL_SERVERS_CONSOLE_H

/* Start the server and register its devices. Boot, once; a kernel task. */
void console_start(void);
/* The leader of @session ends: if the console was the session's, the foreground group gets SIGHUP
 * and SIGCONT and the console goes back to init's session. Locks: takes tasklist_lock. */
void console_session_ends(int session);

#endif
