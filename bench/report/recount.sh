#!/usr/bin/env bash
# Every number of the reports of 100,000 synthetic demands over five years against the naive recount of their event streams, on both stores. The tests do the same with 2,500.
#   bench/report/recount.sh [DEMANDS]
set -euo pipefail
tests=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../tests/Counterseal.Reports.Tests
dotnet build "$tests" -c Release -v quiet --nologo -clp:ErrorsOnly
COUNTERSEAL_RECOUNT=${1:-100000} "$tests/bin/Release/net10.0/Counterseal.Reports.Tests" -noColor -method 'Counterseal.Reports.Tests.CountTests.Every_number_of_a_report_is_the_one_that_a_naive_recount_of_the_event_stream_gives'
