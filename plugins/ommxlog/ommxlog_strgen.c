/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"
#include "rsyslog.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "msg.h"
#include "prop.h"
#include "template.h"
#include "unicode-helper.h"

#include "ommxlog_properties.h"
#include "ommxlog_strgen.h"
#include "syslog_message.h"
#include "syslog_tag.h"

static struct mxlog_syslog_text of_prop(prop_t *prop)
{
	if (!prop)
		return (struct mxlog_syslog_text){ NULL, 0 };
	return (struct mxlog_syslog_text){ (const char *)propGetSzStr(prop),
		(size_t)prop->len };
}

static struct mxlog_syslog_text of_cstr(cstr_t *string)
{
	if (!string)
		return (struct mxlog_syslog_text){ NULL, 0 };
	return (
	    struct mxlog_syslog_text){ (const char *)cstrGetSzStrNoNULL(string),
		cstrLen(string) };
}

/* Texts that a message's parts point to while the frame is packed. */
struct scratch {
	char address[INET6_ADDRSTRLEN];
	char time[MXLOG_SYSLOG_TIME_MAX];
};

static struct mxlog_syslog_time clock_of(const struct syslogTime *when)
{
	int offset = when->OffsetHour * 60 + when->OffsetMinute;

	return (struct mxlog_syslog_time){
		.year = when->year,
		.month = when->month,
		.day = when->day,
		.hour = when->hour,
		.minute = when->minute,
		.second = when->second,
		.fraction = when->secfrac,
		.fraction_digits = when->secfracPrecision,
		.offset_minutes = when->OffsetMode == '-' ? -offset : offset,
	};
}

/* The message's time, or that of its arrival where it has none. */
static void fill_time(struct mxlog_syslog *out, const smsg_t *msg,
    struct scratch *scratch)
{
	struct mxlog_syslog_time clock;

	if (msg->tTIMESTAMP.timeType != 0) {
		clock = clock_of(&msg->tTIMESTAMP);
		if (mxlog_syslog_time_is_valid(&clock)) {
			out->time_usec = mxlog_syslog_time_usec(&clock);
			return;
		}
		out->part[MXLOG_SYSLOG_WRONG_TIME] = (struct mxlog_syslog_text){
			scratch->time,
			mxlog_syslog_time_format(scratch->time, &clock),
		};
	}
	clock = clock_of(&msg->tRcvdAt);
	out->time_usec = mxlog_syslog_time_usec(&clock);
}

static struct mxlog_syslog_text address_of(const struct sockaddr_storage *from,
    struct scratch *scratch)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *four = (const struct sockaddr_in *)from;
	const char *text = NULL;

	if (from && from->ss_family == AF_INET)
		text = inet_ntop(AF_INET, &four->sin_addr, scratch->address,
		    sizeof(scratch->address));
	else if (from && from->ss_family == AF_INET6 &&
	    IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		text = inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12],
		    scratch->address, sizeof(scratch->address));
	else if (from && from->ss_family == AF_INET6)
		text = inet_ntop(AF_INET6, &six->sin6_addr, scratch->address,
		    sizeof(scratch->address));
	return (struct mxlog_syslog_text){ text, text ? strlen(text) : 0 };
}

/* Who sent it, without asking a name server: one that does not answer would
 * hold up the worker. rsyslogd resolves on demand, under the message's lock;
 * while another action's worker waits for that, the sender stays unknown. */
static void fill_sender(struct mxlog_syslog *out, smsg_t *msg,
    struct scratch *scratch)
{
	struct timespec soon;

	(void)clock_gettime(CLOCK_REALTIME, &soon);
	soon.tv_nsec += 20 * 1000 * 1000;
	soon.tv_sec += soon.tv_nsec / 1000000000;
	soon.tv_nsec %= 1000000000;
	if (pthread_mutex_timedlock(&msg->mut, &soon) != 0)
		return;
	if (msg->msgFlags & NEEDS_DNSRESOL) {
		out->part[MXLOG_SYSLOG_FROMHOST_IP] =
		    address_of(msg->rcvFrom.pfrominet, scratch);
	} else {
		out->part[MXLOG_SYSLOG_FROMHOST] =
		    of_prop(msg->rcvFrom.pRcvFrom);
		out->part[MXLOG_SYSLOG_FROMHOST_IP] = of_prop(msg->pRcvFromIP);
	}
	(void)pthread_mutex_unlock(&msg->mut);
}

static bool is_loopback(struct mxlog_syslog_text ip)
{
	return (ip.len == 9 && memcmp(ip.text, "127.0.0.1", 9) == 0) ||
	    (ip.len == 3 && memcmp(ip.text, "::1", 3) == 0);
}

static void fill_origin(struct mxlog_syslog *out, smsg_t *msg,
    struct scratch *scratch)
{
	struct mxlog_syslog_text *ip = &out->part[MXLOG_SYSLOG_FROMHOST_IP];
	struct mxlog_syslog_text *host = &out->part[MXLOG_SYSLOG_HOSTNAME];
	struct mxlog_syslog_text *from = &out->part[MXLOG_SYSLOG_FROMHOST];

	fill_sender(out, msg, scratch);
	if (msg->pszHOSTNAME)
		*host =
		    (struct mxlog_syslog_text){ (const char *)msg->pszHOSTNAME,
			    (size_t)msg->iLenHOSTNAME };
	else
		*host = from->len > 0 ? *from : *ip;
	if (is_loopback(*ip))
		ip->len = 0;
}

