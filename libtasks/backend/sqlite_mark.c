/* Has anybody written to the file?
 *
 * The index of the log lies in memory that all processes of a store share, and begins with the header by
 * which SQLite's own readers tell what is committed (sqlite.org/walformat.html, "The WAL-Index Header"): 48
 * bytes, twice, the second copy written first. To compare them takes no lock and no system call. */
#include <string.h>

#include "sqlite.h"

enum { HEADER_SIZE = sizeof(backend_mark), IS_INIT = 12, INDEX_SIZE = 32768 };

/* Where the index is mapped, the same for all connections of this process to one file; NULL if it is not. */
static const volatile void *index_of(sqlite3 *db)
{
    sqlite3_file *file = NULL;
    volatile void *index = NULL;
    if (sqlite3_exec(db, "PRAGMA data_version", NULL, NULL, NULL) || /* maps it, if nothing has yet */
        sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) || !file || !file->pMethods ||
        file->pMethods->iVersion < 2 || file->pMethods->xShmMap(file, 0, INDEX_SIZE, 0, &index))
        return NULL;
    return index;
}

void sqlite_mark_open(sqlite_store *store)
{
    if (store->memory ||
        sqlite3_open_v2(store->path, &store->marker, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL))
        return;
    sqlite3_busy_timeout(store->marker, (int)store->timeout_ms);
    atomic_store(&store->index, index_of(store->marker));
}

/* If the file was replaced under its name, new connections see another one than the marks are of. */
void sqlite_mark_join(sqlite_store *store, sqlite3 *db)
{
    if (atomic_load(&store->index) && index_of(db) != atomic_load(&store->index))
        atomic_store(&store->index, NULL);
}

static void read_header(const volatile void *at, backend_mark *header)
{
    const volatile uint32_t *words = at;
    for (size_t i = 0; i < HEADER_SIZE / sizeof *words; i++)
        header->words[i] = __atomic_load_n(&words[i], __ATOMIC_RELAXED);
}

bool sqlite_mark(void *opaque, backend_mark *mark)
{
    sqlite_store *store = opaque;
    const volatile unsigned char *index = atomic_load_explicit(&store->index, memory_order_relaxed);
    backend_mark second;
    if (!index)
        return false;
    read_header(index, mark);
    atomic_thread_fence(memory_order_acquire);
    read_header(index + HEADER_SIZE, &second);
    return ((const unsigned char *)mark)[IS_INIT] && memcmp(mark, &second, sizeof second) == 0;
}
