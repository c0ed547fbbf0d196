#include "etag.h"

#include <string.h>

#include "number.h"

struct tag {
    const char *text; /* quotes included */
    size_t length;
    bool weak;
};

void etag_task(int64_t revision, char text[ETAG_SIZE])
{
    char *at = mempcpy(text, "\"r", 2);
    at += number_write_int(revision, at);
    memcpy(at, "\"", 2);
}

void etag_list(int64_t revision, int64_t expired, char text[ETAG_SIZE])
{
    char *at = mempcpy(text, "\"r", 2);
    at += number_write_int(revision, at);
    *at++ = '.';
    at += number_write_int(expired, at);
    memcpy(at, "\"", 2);
}

/* Takes the next tag off a list; false at its end or where it is malformed. */
static bool next_tag(const char **list, struct tag *out)
{
    const char *at = *list + strspn(*list, ", \t");
    out->weak = strncmp(at, "W/", 2) == 0;
    at += out->weak ? 2 : 0;
    const char *end = at[0] == '"' ? strchr(at + 1, '"') : NULL;
    if (!end)
        return false;
    out->text = at;
    out->length = (size_t)(end - at) + 1;
    *list = end + 1;
    return true;
}

bool etag_none_match(const char *header, const char *etag)
{
    struct tag tag;
    const char *own = strncmp(etag, "W/", 2) == 0 ? etag + 2 : etag;
    if (strcmp(header, "*") == 0)
        return true;
    while (next_tag(&header, &tag))
        if (tag.length == strlen(own) && memcmp(tag.text, own, tag.length) == 0)
            return true;
    return false;
}

int etag_match(const char *header, int64_t revisions[ETAG_MATCH_MAX])
{
    struct tag tag;
    int count = 0;
    if (strcmp(header, "*") == 0)
        return ETAG_ANY;
    while (count < ETAG_MATCH_MAX && next_tag(&header, &tag))
        if (!tag.weak && tag.length > 3 && tag.text[1] == 'r' &&
            number_read(tag.text + 2, tag.length - 3, 1, INT64_MAX, &revisions[count]))
            count++;
    return count;
}
