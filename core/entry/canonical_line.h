/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical line: where the fields of a canonical line stand in its bytes. */
#pragma once

#include <mxlog/level.h>

#include "base/base.h"
#include "entry/module_slot.h"

/* Where things stand in every canonical line. */
enum {
	MXLOG_CANONICAL_TRACE_ID = 13,
	MXLOG_CANONICAL_TIME = 54,
	MXLOG_CANONICAL_LEVEL = 92,
	/* What is shorter is left to the decoder. */
	MXLOG_CANONICAL_MIN = 128,
	MXLOG_CANONICAL_SLACK = 64,
};

/* Bytes of the line; without their quotes if it is a string. */
struct mxlog_piece {
	const char *text; /* NULL: there is no such field */
	uint32_t len;
	bool escaped; /* a string that holds a backslash */
};

struct mxlog_canonical_line {
	int64_t time_usec;
	enum mxlog_level level;
	const char *trace_id; /* canonical */
	struct mxlog_piece module, function, message;
	struct mxlog_piece context;  /* with its braces */
	struct mxlog_piece duration; /* the number */
	struct mxlog_piece tags;     /* with its brackets */
	struct mxlog_piece thread_id, process_id;
	int32_t line_number; /* -1: none */
	/* The same for the same module in the same slot of a cache; 0: it was
	 * not kept there. */
	uint64_t module_id;
	uint32_t module_slot;
	const char *end; /* the line's newline */
};

/* A valid module, zeros behind its text. */
struct mxlog_canonical_line_module {
	char text[MXLOG_MODULE_SLOT_BYTES];
	uint64_t id;
};

/* What is the same in line after line need not be looked at again. A zeroed
 * struct is an empty one. */
struct mxlog_canonical_line_cache {
	char minute[16]; /* up to the minute of the time seen last */
	int64_t minute_usec;
	char trace_id[26]; /* seen last */
	uint64_t modules_kept;
	struct mxlog_canonical_line_module modules[MXLOG_MODULE_SLOTS];
};

/* The bytes at p are this literal. */
#define MXLOG_AT(p, literal) (memcmp((p), LITERAL(literal)) == 0)

/* True if the line begins as canonical lines do, up to its level: time and
 * trace_id stand at their places, each 26 or 27 bytes long, though they may
 * not be valid. MXLOG_CANONICAL_MIN bytes are readable. */
static inline bool mxlog_canonical_line_has_prefix(const char *line)
{
	return MXLOG_AT(line, "{\"trace_id\":\"") &&
	    MXLOG_AT(line + 39, "\",\"timestamp\":\"") &&
	    MXLOG_AT(line + 81, "\",\"level\":\"");
}

/* A level's name and its quote. */
#define MXLOG_LEVEL_AT(at, name) (MXLOG_AT(at, #name "\"") ? MXLOG_##name : 0)

/* The name in a canonical line's place for it, a quote behind it: its level
 * and its length; or 0. */
static inline enum mxlog_level mxlog_canonical_line_level(const char *at,
    size_t *ret_len)
{
	switch (*at) {
	case 'D':
		*ret_len = sizeof("DEBUG") - 1;
		return MXLOG_LEVEL_AT(at, DEBUG);
	case 'I':
		*ret_len = sizeof("INFO") - 1;
		return MXLOG_LEVEL_AT(at, INFO);
	case 'W':
		*ret_len = sizeof("WARNING") - 1;
		return MXLOG_LEVEL_AT(at, WARNING);
	case 'E':
		*ret_len = sizeof("ERROR") - 1;
		return MXLOG_LEVEL_AT(at, ERROR);
	case 'C':
		*ret_len = sizeof("CRITICAL") - 1;
		return MXLOG_LEVEL_AT(at, CRITICAL);
	default:
		return 0;
	}
}

/* True, and the view, if the line that begins here is an entry in canonical
 * form: then mxlog_ndjson_decode() accepts it too and finds the same in it.
 * Lines with an exception are left to it. False says nothing. `end` is behind
 * the newline that ends the text, and MXLOG_CANONICAL_SLACK bytes behind it are
 * readable. */
bool mxlog_canonical_line_parse(struct mxlog_canonical_line *view,
    struct mxlog_canonical_line_cache *cache, const char *line,
    const char *end);

/* The same for a line that is known to be in canonical form; of the view only
 * what stands before the line's function is filled in. */
bool mxlog_canonical_line_parse_head(struct mxlog_canonical_line *view,
    struct mxlog_canonical_line_cache *cache, const char *line,
    const char *end);
