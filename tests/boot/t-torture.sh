#!/bin/bash
# The short form of the torture run: 2 CPUs in Bochs, 4 parallel ones in QEMU, every watcher on. The limits of
# gentleness are the full form's, scaled: a tenth of the touches out and in.
. "$(dirname "$0")/torture.sh"
torture bochs linux-2.3.30 mended 2 9 500 12000:1:1200:5:24
torture qemu linux-2.3.30 mended 4 11 300 40000:2:4000
pass "short form"
