// SPDX-License-Identifier: Apache-2.0
// Time SQL over a log directory: for each line of standard input, "name<tab>sql",
// where FROM entries means the files of the pattern, the best of three runs.
//
// usage: DUCKDB_DIR=<where npm installed @duckdb/node-api> \
//            node read_duckdb.cjs PATTERN < queries
const path = require("path");
const { DuckDBInstance } = require(
  path.join(process.env.DUCKDB_DIR, "node_modules/@duckdb/node-api"));

const columns = `{trace_id:'VARCHAR', timestamp:'TIMESTAMP', level:'VARCHAR',
  module:'VARCHAR', function:'VARCHAR', line_number:'INTEGER',
  message:'VARCHAR', context:'JSON', exception:'JSON', duration_ms:'DOUBLE',
  tags:'VARCHAR[]', thread_id:'VARCHAR', process_id:'VARCHAR'}`;

async function main() {
  const pattern = process.argv[2];
  const lines = require("fs").readFileSync(0, "utf8").split("\n");
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  await connection.run("SET preserve_insertion_order = false");
  for (const line of lines) {
    const [name, sql] = line.split("\t");
    if (!sql) continue;
    const full = sql.replace(/\bentries\b/g,
      `read_ndjson('${pattern}', columns=${columns}, ignore_errors=true)`);
    let best = Infinity;
    for (let i = 0; i < 3; i++) {
      const start = process.hrtime.bigint();
      await (await connection.runAndReadAll(full)).getRows();
      best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9);
    }
    console.log(`${name}\t${best.toFixed(3)}`);
  }
}
main().catch((error) => { console.error(String(error)); process.exit(1); });
