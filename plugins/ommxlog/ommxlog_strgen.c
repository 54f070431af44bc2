/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"
#include "rsyslog.h"

#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "prop.h"
#include "template.h"
#include "unicode-helper.h"

#include "ommxlog_strgen.h"
#include "syslog_message.h"

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

static int64_t time_of(const struct syslogTime *when)
{
	int offset = when->OffsetHour * 60 + when->OffsetMinute;
	struct mxlog_syslog_time time = {
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

	return mxlog_syslog_time_usec(&time);
}

static void fill_origin(struct mxlog_syslog *out, smsg_t *msg)
{
	struct mxlog_syslog_text ip;

	out->part[MXLOG_SYSLOG_HOSTNAME] =
	    (struct mxlog_syslog_text){ getHOSTNAME(msg),
		    (size_t)getHOSTNAMELen(msg) };
	if (msg->msgFlags & NEEDS_DNSRESOL)
		(void)getRcvFrom(msg); /* resolves */
	if (!(msg->msgFlags & NEEDS_DNSRESOL))
		out->part[MXLOG_SYSLOG_FROMHOST] =
		    of_prop(msg->rcvFrom.pRcvFrom);
	ip = of_prop(msg->pRcvFromIP);
	if (ip.len > 0 && strcmp(ip.text, "127.0.0.1") != 0 &&
	    strcmp(ip.text, "::1") != 0)
		out->part[MXLOG_SYSLOG_FROMHOST_IP] = ip;
}

static void fill_program(struct mxlog_syslog *out, smsg_t *msg)
{
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
	mxlog_syslog_rejoin_tag(out,
	    (struct mxlog_syslog_text){ (const char *)msg->pszRawMsg,
		(size_t)msg->iLenRawMsg });
}

static void fill(struct mxlog_syslog *out, smsg_t *msg)
{
	*out = (struct mxlog_syslog){
		.time_usec =
		    time_of(msg->tTIMESTAMP.timeType == 0 ? &msg->tRcvdAt
							  : &msg->tTIMESTAMP),
		.facility = msg->iFacility,
		.severity = msg->iSeverity,
	};
	out->part[MXLOG_SYSLOG_TEXT] =
	    (struct mxlog_syslog_text){ (const char *)getMSG(msg),
		    (size_t)getMSGLen(msg) };
	fill_origin(out, msg);
	fill_program(out, msg);
	if (msg->pszStrucData)
		out->part[MXLOG_SYSLOG_STRUCTURED_DATA] =
		    (struct mxlog_syslog_text){ (const char *)msg->pszStrucData,
			    msg->lenStrucData };
}

/* The message's $! tree as JSON, for the caller to free; NULL: it has none. */
static char *take_properties(struct mxlog_syslog *out, smsg_t *msg)
{
	msgPropDescr_t all = { .id = PROP_CEE_ALL_JSON_PLAIN };
	unsigned short must_free = 0;
	rs_size_t len = 0;
	uchar *json;

	if (!msg->json)
		return NULL;
	json = MsgGetProp(msg, NULL, &all, &len, &must_free, NULL);
	if (!must_free)
		return NULL; /* what stands there says that memory is out */
	out->part[MXLOG_SYSLOG_PROPERTIES] =
	    (struct mxlog_syslog_text){ (char *)json, (size_t)len };
	return (char *)json;
}

/* Never fails: rsyslogd would take the buffer's old content, another message,
 * for this one. Out of memory yields an empty string, which the sink counts. */
static rsRetVal strgen(smsg_t *const msg, actWrkrIParams_t *const param)
{
	struct mxlog_syslog message;
	char *properties;
	size_t len;

	fill(&message, msg);
	properties = take_properties(&message, msg);
	len = mxlog_syslog_frame_len(&message);
	param->lenStr = 0;
	if (len < UINT32_MAX / 2 &&
	    (len < param->lenBuf || ExtendBuf(param, len + 1) == RS_RET_OK)) {
		mxlog_syslog_pack(&message, (char *)param->param);
		param->param[len] = '\0';
		param->lenStr = (uint32_t)len;
	}
	free(properties);
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
