/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ulid.h"

#include <json-c/json.h>
#include <stdio.h>

#include "suite.h"

static struct mxlog_ulid parse(const char *text)
{
	struct mxlog_ulid id;

	ck_assert_msg(mxlog_ulid_parse(text, strlen(text), &id) == 0,
	    "refused: %s", text);
	return id;
}

static const char *format(struct mxlog_ulid id)
{
	static char text[MXLOG_ULID_LEN + 1];

	mxlog_ulid_format(text, &id);
	text[MXLOG_ULID_LEN] = '\0';
	return text;
}

static bool refused(const char *text, size_t len)
{
	struct mxlog_ulid id;

	return mxlog_ulid_parse(text, len, &id) == -EINVAL;
}

START_TEST(the_models_example_is_read_and_written_strictly)
{
	const char *example = "01HQ8Z9X0ABCDEFGHIJKLMNOPQ";

	ck_assert_str_eq(format(parse(example)), "01HQ8Z9X0ABCDEFGH1JK1MN0PQ");
	ck_assert(!mxlog_ulid_is_canonical(example, MXLOG_ULID_LEN));
	ck_assert(
	    mxlog_ulid_is_canonical(format(parse(example)), MXLOG_ULID_LEN));
}
END_TEST

START_TEST(every_bit_stands_where_it_belongs)
{
	for (unsigned bit = 0; bit < 128; bit++) {
		struct mxlog_ulid id = {
			.hi = bit >= 64 ? UINT64_C(1) << (bit - 64) : 0,
			.lo = bit < 64 ? UINT64_C(1) << bit : 0,
		};
		const char *text = format(id);
		size_t at = MXLOG_ULID_LEN - 1 - bit / 5;

		for (size_t i = 0; i < MXLOG_ULID_LEN; i++)
			ck_assert_int_eq(text[i],
			    i == at ? "1248G"[bit % 5] : '0');
		ck_assert_uint_eq(parse(text).hi, id.hi);
		ck_assert_uint_eq(parse(text).lo, id.lo);
	}
}
END_TEST

START_TEST(all_of_the_alphabet_reads_back)
{
	const char *alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

	for (unsigned v = 0; v < 32; v++) {
		const char *text = format((struct mxlog_ulid){ .lo = v });

		ck_assert_int_eq(text[25], alphabet[v]);
		ck_assert_uint_eq(parse(text).lo, v);
		ck_assert(mxlog_ulid_is_canonical(text, MXLOG_ULID_LEN));
	}
}
END_TEST

START_TEST(aliases_and_lower_case_are_read_but_not_canonical)
{
	ck_assert_uint_eq(parse("0000000000000000000000000i").lo, 1);
	ck_assert_uint_eq(parse("0000000000000000000000000L").lo, 1);
	ck_assert_uint_eq(parse("O000000000000000000000000o").lo, 0);
	ck_assert_uint_eq(parse("0000000000000000000000000z").lo, 31);
	ck_assert(!mxlog_ulid_is_canonical("0000000000000000000000000z", 26));
	ck_assert(!mxlog_ulid_is_canonical("O0000000000000000000000000", 26));
	ck_assert(!mxlog_ulid_is_canonical("80000000000000000000000000", 26));
	ck_assert(!mxlog_ulid_is_canonical("0000000000", 10));
	ck_assert(refused("0000000000000000000000000U", 26));
	ck_assert(refused("0000000000000000000000000u", 26));
}
END_TEST

START_TEST(an_id_is_of_its_time_and_not_twice_the_same)
{
	struct mxlog_ulid_source source = { 0 };
	struct mxlog_ulid last = { 0 }, id;

	for (int i = 0; i < 2000; i++) {
		ck_assert_int_eq(mxlog_ulid_generate(&source,
				     INT64_C(1469918176385999), &id),
		    0);
		ck_assert_mem_eq(format(id), "01ARYZ6S41", 10);
		ck_assert(id.lo != last.lo);
		last = id;
	}
	ck_assert_int_eq(mxlog_ulid_generate(&source, -5, &id), 0);
	ck_assert_mem_eq(format(id), "0000000000", 10);
	ck_assert_int_eq(mxlog_ulid_generate(&source, INT64_MAX, &id), 0);
	ck_assert_mem_eq(format(id), "7ZZZZZZZZZ", 10);
}
END_TEST

START_TEST(all_80_random_bits_are_used)
{
	struct mxlog_ulid_source source = { 0 };
	struct mxlog_ulid id, any = { 0 }, all = { UINT64_MAX, UINT64_MAX };

	for (int i = 0; i < 500; i++) {
		ck_assert_int_eq(mxlog_ulid_generate(&source, 0, &id), 0);
		any = (struct mxlog_ulid){ any.hi | id.hi, any.lo | id.lo };
		all = (struct mxlog_ulid){ all.hi & id.hi, all.lo & id.lo };
	}
	ck_assert_uint_eq(any.hi, 0xffff);
	ck_assert_uint_eq(any.lo, UINT64_MAX);
	ck_assert_uint_eq(all.hi, 0);
	ck_assert_uint_eq(all.lo, 0);
}
END_TEST

