#!/bin/sh
# Starts a Sentinel. What it has found out stays over its end, in its own file; all else is told anew each time.
#   sentinel.sh NAME        by which the others reach it
set -eu
umask 077
name=$1
password=$(cat "$REDIS_PASSWORD_FILE")
file=/data/sentinel.conf

# Behind Docker's resolver, there is another of its own; on k3s, there is only a real one.
! grep -q '^nameserver 127\.0\.0\.11' /etc/resolv.conf || perl /etc/redis/no-names.pl &

known=$(grep -E '^sentinel (myid|monitor|(config|leader|current)-epoch|known-(replica|sentinel)) ' "$file" || true)
cat >"$file.new" <<CONFIG
$(cat /etc/redis/sentinel.conf)
sentinel announce-ip $name
requirepass $password
sentinel sentinel-pass $password
${known:-sentinel monitor counter redis-1 6379 2}
sentinel auth-pass counter $password
CONFIG
mv "$file.new" "$file"
exec redis-server "$file" --sentinel
