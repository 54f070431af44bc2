/* SPDX-License-Identifier: Apache-2.0 */
/* Logger for C++17 and later: what <mxlog/logger.h> has, by value and scope.
 *
 *	mxlog::logger log("src.queue");
 *
 *	mxlog::operation move(log, "move");
 *	mxlog::bound task("task_id", id);
 *	log.info("moved {} of {}", n, path);
 *	try { … } catch (const std::exception &e) {
 *		log.error(mxlog::fields().add("path", path).exception(e),
 *		    "cannot move {}", path);
 *	}
 *
 * Texts are std::format's, or fmt's where <fmt/format.h> was included before;
 * where neither is there "{}" takes the next argument as operator<< shows it,
 * and what stands in the braces is ignored. A format that does not fit its
 * arguments is logged as it is. Nothing that logs throws; what gathers fields
 * throws std::bad_alloc. */
#pragma once

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <initializer_list>
#include <new>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#if __has_include(<format>) && __cplusplus >= 202002L
#include <format>
#endif
#include <cxxabi.h>

#include <mxlog/exception.h>
#include <mxlog/logger.h>

namespace mxlog
{

enum class level : int {
	debug = MXLOG_DEBUG,
	info = MXLOG_INFO,
	warning = MXLOG_WARNING,
	error = MXLOG_ERROR,
	critical = MXLOG_CRITICAL,
};

/* A format and where in the source it stands. */
struct located {
	std::string_view format;
	mxlog_source source;

	template <typename Text,
	    typename = std::enable_if_t<
		std::is_convertible_v<const Text &, std::string_view>>>
	located(const Text &text, const char *file = __builtin_FILE(),
	    const char *function = __builtin_FUNCTION(),
	    int line = __builtin_LINE()) noexcept
	    : format(text), source{ file, function, line }
	{
	}
};

namespace detail
{

inline void put(std::string &out, std::string_view format)
{
	/* No argument is left: only doubled braces mean something. */
	for (size_t i = 0; i < format.size(); i++) {
		out += format[i];
		if (i + 1 < format.size() && format[i] == format[i + 1] &&
		    (format[i] == '{' || format[i] == '}'))
			i++;
	}
}

template <typename First, typename... Rest>
void put(std::string &out, std::string_view format, const First &first,
    const Rest &...rest)
{
	for (size_t i = 0; i < format.size(); i++) {
		char c = format[i];
		bool twice = i + 1 < format.size() && format[i + 1] == c;
		size_t end = format.find('}', i);

		if ((c == '{' || c == '}') && twice) {
			out += c;
			i++;
		} else if (c == '{' && end != std::string_view::npos) {
			std::ostringstream text;

			text << std::boolalpha << first;
			out += text.str();
			put(out, format.substr(end + 1), rest...);
			return;
		} else {
			out += c;
		}
	}
}

template <typename... Args>
std::string format(std::string_view text, const Args &...args)
{
#if defined(__cpp_lib_format)
	return std::vformat(text, std::make_format_args(args...));
#elif defined(FMT_VERSION)
	return fmt::vformat(fmt::string_view(text.data(), text.size()),
	    fmt::make_format_args(args...));
#else
	std::string out;

	put(out, text, args...);
	return out;
#endif
}

inline std::string type_name(const std::type_info &type)
{
	int status = 0;
	char *text =
	    abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
	std::string name = text ? text : type.name();

	std::free(text);
	/* What std::throw_with_nested() makes of a type. */
	for (std::string_view nested :
	    { std::string_view("std::_Nested_exception<"),
		std::string_view("std::__1::__nested<") })
		if (name.compare(0, nested.size(), nested) == 0)
			return name.substr(nested.size(),
			    name.size() - nested.size() - 1);
	return name;
}

/* Frames are told by how many calls there are: none of these is inlined. 0: no
 * frames; else how many innermost ones are ours. */
__attribute__((noinline)) inline mxlog_exception *make(const std::string &type,
    const char *what, unsigned skip)
{
	mxlog_exception *made = nullptr;

	if (skip > 0)
		(void)mxlog_exception_capture(type.c_str(), skip, &made, "%s",
		    what);
	else
		(void)mxlog_exception_new(type.data(), type.size(), what,
		    std::strlen(what), &made);
	return made;
}

mxlog_exception *describe_current(unsigned skip);

/* The exception and, as its causes, those that are nested in it. */
__attribute__((noinline)) inline mxlog_exception *describe(const std::exception
							       &e,
    unsigned skip)
{
	mxlog_exception *made = make(type_name(typeid(e)), e.what(), skip);
	mxlog_exception *cause = nullptr;

	try {
		std::rethrow_if_nested(e);
	} catch (...) {
		cause = describe_current(0);
	}
	if (made && cause)
		(void)mxlog_exception_take_cause(made, &cause);
	mxlog_exception_free(cause);
	return made;
}

/* In a catch block. */
__attribute__((noinline)) inline mxlog_exception *describe_current(
    unsigned skip)
{
	try {
		throw;
	} catch (const std::exception &e) {
		return describe(e, skip > 0 ? skip + 1 : 0);
	} catch (const std::string &text) {
		return make("std::string", text.c_str(), skip);
	} catch (const char *text) {
		return make("const char *", text, skip);
	} catch (...) {
		const std::type_info *type =
		    abi::__cxa_current_exception_type();

		return make(type ? type_name(*type) : "unknown", "", skip);
	}
}

} // namespace detail

/* ---- what an entry carries ---- */

/* A pair for context. Strings are copied. */
class fields
{
      public:
	fields() noexcept = default;
	fields(fields &&other) noexcept = default;
	fields(const fields &) = delete;
	fields &operator=(const fields &) = delete;
	~fields()
	{
		mxlog_exception_free(exception_.release());
	}

