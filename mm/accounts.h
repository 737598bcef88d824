/*
 * mm/accounts.h - the books of memory, closed while the machine runs: /proc/accounts.
 *
 * Interface: vm_accounts. The first call notes what is in use; each later one compares with that and
 * checks all invariants (mm/invariants.h). For a program that runs others and wants to know whether
 * all they used came back (tests/programs/init.c).
 */
#ifndef MM_ACCOUNTS_H
#define MM_ACCOUNTS_H

#include "kernel/types.h"

/* Wait until nothing moves in the VM: kswapd asleep, no I/O in flight. False = not within ten seconds.
 * The invariants hold between operations, not inside them: whoever checks them waits for this first.
 * Context: may sleep. Locks: none held. */
bool vm_come_to_rest(void);

/* Check all invariants of the running system at an instant at which every other task sleeps outside
 * the VM: waits for one, and lets no timer wake anybody while it looks. The number of broken
 * invariants, each reported; -EBUSY when there was no such instant within ten seconds.
 * Context: may sleep. Locks: none held. */
int vm_invariants_now(void);

/* Come to rest, then open the books (@open) or compare
 * with when they were opened. Returns the number of leaks and broken invariants, each told in one line
 * with report(); -EBUSY when the machine does not come to rest within ten seconds; 0 when @open.
 * Context: may sleep. Locks: none held. The caller is the only task inside the VM. */
int vm_accounts(bool open);

#endif
