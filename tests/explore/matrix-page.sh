#!/bin/bash
# tests/explore/matrix-page.sh EXPLORE DIR [words] - the page docs/matrix.md from what matrix.sh left in DIR, on stdout.
set -u
explore=$1 dir=$2 how=${3:-}
bad=$(grep -L '^0' "$dir"/*.status | wc -l) # not as expected, or with an unmarked race
cells=$(ls "$dir"/*.status | wc -l)
cat <<END
# Every scenario under every design

\`make matrix\` made this page ($how, bounds above 2 within ${SECONDS_EACH:-?} s a cell). "Expected" is what the scenario's file
states, with its source, from the locking and not from a run; "measured" is what the explorer found: the fewest preemptions that
a failing schedule needs and how many schedules it took, or up to which bound there is none (all schedules with so many preemptions were
run, or one of each class). A cell that ran out of time says how far it came. "besides" counts schedules that failed by another named
hole of the design than the one that the scenario is about.

$cells cells, $bad of them not as expected (in bold below).
END
"$explore" --expectations | while IFS=$'\t' read -r s d what source; do
	if [ "$d" = - ]; then
		printf '\n## %s\n\n%s (%s)\n\n| design | expected | measured |\n|---|---|---|\n' "$s" "$what" "$source"
		continue
	fi
	cell=$(sed -n 's/^[^:]*: //p' "$dir/$s-$d.cell")
	[ -n "$cell" ] || cell="could not run: $(head -n 1 "$dir/$s-$d.err")"
	case $(cat "$dir/$s-$d.status") in 0) ;; *) cell="**$cell**" ;; esac
	printf '| %s | %s: %s | %s |\n' "$d" "$what" "${source//|/,}" "${cell//|/,}"
done
