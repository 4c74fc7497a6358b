#!/bin/sh
# Runs a program in a network of its own, which this host is the way out of: to the host, its addresses are those of
# clients elsewhere. The network and the host's end of it go when the program ends, however it ends. Needs root.
#   unshare --net sh apart.sh NETWORK ADDRESSES PROGRAM...       NETWORK is like 198.19.255; .1 is the host
set -e
network=$1 addresses=$2
shift 2
# Who has started this is in the host's network.
host="nsenter --target $PPID --net"
$host ip link add counter-apart type veth peer name out netns $$
$host ip address add "$network.1/24" dev counter-apart
$host ip link set counter-apart up
for address in $addresses; do ip address add "$address/24" dev out; done
ip link set lo up
ip link set out up
ip route add default via "$network.1"
exec "$@"
