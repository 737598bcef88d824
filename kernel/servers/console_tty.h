/*
 * kernel/servers/console_tty.h - whose terminal the console is: session, foreground group, and what
 * happens to those in the background. For console.c.
 */
#ifndef KERNEL_SERVERS_CONSOLE_TTY_H
#define KERNEL_SERVERS_CONSOLE_TTY_H

#include "kernel/types.h"

/* Send @signo to the foreground group. Locks: takes tasklist_lock. */
void terminal_signal(int signo);
/* May the current task read / write / change the terminal now? 0; -ERESTARTSYS after its group got
 * SIGTTIN or SIGTTOU; -EIO if that could not help. Locks: take tasklist_lock. */
long terminal_may_read(void);
long terminal_may_write(void);
long terminal_may_change(void);
void terminal_set_tostop(bool on); /* writing from the background stops, too */
/* A session leader opens it: if it belongs to nobody but init, it is his. */
void terminal_take_if_free(void);
/* TIOC[GS]PGRP, TIOCSCTTY, TIOCNOTTY, TIOCGSID, TIOC[GS]WINSZ; else -ENOTTY. May sleep. */
long terminal_ioctl(unsigned cmd, unsigned long arg);

#endif
