/* SPDX-License-Identifier: Apache-2.0 */
/* Starve: makes the n-th allocation of the code under test fail.
 *
 * Every test executable is linked with -Wl,--wrap for malloc and its kin, so
 * that what libmxlog itself asks for comes by here (what libraries below it
 * ask for does not). To try each failure in turn:
 *
 *	for (unsigned long n = 1; hungry; n++) {
 *		starve(n);
 *		… do it: -ENOMEM, or it did not come so far …
 *		hungry = starve_done();
 *	}
 */
#pragma once

#include <stdbool.h>

/* From now on the n-th allocation fails, counted from 1. */
void starve(unsigned long n);

/* True if it has come so far. Turns starving off. */
bool starve_done(void);
