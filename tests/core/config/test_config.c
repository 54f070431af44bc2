/* SPDX-License-Identifier: Apache-2.0 */
#include <mxlog/config.h>

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config_item.h"
#include "config_of.h"
#include "parse/payload_rules.h"
#include "starve.h"
#include "suite.h"

/* The text must be refused, in one line, with exactly this rate limit. */
static void refuses(const char *yaml, const char *rate_limit)
{
	struct mxlog_error error = { 0 };
	struct mxlog_config *config;
	char place[64];
	int r =
	    mxlog_config_parse(yaml, strlen(yaml), "t.yaml", &config, &error);

	ck_assert_msg(r == -EINVAL, "taken: %s", yaml);
	ck_assert_str_eq(error.text, rate_limit);
	ck_assert_ptr_null(strchr(error.text, '\n'));
	(void)snprintf(place, sizeof(place), "t.yaml:%u:%u: ", error.line,
	    error.column);
	ck_assert_mem_eq(error.text, place, strlen(place));
	ck_assert_int_eq(error.code, -EINVAL);
}

START_TEST(the_defaults_are_those_of_the_model)
{
	struct mxlog_config *c;

	ck_assert_int_eq(mxlog_config_new(&c), 0);
	ck_assert_str_eq(c->log_dir, "./Logs");
	ck_assert_str_eq(mxlog_config_get_log_dir(c), "./Logs");
	ck_assert_int_eq(c->level, MXLOG_INFO);
	ck_assert_uint_eq(c->n_module_levels, 0);
	ck_assert_int_eq(c->format, MXLOG_FORMAT_JSON);
	ck_assert(c->async_enabled);
	ck_assert_uint_eq(c->buffer_size, 1000);
	ck_assert_double_eq(c->flush_interval_s, 1.0);
	ck_assert_uint_eq(c->retention_days, 30);
	ck_assert(c->compression_enabled);
	ck_assert_uint_eq(c->compress_after_days, 7);
	ck_assert_uint_eq(c->max_file_size_mb, 100);
	ck_assert_uint_eq(c->n_secret_patterns, 0);
	ck_assert_str_eq(c->redaction_text, "***REDACTED***");
	ck_assert(!c->has_default_level);
	ck_assert_ptr_null(c->log_file_path);
	ck_assert_ptr_null(c->archive_key_file);
	ck_assert_ptr_null(c->module_path);
	mxlog_config_free(c);
	mxlog_config_free(NULL);
}
END_TEST

START_TEST(the_models_example_loads_as_it_stands)
{
	struct mxlog_error error;
	struct mxlog_config *c;

	ck_assert_int_eq(mxlog_config_load(MXLOG_SOURCE_DIR
			     "/tests/data/config/model.yaml",
			     &c, &error),
	    0);
	ck_assert_uint_eq(c->n_module_levels, 2);
	ck_assert_uint_eq(c->n_secret_patterns, 2);
	ck_assert_str_eq(c->secret_patterns[0], "api_key=\\w+");
	ck_assert_str_eq(c->secret_patterns[1], "Bearer \\w+");
	ck_assert_str_eq(c->redaction_text, "***REDACTED***");
	ck_assert_double_eq(c->flush_interval_s, 1.0);
	ck_assert_ptr_nonnull(strstr(c->path, "model.yaml"));
	mxlog_config_free(c);
}
END_TEST

START_TEST(the_shipped_example_loads)
{
	struct mxlog_error error = { 0 };
	struct mxlog_config *c;

	if (mxlog_config_load(MXLOG_SOURCE_DIR "/etc/mxlog.yaml", &c, &error) <
	    0)
		ck_abort_msg("%s", error.text);
	ck_assert_int_eq(c->log_dir[0], '/');
	mxlog_config_free(c);
}
END_TEST

START_TEST(nothing_at_all_is_the_defaults)
{
	static const char *const texts[] = { "", "---\n", "# only this\n",
		"---\n...\n", "~", "{}", "\xef\xbb\xbf" };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct mxlog_config *c = config_of(NULL, texts[i]);

		ck_assert_str_eq(c->log_dir, "./Logs");
		mxlog_config_free(c);
	}
}
END_TEST

