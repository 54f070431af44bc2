# SPDX-License-Identifier: Apache-2.0
# DuckDB's package for node, for tests that ask somebody else.

# Print a node_modules directory that has it: MXLOG_DUCKDB names where npm
# installed it, else it is installed into the directory $1. Fails without a
# word where there is none.
duckdb_modules() {
	if [ -n "${MXLOG_DUCKDB:-}" ]; then
		echo "$MXLOG_DUCKDB/node_modules"
		return
	fi
	command -v npm >/dev/null && command -v node >/dev/null || return 1
	mkdir -p "$1"
	(cd "$1" && timeout 120 npm install --silent --no-audit --no-fund \
		@duckdb/node-api >/dev/null 2>&1) || return 1
	echo "$1/node_modules"
}
