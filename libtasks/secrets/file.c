#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "secret.h"

static tasks_status cannot(int cause, tasks_error *error)
{
    char text[64];
    const char *why = strerror_r(cause, text, sizeof text);
    if (cause == ENOENT || cause == ENOTDIR)
        return fail(error, TASKS_NOT_FOUND, "secret_missing", "%s: look at the path", why);
    if (cause == EACCES || cause == EPERM)
        return fail(error, TASKS_DENIED, "secret_denied", "%s: let user %u read the file", why,
                    (unsigned)geteuid());
    return fail(error, TASKS_UNAVAILABLE, "secret_away", "%s", why);
}

static tasks_status check_guard(const struct stat *file, tasks_error *error)
{
    bool of_root = file->st_uid == 0;
    mode_t others = S_IRWXO | (of_root ? S_IWGRP | S_IXGRP : S_IRWXG);
    if (!of_root && file->st_uid != geteuid())
        return fail(error, TASKS_DENIED, "secret_denied",
                    "the file belongs to user %u; give it to user %u or to root", (unsigned)file->st_uid,
                    (unsigned)geteuid());
    if (file->st_mode & others)
        return fail(error, TASKS_DENIED, "secret_denied", "others may reach the file (mode %04o): chmod %s",
                    (unsigned)file->st_mode & 07777U, of_root ? "0640" : "0600");
    return TASKS_OK;
}

static tasks_status check_file(int descriptor, size_t max, bool guarded, tasks_error *error)
{
    struct stat file;
    if (fstat(descriptor, &file))
        return cannot(errno, error);
    if (!S_ISREG(file.st_mode))
        return fail(error, TASKS_UNAVAILABLE, "secret_unusable", "it is not a regular file: name one");
    if (file.st_size > (off_t)max)
        return fail(error, TASKS_UNAVAILABLE, "secret_unusable", "the file has more than %zu bytes", max);
    return guarded ? check_guard(&file, error) : TASKS_OK;
}

/* The file may have grown since it was measured: what does not fit is too long. */
static tasks_status fill(int descriptor, char *room, size_t max, size_t *length, tasks_error *error)
{
    ssize_t count;
    *length = 0;
    while ((count = read(descriptor, room + *length, max + 1 - *length)) != 0) {
        if (count < 0 && errno != EINTR)
            return cannot(errno, error);
        *length += count > 0 ? (size_t)count : 0;
        if (*length > max)
            return fail(error, TASKS_UNAVAILABLE, "secret_unusable", "the file has more than %zu bytes", max);
    }
    return TASKS_OK;
}

static size_t without_line_break(const char *text, size_t length)
{
    length -= length && text[length - 1] == '\n';
    length -= length && text[length - 1] == '\r';
    return length;
}

static tasks_status read_all(int descriptor, size_t max, wiped *out, tasks_error *error)
{
    size_t length;
    char *room = malloc(max + 1);
    if (!room)
        return fail_memory(error);
    tasks_status status = fill(descriptor, room, max, &length, error);
    size_t used = without_line_break(room, length);
    if (!status && !used)
        status =
            fail(error, TASKS_UNAVAILABLE, "secret_unusable", "the file is empty: write the secret into it");
    if (!status && !wiped_set(out, room, used))
        status = fail_memory(error);
    explicit_bzero(room, length);
    free(room);
    return status;
}

tasks_status file_read(const char *path, size_t max, bool guarded, wiped *out, tasks_error *error)
{
    /* Not to hang on a pipe that somebody put there. */
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return cannot(errno, error);
    tasks_status status = check_file(descriptor, max, guarded, error);
    if (!status)
        status = read_all(descriptor, max, out, error);
    close(descriptor);
    return status;
}

/* file:PATH */
static tasks_status read_secret(const char *path, secret_version version, secret *out, tasks_error *error)
{
    if (version == SECRET_PREVIOUS)
        return fail(error, TASKS_NOT_FOUND, "secret_missing", "a file has no previous value");
    snprintf(out->origin, sizeof out->origin, "file %s", path);
    return file_read(path, TASKS_SECRET_MAX, true, &out->value, error);
}

const secret_source file_source = {.scheme = "file", .read = read_secret};
