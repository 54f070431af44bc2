// SPDX-License-Identifier: Apache-2.0
// Time SQL over a log directory: for each line of standard input, "name<tab>sql",
// where FROM entries means the files of the pattern, the best of some runs as
// "name<tab>seconds<tab>CPU seconds"; at the end the peak of its memory.
//
// Rows are written to /dev/null as JSON lines by DuckDB itself, as mxlog-read
// writes them: to make JavaScript's values of them would cost more than the query.
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

function cpu() {
  const usage = process.cpuUsage();
  return (usage.user + usage.system) / 1e6;
}

async function main() {
  const pattern = process.argv[2];
  const runs = Number(process.env.MXLOG_BENCH_RUNS || 3);
  const lines = require("fs").readFileSync(0, "utf8").split("\n");
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  await connection.run("SET preserve_insertion_order = false");
  for (const line of lines) {
    const [name, sql] = line.split("\t");
    if (!sql) continue;
    const select = sql.replace(/\bentries\b/g,
      `read_ndjson('${pattern}', columns=${columns}, ignore_errors=true)`);
    const full = `COPY (${select}) TO '/dev/null' (FORMAT json)`;
    let best = [Infinity, 0];
    for (let i = 0; i < runs; i++) {
      const [start, before] = [process.hrtime.bigint(), cpu()];
      await connection.run(full);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      if (seconds < best[0]) best = [seconds, cpu() - before];
    }
    console.log(`${name}\t${best[0].toFixed(2)}\t${best[1].toFixed(2)}`);
  }
  console.log(`peak\t${(process.resourceUsage().maxRSS / 1024).toFixed(0)}`);
}
main().catch((error) => { console.error(String(error)); process.exit(1); });
