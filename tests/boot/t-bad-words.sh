#!/bin/bash
# Words the machine does not know: one clear line each, status 2, nothing started.
. "$(dirname "$0")/lib.sh"
boot 2 bochs "design=linux-9.9"
expect "no such design 'linux-9.9'"
expect 'vmlist-held +D5' "the known designs are listed"
boot 2 bochs "scenario=nonsense"
expect 'scenario=nonsense: no such scenario; known: .*swapout-deadlock'
boot 2 bochs "colour=green"
expect "unknown option 'colour'"
boot 2 bochs "scenario=swapout-deadlock mode=sideways"
expect 'mode=sideways'
boot 2 bochs "scenario=swapout-deadlock schedule=never"
expect 'schedule=never'
boot 2 bochs "watch=everything"
expect 'everything'
boot 2 bochs "holes=some"
expect "'some'"
boot 2 bochs "scenario=swapout-deadlock schedule=file"
expect 'no schedule file'
printf 'story x\nA foo.bar < B alloc.short\n' >"$DIR/bad.story"
boot 2 bochs "scenario=swapout-deadlock schedule=file" "schedule=$DIR/bad.story"
expect 'story line 2: unknown milestone "foo.bar"'
printf 'story x\nA alloc.short < B alloc.short < A alloc.short\n' >"$DIR/circle.story"
boot 2 bochs "scenario=swapout-deadlock schedule=file" "schedule=$DIR/circle.story"
expect 'story'
pass "10 refusals"
