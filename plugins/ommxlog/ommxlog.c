/* SPDX-License-Identifier: Apache-2.0 */
/* ommxlog: rsyslog's output module. It and its string generator alone see
 * rsyslog's headers: messages go from rsyslogd to a sink, counters back. */
#include "config.h"
#include "rsyslog.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "conf.h"
#include "dirty.h"
#include "errmsg.h"
#include "glbl.h"
#include "module-template.h"
#include "parserif.h"
#include "rsconf.h"
#include "statsobj.h"
#include "template.h"
#include "unicode-helper.h"

#include "ommxlog_strgen.h"
#include "syslog_sink.h"

enum {
	FRAME_SIZE_DEFAULT = 200000, /* of imtcp and imptcp, in bytes */
};

#define TEMPLATE_OF_OURS " ommxlog" /* a space: no operator's name */

enum counter {
	ENTRIES,
	BYTES,
	REDACTIONS,
	REDACTION_FAILURES,
	DROPPED_DEBUG,
	DROPPED_CRITICAL = DROPPED_DEBUG + 4,
	ROTATED,
	LOST,
	SUSPENDED, /* counted here, those above by the sink */
	COUNTERS
};

static const char *const counter_names[COUNTERS] = { "entries", "bytes",
	"redactions", "redaction.failures", "dropped.debug", "dropped.info",
	"dropped.warning", "dropped.error", "dropped.critical", "rotated",
	"lost", "suspended" };

typedef struct _instanceData {
	struct mxlog_sink_options options;
	char *text[6]; /* what the options point to, owned */
	statsobj_t *stats;
	uint64_t counter[COUNTERS]; /* of all workers, atomic */
} instanceData;

typedef struct wrkrInstanceData {
	instanceData *pData;
	struct mxlog_sink *sink;
	uint64_t seen[COUNTERS]; /* what of the sink's is in the instance's */
	time_t complained;       /* when the last error was reported */
} wrkrInstanceData_t;

struct modConfData_s {
	char unused; /* there are no module parameters */
};

/* The first six are ours; the others are rsyslogd's own, looked at only to
 * warn of those under which messages would be lost. */
enum parameter {
	P_CONFIG,
	P_LOG_DIRECTORY,
	P_LEVEL,
	P_FILE_OWNER,
	P_TEMPLATE,
	P_SYNC,
	P_RETRY_COUNT,
	P_RETRY_INTERVAL,
	P_QUEUE_TYPE,
	P_QUEUE_SIZE,
	P_BATCH_SIZE,
	P_QUEUE_FILE,
};

/* rsyslog's macros. State at file scope is what they demand, nothing else; the
 * module stays loaded, since its string generator's exit comes later. */
/* clang-format off */
MODULE_TYPE_OUTPUT
MODULE_TYPE_KEEP
MODULE_CNFNAME("ommxlog")
DEF_OMOD_STATIC_DATA
DEFobjCurrIf(module)
DEFobjCurrIf(statsobj)

static struct cnfparamdescr parameters[] = {
	{ "config", eCmdHdlrString, 0 },
	{ "logdirectory", eCmdHdlrString, 0 },
	{ "level", eCmdHdlrString, 0 },
	{ "fileowner", eCmdHdlrString, 0 },
	{ "template", eCmdHdlrString, 0 },
	{ "sync", eCmdHdlrString, 0 },
	{ "action.resumeretrycount", eCmdHdlrInt, 0 },
	{ "action.resumeinterval", eCmdHdlrInt, 0 },
	{ "queue.type", eCmdHdlrQueueType, 0 },
	{ "queue.size", eCmdHdlrSize, 0 },
	{ "queue.dequeuebatchsize", eCmdHdlrInt, 0 },
	{ "queue.filename", eCmdHdlrString, 0 },
};
static struct cnfparamblk parameter_block = { CNFPARAMBLK_VERSION,
	sizeof(parameters) / sizeof(parameters[0]), parameters };

/* clang-format on */

/* ---- counters ---- */

static void add_to(instanceData *data, enum counter counter, uint64_t n)
{
	(void)__atomic_fetch_add(&data->counter[counter], n, __ATOMIC_RELAXED);
}

/* Add to the instance's counters what the worker's sink counted since. */
static void count(wrkrInstanceData_t *worker)
{
	struct mxlog_writer_stats stats;
	uint64_t now[COUNTERS] = { 0 };
	unsigned i;

	mxlog_sink_get_stats(worker->sink, &stats, &now[LOST]);
	now[ENTRIES] = stats.entries;
	now[BYTES] = stats.bytes;
	now[REDACTIONS] = stats.redactions;
	now[REDACTION_FAILURES] = stats.redaction_failures;
	memcpy(&now[DROPPED_DEBUG], stats.dropped, sizeof(stats.dropped));
	now[ROTATED] = stats.rotations;
	for (i = 0; i < SUSPENDED; i++)
		if (now[i] != worker->seen[i])
			add_to(worker->pData, i, now[i] - worker->seen[i]);
	memcpy(worker->seen, now, sizeof(now));
}

