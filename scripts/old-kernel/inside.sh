#!/bin/bash
# Runs as first process of the guest: samples real programs and writes what comes of it to /out, then powers off.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
here=/opt/pilotlight/scripts/old-kernel
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set lo up
echo 0 >/proc/sys/kernel/printk
pilotlight() { node /opt/pilotlight/bin/pilotlight.js "$@"; }

# Keeps the compiler busy for some seconds, an emulated one too, without a large file in the tree.
c_file() {
  echo '#include <stdio.h>'
  for number in $(seq 400); do
    echo "int f$number(int *a, int n) { int s = 0; for (int i = 0; i < n; i++) s += a[i] * $number + (a[n - i - 1] ^ s); return s; }"
  done
}
c_file >/tmp/large.c

python_load='
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
import time
end = time.time() + 4
while time.time() < end: fib(18)'
# AF_ALG hashes in the kernel: the code that is busy is the module sha3_generic.
module_load='
import socket, time
end = time.time() + 4
algorithm = socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET)
algorithm.bind(("hash", "sha3-512"))
while time.time() < end:
    operation, _ = algorithm.accept()
    operation.sendall(b"x" * 65536)
    operation.recv(64)'

record() {
  local name=$1
  shift
  pilotlight record -F 99 -o "/out/$name.folded" -- "$@" >"/out/$name.out" 2>"/out/$name.err"
  echo "$name: record ended with $?" >>/out/steps
}

load() {
  openssl speed -seconds 3 rsa2048
  python3 -c "$python_load"
  gcc -O2 -c -o /tmp/large.o /tmp/large.c
  python3 -c "$module_load"
} >/dev/null 2>&1

# What is stored and counted of it, once it has been stored.
status_as() {
  sleep 10
  curl -fs http://127.0.0.1:4040/api/v1/status >"/out/$1.json"
  sync
}

# The first load finds no unwind table compiled; on an emulated CPU most of it runs without them. Taking a sample costs
# some 0.2 ms there: at 99 Hz the budget of 1 % of the host would lower the rate.
serve_under_load() {
  # Set-up does this where it runs; here it was built elsewhere.
  for user in pilotlight pilotlight-sampler; do
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
  done
  node /opt/pilotlight/bin/pilotlight.js serve --rate 19 --listen 127.0.0.1:4040 --data-dir /tmp/data >/out/serve.out 2>&1 &
  local daemon=$! # of node itself, not of a shell around it
  for _ in $(seq 300); do
    curl -fs http://127.0.0.1:4040/readyz >/dev/null && break
    sleep 0.2
  done
  load
  status_as first
  load
  status_as second
  curl -fs 'http://127.0.0.1:4040/api/v1/profile?from=now-10m&format=folded' >/out/served.folded
  cat /proc/[0-9]*/fdinfo/* 2>/dev/null | grep -m1 verified_insns >/out/verified
  kill -TERM $daemon
  wait $daemon
  echo "serve ended with $?" >>/out/steps
}

uname -r >/out/release
cat /proc/version >/out/version
pilotlight doctor --json >/out/doctor.json 2>/out/doctor.err
modprobe -a algif_hash sha3_generic 2>/out/modprobe.err
serve_under_load
record openssl openssl speed -seconds 3 rsa2048
record module python3 -c "$module_load"
dmesg >/out/dmesg
node $here/report.mjs /out >/out/report.txt 2>&1
cat /out/report.txt
sync
umount /out
echo o >/proc/sysrq-trigger
sleep 60