START_TEST(the_longest_dotted_prefix_decides_a_level)
{
	struct mxlog_config *c = config_of(NULL,
	    "level: ERROR\n"
	    "module_levels:\n"
	    "  src: WARNING\n"
	    "  src.control_plane.queue: debug\n"
	    "  src.control_plane: info\n"
	    "  systemd-logind: critical\n");

	ck_assert_int_eq(mxlog_config_level_of(c, LITERAL("src")),
	    MXLOG_WARNING);
	ck_assert_int_eq(mxlog_config_level_of(c, LITERAL("srcs")),
	    MXLOG_ERROR);
	ck_assert_int_eq(mxlog_config_level_of(c, LITERAL("src.other")),
	    MXLOG_WARNING);
	ck_assert_int_eq(mxlog_config_level_of(c,
			     LITERAL("src.control_plane.api")),
	    MXLOG_INFO);
	ck_assert_int_eq(mxlog_config_level_of(c,
			     LITERAL("src.control_plane.queue.x")),
	    MXLOG_DEBUG);
	ck_assert_int_eq(mxlog_config_level_of(c, LITERAL("systemd_logind")),
	    MXLOG_CRITICAL);
	ck_assert_int_eq(mxlog_config_level_of(c, LITERAL("")), MXLOG_ERROR);
	mxlog_config_free(c);
}
END_TEST

START_TEST(every_scalar_is_read)
{
	struct mxlog_config *c = config_of(NULL,
	    "log_dir: /var/log/mxlog\n"
	    "level: warn\n"
	    "format: Hybrid\n"
	    "async_enabled: Off\n"
	    "buffer_size: 1\n"
	    "flush_interval_s: 0.25\n"
	    "retention_days: 0\n"
	    "compression_enabled: NO\n"
	    "compress_after_days: 1\n"
	    "max_file_size_mb: 5\n"
	    "redaction_text: '<gone>'\n"
	    "default_level: DEBUG\n"
	    "log_file_path: /tmp/app.log\n"
	    "max_file_size: 4096\n"
	    "backup_count: 3\n"
	    "archive_key_file: /etc/mxlog/key\n"
	    "module_path: /usr/lib/x\n");

	ck_assert_str_eq(c->log_dir, "/var/log/mxlog");
	ck_assert_int_eq(c->level, MXLOG_WARNING);
	ck_assert_int_eq(c->format, MXLOG_FORMAT_HYBRID);
	ck_assert(!c->async_enabled);
	ck_assert_uint_eq(c->buffer_size, 1);
	ck_assert_double_eq(c->flush_interval_s, 0.25);
	ck_assert_uint_eq(c->retention_days, 0);
	ck_assert(!c->compression_enabled);
	ck_assert_uint_eq(c->compress_after_days, 1);
	ck_assert_uint_eq(c->max_file_size_mb, 5);
	ck_assert_str_eq(c->redaction_text, "<gone>");
	ck_assert(c->has_default_level);
	ck_assert_int_eq(c->default_level, MXLOG_DEBUG);
	ck_assert_str_eq(c->log_file_path, "/tmp/app.log");
	ck_assert_uint_eq(c->max_file_size, 4096);
	ck_assert_uint_eq(c->backup_count, 3);
	ck_assert_str_eq(c->archive_key_file, "/etc/mxlog/key");
	ck_assert_str_eq(c->module_path, "/usr/lib/x");
	mxlog_config_free(c);
}
END_TEST

START_TEST(null_unsets_what_has_no_default_and_empties_the_rest)
{
	struct mxlog_config *c = config_of(NULL,
	    "archive_key_file:\n"
	    "default_level: ~\n"
	    "module_levels:\n"
	    "secret_patterns: null\n"
	    "handlers:\n");

	ck_assert_ptr_null(c->archive_key_file);
	ck_assert(!c->has_default_level);
	ck_assert_uint_eq(c->n_module_levels, 0);
	mxlog_config_free(c);
	refuses("level:\n",
	    "t.yaml:1:7: level: expected DEBUG, INFO, WARNING, "
	    "ERROR or CRITICAL, not nothing");
	refuses("log_dir: ''\n",
	    "t.yaml:1:10: log_dir: expected text of 1 to "
	    "4095 bytes, not \"\"");
}
END_TEST

START_TEST(an_unknown_key_is_told_with_the_nearest)
{
	refuses("bufer_size: 5\n",
	    "t.yaml:1:1: unknown key bufer_size; did "
	    "you mean buffer_size?");
	refuses("level: INFO\n\n  \nLog_Dirs: x\n",
	    "t.yaml:4:1: unknown key Log_Dirs; did you mean log_dir?");
	refuses("zzzzzzz: 5\n",
	    "t.yaml:1:1: unknown key zzzzzzz; "
	    "mxlog.yaml(5) lists the known ones");
	refuses("<<: {}\n",
	    "t.yaml:1:1: unknown key <<; mxlog.yaml(5) lists "
	    "the known ones");
}
END_TEST

