#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Many processes log into one directory: every entry must be there once, in a
# line of its own, in its process's order.
# usage: bench_processes.sh [build directory [entries [processes]]]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/release}" && pwd)
entries=${2:-1000000} processes=${3:-8}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

each=$((entries / processes))
begin=$(date +%s%N)
pids=()
for ((i = 0; i < processes; i++)); do
	"$build/tests/log_many" "$scratch/Logs" "$i" "$each" &
	pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done
end=$(date +%s%N)
python3 - "$scratch/Logs" "$processes" "$each" <<'EOF'
import glob, json, sys
directory, processes, each = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
seen = [0] * processes
for path in sorted(glob.glob(directory + "/*.log"),
                   key=lambda p: [int(x) for x in
                                  p.rsplit("/", 1)[1].replace("-", ".").split(".")
                                  if x.isdigit()]):
    with open(path, encoding="utf-8") as file:
        for line in file:
            assert line.endswith("\n"), f"{path}: a torn line"
            entry = json.loads(line)
            if entry["module"] != "many":
                raise SystemExit(f"not logged: {line}")
            process, number = map(int, entry["message"].split())
            assert number == seen[process], f"{path}: {number} is not next: {line}"
            seen[process] += 1
assert seen == [each] * processes, seen
print(f"{sum(seen)} entries of {processes} processes: none lost, doubled or torn")
EOF
echo "$(((end - begin) / 1000000)) ms"
