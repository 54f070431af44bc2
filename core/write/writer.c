/* SPDX-License-Identifier: Apache-2.0 */
#include "write/writer_private.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <mxlog/payload.h>

#include "base/number.h"
#include "config/config_private.h"
#include "entry/ndjson.h"
#include "store/store.h"
#include "write/pipeline.h"

enum {
	OWNER_BUF = 16 * 1024, /* of a passwd or group entry */
};

/* What a reload replaces. */
struct rules {
	struct mxlog_pipeline *pipeline;
	struct mxlog_payload_rules *payload;
	struct mxlog_config levels; /* level and module_levels alone are set */
	enum mxlog_level lowest;    /* no module keeps anything below */
	enum mxlog_level exception_level;
};

struct mxlog_writer {
	char *log_dir; /* as configured */
	char *actor;
	enum mxlog_sync sync;
	struct rules rules;
	struct mxlog_store *store;
	struct mxlog_entry *audit;
	char *segment_path; /* for _get_segment */
	uint64_t pending;   /* lines */
	struct mxlog_writer_stats stats;
};

/* ---- rules ---- */

static void rules_done(struct rules *rules)
{
	for (size_t i = 0; i < rules->levels.n_module_levels; i++)
		free(rules->levels.module_levels[i].module);
	free(rules->levels.module_levels);
	mxlog_pipeline_free(rules->pipeline);
	mxlog_payload_rules_free(rules->payload);
	*rules = (struct rules){ 0 };
}

static int copy_levels(struct rules *rules, const struct mxlog_config *config)
{
	size_t n = config->n_module_levels;
	struct mxlog_module_level *copies;

	rules->levels.level = config->level;
	rules->lowest = config->level;
	rules->exception_level = config->exception_level;
	if (n == 0)
		return 0;
	copies = calloc(n, sizeof(*copies));
	if (!copies)
		return -ENOMEM;
	rules->levels.module_levels = copies;
	for (size_t i = 0; i < n; i++) {
		copies[i] = config->module_levels[i];
		copies[i].module = strdup(config->module_levels[i].module);
		rules->levels.n_module_levels = i + 1;
		if (!copies[i].module)
			return -ENOMEM;
		rules->lowest = MIN(rules->lowest, copies[i].level);
	}
	return 0;
}

static int rules_init(struct rules *rules, const struct mxlog_config *config,
    struct mxlog_error *reterr)
{
	int r;

	*rules = (struct rules){
		.payload = mxlog_payload_rules_ref(config->payload),
	};
	r = copy_levels(rules, config);
	if (r < 0)
		(void)mxlog_error_set(reterr, r, "out of memory");
	else
		r = mxlog_pipeline_new(config, &rules->pipeline, reterr);
	if (r < 0)
		rules_done(rules);
	return r;
}

/* ---- the owner of new files ---- */

static int find_user(const char *name, struct mxlog_store_options *options)
{
	char buf[OWNER_BUF];
	struct passwd entry, *found = NULL;
	uint64_t uid = 0;
	int r;

	r = getpwnam_r(name, &entry, buf, sizeof(buf), &found);
	if (found) {
		options->uid = found->pw_uid;
		options->gid = found->pw_gid;
		return 0;
	}
	if (mxlog_number_parse_u64(name, strlen(name), &uid) == 0 &&
	    uid < UINT32_MAX) {
		options->uid = (uint32_t)uid;
		return 0;
	}
	return r > 0 ? -r : -ENOENT;
}

static int find_group(const char *name, struct mxlog_store_options *options)
{
	char buf[OWNER_BUF];
	struct group entry, *found = NULL;
	uint64_t gid = 0;
	int r;

	r = getgrnam_r(name, &entry, buf, sizeof(buf), &found);
	if (found) {
		options->gid = found->gr_gid;
		return 0;
	}
	if (mxlog_number_parse_u64(name, strlen(name), &gid) == 0 &&
	    gid < UINT32_MAX) {
		options->gid = (uint32_t)gid;
		return 0;
	}
	return r > 0 ? -r : -ENOENT;
}

/* "user", "user:group"; names or numbers. */
static int parse_owner(const char *owner, struct mxlog_store_options *options,
    struct mxlog_error *reterr)
{
	const char *colon = strchr(owner, ':');
	char *user;
	int r;

	user = strndup(owner, colon ? (size_t)(colon - owner) : strlen(owner));
	if (!user)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	r = find_user(user, options);
	if (r < 0)
		(void)mxlog_error_set(reterr, -EINVAL,
		    "owner \"%s\": there is no user \"%s\"", owner, user);
	free(user);
	if (r == 0 && colon) {
		r = find_group(colon + 1, options);
		if (r < 0)
			(void)mxlog_error_set(reterr, -EINVAL,
			    "owner \"%s\": there is no group \"%s\"", owner,
			    colon + 1);
	}
	return r < 0 ? -EINVAL : 0;
}

