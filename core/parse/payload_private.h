/* SPDX-License-Identifier: Apache-2.0 */
/* What lifting a payload needs, for entries and metrics. */
#pragma once

#include <mxlog/payload.h>

#include "base/json.h"
#include "entry/entry_private.h"
#include "entry/metric_private.h"

/* What a member is for. */
enum mxlog_payload_use {
	MXLOG_USE_NONE,
	MXLOG_USE_MESSAGE,
	MXLOG_USE_TIMESTAMP,
	MXLOG_USE_LEVEL,
	MXLOG_USE_LEVEL_NUMBER, /* Python's */
	MXLOG_USE_MODULE,
	MXLOG_USE_NAME, /* a logger's, if others say that it is one */
	MXLOG_USE_FUNCTION,
	MXLOG_USE_LINE_NUMBER,
	MXLOG_USE_TRACE_ID,
	MXLOG_USE_TRACEPARENT,
	MXLOG_USE_B3,
	MXLOG_USE_SPAN_ID,
	MXLOG_USE_THREAD_ID,
	MXLOG_USE_PROCESS_ID,
	MXLOG_USE_DURATION_MS,
	MXLOG_USE_DURATION_NS,
	MXLOG_USE_TAGS,
	MXLOG_USE_EXCEPTION,
	MXLOG_USE_CAUGHT,   /* loguru's word that there was one */
	MXLOG_USE_RENDERED, /* said elsewhere, too */
	MXLOG_USE_METRIC,
	MXLOG_USE_COUNT
};

struct mxlog_payload_key {
	const char *path;
	size_t len;
	enum mxlog_payload_use use;
	int rank;
	const char *beside; /* it counts only beside that one; NULL: always */
};

/* A level, whether it says all that was said of it, and which token said it. */
struct mxlog_lift_level {
	enum mxlog_level level;
	bool exact;
	const char *text;
};

enum {
	MXLOG_PAYLOAD_PATH = 128, /* bytes of a path that is looked up */
	MXLOG_PAYLOAD_SEEN = 32,  /* members that are kept in mind */
	MXLOG_PAYLOAD_MAYBE = 8,  /* keys that count only beside others */
	MXLOG_PAYLOAD_KEYS = 256, /* most that there may be */
};

/* A member of the outermost object, as the first pass saw it. */
struct mxlog_lift_seen {
	const char *path; /* into the payload */
	size_t len;
	struct mxlog_json_token value;
	const struct mxlog_payload_key *key; /* or NULL */
};

struct mxlog_lift {
	const struct mxlog_payload_rules *rules; /* or NULL */
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	const char *const *reserved; /* names, or NULL: none */
	uint32_t reserved_letters;   /* that they begin with, a bit each */
	struct mxlog_buf decoded;
	struct mxlog_buf key;       /* of a renamed member */
	struct mxlog_buf unfolded;  /* the payload as it was before a relay */
	struct mxlog_buf unwrapped; /* the line that a runtime wrapped */
	/* The message of what has none. */
	const char *original;
	size_t original_len;
	/* What the first pass found: the key to take each field from, and
	 * which objects hold such keys. */
	const struct mxlog_payload_key *best[MXLOG_USE_COUNT];
	uint64_t into;
	uint64_t met[MXLOG_PAYLOAD_KEYS / 64]; /* keys that are there */
	const struct mxlog_payload_key *maybe[MXLOG_PAYLOAD_MAYBE];
	size_t n_maybe;
	struct mxlog_lift_level level, maybe_level; /* of the best key */
	size_t n_members;
	/* All members, as long as there are few and none had to be decoded or
	 * looked into: then the second pass need not read again. */
	struct mxlog_lift_seen *seen;
	size_t n_seen;
	const char *text, *end; /* the payload */
	bool beside;            /* a message is there already */
	bool by_logger;         /* it has what only loggers write */
	bool caught;            /* loguru's record is of an exception */
	bool done[MXLOG_USE_COUNT];
};

