/* libpq, loaded when the first postgresql: store is opened: with the libraries that it brings along it takes
 * 7 MB of resident memory, and a program that works on SQLite has no use for them. */
#ifndef POSTGRES_LIBPQ_H
#define POSTGRES_LIBPQ_H

#include <libpq-fe.h>

#include "library.h"
#include "tasks.h"

/* clang-format off */
#define POSTGRES_LIBPQ_FUNCTIONS(X)                                                                         \
    X(PQclear) X(PQcmdStatus) X(PQcmdTuples) X(PQconnectPoll) X(PQconnectStartParams) X(PQconninfoFree)     \
    X(PQconninfoParse) X(PQconsumeInput) X(PQenterPipelineMode) X(PQerrorMessage) X(PQexitPipelineMode)     \
    X(PQfinish) X(PQflush) X(PQfreemem) X(PQgetResult) X(PQgetisnull) X(PQgetlength) X(PQgetvalue)          \
    X(PQisBusy) X(PQnfields) X(PQntuples) X(PQparameterStatus) X(PQpipelineSync) X(PQputCopyData)           \
    X(PQputCopyEnd) X(PQresultErrorField) X(PQresultStatus) X(PQsendFlushRequest) X(PQsendPrepare)          \
    X(PQsendQuery) X(PQsendQueryParams) X(PQsendQueryPrepared) X(PQserverVersion) X(PQsetErrorVerbosity)    \
    X(PQsetNoticeReceiver) X(PQsetSingleRowMode) X(PQsetnonblocking) X(PQsocket) X(PQstatus)                \
    X(PQtransactionStatus)
/* clang-format on */

/* Filled once, by the first postgres_libpq_load(). */
extern struct postgres_libpq_functions {
    POSTGRES_LIBPQ_FUNCTIONS(LIBRARY_MEMBER)
} postgres_libpq;

/* UNSUPPORTED backend_missing. Thread-safe. */
tasks_status postgres_libpq_load(tasks_error *error);

#endif
