/* SPDX-License-Identifier: Apache-2.0 */
#include "upkeep/witness.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/timestamp.h"

#define BIT MXLOG_LEDGER_BIT

enum {
	BOOT_ID_LEN = 36,
};

static void read_boot_id(char out[BOOT_ID_LEN + 1])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	size_t len = 0;

	if (fd < 0)
		return;
	if (mxlog_fs_pread_full(fd, out, BOOT_ID_LEN, 0, &len) < 0 ||
	    len != BOOT_ID_LEN || memchr(out, '"', len) ||
	    memchr(out, '\0', len))
		len = 0;
	out[len] = '\0';
	(void)close(fd);
}

int mxlog_witness_read(struct mxlog_witness *ret)
{
	struct mxlog_witness now = { .wall_usec = mxlog_timestamp_now() };
	struct timespec boot;
	struct stat st;

	if (clock_gettime(CLOCK_BOOTTIME, &boot) < 0)
		return -errno;
	now.boot_usec =
	    (uint64_t)(boot.tv_sec * USEC_PER_SEC + boot.tv_nsec / 1000);
	if (stat("/proc/self/ns/time", &st) == 0)
		now.time_ns = (uint64_t)st.st_ino;
	read_boot_id(now.boot_id);
	*ret = now;
	return 0;
}

uint64_t mxlog_witness_count(const struct mxlog_ledger_event *tick,
    const struct mxlog_witness *now)
{
	int64_t wall = now->wall_usec - tick->time_usec;

	if (now->boot_id[0] == '\0' || strcmp(tick->boot, now->boot_id) != 0 ||
	    tick->time_ns != now->time_ns || wall <= 0 ||
	    now->boot_usec <= tick->boot_usec)
		return tick->witnessed_usec;
	return tick->witnessed_usec +
	    MIN((uint64_t)wall, now->boot_usec - tick->boot_usec);
}

struct mxlog_ledger_event mxlog_witness_tick(const struct mxlog_witness *now,
    uint64_t witnessed_usec)
{
	struct mxlog_ledger_event tick = {
		.kind = MXLOG_LEDGER_TICK,
		.has = BIT(witnessed_usec),
		.witnessed_usec = witnessed_usec,
	};

	if (now->boot_id[0] == '\0')
		return tick;
	tick.has |= BIT(boot) | BIT(boot_usec) | BIT(time_ns);
	memcpy(tick.boot, now->boot_id, sizeof(now->boot_id));
	tick.boot_usec = now->boot_usec;
	tick.time_ns = now->time_ns;
	return tick;
}
