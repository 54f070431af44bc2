/* SPDX-License-Identifier: Apache-2.0 */
#include "config/dictconfig.h"

#include "config/config_private.h"
#include "suite.h"

static struct mxlog_buf yaml, notes;
static struct mxlog_error error;

/* The import loads as a configuration; the caller frees it. */
static struct mxlog_config *import(const char *json)
{
	struct mxlog_config *config;

	mxlog_buf_clear(&yaml);
	mxlog_buf_clear(&notes);
	ck_assert_msg(mxlog_dictconfig_import(json, strlen(json), &yaml, &notes,
			  &error) == 0,
	    "%s", error.text);
	ck_assert_msg(mxlog_config_parse(yaml.data, yaml.len, "y", &config,
			  &error) == 0,
	    "%s\n%.*s", error.text, (int)yaml.len, yaml.data);
	ck_assert_int_eq(mxlog_buf_add_char(&notes, '\0'), 0);
	return config;
}

static const struct mxlog_handler_config *handler(const struct mxlog_config *of,
    const char *name)
{
	for (size_t i = 0; i < of->n_handlers; i++)
		if (strcmp(of->handlers[i].name, name) == 0)
			return &of->handlers[i];
	ck_abort_msg("no handler %s", name);
}

static const struct mxlog_logger_config *logger(const struct mxlog_config *of,
    const char *name)
{
	for (size_t i = 0; i < of->n_loggers; i++)
		if (strcmp(of->loggers[i].name, name) == 0)
			return &of->loggers[i];
	ck_abort_msg("no logger %s", name);
}

START_TEST(handlers_formatters_and_loggers_are_carried_over)
{
	struct mxlog_config *config = import(
	    "{\"version\":1,\"disable_existing_loggers\":false,"
	    "\"formatters\":{\"std\":{\"format\":"
	    "\"%(asctime)s [%(levelname)s] %(name)s: %(message)s\"}},"
	    "\"handlers\":{"
	    "\"out\":{\"class\":\"logging.StreamHandler\",\"level\":\"INFO\","
	    "\"formatter\":\"std\",\"stream\":\"ext://sys.stdout\"},"
	    "\"app\":{\"class\":\"logging.handlers.RotatingFileHandler\","
	    "\"filename\":\"/var/app/x.txt\",\"maxBytes\":1000000,"
	    "\"backupCount\":3},"
	    "\"net\":{\"class\":\"logging.handlers.SysLogHandler\","
	    "\"address\":[\"loghost\",1514],"
	    "\"socktype\":\"ext://socket.SOCK_STREAM\"}},"
	    "\"loggers\":{\"a.b\":{\"level\":\"DEBUG\",\"handlers\":[\"app\"],"
	    "\"propagate\":\"no\"}},"
	    "\"root\":{\"level\":\"WARN\",\"handlers\":[\"out\",\"net\"]}}");

	ck_assert_str_eq(notes.data, "");
	ck_assert_str_eq(handler(config, "out")->type, "console");
	ck_assert_str_eq(handler(config, "out")->destination, "stdout");
	ck_assert_str_eq(handler(config, "out")->format, "std");
	ck_assert_int_eq(handler(config, "out")->level, MXLOG_INFO);
	ck_assert_str_eq(handler(config, "app")->destination, "/var/app/x.txt");
	ck_assert_str_eq(handler(config, "net")->destination,
	    "tcp:loghost:1514");
	ck_assert_uint_eq(config->max_file_size, 1000000);
	ck_assert_uint_eq(config->backup_count, 3);
	ck_assert_int_eq(logger(config, "a.b")->level, MXLOG_DEBUG);
	ck_assert(!logger(config, "a.b")->propagate);
	ck_assert_int_eq(logger(config, "root")->level, MXLOG_WARNING);
	ck_assert_uint_eq(logger(config, "root")->n_handlers, 2);
	mxlog_config_free(config);
}
END_TEST

