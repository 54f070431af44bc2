/* SPDX-License-Identifier: Apache-2.0 */
#include "logger/thread_context.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "entry/ndjson.h"
#include "suite.h"

static struct mxlog_entry *entry;
static struct mxlog_buf line;

/* The entry's context as its line has it. */
static const char *context(void)
{
	char *end;

	mxlog_buf_clear(&line);
	(void)mxlog_entry_set(entry, MXLOG_FIELD_MESSAGE, LITERAL("m"));
	(void)mxlog_entry_set(entry, MXLOG_FIELD_TRACE_ID,
	    LITERAL("01J9ZQ3V7K8M2N4P5R6S7T8V9W"));
	ck_assert_int_eq(mxlog_entry_normalise(entry), 0);
	ck_assert_int_eq(mxlog_ndjson_encode(entry, &line), 0);
	ck_assert_int_eq(mxlog_buf_add_char(&line, '\0'), 0);
	end = strstr(line.data, "\"context\":");
	return end ? end + strlen("\"context\":") : "";
}

static void begin(void)
{
	ck_assert_int_eq(mxlog_entry_new(&entry), 0);
	mxlog_entry_set_time(entry, 1);
}

static void check_pair(struct mxlog_kv pair, const char *wanted)
{
	begin();
	ck_assert_int_eq(mxlog_thread_context_add_pair(entry, &pair), 0);
	ck_assert_msg(strncmp(context(), wanted, strlen(wanted)) == 0, "%s",
	    context());
	mxlog_entry_free(entry);
}

START_TEST(each_type_of_pair_has_its_json)
{
	check_pair(MXLOG_STR("k", "a\"b"), "{\"k\":\"a\\\"b\"}");
	check_pair(MXLOG_STR("k", NULL), "{\"k\":null}");
	check_pair(MXLOG_INT("k", INT64_MIN), "{\"k\":-9223372036854775808}");
	check_pair(MXLOG_UINT("k", UINT64_MAX), "{\"k\":18446744073709551615}");
	check_pair(MXLOG_DOUBLE("k", 0.1), "{\"k\":0.1}");
	check_pair(MXLOG_DOUBLE("k", 1.0 / 0.0), "{\"k\":null}");
	check_pair(MXLOG_BOOL("k", false), "{\"k\":false}");
	check_pair(MXLOG_JSON("k", "[1, {\"a\": 2}]"), "{\"k\":[1,{\"a\":2}]}");
	check_pair(MXLOG_JSON("k", "no json"), "{\"k\":\"no json\"}");
	check_pair(MXLOG_JSON("k", NULL), "{\"k\":null}");
}
END_TEST