static rsRetVal publish_counters(instanceData *data)
{
	unsigned i;
	DEFiRet;

	CHKiRet(statsobj.Construct(&data->stats));
	CHKiRet(statsobj.SetName(data->stats, UCHAR_CONSTANT("ommxlog")));
	CHKiRet(statsobj.SetOrigin(data->stats, UCHAR_CONSTANT("ommxlog")));
	for (i = 0; i < COUNTERS; i++)
		CHKiRet(statsobj.AddCounter(data->stats,
		    (const uchar *)counter_names[i], ctrType_IntCtr,
		    CTR_FLAG_RESETTABLE, &data->counter[i]));
	CHKiRet(statsobj.ConstructFinalize(data->stats));
finalize_it:
	RETiRet;
}

/* ---- the action ---- */

/* One line for the operator, at most once a minute while it goes on. */
static void complain(wrkrInstanceData_t *worker, int code, const char *text)
{
	time_t now = time(NULL);

	if (worker->complained && now - worker->complained < 60)
		return;
	worker->complained = now;
	LogError(0, RS_RET_SUSPENDED, "ommxlog: %s (%s)", text,
	    strerrorname_np(-code));
}

/* Make sure of space before rsyslogd hands the batch over, and wait while there
 * is none: a batch refused later would be lost when rsyslogd stops. Nothing is
 * held while waiting, and there alone the thread can be cancelled. */
static void wait_for_space(wrkrInstanceData_t *worker)
{
	const struct timespec pause = { .tv_nsec = 200 * 1000 * 1000 };
	struct mxlog_error error;
	int r, state, ignored;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	if (mxlog_sink_reload(worker->sink, &error) < 0)
		LogError(0, RS_RET_CONF_PARAM_INVLD,
		    "ommxlog: the old configuration stays: %s", error.text);
	r = mxlog_sink_prepare(worker->sink, &error);
	if (r < 0)
		add_to(worker->pData, SUSPENDED, 1);
	while (r < 0) {
		complain(worker, r, error.text);
		pthread_setcancelstate(state, &ignored);
		(void)nanosleep(&pause, NULL);
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &ignored);
		r = mxlog_sink_prepare(worker->sink, &error);
	}
	pthread_setcancelstate(state, &ignored);
}

/* Convert and store a batch, all of it or nothing. */
static int store(wrkrInstanceData_t *worker, const actWrkrIParams_t *param,
    unsigned n)
{
	unsigned i;
	int r = 0;

	for (i = 0; r == 0 && i < n; i++)
		r = mxlog_sink_add(worker->sink, (const char *)param[i].param,
		    param[i].lenStr);
	if (r == 0)
		r = mxlog_sink_commit(worker->sink);
	else
		mxlog_sink_rollback(worker->sink);
	count(worker);
	return r;
}

static rsRetVal commit(wrkrInstanceData_t *worker,
    const actWrkrIParams_t *param, unsigned n)
{
	int r, state, ignored;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	r = store(worker, param, n);
	if (r < 0) {
		add_to(worker->pData, SUSPENDED, 1);
		complain(worker, r, "the batch could not be stored");
	} else {
		worker->complained = 0;
	}
	pthread_setcancelstate(state, &ignored);
	return r < 0 ? RS_RET_SUSPENDED : RS_RET_OK;
}

static void free_instance(instanceData *data)
{
	unsigned i;

	if (data->stats)
		statsobj.Destruct(&data->stats);
	for (i = 0; i < sizeof(data->text) / sizeof(data->text[0]); i++)
		free(data->text[i]);
}

/* ---- configuration ---- */

/* rsyslogd logs warnings, but keeps them to itself when it only checks. */
static void warn(const char *text)
{
	parser_warnmsg("ommxlog: %s", text);
	if (iConfigVerify)
		(void)fprintf(stderr, "rsyslogd: ommxlog: warning: %s\n", text);
}