START_TEST(a_wrong_type_is_told)
{
	refuses("buffer_size: lots\n",
	    "t.yaml:1:14: buffer_size: expected a whole number from 1 to "
	    "1000000, not \"lots\"");
	refuses("buffer_size: '1000'\n",
	    "t.yaml:1:14: buffer_size: expected a whole number from 1 to "
	    "1000000, not \"1000\"");
	refuses("buffer_size: 10.5\n",
	    "t.yaml:1:14: buffer_size: expected a whole number from 1 to "
	    "1000000, not \"10.5\"");
	refuses("buffer_size: [1]\n",
	    "t.yaml:1:14: buffer_size: expected a whole number from 1 to "
	    "1000000, not a list");
	refuses("async_enabled: maybe\n",
	    "t.yaml:1:16: async_enabled: expected true or false, not "
	    "\"maybe\"");
	refuses("async_enabled: 1\n",
	    "t.yaml:1:16: async_enabled: expected "
	    "true or false, not \"1\"");
	refuses("log_dir: 5\n",
	    "t.yaml:1:10: log_dir: expected text in quotes, not \"5\"");
	refuses("redaction_text: no\n",
	    "t.yaml:1:17: redaction_text: expected text in quotes, not "
	    "\"no\"");
	refuses("log_dir: {a: b}\n",
	    "t.yaml:1:10: log_dir: expected text, not a mapping");
	refuses("module_levels: DEBUG\n",
	    "t.yaml:1:16: module_levels: expected a mapping (key: value)");
	refuses("secret_patterns: 'x'\n",
	    "t.yaml:1:18: secret_patterns: expected a list (- value)");
	refuses("- a\n", "t.yaml:1:1: expected keys and values (key: value)");
}
END_TEST

START_TEST(a_bad_value_is_told)
{
	refuses("level: INFOO\n",
	    "t.yaml:1:8: level: expected DEBUG, INFO, WARNING, ERROR or "
	    "CRITICAL (did you mean INFO?), not \"INFOO\"");
	refuses("level: loud\n",
	    "t.yaml:1:8: level: expected DEBUG, INFO, "
	    "WARNING, ERROR or CRITICAL, not \"loud\"");
	refuses("module_levels:\n  a.b: 3\n",
	    "t.yaml:2:8: a.b: expected DEBUG, INFO, WARNING, ERROR or "
	    "CRITICAL, not \"3\"");
	refuses("format: xml\n",
	    "t.yaml:1:9: format: expected json, console "
	    "or hybrid, not \"xml\"");
	refuses("buffer_size: 0\n",
	    "t.yaml:1:14: buffer_size: expected a whole number from 1 to "
	    "1000000, not \"0\"");
	refuses("retention_days: -1\n",
	    "t.yaml:1:17: retention_days: expected a whole number from 0 to "
	    "36500, not \"-1\"");
	refuses("retention_days: 99999999999999999999999\n",
	    "t.yaml:1:17: retention_days: expected a whole number from 0 to "
	    "36500, not \"99999999999999999999999\"");
	refuses("flush_interval_s: 0\n",
	    "t.yaml:1:19: flush_interval_s: expected a number from 0.001 to "
	    "3600, not \"0\"");
	refuses("flush_interval_s: 1e999\n",
	    "t.yaml:1:19: flush_interval_s: expected a number from 0.001 to "
	    "3600, not \"1e999\"");
}
END_TEST

static int set_number(struct mxlog_config *c, const char *key, double value)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%.0f", value);
	return mxlog_config_set(c, key, text, NULL);
}

START_TEST(every_range_has_its_ends)
{
	const struct mxlog_config_item *items;
	struct mxlog_config *c;
	size_t n, checked = 0;

	ck_assert_int_eq(mxlog_config_new(&c), 0);
	items = mxlog_config_items(&n);
	for (size_t i = 0; i < n; i++) {
		const char *key = items[i].key;

		if (items[i].type != MXLOG_CONFIG_COUNT &&
		    items[i].type != MXLOG_CONFIG_SIZE)
			continue;
		ck_assert_int_eq(set_number(c, key, items[i].min), 0);
		ck_assert_int_eq(set_number(c, key, items[i].max), 0);
		ck_assert_int_eq(set_number(c, key, items[i].min - 1), -EINVAL);
		ck_assert_int_eq(set_number(c, key, items[i].max + 1), -EINVAL);
		checked++;
	}
	ck_assert_uint_eq(checked, 11);
	mxlog_config_free(c);
}
END_TEST

START_TEST(a_key_stands_once)
{
	refuses("level: INFO\nlevel: DEBUG\n",
	    "t.yaml:2:1: expected every key once: level stands in line 1 "
	    "already");
	refuses("module_levels:\n  a: INFO\n  \"a\": INFO\n",
	    "t.yaml:3:3: expected every key once: a stands in line 2 already");
	refuses("module_levels:\n  a-b: INFO\n  a_b: INFO\n",
	    "t.yaml:2:3: module_levels: expected every module once; two keys "
	    "mean a_b");
}
END_TEST

