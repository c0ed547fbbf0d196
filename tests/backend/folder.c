#include "folder.h"

#include <dirent.h>
#include <err.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[512];

bool folder_make(void)
{
    const char *base = getenv("TMPDIR");
    if (!base || !*base)
        base = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    if ((size_t)snprintf(folder, sizeof folder, "%s/tasks.XXXXXX", base) >= sizeof folder)
        errx(1, "TMPDIR is too long");
    if (!mkdtemp(folder))
        err(1, "%s", folder);
    return true;
}

static int remove_entry(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about;
    (void)kind;
    (void)place;
    return remove(path);
}

/* Some tests close a folder, which only root gets over. */
static int open_entry(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)place;
    return S_ISDIR(about->st_mode) && kind != FTW_NS ? chmod(path, 0700) : 0;
}

void folder_remove(void)
{
    nftw(folder, open_entry, 16, FTW_PHYS);
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int folder_count(void)
{
    DIR *entries = opendir(folder);
    int count = 0;
    if (!entries)
        err(1, "%s", folder);
    for (struct dirent *entry; (entry = readdir(entries));)
        count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(entries);
    return count;
}

const char *folder_path(void)
{
    return folder;
}

void folder_file(char *path, size_t size, const char *name)
{
    if ((size_t)snprintf(path, size, "%s/%s", folder, name) >= size)
        errx(1, "%s: path too long", name);
}