static void warn_of_queue(const struct cnfparamvals *values)
{
	const struct cnfparamvals *type = &values[P_QUEUE_TYPE];
	long long size = 1000, batch = 128; /* of action queues */

	if (!type->bUsed || type->val.d.n == QUEUETYPE_DIRECT) {
		warn("without a queue of its own a full disk stops all of "
		     "rsyslogd: set queue.type=\"LinkedList\"");
		return;
	}
	if (values[P_QUEUE_SIZE].bUsed)
		size = values[P_QUEUE_SIZE].val.d.n;
	if (values[P_BATCH_SIZE].bUsed)
		batch = values[P_BATCH_SIZE].val.d.n;
	if (size < 10 * batch)
		warn("the queue is soon full: set queue.size far above "
		     "queue.dequeueBatchSize");
	if (values[P_QUEUE_FILE].bUsed)
		warn("rsyslogd spools messages to queue.fileName as they came, "
		     "with their secrets");
}

/* rsyslogd's defaults throw a batch away at the first failure. */
static void warn_of_loss(const struct cnfparamvals *values)
{
	const struct cnfparamvals *retry = &values[P_RETRY_COUNT];
	const struct cnfparamvals *interval = &values[P_RETRY_INTERVAL];

	if (!retry->bUsed || retry->val.d.n != -1)
		warn("messages are lost when they can't be stored: set "
		     "action.resumeRetryCount=\"-1\"");
	if (!interval->bUsed || interval->val.d.n > 5)
		warn("storing resumes late after a failure: set "
		     "action.resumeInterval=\"1\"");
	warn_of_queue(values);
}

/* The inputs cut a longer frame and read its rest as messages of its own. What
 * their MaxFrameSize is nobody else can ask. */
static void warn_of_frames(void)
{
	static uchar *const inputs[] = { UCHAR_CONSTANT("imtcp"),
		UCHAR_CONSTANT("imptcp") };
	size_t i;

	if (glblGetMaxLine(loadConf) <= FRAME_SIZE_DEFAULT)
		return;
	for (i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		if (!module.FindWithCnfName(loadConf, inputs[i], eMOD_IN))
			continue;
		warn("maxMessageSize is above 200000, where imtcp and imptcp "
		     "cut frames: see that their MaxFrameSize is as large");
		return;
	}
}

static rsRetVal set_sync(instanceData *data)
{
	const char *sync = data->text[P_SYNC];

	data->options.sync = MXLOG_SYNC_NONE;
	if (!sync || strcasecmp(sync, "none") == 0)
		return RS_RET_OK;
	data->options.sync = MXLOG_SYNC_BATCH;
	if (strcasecmp(sync, "batch") == 0)
		return RS_RET_OK;
	LogError(0, RS_RET_CONF_PARAM_INVLD,
	    "ommxlog: sync is \"%s\": expected \"none\" or \"batch\"", sync);
	return RS_RET_CONF_PARAM_INVLD;
}

static rsRetVal take_parameters(instanceData *data,
    const struct cnfparamvals *values)
{
	unsigned i;

	for (i = 0; i <= P_SYNC; i++) {
		if (!values[i].bUsed)
			continue;
		data->text[i] = es_str2cstr(values[i].val.d.estr, NULL);
		if (!data->text[i])
			return RS_RET_OUT_OF_MEMORY;
	}
	data->options.config = data->text[P_CONFIG];
	data->options.log_dir = data->text[P_LOG_DIRECTORY];
	data->options.level = data->text[P_LEVEL];
	data->options.owner = data->text[P_FILE_OWNER];
	data->options.plain = data->text[P_TEMPLATE] != NULL;
	return set_sync(data);
}

/* So that rsyslogd -N1 tells what is wrong, too. */
static rsRetVal check_configuration(const instanceData *data)
{
	struct mxlog_config *config = NULL;
	struct mxlog_error error;

	if (mxlog_sink_load(&data->options, &config, &error) < 0) {
		LogError(0, RS_RET_CONF_PARAM_INVLD, "ommxlog: %s", error.text);
		return RS_RET_CONF_PARAM_INVLD;
	}
	mxlog_config_free(config);
	return RS_RET_OK;
}

static rsRetVal configure(instanceData *data, struct nvlst *list)
{
	struct cnfparamvals *values;
	DEFiRet;

	values = nvlstGetParams(list, &parameter_block, NULL);
	if (!values)
		return RS_RET_MISSING_CNFPARAMS;
	CHKiRet(take_parameters(data, values));
	CHKiRet(check_configuration(data));
	warn_of_loss(values);
	CHKiRet(publish_counters(data));
finalize_it:
	cnfparamvalsDestruct(values, &parameter_block);
	RETiRet;
}