START_TEST(a_bad_pattern_is_told_where_it_stands)
{
	struct mxlog_error error;
	struct mxlog_config *config;
	const char *yaml = "secret_patterns:\n  - 'fine'\n  - '(open'\n";

	ck_assert_int_eq(mxlog_config_parse(yaml, strlen(yaml), "t.yaml",
			     &config, &error),
	    -EINVAL);
	ck_assert_uint_eq(error.line, 3);
	ck_assert_uint_eq(error.column, 5);
	ck_assert_ptr_nonnull(strstr(error.text,
	    "t.yaml:3:5: secret_patterns: expected a regular expression: "));
	refuses("secret_patterns: ['a*']\n",
	    "t.yaml:1:19: secret_patterns: expected a pattern that does not "
	    "match empty text");
	refuses("secret_patterns: ['']\n",
	    "t.yaml:1:19: secret_patterns: expected text of 1 to 32768 bytes, "
	    "not \"\"");
}
END_TEST

START_TEST(aliases_tags_and_more_documents_are_refused)
{
	refuses("log_dir: &a x\n",
	    "t.yaml:1:10: expected a value without an anchor (&)");
	refuses("log_dir: *a\n",
	    "t.yaml:1:10: expected a value, not an alias (*)");
	refuses("log_dir: !!str x\n",
	    "t.yaml:1:10: expected a value without a tag (!)");
	refuses("log_dir: x\n---\nlog_dir: y\n",
	    "t.yaml:2:1: expected one document only");
	refuses("log_dir: \"a\\0b\"\n",
	    "t.yaml:1:10: expected text without U+0000, U+FFFE and U+FFFF");
	refuses("log_dir: \"a\\uFFFEb\"\n",
	    "t.yaml:1:10: expected text without U+0000, U+FFFE and U+FFFF");
	refuses("? [a]\n: b\n",
	    "t.yaml:1:3: expected a key that is plain text");
}
END_TEST

START_TEST(what_is_no_yaml_is_told_with_its_place)
{
	refuses("level: [\n",
	    "t.yaml:2:1: expected YAML: did not find "
	    "expected node content");
	refuses("a: b\n\xff: c\n",
	    "t.yaml:2:1: expected YAML: invalid leading UTF-8 octet");
	refuses("a:\n\tb: c\n",
	    "t.yaml:2:1: expected YAML: found character "
	    "that cannot start any token");
}
END_TEST

START_TEST(a_file_that_is_not_there_is_told)
{
	struct mxlog_error error;
	struct mxlog_config *config;

	ck_assert_int_eq(mxlog_config_load("/nonexistent/x.yaml", &config,
			     &error),
	    -ENOENT);
	ck_assert_str_eq(error.text,
	    "/nonexistent/x.yaml: No such file or directory");
	ck_assert_int_eq(mxlog_config_load("/", &config, &error), -EISDIR);
	ck_assert_int_eq(mxlog_config_load("/dev/zero", &config, &error),
	    -EINVAL);
	ck_assert_str_eq(error.text,
	    "/dev/zero:1:1: expected at most 1 MiB of text");
}
END_TEST

START_TEST(a_key_can_be_set_by_name_as_the_file_would)
{
	struct mxlog_error error;
	struct mxlog_config *c;

	ck_assert_int_eq(mxlog_config_new(&c), 0);
	ck_assert_int_eq(mxlog_config_set(c, "max_file_size_mb", "50", &error),
	    0);
	ck_assert_uint_eq(c->max_file_size_mb, 50);
	ck_assert_int_eq(mxlog_config_set(c, "log_dir", "123", &error), 0);
	ck_assert_str_eq(c->log_dir, "123");
	ck_assert_int_eq(mxlog_config_set(c, "level", "debug", &error), 0);
	ck_assert_int_eq(c->level, MXLOG_DEBUG);
	ck_assert_int_eq(mxlog_config_set(c, "redaction_text", "no", &error),
	    0);
	ck_assert_int_eq(mxlog_config_set(c, "compression_enabled", "no",
			     &error),
	    0);
	ck_assert(!c->compression_enabled);

	ck_assert_int_eq(mxlog_config_set(c, "buffer_size", "x", &error),
	    -EINVAL);
	ck_assert_str_eq(error.text,
	    "buffer_size: expected a whole number "
	    "from 1 to 1000000, not \"x\"");
	ck_assert_int_eq(mxlog_config_set(c, "log_dri", "x", &error), -EINVAL);
	ck_assert_str_eq(error.text,
	    "unknown key log_dri; did you mean log_dir?");
	ck_assert_int_eq(mxlog_config_set(c, "handlers", "x", &error), -EINVAL);
	ck_assert_int_eq(mxlog_config_set(c, "log_dir", "", &error), -EINVAL);
	ck_assert_str_eq(c->log_dir, "123");
	mxlog_config_free(c);
}
END_TEST

