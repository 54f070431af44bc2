/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/dispatch.h"

#include <stdlib.h>

#include "base/number.h"
#include "logger/handler_store.h"
#include "logger/rate_limit.h"
#include "logger/thread_context.h"
#include "write/pipeline.h"

enum {
	ITEM_KEEP = 16 * 1024, /* bytes that an idle item holds at most */
};

struct mxlog_dispatch {
	struct mxlog_pipeline *pipeline; /* NULL until first needed */
	struct mxlog_handler **handlers; /* owned, all there are */
	size_t n_handlers;
	struct mxlog_handler fallback; /* the console: when all else fails */
	struct mxlog_rate_limit rate_limit;
	struct mxlog_item *own; /* for entries of ours */
};

/* ---- items ---- */

int mxlog_item_new(struct mxlog_item **ret)
{
	struct mxlog_item *item = calloc(1, sizeof(*item));

	if (!item || mxlog_entry_new(&item->entry) < 0) {
		free(item);
		return -ENOMEM;
	}
	*ret = item;
	return 0;
}

void mxlog_item_free(struct mxlog_item *item)
{
	if (!item)
		return;
	mxlog_entry_free(item->entry);
	mxlog_metric_free(item->metric);
	free(item);
}

void mxlog_item_trim(struct mxlog_item *item)
{
	if (UNLIKELY(item->entry->bytes.capacity > ITEM_KEEP ||
		item->entry->exception)) {
		mxlog_entry_reset(item->entry);
		if (item->entry->bytes.capacity > ITEM_KEEP)
			mxlog_buf_done(&item->entry->bytes);
	}
}

/* ---- which handlers a logger has ---- */

static int append(struct mxlog_handler ***handlers, size_t *n,
    struct mxlog_handler *handler)
{
	struct mxlog_handler **grown =
	    reallocarray(*handlers, *n + 1, sizeof(struct mxlog_handler *));

	if (!grown)
		return -ENOMEM;
	*handlers = grown;
	grown[(*n)++] = handler;
	return 0;
}

static void handler_free(struct mxlog_handler *handler)
{
	if (!handler)
		return;
	mxlog_handler_close(handler);
	free(handler);
}

/* On success the delivery owns a copy, on failure it is closed. */
static int own(struct mxlog_dispatch *dispatch,
    const struct mxlog_handler *handler, struct mxlog_handler **ret)
{
	struct mxlog_handler *copy = malloc(sizeof(*copy));
	struct mxlog_handler closing = *handler;

	if (copy)
		*copy = *handler;
	if (!copy ||
	    append(&dispatch->handlers, &dispatch->n_handlers, copy) < 0) {
		free(copy);
		mxlog_handler_close(&closing);
		return -ENOMEM;
	}
	*ret = copy;
	return 0;
}

int mxlog_dispatch_attach(struct mxlog_dispatch *dispatch,
    struct mxlog_logger *logger, const struct mxlog_handler *handler)
{
	struct mxlog_handler *owned;
	int r = own(dispatch, handler, &owned);

	return r < 0 ? r
		     : append(&logger->handlers, &logger->n_handlers, owned);
}

/* Take every configured handler away from a logger. */
static void detach(struct mxlog_logger *logger, void *arg)
{
	bool all = arg != NULL;
	size_t n = 0;

	for (size_t i = 0; i < logger->n_handlers; i++)
		if (!all && !logger->handlers[i]->configured)
			logger->handlers[n++] = logger->handlers[i];
	logger->n_handlers = n;
	if (n == 0) {
		free(logger->handlers);
		logger->handlers = NULL;
	}
}

static void close_handlers(struct mxlog_dispatch *dispatch, bool all)
{
	size_t n = 0;

	mxlog_registry_each(detach, all ? dispatch : NULL);
	for (size_t i = 0; i < dispatch->n_handlers; i++) {
		if (all || dispatch->handlers[i]->configured)
			handler_free(dispatch->handlers[i]);
		else
			dispatch->handlers[n++] = dispatch->handlers[i];
	}
	dispatch->n_handlers = n;
}

/* ---- what a configuration asks for ---- */

/* Handlers opened for a configuration; the logger of each by name, NULL: the
 * root. */
struct plan {
	struct mxlog_handler **handlers;
	size_t n;
};

static void plan_done(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		handler_free(plan->handlers[i]);
	free(plan->handlers);
}

