/* SPDX-License-Identifier: Apache-2.0 */
/* tick: the smallest capture module there can be, and an example of one. It
 * makes `count` entries, one every `every_ms` milliseconds. */
#include <errno.h>
#include <mxlog/module.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	COUNT,
	EVERY_MS,
	TEXT,
};

static const struct mxlog_option options[] = {
	{ "count", MXLOG_OPTION_INT, "3", 0, 1000000, "how many" },
	{ "every_ms", MXLOG_OPTION_INT, "10", 0, 60000, "how often" },
	{ "text", MXLOG_OPTION_TEXT, "tick", 0, 0, "what each says" },
};

struct tick {
	const struct mxlog_module_host *host;
	struct mxlog_entry *entry;
	int64_t made;
	int64_t next_usec;
};

static int64_t monotonic_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int check(const struct mxlog_options *given, struct mxlog_error *reterr)
{
	const char *text = mxlog_options_get_text(given, TEXT);

	if (text && *text)
		return 0;
	(void)snprintf(reterr->text, sizeof(reterr->text),
	    "tick.text: expected a text that is not empty");
	return -EINVAL;
}

static int open_tick(const struct mxlog_module_host *host, void **ret,
    struct mxlog_error *reterr)
{
	struct tick *tick = calloc(1, sizeof(*tick));

	(void)reterr;
	if (!tick || mxlog_entry_new(&tick->entry) < 0) {
		free(tick);
		return -ENOMEM;
	}
	tick->host = host;
	*ret = tick;
	return 0;
}

static int make_one(struct tick *tick)
{
	const char *text = mxlog_options_get_text(tick->host->options, TEXT);
	int r;

	mxlog_entry_reset(tick->entry);
	r = mxlog_entry_set(tick->entry, MXLOG_FIELD_MESSAGE, text,
	    strlen(text));
	if (r == 0)
		r = mxlog_entry_add_context_int(tick->entry, "number", 6,
		    tick->made);
	return r < 0 ? r : mxlog_writer_add(tick->host->writer, tick->entry);
}

static int run(void *module, struct mxlog_error *reterr)
{
	struct tick *tick = module;
	const struct mxlog_options *given = tick->host->options;
	int r = 0;

	(void)reterr;
	if (tick->made == mxlog_options_get_int(given, COUNT))
		return MXLOG_MODULE_IDLE;
	if (!tick->host->drain && monotonic_usec() < tick->next_usec)
		return MXLOG_MODULE_IDLE;
	r = make_one(tick);
	if (r == 0)
		r = mxlog_writer_commit(tick->host->writer);
	if (r < 0)
		return r;
	tick->made++;
	tick->next_usec =
	    monotonic_usec() + 1000 * mxlog_options_get_int(given, EVERY_MS);
	return MXLOG_MODULE_MORE;
}

static void wait_for(void *module, struct mxlog_module_wait *ret)
{
	const struct tick *tick = module;

	ret->fd = -1;
	ret->until_usec =
	    tick->made == mxlog_options_get_int(tick->host->options, COUNT)
	    ? INT64_MAX
	    : tick->next_usec;
}

static int reload(void *module, const struct mxlog_options *given,
    struct mxlog_error *reterr)
{
	struct tick *tick = module;

	(void)given;
	(void)reterr;
	tick->made = 0;
	tick->next_usec = 0;
	return 0;
}

static int flush(void *module, struct mxlog_error *reterr)
{
	struct tick *tick = module;

	(void)reterr;
	return mxlog_writer_sync(tick->host->writer);
}

static void close_tick(void *module)
{
	struct tick *tick = module;

	mxlog_entry_free(tick->entry);
	free(tick);
}

MXLOG_EXPORT extern const struct mxlog_module mxlog_module;

const struct mxlog_module mxlog_module = {
	.version = MXLOG_MODULE_VERSION,
	.size = sizeof(struct mxlog_module),
	.name = "tick",
	.help = "makes an entry now and then",
	.options = options,
	.n_options = sizeof(options) / sizeof(options[0]),
	.check = check,
	.open = open_tick,
	.run = run,
	.wait = wait_for,
	.reload = reload,
	.flush = flush,
	.close = close_tick,
};
