# tests/boot/lib.sh - what every boot test (tests/boot/t-*.sh) is made of.
#
# A test is a shell script that sources this file, boots the machine with boot(), and states what the
# serial log must hold with expect() and refuse(). The order of judging is fixed: a run that did not
# shut down by itself, panicked, or triple-faulted has failed whatever else its log says.
# Each test gets a directory of its own below $BUILD/boot-tests/ (or $OUT) and leaves its logs there.
set -u

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
NAME=$(basename "$0" .sh)
OUT=${OUT:-$(cd "$ROOT" && realpath -m "${BUILD:-build}")/boot-tests}
DIR=$OUT/$NAME
LOG=
RUN=0

rm -rf "$DIR"
mkdir -p "$DIR"

fail()
{
	printf 'FAIL %s: %s\n' "$NAME" "$*"
	[ -n "$LOG" ] && [ -f "$LOG" ] && { echo "--- last lines of $LOG"; tail -n 25 "$LOG"; }
	exit 1
}

# boot STATUS EMULATOR CMDLINE [key=value ...]: run once; the guest must power itself off with STATUS.
# LOG is the serial log afterwards, RUNDIR the directory of the run.
boot()
{
	local want=$1 emulator=$2 cmdline=$3 status
	shift 3
	RUN=$((RUN + 1))
	RUNDIR=$DIR/run$RUN
	LOG=$RUNDIR/serial.log
	"$ROOT/tests/boot/run-$emulator.sh" "$RUNDIR" "$cmdline" "$@" >"$DIR/run$RUN.out" 2>&1
	status=$?
	case $status in
	0 | 1) ;;
	2) [ -f "$LOG" ] || fail "could not run: $(tail -n 3 "$DIR/run$RUN.out")" ;;
	3) fail "timeout ($emulator '$cmdline' $*)" ;;
	4) fail "triple fault or emulator panic ($emulator '$cmdline' $*)" ;;
	6) fail "e2fsck: $(tail -n 4 "$RUNDIR/fsck.log" | tr '\n' ' ') ($emulator '$cmdline' $*)" ;;
	*) fail "could not run: $(tail -n 3 "$DIR/run$RUN.out")" ;;
	esac
	if grep -q '^kernel panic:' "$LOG"; then
		fail "kernel panic: $(grep -m1 '^kernel panic:' "$LOG") ($emulator '$cmdline' $*)"
	fi
	[ "$status" = "$want" ] || fail "guest status $status, wanted $want ($emulator '$cmdline' $*)"
}

# expect REGEX [WHY]: a line of the log matches. refuse REGEX [WHY]: none does.
expect()
{
	grep -qE -- "$1" "$LOG" || fail "no line matches /$1/ ${2:-}"
}

refuse()
{
	! grep -qE -- "$1" "$LOG" || fail "a line matches /$1/: $(grep -m1 -E -- "$1" "$LOG") ${2:-}"
}

# root COMMAND: one debugfs command on the root file system that the last run left, e.g.
# root 'cat /etc/banner'.
root()
{
	. "${BUILD:-$ROOT/build}/layout.sh"
	PATH=$PATH:/sbin:/usr/sbin debugfs -R "$1" "$RUNDIR/hda.img?offset=$((P2_LBA * 512))" 2>/dev/null
}

# The value of key=VALUE on the verdict line.
verdict()
{
	sed -n "s/^verdict .*\b$1=\([^ ]*\).*/\1/p" "$LOG" | tail -n 1
}

# The tick count at which the emulator stopped.
ticks()
{
	sed -n 's/^ticks: \([0-9]*\)$/\1/p' "$DIR/run$RUN.out" | tail -n 1
}

pass()
{
	printf 'ok   %s %s\n' "$NAME" "${*:-}"
	exit 0
}
