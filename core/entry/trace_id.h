/* SPDX-License-Identifier: Apache-2.0 */
/* Trace id: the forms in which others write the id of an operation, and the 128
 * bits that stand for it in every line. */
#pragma once

#include "base/ulid.h"

enum mxlog_trace_id_form {
	MXLOG_TRACE_ID_NONE,   /* no id: "-", null, zeros, too short */
	MXLOG_TRACE_ID_ULID,   /* perhaps in small letters */
	MXLOG_TRACE_ID_BITS,   /* W3C's, a UUID, B3's, X-Ray's, Datadog's */
	MXLOG_TRACE_ID_HASHED, /* any other: the first 128 bits of its SHA-256 */
};

/* Read an id in any form. 64 bits, as 16 hex digits or as 17 to 20 decimal
 * ones, are the lower half: padded with zeros or not they are one id. What is
 * none of the known forms is hashed if it has 8 to 256 bytes, 6 different ones,
 * and no form of "none". -ENOMEM; else the form, and *ret unless it is NONE. */
int mxlog_trace_id_read(const char *text, size_t len, struct mxlog_ulid *ret);

/* A decimal number of 64 bits as 16 hex digits, as Datadog's ids are meant,
 * whatever their length. -EINVAL. */
int mxlog_trace_id_hex_of_decimal(const char *text, size_t len, char out[16]);
