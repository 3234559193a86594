#!/bin/sh
# Runs a command as a container runtime would run it in an image, in namespaces that `unshare` made:
#   enter.sh ROOT DATA COMMAND...
# as user 10001 without any right, on a read-only root, with /data and /tmp to write to.
set -eu
root=$1 data=$2
shift 2
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t tmpfs -o mode=755,size=1m none "$root/dev"
for name in null zero random urandom; do
  : >"$root/dev/$name"
  mount --bind "/dev/$name" "$root/dev/$name"
done
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=1777,size=64m,nosuid,nodev,noexec none "$root/dev/shm"
mount -t proc -o nosuid,nodev,noexec none "$root/proc"
mount -t tmpfs -o mode=1777,size=256m,nosuid,nodev,noexec none "$root/tmp"
mount --bind "$data" "$root/data"
mount -o remount,bind,nosuid,nodev,noexec "$root/data"
mount -o remount,bind,ro,nosuid,nodev "$root"
ip link set lo up
exec setpriv --no-new-privs chroot --userspec=10001:10001 "$root" "$@"
