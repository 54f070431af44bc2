/* SPDX-License-Identifier: Apache-2.0 */
/* What <mxlog/logger.hpp> has, once each; test_cpp.sh looks at what is stored. */
#include <mxlog/logger.hpp>

#include <cstdio>
#include <stdexcept>

namespace app
{

struct point {
	int x, y;
};

static std::ostream &operator<<(std::ostream &out, const point &p)
{
	return out << p.x << '/' << p.y;
}

class file_error : public std::runtime_error
{
	using std::runtime_error::runtime_error;
};

__attribute__((noinline)) void read_file()
{
	throw std::out_of_range("offset 7");
}

__attribute__((noinline)) void load()
{
	try {
		read_file();
	} catch (...) {
		std::throw_with_nested(file_error("cannot read a.txt"));
	}
}

/* Its name is not as the linker knows it. */
__attribute__((noinline)) void fail(int number)
{
	try {
		throw number;
	} catch (...) {
		mxlog::logger("app.cpp")
		    .error(mxlog::fields().current_exception(), "an int");
	}
}

static int evaluated;

static int evaluate()
{
	return ++evaluated;
}

} // namespace app

int main()
{
	mxlog::logger log("app.cpp"), root;
	app::point p{ 1, 2 };

	if (mxlog_setup(nullptr, nullptr) < 0)
		return 1;
	log.info("plain {{}} text");
	log.info("n={} s={} b={} d={}", 42, std::string("text"), true, 2.5);
#if !defined(__cpp_lib_format)
	log.info("p={}", p);
#else
	log.info("p={}", "1/2");
#endif
	log.debug("below {}", 1);
	log.warning(mxlog::fields()
			.add("count", 3u)
			.add("negative", -3)
			.add("name", std::string("x"))
			.add("ratio", 0.5)
			.add("ok", true)
			.add("point", p)
			.json("list", "[1,2]")
			.tag("disk")
			.duration_ms(1.5),
	    "fields");
	{
		mxlog::operation outer(log, "outer");
		mxlog::bound id("task_id", std::string("t-1"));

		log.info("inside");
		try {
			mxlog::operation inner(log, "inner");

			app::load();
		} catch (const std::exception &e) {
			log.error(mxlog::fields().exception(e), "failed: {}",
			    e.what());
		}
	}
	app::fail(42);
	MXLOG_INFO(log.get(), "by macro %d", 1);
	MXLOG_LOG_EVERY_N(log.get(), MXLOG_INFO, 2, "every %d", 2);
	MXLOG_DEBUG(log.get(), "never %d", app::evaluate());
	MXLOG_HEXDUMP(log.get(), MXLOG_INFO,
	    "\x7f"
	    "ELF",
	    4, "bytes");
	log.measure(MXLOG_GAUGE, "queue.length", 12, "items",
	    { { "queue", "inbox" } });
	root.critical("root");
	return app::evaluated != 0 || mxlog_shutdown() < 0;
}
