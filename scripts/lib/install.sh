#!/bin/sh
# Installs what the scripts need: the packages of package-lock.json, the pinned Node among them. Where npm itself is
# missing it comes from the distribution; that Node only has to run npm.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
# Where a user's PATH lacks them.
PATH=$PATH:/usr/sbin:/sbin
sudo=
[ "$(id -u)" -eq 0 ] || sudo=sudo

refuse() {
  printf 'error: %s\n  hint     %s\n' "$1" "$2" >&2
  exit 3
}

# Waits five minutes for another apt: a new server updates itself first, and this does not wait by itself.
apt_update() {
  for _ in $(seq 60); do
    said=$($sudo env LC_ALL=C apt-get update -qq 2>&1) && return
    case $said in *"Could not get lock"*) sleep 5 ;; *) break ;; esac
  done
  echo "$said" >&2
  return 1
}

apt_install() {
  command -v apt-get >/dev/null || refuse "$* missing, and this system has no apt-get" "install: $*"
  echo "==> Install $* from the distribution" >&2
  apt_update
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null
}

missing=
command -v npm >/dev/null || missing="nodejs npm"
# The pinned Node needs it, and a minimal system lacks it.
ldconfig -p | grep -q libatomic.so.1 || missing="$missing libatomic1"
# shellcheck disable=SC2086 # a list of packages
[ -z "$missing" ] || apt_install $missing

major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
[ "$major" -ge 18 ] || refuse "npm ci needs Node 18 or later, and this is $(node --version)" "install a newer nodejs"

echo "==> Install the packages of package-lock.json" >&2
npm ci --include=dev --no-progress --loglevel=error
# npm 9 takes this link away with the package of the other architecture.
for dir in node_modules/node-linux-*; do
  [ -x node_modules/.bin/node ] || ln -sf "../${dir#node_modules/}/bin/node" node_modules/.bin/node
done
PATH=$PWD/node_modules/.bin:$PATH
# tap puts its test class together once after an install.
tap build >/dev/null