	template <typename Value>
	fields &add(std::string_view key, const Value &value) &
	{
		pairs_.push_back(make(keep(key), value));
		return *this;
	}
	template <typename Value>
	fields &&add(std::string_view key, const Value &value) &&
	{
		return std::move(add(key, value));
	}

	/* A value that is JSON. */
	fields &&json(std::string_view key, std::string_view text) &&
	{
		pairs_.push_back(mxlog_kv_json(keep(key), keep(text)));
		return std::move(*this);
	}
	fields &&tag(std::string_view text) &&
	{
		tags_.push_back(keep(text));
		return std::move(*this);
	}
	fields &&trace_id(std::string_view text) &&
	{
		trace_id_ = keep(text);
		return std::move(*this);
	}
	fields &&duration_ms(double value) &&
	{
		has_duration_ = true;
		duration_ms_ = value;
		return std::move(*this);
	}
	fields &&hexdump(const void *data, size_t len) &&
	{
		hexdump_ = data;
		hexdump_len_ = len;
		return std::move(*this);
	}

	/* The exception, those nested in it as its causes, and the stack of
	 * who has caught it. */
	fields &&exception(const std::exception &e) &&
	{
		exception_.reset(detail::describe(e, 2));
		return std::move(*this);
	}
	/* In a catch block, of any type. */
	fields &&current_exception() &&
	{
		exception_.reset(detail::describe_current(2));
		return std::move(*this);
	}

	/* For the C functions; once, as the exception is given away. */
	mxlog_with with()
	{
		mxlog_with with = mxlog_with_context(nullptr);

		pairs_.push_back(mxlog_kv_string(nullptr, nullptr));
		tags_.push_back(nullptr);
		with.context = pairs_.data();
		with.tags = tags_.data();
		with.trace_id = trace_id_;
		with.exception = &exception_.it;
		with.has_duration = has_duration_;
		with.duration_ms = duration_ms_;
		with.hexdump = hexdump_;
		with.hexdump_len = hexdump_len_;
		return with;
	}

	template <typename Value>
	static mxlog_kv make(const char *key, const Value &value,
	    std::string *room)
	{
		if constexpr (std::is_same_v<Value, bool>) {
			return mxlog_kv_bool(key, value);
		} else if constexpr (std::is_floating_point_v<Value>) {
			return mxlog_kv_double(key, static_cast<double>(value));
		} else if constexpr (std::is_integral_v<Value> &&
		    std::is_unsigned_v<Value>) {
			return mxlog_kv_uint(key, value);
		} else if constexpr (std::is_integral_v<Value> ||
		    std::is_enum_v<Value>) {
			return mxlog_kv_int(key, static_cast<int64_t>(value));
		} else if constexpr (std::is_convertible_v<const Value &,
					 std::string_view>) {
			*room = std::string(std::string_view(value));
			return mxlog_kv_string(key, room->c_str());
		} else {
			std::ostringstream text;

			text << value;
			*room = text.str();
			return mxlog_kv_string(key, room->c_str());
		}
	}

      private:
	struct owned_exception {
		mxlog_exception *it = nullptr;

		owned_exception() noexcept = default;
		owned_exception(owned_exception &&other) noexcept
		    : it(other.release())
		{
		}
		mxlog_exception *release() noexcept
		{
			return std::exchange(it, nullptr);
		}
		void reset(mxlog_exception *next) noexcept
		{
			mxlog_exception_free(it);
			it = next;
		}
	};

	/* A deque's elements stay where they are. */
	const char *keep(std::string_view text)
	{
		texts_.emplace_back(text);
		return texts_.back().c_str();
	}
	template <typename Value>
	mxlog_kv make(const char *key, const Value &value)
	{
		texts_.emplace_back();
		return make(key, value, &texts_.back());
	}

