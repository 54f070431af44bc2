-- SPDX-License-Identifier: Apache-2.0
-- Views over a log directory for DuckDB:
--
--     duckdb -cmd "SET VARIABLE log_dir = '/var/log/mxlog'" -init mxlog.sql
--
-- Columns are given, because DuckDB silently leaves out keys that it first meets
-- late in a file. `mxlog_live` and `mxlog_archived` read what is there;
-- `mxlog_entries` is both. A pattern without any file is an error: use the view
-- of what there is. Nothing is verified here: mxlog-read does that.

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

CREATE OR REPLACE MACRO mxlog_live() AS TABLE
SELECT * FROM mxlog_read(getvariable('log_dir') || '/*.log');

CREATE OR REPLACE MACRO mxlog_archived() AS TABLE
SELECT * FROM mxlog_read(getvariable('log_dir') || '/archive/*.log.gz');

CREATE OR REPLACE MACRO mxlog_entries() AS TABLE
SELECT * FROM mxlog_live()
UNION ALL BY NAME
SELECT * FROM mxlog_archived();

CREATE OR REPLACE MACRO mxlog_metrics() AS TABLE
SELECT * FROM mxlog_read_metrics(
    getvariable('log_dir') || '/metrics/*.metrics.log');

-- How many of each level, by hour:
--   SELECT date_trunc('hour', timestamp) AS hour, level, count(*)
--   FROM mxlog_live() GROUP BY ALL ORDER BY ALL;
-- A value below context:
--   SELECT timestamp, message FROM mxlog_live()
--   WHERE context->>'task_id' = 'task-001';
