# tests/diff/names.sh - the names that the lock diff's commands take, and what is said about wrong ones.
# Sourced, not run.

# Designs stand in their files, workloads in the program's table.
known_designs() { (cd mm/design && for f in *.c; do grep -q '\.letter = ' "$f" && echo "${f%.c}"; done) | tr '\n' ' '; }
known_workloads() { sed -n 's/^const struct workload workload_[a-z_]* = .*//; s/^\t\.name = "\([a-z0-9-]*\)",.*/\1/p' tests/programs/workload_*.c | sort | tr '\n' ' '; }

# Megabytes for the VM: enough for all workers, or for pressure too little (as tests/diff/scaling.sh).
memory_of() {
	case $1 in
	pressure) echo 12 ;;
	short) echo 9 ;;
	touch-shared | fork) echo 32 ;;
	*) echo 64 ;;
	esac
}
refuse() { echo "$command: $*" >&2; exit 2; }
is_one_of() { case " $2" in *" $1 "*) return 0 ;; esac; return 1; }
check_design() { is_one_of "$1" "$(known_designs)" || refuse "no design '$1'; there are: $(known_designs)"; }
check_workload() { is_one_of "$1" "$(known_workloads)" || refuse "no workload '$1'; there are: $(known_workloads)"; }
check_cpus() { case $1 in [1-8]) ;; *) refuse "CPUS is 1 to 8, not '$1'" ;; esac; }
