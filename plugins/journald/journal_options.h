/* SPDX-License-Identifier: Apache-2.0 */
/* Options: the section `journald:` of the configuration. */
#pragma once

#include <mxlog/module.h>

#include "journal_source.h"

enum mxlog_journal_option {
#define OPTION(id, key, type, value, min, max, help) MXLOG_JOURNAL_OPTION_##id,
#include "journal_options.def"
#undef OPTION
	MXLOG_JOURNAL_OPTION_COUNT,
};

extern const struct mxlog_option mxlog_journal_options[];

/* What the options mean. The strings belong to `options`. */
struct mxlog_journal_settings {
	struct mxlog_journal_where where;
	int64_t checkpoint_usec;
	bool join;
	char source[64]; /* name of the checkpoint: one for each place */
};

/* -EINVAL with reterr. */
int mxlog_journal_settings_read(const struct mxlog_options *options,
    struct mxlog_journal_settings *ret, struct mxlog_error *reterr);