START_TEST(what_cannot_be_carried_over_is_said)
{
	struct mxlog_config *config = import(
	    "{\"version\":1,\"filters\":{\"f\":{}},\"incremental\":false,"
	    "\"formatters\":{\"x\":{\"format\":\"%(pathname)s\","
	    "\"datefmt\":\"%H\"},\"y\":{\"style\":\"{\",\"format\":\"{x}\"}},"
	    "\"handlers\":{\"mail\":{\"class\":\"logging.SMTPHandler\"},"
	    "\"out\":{\"class\":\"logging.StreamHandler\","
	    "\"filters\":[\"f\"]}},"
	    "\"root\":{\"handlers\":[\"mail\",\"out\"]}}");
	static const char *const said[] = { "filters", "formatters.x",
		"datefmt", "style", "handlers.mail", "handlers.out",
		"handler mail is left out" };

	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		ck_assert_msg(strstr(notes.data, said[i]) != NULL, "%s\n%s",
		    said[i], notes.data);
	ck_assert_uint_eq(config->n_handlers, 1);
	mxlog_config_free(config);
}
END_TEST

static void check_level(const char *level, bool has, enum mxlog_level wanted)
{
	struct mxlog_config *config;
	struct mxlog_buf json = { 0 };

	ck_assert_int_eq(mxlog_buf_printf(&json,
			     "{\"version\":1,\"loggers\":{\"a\":{\"level\":"
			     "%s}}}%c",
			     level, 0),
	    0);
	config = import(json.data);
	ck_assert_msg(logger(config, "a")->has_level == has, "%s", level);
	if (has)
		ck_assert_int_eq(logger(config, "a")->level, wanted);
	mxlog_config_free(config);
	mxlog_buf_done(&json);
}

START_TEST(levels_are_names_or_numbers_and_notset_is_none)
{
	check_level("\"WARNING\"", true, MXLOG_WARNING);
	check_level("\"fatal\"", true, MXLOG_CRITICAL);
	check_level("20", true, MXLOG_INFO);
	check_level("35", true, MXLOG_ERROR); /* a WARNING does not pass */
	check_level("5", true, MXLOG_DEBUG);
	check_level("99", true, MXLOG_CRITICAL);
	check_level("0", false, 0);
	check_level("\"NOTSET\"", false, 0);
	check_level("\"what\"", false, 0);
	check_level("[]", false, 0);
	check_level("null", false, 0);
}
END_TEST

/* Names that YAML, or mxlog, would read as something else. */
START_TEST(odd_dictionaries_still_make_a_configuration)
{
	static const char *const odd[] = {
		"{\"version\":1}",
		"{\"version\":1,\"handlers\":{}}",
		"{\"version\":1,\"handlers\":{\"x\":{}}}",
		"{\"version\":1,\"handlers\":{\"x\":{\"class\":\"Y\"}},"
		"\"root\":{\"handlers\":[\"x\",\"y\",1,null]}}",
		"{\"version\":1,\"loggers\":{\"root\":{\"level\":\"INFO\"}},"
		"\"root\":{\"level\":\"ERROR\"}}",
		"{\"version\":1,\"loggers\":{\"\":{\"level\":\"INFO\"}},"
		"\"root\":{\"level\":\"ERROR\"}}",
		"{\"version\":1,\"loggers\":{\"a\":null,\"b\":[],\"c\":\"x\"}}",
		"{\"version\":1,\"loggers\":[],\"handlers\":7,\"root\":8}",
		"{\"version\":1,\"formatters\":{\"null\":{},\"true\":{},"
		"\"x: y\":{\"format\":\"a\\nb\"},\"json\":{\"format\":\"x\"}}}",
		"{\"version\":1,\"handlers\":{\"a\":{"
		"\"class\":\"logging.FileHandler\"}}}",
		"{\"version\":1,\"handlers\":{\"a\":{\"class\":"
		"\"logging.handlers.RotatingFileHandler\",\"filename\":\"/x\","
		"\"maxBytes\":0,\"backupCount\":0}}}",
		"{\"version\":1,\"handlers\":{\"a\":{\"class\":"
		"\"logging.handlers.SysLogHandler\",\"address\":[\"h\",-1]}}}",
		"{\"version\":1,\"handlers\":{\"a\":{\"class\":"
		"\"logging.handlers.SysLogHandler\",\"address\":\"localhost\"}},"
		"\"root\":{\"handlers\":[\"a\"]}}",
		"{\"version\":1,\"handlers\":{\"a\":{\"class\":"
		"\"logging.handlers.RotatingFileHandler\",\"filename\":\"/x\","
		"\"maxBytes\":1000000000000000000,\"backupCount\":100000}}}",
		"{\"version\":1,\"handlers\":{\"a\":{\"class\":"
		"\"logging.FileHandler\",\"filename\":\"\"}}}",
		"{\"version\":1,\"handlers\":{\"a\":{\"class\":"
		"\"logging.StreamHandler\",\"formatter\":\"nowhere\"}}}",
		"{\"version\":1,\"formatters\":{\"\":{\"format\":\"\"}},"
		"\"handlers\":{\"a\":{\"class\":\"logging.StreamHandler\","
		"\"formatter\":\"\"},\"\":{\"class\":\"logging.StreamHandler\"}},"
		"\"root\":{\"handlers\":[\"\",\"a\"]}}",
		"{\"version\":1,\"loggers\":{\"A b\":{},\"A_b\":{},\".\":{},"
		"\"\u00e4\":{}}}",
		"{\"version\":1,\"handlers\":{\"x\\ny\":{\"class\":"
		"\"logging.StreamHandler\"}},\"loggers\":{\"\\u001b[1m\":{}},"
		"\"root\":{\"handlers\":[\"x\\ny\"]}}",
		"{\"version\":1,\"root\":{\"handlers\":{\"console\":{}}}}",
		"{\"version\":1,\"root\":{\"handlers\":\"console\"}}",
		"{\"version\":1,\"handlers\":{\"a\":{\"class\":"
		"\"logging.handlers.SysLogHandler\","
		"\"address\":{\"a\":1,\"b\":2}}}}",
	};

	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		mxlog_config_free(import(odd[i]));
}
END_TEST

