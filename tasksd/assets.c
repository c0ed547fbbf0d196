#include "assets.h"

#include <string.h>

const frontend_asset *assets_find(const char *path)
{
    for (size_t i = 0; i < frontend_asset_count; i++)
        if (strcmp(frontend_assets[i].path, path) == 0)
            return &frontend_assets[i];
    return NULL;
}
