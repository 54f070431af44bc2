/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/shed.h"

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/number.h"

static const char *const keys[MXLOG_QUEUE_RANKS] = {
	"shed_debug",
	"shed_info",
	"shed_warning",
	"shed_error",
	"shed_critical",
};

uint64_t mxlog_shed_total(const struct mxlog_shed *shed)
{
	uint64_t total = 0;

	for (int i = 0; i < MXLOG_QUEUE_RANKS; i++)
		total += shed->n[i];
	return total;
}

void mxlog_shed_move(struct mxlog_shed *to, struct mxlog_shed *from)
{
	for (int i = 0; i < MXLOG_QUEUE_RANKS; i++) {
		to->n[i] += from->n[i];
		from->n[i] = 0;
	}
}

static int add_context(struct mxlog_entry *entry, const char *key,
    const char *value)
{
	return mxlog_entry_add_context(entry, key, strlen(key), value,
	    strlen(value));
}

int mxlog_shed_describe(const struct mxlog_shed *shed, const char *reason,
    struct mxlog_entry *entry)
{
	char text[256];
	int r = 0;

	mxlog_entry_reset(entry);
	mxlog_entry_set_level(entry, MXLOG_WARNING);
	entry->audit = true;
	(void)snprintf(text, sizeof(text), "Shed %ju entries: %s",
	    (uintmax_t)mxlog_shed_total(shed), reason);
	r = mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, text, strlen(text));
	if (r == 0)
		r = mxlog_entry_set(entry, MXLOG_FIELD_MODULE,
		    LITERAL(MXLOG_SHED_MODULE));
	if (r == 0)
		r = mxlog_entry_set(entry, MXLOG_FIELD_PROCESS_ID, text,
		    mxlog_number_format_i64(text, getpid()));
	for (int i = 0; i < MXLOG_QUEUE_RANKS && r == 0; i++)
		r = mxlog_entry_add_context_int(entry, keys[i], strlen(keys[i]),
		    (int64_t)shed->n[i]);
	if (r == 0)
		r = add_context(entry, "action", "shed");
	if (r == 0)
		r = add_context(entry, "actor", program_invocation_short_name);
	return r < 0 ? r : add_context(entry, "result", "lost");
}

void mxlog_shed_format(const struct mxlog_shed *shed, char *out, size_t size)
{
	(void)snprintf(out, size, "%s=%ju %s=%ju %s=%ju %s=%ju %s=%ju", keys[0],
	    (uintmax_t)shed->n[0], keys[1], (uintmax_t)shed->n[1], keys[2],
	    (uintmax_t)shed->n[2], keys[3], (uintmax_t)shed->n[3], keys[4],
	    (uintmax_t)shed->n[4]);
}

static _Atomic uint64_t noted[MXLOG_QUEUE_RANKS];
static _Atomic bool noted_some;

void mxlog_shed_note(unsigned rank)
{
	atomic_fetch_add(&noted[MIN(rank, MXLOG_QUEUE_RANKS - 1U)], 1);
	atomic_store(&noted_some, true);
}

bool mxlog_shed_take_noted(struct mxlog_shed *ret)
{
	if (LIKELY(!atomic_load_explicit(&noted_some, memory_order_relaxed)))
		return false;
	atomic_store(&noted_some, false);
	for (int i = 0; i < MXLOG_QUEUE_RANKS; i++)
		ret->n[i] = atomic_exchange(&noted[i], 0);
	return true;
}