static void fill_program(struct mxlog_syslog *out, smsg_t *msg)
{
	const struct mxlog_syslog_raw raw = {
		{ (const char *)msg->pszRawMsg, (size_t)msg->iLenRawMsg },
		msg->offAfterPRI > 0 ? (size_t)msg->offAfterPRI : 0,
	};
	uchar *tag;
	int len;

	if (msgGetProtocolVersion(msg) == MSG_RFC5424_PROTOCOL) {
		out->part[MXLOG_SYSLOG_APP_NAME] = of_cstr(msg->pCSAPPNAME);
		out->part[MXLOG_SYSLOG_PROCID] = of_cstr(msg->pCSPROCID);
		out->part[MXLOG_SYSLOG_MSGID] = of_cstr(msg->pCSMSGID);
		return;
	}
	getTAG(msg, &tag, &len, LOCK_MUTEX);
	out->part[MXLOG_SYSLOG_TAG] =
	    (struct mxlog_syslog_text){ (const char *)tag, (size_t)len };
	mxlog_syslog_read_tag(out, &raw);
}

static void fill(struct mxlog_syslog *out, smsg_t *msg, struct scratch *scratch)
{
	*out = (struct mxlog_syslog){
		.facility = msg->iFacility,
		.severity = msg->iSeverity,
	};
	out->part[MXLOG_SYSLOG_TEXT] =
	    (struct mxlog_syslog_text){ (const char *)getMSG(msg),
		    (size_t)getMSGLen(msg) };
	fill_time(out, msg, scratch);
	fill_origin(out, msg, scratch);
	fill_program(out, msg);
	if (msg->pszStrucData)
		out->part[MXLOG_SYSLOG_STRUCTURED_DATA] =
		    (struct mxlog_syslog_text){ (const char *)msg->pszStrucData,
			    msg->lenStrucData };
}

/* Nobody but imjournal can say what journald vouches for. */
static bool is_of_journal(smsg_t *msg)
{
	static const char name[] = "imjournal";
	uchar *input = NULL;
	int len = 0;

	getInputName(msg, &input, &len);
	return input && (size_t)len == sizeof(name) - 1 &&
	    memcmp(input, name, sizeof(name) - 1) == 0;
}

static bool make_room(actWrkrIParams_t *param, size_t len)
{
	return len < UINT32_MAX / 2 &&
	    (len < param->lenBuf ||
		ExtendBuf(param, (unsigned)len + 1) == RS_RET_OK);
}

/* The frame, and behind it the message's $! tree. */
static size_t pack(smsg_t *msg, const struct mxlog_syslog *message,
    enum mxlog_syslog_part part, actWrkrIParams_t *param)
{
	size_t len = mxlog_syslog_frame_len(message), more;
	char *frame, *end;

	more = msg->json ? mxlog_properties_max(msg->json) : 0;
	if (!make_room(param, len + more))
		return 0;
	frame = (char *)param->param;
	mxlog_syslog_pack(message, frame);
	if (more == 0)
		return len;
	end = mxlog_properties_write(frame + len, msg->json);
	mxlog_syslog_set_len(frame, part, (size_t)(end - frame) - len);
	return (size_t)(end - frame);
}

/* Never fails: rsyslogd would take the buffer's old content, another message,
 * for this one. Out of memory yields an empty string, which the sink counts. */
static rsRetVal strgen(smsg_t *const msg, actWrkrIParams_t *const param)
{
	struct mxlog_syslog message;
	enum mxlog_syslog_part part;
	struct scratch scratch;
	size_t len;

	fill(&message, msg, &scratch);
	part =
	    is_of_journal(msg) ? MXLOG_SYSLOG_JOURNAL : MXLOG_SYSLOG_PROPERTIES;
	param->lenStr = 0;
	/* another action may change the tree */
	(void)pthread_mutex_lock(&msg->mut);
	len = pack(msg, &message, part, param);
	(void)pthread_mutex_unlock(&msg->mut);
	if (len > 0) {
		param->param[len] = '\0';
		param->lenStr = (uint32_t)len;
	}
	return RS_RET_OK;
}

static rsRetVal strgen_exit(void)
{
	return RS_RET_OK;
}

static rsRetVal strgen_get_id(void **id)
{
	*id = (void *)strgen_exit;
	return RS_RET_OK;
}

static rsRetVal strgen_get_type(eModType_t *type)
{
	*type = eMOD_STRGEN;
	return RS_RET_OK;
}

static rsRetVal strgen_get_keep_type(eModKeepType_t *type)
{
	*type = eMOD_KEEP;
	return RS_RET_OK;
}

static rsRetVal strgen_get_name(uchar **name)
{
	*name = UCHAR_CONSTANT(MXLOG_STRGEN_NAME);
	return RS_RET_OK;
}

static rsRetVal strgen_query(uchar *name, rsRetVal (**ret)())
{
	static const struct {
		const char *name;
		rsRetVal (*entry)();
	} table[] = {
		{ "modExit", strgen_exit },
		{ "modGetID", strgen_get_id },
		{ "getType", strgen_get_type },
		{ "getKeepType", strgen_get_keep_type },
		{ "strgen", strgen },
		{ "GetName", strgen_get_name },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp((char *)name, table[i].name) == 0) {
			*ret = table[i].entry;
			return RS_RET_OK;
		}
	}
	return RS_RET_MODULE_ENTRY_POINT_NOT_FOUND;
}

rsRetVal mxlog_strgen_init(int requested ATTR_UNUSED, int *provided,
    rsRetVal (**query)(), rsRetVal (*host)() ATTR_UNUSED,
    modInfo_t *info ATTR_UNUSED)
{
	*provided = CURR_MOD_IF_VERSION;
	*query = strgen_query;
	return RS_RET_OK;
}