START_TEST(handlers_formatters_and_loggers_are_read)
{
	struct mxlog_config *c = config_of(NULL,
	    "log_dir: /var/log/mxlog\n"
	    "formatters:\n"
	    "  brief: '%(level)s %(message)s'\n"
	    "  long: {format: '%(message)s'}\n"
	    "handlers:\n"
	    "  console: {level: WARNING, format: brief}\n"
	    "  store:\n"
	    "  net: {type: network, destination: 'udp:loghost:514'}\n"
	    "  app: {type: file, destination: /tmp/app.log}\n"
	    "loggers:\n"
	    "  root: {level: INFO, handlers: [console, store]}\n"
	    "  src.db: {handlers: [app], propagate: no}\n");

	ck_assert_uint_eq(c->n_formatters, 2);
	ck_assert_str_eq(c->formatters[1].format, "%(message)s");
	ck_assert_uint_eq(c->n_handlers, 4);
	ck_assert_str_eq(c->handlers[0].type, "console");
	ck_assert_int_eq(c->handlers[0].level, MXLOG_WARNING);
	ck_assert_str_eq(c->handlers[0].format, "brief");
	ck_assert_uint_eq(c->handlers[0].line, 6);
	ck_assert_str_eq(c->handlers[1].type, "store");
	ck_assert_int_eq(c->handlers[1].level, MXLOG_DEBUG);
	ck_assert_ptr_null(c->handlers[1].format);
	ck_assert_str_eq(c->handlers[2].type, "syslog");
	ck_assert_str_eq(c->handlers[2].destination, "udp:loghost:514");
	ck_assert_uint_eq(c->n_loggers, 2);
	ck_assert(c->loggers[0].has_level);
	ck_assert(c->loggers[0].propagate);
	ck_assert_uint_eq(c->loggers[0].n_handlers, 2);
	ck_assert(!c->loggers[1].has_level);
	ck_assert(!c->loggers[1].propagate);
	ck_assert_str_eq(c->loggers[1].handlers[0], "app");
	mxlog_config_free(c);
}
END_TEST

START_TEST(what_a_handler_can_not_be_is_told)
{
	refuses("handlers:\n  a: {type: consol}\n",
	    "t.yaml:2:13: handlers: expected the type console, file, syslog, "
	    "journald or store, not consol; did you mean console?");
	refuses("handlers:\n  a: {level: INFO}\n",
	    "t.yaml:2:3: handlers: expected the type console, file, syslog, "
	    "journald or store, not a");
	refuses("handlers:\n  console: {levle: INFO}\n",
	    "t.yaml:2:13: unknown key levle in handlers; did you mean level?");
	refuses("handlers:\n  console: {format: brief}\n",
	    "t.yaml:2:21: format: expected json, console, the name of a "
	    "formatter or a format string, not brief");
	refuses("handlers:\n  console: {destination: lp0}\n",
	    "t.yaml:2:26: destination: expected stderr or stdout, not lp0");
	refuses("handlers:\n  syslog: {destination: loghost}\n",
	    "t.yaml:2:25: destination: expected /path, unix:/path, "
	    "udp:host[:port] or tcp:host[:port], not loghost");
	refuses("handlers:\n  file:\n",
	    "t.yaml:2:3: handlers: expected a destination or log_file_path "
	    "for the file handler file");
	refuses("handlers:\n  console:\nloggers:\n  a: {handlers: [consol]}\n",
	    "t.yaml:4:18: loggers: expected the name of one of the handlers, "
	    "not consol; did you mean console?");
}
END_TEST

START_TEST(a_part_that_is_no_mapping_is_told)
{
	refuses("loggers:\n  a: 5\n",
	    "t.yaml:2:6: loggers: expected a mapping (key: value)");
	refuses("handlers:\n  console: 5\n",
	    "t.yaml:2:12: handlers: expected a mapping (key: value)");
	refuses("formatters:\n  a: [x]\n",
	    "t.yaml:2:6: formatters: expected a mapping (key: value)");
	refuses("existing_modules:\n  - x\n",
	    "t.yaml:2:5: existing_modules: expected a mapping (key: value)");
	refuses("existing_modules: [~]\n",
	    "t.yaml:1:20: existing_modules: expected the key module_path");
	refuses("handlers: 5\nloggers: {a: {handlers: [x]}}\n",
	    "t.yaml:1:11: handlers: expected a mapping (key: value)");
	refuses("loggers: {a: {handlers: [x]}}\nhandlers: 5\n",
	    "t.yaml:1:26: loggers: expected the name of one of the handlers, "
	    "not x");
	refuses("handlers: {console: {format: x}}\nformatters: 5\n",
	    "t.yaml:1:30: format: expected json, console, the name of a "
	    "formatter or a format string, not x");
	refuses("modules: {journald: {}}\n",
	    "t.yaml:1:10: modules: expected a list (- value)");
	refuses("modules: [[journald]]\njournald:\n",
	    "t.yaml:1:11: modules: expected text, not a list");
}
END_TEST

