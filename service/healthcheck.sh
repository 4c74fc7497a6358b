#!/usr/bin/env bash
# Exits with 0 when the service on this machine has started, else with 1: a container's HEALTHCHECK in images without
# curl. No Node either: a slow machine cannot bear to start one every few seconds for each replica.
# It asks /startupz: an outage of Redis must not get healthy replicas killed.
exec 3<>"/dev/tcp/127.0.0.1/${PORT:-8000}" || exit 1
printf 'GET /startupz HTTP/1.0\r\n\r\n' >&3
read -r -t 2 _ status _ <&3
[ "$status" = 200 ]
