#!/bin/bash
# tests/explore/mistakes.sh [all|short] - does the explorer find what is known to be wrong?
#
# Each tests/explore/mistakes/NAME.patch is one small mistake of locking in real mm/, swap/, kernel/ or design
# code. Its head says, one a line:
#	mistake: what is wrong
#	find: SCENARIO DESIGN [key=value ...]	under which it shows, with the explorer's options
#	shows: KEY				by what: a prefix of the failure's key, or of a race's
# The changed file alone is compiled, as explore.mk compiles it, and linked with the rest; the explorer then
# runs with holes=mended, under which the code as it is has nothing to be found: that is checked first, once for
# each find line (bound=2), and a failure there is one of this test.
# "short" runs those whose head says "short: yes": found in less than a second each.
# From make: XCC = compiler and flags, OBJCOPY, X = build directory of the explorer, LINK = the link line.
# Status 0 = all were found, 1 = not all, 2 = could not run.
set -u
here=$(dirname "$0")/mistakes
which=${1:-all}
found=0 total=0 slow=0 dirty=0 T0=$(date +%s)
out=$X/mistakes
command -v patch >/dev/null || { echo "patch is missing: apt-get install patch" >&2; exit 2; }
rm -rf "$out"
mkdir -p "$out" || exit 2

field() # NAME FILE
{
	sed -n "s/^$1: //p" "$2" | head -n 1
}

build() # PATCH DIR
{
	local source object kind changed
	source=$(sed -n 's/^--- a\///p' "$1" | head -n 1)
	object=$(ls "$X"/{tracked,observer}/"${source%.c}.o" 2>/dev/null)
	[ -n "$object" ] || { echo "$1: no object of $source" >&2; return 2; }
	kind=$(cut -d/ -f1 <<<"${object#"$X"/}") # region.ld takes the data of what lies in tracked/ or observer/
	changed=$2/$kind/changed.o
	mkdir -p "$2/$(dirname "$source")" "$2/$kind"
	patch -s -p1 --no-backup-if-mismatch -o "$2/$source" "$source" <"$1" || return 2
	$XCC -c -o "$changed" "$2/$source" 2>"$2/cc.err" || { head -n 3 "$2/cc.err" >&2; return 2; }
	case $object in
	*/observer/*) $OBJCOPY $COPY_OBSERVER "$changed" || return 2 ;;
	*) $OBJCOPY $COPY_TRACKED "$changed" || return 2 ;;
	esac
	${LINK//"$object"/"$changed"} -o "$2/explore" 2>"$2/ld.err" || { grep -v warning "$2/ld.err" | head -n 3 >&2; return 2; }
}

printf '%-28s %-22s %-15s %s\n' mistake scenario design outcome
for patch in "$here"/*.patch; do
	[ "$which" = short ] && [ "$(field short "$patch")" != yes ] && continue
	name=$(basename "$patch" .patch)
	read -r scenario design options <<<"$(field find "$patch")"
	total=$((total + 1))
	rm -rf "${out:?}/$name"
	mkdir -p "$out/$name"
	if ! build "$patch" "$out/$name"; then
		printf '%-28s %-22s %-15s %s\n' "$name" "$scenario" "$design" "DOES NOT BUILD"
		continue
	fi
	if [ ! -e "$out/clean-$scenario-$design" ]; then
		"$X/explore" "$scenario" "$design" bound=2 seconds=5 holes=mended $options cell=1 >"$out/clean" 2>&1 ||
			{ echo "as it is: $(tail -n 1 "$out/clean")"; dirty=1; }
		touch "$out/clean-$scenario-$design"
	fi
	start=$(date +%s%N)
	cell=cell=1
	case $(field shows "$patch") in race:*) cell= ;; esac # races are listed in the long form only
	said=$(timeout 120 "$out/$name/explore" "$scenario" "$design" bound=3 seconds=20 holes=mended \
		$options $cell 2>&1)
	if [ "$cell" ]; then
		said=$(tail -n 1 <<<"$said")
	else
		said="x: found: nothing goes wrong: $(grep -m 1 '^race: ' <<<"$said")"
	fi
	ms=$((($(date +%s%N) - start) / 1000000))
	said=${said#*: } said=${said% UNEXPECTED}
	case $said in
	found:*": $(field shows "$patch")"*)
		found=$((found + 1))
		rm -rf "${out:?}/$name" ;;
	*) said="NOT FOUND as '$(field shows "$patch")': $said" ;;
	esac
	[ "$ms" -lt 1000 ] || slow=$((slow + 1))
	printf '%-28s %-22s %-15s %s, %d ms\n' "$name" "$scenario" "$design" "$said" "$ms"
done
echo "mistakes: $found of $total found, $slow of them in more than a second; $(($(date +%s) - T0)) s in all"
[ "$found" = "$total" ] && [ "$dirty" = 0 ]
