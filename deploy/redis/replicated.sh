#!/bin/sh
# Starts one of the Redis that Sentinels watch over. Who is the master, they say: they know it also after all were
# stopped, while this Redis remembers only what it was.
#   replicated.sh NAME      by which the others reach it
set -eu
name=$1
password=$(cat "$REDIS_PASSWORD_FILE")
. /etc/redis/others.sh

# Behind Docker's resolver, there is another of its own; on k3s, there is only a real one.
! grep -q '^nameserver 127\.0\.0\.11' /etc/resolv.conf || perl /etc/redis/no-names.pl &

# The name that most of the Sentinels give the master.
master() {
  for sentinel in sentinel-1 sentinel-2 sentinel-3; do
    ask -h "$sentinel" -p 26379 sentinel get-master-addr-by-name counter | grep -x -m 1 'redis-[0-9]' || true
  done | sort | uniq -d
}

# The health check ends the wait for Sentinels that do not come.
until found=$(master) && [ -n "$found" ]; do sleep 0.2; done
# A master that was away may be about to be replaced. What it took in that moment would be lost, so it waits for the word.
if [ "$found" = "$name" ] && others_went_on 6379 redis-1 redis-2 redis-3; then
  echo "this was the master: waits for another"
  for _ in $(seq 40); do
    found=$(master)
    [ -z "$found" ] || [ "$found" = "$name" ] || break
    sleep 0.2
  done
  found=${found:-$name}
fi
echo "the Sentinels say that $found is the master"
[ "$found" = "$name" ] && role= || role="replicaof $found 6379"

# Passwords reach Redis on its standard input: an argument list is for everybody to read.
exec redis-server /etc/redis/redis.conf - <<CONFIG
include /etc/redis/replicated.conf
replica-announce-ip $name
requirepass $password
masterauth $password
$role
CONFIG
