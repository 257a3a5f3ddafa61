#!/usr/bin/env bash
# A desk with 1,000,000 demands, 20,000 of them open, and 50 people at it, half a minute to warm up and a minute that counts: on SQLite and, where COUNTERSEAL_TEST_POSTGRES names one (Host=…), on PostgreSQL.
#   bench/desk/desk.sh [DEMANDS] [OPEN] [FOLDER] [PEOPLE] [SECONDS] [WARM]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
demands=${1:-1000000} open=${2:-20000} folder=${3:-$(mktemp -d)} people=${4:-50} seconds=${5:-60} warm=${6:-30}
dotnet build -c Release -v quiet --nologo -clp:ErrorsOnly
program=bin/Release/net10.0/Counterseal.Bench.Desk
run() {
  coproc server { $program serve "$1" "$warm" "$seconds"; }
  IFS=$'\t' read -r address code sample <&"${server[0]}"
  $program load "$address" "$code" "$sample" "$people" "$warm" "$seconds"
  wait "$server_PID" || true
  uptime | sed 's/.*load/load/'
}
database="sqlite:$folder/desk.db"
[ -f "$folder/desk.db" ] || $program fill "$database" "$demands" "$open"
ls -l "$folder/desk.db" | awk '{print "SQLite: database of " $5 " bytes"}'
cat "$folder/desk.db" >/dev/null
run "$database"
if [ -n "${COUNTERSEAL_TEST_POSTGRES:-}" ]; then
  [ -f "$folder/postgres.filled" ] || { $program fill "$COUNTERSEAL_TEST_POSTGRES" "$demands" "$open"; touch "$folder/postgres.filled"; }
  echo "PostgreSQL:"
  run "$COUNTERSEAL_TEST_POSTGRES"
fi
