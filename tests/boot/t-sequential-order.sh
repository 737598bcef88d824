#!/bin/bash
# A and B one after the other under vmlist-held: nothing hangs, and `order` reports the inversion.
. "$(dirname "$0")/lib.sh"
boot 0 bochs "scenario=swapout-deadlock design=vmlist-held mode=sequential" cpus=2
[ "$(verdict verdict)" = completed ] || fail "verdict $(verdict verdict)"
expect 'driver lock.*reclaim.*vmlist lock' "the inversion L -> reclaim -> vmlist lock"
boot 0 bochs "scenario=swapout-deadlock design=linux-2.3.30 mode=sequential" cpus=2
[ "$(verdict verdict)" = completed ] || fail "verdict $(verdict verdict)"
refuse '^order:' "linux-2.3.30 has no inversion"
pass "inversion reported without a deadlock; none under linux-2.3.30"
