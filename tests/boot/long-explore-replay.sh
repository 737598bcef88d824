#!/bin/bash
# The same over 20 distinct (quantum, ips) pairs.
. "$(dirname "$0")/tuples.sh"
PAIRS=$TUPLES_2CPU
. "$(dirname "$0")/explore-replay.sh"
replay_found swapout-deadlock vmlist-held
pass "the explorer's token, 20 pairs"
