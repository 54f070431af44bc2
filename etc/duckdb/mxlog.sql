-- SPDX-License-Identifier: Apache-2.0
-- Views over a log directory for DuckDB:
--
--     duckdb -cmd "SET VARIABLE log_dir = '/var/log/mxlog'" -init mxlog.sql
--
-- Columns are given, because DuckDB silently leaves out keys that it first meets
-- late in a file. `mxlog_entries()` is all entries, `mxlog_live()` and
-- `mxlog_archived()` are parts of it. Nothing is verified here, and of damaged
-- lines whatever can be read is taken: mxlog-read does neither.

CREATE OR REPLACE MACRO mxlog_read(pattern) AS TABLE
SELECT *,
       parse_filename(filename) AS segment
FROM read_json(pattern,
    format = 'newline_delimited',
    filename = true,
    ignore_errors = true,
    maximum_object_size = 4194304,
    columns = {
        trace_id: 'VARCHAR',
        timestamp: 'TIMESTAMP',
        level: 'VARCHAR',
        module: 'VARCHAR',
        function: 'VARCHAR',
        line_number: 'INTEGER',
        message: 'VARCHAR',
        context: 'JSON',
        exception: 'JSON',
        duration_ms: 'DOUBLE',
        tags: 'VARCHAR[]',
        thread_id: 'VARCHAR',
        process_id: 'VARCHAR'
    });

CREATE OR REPLACE MACRO mxlog_read_metrics(pattern) AS TABLE
SELECT *,
       parse_filename(filename) AS segment
FROM read_json(pattern,
    format = 'newline_delimited',
    filename = true,
    ignore_errors = true,
    columns = {
        trace_id: 'VARCHAR',
        timestamp: 'TIMESTAMP',
        metric_name: 'VARCHAR',
        metric_type: 'VARCHAR',
        value: 'DOUBLE',
        unit: 'VARCHAR',
        tags: 'MAP(VARCHAR, VARCHAR)'
    });

-- One pattern finds live segments and archives, however many there are of each;
-- what is no entry is left out by its name, before it is read.
CREATE OR REPLACE MACRO mxlog_entries() AS TABLE
SELECT * FROM mxlog_read(getvariable('log_dir') || '/**/20*.log*')
WHERE NOT contains(filename, '.metrics.log')
  AND NOT contains(filename, '/.mxlog/');

CREATE OR REPLACE MACRO mxlog_live() AS TABLE
SELECT * FROM mxlog_entries() WHERE filename LIKE '%.log';

CREATE OR REPLACE MACRO mxlog_archived() AS TABLE
SELECT * FROM mxlog_entries() WHERE filename LIKE '%.log.gz';

-- How many of each level, by hour:
--   SELECT date_trunc('hour', timestamp) AS hour, level, count(*)
--   FROM mxlog_live() GROUP BY ALL ORDER BY ALL;
-- A value below context:
--   SELECT timestamp, message FROM mxlog_live()
--   WHERE context->>'task_id' = 'task-001';

-- Last, because it is an error where there are no metrics (yet).
CREATE OR REPLACE MACRO mxlog_metrics() AS TABLE
SELECT * FROM mxlog_read_metrics(
    getvariable('log_dir') || '/**/20*.metrics.log*')
WHERE NOT contains(filename, '/.mxlog/');