static int plan_add(struct plan *plan, const struct mxlog_handler *opened)
{
	struct mxlog_handler *copy = malloc(sizeof(*copy));
	struct mxlog_handler closing = *opened;

	if (copy) {
		*copy = *opened;
		copy->configured = true;
	}
	if (!copy || append(&plan->handlers, &plan->n, copy) < 0) {
		free(copy);
		mxlog_handler_close(&closing);
		return -ENOMEM;
	}
	return 0;
}

static bool names_type(const struct mxlog_config *config, const char *type)
{
	for (size_t i = 0; i < config->n_handlers; i++)
		if (strcmp(config->handlers[i].type, type) == 0)
			return true;
	return false;
}

/* First the handlers of the YAML, in their order, then what `format` says and
 * they lack: the store, the console or both. */
static int plan_open(struct plan *plan, const struct mxlog_config *config,
    struct mxlog_error *reterr)
{
	struct mxlog_handler handler = { 0 };
	int r = 0;

	for (size_t i = 0; i < config->n_handlers && r == 0; i++) {
		r = mxlog_handler_open(config, &config->handlers[i], &handler,
		    reterr);
		if (r == 0)
			r = plan_add(plan, &handler);
	}
	if (r == 0 && config->format != MXLOG_FORMAT_CONSOLE &&
	    !names_type(config, "store")) {
		r = mxlog_store_handler_open(config, &handler, reterr);
		if (r == 0)
			r = plan_add(plan, &handler);
	}
	if (r == 0 && config->format != MXLOG_FORMAT_JSON &&
	    !names_type(config, "console")) {
		r = mxlog_console_handler_open(NULL, NULL, &handler, reterr);
		handler.level = MXLOG_DEBUG;
		if (r == 0)
			r = plan_add(plan, &handler);
	}
	return r;
}

static int attach_named(const struct mxlog_config *config,
    const struct plan *plan, const struct mxlog_logger_config *wanted,
    bool *used)
{
	struct mxlog_logger *logger = strcmp(wanted->name, "root") == 0
	    ? mxlog_registry_root()
	    : mxlog_registry_get(wanted->name);
	int r = 0;

	for (size_t i = 0; i < wanted->n_handlers; i++)
		for (size_t j = 0; j < config->n_handlers && r == 0; j++) {
			if (strcmp(wanted->handlers[i],
				config->handlers[j].name) != 0)
				continue;
			used[j] = true;
			r = append(&logger->handlers, &logger->n_handlers,
			    plan->handlers[j]);
		}
	return r;
}

/* Give each logger its handlers; those that no logger names, and the store,
 * belong to the root. */
static int plan_attach(const struct plan *plan,
    const struct mxlog_config *config)
{
	struct mxlog_logger *root = mxlog_registry_root();
	bool *used = calloc(plan->n + 1, sizeof(*used));
	int r = used ? 0 : -ENOMEM;

	for (size_t i = 0; i < config->n_loggers && r == 0; i++)
		r = attach_named(config, plan, &config->loggers[i], used);
	for (size_t i = 0; i < plan->n && r == 0; i++)
		if (!used[i])
			r = append(&root->handlers, &root->n_handlers,
			    plan->handlers[i]);
	free(used);
	return r;
}

/* The plan's handlers become the delivery's; the plan is empty then. */
static int plan_adopt(struct mxlog_dispatch *dispatch, struct plan *plan)
{
	struct mxlog_handler **grown = reallocarray(dispatch->handlers,
	    dispatch->n_handlers + plan->n + 1, sizeof(struct mxlog_handler *));

	if (!grown)
		return -ENOMEM;
	dispatch->handlers = grown;
	for (size_t i = 0; i < plan->n; i++)
		grown[dispatch->n_handlers++] = plan->handlers[i];
	plan->n = 0;
	return 0;
}

static int use_plan(struct mxlog_dispatch *dispatch, struct plan *plan,
    const struct mxlog_config *config)
{
	int r;

	close_handlers(dispatch, false);
	r = config ? plan_attach(plan, config) : 0;
	if (r == 0)
		r = plan_adopt(dispatch, plan);
	if (r < 0) /* out of memory: no logger may keep what is closed now */
		mxlog_registry_each(detach, NULL);
	return r;
}

