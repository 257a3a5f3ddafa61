#!/bin/sh
# Collect, hash and seal a large mailbox, side by side in one run with programs that only read, search, hash or encrypt the same bytes.
# Usage: bench/mailbox.sh [MEGABYTES, 1000]    Needs: Debian's age and time. Writes to a folder of its own and removes it.
set -eu
megabytes=${1:-1000}
root=$(cd "$(dirname "$0")/.." && pwd)
for tool in age age-keygen /usr/bin/time; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install age time" >&2; exit 1; }
done
dotnet build "$root/bench/Counterseal.Bench" -c Release -v q --nologo >&2
bench="$root/bench/Counterseal.Bench/bin/Release/net10.0/Counterseal.Bench"
work=$(mktemp -d "${TMPDIR:-/tmp}/counterseal-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
"$bench" generate "$work" "$megabytes"
mbox="$work/mail/large.mbox"
bytes=$(wc -c <"$mbox")
age-keygen -o "$work/key" 2>/dev/null
recipient=$(age-keygen -y "$work/key")
cat "$mbox" >/dev/null

echo "$(date -u +%FT%TZ)  $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $bytes bytes, $(grep -c '^From ' "$mbox") messages, from the page cache; best of three"
printf '%-44s %9s %9s %10s %10s\n' 'what' 'wall s' 'MB/s' 'cpu s' 'peak MiB'
# measure LABEL COMMAND…: the run with the shortest wall time of three.
measure() {
    label=$1
    shift
    for _ in 1 2 3; do
        /usr/bin/time -f '%e %U %S %M' -o "$work/time" "$@" >"$work/out" 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
        tail -n 1 "$work/time"
    done | sort -n | head -n 1 | awk -v label="$label" -v bytes="$bytes" '{ printf "%-44s %9.2f %9.0f %10.2f %10.0f\n", label, $1, bytes / 1e6 / ($1 > 0 ? $1 : 0.01), $2 + $3, $4 / 1024 }'
}
measure 'cat | cat > /dev/null' sh -c 'cat "$1" | cat >/dev/null' - "$mbox"
measure 'grep -c "^From "' grep -c '^From ' "$mbox"
measure 'sha256sum' sha256sum "$mbox"
if command -v openssl >/dev/null; then measure 'openssl dgst -sha256' openssl dgst -sha256 "$mbox"; fi
measure 'cat | sha256sum' sh -c 'cat "$1" | sha256sum' - "$mbox"
measure 'age (encrypts to a file)' age -r "$recipient" -o "$work/peer.age" "$mbox"
measure 'age, then sha256sum of its file' sh -c 'age -r "$1" -o "$2" "$3" && sha256sum "$2"' - "$recipient" "$work/peer.age" "$mbox"
measure 'counterseal: collect, count' "$bench" count "$work"
measure 'counterseal: collect traffic, count' "$bench" traffic "$work"
measure 'counterseal: collect, SHA-256' "$bench" hash "$work"
measure 'counterseal: collect, seal, to disk and synced' "$bench" seal "$work"
measure 'counterseal: the same, one month of the eight' "$bench" seal "$work" 2026-03-01T00:00:00Z 2026-04-01T00:00:00Z
