/* Copying stores: what the files of this job share. */
#ifndef POSTGRES_COPY_H
#define POSTGRES_COPY_H

#include "postgres.h"

/* ---- postgres_export.c ---- */

tasks_status postgres_export_begin(void *connection, int64_t counts[BACKEND_KINDS], tasks_error *error);
tasks_status postgres_export(void *connection, backend_kind kind, const backend_taker *taker,
                             tasks_error *error);
void postgres_export_end(void *connection);

/* ---- postgres_import.c ---- */

tasks_status postgres_import_look(void *connection, backend_import *out, tasks_error *error);
tasks_status postgres_import_start(void *connection, int64_t fingerprint, tasks_error *error);
tasks_status postgres_import_add(void *connection, const backend_record *record, tasks_error *error);
tasks_status postgres_import_commit(void *connection, int64_t done, tasks_error *error);
tasks_status postgres_import_finish(void *connection, tasks_error *error);

#endif
