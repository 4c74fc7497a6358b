#!/bin/sh
# Removes k3s: what the release's own uninstaller does where there is one, and what it leaves or has not been made for.
#   remove.sh PIDFILE PODNETWORK
pid_file=$1 network=$2
data=/var/lib/rancher/k3s config=/etc/rancher/k3s
PATH=$PATH:$data/data/current/bin:$data/data/current/bin/aux

# A process and all below it.
tree() {
  for pid in "$@"; do
    echo "$pid"
    # shellcheck disable=SC2046 # a list of numbers
    tree $(cat "/proc/$pid/task/$pid/children" 2>/dev/null)
  done
}

shims() {
  for process in /proc/[0-9]*; do
    case $(tr '\0' ' ' 2>/dev/null <"$process/cmdline") in
      $data/data/*/bin/containerd-shim*) echo "${process#/proc/}" ;;
    esac
  done
}

# Whether one of these processes runs; one that has ended stays as a zombie where nobody waits for it.
running() {
  for pid in "$@"; do grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$pid/status" && return; done
  return 1
}

# Waits until none of these processes runs: wait_for SECONDS PID...
wait_for() {
  tries=$(($1 * 10))
  shift
  while running "$@"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.1
  done
}

# The user's own settings stay, which the uninstaller would remove.
[ -d $config ] && mv $config $config.kept

if command -v k3s-uninstall.sh >/dev/null; then k3s-uninstall.sh; fi

server=$(cat "$pid_file" 2>/dev/null)
if [ -n "$server" ]; then
  all=$(tree "$server")
  kill "$server" 2>/dev/null
  # shellcheck disable=SC2086
  wait_for 60 $all || kill -KILL $all 2>/dev/null
fi
# shellcheck disable=SC2046
pods=$(tree $(shims))
# shellcheck disable=SC2086
[ -z "$pods" ] || { kill -KILL $pods 2>/dev/null; wait_for 10 $pods; }

# What is mounted below; a disk of its own for one of these stays where the user has put it.
awk '$2 ~ "^/(run/k3s/|var/lib/rancher/k3s/|var/lib/kubelet/|run/netns/cni-)" { print $2 }' /proc/self/mounts |
  sort -r | xargs -r -n 1 umount
# k3s binds this folder over itself. A disk of the user's own is a whole file system, whose root is "/".
awk '$5 == "/var/lib/kubelet" { n++; root = $4 } END { exit !(n > 1 || n == 1 && root != "/") }' /proc/self/mountinfo &&
  umount /var/lib/kubelet
for namespace in /run/netns/cni-*; do rm -f "$namespace"; done

ip -oneline link | sed -n 's/^[0-9]*: \([^:@]*\).* master cni0 .*/\1/p' | xargs -r -n 1 ip link delete 2>/dev/null
for link in cni0 flannel.1 flannel-v6.1; do ip link delete "$link" 2>/dev/null; done
for family in iptables ip6tables; do
  rules=$($family-save 2>/dev/null) || continue
  printf '%s\n' "$rules" | grep -qiE "KUBE-|CNI-|flannel|$network" || continue
  printf '%s\n' "$rules" | grep -viE "KUBE-|CNI-|flannel|$network" | $family-restore
done
command -v ipset >/dev/null && ipset list -name | grep ^KUBE- | xargs -r -n 1 ipset destroy

find /sys/fs/cgroup -depth -type d -path '*kubepods*' -exec rmdir {} \; 2>/dev/null

rm -rf $data /etc/rancher/node /run/k3s /run/flannel /var/lib/kubelet /var/lib/cni /var/log/pods \
  /var/log/containers /var/log/k3s.log /usr/libexec/kubernetes /usr/local/bin/k3s "$pid_file"
if [ -d $config.kept ]; then
  rm -f $config.kept/k3s.yaml $config.kept/config.yaml.d/counter-deploy.yaml
  rmdir $config 2>/dev/null
  mv $config.kept $config
  rmdir $config/config.yaml.d $config 2>/dev/null
fi
rmdir /etc/rancher /var/lib/rancher 2>/dev/null
exit 0
