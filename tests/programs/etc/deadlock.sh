# /etc/deadlock.sh - A and B of the swapout deadlock, as one would type them (docs/deadlock.md).
procb &
proca 3 || exit 1
kill $!
wait
