/* SPDX-License-Identifier: Apache-2.0
 *
 * The page: every file of it, as it is sent. Made at build time from the table in CMakeLists.txt. */
#ifndef FRONTEND_H
#define FRONTEND_H

#include <stddef.h>

typedef struct frontend_asset {
    const char *path;           /**< what a request asks for: "/", "/js/main.js" */
    const char *type;           /**< for Content-Type */
    const char *etag;           /**< for ETag, quotes included; weak, since both forms below share it */
    const unsigned char *bytes; /**< never NULL */
    size_t size;
    const unsigned char *gzip; /**< the same for Content-Encoding: gzip; NULL if it would not be smaller */
    size_t gzip_size;
} frontend_asset;

extern const frontend_asset frontend_assets[];
extern const size_t frontend_asset_count;

#endif
