# tests/boot/torture.sh - the torture run (tests/programs/torture.h), judged. Sourced by t-torture.sh,
# long-torture-*.sh and torture-run.sh.
#
# torture EMULATOR DESIGN HOLES CPUS MEM TIMEOUT ARGUMENTS
# With holes=mended everything must be clean: no wrong byte, no leak, no complaint, no kill, all as
# tests/programs/torture.c judges it. With holes=faithful the run may end badly, even hang; but every
# complaint, the deadlock included, must be a named hole's, which the kernel itself says.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# One line of what a run did.
torture_figures()
{
	local cpus=$1 what=$2
	echo "$what, $cpus CPUs: $(sed -n 's/^torture: \([0-9]* touches, .*\)/\1/p' "$LOG" | tail -n 1)"
	sed -n 's/^torture: \(figures\|changes\|swapoff\|harm\|complaint\)/    \1/p' "$LOG"
	[ -z "$(ticks)" ] || echo "    ticks: $(ticks)"
}

torture_mended()
{
	local emulator=$1 design=$2 cpus=$3 mem=$4 timeout=$5 arguments=$6
	boot 0 "$emulator" "design=$design holes=mended watch=all run=torture:$arguments" "cpus=$cpus" "mem=$mem" \
		"timeout=$timeout"
	expect '^torture: PASS'
	expect '^accounts: balanced'
	refuse 'killing process'
	refuse '^(invariant|leak):'
	[ "$design" = vmlist-held ] || refuse '^(LOCK ORDER|DEADLOCK|STALL|RULE)'
	refuse '^DEADLOCK'
	torture_figures "$cpus" "$design mended"
}

# Not boot(): a hang that a known hole explains is what was expected.
torture_faithful()
{
	local emulator=$1 design=$2 cpus=$3 mem=$4 timeout=$5 arguments=$6 status
	RUN=$((RUN + 1))
	RUNDIR=$DIR/run$RUN
	LOG=$RUNDIR/serial.log
	"$ROOT/tests/boot/run-$emulator.sh" "$RUNDIR" "design=$design holes=faithful watch=all run=torture:$arguments" \
		"cpus=$cpus" "mem=$mem" "timeout=$timeout" hang=20 fsck=no >"$DIR/run$RUN.out" 2>&1
	status=$?
	[ $status = 4 ] && fail "triple fault or emulator panic ($design, holes faithful)"
	[ -f "$LOG" ] || fail "could not run: $(tail -n 3 "$DIR/run$RUN.out")"
	refuse '^kernel panic:'
	refuse '^STALL'
	if grep -q '^DEADLOCK' "$LOG"; then
		expect '^A known hole of this design' "the deadlock is nobody's"
		echo "    hung: $(grep -m1 '^A known hole' "$LOG")"
	else
		[ $status = 3 ] && fail "time is up, and no deadlock was found"
		expect '^torture: PASS'
	fi
	torture_figures "$cpus" "$design faithful"
}

torture()
{
	local emulator=$1 design=$2 holes=$3
	shift 3
	"torture_$holes" "$emulator" "$design" "$@"
}
