/* libcurl, loaded when the first call is made. */
#ifndef LIBCURL_H
#define LIBCURL_H

#define CURL_DISABLE_TYPECHECK /* its macros do not let a member have the name of a function */
#include <curl/curl.h>

#include "library.h"
#include "tasks.h"

/* clang-format off */
#define LIBCURL_FUNCTIONS(X)                                                                                \
    X(curl_easy_cleanup) X(curl_easy_getinfo) X(curl_easy_header) X(curl_easy_init) X(curl_easy_perform)    \
    X(curl_easy_setopt) X(curl_easy_strerror) X(curl_free) X(curl_getdate) X(curl_global_init)              \
    X(curl_slist_append) X(curl_slist_free_all) X(curl_url) X(curl_url_cleanup) X(curl_url_get)             \
    X(curl_url_set) X(curl_version_info)
/* clang-format on */

/* Filled once, by the first libcurl_load(). */
extern struct libcurl {
    LIBCURL_FUNCTIONS(LIBRARY_MEMBER)
} libcurl;

/* Also sets libcurl up. UNSUPPORTED library_missing. Thread-safe. */
tasks_status libcurl_load(tasks_error *error);

#endif
