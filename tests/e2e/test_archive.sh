#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Archives are plain gzip to everybody: zcat, gzip -t, Python and DuckDB read
# what the cycle wrote, also with directories of 1 KiB to 1 MiB behind the lines;
# sha256sum prints the index's checksum; hostile gzip files end in bounded memory
# and a message.
#
# MXLOG_DUCKDB names a directory in which node finds @duckdb/node-api; without
# it npm is asked for it, in a directory of the test's own.
set -euo pipefail

build=${MXLOG_BUILD:?} source=${MXLOG_SOURCE:?} corpus=${MXLOG_CORPUS:?}
# shellcheck source=tests/lib/duckdb.sh
. "$source/tests/lib/duckdb.sh"
archive=$build/mxlog-archive
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

# ---- a directory of days: generated, and real ones ----
log=$dir/log
mkdir -p "$log/metrics"
"$build/tests/archive_sizes" --lines 3 "$log/2026-01-20.log"
"$build/tests/archive_sizes" --lines 1 "$log/2026-01-20.1.log"
printf '' >"$log/2026-01-21.log"
grep -h . "$corpus"/syslog-messages/*.jsonl >"$log/2026-01-22.log" ||
	echo '{"a":1}' >"$log/2026-01-22.log"
# (A last line without a newline would be a torn one.)
{ cat "$corpus"/loghub/*/*_2k.log 2>/dev/null || true; } |
	awk 1 >"$log/2026-01-23.log"
printf '{"metric_name":"x"}\n' >"$log/metrics/2026-01-20.metrics.log"
chmod 600 "$log"/*.log "$log"/metrics/*.log
cp -r "$log" "$dir/before"
printf 'retention_days: 0\n' >"$dir/config.yaml"

run() {
	"$archive" -D "$log" -c "$dir/config.yaml" "$@"
}
run -n run | grep -q 'would archive 2026-01-20.log' || fail "dry run"
[ ! -e "$log/archive" ] || fail "a dry run changed something"
run run >"$dir/out" || fail "run: $(cat "$dir/out")"
run verify >/dev/null || fail "verify"
[ "$(run list | grep -c '\.gz')" = 6 ] || fail "list"
run -o json list | python3 -c '
import json, sys
records = [json.loads(line) for line in sys.stdin]
assert len(records) == 6, records
assert records == json.load(open(sys.argv[1]))' "$log/archive/index.json" ||
	fail "list -o json is not what index.json holds"

echo "-- the bytes, by zcat, gzip -t, Python and sha256sum"
(cd "$log/archive" && find . -name '*.gz') | while read -r name; do
	live=${name%.gz}
	gzip -t "$log/archive/$name" || fail "gzip -t $name"
	zcat "$log/archive/$name" | cmp - "$dir/before/$live" ||
		fail "zcat $name"
done
python3 - "$log/archive" "$dir/before" <<'PYTHON' || fail "Python"
import gzip, hashlib, json, os, sys
archive, before = sys.argv[1:]
for record in json.load(open(os.path.join(archive, "index.json"))):
    sub = "metrics" if ".metrics." in record["archive_file"] else ""
    path = os.path.join(archive, sub, record["archive_file"])
    data = open(path, "rb").read()
    assert hashlib.sha256(data).hexdigest() == record["checksum"]
    assert len(data) == record["compressed_size_bytes"]
    lines = gzip.open(path).read()
    assert lines == open(os.path.join(before, sub, record["original_file"]),
                         "rb").read()
    assert len(lines) == record["original_size_bytes"]
    if record["original_file"] == "2026-01-20.log":
        assert lines.count(b"\n") == record["entry_count"]
PYTHON

echo "-- directories of 1 KiB to 1 MiB"
mkdir "$dir/sizes"
"$build/tests/archive_sizes" "$dir/sizes" 1024 16380 16381 65536 262144 1048576
for file in "$dir"/sizes/*.gz; do
	gzip -t "$file" || fail "gzip -t $file"
	zcat "$file" | cmp - "$dir/sizes/lines.log" || fail "zcat $file"
	python3 -c 'import gzip, sys
assert gzip.open(sys.argv[1]).read() == open(sys.argv[2], "rb").read()' \
		"$file" "$dir/sizes/lines.log" || fail "Python $file"
done

echo "-- hostile gzip files, in 64 MiB"
if [ -d "$corpus/hostile-gzip" ]; then
	for file in "$corpus"/hostile-gzip/*.gz; do
		rm -rf "$dir/hostile"
		mkdir -p "$dir/hostile/archive"
		cp "$file" "$dir/hostile/archive/2026-01-20.log.gz"
		chmod 600 "$dir/hostile/archive/2026-01-20.log.gz"
		# An address sanitizer reserves address space without end.
		limit=65536
		! grep -q 'MXLOG_SANITIZE:.*=..*' "$build/CMakeCache.txt" ||
			limit=unlimited
		status=0
		(
			ulimit -v "$limit"
			timeout 20 "$archive" -D "$dir/hostile" \
				-c "$dir/config.yaml" rebuild-index
		) >"$dir/out" 2>&1 || status=$?
		case $(basename "$file") in
		bad_* | not_* | raw_* | reserved_* | trailing_* | truncated_*)
			[ "$status" = 1 ] || fail "$file: status $status"
			grep -q 'corrupt' "$dir/out" || fail "$file: no message"
			;;
		*) [ "$status" = 0 ] || fail "$file: $(cat "$dir/out")" ;;
		esac
	done
else
	echo "   skipped: no $corpus/hostile-gzip"
fi

echo "-- DuckDB counts the same lines"
if ! modules=$(duckdb_modules "$dir/duckdb"); then
	echo "   skipped: no npm, or no DuckDB from it"
	exit 0
fi
cat >"$dir/count.js" <<'JS'
const { DuckDBInstance } = require("@duckdb/node-api");
(async () => {
  const db = await (await DuckDBInstance.create(":memory:")).connect();
  for (const path of process.argv.slice(2)) {
    const rows = await db.runAndReadAll(
      `select count(*)::int n from read_ndjson('${path}', columns={trace_id:'VARCHAR'})`);
    console.log(rows.getRows()[0][0]);
  }
})().catch((e) => { console.error(String(e)); process.exit(1); });
JS
expect=$(wc -l <"$dir/sizes/lines.log")
NODE_PATH=$modules timeout 120 node "$dir/count.js" \
	"$dir"/sizes/*.gz >"$dir/counts" || fail "DuckDB"
[ "$(sort -u "$dir/counts")" = "$expect" ] ||
	fail "DuckDB counts $(tr '\n' ' ' <"$dir/counts"), not $expect"
NODE_PATH=$modules timeout 120 node "$dir/count.js" \
	"$log/archive/2026-01-20.log.gz" >"$dir/counts" || fail "DuckDB"
[ "$(cat "$dir/counts")" = "$(wc -l <"$dir/before/2026-01-20.log")" ] ||
	fail "DuckDB counts $(cat "$dir/counts") lines of 2026-01-20"