int mxlog_dispatch_configure(struct mxlog_dispatch *dispatch,
    const struct mxlog_config *config, struct mxlog_error *reterr)
{
	struct mxlog_pipeline *pipeline = NULL;
	struct plan plan = { 0 };
	int r = config ? plan_open(&plan, config, reterr) : 0;

	if (r == 0 && config)
		r = mxlog_pipeline_new(config, &pipeline, reterr);
	if (r == 0) {
		(void)mxlog_dispatch_flush(dispatch, false);
		r = use_plan(dispatch, &plan, config);
	}
	if (r == 0) {
		mxlog_pipeline_free(dispatch->pipeline);
		dispatch->pipeline = pipeline;
		pipeline = NULL;
		mxlog_registry_configure(config);
	}
	mxlog_pipeline_free(pipeline);
	plan_done(&plan);
	return r;
}

int mxlog_dispatch_new(const struct mxlog_config *config,
    struct mxlog_dispatch **ret, struct mxlog_error *reterr)
{
	struct mxlog_dispatch *dispatch = calloc(1, sizeof(*dispatch));
	int r;

	if (!dispatch)
		return -ENOMEM;
	r = mxlog_item_new(&dispatch->own);
	if (r == 0)
		r = mxlog_console_handler_open(NULL, NULL, &dispatch->fallback,
		    reterr);
	if (r == 0)
		r = mxlog_dispatch_configure(dispatch, config, reterr);
	if (r < 0) {
		mxlog_dispatch_free(dispatch);
		return r;
	}
	*ret = dispatch;
	return 0;
}

void mxlog_dispatch_close_handlers(struct mxlog_dispatch *dispatch)
{
	(void)mxlog_dispatch_flush(dispatch, false);
	close_handlers(dispatch, true);
}

void mxlog_dispatch_free(struct mxlog_dispatch *dispatch)
{
	if (!dispatch)
		return;
	(void)mxlog_dispatch_flush(dispatch, false);
	close_handlers(dispatch, true);
	free(dispatch->handlers);
	mxlog_handler_close(&dispatch->fallback);
	mxlog_pipeline_free(dispatch->pipeline);
	mxlog_item_free(dispatch->own);
	free(dispatch);
}

/* ---- delivering ---- */

static int hand(struct mxlog_handler *handler, const struct mxlog_item *item)
{
	if (item->is_metric)
		return handler->ops->handle_metric
		    ? handler->ops->handle_metric(handler->ctx, item->metric)
		    : 0;
	if (item->entry->level < handler->level)
		return 0;
	return handler->ops->handle(handler->ctx, item->entry);
}

static void hand_and_tell(struct mxlog_dispatch *dispatch,
    struct mxlog_handler *handler, const struct mxlog_item *item)
{
	int r = hand(handler, item);

	handler->dirty = true;
	if (r < 0)
		mxlog_stderr_limited(&dispatch->rate_limit,
		    "mxlog: handler %s failed: %s", handler->ops->name,
		    strerrordesc_np(-r));
}

/* Without a configuration the built-in rules redact what stderr gets. */
static int make_default_pipeline(struct mxlog_dispatch *dispatch)
{
	struct mxlog_config *config;
	int r = mxlog_config_new(&config);

	if (r < 0)
		return r;
	r = mxlog_pipeline_new(config, &dispatch->pipeline, NULL);
	mxlog_config_free(config);
	return r;
}

static int set_names(struct mxlog_item *item)
{
	struct mxlog_entry *entry = item->entry;
	const struct mxlog_source *source = item->source;
	const char *name = *item->logger->name ? item->logger->name
					       : program_invocation_short_name;
	char thread_id[MXLOG_NUMBER_MAX];
	const char *process_id;
	size_t len;
	int r = mxlog_entry_set(entry, MXLOG_FIELD_MODULE, name, strlen(name));

	if (r == 0 && source) {
		r = mxlog_entry_set(entry, MXLOG_FIELD_FUNCTION,
		    source->function, strlen(source->function));
		(void)mxlog_entry_set_line_number(entry, source->line);
	}
	len = mxlog_number_format_i64(thread_id, item->thread_id);
	if (r == 0)
		r = mxlog_entry_set(entry, MXLOG_FIELD_THREAD_ID, thread_id,
		    len);
	len = mxlog_thread_context_process_id(&process_id);
	if (r == 0 && len > 0)
		r = mxlog_entry_set(entry, MXLOG_FIELD_PROCESS_ID, process_id,
		    len);
	return r;
}

