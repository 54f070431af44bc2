/* SPDX-License-Identifier: Apache-2.0 */
#include "archive/archive_scan.h"

#include <stdlib.h>

#include "archive/archive_line.h"
#include "base/json.h"
#include "entry/ndjson.h"

struct mxlog_archive_scan {
	enum mxlog_kind kind;
	struct mxlog_archive_names modules, tags;
	struct mxlog_ngram_set grams;
	struct mxlog_entry *entry;
	struct mxlog_metric *metric;
	struct mxlog_buf text; /* a decoded message, a metric's tag */
	uint16_t **lists;      /* of the members so far */
	size_t n_lists;
};

int mxlog_archive_scan_new(enum mxlog_kind kind,
    struct mxlog_archive_scan **ret)
{
	struct mxlog_archive_scan *scan = calloc(1, sizeof(*scan));
	int r;

	if (!scan)
		return -ENOMEM;
	scan->kind = kind;
	r = mxlog_entry_new(&scan->entry);
	if (r == 0)
		r = mxlog_metric_new(&scan->metric);
	if (r < 0) {
		mxlog_archive_scan_free(scan);
		return r;
	}
	*ret = scan;
	return 0;
}

void mxlog_archive_scan_free(struct mxlog_archive_scan *scan)
{
	if (!scan)
		return;
	mxlog_archive_names_done(&scan->modules);
	mxlog_archive_names_done(&scan->tags);
	mxlog_ngram_set_done(&scan->grams);
	mxlog_entry_free(scan->entry);
	mxlog_metric_free(scan->metric);
	mxlog_buf_done(&scan->text);
	for (size_t i = 0; i < scan->n_lists; i++)
		free(scan->lists[i]);
	free(scan->lists);
	free(scan);
}

const struct mxlog_ngram_set *mxlog_archive_scan_grams(
    const struct mxlog_archive_scan *scan)
{
	return &scan->grams;
}

int mxlog_archive_scan_names(const struct mxlog_archive_scan *scan,
    struct mxlog_archive_directory *ret)
{
	int r;

	ret->n_modules = scan->modules.n;
	ret->n_tags = scan->tags.n;
	r = mxlog_archive_names_list(&scan->modules, &ret->modules);
	if (r < 0)
		return r;
	r = mxlog_archive_names_list(&scan->tags, &ret->tags);
	if (r < 0) {
		free(ret->modules);
		ret->modules = NULL;
	}
	return r;
}

static void widen(struct mxlog_archive_member *member, unsigned level,
    int64_t time_usec, const struct mxlog_ulid *trace)
{
	member->levels[level]++;
	member->min_usec = MIN(member->min_usec, time_usec);
	member->max_usec = MAX(member->max_usec, time_usec);
	if (mxlog_ulid_compare(trace, &member->min_trace) < 0)
		member->min_trace = *trace;
	if (mxlog_ulid_compare(trace, &member->max_trace) > 0)
		member->max_trace = *trace;
}

/* ---- a line in canonical form ---- */

static int add_message(struct mxlog_archive_scan *scan,
    const struct mxlog_archive_line *line)
{
	struct mxlog_json_token token = {
		.type = MXLOG_JSON_STRING,
		.text = line->message,
		.len = line->message_len,
		.escaped = true,
	};
	int r;

	if (!line->message_escaped)
		return mxlog_ngram_set_add(&scan->grams, line->message,
		    line->message_len);
	scan->text.len = 0;
	r = mxlog_json_decode(&scan->text, &token);
	if (r < 0)
		return r;
	return mxlog_ngram_set_add(&scan->grams, scan->text.data,
	    scan->text.len);
}

/* "a","b": no escapes, so that every quote is one. */
static int add_tags(struct mxlog_archive_scan *scan, const char *tags,
    size_t len)
{
	const char *p = tags, *end = tags + len;
	int r = 0;

	while (r == 0 && p < end) {
		const char *quote = memchr(p + 1, '"', (size_t)(end - p - 1));

		r = mxlog_archive_names_add(&scan->tags, p + 1,
		    (size_t)(quote - p - 1));
		p = quote + 2;
	}
	return r;
}

static int add_canonical(struct mxlog_archive_scan *scan,
    const struct mxlog_archive_line *line, struct mxlog_archive_member *member)
{
	int r;

	widen(member, line->level, line->time_usec, &line->trace);
	r = mxlog_archive_names_add(&scan->modules, line->module,
	    line->module_len);
	if (r == 0)
		r = add_message(scan, line);
	if (r == 0 && line->tags_len > 0)
		r = add_tags(scan, line->tags, line->tags_len);
	return r;
}

/* ---- every other line ---- */

static int add_trace(struct mxlog_archive_member *member, const char *text,
    struct mxlog_text_span span, unsigned level, int64_t time_usec)
{
	struct mxlog_ulid trace;

	if (!MXLOG_IS_SET(span) ||
	    mxlog_ulid_parse(text + span.off, span.len, &trace) < 0)
		return -EBADMSG;
	widen(member, level, time_usec, &trace);
	return 0;
}

static int add_entry(struct mxlog_archive_scan *scan,
    struct mxlog_archive_member *member)
{
	const struct mxlog_entry *entry = scan->entry;
	struct mxlog_text_span module = entry->text[MXLOG_FIELD_MODULE];
	struct mxlog_text_span message = entry->text[MXLOG_FIELD_MESSAGE];
	int r;

