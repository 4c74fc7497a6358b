#!/bin/sh
# Undoes a k3s that server.sh keeps: what k3s-killall.sh and k3s-uninstall.sh do where install.sh has made them.
#   remove.sh PIDFILE
data=/var/lib/rancher/k3s
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

if pid=$(cat "$1" 2>/dev/null); then
  kill "$pid"
  timeout 60 tail --pid="$pid" -f /dev/null || kill -9 "$(tree "$pid")"
fi
# shellcheck disable=SC2046
kill -9 $(tree $(shims)) 2>/dev/null

awk '$2 ~ "^/(run/k3s|var/lib/rancher/k3s|var/lib/kubelet|run/netns/cni-)" { print $2 }' /proc/self/mounts |
  sort -r | xargs -r -n 1 umount
for namespace in /run/netns/cni-*; do rm -f "$namespace"; done

ip -oneline link | sed -n 's/^[0-9]*: \([^:@]*\).* master cni0 .*/\1/p' | xargs -r -n 1 ip link delete 2>/dev/null
for link in cni0 flannel.1 flannel-v6.1; do ip link delete "$link" 2>/dev/null; done
for family in iptables ip6tables; do
  $family-save 2>/dev/null | grep -viE -e 'KUBE-|CNI-|flannel' | $family-restore
done
command -v ipset >/dev/null && ipset list -name | grep ^KUBE- | xargs -r -n 1 ipset destroy

rm -rf /etc/rancher/k3s /etc/rancher/node $data /run/k3s /run/flannel /var/lib/kubelet /var/lib/cni \
  /var/log/pods /var/log/containers /var/log/k3s.log /usr/local/bin/k3s "$1"
rmdir /etc/rancher /var/lib/rancher 2>/dev/null
exit 0
