/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/dispatch.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "logger/handler_store.h"
#include "logger/rate_limit.h"
#include "logger/signal_ring.h"
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
	struct mxlog_shed shed; /* not said yet */
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

static bool is_stuck(const struct mxlog_handler *handler)
{
	return handler->is_stuck && handler->is_stuck(handler->ctx);
}

static _Thread_local bool handling MXLOG_FAST_TLS;

bool mxlog_dispatch_is_handling(void)
{
	return handling;
}

static int flush(struct mxlog_handler *handler, bool sync)
{
	bool due = handler->dirty || handler->has_timer || sync;
	int r;

	if (!due || !handler->ops->flush)
		return 0;
	handler->dirty = false;
	handling = !handler->configured; /* ours never log */
	r = handler->ops->flush(handler->ctx, sync);
	handling = false;
	return r;
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

/* What it refused and could not be told is said on stderr at last. */
static void handler_free(struct mxlog_handler *handler)
{
	char counts[200];

	if (!handler)
		return;
	if (handler->owes) {
		mxlog_shed_format(&handler->shed, counts, sizeof(counts));
		mxlog_stderr_say("mxlog: handler %s: %ju entries were refused: "
				 "%s",
		    handler->ops->name,
		    (uintmax_t)mxlog_shed_total(&handler->shed), counts);
	}
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

	logger = mxlog_registry_real(logger);
	return r < 0 ? r
		     : append(&logger->handlers, &logger->n_handlers, owned);
}

static size_t take_out(struct mxlog_handler **handlers, size_t n,
    const struct mxlog_handler *handler)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++)
		if (handlers[i] != handler)
			handlers[left++] = handlers[i];
	return left;
}

