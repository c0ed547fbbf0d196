/* Stores of SQLite in files, for the conformance suite and for others. */
#ifndef FIXTURE_SQLITE_H
#define FIXTURE_SQLITE_H

#include "conformance.h"

extern const conformance_fixture fixture_sqlite;

#endif
