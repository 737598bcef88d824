#!/bin/bash
# What the explorer finds on the host in milliseconds replays unchanged in Bochs.
PAIRS="1:4000000 5:2500000 16:6700000"
. "$(dirname "$0")/explore-replay.sh"
replay_found swapout-deadlock vmlist-held
replay_story swapout-deadlock vmlist-held
pass "the explorer's token, played in Bochs"