static int prepare(struct mxlog_dispatch *dispatch, struct mxlog_item *item)
{
	int r = 0;

	if (UNLIKELY(!dispatch->pipeline))
		r = make_default_pipeline(dispatch);
	if (r == 0 && !item->is_metric && item->thread_id != 0)
		r = set_names(item);
	if (r < 0)
		return r;
	r = item->is_metric
	    ? mxlog_pipeline_metric(dispatch->pipeline, item->metric)
	    : mxlog_pipeline_entry(dispatch->pipeline, item->entry);
	mxlog_pipeline_settle(dispatch->pipeline); /* it does not come again */
	return r;
}

void mxlog_dispatch_handle(struct mxlog_dispatch *dispatch,
    struct mxlog_item *item)
{
	struct mxlog_logger *logger = item->logger;
	size_t handlers = 0;
	int r = prepare(dispatch, item);

	if (r < 0) { /* no handler may see it */
		mxlog_stderr_limited(&dispatch->rate_limit,
		    "mxlog: an entry could not be redacted and is lost: %s",
		    strerrordesc_np(-r));
		return;
	}
	while (logger) {
		handlers += logger->n_handlers;
		for (size_t i = 0; i < logger->n_handlers; i++)
			hand_and_tell(dispatch, logger->handlers[i], item);
		logger =
		    atomic_load(&logger->propagate) ? logger->parent : NULL;
	}
	if (handlers == 0)
		hand_and_tell(dispatch, &dispatch->fallback, item);
}

/* "shed_debug" … in the order of ranks. */
static const char *const shed_keys[MXLOG_QUEUE_RANKS] = {
	"shed_debug",
	"shed_info",
	"shed_warning",
	"shed_error",
	"shed_critical",
};

static int describe_shed(struct mxlog_entry *entry,
    const uint64_t shed[MXLOG_QUEUE_RANKS])
{
	struct mxlog_buf text = { 0 };
	uint64_t total = 0;
	int r = 0;

	for (int i = 0; i < MXLOG_QUEUE_RANKS; i++)
		total += shed[i];
	if (total == 0)
		return -ENOENT;
	r = mxlog_buf_printf(&text, "Shed %ju entries: the queue was full",
	    (uintmax_t)total);
	if (r == 0)
		r = mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, text.data,
		    text.len);
	for (int i = 0; i < MXLOG_QUEUE_RANKS && r == 0; i++)
		r = mxlog_entry_add_context_int(entry, shed_keys[i],
		    strlen(shed_keys[i]), (int64_t)shed[i]);
	mxlog_buf_done(&text);
	return r;
}

void mxlog_dispatch_report_shed(struct mxlog_dispatch *dispatch,
    const uint64_t shed[MXLOG_QUEUE_RANKS])
{
	struct mxlog_entry *entry = dispatch->own->entry;
	int r;

	mxlog_entry_reset(entry);
	r = describe_shed(entry, shed);
	if (r == -ENOENT)
		return;
	mxlog_entry_set_level(entry, MXLOG_WARNING);
	entry->audit = true;
	if (r == 0)
		r = mxlog_entry_set(entry, MXLOG_FIELD_MODULE,
		    LITERAL("mxlog.logger"));
	if (r == 0)
		r = mxlog_entry_add_context(entry, LITERAL("action"),
		    LITERAL("shed"));
	if (r == 0)
		r = mxlog_entry_add_context(entry, LITERAL("actor"),
		    program_invocation_short_name,
		    strlen(program_invocation_short_name));
	if (r == 0)
		r = mxlog_entry_add_context(entry, LITERAL("result"),
		    LITERAL("lost"));
	if (r < 0)
		return;
	dispatch->own->logger = mxlog_registry_root();
	mxlog_dispatch_handle(dispatch, dispatch->own);
}

static int flush(struct mxlog_handler *handler, bool sync)
{
	bool due = handler->dirty || handler->has_timer || sync;

	if (!due || !handler->ops->flush)
		return 0;
	handler->dirty = false;
	return handler->ops->flush(handler->ctx, sync);
}

int mxlog_dispatch_flush(struct mxlog_dispatch *dispatch, bool sync)
{
	int first = flush(&dispatch->fallback, sync);

	for (size_t i = 0; i < dispatch->n_handlers; i++) {
		int r = flush(dispatch->handlers[i], sync);

		if (r < 0 && first == 0)
			first = r;
		if (r < 0)
			mxlog_stderr_limited(&dispatch->rate_limit,
			    "mxlog: handler %s failed: %s",
			    dispatch->handlers[i]->ops->name,
			    strerrordesc_np(-r));
	}
	return first;
}
