// SPDX-License-Identifier: Apache-2.0
// Answer the questions of read_evaluator.py with DuckDB, reading the same files:
// for each line of standard input, "kind<tab>SQL", the number of results and the
// SHA-256 of them as read_many prints it, or an empty line for an empty one.
//
// usage: NODE_PATH=<...>/node_modules node read_sql.cjs DIR < sql
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");
const zlib = require("zlib");
const { DuckDBInstance } = require("@duckdb/node-api");

const log = process.argv[2];
const common = "trace_id: 'VARCHAR', timestamp: 'VARCHAR'";
const tables = {
  entries: {
    dirs: ["", "archive"],
    name: /^\d{4}-\d\d-\d\d(?:\.(\d+))?\.log(\.gz)?$/,
    columns: `{${common}, level: 'VARCHAR', module: 'VARCHAR', function: 'VARCHAR',
      line_number: 'INTEGER', message: 'VARCHAR', context: 'JSON', exception: 'JSON',
      duration_ms: 'DOUBLE', tags: 'VARCHAR[]', thread_id: 'VARCHAR', process_id: 'VARCHAR'}`,
  },
  metrics: {
    dirs: ["metrics", "archive/metrics"],
    name: /^\d{4}-\d\d-\d\d(?:\.(\d+))?\.metrics\.log(\.gz)?$/,
    columns: `{${common}, metric_name: 'VARCHAR', metric_type: 'VARCHAR', value: 'DOUBLE',
      unit: 'VARCHAR', tags: 'JSON'}`,
  },
};

// In stored order: by day, then by number.
function segments(table) {
  const found = [];
  for (const dir of table.dirs) {
    const where = path.join(log, dir);
    if (!fs.existsSync(where)) continue;
    for (const file of fs.readdirSync(where)) {
      const match = table.name.exec(file);
      if (match) found.push({ day: file.slice(0, 10), number: Number(match[1] || 0),
        path: path.join(where, file) });
    }
  }
  return found.sort((a, b) => a.day < b.day ? -1 : a.day > b.day ? 1 : a.number - b.number);
}

// DuckDB's own reading of a file; the lines as they stand are for the answer.
// Ids are made canonical, and a time's zone, which is UTC, is left out.
async function load(connection, name, table) {
  const lines = [];
  await connection.run(`CREATE SEQUENCE ${name}_n MINVALUE 0 START 0`);
  for (const [i, segment] of segments(table).entries()) {
    const select = `SELECT nextval('${name}_n')::INTEGER AS n,
      translate(upper(trace_id), 'ILO', '110') AS trace,
      * REPLACE (regexp_replace(timestamp, '([zZ]|[+-]00:00)$', '')::TIMESTAMP AS timestamp)
      FROM read_ndjson('${segment.path}', columns = ${table.columns})`;
    await connection.run((i ? `INSERT INTO ${name} ` : `CREATE TABLE ${name} AS `) + select);
    const bytes = fs.readFileSync(segment.path);
    const text = segment.path.endsWith(".gz") ? zlib.gunzipSync(bytes) : bytes;
    for (let at = 0, end; (end = text.indexOf(10, at)) >= 0; at = end + 1)
      lines.push(text.subarray(at, end + 1));
  }
  const count = (await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM ${name}`)).getRows()[0][0];
  if (count !== lines.length)
    throw new Error(`${name}: ${count} rows of ${lines.length} lines`);
  return lines;
}

function double(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
}

const formats = {
  count: (row) => Buffer.from(row.slice(0, -1).join("\x1f") + "\t" + row[row.length - 1] + "\n"),
  series: (row) => Buffer.from(`${row[0]} ${row[1]} ${row[2]} ${double(Number(row[3]))}\n`),
};

async function main() {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  for (const [name, table] of Object.entries(tables)) {
    const lines = await load(connection, name, table);
    formats[name] = (row) => lines[row[0]];
  }
  for (const line of fs.readFileSync(0, "utf8").split("\n").slice(0, -1)) {
    if (!line) {
      console.log("");
      continue;
    }
    const [kind, sql] = [line.slice(0, line.indexOf("\t")), line.slice(line.indexOf("\t") + 1)];
    const rows = (await connection.runAndReadAll(sql)).getRows();
    const hash = crypto.createHash("sha256");
    for (const row of rows) hash.update(formats[kind](row));
    console.log(`${rows.length} ${hash.digest("hex")}`);
  }
}
main().catch((error) => { console.error(String(error)); process.exit(1); });
