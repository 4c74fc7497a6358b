#!/bin/sh
# Runs a script with the Node that package-lock.json pins, or says what is missing. The shebang of every script
# starts it, because a Node that is too old fails on TypeScript with a message that explains nothing.
set -eu
oldest=24 # strips types by itself

root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
if [ ! -d "$root/node_modules/zx" ]; then
  printf 'error: the dependencies are not installed\n  hint     make install\n' >&2
  exit 3
fi

node=$root/node_modules/.bin/node
[ -x "$node" ] || node=$(command -v node || echo /usr/bin/node)
found=$("$node" --version 2>&1) || {
  printf 'error: %s does not run: %s\n  hint     make install\n' "$node" "$found" >&2
  exit 3
}
major=${found#v}
if [ "${major%%.*}" -lt "$oldest" ]; then
  printf 'error: %s is Node %s, and the scripts need %s or later\n  hint     make install\n' "$node" "$found" "$oldest" >&2
  exit 3
fi
# Node takes back what whoever started it ignores; nohup(1) ignores hangups, the lowest bit.
case $(sed -n 's/^SigIgn:.*\(.\)$/\1/p' "/proc/$$/status") in
[13579bdf]) export HANGUP_IGNORED=1 ;;
*) unset HANGUP_IGNORED ;;
esac
# Compiled once, a script starts in half the time.
cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
[ -z "$cache" ] || export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$cache/counter-deploy/compiled}"
# What the script starts (tap, npm) finds the same Node. zx ends a command that takes too long in a way that Node warns of.
PATH=$root/node_modules/.bin:$PATH exec "$node" --disable-warning=DEP0190 "$@"
