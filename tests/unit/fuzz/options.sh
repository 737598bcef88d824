#!/bin/sh
# tests/unit/fuzz/options.sh TARGET - libFuzzer's options for one target: how long inputs may be.
case $1 in
elf) echo -max_len=1024 ;;
swap_header) echo -max_len=4100 ;;
cmdline) echo -max_len=2200 ;;
ext2) echo -max_len=512 ;;
*) echo -max_len=4096 ;;
esac
