/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/registry.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "entry/name.h"
#include "logger/rate_limit.h"

enum {
	BUCKETS = 256,
};

static char root_name[] = "";

static struct {
	pthread_mutex_t lock;
	struct mxlog_logger *buckets[BUCKETS];
	struct mxlog_logger root;
} registry = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.root = {
		.name = root_name,
		.wanted = MXLOG_INFO,
		.level = MXLOG_INFO,
		.propagate = true,
	},
};

void mxlog_registry_lock(void)
{
	(void)pthread_mutex_lock(&registry.lock);
}

void mxlog_registry_unlock(void)
{
	(void)pthread_mutex_unlock(&registry.lock);
}

struct mxlog_logger *mxlog_registry_root(void)
{
	return &registry.root;
}

/* FNV-1a. */
static size_t bucket_of(const char *name, size_t len)
{
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)name[i]) * 16777619;
	return hash % BUCKETS;
}

/* The level in force: the nearest one said, from the logger upwards. */
static int level_of(const struct mxlog_logger *logger)
{
	for (; logger; logger = logger->parent) {
		if (logger->set_level)
			return logger->set_level;
		if (logger->configured_level)
			return logger->configured_level;
	}
	return MXLOG_INFO;
}

/* Whether threads remember what is below the level. */
static bool remembering;

static void set_levels(struct mxlog_logger *logger)
{
	int level = level_of(logger);

	atomic_store_explicit(&logger->wanted, level, memory_order_relaxed);
	atomic_store_explicit(&logger->level,
	    remembering ? (int)MXLOG_DEBUG : level, memory_order_relaxed);
}

static struct mxlog_logger *find(const char *name, size_t len)
{
	struct mxlog_logger *logger = registry.buckets[bucket_of(name, len)];

	while (logger &&
	    (strncmp(logger->name, name, len) != 0 || logger->name[len]))
		logger = logger->next;
	return logger;
}

/* What the configuration in force says of names not met before. */
static struct {
	struct mxlog_module_level *levels;
	size_t n;
} configured;

static int configured_level_of(const char *name)
{
	for (size_t i = 0; i < configured.n; i++)
		if (strcmp(configured.levels[i].module, name) == 0)
			return configured.levels[i].level;
	return 0;
}

static struct mxlog_logger *add(const char *name, size_t len,
    struct mxlog_logger *parent)
{
	struct mxlog_logger *logger = calloc(1, sizeof(*logger));
	struct mxlog_logger **bucket = &registry.buckets[bucket_of(name, len)];

	if (logger)
		logger->name = strndup(name, len);
	if (!logger || !logger->name) {
		free(logger);
		return NULL;
	}
	logger->parent = parent;
	logger->configured_level = configured_level_of(logger->name);
	set_levels(logger);
	atomic_init(&logger->propagate, true);
	logger->next = *bucket;
	*bucket = logger;
	return logger;
}

/* Of a dotted identifier: the logger and, where missing, those above it. */
static struct mxlog_logger *find_or_add_valid(const char *name)
{
	struct mxlog_logger *parent = &registry.root;
	size_t len = 0;

	for (;;) {
		struct mxlog_logger *logger;

		len += strcspn(name + len, ".");
		logger = find(name, len);
		if (!logger)
			logger = add(name, len, parent);
		if (!logger || !name[len])
			return logger ? logger : &registry.root;
		parent = logger;
		len++;
	}
}

/* Below the logger whose name the configuration and every line have. */
static struct mxlog_logger *add_alias(const char *name)
{
	struct mxlog_logger *parent = &registry.root, *logger = NULL;
	struct mxlog_buf buf = { 0 };
	bool changed;
	int r = mxlog_module_normalise(&buf, name, strlen(name), &changed);

	if (r == 0)
		r = mxlog_buf_add_char(&buf, '\0');
	if (r == 0) {
		parent = find_or_add_valid(buf.data);
		logger = add(name, strlen(name), parent);
	}
	if (logger)
		logger->alias = true;
	mxlog_buf_done(&buf);
	return logger ? logger : parent;
}

static struct mxlog_logger *find_or_add(const char *name)
{
	size_t len = strlen(name);
	struct mxlog_logger *logger = find(name, len);

	if (logger)
		return logger;
	return mxlog_module_is_valid(name, len) ? find_or_add_valid(name)
						: add_alias(name);
}