	r = add_trace(member, entry->bytes.data,
	    entry->text[MXLOG_FIELD_TRACE_ID], (unsigned)entry->level / 10 - 1,
	    entry->time_usec);
	if (r == 0 && MXLOG_IS_SET(module))
		r = mxlog_archive_names_add(&scan->modules,
		    mxlog_entry_text(entry, module), module.len);
	if (r == 0 && MXLOG_IS_SET(message))
		r = mxlog_ngram_set_add(&scan->grams,
		    mxlog_entry_text(entry, message), message.len);
	for (size_t i = 0; r == 0 && i < entry->n_tags; i++)
		r = mxlog_archive_names_add(&scan->tags,
		    mxlog_entry_text(entry, entry->tags[i]),
		    entry->tags[i].len);
	return r;
}

static int add_metric_tag(struct mxlog_archive_scan *scan,
    const struct mxlog_metric_tag *tag)
{
	const char *text = scan->metric->bytes.data;
	struct mxlog_buf *out = &scan->text;
	int r;

	out->len = 0;
	r = mxlog_buf_add(out, text + tag->key.off, tag->key.len);
	if (r == 0)
		r = mxlog_buf_add_char(out, '=');
	if (r == 0)
		r = mxlog_buf_add(out, text + tag->value.off, tag->value.len);
	if (r < 0)
		return r;
	return mxlog_archive_names_add(&scan->tags, out->data, out->len);
}

static int add_metric(struct mxlog_archive_scan *scan,
    struct mxlog_archive_member *member)
{
	const struct mxlog_metric *metric = scan->metric;
	const char *text = metric->bytes.data;
	int r;

	r = add_trace(member, text, metric->trace_id, 0, metric->time_usec);
	if (r == 0 && MXLOG_IS_SET(metric->name))
		r = mxlog_archive_names_add(&scan->modules,
		    text + metric->name.off, metric->name.len);
	for (size_t i = 0; r == 0 && i < metric->n_tags; i++)
		r = add_metric_tag(scan, &metric->tags[i]);
	return r;
}

static int add_decoded(struct mxlog_archive_scan *scan, const char *line,
    size_t len, struct mxlog_archive_member *member)
{
	int r;

	if (scan->kind == MXLOG_METRICS)
		r = mxlog_ndjson_decode_metric(line, len, scan->metric, NULL);
	else
		r = mxlog_ndjson_decode(line, len, scan->entry, NULL);
	if (r == 0 && scan->kind == MXLOG_METRICS)
		r = add_metric(scan, member);
	else if (r == 0)
		r = add_entry(scan, member);
	if (r == -ENOMEM)
		return r;
	member->flags |= MXLOG_MEMBER_FOREIGN;
	member->damaged += r < 0;
	return 0;
}

static int add_line(struct mxlog_archive_scan *scan, const char *line,
    size_t len, struct mxlog_archive_member *member)
{
	struct mxlog_archive_line fields;

	member->lines++;
	if (len >= MXLOG_LINE_MAX) {
		member->flags |= MXLOG_MEMBER_FOREIGN;
		member->damaged++;
		return 0;
	}
	/* The scan of a line relies on its newline: all but a last one, which
	 * nobody but somebody else leaves without, have it. */
	if (scan->kind == MXLOG_ENTRIES && line[len] == '\n' &&
	    mxlog_archive_line_scan(line, len, &fields) &&
	    (mxlog_archive_names_know(&scan->modules, fields.module,
		 fields.module_len) ||
		mxlog_module_is_valid(fields.module, fields.module_len)))
		return add_canonical(scan, &fields, member);
	return add_decoded(scan, line, len, member);
}

/* Room for what a member holds, which stays as long as the scan. */
static int new_list(struct mxlog_archive_scan *scan, size_t n, uint16_t **ret)
{
	uint16_t **lists, *list;

	lists = reallocarray(scan->lists, scan->n_lists + 1, sizeof(*lists));
	if (!lists)
		return -ENOMEM;
	scan->lists = lists;
	list = calloc(n + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	lists[scan->n_lists++] = list;
	*ret = list;
	return 0;
}

static int take_list(struct mxlog_archive_scan *scan,
    struct mxlog_archive_names *names, const uint16_t **ret, uint16_t *ret_n)
{
	uint16_t n = mxlog_archive_names_count(names);
	uint16_t *list;
	int r;

	r = new_list(scan, n == MXLOG_ARCHIVE_ANY ? 0 : n, &list);
	if (r < 0)
		return r;
	mxlog_archive_names_take(names, list);
	*ret = list;
	*ret_n = n;
	return 0;
}

int mxlog_archive_scan_member(struct mxlog_archive_scan *scan,
    const char *content, size_t len, bool continues,
    struct mxlog_archive_member *ret)
{
	struct mxlog_archive_member member = {
		.min_usec = INT64_MAX,
		.max_usec = INT64_MIN,
		.min_trace = { UINT64_MAX, UINT64_MAX },
	};
	const char *end = content + len;
	int r;

	mxlog_ngram_set_clear(&scan->grams);
	for (const char *p = content; p < end;) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));

		if (!newline || (continues && p == content)) {
			/* Part of a line only. */
			member.lines++;
			member.damaged++;
			member.flags |= MXLOG_MEMBER_FOREIGN;
		} else {
			r = add_line(scan, p, (size_t)(newline - p), &member);
			if (r < 0)
				return r;
		}
		p = newline ? newline + 1 : end;
	}
	if (continues)
		member.flags |= MXLOG_MEMBER_CONTINUES;
	r = take_list(scan, &scan->modules, &member.modules, &member.n_modules);
	if (r == 0)
		r = take_list(scan, &scan->tags, &member.tags, &member.n_tags);
	if (r < 0)
		return r;
	*ret = member;
	return 0;
}