START_TEST(names_too_long_for_a_key_are_left_out)
{
	struct mxlog_buf json = { 0 };
	struct mxlog_config *config;

	for (int i = 0; i < 2; i++) {
		mxlog_buf_clear(&json);
		ck_assert_int_eq(
		    mxlog_buf_printf(&json,
			"{\"version\":1,\"loggers\":{\"%0*d\":{}}}", 255 + i,
			0),
		    0);
		ck_assert_int_eq(mxlog_buf_add_char(&json, '\0'), 0);
		config = import(json.data);
		ck_assert_uint_eq(config->n_loggers, i == 0);
		mxlog_config_free(config);
	}
	mxlog_buf_done(&json);
}
END_TEST

START_TEST(an_ipv6_address_of_a_syslog_daemon_stands_in_brackets)
{
	struct mxlog_config *config = import(
	    "{\"version\":1,\"handlers\":{\"a\":{\"class\":"
	    "\"logging.handlers.SysLogHandler\",\"address\":[\"::1\",6514]}}}");

	ck_assert_str_eq(config->handlers[0].destination, "udp:[::1]:6514");
	mxlog_config_free(config);
}
END_TEST

START_TEST(what_is_no_dictionary_of_version_1_is_refused)
{
	static const struct {
		const char *json;
		int r;
	} wrong[] = {
		{ "", -EBADMSG },
		{ "{", -EBADMSG },
		{ "[]", -EINVAL },
		{ "{}", -EINVAL },
		{ "{\"version\":2}", -EINVAL },
		{ "{\"version\":\"1\"}", -EINVAL },
	};

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		ck_assert_int_eq(mxlog_dictconfig_import(wrong[i].json,
				     strlen(wrong[i].json), &yaml, &notes,
				     &error),
		    wrong[i].r);
}
END_TEST

SUITE("dictconfig", handlers_formatters_and_loggers_are_carried_over,
    what_cannot_be_carried_over_is_said,
    levels_are_names_or_numbers_and_notset_is_none,
    odd_dictionaries_still_make_a_configuration,
    names_too_long_for_a_key_are_left_out,
    an_ipv6_address_of_a_syslog_daemon_stands_in_brackets,
    what_is_no_dictionary_of_version_1_is_refused)
