/* SPDX-License-Identifier: Apache-2.0 */
/* The least that reading a journal can cost: every field of every entry is
 * enumerated and nothing is done with it.
 *
 * usage: bench_journal_bare DIRECTORY */
#include <stdio.h>
#include <systemd/sd-journal.h>

int main(int argc, char **argv)
{
	unsigned long entries = 0, fields = 0;
	sd_journal *journal;
	const void *data;
	size_t len;

	if (argc != 2 || sd_journal_open_directory(&journal, argv[1], 0) < 0)
		return 1;
	(void)sd_journal_set_data_threshold(journal, 0);
	while (sd_journal_next(journal) > 0) {
		entries++;
		while (sd_journal_enumerate_data(journal, &data, &len) > 0)
			fields++;
	}
	printf("%lu entries, %lu fields\n", entries, fields);
	sd_journal_close(journal);
	return 0;
}
