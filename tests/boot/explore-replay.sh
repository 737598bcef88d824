# tests/boot/explore-replay.sh - sourced by t-explore-replay.sh and long-explore-replay.sh: a token found by
# the explorer, played in Bochs over PAIRS of quantum:ips: the same failure at the same step each time.
# The replay compares each step's fingerprint; a run that does anything else ends as "diverged".
. "$(dirname "$0")/lib.sh"
EXPLORE=${BUILD:-$ROOT/build}/explore/explore
[ -x "$EXPLORE" ] || fail "no $EXPLORE: make explore-build"

replay_found() # SCENARIO DESIGN
{
	local token=$DIR/token-$1-$2 cpus end steps n=0 p quantum ips traces=
	"$EXPLORE" "$1" "$2" ${SAMPLE:-} "token=$token" >"$DIR/explore-$1-$2.out" 2>&1 || fail "$(tail -n 1 "$DIR/explore-$1-$2.out")"
	[ -s "$token" ] || fail "explore $1 $2 found nothing"
	cpus=$(sed -n 's/.* cpus=\([0-9]*\) .*/\1/p' "$token")
	end=$(sed -n 's/.* end=\([^ ]*\) .*/\1/p' "$token")
	steps=$(sed -n 's/.* steps=\([0-9]*\) .*/\1/p' "$token")
	for p in $PAIRS; do
		IFS=: read -r quantum ips <<<"$p"
		boot 0 bochs "scenario=$1 design=$2 schedule=file" "cpus=$cpus" "quantum=$quantum" "ips=$ips" \
			"schedule=$token"
		[ "$(verdict mode)" = token ] && [ "$(verdict verdict)" = "$end" ] ||
			fail "$1 $2 quantum=$quantum ips=$ips: $(verdict verdict), the explorer says $end"
		traces="$traces$(verdict trace)
"
		n=$((n + 1))
	done
	[ "$(printf %s "$traces" | sort -u | wc -l)" = 1 ] || fail "$1 $2: the traces differ"
	echo "$1 $2: $end after $steps steps, $n times of $n"
}

# The story that the explorer distilled from that token.
replay_story() # SCENARIO DESIGN
{
	[ -s "$DIR/token-$1-$2.story" ] || fail "no story was distilled from $1 $2"
	boot 0 bochs "scenario=$1 design=$2 schedule=file" cpus=2 "schedule=$DIR/token-$1-$2.story"
	[ "$(verdict mode)" = story ] && [ "$(verdict verdict)" = deadlock ] ||
		fail "$1 $2: the distilled story ends with $(verdict verdict)"
	echo "$1 $2: $(tail -n 1 "$DIR/token-$1-$2.story"): $(verdict verdict)"
}
