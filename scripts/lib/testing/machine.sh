#!/bin/sh
# The first process of a throwaway machine, which begins as a copy of this one without what runs on it. What is
# written below the folders named here goes to DIR, or nowhere.
#   machine.sh DIR
set -e
dir=$1
name_servers=$(cat /run/systemd/resolve/resolv.conf 2>/dev/null || cat /etc/resolv.conf)
mount -t tmpfs tmpfs "$dir/memory"
for folder in etc usr/local var/lib var/log; do
  upper=$dir/memory/$folder/upper work=$dir/memory/$folder/work
  mkdir -p "$upper" "$work"
  mount -t overlay -o "lowerdir=/$folder,upperdir=$upper,workdir=$work" overlay "/$folder"
done
# What engines keep their images in cannot be on an overlay. None of it is the real machine's.
for folder in docker containerd rancher kubelet cni; do
  mkdir -p "$dir/disk/$folder" "/var/lib/$folder"
  mount --bind "$dir/disk/$folder" "/var/lib/$folder"
done
mount -t tmpfs tmpfs /run
mkdir -p /run/lock
rm -rf /etc/rancher /etc/resolv.conf
echo "$name_servers" >/etc/resolv.conf
# Orphans come to this process; with the signal ignored, the kernel ends them itself.
exec env --ignore-signal=CHLD sleep infinity
