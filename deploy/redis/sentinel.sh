#!/bin/sh
# Starts a Sentinel. What it has found out stays over its end, in its own file; all else is told anew each time.
#   sentinel.sh NAME        by which the others reach it
set -eu
umask 077
name=$1
password=$(cat "$REDIS_PASSWORD_FILE")
file=/data/sentinel.conf

# What it has found out; a file that cannot be read ends it, and is read again. Without any, its id is made of its name: one
# that has lost its data is then no new Sentinel to the others, who would count the old one among those that have a vote.
touch "$file"
known=$(grep -E '^sentinel (myid|monitor|(config|leader|current)-epoch|known-(replica|sentinel)) ' "$file" || test $? = 1)
nothing="sentinel myid $(echo "$name" | sha1sum | cut -c 1-40)
sentinel monitor counter redis-1 6379 2"

# A Sentinel that cannot find the address of another takes itself for that one (tried: 7.0), and is counted twice from then on.
if grep -q '^nameserver 127\.0\.0\.11' /etc/resolv.conf; then
  # Behind Docker's resolver, there is another of its own, which knows none but says so at once.
  perl /etc/redis/no-names.pl &
else
  # On k3s a name is there as soon as its pod; one that is away will tell of itself when it is back.
  for other in sentinel-1 sentinel-2 sentinel-3; do
    for _ in $(seq 50); do getent ahostsv4 "$other" >/dev/null && continue 2; sleep 0.2; done
    known=$(echo "$known" | grep -v "^sentinel known-sentinel counter $other ")
  done
fi

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
