#!/bin/sh
# Starts one of the six nodes of a Redis Cluster, and sees to it that it is and stays part of that. Nodes know each other
# by address, and do not find each other again when all addresses have changed: so each looks the others up by name, and
# introduces itself to those that it is not connected to.
#   cluster.sh NAME         by which the others reach it
set -eu
name=$1
names="node-1 node-2 node-3 node-4 node-5 node-6"
password=$(cat "$REDIS_PASSWORD_FILE")
address=$(hostname -i | cut -d ' ' -f 1)

# Behind Docker's resolver, there is another of its own; on k3s, there is only a real one.
! grep -q '^nameserver 127\.0\.0\.11' /etc/resolv.conf || perl /etc/redis/no-names.pl &

redis() { REDISCLI_AUTH=$password timeout 2 redis-cli -e "$@" 2>/dev/null; }
assigned() { redis "$@" cluster info | sed -n 's/^cluster_slots_assigned:\([0-9]*\).*/\1/p'; }

# What `CLUSTER NODES` says, a line a node: id, address:port@bus,name, flags, master, ping, pong, epoch, link, slots.
look() { known=$(redis cluster nodes); }
with() { echo "$known" | grep -E "$1"; }
connected() { with "^[^ ]+ [^ ]+,$1[ ,].* connected( |\$)" | grep -v fail; }
all_are_here() { for other in $names; do connected "$other" >/dev/null || return 1; done; }
has_a_part() { with myself | grep -qE 'myself,slave | connected [0-9]'; }

meet() {
  for other in $names; do
    connected "$other" >/dev/null && continue
    found=$(timeout 2 getent ahostsv4 "$other" | head -n 1 | cut -d ' ' -f 1)
    [ -z "$found" ] || redis cluster meet "$found" 6379
  done
}

# One that lost its data is somebody new under an old name. Who it was is gone for good, but whoever followed that one may
# still take over.
forget() {
  with '[, ](fail|noaddr)[, ]' | while read -r id address _; do
    case $address in
      *,*) connected "${address##*,}" ;;
      *) all_are_here ;;
    esac >/dev/null || continue
    with "[ ,]slave $id " >/dev/null || redis cluster forget "$id"
  done
}

# The first three share the slots, unless somebody has had them: an empty one does not hear of who is gone, the others know.
# A third that still has nobody after a while was lost with all its copies, and goes to whoever has no part.
take_slots() {
  all=$(assigned)
  for other in $names; do
    [ "$(assigned -h "$other")" = "$all" ] || return 1
  done
  tries=$((${tries:-0} + 1))
  case $name in
    node-1) redis cluster addslotsrange 0 5460 && return ;;
    node-2) redis cluster addslotsrange 5461 10922 && return ;;
    node-3) redis cluster addslotsrange 10923 16383 && return ;;
  esac
  [ "$tries" -gt 10 ] || return 1
  redis cluster addslotsrange 0 5460 || redis cluster addslotsrange 5461 10922 || redis cluster addslotsrange 10923 16383
}

# The others follow one each; whoever finds that one no master any more, the master with the fewest replicas.
follow() {
  [ "$(assigned)" = 16384 ] && look || return 0
  masters=$(with ' (myself,)?master - .* connected [0-9]')
  case $name in
    node-4) mine=node-1 ;;
    node-5) mine=node-2 ;;
    node-6) mine=node-3 ;;
    *) mine=none ;;
  esac
  id=$(echo "$masters" | grep ",$mine[ ,]" | cut -d ' ' -f 1)
  fewest=$(echo "$masters" | while read -r one _; do echo "$(with " slave $one " | wc -l) $one"; done | sort -n | head -n 1)
  redis cluster replicate "${id:-${fewest#* }}"
}

# Before all has come to a rest every second, and then every three: a look costs little, but there are six who look.
keep() {
  set +e
  while sleep "${pause:-1}"; do
    look || continue
    pause=1
    forget
    if ! all_are_here; then
      meet
    elif has_a_part; then
      pause=3
    else
      take_slots || follow
    fi
  done >/dev/null
}

# A master that lost its data would have its replica lose it too: that one takes over first. Fails until it has.
hand_over() {
  followed=
  for other in $names; do
    known=$(redis -h "$other" cluster nodes) || continue
    for id in $(with "^[^ ]+ [^ ]+,$name[ ,]" | cut -d ' ' -f 1); do
      ! with "[ ,]slave $id " || followed=yes
      ! with "myself,slave $id " || redis -h "$other" cluster failover takeover
    done
  done >/dev/null
  [ -z "$followed" ]
}
[ -e /data/nodes.conf ] && [ -e /data/appendonlydir ] || until hand_over; do sleep 0.5; done

keep &
# Passwords reach Redis on its standard input: an argument list is for everybody to read.
exec redis-server /etc/redis/redis.conf - <<CONFIG
include /etc/redis/cluster.conf
cluster-announce-hostname $name
cluster-announce-ip $address
requirepass $password
masterauth $password
CONFIG