/* ---- opening and closing ---- */

static uint64_t max_bytes(const struct mxlog_config *config)
{
	return (uint64_t)config->max_file_size_mb * 1024 * 1024;
}

static int open_store(struct mxlog_writer *writer,
    const struct mxlog_config *config, const char *owner,
    struct mxlog_error *reterr)
{
	struct mxlog_store_options options = {
		.max_segment_bytes = max_bytes(config),
		.uid = UINT32_MAX,
		.gid = UINT32_MAX,
		.lazy = writer->sync == MXLOG_SYNC_NONE,
	};
	int r = 0;

	if (owner)
		r = parse_owner(owner, &options, reterr);
	if (r < 0)
		return r;
	return mxlog_store_open(config->log_dir, &options, &writer->store,
	    reterr);
}

static int allocate(struct mxlog_writer *writer,
    const struct mxlog_config *config,
    const struct mxlog_writer_options *options, struct mxlog_error *reterr)
{
	int r;

	r = mxlog_entry_new(&writer->audit);
	writer->log_dir = strdup(config->log_dir);
	writer->actor = strdup(options->actor ? options->actor : "mxlog");
	writer->segment_path = malloc(MXLOG_SEGMENT_PATH_MAX);
	if (r < 0 || !writer->log_dir || !writer->actor ||
	    !writer->segment_path)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	writer->sync = options->sync;
	return 0;
}

static void writer_free(struct mxlog_writer *writer)
{
	mxlog_store_close(writer->store);
	rules_done(&writer->rules);
	mxlog_entry_free(writer->audit);
	free(writer->segment_path);
	free(writer->actor);
	free(writer->log_dir);
	free(writer);
}

int mxlog_writer_open(const struct mxlog_config *config,
    const struct mxlog_writer_options *options, struct mxlog_writer **ret,
    struct mxlog_error *reterr)
{
	if (!config || !ret)
		return -EINVAL;

	struct mxlog_writer_options known = { 0 };
	struct mxlog_writer *writer = calloc(1, sizeof(*writer));
	int r;

	if (!writer)
		return mxlog_error_set(reterr, -ENOMEM, "out of memory");
	/* A caller built against another version knows fewer, or more. */
	if (options)
		memcpy(&known, options, MIN(options->size, sizeof(known)));

	r = allocate(writer, config, &known, reterr);
	if (r == 0)
		r = rules_init(&writer->rules, config, reterr);
	if (r == 0)
		r = open_store(writer, config, known.owner, reterr);
	if (r < 0) {
		writer_free(writer);
		return r;
	}
	*ret = writer;
	return 0;
}

int mxlog_writer_close(struct mxlog_writer *writer)
{
	int r;

	if (!writer)
		return 0;
	r = mxlog_writer_commit(writer);
	if (r < 0) /* what was not stored does not count */
		mxlog_writer_rollback(writer);
	writer_free(writer);
	return r;
}

int mxlog_writer_reload(struct mxlog_writer *writer,
    const struct mxlog_config *config, struct mxlog_error *reterr)
{
	if (!writer || !config)
		return -EINVAL;

	struct mxlog_redact_stats stats;
	struct rules rules;
	int r;

	if (strcmp(writer->log_dir, config->log_dir) != 0)
		return mxlog_error_set(reterr, -EINVAL,
		    "log_dir can't change from %s to %s while it is in use",
		    writer->log_dir, config->log_dir);
	r = rules_init(&rules, config, reterr);
	if (r < 0)
		return r;

	mxlog_pipeline_get_stats(writer->rules.pipeline, &stats);
	writer->stats.redactions += stats.redactions;
	writer->stats.redaction_failures += stats.failures;
	mxlog_pipeline_take_steps(rules.pipeline, writer->rules.pipeline);
	rules_done(&writer->rules);
	writer->rules = rules;
	mxlog_store_set_max(writer->store, max_bytes(config));
	mxlog_store_release(writer->store);
	return 0;
}

/* ---- adding ---- */

/* Where the next line of this day is encoded to, behind the others. */
static int begin_line(struct mxlog_writer *writer, enum mxlog_kind kind,
    int64_t time_usec, struct mxlog_buf **ret, size_t *ret_start)
{
	int r;

	/* A forked child has nothing of its parent's batch. */
	if (mxlog_store_pending(writer->store) == 0)
		writer->pending = 0;
	r = mxlog_store_get_lines(writer->store, kind, time_usec, ret);
	if (r == 0)
		*ret_start = (*ret)->len;
	return r;
}

