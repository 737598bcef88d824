#!/bin/bash
# tests/boot/run-all.sh [PATTERN ...] - run the boot tests, two at a time, and count.
#
# Runs tests/boot/t-*.sh (or those whose names match a PATTERN, in the order of the patterns, each once);
# JOBS=n runs n at a time. The first line of each tells how long it took. Ends with
# "N passed, N failed"; status 0 = none failed.
set -u
cd "$(dirname "$0")/../.." || exit 2
export OUT=${OUT:-$(realpath -m "${BUILD:-build}")/boot-tests}
mkdir -p "$OUT"
list=()
for pattern in "${@:-t-*}"; do
	for test in tests/boot/$pattern.sh; do
		[ -f "$test" ] || { echo "run-all.sh: no test matches '$pattern'"; exit 2; }
		[[ " ${list[*]} " == *" $test "* ]] || list+=("$test")
	done
done
printf '%s\n' "${list[@]}" |
	xargs -P "${JOBS:-2}" -I{} bash -c 'SECONDS=0; bash {} >"$OUT/$(basename {} .sh).result" 2>&1; s=$?
		sed "1s/\$/ ($SECONDS s)/" "$OUT/$(basename {} .sh).result"; exit $((s ? 1 : 0))' | tee "$OUT/summary"
passed=$(grep -c '^ok ' "$OUT/summary")
failed=$((${#list[@]} - passed))
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
