/* SPDX-License-Identifier: Apache-2.0 */
#include "config_paths.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "buf.h"

/* Append the components of `path` to an absolute one, by name alone. */
static int add_components(struct mxlog_buf *buf, const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");
		int r = 0;

		if (len == 2 && memcmp(path, "..", 2) == 0) {
			while (buf->len > 0 && buf->data[--buf->len] != '/')
				;
		} else if (len > 0 && !(len == 1 && path[0] == '.')) {
			r = mxlog_buf_add_char(buf, '/');
			if (r == 0)
				r = mxlog_buf_add(buf, path, len);
		}
		if (r < 0)
			return r;
		path += len + (path[len] == '/');
	}
	return 0;
}

/* Resolve what exists of an absolute path, keep the rest as it stands. */
static int resolve(const char *absolute, char *out)
{
	char prefix[PATH_MAX];
	size_t len = strlen(absolute);
	struct mxlog_buf buf = { 0 };
	int r;

	memcpy(prefix, absolute, len + 1);
	while (!realpath(prefix, out)) {
		while (len > 1 && prefix[len - 1] != '/')
			len--;
		while (len > 1 && prefix[len - 1] == '/')
			len--;
		prefix[len] = '\0';
		if (len == 1) {
			out[0] = '\0';
			break;
		}
	}
	r = add_components(&buf, out);
	if (r == 0)
		r = add_components(&buf, absolute + len);
	if (r == 0 && buf.len >= PATH_MAX)
		r = -ENAMETOOLONG;
	if (r == 0) {
		memcpy(out, buf.data ? buf.data : "", buf.len);
		out[buf.len] = '\0';
	}
	mxlog_buf_done(&buf);
	return r;
}

/* An absolute path without links, dots and double slashes; "" is the root. */
static int canonicalise(const char *path, char *out)
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
	return resolve(absolute, out);
}

static bool is_inside(const char *dir, const char *path)
{
	char real[PATH_MAX];
	size_t len = strlen(dir);

	if (canonicalise(path, real) < 0)
		return false; /* can't be opened either */
	return strncmp(real, dir, len) == 0 &&
	    (real[len] == '/' || real[len] == '\0');
}

enum mxlog_paths_clash mxlog_config_paths_clash(const struct mxlog_config
						    *config,
    const struct mxlog_handler_config **ret_handler)
{
	char dir[PATH_MAX];

	if (canonicalise(config->log_dir, dir) < 0)
		return MXLOG_PATHS_FINE;
	if (config->log_file_path && is_inside(dir, config->log_file_path))
		return MXLOG_PATHS_DEFAULT;
	for (size_t i = 0; i < config->n_handlers; i++) {
		const struct mxlog_handler_config *handler =
		    &config->handlers[i];

		if (strcmp(handler->type, "file") != 0 ||
		    !handler->destination ||
		    !is_inside(dir, handler->destination))
			continue;
		if (ret_handler)
			*ret_handler = handler;
		return MXLOG_PATHS_HANDLER;
	}
	return MXLOG_PATHS_FINE;
}