static void end_line(struct mxlog_writer *writer, const struct mxlog_buf *lines,
    size_t start)
{
	mxlog_store_added(writer->store, lines->len - start);
	writer->pending++;
}

int mxlog_writer_put(struct mxlog_writer *writer,
    const struct mxlog_entry *entry)
{
	struct mxlog_buf *lines = NULL;
	size_t start = 0;
	int r;

	r = begin_line(writer, MXLOG_ENTRIES, entry->time_usec, &lines, &start);
	if (r == 0)
		r = mxlog_ndjson_encode(entry, lines);
	if (r == 0)
		end_line(writer, lines, start);
	return r;
}

int mxlog_writer_put_metric(struct mxlog_writer *writer,
    const struct mxlog_metric *metric)
{
	struct mxlog_buf *lines = NULL;
	size_t start = 0;
	int r;

	r = begin_line(writer, MXLOG_METRICS, metric->time_usec, &lines,
	    &start);
	if (r == 0)
		r = mxlog_ndjson_encode_metric(metric, lines);
	if (r == 0)
		end_line(writer, lines, start);
	return r;
}

void mxlog_writer_each_pending(const struct mxlog_writer *writer,
    void (*each)(void *arg, enum mxlog_kind kind, int32_t day,
	const char *lines, size_t len),
    void *arg)
{
	mxlog_store_each_pending(writer->store, each, arg);
}

int mxlog_writer_put_lines(struct mxlog_writer *writer, enum mxlog_kind kind,
    int32_t day, const char *lines, size_t len, size_t n)
{
	struct mxlog_buf *all = NULL;
	size_t start = 0;
	int r;

	r = begin_line(writer, kind, day * USEC_PER_DAY, &all, &start);
	if (r == 0)
		r = mxlog_buf_add(all, lines, len);
	if (r == 0) {
		mxlog_store_added(writer->store, len);
		writer->pending += n;
	}
	return r;
}

static void count_dropped(struct mxlog_writer *writer, enum mxlog_level level)
{
	writer->stats.dropped[level / 10 - 1]++;
}

/* The module is only known by its final name when it was prepared. */
static bool is_wanted(const struct mxlog_writer *writer,
    const struct mxlog_entry *entry)
{
	struct mxlog_text_span module = entry->text[MXLOG_FIELD_MODULE];

	return entry->audit ||
	    entry->level >= mxlog_config_level_of(&writer->rules.levels,
				mxlog_entry_text(entry, module), module.len);
}

/* An exception that came without a level of its own is no INFO. */
static int raise_level(const struct mxlog_writer *writer,
    struct mxlog_entry *entry)
{
	const char *name = mxlog_level_name(entry->level);
	int r;

	if (!entry->default_level || !entry->exception ||
	    entry->level >= writer->rules.exception_level)
		return 0;
	r = mxlog_entry_add_identity(entry, LITERAL("original_level"), name,
	    strlen(name));
	if (r == -ENOMEM)
		return r;
	mxlog_entry_set_level(entry, writer->rules.exception_level);
	return 0;
}

int mxlog_writer_add(struct mxlog_writer *writer, struct mxlog_entry *entry)
{
	if (!writer || !entry)
		return -EINVAL;

	struct mxlog_pipeline *pipeline = writer->rules.pipeline;
	size_t mark;
	int r = raise_level(writer, entry);

	if (r < 0)
		return r;
	/* What no module keeps is not worth preparing. */
	if (entry->level < writer->rules.lowest && !entry->audit) {
		count_dropped(writer, entry->level);
		return 0;
	}
	mark = mxlog_pipeline_mark(pipeline);
	r = mxlog_pipeline_entry(pipeline, entry);
	if (r < 0)
		return r;
	if (is_wanted(writer, entry)) {
		r = mxlog_writer_put(writer, entry);
		if (r == 0)
			return 0;
	} else {
		count_dropped(writer, entry->level);
	}
	mxlog_pipeline_undo(pipeline, mark);
	return r;
}

int mxlog_writer_add_metric(struct mxlog_writer *writer,
    struct mxlog_metric *metric)
{
	if (!writer || !metric)
		return -EINVAL;

	struct mxlog_pipeline *pipeline = writer->rules.pipeline;
	size_t mark = mxlog_pipeline_mark(pipeline);
	int r;

	r = mxlog_pipeline_metric(pipeline, metric);
	if (r < 0)
		return r;
	r = mxlog_writer_put_metric(writer, metric);
	if (r < 0)
		mxlog_pipeline_undo(pipeline, mark);
	return r;
}

