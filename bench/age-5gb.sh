#!/usr/bin/env bash
# age on 5 GB (or the number of bytes given): what we encrypt age must open, what age encrypts we must open, and the time of each side by side.
# Nothing goes to disk. Usage: bench/age-5gb.sh [BYTES]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/seal"
bytes=${1:-5000000000}
command -v age >/dev/null || { echo "age is not on this machine" >&2; exit 2; }
dotnet build -c Release -v quiet --nologo -clp:ErrorsOnly
ours=bin/Release/net10.0/seal-bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
age-keygen -o "$work/key" 2>/dev/null
recipient=$(age-keygen -y "$work/key")

# The same bytes each time, that nothing can compress: AES-CTR of zeros under a fixed key.
plain() { head -c "$bytes" /dev/zero | openssl enc -aes-128-ctr -K 000102030405060708090a0b0c0d0e0f -iv 00000000000000000000000000000000; }
digest() { openssl dgst -sha256 -r; }
want=$(plain | digest)
check() { [ "$2" = "$want" ] && echo "agrees     $1" || { echo "DIFFERS    $1"; exit 1; }; }
check "ours | age -d"     "$(plain | "$ours" encrypt "$recipient" | age -d -i "$work/key" | digest)"
check "age | ours"        "$(plain | age -r "$recipient" | "$ours" decrypt "$work/key" | digest)"

TIMEFORMAT='%R %U %S'
timed() { # NAME COMMAND…: seconds of wall clock and of processor, and the rate by each
  local name=$1; shift
  local t; t=$( { time head -c "$bytes" /dev/zero | "$@" >/dev/null; } 2>&1 ) || { echo "$name failed: $t"; exit 1; }
  echo "$t" | awk -v n="$name" -v b="$bytes" '{printf "%-22s %7.2f s %7.0f MB/s   processor %6.2f s %7.0f MB/s\n", n, $1, b/1e6/$1, $2+$3, b/1e6/($2+$3)}'
}
timed "cat" cat
timed "sha256sum" sha256sum
timed "openssl sha256" openssl dgst -sha256
timed "age -r" age -r "$recipient"
timed "seal-bench encrypt" "$ours" encrypt "$recipient"
