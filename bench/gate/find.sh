#!/usr/bin/env bash
# Find one person's mail of one month in a large mailbox, hash and seal it; beside it, in one run, what only reads and hashes the same bytes, and other programs that find mail.
# Usage: bench/gate/find.sh [MEGABYTES, 10000]     LIMIT=300: seconds after which a peer is ended. PEERS=no leaves them out. RUNS=2.
# Needs: openssl, time; the peers: python3, grepmail, maildir-utils (Debian). Writes to a folder of its own (twice the size) and removes it.
set -euo pipefail
megabytes=${1:-10000} limit=${LIMIT:-300} peers=${PEERS:-yes} runs=${RUNS:-2}
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
[ -x /usr/bin/time ] || { echo "time is missing: apt-get install time" >&2; exit 1; }
dotnet build "$root/bench/Counterseal.Bench" -c Release -v q --nologo -clp:ErrorsOnly >&2
bench="$root/bench/Counterseal.Bench/bin/Release/net10.0/Counterseal.Bench"
work=$(mktemp -d "${TMPDIR:-/tmp}/counterseal-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
"$bench" generate "$work" "$megabytes"
mbox="$work/mail/large.mbox"
bytes=$(wc -c <"$mbox")
from=2026-03-01 to=2026-04-01
cat "$mbox" >/dev/null

echo "$(date -u +%FT%TZ)  $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $bytes bytes, $(grep -c '^From ' "$mbox") messages; best of $runs; a peer has one run of at most $limit s"
printf '%-58s %9s %9s %9s %9s\n' what 'wall s' 'cpu s' 'peak MiB' found
# measure RUNS LABEL COMMAND…: the run with the least wall time; what the command prints first is what it found.
measure() {
  local n=$1 label=$2 i code; shift 2
  : >"$work/times"
  for ((i = 0; i < n; i++)); do
    code=0
    /usr/bin/time -f '%e %U %S %M' -o "$work/time" timeout "$limit" "$@" >"$work/out" 2>"$work/err" || code=$?
    [ $code -ne 124 ] || { printf '%-58s %9s\n' "$label" "over $limit"; return; }
    [ $code -eq 0 ] || { echo "$label failed ($code):" >&2; tail -3 "$work/err" >&2; return; }
    echo "$(tail -n 1 "$work/time") $(head -n 1 "$work/out" | cut -d' ' -f1)" >>"$work/times"
  done
  sort -n "$work/times" | head -n 1 | awk -v label="$label" '{ printf "%-58s %9.2f %9.2f %9.0f %9s\n", label, $1, $2 + $3, $4 / 1024, $5 }'
}
measure "$runs" 'floor: cat > /dev/null, by a pipe' sh -c 'cat "$1" | cat >/dev/null' - "$mbox"
measure "$runs" 'floor: cat, then one SHA-256 (openssl)' sh -c 'cat "$1" | cat >/dev/null; openssl dgst -sha256 "$1" >/dev/null' - "$mbox"
measure "$runs" 'counterseal: one month found, hashed, sealed, synced' "$bench" seal "$work" ${from}T00:00:00Z ${to}T00:00:00Z
measure "$runs" 'counterseal: the same and traffic beside it, two passes' "$bench" seal-both "$work" ${from}T00:00:00Z ${to}T00:00:00Z
[ "$peers" = yes ] || exit 0
if command -v grepmail >/dev/null; then
  measure 1 'grepmail -d (found, not hashed, not sealed)' sh -c 'grepmail -d "between 2026-03-01 and 2026-03-31" . "$1" | grep -c "^From "' - "$mbox"
fi
cat >"$work/month.py" <<'P'
import mailbox, sys, email.utils, datetime
low, high = (datetime.datetime(2026, m, 1, tzinfo=datetime.timezone.utc) for m in (3, 4))
found = 0
for message in mailbox.mbox(sys.argv[1], create=False):
    try:
        at = email.utils.parsedate_to_datetime(message["Date"])
    except (TypeError, ValueError):
        continue
    at = at if at.tzinfo else at.replace(tzinfo=datetime.timezone.utc)
    found += low <= at < high
print(found)
P
measure 1 "Python's mailbox (found, not hashed, not sealed)" python3 "$work/month.py" "$mbox"
if command -v mu >/dev/null; then
  "$bench" maildir "$work" >&2
  mu init --maildir="$work/Maildir" --muhome="$work/mu" >/dev/null
  measure 1 'mu index + mu find (a Maildir; not hashed, not sealed)' sh -c 'mu index --quiet --muhome="$1" >/dev/null && mu find --muhome="$1" date:20260301..20260331 --fields=l | wc -l' - "$work/mu"
fi