static int set_audit(struct mxlog_entry *entry, const char *key,
    const char *value)
{
	return mxlog_entry_add_context(entry, key, strlen(key), value,
	    strlen(value));
}

static int set_process(struct mxlog_entry *entry)
{
	char text[MXLOG_NUMBER_MAX];
	size_t len = mxlog_number_format_u64(text, (uint64_t)getpid());

	return mxlog_entry_set(entry, MXLOG_FIELD_PROCESS_ID, text, len);
}

int mxlog_writer_add_audit_with(struct mxlog_writer *writer,
    enum mxlog_level level, const char *action, const char *result,
    const char *message, const char *key, const char *value)
{
	if (!writer || !action || !result || !message || (key && !value))
		return -EINVAL;

	struct mxlog_entry *entry = writer->audit;
	int r;

	mxlog_entry_reset(entry);
	mxlog_entry_set_level(entry, level);
	entry->audit = true;
	r = mxlog_entry_set(entry, MXLOG_FIELD_MODULE, LITERAL("mxlog.audit"));
	if (r == 0)
		r = mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, message,
		    strlen(message));
	if (r == 0)
		r = set_process(entry);
	if (r == 0)
		r = set_audit(entry, "action", action);
	if (r == 0)
		r = set_audit(entry, "actor", writer->actor);
	if (r == 0)
		r = set_audit(entry, "result", result);
	if (r == 0 && key)
		r = set_audit(entry, key, value);
	return r < 0 ? r : mxlog_writer_add(writer, entry);
}

int mxlog_writer_add_audit(struct mxlog_writer *writer, enum mxlog_level level,
    const char *action, const char *result, const char *message)
{
	if (!writer || !action || !result || !message)
		return -EINVAL;

	return mxlog_writer_add_audit_with(writer, level, action, result,
	    message, NULL, NULL);
}

const struct mxlog_payload_rules *mxlog_writer_get_payload(
    const struct mxlog_writer *writer)
{
	return writer ? writer->rules.payload : NULL;
}

/* ---- storing ---- */

int mxlog_writer_reserve(struct mxlog_writer *writer, size_t bytes)
{
	if (!writer)
		return -EINVAL;

	return mxlog_store_reserve(writer->store, bytes);
}

int mxlog_writer_commit(struct mxlog_writer *writer)
{
	if (!writer)
		return -EINVAL;

	size_t bytes = mxlog_store_pending(writer->store);
	int r;

	if (bytes == 0)
		writer->pending = 0;
	r = mxlog_store_commit(writer->store, writer->sync == MXLOG_SYNC_BATCH);
	if (r < 0) {
		writer->stats.failures++;
		return r;
	}
	if (writer->sync == MXLOG_SYNC_AHEAD)
		mxlog_store_write_ahead(writer->store);
	mxlog_pipeline_settle(writer->rules.pipeline);
	writer->stats.entries += writer->pending;
	writer->stats.bytes += bytes;
	writer->pending = 0;
	return 0;
}

void mxlog_writer_rollback(struct mxlog_writer *writer)
{
	if (!writer)
		return;

	mxlog_store_rollback(writer->store);
	mxlog_pipeline_undo(writer->rules.pipeline, 0);
	writer->pending = 0;
}

size_t mxlog_writer_pending(const struct mxlog_writer *writer)
{
	if (!writer)
		return 0;

	return mxlog_store_pending(writer->store);
}

int mxlog_writer_sync(struct mxlog_writer *writer)
{
	if (!writer)
		return -EINVAL;

	return mxlog_store_sync(writer->store);
}

/* ---- telling ---- */

int mxlog_writer_get_segment(const struct mxlog_writer *writer, size_t index,
    const char **ret_name, uint64_t *ret_size)
{
	if (!writer || !ret_name || !ret_size)
		return -EINVAL;

	struct mxlog_segment_name name;

	if (!mxlog_store_get_end(writer->store, index, &name, ret_size))
		return 0;
	mxlog_segment_format_path(writer->segment_path, &name);
	*ret_name = writer->segment_path;
	return 1;
}

void mxlog_writer_get_stats(const struct mxlog_writer *writer,
    struct mxlog_writer_stats *ret)
{
	if (!writer || !ret)
		return;

	struct mxlog_redact_stats stats;

	mxlog_pipeline_get_stats(writer->rules.pipeline, &stats);
	*ret = writer->stats;
	ret->redactions += stats.redactions;
	ret->redaction_failures += stats.failures;
	ret->rotations = mxlog_store_rotations(writer->store);
}
