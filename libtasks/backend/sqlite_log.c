/* The way of what was committed from the log back into the file, beside those who write.
 *
 * SQLite by itself lets the commit that makes the log long copy all of it, and everybody waits: for a large
 * store longer, since its pages lie far apart. Here whoever has carried a group does it after its turn, while
 * the next group is written. The log begins anew only when nothing of it is left to copy, so the little that
 * was written meanwhile is a commit's. When a copy fails nothing is lost, and a later one tries again. */
#include "sqlite.h"

/* In pages: what is worth a copy, of how many copied ones a commit copies the rest, and how many are too
 * many. */
enum { PART = 250, ENOUGH = 3000, TOO_MANY = 8000 };

static int on_commit(void *opaque, sqlite3 *db, const char *name, int pages)
{
    sqlite_store *store = opaque;
    if (pages < atomic_load(&store->log_copied)) /* it began anew */
        atomic_store(&store->log_copied, 0);
    atomic_store(&store->log_pages, pages);
    if (atomic_load(&store->log_copied) >= ENOUGH || pages >= TOO_MANY)
        sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return SQLITE_OK;
}

void sqlite_log_follow(sqlite_store *store, sqlite3 *db)
{
    sqlite3_wal_hook(db, on_commit, store);
}

void sqlite_tidy(void *opaque)
{
    sqlite_store *store = opaque;
    int copied;
    if (atomic_load(&store->log_pages) - atomic_load(&store->log_copied) < PART || !store->marker ||
        atomic_exchange(&store->copying, true))
        return;
    if (!sqlite3_wal_checkpoint_v2(store->marker, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, &copied))
        atomic_store(&store->log_copied, copied);
    atomic_store(&store->copying, false);
}
