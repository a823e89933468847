#!/usr/bin/env bash
# Boots kernels of Debian's releases in virtual machines and samples in each: does the BPF program load, do walks reach
# their root, does the account close? Prints a table per kernel; docs/kernels.md tells what came of it.
#
# usage: scripts/old-kernel-trial.sh [--keep] [--kvm] [--packages 'NAME…'] [SUITE]...      (default: bullseye bookworm trixie)
#
# A suite stands for its newest cloud kernel; --packages names others of theirs (linux-image-…-cloud-amd64). The
# checkout has to be built (npm run build). Needs root, qemu-system-x86, debootstrap, e2fsprogs and 4 GB of disk. CPUs are
# emulated, which takes some ten times as long but works everywhere; --kvm where /dev/kvm does. Packages come from the
# mirror that this machine's own apt uses.
#
# The guests run Debian 12's programs whatever their kernel, this machine's node, and a copy of build/ and dist/.
set -euo pipefail

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
here=$checkout/scripts/old-kernel
keep='' kvm='' packages=() suites=()
while [ $# -gt 0 ]; do
  case $1 in
    --keep) keep=yes ;;
    --kvm) kvm=yes ;;
    --packages) read -ra packages <<<"$2"; shift ;;
    -*) echo "old-kernel-trial: unknown option $1" >&2; exit 2 ;;
    *) suites+=("$1") ;;
  esac
  shift
done
[ ${#suites[@]} -gt 0 ] || suites=(bullseye bookworm trixie)

[ "$(id -u)" -eq 0 ] || { echo "old-kernel-trial: needs root: sudo $0" >&2; exit 1; }
for tool in qemu-system-x86_64 debootstrap mkfs.ext4 debugfs; do
  command -v "$tool" >/dev/null || {
    echo "old-kernel-trial: needs $tool: apt-get install qemu-system-x86 debootstrap e2fsprogs" >&2
    exit 1
  }
done
[ -e "$checkout/build/pilotlight.bpf.o" ] && [ -e "$checkout/dist/main.js" ] ||
  { echo "old-kernel-trial: not built: cd $checkout && npm run build" >&2; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/pilotlight-old-kernel.XXXXXX")
clean() { if [ "$keep" ]; then echo "kept: $work"; else rm -rf --one-file-system "$work"; fi; }
trap clean EXIT

say() { printf '\n== %s\n' "$*"; }

# shellcheck source=old-kernel/images.sh
. "$here/images.sh"

failed=0
say "kernels of ${suites[*]}"
fetch_kernels
say "root file system"
make_root_image
for image in "$work"/kernels/boot/vmlinuz-*; do
  release=${image##*/vmlinuz-}
  say "$release"
  make_initramfs "$release"
  boot "$release" || failed=1
  cat "$work/$release/report.txt" 2>/dev/null || { echo "no report"; tail -n 40 "$work/$release.log"; failed=1; }
  ! grep -q '^FAILED' "$work/$release/report.txt" || failed=1
done
exit "$failed"
