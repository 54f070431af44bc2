// SPDX-License-Identifier: Apache-2.0
// spdlog's asynchronous logger under the same load: a JSON pattern of the same
// fields (but a trace_id, which it has not) into one file, a queue of 8192 (its
// default) that makes callers wait when it is full.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include "logger_load.h"

static std::shared_ptr<spdlog::logger> logger;
static std::string path;

static void call(unsigned thread, uint64_t i)
{
	SPDLOG_LOGGER_INFO(logger, "thread {} moved task {} from inbox to done",
	    thread, i);
}

static void open_logger(bool truncate)
{
	spdlog::init_thread_pool(8192, 1);
	logger = spdlog::basic_logger_mt<spdlog::async_factory>("bench", path,
	    truncate);
	logger->set_pattern("{\"timestamp\":\"%Y-%m-%dT%H:%M:%S.%fZ\","
			    "\"level\":\"%l\",\"module\":\"%n\","
			    "\"function\":\"%!\",\"line_number\":%#,"
			    "\"message\":\"%v\",\"thread_id\":\"%t\","
			    "\"process_id\":\"%P\"}",
	    spdlog::pattern_time_type::utc);
}

static void finish()
{
	logger->flush();
	logger.reset();
	spdlog::shutdown();
	int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		abort();
	(void)close(fd);
	open_logger(false);
}

int main(int argc, char **argv)
{
	static const logger_under_load load = { "spdlog", call, finish,
		[] { return logger_load_count(path.c_str()); } };

	if (argc < 2)
		return EXIT_FAILURE;
	path = argv[1];
	open_logger(true);
	return logger_load_main(argc - 1, argv + 1, &load);
}
