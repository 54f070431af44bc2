/* SPDX-License-Identifier: Apache-2.0 */
#include "starve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The test's own process: a test library may have state. */
static unsigned long fail_at, seen;

void starve(unsigned long n)
{
	__atomic_store_n(&seen, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&fail_at, n, __ATOMIC_SEQ_CST);
}

bool starve_done(void)
{
	unsigned long n = fail_at;

	__atomic_store_n(&fail_at, 0, __ATOMIC_SEQ_CST);
	return n > 0 && __atomic_load_n(&seen, __ATOMIC_SEQ_CST) >= n;
}

static bool is_denied(void)
{
	unsigned long n = __atomic_load_n(&fail_at, __ATOMIC_RELAXED);

	if (n == 0 || __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST) != n)
		return false;
	errno = ENOMEM;
	return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t len);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t len);

void *__wrap_malloc(size_t size)
{
	return is_denied() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return is_denied() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return is_denied() ? NULL : __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return is_denied() ? NULL : __real_reallocarray(old, n, size);
}

char *__wrap_strdup(const char *text)
{
	return is_denied() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t len)
{
	return is_denied() ? NULL : __real_strndup(text, len);
}
