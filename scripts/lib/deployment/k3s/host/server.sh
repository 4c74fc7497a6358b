#!/bin/sh
# Keeps a k3s server running on a machine without systemd: starts it again when it ends.
#   server.sh PIDFILE        to stop it: kill "$(cat PIDFILE)"; pods run on, as they do when systemd stops it
stop() {
  trap '' TERM INT
  kill "$server" 2>/dev/null
  wait "$server"
  rm -f "$1"
  exit 0
}
trap 'stop "$1"' TERM INT
echo $$ >"$1"
while true; do
  k3s server &
  server=$!
  wait "$server"
  echo "k3s server ended with $?: starting it again in 3 s"
  sleep 3 &
  server=$!
  wait "$server"
done
