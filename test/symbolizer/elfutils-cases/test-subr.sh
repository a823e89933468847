# shellcheck shell=sh
# Takes the place of elfutils' own tests/test-subr.sh, which its test scripts source: they run as they are, but what
# they would ask a tool is noted beside what they expect of it, in a folder NUMBER of $notes with
#
#   args      the tool and its arguments, each closed by a zero byte
#   folder    where it would have been started
#   stdin     what it could have read
#   expected  what it should print
#
# Of the caller: $notes; $abs_srcdir, where the test files are; the script starts in a folder of its own.
set -e

testfiles() {
  for file; do
    bzip2 -dc "$abs_srcdir/$file.bz2" >"$file" || exit 77
  done
}

# What a script made is looked at when it has ended.
tempfiles() { :; }
rm() { :; }
rmdir() { :; }

# Pipes make subshells, so the count is kept by the folders themselves.
note() {
  note=$(find "$notes" -mindepth 1 -maxdepth 1 | wc -l)
  mkdir "$notes/$note"
  printf '%s\000' "$@" >"$notes/$note/args"
  pwd >"$notes/$note/folder"
  : >"$notes/$note/stdin"
}

asks_for_lines() {
  case $1 in
  */src/addr2line | */tests/getsrc_die) ;;
  *) return 1 ;;
  esac
}

testrun() {
  case $1 in */src/strip) strip_with_binutils "$@" ;; esac
  asks_for_lines "$1" || return 0
  note "$@"
  cat >"$notes/$note/stdin"
}

# The expected output is its standard input.
testrun_compare() {
  asks_for_lines "$1" || return 0
  note "$@"
  cat >"$notes/$note/expected"
}

# cmp EXPECTED PRINTED, of what was run last.
cmp() {
  note=$(($(find "$notes" -mindepth 1 -maxdepth 1 | wc -l) - 1))
  [ -e "$notes/$note/expected" ] || cat "$1" >"$notes/$note/expected"
}

# elfutils' strip -f DEBUG -o OUTPUT INPUT
strip_with_binutils() {
  [ "$2 $4" = '-f -o' ] || { echo "strip is called in a way that is not known here: $*" >&2; exit 1; }
  objcopy --only-keep-debug "$6" "$3"
  objcopy --strip-all "--add-gnu-debuglink=$3" "$6" "$5"
}
