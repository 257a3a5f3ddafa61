#!/usr/bin/env bash
# Seal 4 GB (hash and encrypt, to a file, synced) beside age, sha256sum with age, and gpg, in one run.
# Usage: bench/gate/seal.sh [MEGABYTES, 4000]    RUNS=2. Needs: age, gnupg, openssl, time. Writes to a folder of its own (three times the size) and removes it.
set -euo pipefail
megabytes=${1:-4000} runs=${RUNS:-2}
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
for tool in age age-keygen gpg openssl /usr/bin/time; do command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install age gnupg openssl time" >&2; exit 1; }; done
dotnet build "$root/bench/seal" -c Release -v q --nologo -clp:ErrorsOnly >&2
ours="$root/bench/seal/bin/Release/net10.0/seal-bench"
work=$(mktemp -d "${TMPDIR:-/tmp}/counterseal-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
file="$work/plain"
head -c "${megabytes}000000" /dev/zero | openssl enc -aes-128-ctr -K 000102030405060708090a0b0c0d0e0f -iv 00000000000000000000000000000000 >"$file"
age-keygen -o "$work/key" 2>/dev/null
recipient=$(age-keygen -y "$work/key")
export GNUPGHOME="$work/gnupg"
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-generate-key officer@example default default never 2>/dev/null

echo "$(date -u +%FT%TZ)  $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(wc -c <"$file") bytes that nothing can compress; best of $runs; every line writes its file and syncs it"
printf '%-58s %9s %9s %9s\n' what 'wall s' 'cpu s' 'peak MiB'
measure() {
  local label=$1 i; shift
  : >"$work/times"
  for ((i = 0; i < runs; i++)); do
    rm -f "$work"/out.* "$work"/cs-* "$work"/staging
    /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$@" >"$work/out" 2>"$work/err" || { echo "$label failed" >&2; tail -3 "$work/err" >&2; return; }
    tail -n 1 "$work/time" >>"$work/times"
  done
  sort -n "$work/times" | head -n 1 | awk -v label="$label" '{ printf "%-58s %9.2f %9.2f %9.0f\n", label, $1, $2 + $3, $4 / 1024 }'
}
measure 'floor: cat to a file' sh -c 'cat "$1" >"$2" && sync "$2"' - "$file" "$work/out.cat"
measure 'floor: one SHA-256 (openssl)' openssl dgst -sha256 "$file"
measure 'floor: one pass of ChaCha20 to a file (openssl)' sh -c 'openssl enc -chacha20 -K 000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f -iv 00000000000000000000000000000000 -in "$1" -out "$2" && sync "$2"' - "$file" "$work/out.enc"
measure 'counterseal: hash the parts, encrypt, hash the volume' "$ours" seal "$file" "$work"
measure 'age -r' sh -c 'age -r "$1" -o "$2" "$3" && sync "$2"' - "$recipient" "$work/out.age" "$file"
measure 'sha256sum, then age -r' sh -c 'sha256sum "$3" && age -r "$1" -o "$2" "$3" && sync "$2"' - "$recipient" "$work/out.age" "$file"
measure 'sha256sum beside age -r (both cores)' sh -c 'sha256sum "$3" & age -r "$1" -o "$2" "$3" && sync "$2"; wait' - "$recipient" "$work/out.age" "$file"
measure 'gpg --encrypt (no compression)' sh -c 'gpg --batch --quiet --trust-model always --compress-algo none -r officer@example -o "$1" -e "$2" && sync "$1"' - "$work/out.gpg" "$file"
measure 'gpg --encrypt (as it comes: compresses first)' sh -c 'gpg --batch --quiet --trust-model always -r officer@example -o "$1" -e "$2" && sync "$1"' - "$work/out.gpg" "$file"