START_TEST(a_file_handler_inside_the_log_directory_is_refused)
{
	static const char *const paths[] = { "/v/log/x.log", "/v/./log//x.log",
		"/v/other/../log/sub/x.log", "/v/log" };
	char yaml[256], dir[] = "/tmp/mxlog-config-XXXXXX", link[64];
	struct mxlog_error error;
	struct mxlog_config *c;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		(void)snprintf(yaml, sizeof(yaml),
		    "handlers:\n  f: {type: file, destination: %s}\n"
		    "log_dir: /v/log\n",
		    paths[i]);
		refuses(yaml,
		    "t.yaml:2:32: destination: expected a file "
		    "outside of log_dir, whose files are never "
		    "deleted by count");
	}
	refuses("log_dir: /v\nlog_file_path: /v/x\n",
	    "t.yaml:2:16: log_file_path: expected a file outside of log_dir, "
	    "whose files are never deleted by count");

	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(link, sizeof(link), "%s/link", dir);
	ck_assert_int_eq(symlink(dir, link), 0);
	(void)snprintf(yaml, sizeof(yaml),
	    "log_dir: %s\nhandlers: {file: {destination: %s/new/x.log}}\n", dir,
	    link);
	ck_assert_int_eq(mxlog_config_parse(yaml, strlen(yaml), "t", &c,
			     &error),
	    -EINVAL);
	(void)unlink(link);
	(void)rmdir(dir);

	c = config_of(NULL, "log_dir: /v/log\nlog_file_path: /v/logs/x\n");
	ck_assert_int_eq(mxlog_config_set(c, "log_dir", "/v", &error), -EINVAL);
	ck_assert_str_eq(c->log_dir, "/v/log");
	ck_assert_int_eq(mxlog_config_set(c, "log_dir", "/w", &error), 0);
	mxlog_config_free(c);
}
END_TEST

START_TEST(existing_modules_have_the_models_defaults)
{
	struct mxlog_config *c = config_of(NULL,
	    "existing_modules:\n"
	    "  - module_path: /src/metaexpert/logger\n"
	    "  - {module_path: x, config_file: y.json}\n");

	ck_assert_uint_eq(c->n_existing_modules, 2);
	ck_assert_str_eq(c->existing_modules[0].module_path,
	    "/src/metaexpert/logger");
	ck_assert_str_eq(c->existing_modules[0].setup_function, "setup_logger");
	ck_assert_str_eq(c->existing_modules[0].get_function, "get_logger");
	ck_assert_str_eq(c->existing_modules[0].config_file, "config.json");
	ck_assert_str_eq(c->existing_modules[0].config_module, "config.py");
	ck_assert_str_eq(c->existing_modules[1].config_file, "y.json");
	mxlog_config_free(c);
	refuses("existing_modules:\n  - {config_file: x}\n",
	    "t.yaml:2:5: existing_modules: expected the key module_path");
}
END_TEST

START_TEST(a_modules_section_is_kept_as_json)
{
	struct mxlog_config *c = config_of(NULL,
	    "journald:\n"
	    "  directory: /var/log/journal\n"
	    "  match: [\"_UID=0\", x]\n"
	    "  limits: {n: +5, f: 1.50, b: yes, s: '5', z: }\n"
	    "empty:\n"
	    "modules: [journald, empty, other]\n");

	ck_assert_uint_eq(c->n_modules, 3);
	ck_assert_uint_eq(c->n_sections, 2);
	ck_assert_str_eq(c->sections[0].name, "journald");
	ck_assert_uint_eq(c->sections[0].line, 1);
	ck_assert_str_eq(c->sections[0].json,
	    "{\"directory\":\"/var/log/journal\",\"match\":[\"_UID=0\",\"x\"],"
	    "\"limits\":{\"n\":5,\"f\":1.50,\"b\":true,\"s\":\"5\","
	    "\"z\":null}}");
	ck_assert_str_eq(c->sections[1].json, "{}");
	mxlog_config_free(c);

	c = config_of(NULL, "journald: {start: tail}\nmodules: [other]\n");
	ck_assert_str_eq(mxlog_config_get_section_name(c, 0), "journald");
	ck_assert_ptr_null(mxlog_config_get_section_name(c, 1));
	mxlog_config_free(c);

	refuses("journald: 5\n",
	    "t.yaml:1:1: unknown key journald; "
	    "mxlog.yaml(5) lists the known ones");
	refuses("handler: {}\n",
	    "t.yaml:1:1: unknown key handler; did you mean handlers?");
	refuses("modules: [journald]\njournald: 5\n",
	    "t.yaml:2:11: journald: expected a mapping (key: value)");
	refuses("modules: ['../evil']\n",
	    "t.yaml:1:11: modules: expected a capture module's name (letters "
	    "a to z, digits, _), such as journald");
	refuses("modules: [level]\n",
	    "t.yaml:1:11: modules: expected a name "
	    "that is no key of the configuration");
	refuses("modules: [a, a]\n",
	    "t.yaml:1:14: modules: expected every module once");
}
END_TEST

