#include "files.h"

#include <err.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODY = 65534, SIGNALLED = 128 };

files_bytes files_read(const char *path)
{
    files_bytes all;
    struct stat about;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &about))
        err(1, "%s", path);
    all.length = (size_t)about.st_size;
    all.bytes = malloc(all.length + 1);
    if (!all.bytes || fread(all.bytes, 1, all.length, file) != all.length)
        err(1, "%s", path);
    fclose(file);
    return all;
}

void files_write(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, length, file) != length || fclose(file))
        err(1, "%s", path);
}

bool files_unchanged(const char *path, const files_bytes *before)
{
    files_bytes now = files_read(path);
    bool same = now.length == before->length && !memcmp(now.bytes, before->bytes, now.length);
    free(now.bytes);
    return same;
}

static int wait_for(pid_t child)
{
    int status;
    if (waitpid(child, &status, 0) != child)
        err(1, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status);
}

int files_in_child(int (*work)(void *context), void *context)
{
    pid_t child = fork();
    if (child < 0)
        err(1, "fork");
    if (!child)
        _exit(work(context));
    return wait_for(child);
}

int files_as_nobody(int (*work)(void *context), void *context)
{
    pid_t child = fork();
    if (child < 0)
        err(1, "fork");
    if (!child) {
        if (!getuid() && (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY)))
            err(1, "setuid");
        _exit(work(context));
    }
    return wait_for(child);
}
