#!/usr/bin/env bash
# How long an import of many rows takes, as a whole process, on SQLite and on PostgreSQL (a private one, started here where Debian's postgresql is installed).
#   bench/convention/import.sh [ROWS]      100000 by default
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
rows=${1:-100000}
work=$(mktemp -d /tmp/cs-bench-XXXXXX)
ledger='' server=''
end() {
  [ -z "$ledger" ] || kill "$ledger" 2>/dev/null || true
  [ -z "$server" ] || as_postgres "$bin/pg_ctl" -D "$work/pg/data" -m fast -s stop || true
  rm -rf "$work"
}
trap end EXIT
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
counterseal() { "$here/counterseal" "$@"; }

counterseal --help >/dev/null
python3 "$here/samples/registry/make.py" --rows "$rows" --out "$work"
measure() {
  local name=$1 home=$work/$1
  "$here/counterseal" serve --home "$home" --port 0 --public-port 0 --json >"$work/$name.up" 2>"$work/$name.log" &
  local serve=$!
  until grep -q '"ready"' "$work/$name.up"; do kill -0 $serve; sleep 0.2; done
  kill $serve; wait $serve 2>/dev/null || true
  if [ $# -gt 1 ]; then
    rm -rf "$home/registry"
    counterseal convention init --home "$home" --database "$2" >/dev/null
  fi
  "$here/counterseal" ledger serve --home "$home" 2>>"$work/$name.log" >/dev/null &
  ledger=$!
  until [ -S "$home/run/ledger.sock" ]; do sleep 0.1; done
  echo "$name, $rows rows:"
  /usr/bin/time -f '  %e s, %U s of processor time, %M KB at most' "$here/counterseal" convention import --home "$home" --mapping cfr --incidents "$work/rows.csv" --by bench --sample
  counterseal convention check --home "$home"
  kill "$ledger" 2>/dev/null || true; wait "$ledger" 2>/dev/null || true; ledger=''
}
measure sqlite
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1 || true)
if [ -z "$bin" ]; then
  echo "postgresql: not installed, not measured"
  exit 0
fi
chmod 755 "$work"
mkdir -p "$work/pg"; [ "$(id -u)" != 0 ] || chown postgres "$work/pg"
as_postgres "$bin/initdb" -D "$work/pg/data" -U counterseal -A trust -E UTF8 --locale C >/dev/null
as_postgres "$bin/pg_ctl" -D "$work/pg/data" -w -s -l "$work/pg/log" -o "-c listen_addresses='' -c unix_socket_directories='$work/pg'" start
server=yes
as_postgres "$bin/createdb" -h "$work/pg" -U counterseal registry
measure postgresql "Host=$work/pg;Username=counterseal;Database=registry"
