/* Stands in for libFuzzer under any compiler: gives the target every file of a folder. */
#include "fuzz.h"

#include <dirent.h>
#include <err.h>
#include <sys/stat.h>

/* The bytes in a block of exactly their length, so that a sanitizer sees a read past the end. */
static uint8_t *read_whole(const char *path, size_t *length)
{
    struct stat about;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &about))
        err(1, "%s", path);
    *length = (size_t)about.st_size;
    uint8_t *bytes = malloc(*length ? *length : 1);
    if (!bytes || fread(bytes, 1, *length, file) != *length)
        err(1, "%s", path);
    fclose(file);
    return bytes;
}

static void replay(const char *folder, const char *name)
{
    char path[4096];
    size_t length;
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        errx(1, "%s/%s: path too long", folder, name);
    fprintf(stderr, "%s\n", name); /* the last line tells which input ended the process */
    uint8_t *bytes = read_whole(path, &length);
    LLVMFuzzerTestOneInput(bytes, length);
    free(bytes);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(2, "usage: %s FOLDER", argv[0]);
    DIR *folder = opendir(argv[1]);
    if (!folder)
        err(1, "%s", argv[1]);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.')
            continue;
        replay(argv[1], entry->d_name);
        count++;
    }
    closedir(folder);
    printf("%d inputs replayed\n", count);
    return count ? 0 : 1;
}
