#include "paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

static char folder[64];
static buf uri;

static void setup(void)
{
    snprintf(folder, sizeof folder, "/tmp/check_paths.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    unsetenv("XDG_DATA_HOME");
    unsetenv("HOME");
    buf_init(&uri, 4096);
}

static void check_folder(const char *name, bool remove)
{
    char path[256];
    struct stat about;
    snprintf(path, sizeof path, "%s%s", folder, name);
    ck_assert_msg(stat(path, &about) == 0 && S_ISDIR(about.st_mode), "%s", path);
    if (*name)
        ck_assert_uint_eq(about.st_mode & 0777, 0700);
    if (remove)
        rmdir(path);
}

static void check_uri(const char *name)
{
    char wanted[256];
    snprintf(wanted, sizeof wanted, "sqlite:%s%s", folder, name);
    ck_assert_str_eq(uri.bytes, wanted);
    buf_done(&uri);
}

START_TEST(goes_where_data_goes)
{
    setup();
    setenv("XDG_DATA_HOME", folder, 1);
    setenv("HOME", "/nonexistent", 1);
    ck_assert_ptr_null(paths_default_uri(&uri));
    ck_assert_ptr_null(paths_default_uri(&uri));
    check_uri("/tasks/tasks.db");
    check_folder("/tasks", true);
    check_folder("", true);
}
END_TEST

START_TEST(else_below_home)
{
    setup();
    setenv("XDG_DATA_HOME", "relative/is/ignored", 1);
    setenv("HOME", folder, 1);
    ck_assert_ptr_null(paths_default_uri(&uri));
    check_uri("/.local/share/tasks/tasks.db");
    check_folder("/.local/share/tasks", true);
    check_folder("/.local/share", true);
    check_folder("/.local", true);
    check_folder("", true);
}
END_TEST

START_TEST(says_what_is_missing)
{
    setup();
    ck_assert_ptr_nonnull(strstr(paths_default_uri(&uri), "--db"));
    setenv("HOME", "/proc/nonexistent", 1);
    ck_assert_ptr_nonnull(paths_default_uri(&uri));
    ck_assert_ptr_nonnull(strstr(uri.bytes, "/proc/nonexistent"));
    buf_done(&uri);
    rmdir(folder);
}
END_TEST

int main(void)
{
    return run_suite("paths",
                     (const TTest *[]){goes_where_data_goes, else_below_home, says_what_is_missing, NULL});
}
