#include "shaky.h"

#include <err.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct shaky_file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this structure */
} shaky_file;

static sqlite3_vfs *real_vfs;
static atomic_int armed;
static atomic_long countdown;
static atomic_bool happened;

void shaky_at(shaky_kind kind, long nth)
{
    atomic_store(&happened, false);
    atomic_store(&armed, kind);
    atomic_store(&countdown, nth);
}

bool shaky_end(void)
{
    atomic_store(&countdown, 0);
    return atomic_load(&happened);
}

static bool fails(shaky_kind kind)
{
    if (atomic_load(&armed) != (int)kind || atomic_load(&countdown) <= 0 ||
        atomic_fetch_sub(&countdown, 1) != 1)
        return false;
    atomic_store(&happened, true);
    return true;
}

/* ---- A file ---- */

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((shaky_file *)file)->real;
}

static int file_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *to, int size, sqlite3_int64 at)
{
    if (fails(SHAKY_READ))
        return SQLITE_IOERR_READ;
    return real_of(file)->pMethods->xRead(real_of(file), to, size, at);
}

static int file_write(sqlite3_file *file, const void *from, int size, sqlite3_int64 at)
{
    if (fails(SHAKY_WRITE))
        return SQLITE_IOERR_WRITE;
    if (fails(SHAKY_FULL))
        return SQLITE_FULL;
    if (fails(SHAKY_TORN)) {
        real_of(file)->pMethods->xWrite(real_of(file), from, size / 2, at);
        return SQLITE_IOERR_WRITE;
    }
    return real_of(file)->pMethods->xWrite(real_of(file), from, size, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (fails(SHAKY_TRUNCATE))
        return SQLITE_IOERR_TRUNCATE;
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    if (fails(SHAKY_SYNC))
        return SQLITE_IOERR_FSYNC;
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_check_reserved(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int file_control(sqlite3_file *file, int op, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int file_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_device(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

/* Files are not mapped into memory: every read and write goes through here. */
static const sqlite3_io_methods file_methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_device,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* ---- The layer ---- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    shaky_file *f = (shaky_file *)file;
    (void)vfs;
    f->base.pMethods = NULL;
    f->real = (sqlite3_file *)(f + 1);
    if (fails(SHAKY_OPEN))
        return SQLITE_CANTOPEN;
    int code = real_vfs->xOpen(real_vfs, name, f->real, flags, out_flags);
    if (!code)
        f->base.pMethods = &file_methods;
    return code;
}

void shaky_begin(void)
{
    static sqlite3_vfs vfs;
    real_vfs = sqlite3_vfs_find(NULL);
    if (!real_vfs)
        errx(1, "SQLite has no files here");
    vfs = *real_vfs;
    vfs.zName = "shaky";
    vfs.szOsFile = (int)sizeof(shaky_file) + real_vfs->szOsFile;
    vfs.xOpen = vfs_open;
    if (sqlite3_vfs_register(&vfs, 1))
        errx(1, "SQLite refuses the file layer");
}
