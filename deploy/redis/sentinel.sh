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

# What it has found out; a file that cannot be read ends it, and is read again. Without any, its id is made of its name: one
# that has lost its data is then no new Sentinel to the others, who would count the old one among those that have a vote.
touch "$file"
known=$(grep -E '^sentinel (myid|monitor|(config|leader|current)-epoch|known-(replica|sentinel)) ' "$file" || test $? = 1)
nothing="sentinel myid $(echo "$name" | sha1sum | cut -c 1-40)
sentinel monitor counter redis-1 6379 2"
cat >"$file.new" <<CONFIG
$(cat /etc/redis/sentinel.conf)
sentinel announce-ip $name
requirepass $password
sentinel sentinel-pass $password
${known:-$nothing}
sentinel auth-pass counter $password
CONFIG
mv "$file.new" "$file"
exec redis-server "$file" --sentinel
