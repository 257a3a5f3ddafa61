#!/usr/bin/env bash
# The emergency path over the real processes: submit to downloadable package, people excluded, what each step costs; beside it one read of the mailbox.
# Usage: bench/gate/emergency.sh [MEGABYTES, 1000]. Needs: openssl. Writes to a folder of its own (four times the size) and removes it.
set -euo pipefail
megabytes=${1:-1000}
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
for project in src/Counterseal.Cli bench/Counterseal.Bench bench/gate; do dotnet build "$root/$project" -c Release -v q --nologo -clp:ErrorsOnly >&2; done
work=$(mktemp -d "${TMPDIR:-/tmp}/cs-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
"$root/bench/Counterseal.Bench/bin/Release/net10.0/Counterseal.Bench" generate "$work" "$megabytes"
mbox="$work/mail/large.mbox"
cat "$mbox" >/dev/null
echo "$(date -u +%FT%TZ)  $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), a mailbox of $(wc -c <"$mbox") bytes, $(grep -c '^From ' "$mbox") messages"
TIMEFORMAT='one read of the mailbox (cat, by a pipe)                %8R s'
time cat "$mbox" | cat >/dev/null
TIMEFORMAT='one SHA-256 of the mailbox (openssl)                    %8R s'
time openssl dgst -sha256 "$mbox" >/dev/null
"$root/bench/gate/bin/Release/net10.0/gate-bench" emergency "$root/src/Counterseal.Cli/bin/Release/net10.0/counterseal" "$work"
