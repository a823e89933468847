#!/usr/bin/env bash
# Shows that the README's commands work on a bare machine: makes a minimal Debian root with nothing but Node.js and
# npm in it, clones the last commit there and runs, inside it, what is named (default: all, in this order):
#
#   setup   npm run build      installs and builds everything; then once more, which must find nothing to do
#   start   npm start          until the daemon answers; then once more, which must answer within 2 s
#   home    as a user without root, in a home that only he may read: the command that helps is named; then as root there
#   test    npm test
#
# usage: scripts/bare-root-trial.sh [--keep] [--suite bookworm] [setup|start|home|test]...
#
# Needs root, debootstrap and git. Packages come from where this machine's own apt and npm get them.
set -euo pipefail

# Everything that is mounted lives in a mount namespace of its own: it ends with this script, however that ends,
# and no removal of the root can ever reach through a mount into this machine.
if [ "${PILOTLIGHT_TRIAL_ROOT:-}" = "" ]; then
  [ "$(id -u)" -eq 0 ] || { echo "bare-root-trial: needs root: sudo $0 $*" >&2; exit 1; }
  command -v debootstrap >/dev/null || { echo "bare-root-trial: needs debootstrap: apt-get install debootstrap" >&2; exit 1; }
  PILOTLIGHT_TRIAL_ROOT=$(mktemp -d "${TMPDIR:-/tmp}/pilotlight-bare-root.XXXXXX")
  export PILOTLIGHT_TRIAL_ROOT
  status=0
  unshare --mount --propagation private "${BASH_SOURCE[0]}" "$@" || status=$?
  case " $* " in
    *" --keep "*) echo "kept: $PILOTLIGHT_TRIAL_ROOT" ;;
    *) rm -rf --one-file-system "$PILOTLIGHT_TRIAL_ROOT" ;;
  esac
  exit "$status"
fi

root=$PILOTLIGHT_TRIAL_ROOT
suite=bookworm
steps=()
while [ $# -gt 0 ]; do
  case $1 in
    --keep) ;;
    --suite) suite=$2; shift ;;
    setup | start | home | test) steps+=("$1") ;;
    *) echo "bare-root-trial: unknown argument $1" >&2; exit 2 ;;
  esac
  shift