START_TEST(ids_in_a_row_count_up_and_are_drawn_again)
{
	struct mxlog_ulid_source source = { 0 }, other = { 0 };
	struct mxlog_ulid last = { 0 }, id;
	unsigned drawn = 0;

	for (unsigned i = 0; i < 10 * MXLOG_ULID_STEPS; i++) {
		ck_assert_int_eq(mxlog_ulid_next(&source, 5000, &id), 0);
		ck_assert_uint_eq(id.hi >> 16, 5);
		if (i > 0 && id.lo != last.lo + 1) {
			drawn++;
			ck_assert_uint_eq(i % MXLOG_ULID_STEPS, 0);
		}
		last = id;
	}
	ck_assert_uint_eq(drawn, 9);
	ck_assert_int_eq(mxlog_ulid_next(&other, 5000, &last), 0);
	ck_assert_int_ne(mxlog_ulid_compare(&id, &last), 0);
	/* The carry goes into the first 16 bits. */
	source.lo = UINT64_MAX;
	source.high = 7;
	source.steps = 1;
	ck_assert_int_eq(mxlog_ulid_next(&source, 5000, &id), 0);
	ck_assert_uint_eq(id.lo, 0);
	ck_assert_uint_eq(id.hi, 5 << 16 | 8);
}
END_TEST

START_TEST(a_trace_id_of_32_hex_digits_is_the_same_128_bits)
{
	const char *hex = "4bf92f3577b34da6a3ce929d0e0e4736";
	const char *uuid = "4BF92F35-77b3-4da6-a3ce-929d0e0e4736";
	struct mxlog_ulid id, same;

	ck_assert_int_eq(mxlog_ulid_parse_hex(hex, 32, &id), 0);
	ck_assert_uint_eq(id.hi, UINT64_C(0x4bf92f3577b34da6));
	ck_assert_uint_eq(id.lo, UINT64_C(0xa3ce929d0e0e4736));
	ck_assert_int_eq(mxlog_ulid_parse_hex(uuid, 36, &same), 0);
	ck_assert_mem_eq(&id, &same, sizeof(id));
}
END_TEST

START_TEST(what_is_no_128_bit_hex_number_is_refused)
{
	static const char *const texts[] = { "", "4bf92f35",
		"00000000000000000000000000000000",
		"00000000-0000-0000-0000-000000000000",
		"4bf92f3577b34da6a3ce929d0e0e473g",
		"4bf92f3577b34da6a3ce929d0e0e4736a",
		"4bf92f35-77b3-4da6-a3ce-929d0e0e473-",
		"4bf92f35777b3-4da6-a3ce-929d0e0e4736",
		"{bf92f35-77b3-4da6-a3ce-929d0e0e473}" };
	struct mxlog_ulid id;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		ck_assert_int_eq(mxlog_ulid_parse_hex(texts[i],
				     strlen(texts[i]), &id),
		    -EINVAL);
}
END_TEST

/* ---- the corpus ---- */

static size_t decode_base64(const char *text, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0, n = 0;
	size_t len = 0;

	for (; *text && *text != '='; text++) {
		const char *at = strchr(digits, *text);

		ck_assert_ptr_nonnull(at);
		bits = bits << 6 | (uint32_t)(at - digits);
		n += 6;
		if (n >= 8) {
			n -= 8;
			out[len++] = (char)(bits >> n);
		}
	}
	return len;
}

static const char *get(json_object *vector, const char *key)
{
	return json_object_get_string(json_object_object_get(vector, key));
}

static void check_valid(json_object *vector)
{
	const char *text = get(vector, "ulid");
	json_object *ms = json_object_object_get(vector, "ms");
	struct mxlog_ulid id = parse(text), hex;

	ck_assert_str_eq(format(id), text);
	ck_assert(mxlog_ulid_is_canonical(text, MXLOG_ULID_LEN));
	if (ms)
		ck_assert_uint_eq(id.hi >> 16, json_object_get_uint64(ms));
	if (!get(vector, "hex"))
		return;
	ck_assert_int_eq(mxlog_ulid_parse_hex(get(vector, "hex"), 32, &hex), 0);
	ck_assert_mem_eq(&hex, &id, sizeof(id));
}

static void check_invalid(json_object *vector)
{
	const char *text = get(vector, "ulid");
	char bytes[64];
	size_t len;

	if (text) {
		/* Crockford's aliases are read, on purpose: only U is none. */
		if (get(vector, "note") && !strpbrk(text + 25, "Uu"))
			return;
		ck_assert_msg(refused(text, strlen(text)), "%s", text);
		return;
	}
	len = decode_base64(get(vector, "bytes_b64"), bytes);
	ck_assert(refused(bytes, len));
	ck_assert(!mxlog_ulid_is_canonical(bytes, len));
}

START_TEST(the_corpus_agrees)
{
	json_object *vectors =
	    json_object_from_file(MXLOG_CORPUS_DIR "/ulid/vectors.json");

	if (!vectors) {
		printf("skipped: no corpus\n");
		return;
	}
	ck_assert_uint_gt(json_object_array_length(vectors), 80);
	for (size_t i = 0; i < json_object_array_length(vectors); i++) {
		json_object *vector = json_object_array_get_idx(vectors, i);
		const char *kind = get(vector, "kind");

		if (strcmp(kind, "valid") == 0 || strcmp(kind, "binary") == 0)
			check_valid(vector);
		else if (strncmp(kind, "invalid", 7) == 0 ||
		    strcmp(kind, "overflow") == 0 ||
		    strcmp(kind, "robustness") == 0)
			check_invalid(vector);
		else if (strcmp(kind, "lowercase") == 0)
			ck_assert_str_eq(format(parse(get(vector, "ulid"))),
			    get(vector, "equals"));
	}
	json_object_put(vectors);
}
END_TEST

SUITE("ulid", the_models_example_is_read_and_written_strictly,
    every_bit_stands_where_it_belongs, all_of_the_alphabet_reads_back,
    aliases_and_lower_case_are_read_but_not_canonical,
    an_id_is_of_its_time_and_not_twice_the_same, all_80_random_bits_are_used,
    ids_in_a_row_count_up_and_are_drawn_again,
    a_trace_id_of_32_hex_digits_is_the_same_128_bits,
    what_is_no_128_bit_hex_number_is_refused, the_corpus_agrees)
