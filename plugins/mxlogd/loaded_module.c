/* SPDX-License-Identifier: Apache-2.0 */
#include "loaded_module.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

__attribute__((format(printf, 3, 4))) static int refuse(struct mxlog_error
							    *reterr,
    int code, const char *format, ...)
{
	va_list args;

	if (reterr) {
		*reterr = (struct mxlog_error){ .code = code };
		va_start(args, format);
		(void)vsnprintf(reterr->text, sizeof(reterr->text), format,
		    args);
		va_end(args);
	}
	return code;
}

/* Whoever may write it could run code as us. */
static int check_owner(const char *path, mode_t type,
    struct mxlog_error *reterr)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return refuse(reterr, -errno, "%s: %s", path, strerror(errno));
	if ((st.st_mode & S_IFMT) != type)
		return refuse(reterr, -EPERM, "%s: expected a %s", path,
		    type == S_IFDIR ? "directory" : "regular file");
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return refuse(reterr, -EPERM,
		    "%s: refused: belongs to neither root nor the running "
		    "user",
		    path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return refuse(reterr, -EPERM,
		    "%s: refused: others may write it", path);
	return 0;
}

static int check_module(const struct mxlog_module *module, const char *name,
    const char *path, struct mxlog_error *reterr)
{
	if (module->version != MXLOG_MODULE_VERSION ||
	    module->size < sizeof(*module))
		return refuse(reterr, -ELIBBAD,
		    "%s: is made for version %u of the module interface, not "
		    "%u",
		    path, module->version, MXLOG_MODULE_VERSION);
	if (!module->name || strcmp(module->name, name) != 0)
		return refuse(reterr, -ELIBBAD, "%s: is not called %s", path,
		    name);
	if (!module->open || !module->run || !module->wait || !module->flush ||
	    !module->close)
		return refuse(reterr, -ELIBBAD, "%s: is incomplete", path);
	return 0;
}

static bool is_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n > 0 && n < 64 && name[n] == '\0';
}

int mxlog_module_load(const char *dir, const char *name,
    const struct mxlog_module **ret, struct mxlog_error *reterr)
{
	const struct mxlog_module *module;
	char path[4200];
	void *handle;
	int r;

	if (!is_name(name))
		return refuse(reterr, -EINVAL,
		    "modules: %.80s: expected a name of [a-z0-9_]", name);
	(void)snprintf(path, sizeof(path), "%s/%s.so", dir, name);
	r = check_owner(dir, S_IFDIR, reterr);
	if (r == 0)
		r = check_owner(path, S_IFREG, reterr);
	if (r < 0)
		return r;
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return refuse(reterr, -ELIBBAD, "%s", dlerror());
	module = dlsym(handle, "mxlog_module");
	r = module ? check_module(module, name, path, reterr)
		   : refuse(reterr, -ELIBBAD, "%s: is no capture module", path);
	if (r < 0) {
		(void)dlclose(handle);
		return r;
	}
	*ret = module;
	return 0;
}