/* The key of that path by the rules or the table, or NULL. */
const struct mxlog_payload_key *mxlog_lift_find(const struct mxlog_lift *lift,
    const char *path, size_t len);

/* The key of that path in the table, or NULL. */
const struct mxlog_payload_key *mxlog_payload_find(const char *path,
    size_t len);

/* The text that a string token stands for, valid until the next call. */
int mxlog_lift_text(struct mxlog_lift *lift,
    const struct mxlog_json_token *token, const char **ret, size_t *ret_len);

/* The names that no member is kept under; NULL ends them. They must stay. */
void mxlog_lift_reserve(struct mxlog_lift *lift, const char *const *names);

/* The name under which a member is kept: its own unless that is reserved. */
int mxlog_lift_name(struct mxlog_lift *lift, const char *name, size_t len,
    const char **ret, size_t *ret_len);

/* Call `fn` for all members of an object, names decoded, containers as one
 * token; the first error ends it. */
typedef int mxlog_lift_member(struct mxlog_lift *lift,
    const struct mxlog_buf *name, const struct mxlog_json_token *value);
int mxlog_lift_each(struct mxlog_lift *lift, const char *object, size_t len,
    mxlog_lift_member *fn);

/* Read a time in any of the forms that loggers write; true if it counts: it is
 * within 5 minutes of the transport's, or there is none. */
bool mxlog_lift_time(struct mxlog_lift *lift,
    const struct mxlog_json_token *token, int64_t *ret);

/* What a use wants: one bit for each type of JSON. */
extern const uint16_t mxlog_lift_types[MXLOG_USE_COUNT];

static inline bool mxlog_lift_is_suitable(enum mxlog_payload_use use,
    const struct mxlog_json_token *token)
{
	return mxlog_lift_types[use] >> token->type & 1;
}

/* How many bytes a control character takes that a relay wrote out, #012 as
 * rsyslogd does or \n; 0 for anything else. */
size_t mxlog_payload_folded(const char *text, size_t len);

/* Put into *ret, replacing what is there, the text with white space for the
 * control characters that a relay wrote out, outside of strings. 1, or 0: there were none. -ENOMEM. */
int mxlog_payload_unfold(struct mxlog_buf *ret, const char *text, size_t len);

/* Take off what others put around the line of an application: a container
 * runtime, rsyslogd's count of equal messages. What they say goes to context
 * and time; 1 and the line, borrowed until the next call, or 0: there is
 * nothing around it. -ENOMEM. */
int mxlog_payload_unwrap(struct mxlog_lift *lift, const char **text,
    size_t *len);

/* Put a text that is logfmt into *ret, replacing what is there, as a JSON
 * object: 1, or 0 if it is none. -ENOMEM. */
int mxlog_payload_read_logfmt(const struct mxlog_lift *lift,
    struct mxlog_buf *ret, const char *text, size_t len);

/* Keep in context what an event in CEF or LEEF says; of anything else nothing.
 * -ENOMEM. */
int mxlog_payload_lift_event(struct mxlog_lift *lift, const char *text,
    size_t len);

/* A level's name, perhaps with a degree: no letter and no number. */
bool mxlog_lift_is_level_name(const struct mxlog_lift *lift, const char *text,
    size_t len);

/* The level that a member of this key names: 1, or 0 if it names none. */
int mxlog_lift_find_level(struct mxlog_lift *lift,
    const struct mxlog_payload_key *key, const struct mxlog_json_token *token,
    struct mxlog_lift_level *ret);

/* Take the level that was found: 1 if it says all that the member does. */
int mxlog_lift_take_level(struct mxlog_lift *lift,
    const struct mxlog_json_token *token);

/* Take a member into its field: 1, or 0 if it has to stay in context. */
int mxlog_lift_field(struct mxlog_lift *lift, enum mxlog_payload_use use,
    const struct mxlog_json_token *token);

/* Fill the metric from an object that names one: 1, or 0 if it is none. */
int mxlog_lift_metric(struct mxlog_lift *lift, const char *text, size_t len);