static rsRetVal request_string(const instanceData *data,
    omodStringRequest_t *request)
{
	const char *name =
	    data->options.plain ? data->text[P_TEMPLATE] : TEMPLATE_OF_OURS;
	char *owned = strdup(name);

	if (!owned)
		return RS_RET_OUT_OF_MEMORY;
	return OMSRsetEntry(request, 0, (uchar *)owned, OMSR_NO_RQD_TPL_OPTS);
}

static void bind_template(rsconf_t *conf)
{
	uchar *binding = UCHAR_CONSTANT("=" MXLOG_STRGEN_NAME);

	(void)tplAddLine(conf, TEMPLATE_OF_OURS, &binding);
}

static rsRetVal register_strgen(void)
{
	modInfo_t *info;

	return module.doModInit(mxlog_strgen_init,
	    UCHAR_CONSTANT("builtin:ommxlog-strgen"), NULL, &info);
}

/* ---- rsyslog's grammar: its entry points call the functions above ---- */
/* clang-format off */

BEGINbeginTransaction
CODESTARTbeginTransaction;
	wait_for_space(pWrkrData);
ENDbeginTransaction

BEGINcommitTransaction
CODESTARTcommitTransaction;
	iRet = commit(pWrkrData, pParams, nParams);
ENDcommitTransaction

BEGINtryResume
CODESTARTtryResume;
	if (mxlog_sink_prepare(pWrkrData->sink, NULL) < 0)
		iRet = RS_RET_SUSPENDED;
ENDtryResume

/* From rsyslogd's main thread, while the worker may be writing. */
BEGINdoHUPWrkr
CODESTARTdoHUPWrkr;
	mxlog_sink_request_reload(pWrkrData->sink);
ENDdoHUPWrkr

BEGINcreateInstance
CODESTARTcreateInstance;
ENDcreateInstance

BEGINfreeInstance
CODESTARTfreeInstance;
	free_instance(pData);
ENDfreeInstance

BEGINcreateWrkrInstance
CODESTARTcreateWrkrInstance;
	if (mxlog_sink_new(&pData->options, &pWrkrData->sink) < 0) {
		free(pWrkrData);
		pWrkrData = NULL;
		iRet = RS_RET_OUT_OF_MEMORY;
	}
ENDcreateWrkrInstance

BEGINfreeWrkrInstance
CODESTARTfreeWrkrInstance;
	mxlog_sink_free(pWrkrData->sink);
ENDfreeWrkrInstance

BEGINisCompatibleWithFeature
CODESTARTisCompatibleWithFeature;
	if (eFeat == sFEATURERepeatedMsgReduction)
		iRet = RS_RET_OK;
ENDisCompatibleWithFeature

BEGINdbgPrintInstInfo
CODESTARTdbgPrintInstInfo;
ENDdbgPrintInstInfo

BEGINnewActInst
CODESTARTnewActInst;
	CHKiRet(createInstance(&pData));
	CHKiRet(configure(pData, lst));
	CODE_STD_STRING_REQUESTnewActInst(1);
	CHKiRet(request_string(pData, *ppOMSR));
CODE_STD_FINALIZERnewActInst
ENDnewActInst

NO_LEGACY_CONF_parseSelectorAct

BEGINbeginCnfLoad
CODESTARTbeginCnfLoad;
	bind_template(pConf);
ENDbeginCnfLoad

BEGINendCnfLoad
CODESTARTendCnfLoad;
ENDendCnfLoad

BEGINcheckCnf
CODESTARTcheckCnf;
	warn_of_frames();
ENDcheckCnf

BEGINactivateCnf
CODESTARTactivateCnf;
ENDactivateCnf

BEGINfreeCnf
CODESTARTfreeCnf;
ENDfreeCnf

BEGINmodExit
CODESTARTmodExit;
	objRelease(statsobj, CORE_COMPONENT);
	objRelease(module, CORE_COMPONENT);
ENDmodExit

BEGINqueryEtryPt
CODESTARTqueryEtryPt;
CODEqueryEtryPt_STD_OMODTX_QUERIES
CODEqueryEtryPt_STD_OMOD8_QUERIES
CODEqueryEtryPt_STD_CONF2_QUERIES
CODEqueryEtryPt_STD_CONF2_OMOD_QUERIES
CODEqueryEtryPt_STD_CONF2_CNFNAME_QUERIES
CODEqueryEtryPt_doHUPWrkr
ENDqueryEtryPt

#pragma GCC visibility push(default)
BEGINmodInit()
CODESTARTmodInit;
	*ipIFVersProvided = CURR_MOD_IF_VERSION;
	CHKiRet(objUse(module, CORE_COMPONENT));
	CHKiRet(objUse(statsobj, CORE_COMPONENT));
	CHKiRet(register_strgen());
ENDmodInit
#pragma GCC visibility pop
