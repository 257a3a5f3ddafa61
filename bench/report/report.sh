#!/usr/bin/env bash
# The report of 100,000 synthetic demands over five years, from SQLite and, where COUNTERSEAL_TEST_POSTGRES names one (Host=…), from PostgreSQL. Beside it, on the same database: the floor (the same
# events read and let go), and a peer that a person would reach for, SQLite's own JSON functions counting one table by country and decision.
#   bench/report/report.sh [DEMANDS] [FOLDER]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
demands=${1:-100000} folder=${2:-$(mktemp -d)}
dotnet build -c Release -v quiet --nologo -clp:ErrorsOnly
program=bin/Release/net10.0/Counterseal.Bench.Report
database="sqlite:$folder/desk.db"
[ -f "$folder/desk.db" ] || $program fill "$database" "$demands"
ls -l "$folder/desk.db" | awk '{print "database of " $5 " bytes, " "'"$(uptime | sed 's/.*load/load/')"'"}'
cat "$folder/desk.db" >/dev/null
for _ in 1 2; do
  $program read "$database"
  $program report "$database"
  if command -v sqlite3 >/dev/null; then
    /usr/bin/time -f "%e s wall %U s user: sqlite3, json_extract, one table by country and decision" sqlite3 "$folder/desk.db" "
      SELECT json_extract(r.bytes, '\$.body.demand.issuing.country') c, json_extract(d.bytes, '\$.body.decision') o, count(*)
      FROM events d JOIN events r ON r.demand = d.demand AND r.version = 1 WHERE d.type = 'decided' GROUP BY 1, 2" >/dev/null
  fi
done
if [ -n "${COUNTERSEAL_TEST_POSTGRES:-}" ]; then
  $program fill "$COUNTERSEAL_TEST_POSTGRES" "$demands"
  for _ in 1 2; do
    $program read "$COUNTERSEAL_TEST_POSTGRES"
    $program report "$COUNTERSEAL_TEST_POSTGRES"
  done
fi