START_TEST(a_message_is_one_short_line_whatever_it_is_about)
{
	char name[1000], yaml[2000];
	struct mxlog_error error;
	struct mxlog_config *c;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	(void)snprintf(yaml, sizeof(yaml), "level: \"%.900s\\n\\e[31m\"\n",
	    name);
	ck_assert_int_eq(mxlog_config_parse(yaml, strlen(yaml), name, &c,
			     &error),
	    -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.text, "n:1:8: level: expected"));
	refuses("\"a\\nb\": 1\n",
	    "t.yaml:1:1: unknown key a?b; "
	    "mxlog.yaml(5) lists the known ones");
}
END_TEST

START_TEST(the_models_configuration_is_written_as_json)
{
	struct mxlog_error error;
	struct mxlog_config *c;
	char *json;

	ck_assert_int_eq(mxlog_config_load(MXLOG_SOURCE_DIR
			     "/tests/data/config/model.yaml",
			     &c, &error),
	    0);
	ck_assert_int_eq(mxlog_config_encode(c, &json), 0);
	ck_assert_str_eq(json,
	    "{\"log_dir\":\"./Logs\",\"level\":\"INFO\",\"module_levels\":"
	    "{\"src.control_plane\":\"DEBUG\",\"src.mcp_servers\":"
	    "\"WARNING\"},\"format\":\"json\",\"async_enabled\":true,"
	    "\"buffer_size\":1000,\"flush_interval_s\":1.0,"
	    "\"retention_days\":30,\"oldest_days\":400,"
	    "\"compression_enabled\":true,"
	    "\"compress_after_days\":7,\"max_file_size_mb\":100,"
	    "\"secret_patterns\":[\"api_key=\\\\w+\",\"Bearer \\\\w+\"],"
	    "\"redaction_text\":\"***REDACTED***\",\"default_level\":null,"
	    "\"handlers\":{},\"formatters\":{},\"log_file_path\":null,"
	    "\"max_file_size\":10485760,\"backup_count\":5,\"loggers\":{},"
	    "\"existing_modules\":[],\"archive_key_file\":null,"
	    "\"seal_interval_s\":900,\"verify_days\":7,"
	    "\"source_roots\":[],\"flush_level\":\"ERROR\",\"backtrace\":0,\"backlog_size\":16777216,\"exception_level\":\"ERROR\",\"payload\":{},\"modules\":[],\"module_path\":null}");
	free(json);
	mxlog_config_free(c);
}
END_TEST

START_TEST(payloads_members_and_levels_are_read_and_their_errors_told)
{
	static const struct {
		const char *yaml, *error;
	} cases[] = {
		{ "payload: {levl_keys: [a]}",
		    "t.yaml:1:11: unknown key levl_keys in payload; did you "
		    "mean level_keys?" },
		{ "payload: {level_keys: a}",
		    "t.yaml:1:23: payload.level_keys: expected a list (- "
		    "value)" },
		{ "payload: {level_keys: [[a]]}",
		    "t.yaml:1:24: payload: expected a member's name of 1 to "
		    "127 bytes" },
		{ "payload: {level_keys: ['']}",
		    "t.yaml:1:24: payload: expected a member's name of 1 to "
		    "127 bytes" },
		{ "payload: {levels: {a: LOUD}}", NULL },
	};
	const struct mxlog_payload_rules *rules;
	struct mxlog_config *c;
	enum mxlog_level level;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct mxlog_error error = { 0 };

		ck_assert_int_eq(mxlog_config_parse(cases[i].yaml,
				     strlen(cases[i].yaml), "t.yaml", &c,
				     &error),
		    -EINVAL);
		if (cases[i].error)
			ck_assert_str_eq(error.text, cases[i].error);
	}
	c = config_of(NULL,
	    "payload: {level_keys: [sev], message_keys: [d.note], levels: "
	    "{AUDIT: WARNING}}");
	rules = mxlog_config_get_payload(c);
	ck_assert(mxlog_payload_rules_find(rules, "sev", 3));
	ck_assert(mxlog_payload_rules_find(rules, "d.note", 6));
	ck_assert(!mxlog_payload_rules_find(rules, "note", 4));
	ck_assert_int_eq(mxlog_payload_rules_find_into(rules, "d", 1), 0);
	ck_assert(mxlog_payload_rules_find_level(rules, "audit", 5, &level));
	ck_assert_int_eq(level, MXLOG_WARNING);
	mxlog_config_free(c);
}
END_TEST

