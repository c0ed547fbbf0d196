#include "store.h"

#include <check.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"

const char store_backend[] = "sqlite";

static sqlite3 *holder;

/* The folder is there already: server_prepare() has made it, for other files too. */
void store_prepare(void)
{
}

const char *store_shown(const char *uri)
{
    return uri;
}

void store_make(char uri[STORE_URI_SIZE])
{
    static atomic_uint number;
    char name[64], path[STORE_URI_SIZE - sizeof "sqlite:"];
    snprintf(name, sizeof name, "%d-%u.db", (int)getpid(), atomic_fetch_add(&number, 1));
    folder_file(path, sizeof path, name);
    snprintf(uri, STORE_URI_SIZE, "sqlite:%s", path);
}

const bool store_readers_wait = false;

static void hold(const char *uri, const char *how)
{
    ck_assert_int_eq(sqlite3_open(uri + strlen("sqlite:"), &holder), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(holder, how, NULL, NULL, NULL), SQLITE_OK);
}

void store_hold(const char *uri)
{
    hold(uri, "BEGIN IMMEDIATE");
}

void store_hold_readers(const char *uri)
{
    hold(uri, "BEGIN EXCLUSIVE");
}

void store_let_go(void)
{
    sqlite3_close(holder);
}
