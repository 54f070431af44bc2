/* SPDX-License-Identifier: Apache-2.0 */
#include "extern/symbolizer.h"

#include <dlfcn.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_linux_proc_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
};

/* NULL if this process's modules can't be listed. */
static Dwfl *open_self(void)
{
	Dwfl *dwfl = dwfl_begin(&callbacks);

	if (!dwfl)
		return NULL;
	if (dwfl_linux_proc_report(dwfl, getpid()) != 0 ||
	    dwfl_report_end(dwfl, NULL, NULL) != 0) {
		dwfl_end(dwfl);
		return NULL;
	}
	return dwfl;
}

static void look_up_debug_data(Dwfl *dwfl, Dwarf_Addr address,
    struct mxlog_symbol *symbol)
{
	Dwfl_Module *module = dwfl_addrmodule(dwfl, address);
	Dwfl_Line *line = module ? dwfl_module_getsrc(module, address) : NULL;
	const char *name =
	    module ? dwfl_module_addrname(module, address) : NULL;
	int number = 0;

	if (name)
		symbol->function = name;
	if (line) {
		const char *file =
		    dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);

		if (file)
			symbol->file = file;
		symbol->line = number > 0 ? (uint32_t)number : 0;
	}
}

typedef char *demangler(const char *name, char *room, size_t *size,
    int *status);

/* A C++ program has it, this library does not link to it. The caller frees the
 * result; NULL: the name is no such one. */
static char *demangle(const char *name)
{
	demangler *cxa_demangle;
	int status = 0;

	if (strncmp(name, "_Z", 2) != 0)
		return NULL;
	*(void **)&cxa_demangle = dlsym(RTLD_DEFAULT, "__cxa_demangle");
	return cxa_demangle ? cxa_demangle(name, NULL, NULL, &status) : NULL;
}

int mxlog_symbolize(void *const *addresses, size_t n,
    int (*each)(const struct mxlog_symbol *symbol, void *arg), void *arg)
{
	Dwfl *dwfl = open_self();
	int r = 0;

	for (size_t i = 0; i < n && r >= 0; i++) {
		struct mxlog_symbol symbol = { "??", "??", 0 };
		Dl_info info;
		char *name;

		if (dladdr(addresses[i], &info)) {
			if (info.dli_sname)
				symbol.function = info.dli_sname;
			if (info.dli_fname)
				symbol.file = info.dli_fname;
		}
		/* A return address is one past the call it belongs to. */
		if (dwfl)
			look_up_debug_data(dwfl, (uintptr_t)addresses[i] - 1,
			    &symbol);
		name = demangle(symbol.function);
		if (name)
			symbol.function = name;
		r = each(&symbol, arg);
		free(name);
	}
	if (dwfl)
		dwfl_end(dwfl);
	return r < 0 ? r : 0;
}
