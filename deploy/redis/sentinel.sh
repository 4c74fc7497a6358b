#!/bin/sh
# Starts a Sentinel. What it has found out stays over its end, in its own file; all else is told anew each time.
#   sentinel.sh NAME        by which the others reach it
set -eu
umask 077
name=$1
password=$(cat "$REDIS_PASSWORD_FILE")
file=/data/sentinel.conf
. /etc/redis/others.sh

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

master_there() {
  for redis in redis-1 redis-2 redis-3; do
    ! ask -h "$redis" role | grep -q '^master' || return 0
  done
  return 1
}

# One that comes in while the others make a replica the master would make another one that, and theirs would be void (tried:
# writes are back 2 s later): it waits until there is one.
if others_went_on 26379 sentinel-1 sentinel-2 sentinel-3; then
  for _ in $(seq 20); do ! master_there || break; sleep 0.2; done
fi

# Those that find the master gone in the same moment vote each for itself, and ask again only after 6 s: so each waits
# 200 ms longer than the one before. Not below a second: the counter leaves a master after half a second of silence.
down_after=$((900 + 200 * ${name#sentinel-}))

cat >"$file.new" <<CONFIG
$(cat /etc/redis/sentinel.conf)
sentinel announce-ip $name
requirepass $password
sentinel sentinel-pass $password
${known:-$nothing}
sentinel auth-pass counter $password
sentinel down-after-milliseconds counter $down_after
CONFIG
mv "$file.new" "$file"
exec redis-server "$file" --sentinel
