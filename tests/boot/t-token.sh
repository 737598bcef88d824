#!/bin/bash
# A token recorded in one run replays in another, exactly; a changed one stops at the first divergence,
# and one for another design or CPU count is refused.
. "$(dirname "$0")/lib.sh"
boot 0 bochs "scenario=swapout-deadlock design=vmlist-held" cpus=2
grep '^kswapd23-token' "$LOG" >"$DIR/token" || fail "no token was printed"
trace=$(verdict trace)
boot 0 bochs "scenario=swapout-deadlock design=vmlist-held schedule=file" cpus=2 quantum=7 "schedule=$DIR/token"
[ "$(verdict mode)" = token ] && [ "$(verdict verdict)" = deadlock ] || fail "replay: $(verdict verdict)"
[ "$(verdict trace)" = "$trace" ] || fail "trace $(verdict trace), recorded $trace"
# the 30th fingerprint is changed: the replay goes as far as that and says what it found
sed '/ fp /{x;s/^/x/;/^xx$/{x;s/\(fp .\{36\}\)..../\1ffff/;x};x}' "$DIR/token" >"$DIR/changed"
cmp -s "$DIR/token" "$DIR/changed" && fail "the token was not changed"
boot 1 bochs "scenario=swapout-deadlock design=vmlist-held schedule=file" cpus=2 "schedule=$DIR/changed"
[ "$(verdict verdict)" = diverged ] || fail "changed token: $(verdict verdict)"
expect 'step 29 is not what the token says'
boot 2 bochs "scenario=swapout-deadlock design=linux-2.3.30 schedule=file" cpus=2 "schedule=$DIR/token"
boot 2 bochs "scenario=swapout-deadlock design=vmlist-held schedule=file" cpus=3 "schedule=$DIR/token"
pass "replayed, divergence found at its step, foreign tokens refused"
