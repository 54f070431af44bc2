/* SPDX-License-Identifier: Apache-2.0 */
/* Loss: says in the log directory, each once, what of the journal was gone
 * before it could be read. */
#pragma once

#include <mxlog/checkpoint.h>
#include <mxlog/module.h>

#include "journal_gap.h"
#include "journal_source.h"

/* A stream that was told to be gone is saved under this name, too. */
#define MXLOG_JOURNAL_GONE_SUFFIX "/gone"

struct mxlog_journal_loss {
	const struct mxlog_module_host *host;
	/* What a restart found on disk past the checkpoint. */
	struct mxlog_journal_told told;
	unsigned long listed; /* the source's list that was looked at last */
	/* All files of a journal that was read are gone, and another has
	 * taken its place: told when what is open of it has been read. */
	char old[MXLOG_JOURNAL_ID_LEN + 1], new[MXLOG_JOURNAL_ID_LEN + 1];
	bool runtime;
};

/* What was removed out of the middle of a stream: 1 if it was told, 0 if it had
 * been, -errno if it can't be. `known` are identities of lines on disk. */
int mxlog_journal_loss_tell_gap(struct mxlog_journal_loss *loss,
    const struct mxlog_journal_gap *gap,
    const struct mxlog_journal_identity_set *known);

/* Look whether all journals that were read were replaced by others, as far as
 * the source has listed its files anew. The same results. To be called before
 * the position in the new ones is noted in the checkpoint. */
int mxlog_journal_loss_look(struct mxlog_journal_loss *loss,
    struct mxlog_checkpoint *checkpoint,
    const struct mxlog_journal_source *source,
    const struct mxlog_journal_identity_set *known);
