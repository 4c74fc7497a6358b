#!/bin/sh
# The first process of a container: runs a server, and runs it again when it ends by itself. That takes an engine or a
# kubelet seconds, and a kubelet waits longer each time. A server that ends again and again is given up: then the
# container ends, and who runs it takes over.
#   keep-running.sh COMMAND [ARG ...]
set -u
QUICK=3 # seconds; a server that ends sooner has not served
MOST=5  # quick ends in a row

# What asks the container to end is passed on, and the end of the server is that of the container.
asked=
pass_on() {
  asked=$1
  kill -s "$1" "$server" 2>/dev/null
}
trap 'pass_on TERM' TERM INT
trap 'pass_on USR1' USR1

ends=0
while :; do
  began=$(date +%s)
  # In a session of its own, so that all that it began can be ended with it.
  setsid "$@" &
  server=$!
  wait "$server"
  code=$?
  # A signal ends the wait, and not the server.
  while [ -n "$asked" ] && kill -0 "$server" 2>/dev/null; do
    wait "$server"
    code=$?
  done
  kill -s KILL -- "-$server" 2>/dev/null
  [ -z "$asked" ] || exit "$code"

  lasted=$(($(date +%s) - began))
  ends=$((lasted < QUICK ? ends + 1 : 0))
  echo "keep-running: $1 ended with exit code $code after $lasted s" >&2
  [ "$ends" -lt "$MOST" ] || exit "$code"
  [ "$ends" -lt 2 ] || sleep "$((ends - 1))"
done