START_TEST(what_is_written_reads_back_as_the_same)
{
	const char *path = MXLOG_SOURCE_DIR "/tests/data/fuzz_config/all.yaml";
	struct mxlog_error error;
	struct mxlog_config *c, *again;
	char *json, *same;

	ck_assert_int_eq(mxlog_config_load(path, &c, &error), 0);
	ck_assert_int_eq(mxlog_config_encode(c, &json), 0);
	if (mxlog_config_parse(json, strlen(json), "j", &again, &error) < 0)
		ck_abort_msg("%s", error.text);
	ck_assert_int_eq(mxlog_config_encode(again, &same), 0);
	ck_assert_str_eq(json, same);
	ck_assert_uint_eq(again->n_handlers, 3);
	ck_assert_uint_eq(again->n_sections, 2);
	ck_assert_str_eq(again->sections[0].json, c->sections[0].json);
	ck_assert_uint_eq(again->n_existing_modules, 1);
	free(json);
	free(same);
	mxlog_config_free(c);
	mxlog_config_free(again);
}
END_TEST

START_TEST(without_memory_nothing_is_loaded_and_nothing_leaks)
{
	const char *path = MXLOG_SOURCE_DIR "/tests/data/fuzz_config/all.yaml";
	bool hungry = true;
	unsigned long n;

	for (n = 1; hungry; n++) {
		struct mxlog_config *c = NULL;
		struct mxlog_error error = { 0 };
		char *json;
		int r;

		starve(n);
		r = mxlog_config_load(path, &c, &error);
		if (r == 0) {
			r = mxlog_config_encode(c, &json);
			free(r == 0 ? json : NULL);
		}
		hungry = starve_done();
		if (r != (hungry ? -ENOMEM : 0))
			ck_abort_msg("%lu: %d %s", n, r, error.text);
		if (hungry && !c && !error.text[0])
			ck_abort_msg("%lu: no reason given", n);
		mxlog_config_free(c);
	}
	ck_assert_uint_gt(n, 100);
}
END_TEST

START_TEST(hostile_files_cost_little_and_are_refused)
{
	static const char *const fine[] = { "SOURCE", "empty.yaml" };
	DIR *dir = opendir(MXLOG_CORPUS_DIR "/hostile-config");
	struct rusage before, after;
	struct dirent *item;
	int n = 0;

	if (!dir) {
		printf("skipped: no corpus\n");
		return;
	}
	(void)getrusage(RUSAGE_SELF, &before);
	while ((item = readdir(dir))) {
		struct mxlog_error error;
		struct mxlog_config *c;
		char path[512];

		if (item->d_name[0] == '.' ||
		    strcmp(item->d_name, fine[0]) == 0 ||
		    strcmp(item->d_name, fine[1]) == 0)
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s",
		    MXLOG_CORPUS_DIR "/hostile-config", item->d_name);
		ck_assert_msg(mxlog_config_load(path, &c, &error) == -EINVAL,
		    "%s", item->d_name);
		n++;
	}
	(void)closedir(dir);
	(void)getrusage(RUSAGE_SELF, &after);
	ck_assert_int_gt(n, 8);
	ck_assert_int_lt(after.ru_utime.tv_sec - before.ru_utime.tv_sec, 2);
	ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 32 * 1024);
}
END_TEST

SUITE("config", the_defaults_are_those_of_the_model,
    the_models_example_loads_as_it_stands, the_shipped_example_loads,
    nothing_at_all_is_the_defaults, the_longest_dotted_prefix_decides_a_level,
    every_scalar_is_read, null_unsets_what_has_no_default_and_empties_the_rest,
    an_unknown_key_is_told_with_the_nearest, a_wrong_type_is_told,
    a_bad_value_is_told, every_range_has_its_ends, a_key_stands_once,
    a_bad_pattern_is_told_where_it_stands,
    aliases_tags_and_more_documents_are_refused,
    what_is_no_yaml_is_told_with_its_place, a_file_that_is_not_there_is_told,
    a_key_can_be_set_by_name_as_the_file_would,
    handlers_formatters_and_loggers_are_read, what_a_handler_can_not_be_is_told,
    a_part_that_is_no_mapping_is_told,
    a_file_handler_inside_the_log_directory_is_refused,
    existing_modules_have_the_models_defaults,
    a_modules_section_is_kept_as_json,
    a_message_is_one_short_line_whatever_it_is_about,
    the_models_configuration_is_written_as_json,
    payloads_members_and_levels_are_read_and_their_errors_told,
    what_is_written_reads_back_as_the_same,
    without_memory_nothing_is_loaded_and_nothing_leaks,
    hostile_files_cost_little_and_are_refused)
