#!/bin/sh
# Runs a container's health check: at once while the container is young, so that a rollout soon goes on, and after a sleep
# later. An engine asks for the first time one interval after the start (start_interval came with Docker 25), and needs
# some 100 ms of CPU each time: so the interval is short, and most of a later one is spent here.
#   health.sh COMMAND [ARG ...]
started=$(cut -d ' ' -f 22 /proc/1/stat) # ticks of 1/100 s [proc_pid_stat(5)]
age=$(($(cut -d . -f 1 /proc/uptime) - started / 100))
[ "$age" -lt 40 ] || sleep 9
exec "$@"
