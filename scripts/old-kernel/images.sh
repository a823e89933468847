# shellcheck shell=bash
# What a virtual machine of old-kernel-trial.sh is started from: kernels, root file system, initramfs; and its start.
# Of the caller: $checkout, $here, $work, $kvm, and the arrays $suites and $packages.

DISK_MIB=2048
OUT_MIB=64
MEMORY_MIB=2048
CPUS=2
# Beyond this a guest hangs.
BOOT_SECONDS=900
# What reaches the disks.
DISK_MODULES=(virtio_pci virtio_blk ext4)

mirror() {
  {
    sed -n 's/^URIs:[[:space:]]*//p' /etc/apt/sources.list.d/*.sources 2>/dev/null || true
    sed -nE 's/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+).*/\2/p' /etc/apt/sources.list 2>/dev/null || true
  } | awk '/\/debian\/?$/ { print $1; exit }'
}

# apt with sources and lists of its own: nothing of this machine's changes.
own_apt() {
  local apt=$work/apt
  "$@" -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root
}

write_sources() {
  local suite debian
  debian=$(mirror)
  for suite in "${suites[@]}"; do
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $debian $suite main"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${debian%/}-security $suite-security main"
  done >"$work/apt/sources.list"
}

# Version of a suite's newest cloud kernel.
newest_kernel() {
  own_apt apt-cache madison linux-image-cloud-amd64 |
    awk -v suite="$1" '{ split($6, place, "/"); if (place[1] == suite || place[1] == suite "-security") print $3 }' |
    sort -rV | head -n 1
}

fetch_kernels() {
  local suite version
  mkdir -p "$work"/{apt/lists/partial,apt/cache/archives/partial,debs,kernels}
  write_sources
  own_apt apt-get update -qq
  if [ ${#packages[@]} -eq 0 ]; then
    for suite in "${suites[@]}"; do
      version=$(newest_kernel "$suite")
      # The meta-package names the one with the kernel.
      packages+=("$(own_apt apt-cache show "linux-image-cloud-amd64=$version" |
        sed -nE 's/^Depends: .*(linux-image-[0-9][^ ,]*).*/\1/p' | head -n 1)")
    done
  fi
  echo "${packages[*]}"
  (cd "$work/debs" && own_apt apt-get download -qq "${packages[@]}")
  for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$work/kernels"; done
  # Since Debian 13 modules are packed below /usr.
  if [ -d "$work/kernels/usr/lib/modules" ]; then
    mkdir -p "$work/kernels/lib/modules"
    mv "$work"/kernels/usr/lib/modules/* "$work/kernels/lib/modules/"
  fi
}

# Only what the daemon needs at run time.
copy_checkout() {
  local to=$1/opt/pilotlight module
  mkdir -p "$to/scripts"
  cp -r "$checkout"/{bin,build,dist,package.json} "$to/"
  cp -r "$here" "$to/scripts/old-kernel"
  (cd "$checkout" && npm ls --all --omit=dev --parseable 2>/dev/null || true) |
    sed -n 's#^.*/\(node_modules/.*\)$#\1#p' | sort | while read -r module; do
    [ -d "$checkout/$module" ] || continue
    mkdir -p "$to/$(dirname "$module")"
    [ -d "$to/$module" ] || cp -rL "$checkout/$module" "$to/$(dirname "$module")/"
  done
}

make_root_image() {
  local root=$work/root
  debootstrap --variant=minbase \
    --include=binutils,busybox-static,curl,gcc,iproute2,kmod,libbpf1,libc6-dev,libelf1,libstdc++6,openssl,python3 \
    bookworm "$root" "$(mirror)" >"$work/debootstrap.log" 2>&1 || { tail -n 20 "$work/debootstrap.log" >&2; return 1; }
  cp -L "$(command -v node)" "$root/usr/local/bin/node"
  copy_checkout "$root"
  mkdir -p "$root/lib/modules" "$root/out"
  cp -r "$work"/kernels/lib/modules/* "$root/lib/modules/"
  for release in "$work"/kernels/lib/modules/*; do chroot "$root" depmod "${release##*/}"; done
  mkfs.ext4 -q -d "$root" "$work/root.img" "${DISK_MIB}M" >/dev/null
}

# busybox, the modules that reach a disk, and init.
make_initramfs() {
  local release=$1 tree=$work/initramfs
  rm -rf "$tree"
  mkdir -p "$tree"/{bin,modules,proc,sys,dev,root}
  cp "$work/root/bin/busybox" "$tree/bin/busybox"
  cp "$here/init" "$tree/init"
  chmod 755 "$tree/init"
  local module path number=100
  for module in "${DISK_MODULES[@]}"; do
    # Nothing is printed for what is built in.
    chroot "$work/root" modprobe -S "$release" --show-depends "$module" 2>/dev/null || true
  done | sed -n "s#^insmod \([^ ]*\).*#$work/root\1#p" | awk '!seen[$0]++' >"$tree/list"
  while read -r path; do
    number=$((number + 1))
    case $path in
      *.xz) xz -dc "$path" >"$tree/modules/$number.ko" ;;
      *) cp "$path" "$tree/modules/$number.ko" ;;
    esac
  done <"$tree/list"
  (cd "$tree" && find . | ./bin/busybox cpio -o -H newc 2>/dev/null) | gzip -1 >"$work/initramfs-$release"
}

# Writes what the guest left in /out to $work/RELEASE and its console to $work/RELEASE.log.
boot() {
  local release=$1 out=$work/out.img
  local accelerate=(-accel "tcg,thread=multi" -cpu max)
  [ "$kvm" = '' ] || accelerate=(-accel kvm -cpu host)
  rm -f "$out"
  mkfs.ext4 -q "$out" "${OUT_MIB}M" >/dev/null
  local status=0
  timeout "$BOOT_SECONDS" nice -n 19 qemu-system-x86_64 "${accelerate[@]}" -smp "$CPUS" -m "$MEMORY_MIB" \
    -nodefaults -display none -serial "file:$work/$release.log" -no-reboot \
    -kernel "$work/kernels/boot/vmlinuz-$release" -initrd "$work/initramfs-$release" \
    -append 'console=ttyS0 panic=-1 quiet' \
    -drive "file=$work/root.img,if=virtio,format=raw,snapshot=on" \
    -drive "file=$out,if=virtio,format=raw" </dev/null || status=$?
  rm -rf "${work:?}/$release"
  mkdir -p "$work/$release"
  debugfs -R "rdump / $work/$release" "$out" >/dev/null 2>&1
  [ "$status" -eq 0 ] || echo "qemu ended with $status (124: not done within $BOOT_SECONDS s)" >&2
  return "$status"
}
