#!/bin/sh
# Sign-ins against 1,000, 100,000 and 1,000,000 indicators, side by side in one run with grep -F -f, rg -F -f and a DuckDB join on the same file.
# Usage: bench/watch/watch.sh [EVENTS, 1000000]    Needs: Debian's ripgrep and time. Writes to a folder of its own and removes it.
set -eu
events=${1:-1000000}
root=$(cd "$(dirname "$0")/../.." && pwd)
for tool in rg /usr/bin/time; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install ripgrep time" >&2; exit 1; }
done
dotnet build "$root/bench/watch" -c Release -v q --nologo >&2
bench="$root/bench/watch/bin/Release/net10.0/watch-bench"
work=$(mktemp -d "${TMPDIR:-/tmp}/counterseal-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
"$bench" generate "$work" "$events"
file="$work/events.ndjson"
bytes=$(wc -c <"$file")
echo "$(date -u +%FT%TZ)  $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $events events, $bytes bytes, from the page cache; best of ${RUNS:-3}"
printf '%-44s %9s %11s %9s %10s  %s\n' 'what' 'wall s' 'events/s' 'cpu s' 'peak MiB' 'answer'
# measure LABEL COMMAND…: the run with the least processor time, which other programs on the machine disturb least.
measure() {
    label=$1
    shift
    for _ in $(seq "${RUNS:-3}"); do
        /usr/bin/time -f '%e %U %S %M' -o "$work/time" timeout "${LIMIT:-600}" "$@" >"$work/out" 2>"$work/err" || echo "ended with $? (124: over ${LIMIT:-600} s)" >"$work/out"
        echo "$(tail -n 1 "$work/time" | awk '{ print $2 + $3, $1, $4 }') $(head -n 1 "$work/out")"
    done | sort -n | head -n 1 | awk -v label="$label" -v events="$events" '/124: over/ { printf "%-44s %s\n", label, "not done in the time allowed"; next } { cpu = $1; wall = $2; peak = $3; $1 = $2 = $3 = ""; printf "%-44s %9.2f %11.0f %9.2f %10.0f %s\n", label, wall, events / (wall > 0 ? wall : 0.01), cpu, peak / 1024, $0 }'
}
cat "$file" >/dev/null
measure 'one pass of a JSON reader' "$bench" json "$work"
for n in 1000 100000 1000000; do
    measure "counterseal, $n: reading them alone" "$bench" known "$work" "$n"
    measure "counterseal, $n" "$bench" watch "$work" "$n"
    measure "grep -c -F -f, $n" grep -c -F -f "$work/indicators-$n.txt" "$file"
    measure "rg -c -F -f, $n" rg -c -F -f "$work/indicators-$n.txt" "$file"
    measure "DuckDB join, $n" "$bench" duckdb "$work" "$n"
done