done
[ ${#steps[@]} -gt 0 ] || steps=(setup start home test)
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n== %s\n' "$*"; }
seconds() { date +%s.%N; }
# Who runs the next commands, and in whose home the checkout lies.
user=root home=/root
# The environment of a fresh login, not that of whoever runs this.
enter() {
  exec chroot --userspec="$user" "$root" /usr/bin/env -i HOME="$home" USER="$user" LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    "${npm_settings[@]}" /bin/bash -c "cd $home/pilotlight && $1"
}
inside() { (enter "$1"); }
timed() {
  local what=$1 began
  shift
  began=$(seconds)
  "$@"
  LC_ALL=C awk -v a="$began" -v b="$(seconds)" -v what="$what" 'BEGIN { printf "%s: %.2f s\n", what, b - a }'
}

apt_source() {
  {
    sed -n 's/^URIs:[[:space:]]*//p' /etc/apt/sources.list.d/*.sources 2>/dev/null || true
    sed -nE 's/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+).*/\2/p' \
      /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true
  } | head -n 1 | awk '{ print $1 }'
}

make_root() {
  chmod 755 "$root" # it is the / of every user in it
  debootstrap --variant=minbase "$suite" "$root" "$(apt_source)" >"$root.debootstrap.log" 2>&1 ||
    { tail -n 20 "$root.debootstrap.log" >&2; return 1; }
  rm -f "$root.debootstrap.log"
  # How this machine reaches its package sources is no part of the trial, so it is carried over whole.
  rm -f "$root/etc/apt/sources.list"
  cp -r /etc/apt/sources.list* /etc/apt/apt.conf.d "$root/etc/apt/"
  cp -r /usr/share/keyrings/. "$root/usr/share/keyrings/"
  cp --remove-destination -L /etc/resolv.conf /etc/hosts "$root/etc/"
  mkdir -p "$root/etc/ssl/certs"
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"

  local npm_home
  npm_home=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -L "$(command -v node)" "$root/usr/local/bin/node"
  cp -r "$npm_home" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"

  git clone --quiet --no-hardlinks "$checkout" "$root/root/pilotlight"

  # The root of a machine is a mount point; unshare(1) refuses to work in one that is not.
  mount --bind "$root" "$root"
  local folder
  for folder in proc sys dev; do
    mount --rbind "/$folder" "$root/$folder"
  done
  mount -t tmpfs tmpfs "$root/run"
}

# Runs `npm start` until the daemon answers, prints how long that took, and ends it.
start_once() {
  local name=$1 log=$root/root/start.log began pid
  began=$(seconds)
  enter 'exec npm start -- --listen 127.0.0.1:4949' >"$log" 2>&1 &
  pid=$!
  inside "node -e '$poll' $pid" || { echo "$name: the daemon does not answer" >&2; cat "$log" >&2; return 1; }
  LC_ALL=C awk -v a="$began" -v b="$(seconds)" -v what="$name" 'BEGIN { printf "%s: ready after %.2f s\n", what, b - a }'
  sleep 0.5
  grep -q '^Page: ' "$log" || { echo "$name: no page address printed" >&2; return 1; }
  sed 's/^/  | /' "$log"
  # Not SIGINT: a shell starts background jobs with that ignored.
  kill -TERM "$pid"
  wait "$pid" || true
  quiesce
}

# Runs a command that must fail, and must say what its second argument matches.
refused() {
  local log=$root/root/refused.log
  if inside "$1" >"$log" 2>&1; then
    echo "$1 as $user: was expected to fail" >&2
    return 1
  fi
  grep -E "$2" "$log" || { echo "$1 as $user: does not say $2" >&2; cat "$log" >&2; return 1; }
}

# A checkout in the home of a user, which nobody else may read.
home_of_user() {
  inside 'useradd --create-home --shell /bin/bash alice && chmod 700 /home/alice'
  git clone --quiet --no-hardlinks "$checkout" "$root/home/alice/pilotlight"
  inside 'chown -R alice:alice /home/alice/pilotlight'
  user=alice home=/home/alice
  refused 'npm test' 'sudo npm test'
  refused 'npm start -- --listen 127.0.0.1:4949' 'sudo'
  user=root
  start_once "npm start as root in a user's home"
  home=/root
}

# npm may end before the daemon has written out what it holds: waits for every process whose root is the trial's.
quiesce() {
  local deadline=$((SECONDS + 30)) left
  while left=$(inhabitants) && [ "$left" != "" ]; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      echo "left 30 s after SIGTERM:" >&2
      ps -o pid,stat,args -p "${left//$'\n'/,}" >&2
      return 1
    fi
    sleep 0.1
  done
}

inhabitants() {
  local process
  for process in /proc/[0-9]*; do
    [ "$(readlink "$process/root" 2>/dev/null)" != "$root" ] || echo "${process#/proc/}"
  done
}

# One process that asks until it is answered, or until the daemon's has ended.
poll='
const ask = () => fetch("http://127.0.0.1:4949/readyz").then((r) => r.ok, () => false);
const gone = () => { try { process.kill(Number(process.argv[1]), 0); } catch { return true; } };
(async () => {
  while (!(await ask())) {
    if (gone()) process.exit(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
})();'

mapfile -t npm_settings < <(
  for name in registry cafile; do
    value=$(npm config get "$name" 2>/dev/null)
    [ "$value" = null ] || [ "$value" = "" ] || printf 'npm_config_%s=%s\n' "$name" "$value"
  done
  echo npm_config_update_notifier=false
)

end_inhabitants() {
  local process
  for process in $(inhabitants); do kill -KILL "$process" 2>/dev/null || true; done
}
trap end_inhabitants EXIT

say "a bare $suite in $root"
timed "root made" make_root
inside 'for tool in gcc clang cmake make go chromium git; do ! command -v $tool || exit 1; done; node --version; npm --version'

for step in "${steps[@]}"; do
  say "$step"
  case $step in
    setup)
      timed "first npm run build" inside 'npm run build'
      timed "second npm run build" inside 'npm run build'
      ;;
    start)
      start_once "first npm start"
      start_once "second npm start"
      ;;
    home) home_of_user ;;
    test) timed "npm test" inside 'npm test' ;;
  esac
done
say "all of: ${steps[*]}"
