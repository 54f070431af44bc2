/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config_paths.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

struct path {
	char text[PATH_MAX]; /* absolute, no slash at the end: "" is the root */
	size_t len;
};

/* Append the components of `more`, by name alone. */
static int add_components(struct path *path, const char *more)
{
	while (*more) {
		size_t len = strcspn(more, "/");

		if (len == 2 && memcmp(more, "..", 2) == 0) {
			while (path->len > 0 && path->text[--path->len] != '/')
				;
		} else if (len > 0 && !(len == 1 && more[0] == '.')) {
			if (path->len + 1 + len >= sizeof(path->text))
				return -ENAMETOOLONG;
			path->text[path->len++] = '/';
			memcpy(path->text + path->len, more, len);
			path->len += len;
		}
		more += len + (more[len] == '/');
	}
	path->text[path->len] = '\0';
	return 0;
}

/* Resolve what exists of an absolute path, keep the rest as it stands. */
static int resolve(const char *absolute, struct path *ret)
{
	char prefix[PATH_MAX], real[PATH_MAX];
	size_t len = strlen(absolute);
	int r;

	memcpy(prefix, absolute, len + 1);
	while (!realpath(prefix, real)) {
		while (len > 1 && prefix[len - 1] != '/')
			len--;
		while (len > 1 && prefix[len - 1] == '/')
			len--;
		prefix[len] = '\0';
		if (len == 1) {
			real[0] = '\0';
			break;
		}
	}
	ret->len = 0;
	r = add_components(ret, real);
	return r < 0 ? r : add_components(ret, absolute + len);
}

/* Without links, dots and double slashes. */
static int canonicalise(const char *path, struct path *ret)
{
	char absolute[PATH_MAX];
	size_t len = 0;

	if (path[0] != '/') {
		if (!getcwd(absolute, sizeof(absolute) - 1))
			return -errno;
		len = strlen(absolute);
		absolute[len++] = '/';
	}
	if (len + strlen(path) >= sizeof(absolute))
		return -ENAMETOOLONG;
	memcpy(absolute + len, path, strlen(path) + 1);
	return resolve(absolute, ret);
}

static bool is_inside(const struct path *dir, const char *name)
{
	struct path path;

	if (canonicalise(name, &path) < 0)
		return false; /* too long: it can't be opened either */
	return path.len >= dir->len &&
	    memcmp(path.text, dir->text, dir->len) == 0 &&
	    (path.text[dir->len] == '/' || path.text[dir->len] == '\0');
}

enum mxlog_paths_clash mxlog_config_paths_clash(const struct mxlog_config
						    *config,
    const struct mxlog_handler_config **ret_handler)
{
	struct path dir;

	if (canonicalise(config->log_dir, &dir) < 0)
		return MXLOG_PATHS_FINE;
	if (config->log_file_path && is_inside(&dir, config->log_file_path))
		return MXLOG_PATHS_DEFAULT;
	for (size_t i = 0; i < config->n_handlers; i++) {
		const struct mxlog_handler_config *handler =
		    &config->handlers[i];

		if (strcmp(handler->type, "file") != 0 ||
		    !handler->destination ||
		    !is_inside(&dir, handler->destination))
			continue;
		if (ret_handler)
			*ret_handler = handler;
		return MXLOG_PATHS_HANDLER;
	}
	return MXLOG_PATHS_FINE;
}
