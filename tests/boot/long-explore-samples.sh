#!/bin/bash
# One schedule of every scenario under linux-2.4.3 that the explorer went through, played in Bochs: where it finds
# nothing, a run that does not fail has to be the same run there, fingerprint by fingerprint.
PAIRS="4:4000000"
SAMPLE="sample=1 bound=2 seconds=2"
. "$(dirname "$0")/explore-replay.sh"
for scenario in $("$EXPLORE" --scenarios); do
	replay_found "$scenario" linux-2.4.3
done
pass "a schedule of each scenario under linux-2.4.3"