int mxlog_dispatch_remove(struct mxlog_dispatch *dispatch,
    struct mxlog_logger *logger, const struct mxlog_handler_ops *ops,
    const void *ctx)
{
	struct mxlog_handler *found = NULL;

	logger = mxlog_registry_real(logger);
	for (size_t i = 0; i < logger->n_handlers && !found; i++)
		if (!logger->handlers[i]->configured &&
		    logger->handlers[i]->ops == ops &&
		    logger->handlers[i]->ctx == ctx)
			found = logger->handlers[i];
	if (!found)
		return -ENOENT;
	(void)flush(found, true);
	logger->n_handlers =
	    take_out(logger->handlers, logger->n_handlers, found);
	dispatch->n_handlers =
	    take_out(dispatch->handlers, dispatch->n_handlers, found);
	handler_free(found);
	return 0;
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

static bool names_handlers(const struct mxlog_config *config)
{
	for (size_t i = 0; i < config->n_loggers; i++)
		if (config->loggers[i].n_handlers > 0)
			return true;
	return false;
}

/* Give each logger its handlers. Those of the configuration that no logger
 * names belong to the root where no logger names any, else to none, as Python
 * has it. What `format` brought belongs to the root. */
static int plan_attach(const struct plan *plan,
    const struct mxlog_config *config)
{
	struct mxlog_logger *root = mxlog_registry_root();
	bool named = names_handlers(config);
	bool *used = calloc(plan->n + 1, sizeof(*used));
	int r = used ? 0 : -ENOMEM;

	for (size_t i = 0; i < config->n_loggers && r == 0; i++)
		r = attach_named(config, plan, &config->loggers[i], used);
	for (size_t i = 0; i < plan->n && r == 0; i++)
		if (!used[i] && (!named || i >= config->n_handlers))
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

/* What no handler could be told any more. */
static void say_last(struct mxlog_dispatch *dispatch)
{
	char counts[200];

	if (mxlog_shed_total(&dispatch->shed) == 0)
		return;
	mxlog_shed_format(&dispatch->shed, counts, sizeof(counts));
	mxlog_stderr_say("mxlog: %ju entries were shed from the queue: %s",
	    (uintmax_t)mxlog_shed_total(&dispatch->shed), counts);
	dispatch->shed = (struct mxlog_shed){ 0 };
}

/* What a disk has refused so far goes to the first new handler of its kind. */
static void hand_over(struct mxlog_dispatch *dispatch, const struct plan *plan)
{
	for (size_t i = 0; i < dispatch->n_handlers; i++) {
		struct mxlog_handler *from = dispatch->handlers[i];
		size_t j = 0;

		if (!from->configured || !is_stuck(from))
			continue;
		while (j < plan->n && plan->handlers[j]->ops != from->ops)
			j++;
		if (j < plan->n)
			from->inherit(plan->handlers[j]->ctx, from->ctx);
	}
}

static int use_plan(struct mxlog_dispatch *dispatch, struct plan *plan,
    const struct mxlog_config *config)
{
	int r;

	hand_over(dispatch, plan);
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
	dispatch->fallback.configured = true;
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
	say_last(dispatch);
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
	const char *name = *item->logger->name ? item->logger->name
					       : program_invocation_short_name;
	char thread_id[MXLOG_NUMBER_MAX];
	const char *process_id;
	size_t len;
	int r = mxlog_entry_set(entry, MXLOG_FIELD_MODULE, name, strlen(name));

	if (r == 0 && *item->function)
		r = mxlog_entry_set(entry, MXLOG_FIELD_FUNCTION, item->function,
		    strlen(item->function));
	if (item->line > 0)
		(void)mxlog_entry_set_line_number(entry, item->line);
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

static int hand(struct mxlog_handler *handler, const struct mxlog_item *item)
{
	int r = 0;

	handling = !handler->configured; /* ours never log */
	if (!item->is_metric)
		r = handler->ops->handle(handler->ctx, item->entry);
	else if (handler->ops->handle_metric)
		r = handler->ops->handle_metric(handler->ctx, item->metric);
	handling = false;
	handler->dirty = true;
	return r;
}

/* The count first: a reader then knows what is missing before what follows. */
static int say_refused(struct mxlog_dispatch *dispatch,
    struct mxlog_handler *handler)
{
	struct mxlog_item *own = dispatch->own;
	char reason[128];
	int r;

	(void)snprintf(reason, sizeof(reason), "handler %s refused them",
	    handler->ops->name);
	own->is_metric = false;
	r = mxlog_shed_describe(&handler->shed, reason, own->entry);
	if (r == 0)
		r = prepare(dispatch, own);
	if (r == 0)
		r = hand(handler, own);
	if (r == 0)
		handler->shed = (struct mxlog_shed){ 0 };
	return r;
}

static void hand_and_tell(struct mxlog_dispatch *dispatch,
    struct mxlog_handler *handler, const struct mxlog_item *item)
{
	int r = 0;

	if (!item->is_metric && item->entry->level < handler->level &&
	    !item->entry->audit)
		return;
	if (UNLIKELY(handler->owes) && item != dispatch->own)
		r = say_refused(dispatch, handler);
	if (r == 0)
		r = hand(handler, item);
	handler->owes = r < 0 && handler->configured;
	if (r == 0)
		return;
	handler->shed.n[item->queued.rank]++;
	mxlog_stderr_limited(&dispatch->rate_limit,
	    "mxlog: handler %s failed: %s", handler->ops->name,
	    strerrordesc_np(-r));
}

int mxlog_dispatch_handle(struct mxlog_dispatch *dispatch,
    struct mxlog_item *item)
{
	struct mxlog_logger *logger = item->logger;
	size_t handlers = 0;
	int r = prepare(dispatch, item);

	if (r < 0) { /* no handler may see it */
		if (item != dispatch->own)
			mxlog_shed_note(item->queued.rank);
		mxlog_stderr_limited(&dispatch->rate_limit,
		    "mxlog: an entry could not be redacted and is lost: %s",
		    strerrordesc_np(-r));
		return r;
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
	return 0;
}

static int flush_all(struct mxlog_dispatch *dispatch, bool sync)
{
	int first = flush(&dispatch->fallback, sync);

	for (size_t i = 0; i < dispatch->n_handlers; i++) {
		struct mxlog_handler *handler = dispatch->handlers[i];
		int r = flush(handler, sync);

		if (r < 0 && first == 0)
			first = r;
		if (r < 0 && !is_stuck(handler)) /* it has told that itself */
			mxlog_stderr_limited(&dispatch->rate_limit,
			    "mxlog: handler %s failed: %s", handler->ops->name,
			    strerrordesc_np(-r));
	}
	return first;
}

void mxlog_dispatch_add_shed(struct mxlog_dispatch *dispatch,
    struct mxlog_shed *shed)
{
	mxlog_shed_move(&dispatch->shed, shed);
}

static bool is_any_stuck(const struct mxlog_dispatch *dispatch)
{
	for (size_t i = 0; i < dispatch->n_handlers; i++)
		if (is_stuck(dispatch->handlers[i]))
			return true;
	return false;
}

/* True if there was something to say, and it was. */
static bool report_shed(struct mxlog_dispatch *dispatch)
{
	struct mxlog_item *own = dispatch->own;
	struct mxlog_shed noted;

	if (UNLIKELY(mxlog_shed_take_noted(&noted)))
		mxlog_shed_move(&dispatch->shed, &noted);
	if (LIKELY(mxlog_shed_total(&dispatch->shed) == 0) ||
	    is_any_stuck(dispatch) ||
	    mxlog_shed_describe(&dispatch->shed, "the queue was full",
		own->entry) < 0)
		return false;
	own->logger = mxlog_registry_root();
	own->is_metric = false;
	own->queued.rank = mxlog_shed_rank(MXLOG_WARNING);
	if (mxlog_dispatch_handle(dispatch, own) < 0)
		return false;
	dispatch->shed = (struct mxlog_shed){ 0 };
	return true;
}

static void hand_on(void *arg, const struct mxlog_signal_entry *from)
{
	struct mxlog_dispatch *dispatch = arg;
	struct mxlog_item *own = dispatch->own;
	int r;

	own->is_metric = false;
	own->logger = from->logger;
	own->thread_id = from->thread_id;
	own->queued.rank = mxlog_shed_rank(from->level);
	mxlog_entry_reset(own->entry);
	mxlog_entry_set_time(own->entry, from->time_usec);
	mxlog_entry_set_level(own->entry, from->level);
	own->entry->truncated = from->cut;
	r = mxlog_entry_set(own->entry, MXLOG_FIELD_MESSAGE, from->text,
	    from->len);
	if (r < 0 || mxlog_dispatch_handle(dispatch, own) < 0)
		mxlog_shed_note(own->queued.rank);
	own->thread_id = 0; /* entries of ours have their names */
}

/* What a full disk has given up is said when it works again: so the disk is
 * asked first. */
int mxlog_dispatch_flush(struct mxlog_dispatch *dispatch, bool sync)
{
	int r, again;

	mxlog_signal_ring_drain(hand_on, dispatch);
	(void)report_shed(dispatch);
	r = flush_all(dispatch, sync);
	if (report_shed(dispatch)) {
		again = flush_all(dispatch, sync);
		r = r < 0 ? r : again;
	}
	return r;
}

void mxlog_dispatch_forget(struct mxlog_dispatch *dispatch)
{
	struct mxlog_shed noted;

	mxlog_signal_ring_forget();
	(void)mxlog_shed_take_noted(&noted);
	dispatch->shed = (struct mxlog_shed){ 0 };
	for (size_t i = 0; i < dispatch->n_handlers; i++) {
		struct mxlog_handler *handler = dispatch->handlers[i];

		handler->shed = (struct mxlog_shed){ 0 };
		handler->owes = false;
		if (handler->forget)
			handler->forget(handler->ctx);
	}
}