	std::deque<std::string> texts_;
	std::vector<mxlog_kv> pairs_;
	std::vector<const char *> tags_;
	const char *trace_id_ = nullptr;
	owned_exception exception_;
	bool has_duration_ = false;
	double duration_ms_ = 0;
	const void *hexdump_ = nullptr;
	size_t hexdump_len_ = 0;
};

/* ---- loggers ---- */

class logger
{
      public:
	/* The root. */
	logger() noexcept : it_(mxlog_get_logger())
	{
	}
	explicit logger(const std::string &name) noexcept
	    : it_(mxlog_logger_get(name.c_str()))
	{
	}
	explicit logger(mxlog_logger *it) noexcept : it_(it)
	{
	}

	mxlog_logger *get() const noexcept
	{
		return it_;
	}
	const char *name() const noexcept
	{
		return mxlog_logger_name(it_);
	}
	bool enabled(level at) const noexcept
	{
		return static_cast<int>(at) >= MXLOG_MIN_LEVEL &&
		    mxlog_logger_enabled(it_, static_cast<mxlog_level>(at));
	}
	void set_level(level at) const noexcept
	{
		(void)mxlog_logger_set_level(it_, static_cast<mxlog_level>(at));
	}

	/* 0, or a negative errno as mxlog_logger_write() has it. */
	template <typename... Args>
	int log(level at, const located &text,
	    const Args &...args) const noexcept
	{
		return enabled(at) ? write(at, text, nullptr, args...) : 0;
	}
	template <typename... Args>
	int log(level at, fields &&with, const located &text,
	    const Args &...args) const noexcept
	{
		return enabled(at) ? write(at, text, &with, args...) : 0;
	}

#define MXLOG_HPP_LEVEL(name)                                             \
	template <typename... Args>                                       \
	int name(const located &text, const Args &...args) const noexcept \
	{                                                                 \
		return log(level::name, text, args...);                   \
	}                                                                 \
	template <typename... Args>                                       \
	int name(fields &&with, const located &text, const Args &...args) \
	    const noexcept                                                \
	{                                                                 \
		return log(level::name, std::move(with), text, args...);  \
	}
	MXLOG_HPP_LEVEL(debug)
	MXLOG_HPP_LEVEL(info)
	MXLOG_HPP_LEVEL(warning)
	MXLOG_HPP_LEVEL(error)
	MXLOG_HPP_LEVEL(critical)
#undef MXLOG_HPP_LEVEL

	/* Tags are of the given pairs, as strings. */
	int measure(mxlog_metric_type type, const char *metric, double value,
	    const char *unit = "1",
	    std::initializer_list<std::pair<const char *, const char *>>
		tags = {}) const noexcept
	{
		std::vector<mxlog_kv> pairs;

		try {
			for (const auto &tag : tags)
				pairs.push_back(
				    mxlog_kv_string(tag.first, tag.second));
			pairs.push_back(mxlog_kv_string(nullptr, nullptr));
		} catch (...) {
			return -ENOMEM;
		}
		return mxlog_logger_measure(it_, type, metric, value, unit,
		    pairs.data());
	}

      private:
	template <typename... Args>
	int write(level at, const located &text, fields *with,
	    const Args &...args) const noexcept
	{
		mxlog_level number = static_cast<mxlog_level>(at);
		mxlog_with c = mxlog_with_context(nullptr);
		std::string message;

		try {
			if (with)
				c = with->with();
			try {
				message = detail::format(text.format, args...);
			} catch (const std::bad_alloc &) {
				throw;
			} catch (...) {
				message = std::string(text.format);
			}
		} catch (...) {
			return mxlog_logger_write(it_, number, &text.source,
			    nullptr, "%.*s",
			    static_cast<int>(text.format.size()),
			    text.format.data());
		}
		return mxlog_logger_write(it_, number, &text.source, &c, "%s",
		    message.c_str());
	}

	mxlog_logger *it_;
};

/* ---- scopes ---- */

/* A pair in the context of all that the thread logs in this scope. */
class bound
{
      public:
	template <typename Value> bound(const char *key, const Value &value)
	{
		std::string room;

		mxlog_bind(fields::make(key, value, &room));
	}
	bound(const bound &) = delete;
	bound &operator=(const bound &) = delete;
	~bound()
	{
		mxlog_unbind();
	}
};

/* An operation of this scope. Its end is logged with its duration: at `at`, or
 * as an ERROR when an exception ends it. */
class operation
{
      public:
	operation(const logger &log, const char *name, level at = level::info,
	    const char *trace_id = nullptr) noexcept
	    : log_(log), at_(at), exceptions_(std::uncaught_exceptions())
	{
		mxlog_operation_begin(&it_, name, trace_id);
	}
	operation(const operation &) = delete;
	operation &operator=(const operation &) = delete;
	~operation()
	{
		bool failed = std::uncaught_exceptions() > exceptions_;

		mxlog_operation_end(&it_, log_.get(),
		    failed ? MXLOG_ERROR : static_cast<mxlog_level>(at_));
	}
	const char *trace_id() const noexcept
	{
		return it_.trace_id;
	}

      private:
	logger log_;
	level at_;
	int exceptions_;
	mxlog_operation it_;
};

} // namespace mxlog
