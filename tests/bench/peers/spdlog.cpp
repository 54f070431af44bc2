// SPDX-License-Identifier: Apache-2.0
// spdlog's asynchronous logger under the same load: a JSON pattern into one
// file, a queue of 8192 (its default) that makes callers wait when it is full.
#include <cstdint>
#include <string>

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include "logger_load.h"

static std::shared_ptr<spdlog::logger> logger;

static void call(unsigned thread, uint64_t i)
{
	logger->info("thread {} moved task {} from inbox to done", thread, i);
}

static void finish()
{
	logger->flush();
	spdlog::shutdown();
}

static void open_logger(const char *path)
{
	spdlog::init_thread_pool(8192, 1);
	logger = spdlog::basic_logger_mt<spdlog::async_factory>("bench", path,
	    true);
	logger->set_pattern("{\"timestamp\":\"%Y-%m-%dT%H:%M:%S.%fZ\","
			    "\"level\":\"%l\",\"module\":\"%n\","
			    "\"message\":\"%v\",\"thread_id\":\"%t\","
			    "\"process_id\":\"%P\"}",
	    spdlog::pattern_time_type::utc);
}

int main(int argc, char **argv)
{
	static std::string path = argv[1];
	static logger_under_load load = { "spdlog", call,
		[] {
			finish();
			open_logger(path.c_str());
		},
		nullptr };

	open_logger(path.c_str());
	return logger_load_main(argc - 1, argv + 1, &load);
}