START_TEST(bound_pairs_are_copied_and_unbound_last_first)
{
	char key[] = "first", value[] = "one";

	mxlog_bind(MXLOG_STR(key, value));
	memset(key, 'x', 5);
	memset(value, 'x', 3);
	mxlog_bind(MXLOG_INT("second", 2));
	begin();
	ck_assert_int_eq(mxlog_thread_context_apply(entry, true), 0);
	ck_assert_ptr_nonnull(
	    strstr(context(), "{\"first\":\"one\",\"second\":2}"));
	mxlog_entry_free(entry);
	mxlog_unbind();
	begin();
	ck_assert_int_eq(mxlog_thread_context_apply(entry, true), 0);
	ck_assert_ptr_nonnull(strstr(context(), "{\"first\":\"one\"}"));
	mxlog_entry_free(entry);
	mxlog_unbind();
	mxlog_unbind(); /* one too many is none */
	begin();
	ck_assert_int_eq(mxlog_thread_context_apply(entry, true), 0);
	ck_assert_str_eq(context(), "");
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(pairs_past_the_bound_are_counted_not_kept)
{
	char key[16];

	for (int i = 0; i < 100; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		mxlog_bind(MXLOG_INT(key, i));
	}
	begin();
	ck_assert_int_eq(mxlog_thread_context_apply(entry, true), 0);
	ck_assert_uint_eq(entry->n_context, 64);
	mxlog_entry_free(entry);
	for (int i = 0; i < 99; i++)
		mxlog_unbind();
	begin();
	ck_assert_int_eq(mxlog_thread_context_apply(entry, true), 0);
	ck_assert_ptr_nonnull(strstr(context(), "{\"k0\":0}"));
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(ending_an_outer_operation_ends_the_inner_ones_and_their_pairs)
{
	struct mxlog_operation outer, inner;
	double duration;

	mxlog_operation_begin(&outer, "outer", NULL);
	mxlog_bind(MXLOG_INT("a", 1));
	mxlog_operation_begin(&inner, "inner", NULL);
	ck_assert_str_eq(inner.parent_id, outer.trace_id);
	ck_assert_str_ne(inner.trace_id, outer.trace_id);
	ck_assert_str_eq(mxlog_trace_id(), inner.trace_id);
	mxlog_bind(MXLOG_INT("b", 2));
	ck_assert(mxlog_thread_context_find(&outer, &duration));
	ck_assert(duration >= 0 && duration < 60000);
	mxlog_thread_context_leave(&outer);
	ck_assert_ptr_null(mxlog_trace_id());
	ck_assert(!mxlog_thread_context_find(&inner, &duration));
	ck_assert(!mxlog_thread_context_find(&outer, &duration));
	begin();
	ck_assert_int_eq(mxlog_thread_context_apply(entry, true), 0);
	ck_assert_str_eq(context(), "");
	mxlog_entry_free(entry);
}
END_TEST

START_TEST(a_trace_is_inherited_or_given_or_new)
{
	static const char id[] = "01J9ZQ3V7K8M2N4P5R6S7T8V9W";
	struct mxlog_operation operation, inner;

	ck_assert_int_eq(setenv("MXLOG_TRACE_ID", id, 1), 0);
	mxlog_operation_begin(&operation, "x", NULL);
	ck_assert_str_eq(operation.trace_id, id);
	mxlog_operation_begin(&inner, "y", NULL);
	ck_assert_str_ne(inner.trace_id, id);
	mxlog_thread_context_leave(&inner);
	mxlog_thread_context_leave(&operation);
	ck_assert_int_eq(setenv("MXLOG_TRACE_ID", "not one", 1), 0);
	mxlog_operation_begin(&operation, "x", NULL);
	ck_assert_uint_eq(strlen(operation.trace_id), 26);
	mxlog_thread_context_leave(&operation);
	mxlog_operation_begin(&operation, "x", "01j9zq3v7k8m2n4p5r6s7t8v9w");
	ck_assert_str_eq(operation.trace_id, id);
	mxlog_thread_context_leave(&operation);
}
END_TEST

static void *look(void *arg)
{
	const char **id = arg;

	*id = mxlog_trace_id();
	begin();
	ck_assert_int_eq(mxlog_thread_context_apply(entry, true), 0);
	ck_assert_str_eq(context(), "");
	mxlog_entry_free(entry);
	return NULL;
}

START_TEST(a_scope_is_its_threads_own)
{
	struct mxlog_operation operation;
	const char *id = "";
	pthread_t thread;

	mxlog_operation_begin(&operation, "x", NULL);
	mxlog_bind(MXLOG_INT("mine", 1));
	ck_assert_int_eq(pthread_create(&thread, NULL, look, &id), 0);
	(void)pthread_join(thread, NULL);
	ck_assert_ptr_null(id);
}
END_TEST

static bool ids_are(pid_t thread, pid_t process)
{
	const char *id;
	char text[32];
	size_t n;

	if (mxlog_thread_context_thread_number() != thread)
		return false;
	(void)snprintf(text, sizeof(text), "%d", process);
	n = mxlog_thread_context_process_id(&id);
	return n == strlen(text) && memcmp(id, text, n) == 0;
}

START_TEST(a_forked_child_has_its_own_ids)
{
	int status;
	pid_t pid;

	ck_assert(ids_are(gettid(), getpid()));
	pid = fork();
	if (pid == 0)
		_exit(ids_are(gettid(), getpid()) ? 0 : 1);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
}
END_TEST

SUITE("scope", each_type_of_pair_has_its_json,
    bound_pairs_are_copied_and_unbound_last_first,
    pairs_past_the_bound_are_counted_not_kept,
    ending_an_outer_operation_ends_the_inner_ones_and_their_pairs,
    a_trace_is_inherited_or_given_or_new, a_scope_is_its_threads_own,
    a_forked_child_has_its_own_ids)
