#include "libcurl.h"

#include <pthread.h>

#include "fail.h"

#define FILE_NAME "libcurl.so.4"

/* 7.88: the first that keeps a server which hangs up from sending us a SIGPIPE through OpenSSL. */
enum { VERSION_MIN = 0x075800 };

struct libcurl libcurl;

static const library_function functions[] = {
#define FUNCTION(name) {#name, offsetof(struct libcurl, name), LIBRARY_LINKED(name)},
    LIBCURL_FUNCTIONS(FUNCTION)};

static bool loaded;

static void load(void)
{
    loaded = library_load(FILE_NAME, functions, sizeof functions / sizeof *functions, &libcurl) &&
             libcurl.curl_version_info(CURLVERSION_NOW)->version_num >= VERSION_MIN &&
             libcurl.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

tasks_status libcurl_load(tasks_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (loaded)
        return TASKS_OK;
    return fail(error, TASKS_UNSUPPORTED, "library_missing",
                FILE_NAME " cannot be loaded, or is older than 7.88: install Debian's libcurl4");
}