struct mxlog_logger *mxlog_registry_get(const char *name)
{
	struct mxlog_logger *logger;

	if (!name || !*name)
		return &registry.root;
	mxlog_registry_lock();
	logger = find_or_add(name);
	mxlog_registry_unlock();
	return logger;
}

static void each_locked(void (*each)(struct mxlog_logger *logger, void *arg),
    void *arg)
{
	each(&registry.root, arg);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct mxlog_logger *logger = registry.buckets[i]; logger;
		     logger = logger->next)
			each(logger, arg);
}

void mxlog_registry_each(void (*each)(struct mxlog_logger *logger, void *arg),
    void *arg)
{
	mxlog_registry_lock();
	each_locked(each, arg);
	mxlog_registry_unlock();
}

static void refresh(struct mxlog_logger *logger, void *arg)
{
	(void)arg;
	set_levels(logger);
}

void mxlog_registry_set_level(struct mxlog_logger *logger, int level)
{
	mxlog_registry_lock();
	mxlog_registry_real(logger)->set_level = level;
	each_locked(refresh, NULL);
	mxlog_registry_unlock();
}

static void add_configured(const char *name, enum mxlog_level level)
{
	struct mxlog_module_level *levels =
	    reallocarray(configured.levels, configured.n + 1, sizeof(*levels));
	char *copy = strdup(name);

	if (levels)
		configured.levels = levels;
	if (!levels || !copy) {
		free(copy);
		return;
	}
	levels[configured.n++] = (struct mxlog_module_level){
		.module = copy,
		.len = strlen(copy),
		.level = level,
	};
}

static void reconfigure(struct mxlog_logger *logger, void *arg)
{
	const struct mxlog_config *config = arg;

	/* What a configuration calls the root. */
	const char *name = logger->parent ? logger->name : "root";

	logger->set_level = 0;
	logger->configured_level = configured_level_of(name);
	if (!logger->parent && !logger->configured_level)
		logger->configured_level = !config ? MXLOG_INFO
		    : config->has_default_level    ? config->default_level
						   : config->level;
	atomic_store(&logger->propagate, true);
	for (size_t i = 0; config && i < config->n_loggers; i++)
		if (strcmp(config->loggers[i].name, name) == 0)
			atomic_store(&logger->propagate,
			    config->loggers[i].propagate);
}

/* "MXLOG_LEVEL=DEBUG", "MXLOG_LEVEL_src.queue=DEBUG": for one run of a program.
 * Not of one that has other rights than who set it. */
static void add_from_environment(const char *variable)
{
	static const char prefix[] = "MXLOG_LEVEL";
	const char *name = variable + sizeof(prefix) - 1;
	const char *value = strchr(variable, '=');
	struct mxlog_buf module = { 0 };
	enum mxlog_level level;
	bool changed;

	if (strncmp(variable, prefix, sizeof(prefix) - 1) != 0 || !value ||
	    (*name != '=' && *name != '_') || value == name + 1)
		return;
	if (mxlog_level_parse(value + 1, strlen(value + 1), &level) < 0) {
		mxlog_stderr_say("mxlog: %.100s: no such level", variable);
		return;
	}
	if (*name == '=') {
		add_configured("root", level);
		return;
	}
	if (mxlog_module_normalise(&module, name + 1,
		(size_t)(value - name - 1), &changed) == 0 &&
	    mxlog_buf_add_char(&module, '\0') == 0)
		add_configured(module.data, level);
	mxlog_buf_done(&module);
}

static void add_environment(void)
{
	if (getauxval(AT_SECURE))
		return;
	for (char **at = environ; at && *at; at++)
		add_from_environment(*at);
}

void mxlog_registry_configure(const struct mxlog_config *config)
{
	mxlog_registry_lock();
	for (size_t i = 0; i < configured.n; i++)
		free(configured.levels[i].module);
	configured.n = 0;
	remembering = config && config->backtrace > 0;
	add_environment(); /* the first one of a name counts */
	for (size_t i = 0; config && i < config->n_loggers; i++)
		if (config->loggers[i].has_level)
			add_configured(config->loggers[i].name,
			    config->loggers[i].level);
	for (size_t i = 0; config && i < config->n_module_levels; i++)
		add_configured(config->module_levels[i].module,
		    config->module_levels[i].level);
	each_locked(reconfigure, (void *)(uintptr_t)config);
	each_locked(refresh, NULL);
	mxlog_registry_unlock();
}
