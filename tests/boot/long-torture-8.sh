#!/bin/bash
# The full torture run in Bochs on 8 CPUs: a million touches, at least 100,000 pages out to swap and 100,000 in,
# and 1,000 calls of each swapout(). (One file for each number of CPUs, so that two run at a time.)
. "$(dirname "$0")/torture.sh"
torture bochs linux-2.3.30 mended 8 17 4000 1000000:8:100000:5:24:200
pass "a million touches on 8 CPUs"
