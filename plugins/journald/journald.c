/* SPDX-License-Identifier: Apache-2.0 */
/* journald: the capture module for the systemd journal. */
#include "journal_forward.h"
#include "journal_options.h"

static int check(const struct mxlog_options *options,
    struct mxlog_error *reterr)
{
	struct mxlog_journal_settings settings;

	return mxlog_journal_settings_read(options, &settings, reterr);
}

static int open_module(const struct mxlog_module_host *host, void **ret,
    struct mxlog_error *reterr)
{
	struct mxlog_journal_forward *forward;
	int r = mxlog_journal_forward_open(host, &forward, reterr);

	if (r == 0)
		*ret = forward;
	return r;
}

static int run(void *module, struct mxlog_error *reterr)
{
	return mxlog_journal_forward_run(module, reterr);
}

static void wait_for(void *module, struct mxlog_module_wait *ret)
{
	mxlog_journal_forward_wait(module, ret);
}

static int flush(void *module, struct mxlog_error *reterr)
{
	return mxlog_journal_forward_flush(module, reterr);
}

static void close_module(void *module)
{
	mxlog_journal_forward_close(module);
}

MXLOG_EXPORT extern const struct mxlog_module mxlog_module;

const struct mxlog_module mxlog_module = {
	.version = MXLOG_MODULE_VERSION,
	.size = sizeof(struct mxlog_module),
	.name = "journald",
	.help = "entries of the systemd journal",
	.options = mxlog_journal_options,
	.n_options = MXLOG_JOURNAL_OPTION_COUNT,
	.check = check,
	.open = open_module,
	.run = run,
	.wait = wait_for,
	.flush = flush,
	.close = close_module,
};
