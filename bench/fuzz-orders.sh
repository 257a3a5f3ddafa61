#!/usr/bin/env bash
# A desk that lies in every field, so many times (by default a million) against a real gate and a real ledger in one process. Prints rate and memory as it goes.
# The folders are on a memory file system unless TMPDIR says otherwise: the gate syncs its journal for each refusal, and a disk would be all that is measured.
# usage: bench/fuzz-orders.sh [ORDERS [SEED]]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
tests=tests/Counterseal.Custody.Tests
dotnet build $tests -c Release -v quiet --nologo -clp:ErrorsOnly
log=$(mktemp)
trap 'rm -f "$log"' EXIT
tail -f "$log" &
tail=$!
TMPDIR=${TMPDIR:-/dev/shm} COUNTERSEAL_FUZZ_ORDERS=${1:-1000000} COUNTERSEAL_FUZZ_SEED=${2:-1} COUNTERSEAL_FUZZ_LOG=$log \
  $tests/bin/Release/net10.0/Counterseal.Custody.Tests -noColor -class '*OrderFuzzTests' || status=$?
sleep 1
kill $tail
exit "${status:-0}"
