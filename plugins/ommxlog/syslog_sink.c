/* SPDX-License-Identifier: Apache-2.0 */
#include "syslog_sink.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "syslog_convert.h"

enum {
	RESERVE_MIN = 1024 * 1024, /* before the first batch has been seen */
	RESERVE_MAX = 16 * 1024 * 1024, /* larger batches are rare: chance it */
};

struct mxlog_sink {
	const struct mxlog_sink_options *options;
	struct mxlog_syslog_converter converter;
	struct mxlog_writer *writer; /* NULL until the first _prepare */
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	size_t largest_batch; /* in bytes, of all so far */
	uint64_t lost;        /* messages that came empty, in all batches */
	uint64_t batch_lost;  /* in this one */
	atomic_bool reload;
};

static int refuse(struct mxlog_error *reterr, int code, const char *what,
    const char *value, const char *advice)
{
	if (!reterr)
		return code;
	*reterr = (struct mxlog_error){ .code = code };
	(void)snprintf(reterr->text, sizeof(reterr->text), "%s%s%s", what,
	    value, advice);
	return code;
}

static int set(struct mxlog_config *config, const char *key, const char *value,
    struct mxlog_error *reterr)
{
	return value ? mxlog_config_set(config, key, value, reterr) : 0;
}

int mxlog_sink_load(const struct mxlog_sink_options *options,
    struct mxlog_config **ret, struct mxlog_error *reterr)
{
	struct mxlog_config *config = NULL;
	int r = mxlog_config_search(options->config, &config, reterr);

	if (r == 0)
		r = set(config, "log_dir", options->log_dir, reterr);
	if (r == 0)
		r = set(config, "level", options->level, reterr);
	if (r == 0 && *mxlog_config_get_log_dir(config) != '/')
		r = refuse(reterr, -EINVAL, "log_dir is \"",
		    mxlog_config_get_log_dir(config),
		    "\": rsyslogd needs an absolute path, set logDirectory or "
		    "log_dir");
	if (r == 0)
		*ret = config;
	else
		mxlog_config_free(config);
	return r;
}

int mxlog_sink_new(const struct mxlog_sink_options *options,
    struct mxlog_sink **ret)
{
	struct mxlog_sink *sink = calloc(1, sizeof(*sink));
	int r;

	if (!sink)
		return -ENOMEM;
	sink->options = options;
	r = mxlog_entry_new(&sink->entry);
	if (r == 0)
		r = mxlog_metric_new(&sink->metric);
	if (r == 0)
		*ret = sink;
	else
		mxlog_sink_free(sink);
	return r;
}

static int open_writer(struct mxlog_sink *sink, struct mxlog_error *reterr)
{
	struct mxlog_writer_options options = {
		.size = sizeof(options),
		.actor = "ommxlog",
		.sync = sink->options->sync,
		.owner = sink->options->owner,
	};
	struct mxlog_config *config = NULL;
	int r = mxlog_sink_load(sink->options, &config, reterr);

	if (r == 0)
		r = mxlog_writer_open(config, &options, &sink->writer, reterr);
	mxlog_config_free(config);
	return r;
}

int mxlog_sink_prepare(struct mxlog_sink *sink, struct mxlog_error *reterr)
{
	size_t bytes = RESERVE_MIN;
	int r = 0;

	if (2 * sink->largest_batch > bytes)
		bytes = 2 * sink->largest_batch;
	if (bytes > RESERVE_MAX)
		bytes = RESERVE_MAX;

	if (!sink->writer)
		r = open_writer(sink, reterr);
	if (r < 0)
		return r;
	r = mxlog_writer_reserve(sink->writer, bytes);
	if (r < 0)
		return refuse(reterr, r,
		    "no room for a batch: ", strerrordesc_np(-r), "");
	return 0;
}

void mxlog_sink_request_reload(struct mxlog_sink *sink)
{
	atomic_store(&sink->reload, true);
}

int mxlog_sink_reload(struct mxlog_sink *sink, struct mxlog_error *reterr)
{
	struct mxlog_config *config = NULL;
	int r;

	if (!atomic_exchange(&sink->reload, false) || !sink->writer)
		return 0;
	r = mxlog_sink_load(sink->options, &config, reterr);
	if (r == 0)
		r = mxlog_writer_reload(sink->writer, config, reterr);
	mxlog_config_free(config);
	return r;
}

static int64_t now_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static int convert(struct mxlog_sink *sink, const char *data, size_t len,
    enum mxlog_payload_kind *ret)
{
	struct mxlog_syslog message;
	int r;

	sink->converter.payload = mxlog_writer_get_payload(sink->writer);
	if (sink->options->plain)
		return mxlog_syslog_convert_text(&sink->converter, data, len,
		    now_usec(), sink->entry, sink->metric, ret);
	r = mxlog_syslog_unpack(data, len, &message);
	if (r < 0)
		return r;
	return mxlog_syslog_convert(&sink->converter, &message, sink->entry,
	    sink->metric, ret);
}

int mxlog_sink_add(struct mxlog_sink *sink, const char *data, size_t len)
{
	enum mxlog_payload_kind kind;
	int r;

	if (len == 0) {
		sink->batch_lost++;
		return 0;
	}
	r = convert(sink, data, len, &kind);
	if (r == -EBADMSG) {
		sink->batch_lost++;
		return 0;
	}
	if (r < 0)
		return r;
	if (kind == MXLOG_PAYLOAD_METRIC)
		return mxlog_writer_add_metric(sink->writer, sink->metric);
	return mxlog_writer_add(sink->writer, sink->entry);
}

static int say_lost(struct mxlog_sink *sink)
{
	char text[96];

	if (sink->batch_lost == 0)
		return 0;
	(void)snprintf(text, sizeof(text),
	    "messages lost for want of memory to copy them: %llu",
	    (unsigned long long)sink->batch_lost);
	return mxlog_writer_add_audit(sink->writer, MXLOG_WARNING, "lost",
	    "failure", text);
}

int mxlog_sink_commit(struct mxlog_sink *sink)
{
	size_t bytes;
	int r = say_lost(sink);

	bytes = mxlog_writer_pending(sink->writer);
	if (bytes > sink->largest_batch)
		sink->largest_batch = bytes;
	if (r == 0)
		r = mxlog_writer_commit(sink->writer);
	if (r < 0) {
		mxlog_sink_rollback(sink);
		return r;
	}
	sink->lost += sink->batch_lost;
	sink->batch_lost = 0;
	return 0;
}

void mxlog_sink_rollback(struct mxlog_sink *sink)
{
	sink->batch_lost = 0;
	if (sink->writer)
		mxlog_writer_rollback(sink->writer);
}

void mxlog_sink_get_stats(const struct mxlog_sink *sink,
    struct mxlog_writer_stats *ret, uint64_t *ret_lost)
{
	*ret = (struct mxlog_writer_stats){ 0 };
	if (sink->writer)
		mxlog_writer_get_stats(sink->writer, ret);
	*ret_lost = sink->lost;
}

void mxlog_sink_free(struct mxlog_sink *sink)
{
	if (!sink)
		return;
	if (sink->writer) {
		mxlog_writer_rollback(sink->writer);
		(void)mxlog_writer_close(sink->writer);
	}
	mxlog_syslog_converter_done(&sink->converter);
	mxlog_entry_free(sink->entry);
	mxlog_metric_free(sink->metric);
	free(sink);
}
