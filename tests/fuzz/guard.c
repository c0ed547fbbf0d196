/* What the guard lets through is read the same by a parser that follows RFC 9112 to the letter. */
#include "guard.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "fuzz.h"
#include "split.h"

/* What the strict reader found. */
struct strict {
    size_t lines, lengths, codings, hosts;
    long long length;
};

static const char *line_end(const char *at, const char *end)
{
    const char *cr = memchr(at, '\r', (size_t)(end - at));
    return cr && cr + 1 < end && cr[1] == '\n' ? cr : NULL;
}

static void read_field(const char *at, const char *colon, const char *end, struct strict *out)
{
    size_t name = (size_t)(colon - at);
    const char *value = colon + 1;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    if (name == 14 && strncasecmp(at, "Content-Length", 14) == 0) {
        out->lengths++;
        for (out->length = 0; value < end; value++) {
            FUZZ_CHECK(isdigit((unsigned char)*value));
            out->length = out->length * 10 + (*value - '0');
        }
    }
    if (name == 17 && strncasecmp(at, "Transfer-Encoding", 17) == 0) {
        out->codings++;
        FUZZ_CHECK(end - value == 7 && strncasecmp(value, "chunked", 7) == 0);
    }
    out->hosts += name == 4 && strncasecmp(at, "Host", 4) == 0;
}

/* Every line ends with CR LF, has a name that is a token and no byte that may not be. (Which two blanks
 * ended the first line cannot be told after civetweb.) */
static void read_strictly(const char *at, const char *end, struct strict *out)
{
    const char *stop = at;
    while (stop < end && *stop != '\r' && *stop != '\n')
        stop++;
    FUZZ_CHECK(stop + 2 < end && isspace((unsigned char)stop[1]));
    for (at = stop + 2; (stop = line_end(at, end)) && stop > at; at = stop + 2) {
        const char *colon = memchr(at, ':', (size_t)(stop - at));
        FUZZ_CHECK(colon && colon > at);
        for (const char *c = at; c < colon; c++)
            FUZZ_CHECK(isalnum((unsigned char)*c) || strchr("!#$%&'*+-.^_`|~", *c));
        out->lines++;
        read_field(at, colon, stop, out);
    }
    FUZZ_CHECK(stop == at && stop + 2 == end);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct split split;
    struct guard_framing framing;
    struct strict strict = {0};
    size_t taken;
    if (split_head((const char *)bytes, length, &split, &taken) && !guard_check(&split.head, &framing)) {
        const char *start = (const char *)bytes;
        while (isspace((unsigned char)*start))
            start++;
        read_strictly(start, (const char *)bytes + taken, &strict);
        FUZZ_CHECK(strict.lines == split.head.header_count);
        FUZZ_CHECK(strict.hosts == 1);
        FUZZ_CHECK(strict.lengths + strict.codings <= 1);
        FUZZ_CHECK(framing.chunked == (strict.codings == 1));
        FUZZ_CHECK(framing.content_length == (strict.lengths ? strict.length : -1));
    }
    split_done(&split);
    return 0;
}
