/* SPDX-License-Identifier: Apache-2.0 */
/* Old seal: what a version without a ledger wrote into a seal's file. */
#pragma once

/* Write it for `segment` ("2026-01-28.log", or with metrics/ before it) below
 * `dir`, of what that holds now; with a key (NULL: none) as an HMAC. Ends the
 * test when it fails. */
void old_seal_write(const char *dir, const char *segment, const char *key);
